"""What is only asked for, found, declared or put into a path, each beside the form next to it that is started."""

import pytest
from ban.found import found, kinds

X = "chrome-devtools-mcp"
S = "@upstash/context7-mcp"


@pytest.mark.parametrize(
    ("code", "hit"),
    [
        (f"const bin = which.sync('{X}'); spawn(bin, []);", True),
        (f"const bin = await which('{X}'); export {{ bin }};", True),
        (f"run([whichSync('{X}'), '--headless']);", True),
        (f"const bin = which.sync('{X}.cmd'); spawn(bin, []);", True),
        (f"const bin = which.sync('{X}.log'); spawn(bin, []);", False),
        (f"which('{X}');", False),
        (f"if (which('{X}')) go();", False),
        (f"while (!which('{X}')) wait();", False),
        (f"const ok = !!which.sync('{X}');", False),
        (f"const bin = which('{X}'); if (bin) go();", False),
        (f"const a = which('{X}') && b;", False),
        (f"const a = which('{X}') ? 1 : 2;", False),
        (f"const a = b ? '{X}@1' : 'c';", True),
        (f"if (a) f('{X}@1');", True),
        (f"if (await install('{X}')) go();", True),
        (f"if (!install('{X}')) go();", True),
        (f"const a = -f('{X}@1');", True),
        (f"if (commandExists('{X}') || toolExistsSync('{X}')) go();", False),
        (f"if (spawnSync('npx', ['-y', '{X}'])) go();", True),
        (f"const m = new Map([['{X}', 1]]);", False),
        (f"const m = new Map([['a', '{X}']]);", True),
        (f"const m = new Set([['{X}', 'a']]);", True),
        (f"const m = [['{X}', 'a']];", True),
    ],
)
def test_what_is_only_asked_for_is_not_started(code, hit):
    assert kinds(code) == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("code", "hit"),
    [
        (f"a = shutil.which('{X}')\nsubprocess.run([a])", True),
        (f"a = shutil.which('{X}') or 'npx'", True),
        (f"def f():\n    return shutil.which('{X}')", True),
        (f"if shutil.which('{X}'): go()", False),
        (f"while not shutil.which('{X}'): go()", False),
        (f"a = 1 if shutil.which('{X}') else 2", False),
        (f"a = '{X}@1' if b else 2", True),
        (f"if a:\n    f('{X}@1')", True),
        (f"a = bool(shutil.which('{X}'))", False),
        (f"if is_installed('{X}') or command_exists('{X}'): go()", False),
        (f"if not install('{X}'): go()", True),
        (f"subprocess.run([sys.executable, '-m', '{X}'])", True),
        (f"subprocess.run(['claude', 'mcp', 'remove', '{X}'])", False),
        (f"subprocess.run(['claude', 'mcp', 'add', 'a', '--', 'npx', '{X}'])", True),
        (f"argparse.ArgumentParser('{X}')", False),
    ],
)
def test_in_python_too(code, hit):
    assert kinds(code, "app/a.py") == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("code", "hit"),
    [
        (f"spawn(path.join(bin, '{X}'), []);", True),
        (f"const a = path.join(bin, '{X}'); execFile(a);", True),
        (f"const a = {{ command: path.join(bin, '{X}'), args: [] }};", True),
        (f"const a = path.join(bin, '{X}/build/a.js'); spawn('node', [a]);", True),
        (f"const a = path.join(bin, '{X}'); rmSync(a);", False),
        (f"spawn('npm', ['ci'], {{ cwd: path.join(root, '{X}') }});", False),
        (f"mkdirSync(path.join(tmp, '{X}'));", False),
        (f"spawn(path.join(bin, '{X}.js'));", False),
        (f"const a = path.join(bin, '{X}', 'server.js'); spawn('node', [a]);", True),
        (f"const a = path.join('..', '.bin', '{X}'); execFile(a);", True),
        (f"const a = path.join(home, '.cache', '{X}', 'run'); spawn('node', [script, a]);", False),
        (f"const a = path.join(home, '{X}', 'latest.json'); spawn('node', [script, a]);", False),
        (f"const a = path.join(home, '{X}', name); spawn('node', [a]);", True),
        (f"const a = host.resolve('{X}/package.json');", True),
        (f"const a = path.resolve('{X}/package.json');", False),
        (f"const a = host.resolve('{X}');", False),
    ],
)
def test_a_piece_of_a_path_is_a_finding_only_where_that_path_is_started(code, hit):
    assert kinds(code) == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("code", "hit"),
    [
        (f"program.option('--pkg <p>', 'the package', '{X}@1');", True),
        (f"yargs.option('pkg', {{ default: '{X}' }});", True),
        (f"yargs.option('pkg', {{ help: '{X}' }});", False),
        (f"program.option('--name <n>', 'the name', '{X}');", False),
        (f"program.option('--name <n>', 'the name', '{X}@1');", True),
        (f"program.option('{X}', 'a');", False),
        (f"show.title('a', 'b', '{X}@1');", False),
        (f"loadPlugin('{S}');", True),
        (f"loadPlugin('{X}');", False),
        (f"call_tool('{X}', 'click');", False),
        (f"const a = {{ registryType: 'npm', identifier: '{S}' }};", True),
        (f"const a = {{ kind: 'npm', identifier: '{S}' }};", False),
        (f"const a = {{ registryType: 'npm', title: '{S}' }};", False),
    ],
)
def test_a_default_and_what_a_registry_names_are_used(code, hit):
    assert kinds(code) == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        (f'[mcp_servers.a]\ncommand = "npx"\nargs = ["-y", "{X}@1"]\n', True),
        (f'[mcp_servers.a]\ncommand = "npx"\nargs = [\n  "-y",\n  "{X}@1",\n]\n', True),
        (f'[mcp_servers.a]\ncommand = "{X}"\n# why\n\nargs = []\n', True),
        (f'[a]\ncommand = "npx"\nargs = ["b"]\n[c]\nname = "{X}"\n', False),
        (f'Write this:\n[mcp_servers.a]\ncommand = "npx"\nargs = ["-y", "{X}@1"]\n', False),
    ],
)
def test_settings_in_toml_start_what_they_name(text, hit):
    assert [kind for kind, _, _ in found(f"writeFileSync(p, `{text}`);")] == (["launch"] if hit else [])
    assert kinds(f"console.log(`{text}`);") == []


