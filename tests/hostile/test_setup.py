"""lib/setup.sh makes whole environments only, out of nothing but its lock, whatever stands around it."""

import hashlib
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = os.path.realpath(sys.executable)
TOOLS = ("bash", "dirname", "find", "id", "mkdir", "mktemp", "rm", "sed")
# A uv that keeps a diary and unpacks what the lock names: what pip takes long for.
UV = """#!{bash}
echo "$@" >>"{log}"
if [ "$1" = --version ]; then exit {version}; fi
while [ $# -gt 0 ]; do case "$1" in --target) target="$2" ;; -r) lock="$2" ;; esac; shift; done
exec "{python}" -I -c "{unpack}" "$lock" "$target"
"""
UNPACK = (
    "import re, sys, urllib.request, zipfile; address = re.search('file:(.*?whl)', open(sys.argv[1]).read())[1];"
    " zipfile.ZipFile(urllib.request.url2pathname(address)).extractall(sys.argv[2])"
)


def wheel(folder, name, files, module="VALUE = 1\n"):
    """A wheel of our own; returns its line in a lock."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in {
            f"{name}.py": module,
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            **files,
        }.items():
            entry = zipfile.ZipInfo(member)
            entry.external_attr = (stat.S_IFREG | 0o755) << 16
            archive.writestr(entry, content)
        names = [*archive.namelist(), f"{info}/RECORD"]
        archive.writestr(f"{info}/RECORD", "".join(f"{member},,\n" for member in names))
    return f"{name} @ {path.as_uri()} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


class Project:
    """A copy of what setup.sh needs, with a lock of one small wheel, in a folder whose name has blanks."""

    def __init__(self, folder):
        self.folder = folder
        self.root = folder / "an action's folder"
        (self.root / "lib/agent_guards").mkdir(parents=True)
        for name in ("lib/setup.sh", "lib/link.py", "pyproject.toml", "lib/agent_guards/__init__.py"):
            shutil.copy(ROOT / name, self.root / name)
        (self.root / "lib/requirements.lock").write_text(wheel(folder, "tiny", {}))
        # No uv to be fetched, unless a test says so: nothing here needs a network.
        (self.root / "lib/installer.lock").write_text(
            "uv @ file:///nowhere/uv-1.0-py3-none-any.whl --hash=sha256:" + "0" * 64
        )
        self.cache = folder / "the cache"
        self.work = folder / "checkout"
        self.work.mkdir()
        self.bin = folder / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.log = folder / "uv.log"
        self.program("uv", self.uv())

    def uv(self, version=0):
        return UV.format(bash=shutil.which("bash"), log=self.log, python=PYTHON, version=version, unpack=UNPACK)

    def without_uv(self):
        (self.bin / "uv").unlink()
        return self

    def program(self, name, text):
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    def environ(self, **variables):
        usual = {
            "PATH": str(self.bin), "HOME": str(self.folder), "AGENT_GUARDS_CACHE": str(self.cache), "AGENT_GUARDS_PYTHON": PYTHON,
        }  # fmt: skip
        return {name: value for name, value in {**usual, **variables}.items() if value is not None}

    def command(self):
        return [shutil.which("bash"), str(self.root / "lib/setup.sh")]

    def run(self, **variables):
        return subprocess.run(
            self.command(), cwd=self.work, env=self.environ(**variables), capture_output=True, text=True, check=False
        )

    def start(self, **variables):
        return subprocess.Popen(
            self.command(), cwd=self.work, env=self.environ(**variables), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip

    def leftovers(self):
        return list(self.cache.glob("making.*"))


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def python_of(done):
    """The Python that a run printed, proved to find the lock's package and the project."""
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    seen = subprocess.run(
        [line, "-I", "-c", "import tiny, agent_guards; print(agent_guards.__file__)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.strip().endswith("agent_guards/__init__.py")
    return line


def test_the_environment_is_made_once_and_lies_outside_the_checkout(project):
    first = python_of(project.run())
    made = (Path(first).parents[1] / "ready").stat().st_mtime_ns
    assert python_of(project.run(PATH=f"{project.bin}:/nowhere")) == first
    assert (Path(first).parents[1] / "ready").stat().st_mtime_ns == made
    assert first.startswith(str(project.cache))
    assert list(project.work.iterdir()) == []
    assert project.leftovers() == []


def test_guards_are_found_by_their_entry_points_although_nothing_was_built(project):
    python = python_of(project.run())
    script = "from importlib.metadata import entry_points; print([e.value for e in entry_points(group='agent_guards.guards')])"
    seen = subprocess.run([python, "-I", "-c", script], capture_output=True, text=True, check=True).stdout
    assert "guard_mcp.guard:guard" in seen


def test_another_folder_with_the_same_lock_takes_the_same_packages(project):
    python = python_of(project.run())
    other = project.folder / "other"
    shutil.copytree(project.root, other)
    project.root = other
    project.program("pip", "#!/bin/false\n")
    done = project.run()
    assert python_of(done) != python
    assert len(list(project.cache.glob("packages-*"))) == 1


def test_another_lock_makes_another_environment(project):
    first = python_of(project.run())
    with (project.root / "lib/requirements.lock").open("a") as lock:
        lock.write("# edited\n")
    assert python_of(project.run()) != first


@pytest.mark.parametrize("name", ["pyproject.toml", "lib/link.py"])
def test_what_names_the_guards_makes_another_environment_of_the_same_packages(project, name):
    first = python_of(project.run())
    with (project.root / name).open("a") as file:
        file.write("# edited\n")
    assert python_of(project.run()) != first
    assert len(list(project.cache.glob("packages-*"))) == 1


def test_what_a_failed_uv_left_is_not_mixed_with_what_pip_installs(project):
    lines = [
        '[ "$1" = --version ] && exit',
        'while [ "$1" != --target ]; do shift; done',
        'mkdir -p "$2/tiny"',
        "exit 2",
    ]
    project.program("uv", "\n".join([f"#!{shutil.which('bash')}", *lines, ""]))
    python = python_of(project.run())
    (packages,) = project.cache.glob("packages-*")
    assert not (packages / "tiny").exists()
    assert Path(python).exists()


def test_eight_at_once_agree_on_one_environment(project):
    jobs = [project.start() for _ in range(8)]
    printed = set()
    for job in jobs:
        out, err = job.communicate(timeout=120)
        assert job.returncode == 0, err
        printed.add(out)
    assert len(printed) == 1
    python_of(project.run())
    assert project.leftovers() == []
    assert not list(project.cache.glob("*/making.*")), "nobody moved a whole environment into another one"
    assert not list(project.cache.glob("*/environment"))
    assert not list(project.cache.glob("packages-*/packages"))


def test_a_killed_job_leaves_nothing_that_stops_the_next(project):
    for _ in range(3):
        job = project.start()
        deadline = time.monotonic() + 30
        while not project.leftovers() and time.monotonic() < deadline:
            time.sleep(0.005)
        os.killpg(job.pid, signal.SIGKILL)
        job.communicate()
    assert project.leftovers(), "it was killed half-way"
    assert not list(project.cache.glob("*/ready"))
    python_of(project.run())


def test_what_a_killed_job_left_is_cleared_away_after_a_day(project):
    old, new = project.cache / "making.old", project.cache / "making.new"
    for folder in (old, new):
        folder.mkdir(parents=True)
    os.utime(old, (time.time() - 3 * 86400,) * 2)
    python_of(project.run())
    assert project.leftovers() == [new]


@pytest.mark.parametrize("half", ["packages", "project"])
def test_half_of_an_environment_is_never_used(project, half):
    python = Path(python_of(project.run()))
    (packages,) = project.cache.glob("packages-*")
    broken = packages if half == "packages" else python.parents[1]
    (broken / "ready").unlink()
    for rest in broken.rglob("tiny.py" if half == "packages" else "*.pth"):
        rest.unlink()
    assert Path(python_of(project.run())) == python


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_nothing_of_a_hostile_checkout_or_job_is_heard(project, installer):
    if installer == "pip":
        project.without_uv()
    marker = project.folder / "hijacked"
    attack = f"open({str(marker)!r}, 'w')\n"
    for name in (
        "pip/__init__",
        "pip/__main__",
        "venv/__init__",
        "ensurepip/__init__",
        "hashlib",
        "sysconfig",
        "tomllib",
        "sitecustomize",
        "site",
    ):
        path = project.work / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(attack)
    nowhere = "http://127.0.0.1:9/"
    (project.work / "pip.conf").write_text(
        f"[global]\nindex-url = {nowhere}\nno-index = true\ntarget = {project.work}\n"
    )
    (project.work / "uv.toml").write_text(f'index-url = "{nowhere}"\n')
    (project.work / "pyvenv.cfg").write_text("home = .\n")
    (project.work / ".env").write_text(f"AGENT_GUARDS_PYTHON={project.work}/evil\n")
    before = sorted(path.name for path in project.work.iterdir())
    variables = {
        "PYTHONPATH": ".", "PYTHONHOME": str(project.work), "PYTHONSTARTUP": "site.py", "PYTHONPLATLIBDIR": "x",
        "PIP_CONFIG_FILE": str(project.work / "pip.conf"), "PIP_INDEX_URL": nowhere, "PIP_TARGET": str(project.work), "PIP_NO_INDEX": "1",
        "PIP_REQUIRE_VIRTUALENV": "1", "UV_CONFIG_FILE": str(project.work / "uv.toml"), "UV_INDEX_URL": nowhere, "UV_SYSTEM_PYTHON": "1",
        "VIRTUAL_ENV": str(project.work), "CDPATH": str(project.work), "CONDA_PREFIX": str(project.work),
    }  # fmt: skip
    python_of(project.run(**variables))
    assert not marker.exists()
    assert sorted(path.name for path in project.work.iterdir()) == before


def test_a_package_with_another_hash_is_refused(project):
    lock = project.root / "lib/requirements.lock"
    lock.write_text(re.sub("sha256:.*", "sha256:" + "0" * 64, lock.read_text()))
    done = project.without_uv().run()
    assert done.returncode == 3
    assert "the packages of requirements.lock could not be installed" in done.stderr
    assert not list(project.cache.glob("*/ready"))
    assert project.leftovers() == []


def test_without_a_python_it_says_what_to_do(project):
    project.program(
        "python3",
        "#!/bin/bash\necho 'Python was not found; run without arguments to install from the Store' >&2\nexit 49\n",
    )
    done = project.run(AGENT_GUARDS_PYTHON=None)
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("agent-guards: no Python 3.11 or newer was found. Install one")


def test_on_a_runner_the_reason_is_an_annotation(project):
    done = project.run(AGENT_GUARDS_PYTHON=None, GITHUB_ACTIONS="true")
    assert done.returncode == 3
    assert done.stderr.startswith("::error title=agent-guards cannot start::no Python 3.11 or newer was found.")


def test_a_python_that_is_none_is_passed_over_for_one_that_is(project):
    project.program("python3", "#!/bin/bash\nexit 49\n")
    project.program("python", f'#!/bin/bash\nexec "{PYTHON}" "$@"\n')
    python_of(project.run(AGENT_GUARDS_PYTHON=str(project.folder / "gone")))


def without_pip(project, *also):
    """Debian's Python: pip is a package of its own, and so is ensurepip. And no uv."""
    project.without_uv()
    refused = "".join(f'*"{words}"*) exit 1 ;; ' for words in ("-I -m pip", *also))
    return project.program("python3", f'#!/bin/bash\ncase " $* " in {refused}esac\nexec "{PYTHON}" "$@"\n')


def test_a_python_without_pip_makes_one_for_itself(project):
    python_of(project.run(AGENT_GUARDS_PYTHON=str(without_pip(project))))


def test_a_python_that_cannot_have_pip_is_told_what_to_install(project):
    python = without_pip(project, f"-m venv {project.cache}", "/pip ")
    done = project.run(AGENT_GUARDS_PYTHON=str(python))
    assert done.returncode == 3
    assert "apt-get install python3-pip" in done.stderr


def test_a_python_that_cannot_make_environments_is_told(project):
    done = project.run(AGENT_GUARDS_PYTHON=str(without_pip(project, "-m venv")))
    assert done.returncode == 3
    assert "this Python cannot make virtual environments" in done.stderr


def test_uv_on_the_path_installs(project):
    python_of(project.run())
    assert "--no-config pip install" in project.log.read_text()
    assert "--require-hashes --only-binary :all: --no-deps" in project.log.read_text()


def test_a_uv_that_does_not_run_is_passed_over(project):
    project.program("uv", project.uv(version=1))
    python_of(project.run())
    assert project.log.read_text() == "--version\n"


def test_where_there_is_no_uv_the_locked_one_is_fetched_and_thrown_away(project):
    files = {"uv-1.0.data/scripts/uv": project.uv()}
    (project.root / "lib/installer.lock").write_text(wheel(project.folder, "uv", files))
    python_of(project.without_uv().run())
    assert "--no-config pip install" in project.log.read_text()
    assert not list(project.cache.rglob("uv"))


def test_a_mirror_that_the_machine_s_pip_is_set_to_holds_for_uv(project):
    configuration = "echo \"global.index-url='https://mirror.example/simple'\"; echo \"global.cert='/etc/ca.pem'\""
    python = project.program(
        "python3",
        f'#!/bin/bash\ncase "$*" in *"config list"*) {configuration}; exit ;; esac\nexec "{PYTHON}" "$@"\n',
    )
    python_of(project.run(AGENT_GUARDS_PYTHON=str(python)))
    assert "--default-index https://mirror.example/simple" in project.log.read_text()


@pytest.mark.parametrize("home", [None, "", "/dev/null"], ids=["unset", "empty", "no folder"])
def test_without_a_home_the_temporary_folder_serves(project, home):
    done = project.run(AGENT_GUARDS_CACHE=None, HOME=home, TMPDIR=str(project.folder))
    assert python_of(done).startswith(f"{project.folder}/agent-guards-{os.getuid()}/")
    assert stat.S_IMODE((project.folder / f"agent-guards-{os.getuid()}").stat().st_mode) == 0o700


def test_in_a_shared_temporary_folder_somebody_else_s_is_not_used(project):
    (project.folder / "theirs").mkdir()
    (project.folder / f"agent-guards-{os.getuid()}").symlink_to(project.folder / "theirs")
    done = project.run(AGENT_GUARDS_CACHE=None, HOME=None, TMPDIR=str(project.folder))
    assert done.returncode == 3
    assert "AGENT_GUARDS_CACHE" in done.stderr


def test_on_a_runner_it_lies_in_the_job_s_temporary_folder(project):
    done = project.run(AGENT_GUARDS_CACHE=None, RUNNER_TEMP=str(project.folder / "runner temp"))
    assert python_of(done).startswith(f"{project.folder}/runner temp/agent-guards/")


@pytest.mark.parametrize("script", ["lib/setup.sh", "lib/agent-guards"])
def test_no_bash_is_needed_that_macos_has_not(script):
    newer = r"mapfile|readarray|declare -[An]|local -n|coproc|\$\{\w+(,|\^)|&>>|\|&|\$EPOCH|\$\{\w+@|wait -n|printf -v \w+\["
    assert not re.search(newer, (ROOT / script).read_text())
