"""Forms that people write around a name: what a variable gets, what a key says, what a path is made of."""

import pytest
from ban.found import BAN, found, kinds

from dev_mcp_ban.scan import scan

X = "chrome-devtools-mcp"
W = "@acme/mcp-dev"


@pytest.mark.parametrize("package", [X, W])
@pytest.mark.parametrize(
    "code",
    [
        "const r = spawnSync('npx', ['-y', 'PKG']); if (r.status !== 0) stop();",
        "const out = execSync('npx PKG --version'); console.log(out);",
        "const s = await connect({ command: 'npx', args: ['PKG'] }); if (s === null) stop();",
        "const up = !start(['npx', 'PKG']); if (up) go();",
    ],
)
def test_what_becomes_of_the_result_of_a_launch_takes_nothing_back(code, package):
    assert kinds(code.replace("PKG", package)) == ["launch"]


@pytest.mark.parametrize("end", ["if r.returncode != 0:\n    stop()", "print(r.stdout)", "assert r"])
def test_in_python_neither(end):
    assert kinds(f"r = subprocess.run(['npx', '{X}'])\n{end}", "a.py") == ["launch"]


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"const version = installed('{X}'); if (version === '1') go();", True),
        (f"const known = new Set(['{X}']); if (known.has(name)) go();", False),
        (f"const known = Object.freeze(['{X}']); if (known.includes(name)) go();", False),
        (f"assert(!hostile(['npx', '{X}']), 'an ordinary list');", True),
        (f"if (!start('{X}@1')) go();", True),
        (f"for (const name of ['{X}', 'b']) if (text.includes(name)) go();", False),
        (f"for (const one of ['{X}', 'b']) install(one);", True),
        (f"for (const name in all['{X}']) go(name);", False),
    ],
)
def test_a_variable_that_gets_the_text_itself_is_followed(code, launched):
    assert (kinds(code) != []) is launched


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"if any(one in line for one in ('{X}', 'b')): go()", False),
        (f"found = [load(one) for one in ('{X}', 'b')]", True),
        (f"for one in ['{X}', 'b']:\n    assert one in text", False),
        (f"for one in ['{X}', 'b']:\n    install(one)", True),
        (f"async def f():\n    async for one in stream('{X}@1'):\n        go(one)", True),
        (f"[one for one in all if run('{X}@1', one)]", True),
        (f"assert not hostile(['npx', '{X}'])", False),
        (f"for all['{X}'] in x: go()", False),
    ],
)
def test_in_python_too(code, launched):
    assert (kinds(code, "a.py") != []) is launched


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"const TOOLS = [{{ id: 'chrome', packageName: '{X}', version: '1' }}];", True),
        (f"const TOOLS = [{{ id: 'chrome', command: '{X}', versionArgs: ['--version'] }}];", True),
        (f"const c = {{ mcpServers: {{ chrome: {{ package: '{X}' }} }} }};", True),
        (f"const tool = {{ bin: '{X}', ready() {{}} }};", True),
        (f"const TOOLS = ['{X}', 'b'];", False),
        (f"const tools = {{ browser: '{X}' }};", False),
        (f"const allowedServers = [{{ package: '{X}' }}];", False),
        (f"const c = {{ provider: '{X}' }};", False),
    ],
)
def test_a_key_for_a_program_outweighs_the_name_of_what_holds_it(code, launched):
    assert (kinds(code) != []) is launched


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"const c = [{{ name: 'x', description: 'y', npmPackage: '{X}', defaultArgs: [] }}];", True),
        (f"const c = [{{ name: 'x', description: 'y', npmPackage: '{X}', category: 'z' }}];", False),
        (f"const rows = [{{ harness: '{X}', url: 'https://x.example', note: 'fast' }}];", False),
        (f"const rows = [{{ harness: '{X}@1', url: 'https://x.example' }}];", True),
        (f"const rows = [{{ harness: '{X}', runs: 3 }}];", True),
        (f"const rows = [{{ steps: ['npx', '{X}'], description: 'y' }}];", True),
    ],
)
def test_a_catalogue_shows_unless_it_says_how_to_start(code, launched):
    assert (kinds(code) != []) is launched


