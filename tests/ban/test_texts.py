"""Texts that are programs, command lines or documents of their own."""

import pytest
from ban.found import kinds

X = "chrome-devtools-mcp"
W = "@acme/mcp-dev"


@pytest.mark.parametrize(
    ("text", "launched"),
    [
        (f'process.title = "{X}"', False),
        (f'console.log("{X}")', False),
        (f'if (name === "{X}") process.exit(2)', False),
        (f'globalThis[Symbol.for("acme.{X}.seen")] = 1', False),
        (f"/** see {X} */ go()", False),
        (f'start("{X}")', True),
        (f'require("child_process").execSync("npx -y {X}")', True),
        (f'require("child_process").spawn("npx", ["{W}"])', True),
        (f'register("{W}")', False),
    ],
)
@pytest.mark.parametrize("flag", ["-e", "--eval", "--print"])
def test_a_program_text_is_judged_as_the_program_that_it_is(text, launched, flag):
    assert (kinds(f"spawn(process.execPath, ['{flag}', '{text}']);") != []) is launched
    assert (kinds(f"subprocess.run(['node', '{flag}', '{text}'])", "a.py") != []) is launched


def test_so_is_one_in_a_command_line():
    inside = '\\"'
    assert kinds(f"execSync('node -e \"process.title = \\'{X}\\'\"');") == []
    assert kinds(f"execSync('node -e \"start(\\'{X}\\')\"');") == ["launch"]
    assert kinds(f'execSync(`node -e "start({inside}{X}{inside})"`);') == ["launch"]
    assert kinds(f"execSync('bash -c \"npx {X}\"');") == ["launch"]
    assert kinds(f"spawn('sh', ['-c', 'npx -y {W}']);") == ["launch"]


@pytest.mark.parametrize("program", ["python", "python3.12", "/usr/bin/python3"])
def test_behind_python_it_is_a_program_of_python(program):
    inside = f'import subprocess; subprocess.run(["npx", "-y", "{W}"])'
    assert kinds(f"spawn('{program}', ['-c', '{inside}']);") == ["launch"]
    assert kinds(f"subprocess.run(['{program}', '-c', '{inside}'])", "a.py") == ["launch"]
    assert kinds(f"spawn('{program}', ['-c', 'print(\"npx {X}\")']);") == []


def test_a_program_text_that_is_too_long_is_searched_for_imports_only():
    long = "a();" * 6000
    assert kinds(f"spawn('node', ['-e', `{long} go('npx {W}');`]);") == []
    assert kinds(f"spawn('node', ['-e', `{long} require('{W}');`]);") == ["launch"]


@pytest.mark.parametrize("shell", ["cmd /c", "cmd.exe /d /s /c", "CMD /C", "sudo cmd /c"])
def test_what_a_windows_shell_is_told_to_run_is_the_program(shell):
    assert kinds(f"const line = '{shell} npx -y {W}';") == ["launch"]
    assert kinds(f"const line = '{shell} echo {W}';") == []
    assert kinds(f"execSync('{shell} where {X}');") == []


def test_what_a_runner_of_servers_is_told_to_run_is_started():
    assert kinds(f"spawn('npx', ['-y', '@acme/cli@1', 'run', '{W}', '--key', key]);") == ["launch"]
    assert kinds(f"const c = {{ command: 'npx', args: ['@acme/cli', 'run', '{W}'] }};") == ["launch"]
    assert kinds(f"subprocess.run(['uvx', 'acme', 'run', '{W}'])", "a.py") == ["launch"]
    assert kinds("spawn('npx', ['acme', 'run', 'mcp-dev']);") == []
    assert kinds(f"spawn('npx', ['acme', 'show', '{W}']); spawn('npx', ['acme', 'run']);") == []


@pytest.mark.parametrize(
    "code",
    [
        f"lines.push('```bash'); lines.push('claude mcp add a -- npx {X}'); lines.push('```');",
        f"this.lines.push(`\n\\`\\`\\`sh`); this.lines.push('npx -y {X}');",
        f"let page = ''; page += '\\n```sh\\n'; page += 'npx -y {X}';",
        f"const page = ['# Setup', '```sh', 'npx -y {X}', '```'].join('\\n');",
        f"const rules = [{{ lineIncludes: ['{X}', '--flag'] }}];",
        f"const rule = {{ contains: '{X}', patterns: ['{X}@1'] }};",
    ],
)
def test_a_line_of_a_document_or_of_a_list_to_match_starts_nothing(code):
    assert kinds(code) == []


@pytest.mark.parametrize(
    "code",
    [
        f"const files = {{ includes: ['{X}'] }};",
        f"notes.push('```bash'); lines.push('npx -y {X}'); run(lines.join(' && '));",
        f"const lines = ['# Setup', 'npx -y {X}'].join('\\n');",
        f"let line = ''; line += 'npx -y {X}'; const quoted = `\\`a\\``;",
        f"const page = `\n\\`\\`\\`sh\n`; const line = 'npx -y {X}';",
    ],
)
def test_other_lines_are_started(code):
    assert kinds(code) == ["launch"]


