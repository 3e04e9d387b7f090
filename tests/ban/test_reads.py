"""What becomes of a text behind the place where it stands: rows that are read, calls that are waited for, modules that run."""

import pytest
from ban.found import BAN, found, kinds

from dev_mcp_ban import commands

X = "chrome-devtools-mcp"
SCOPED = "@shopify/dev-mcp"
PYTHON_ROW = f"ROWS = [{{'description': 'd', 'npm_package': '{X}@latest'}}]\n"
CALLED_ROW = f"ROWS = [Row(description='d', package='{SCOPED}', icon='i')]\n"
ROW = f"const rows = [{{ npmPackage: '{X}', description: 'd' }}];\n"


@pytest.mark.parametrize(
    ("rows", "read", "started"),
    [
        (PYTHON_ROW, "def go(r):\n    p = r['npm_package']\n    subprocess.run(['npm', 'install', '-g', p])\n", True),
        (PYTHON_ROW, "def go(r):\n    subprocess.run(['npx', '-y', r.get('npm_package')])\n", True),
        (PYTHON_ROW, "def go(r):\n    return {'command': 'npx', 'args': ['-y', r['npm_package']]}\n", True),
        (PYTHON_ROW, "def go(r):\n    log.info(f\"npm i -g {r['npm_package']}\")\n", False),
        (PYTHON_ROW, "def go(r):\n    r['npm_package'] = subprocess.run(['npx', '-y', r['other']])\n", False),
        (CALLED_ROW, "def go(r):\n    subprocess.run(['npx', '-y', r.package])\n", True),
        (CALLED_ROW, "def go(r):\n    show(r.package)\n", False),
    ],
)
def test_a_row_is_started_where_the_file_starts_what_it_reads_of_it(rows, read, started):
    assert kinds(rows + read, "app/a.py") == (["launch"] if started else [])


@pytest.mark.parametrize(
    ("read", "started"),
    [
        ("const go = (r) => spawn('npx', ['-y', r.npmPackage]);", True),
        ("const go = (r) => ({ command: 'npx', args: ['-y', `${r.npmPackage}@latest`] });", True),
        ("function go({ npmPackage }) { return execSync(`npm install -g ${npmPackage}`); }", True),
        ("const go = (r) => show(r.npmPackage);", False),
        ("const go = (r) => r.npmPackage === wanted;", False),
        ("const go = (r) => spawn('npx', ['-y', r.other]);", False),
    ],
)
def test_a_row_of_a_script_is_started_where_the_script_starts_what_it_reads_of_it(read, started):
    assert kinds(ROW + read) == (["launch"] if started else [])


def test_a_row_that_is_read_too_often_is_only_shown():
    reads = "".join(f"show_{at}(r['npm_package'])\n" for at in range(300))
    last = "subprocess.run(['npx', '-y', r['npm_package']])\n"
    assert kinds(PYTHON_ROW + reads + last, "app/a.py") == []
    many = "".join(f"{{'description': 'd', 'npm_package': '{X}'}},\n" for _ in range(300))
    assert kinds(f"ROWS = [\n{many}]\n{reads}", "app/a.py") == []


@pytest.mark.parametrize(
    ("method", "done"), [("add", True), ("insert", True), ("servers.add", True), ("concat", False)]
)
def test_what_a_store_gives_back_is_not_what_it_got(method, done):
    code = f"const r = await client.{method}({{ command: 'npx {X}@latest' }});\nexpect(r.ok).toBe(true);"
    assert kinds(code) == (["launch"] if done else [])


@pytest.mark.parametrize("call", [f"command='npx', args=['{X}']", f"['npx', '{X}']"])
@pytest.mark.parametrize(("method", "done"), [("add", True), ("concat", False)])
def test_nor_is_it_in_python(call, method, done):
    code = f"async def f():\n    r = await client.{method}({call})\n    assert r.ok\n"
    assert kinds(code, "app/a.py") == (["launch"] if done else [])


@pytest.mark.parametrize("asked", ["wanted.issubset(have)", "wanted.issuperset(have)", "have.isdisjoint(wanted)"])
def test_a_set_that_is_asked_about_another_is_compared(asked):
    code = f"wanted = {{'{X}', '--headless'}}\nif not {asked}:\n    raise SystemExit('no')\n"
    assert kinds(code, "app/a.py") == []
    assert kinds(f"{code}run(['npx', *wanted])\n", "app/a.py") == ["launch"]


@pytest.mark.parametrize(
    "code",
    [
        "args = ('python', '-m', 'MODULE')\n",
        "subprocess.run(['python', '-m', 'MODULE'])\n",
        "subprocess.run('python -m MODULE', shell=True)\n",
    ],
)
def test_a_module_that_python_runs_is_of_the_package_that_its_first_name_is(code):
    assert found(code.replace("MODULE", "dev_mcp.server"), "app/a.py") == [("launch", "dev_mcp", 1)]
    assert found(code.replace("MODULE", "tools.dev_mcp"), "app/a.py") == []


def test_a_module_of_a_listed_package_is_run():
    assert commands.in_line("python3 -m chrome_devtools_mcp.cli --port 1", BAN, launched=True) == [X]
    assert commands.in_line("python3 -m tools.chrome_devtools_mcp", BAN, launched=True) == []