@pytest.mark.parametrize(
    ("code", "path", "package"),
    [
        (f"connector = ROOT / 'node_modules/{X}/build/x.js'\nsubprocess.run([node, str(connector)])", "a.py", X),
        (f"p = ROOT / 'node_modules' / '{X}' / 'build'", "a.py", X),
        ("p = ROOT / 'node_modules' / '@upstash' / 'context7-mcp'", "a.py", "@upstash/context7-mcp"),
        ("const p = join(root, 'node_modules', '@upstash', 'context7-mcp', 'x.js');", "a.ts", "@upstash/context7-mcp"),
        ("const p = join(root, 'node_modules', '@acme', 'mcp-dev');", "a.ts", W),
        (
            f"const transport = new T({{ entry: resolve(d, 'node_modules/{X}/x.js') }}); c.connect(transport);",
            "a.ts",
            X,
        ),
        (f"const source = 'node_modules/{X}/x.js';", "a.ts", X),
    ],
)
def test_paths_through_node_modules_in_pieces_are_found(code, path, package):
    assert [one for _, one, _ in found(code, path)] == [package]


@pytest.mark.parametrize(
    "code",
    [
        f"p = HOME / '.cache' / '{X}' / 'profile'",
        f"p = '{X}' / HOME",
        f"p = HOME / ('{X}' / x) / 'node_modules'",
        f"p = {'a / ' * 150}'{X}'{' / b' * 150}",
    ],
)
def test_other_paths_with_its_name_are_folders(code):
    assert kinds(code, "a.py") == []


@pytest.mark.parametrize("path", ["a.py", "a.ts"])
def test_each_line_of_a_program_text_is_reported_but_for_its_comments(path):
    quote = '"""' if path == "a.py" else "`"
    text = f"\n// {X}\nimport a from '{X}/a.js'\nimport b from '{X}/b.js'\nread('node_modules/{X}/package.json')\n"
    code = f"code = {quote}{text}{quote}\nrun(['node', '-e', code])\n"
    assert [line for _, _, line in found(code, path)] == [3, 4, 5]


def test_a_path_into_packages_is_enough_in_a_program_text():
    assert kinds(f"spawn('node', ['-e', \"load('./node_modules/{X}/x.js'); go()\"])") == ["launch"]
    assert kinds(f"spawn('node', ['-e', \"load('./modules/{X}/x.js'); go()\"])") == []


def test_a_module_in_a_program_text_is_reported_where_it_stands():
    code = "code = '''\nimport sys\nimport chrome_devtools_mcp\n'''\nsubprocess.run([sys.executable, '-c', code])\n"
    (hit,) = scan("a.py", code.encode(), BAN).hits
    assert (hit.line, hit.column) == (3, 8)


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        ("server('chrome', 'npx', '-y', 'PKG');", True),
        ("server('chrome', 'npx', ['-y', 'PKG']);", True),
        ("server('chrome', 'mcp-remote', '-x', 'mcp-dev');", False),
        ("server('npx', 'mcp-remote', 'mcp-dev');", False),
        ("Bun.spawn(['PKG', '--stdio']);", True),
        ("Bun.spawn(['git', 'mcp-dev']);", False),
    ],
)
def test_the_arguments_of_a_call_may_spell_a_command(code, launched):
    assert (kinds(code.replace("PKG", W)) != []) is launched


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        ("cmd = ['npx', '-y']\ncmd += ['mcp-dev']\nsubprocess.run(cmd)", True),
        ("cmd = ['npx', '-y']\ncmd.extend(['mcp-dev'])\nsubprocess.run(cmd)", True),
        ("cmd = ['npx', '-y']\ncmd.extend(['mcp-dev'])\nprint(cmd)", False),
        ("subprocess.run(['python3', '-m', 'mcp_dev'])", True),
        ("subprocess.run(['python3', '-c', 'x', '-m', 'mcp_dev'])", False),
        ("subprocess.run(['git', '-m', 'mcp_dev'])", False),
    ],
)
def test_a_list_that_grows_and_a_module_that_is_run(code, launched):
    assert (kinds(code, "a.py") != []) is launched


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"spawn(join(root, 'node_modules/.bin/{X}'));", True),
        (f"const p = join(root, 'node_modules', '.bin', '{X}');", True),
        (f"const p = join(root, 'node_modules/.bin', '{X}');", True),
        (f"const p = join(root, '.bin', '{X}');", False),
        ("spawn('./node_modules/.bin/mcp-dev');", True),
        ("spawn('../.bin/mcp-dev.cmd');", True),
        (f"spawn('/usr/local/bin/{X}', ['--stdio']);", True),
        (f"const c = {{ command: '/usr/local/bin/{X}', args: [] }};", True),
        ("spawn('./bin/mcp-dev');", False),
        (f"spawn('cat', ['/usr/local/bin/{X}']);", False),
        (f"const p = '/usr/local/bin/{X}';", False),
    ],
)
def test_a_program_is_known_by_the_folder_of_programs(code, launched):
    assert (kinds(code) != []) is launched