def test_in_python_a_list_of_lines_with_a_fence_is_a_document():
    assert kinds(f"page = '\\n'.join(['```sh', 'npx -y {X}', '```'])", "a.py") == []
    assert kinds(f"run_all(['set -e', 'npx -y {X}'])", "a.py") == ["launch"]


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"const npx = win ? 'npx.cmd' : 'npx'; execSync(`${{npx}} {W}`);", True),
        (f"const npm = win ? 'npm.cmd' : 'npm'; execSync(`${{npm}} install {W}@${{v}}`);", True),
        (f"const npm = win ? 'npm.cmd' : 'npm'; spawn(npm, ['exec', '{W}']);", True),
        (f"const pnpm = win ? 'pnpm.cmd' : 'pnpm'; spawn(pnpm, ['dlx', '{W}']);", True),
        (f"spawn('pnpm.cmd', ['dlx', '{W}']);", True),
        (f"spawnSync('C:\\\\node\\\\NPM.CMD', ['exec', '{W}']);", True),
        (f"const npm = win ? 'npm.cmd' : 'npm'; execSync(`${{npm}} list -g {X}`);", False),
        (f"const npm = find('npm'); spawn(npm, ['list', '-g', '{X}']);", False),
        (f"const git = find('git'); execSync(`${{git}} clone it {W}`);", False),
    ],
)
def test_a_program_that_is_looked_for_is_known_by_the_word_behind_it(code, launched):
    assert kinds(code) == (["launch"] if launched else [])


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        ("npm = which('npm')\nsubprocess.run([npm, 'list', '-g', 'PKG'])", False),
        ("npm = which('npm')\nsubprocess.run([npm, 'install', '-g', 'PKG'])", True),
        ("A = ('PKG', 'x')\nB = A + ('y',)\nC = tuple(dict.fromkeys(A + B))\nprint(any(s in line for s in C))", False),
        ("A = ('PKG', 'x')\nB = A + ('y',)\nC = tuple(dict.fromkeys(A + B))\nfor s in C:\n    start(s)", True),
    ],
)
def test_so_it_is_in_python_and_lists_may_be_made_of_lists(code, launched):
    assert kinds(code.replace("PKG", X), "app/a.py") == (["launch"] if launched else [])


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"export const PIN = {{ launchCommand: 'npx {X}@1' }};\nassert.match(PIN.launchCommand, /@1/);", True),
        (f"const PIN = {{ launchCommand: 'npx {X}@1' }};\nassert.match(PIN.launchCommand, /@1/);", False),
        (f"export const NAME = '{X}';\nif (name === NAME) go();", False),
    ],
)
def test_what_other_files_get_to_start_is_not_only_looked_at(code, launched):
    assert kinds(code) == (["launch"] if launched else [])


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"expect(found).toBe(path.join(root, 'node_modules', '{X}'));", False),
        (f"assert.equal(found, join('node_modules/{X}/build'));", False),
        (f"const p = path.join(root, 'node_modules', '{X}'); expect(load(p)).toBe(1);", True),
        (f"load(path.join(root, 'node_modules', '{X}'));", True),
    ],
)
def test_a_path_that_is_made_to_be_compared_is_compared(code, launched):
    assert kinds(code) == (["launch"] if launched else [])


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        ("const bin = execSync('which PKG').toString().trim(); spawn(bin, ['--headless']);", True),
        ("const bin = spawnSync('which', ['PKG']).stdout.trim(); spawn(bin);", True),
        ("const bin = execSync('command -v PKG').toString(); execFile(bin, []);", True),
        ("execSync('command -v PKG && PKG --headless');", True),
        ("execSync('command PKG --headless');", True),
        ("const bin = execSync('which PKG').toString(); console.log(bin);", False),
        ("const found = execSync('command -v PKG', { stdio: 'ignore' });", False),
        ("if (spawnSync('command', ['-v', 'PKG']).status === 0) go();", False),
        ("const found = () => execSync('where PKG').toString();", False),
    ],
)
def test_what_a_command_looks_for_is_started_where_its_answer_is(code, launched):
    assert (kinds(code.replace("PKG", X)) != []) is launched


def test_so_it_is_in_python():
    found = f"path = subprocess.run(['which', '{X}'], capture_output=True).stdout.strip()\n"
    assert kinds(found + "subprocess.run([path, '--headless'])\n", "app/a.py") == ["launch"]
    assert kinds(found + "print(path)\n", "app/a.py") == []


@pytest.mark.parametrize("inside", ["config: { command: 'npx', args }", "install: { 'args': [name] }"])
def test_a_package_is_started_beside_an_object_that_says_how(inside):
    row = "const row = { description: 'Docs', package: 'PKG', INSIDE };".replace("INSIDE", inside)
    assert kinds(row.replace("PKG", X)) == ["launch"]
    assert kinds(row.replace("PKG", W)) == []
    assert kinds(f"const row = {{ description: 'Docs', package: '{X}', links: {{ docs: 'd' }} }};") == []


def test_and_so_it_is_in_python():
    row = "row = {'description': 'Docs', 'package': 'PKG', 'config': {'command': 'npx', 'args': args}}"
    assert kinds(row.replace("PKG", X), "app/a.py") == ["launch"]
    assert kinds(row.replace("PKG", W), "app/a.py") == []