def test_settings_are_read_up_to_a_length():
    long = f'[a]\ncommand = "npx"\nargs = ["{X}@1"]\n' + "# why\n" * 10_000
    assert kinds(f"writeFileSync(p, `{long}`);") == []


@pytest.mark.parametrize(
    ("code", "hit"),
    [
        (f"let server = ''; if (a) server = '{X}'; spawn('npx', ['-y', server]);", True),
        (f"let server = ''; if (a) server = '{X}'; console.log(server);", False),
        (f"const a = {{ commandPreview: 'npx -y {X}' }};", False),
        (f"const a = {{ commandLine: 'npx -y {X}' }};", True),
    ],
)
def test_a_variable_may_begin_empty_and_a_preview_is_shown(code, hit):
    assert kinds(code) == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("code", "hit"),
    [
        (f"const ok = spawnSync('npx', ['-y', '{X}']).status === 0;", True),
        (f"console.log(execSync('npx {X} --version').toString());", True),
        (f"expect(spawnSync('npx', ['{X}']).status).toBe(0);", True),
        (f"const ok = same(build('npx', ['-y', '{X}'])) === 0;", False),
        (f"expect(new StdioServerParameters('npx', ['-y', '{X}'])).toEqual(a);", True),
        (f"writeFileSync(p, `#!/bin/sh\nset -e\nexec npx -y {X} a\n`);", True),
        (f"writeFileSync(p, `#!/usr/bin/env bash\nnpx -y {X}\n`);", True),
        (f"writeFileSync(p, `#!/bin/sh\n# npx -y {X}\necho npx {X}\n`);", False),
        (f"writeFileSync(p, `Write a script:\nnpx -y {X}\n`);", False),
    ],
)
def test_what_was_started_may_be_looked_at_and_a_script_starts_what_its_lines_start(code, hit):
    assert kinds(code) == (["launch"] if hit else [])