@pytest.mark.parametrize("path", ["a.py", "a.ts"])
@pytest.mark.parametrize(
    ("text", "launched"),
    [
        ('{ "mcpServers": { "x": { "command": "npx", "args": ["-y", "PKG"] } } }', True),
        ('{\n  "mcp": [{\n    "command": ["npx", "PKG"], "on": true\n  }]\n}\n', True),
        ('{ "command": "PKG" }', True),
        ('{ "command": "npx", "args": ["-y", 1, "PKG"] }', False),
        ('{ "command": "npx", "args": ["mcp-remote", "PKG"] }', False),
        ('{ "x": { "command": "npx", "args": ["-y", "PKG",] } }', False),
        ('{ "x": "PKG", "args": ["a"] }', False),
        ('Use { "command": "npx", "args": ["-y", "PKG"] }', False),
    ],
)
def test_settings_in_a_text_are_read(path, text, launched):
    quote = "'''" if path == "a.py" else "`"
    code = f"base = {quote}{text.replace('PKG', W)}{quote}\nwrite(base)\n"
    assert (kinds(code, path) != []) is launched
    assert kinds(f"example = {quote}{text.replace('PKG', W)}{quote}", path) == []


def test_settings_with_a_hole_are_read_and_odd_ones_are_left():
    text = '{ "port": ${port}, "x": { "command": "npx", "args": ["PKG"] } }'
    assert kinds(f"write(`{text.replace('PKG', W)}`);") == ["launch"]
    deep = '{"command":' * 40_000 + f'"{X}"' + "}" * 40_000
    assert kinds(f"write(`{deep}`);") == []
    assert kinds("write(`" + '{"command":' * 3000 + f'"{X}"' + "}" * 3000 + "`);") == []


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"const c = {{ command: 'npx', args: ['{X}'] }}; expect(parse(c)).toEqual(1);", True),
        (f"const c = {{ command: 'npx', args: ['{X}'] }}; console.log(shown(c));", True),
        (f"const c = {{ command: 'npx', args: ['{X}'] }}; expect(parse(1)).toEqual(c);", False),
        (f"const c = {{ command: 'npx', args: ['{X}'] }}; console.log(JSON.stringify(c));", False),
        (f"expect(parse({{ command: 'npx', args: ['{X}'] }})).toEqual(1);", True),
        (f"expect(saved).toHaveBeenCalledWith(expect.objectContaining({{ command: 'npx', args: ['{X}'] }}));", False),
        (f"const c = '{X}'; expect(parse(c)).toEqual(1);", False),
    ],
)
def test_what_starts_it_and_is_given_to_a_call_is_used(code, launched):
    assert (kinds(code) != []) is launched


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"const c = {{ mcpServers: {{ chrome: entry(['{X}', '--headless']) }} }};", True),
        (f"const c = {{ mcpServers: {{ chrome: ['{X}', 'b'] }} }};", False),
        (f"const client = new Thing('{X}', '1.0');", False),
        (f"const c = {{ title: shown(['{X}']) }};", False),
    ],
)
def test_a_list_that_is_handed_on_is_no_list_of_names(code, launched):
    assert (kinds(code) != []) is launched


@pytest.mark.parametrize(
    ("line", "launched"),
    [
        ("codex mcp add chrome -- npx -y PKG", True),
        ("claude mcp add docs npx PKG", True),
        ("gemini mcp add --scope user docs npx PKG", True),
        ("claude mcp remove docs npx PKG", False),
        ("codex plugin add docs npx PKG", False),
        ("run the mcp add docs npx PKG by hand", False),
    ],
)
def test_a_line_that_registers_a_server_starts_it(line, launched):
    assert (kinds(f"const lines = {{ codex: '{line.replace('PKG', W)}' }};") != []) is launched
