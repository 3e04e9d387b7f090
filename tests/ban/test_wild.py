"""Forms that public code uses, each beside the form next to it that starts nothing."""

import pytest
from ban.found import found, kinds

X = "chrome-devtools-mcp"
W = "some-mcp-devtools"
STARTED = f"{{ command: 'npx', args: ['-y', '{X}'] }}"


@pytest.mark.parametrize(
    "name", ["_require", "nodeRequire", "__require", "hostRequire.resolve", "this.require.resolve"]
)
@pytest.mark.parametrize("package", [f"{X}/build/a.js", W])
def test_whatever_is_named_after_require_imports(name, package):
    assert kinds(f"const a = {name}('{package}');") == ["import"]


def test_what_is_only_like_require_does_not_import():
    assert kinds(f"const a = requirements.resolve('{W}'); const b = required('{W}');") == []


@pytest.mark.parametrize(
    ("code", "hit"),
    [
        (f"const EXTERNAL_SERVERS = {{ a: {{ entry: 'node_modules/{X}/a.js' }} }};", True),
        (f"const externalTool = '{X}@latest';", True),
        (f"const EXTERNAL_MODULES = ['{X}'];", False),
        (f"build({{ external: ['{X}'] }});", False),
        (f"build({{ externals: ['{X}'] }});", False),
    ],
)
def test_externals_are_left_out_and_external_servers_are_servers(code, hit):
    assert kinds(code) == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("code", "hit"),
    [
        (f"add([{{ description: 'd', entryPoint: '{X}' }}]);", True),
        (f"add([{{ description: 'd', entrypoint: '{X}' }}]);", True),
        (f"add([{{ description: 'd', meetingPoint: '{X}' }}]);", False),
    ],
)
def test_an_entry_point_is_a_program(code, hit):
    assert kinds(code) == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("code", "hits"),
    [
        (f"test.each([[{{ a: {STARTED} }}, 1]])('%s', run);", ["launch"]),
        (f"const cases = [[{{ a: {STARTED} }}, 1]]; it.each(cases)('%s', run);", ["launch"]),
        (f"describe.each(['{X}', 'b'])('%s', run);", []),
        (f"it.only({STARTED});", []),
        (f"it.eachOf({STARTED});", []),
    ],
)
def test_a_table_of_tests_holds_configurations_and_titles(code, hits):
    assert kinds(code) == hits


@pytest.mark.parametrize("key", ["transport", "env", "cwd", "timeout"])
def test_a_package_beside_how_it_is_started_is_started_also_in_a_catalogue(key):
    code = f"const servers = [{{ npmPackage: '{X}', docsUrl: 'u', description: 'd', KEY: 'stdio' }}];"
    assert kinds(code.replace("KEY", key)) == ["launch"]
    assert kinds(code.replace("KEY", "rating")) == []


@pytest.mark.parametrize("key", ["repoUrl", "docs_url", "homepageUrl", "icon-link", "projectUrl"])
def test_a_row_with_links_is_a_catalogue(key):
    code = f"const rows = [{{ npmPackage: '{X}', KEY: 'u' }}];"
    shown = key.replace("-", "_")
    assert kinds(code.replace("KEY", shown)) == []
    assert kinds(code.replace("KEY", "baseUrl")) == ["launch"]


@pytest.mark.parametrize(
    ("code", "hit"),
    [
        (f"const a = {{ skillsUsed: ['{X}', 'b'] }};", False),
        (f"const a = {{ capabilitiesJson: JSON.stringify(['{X}']) }};", False),
        (f"const a = {{ packagesUsed: ['{X}', 'b'] }};", True),
        (f"const used = ['{X}', 'b'];", True),
        (f"const json = '{X}';", True),
    ],
)
def test_a_label_stays_one_when_it_is_used_or_written_as_json(code, hit):
    assert kinds(code) == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("code", "hit"),
    [
        (f"client.session('{X}')", False),
        (f"gateway.discover('{X}')", False),
        (f"client.session('{X}@latest')", True),
        (f"client.start('{X}')", True),
    ],
)
def test_a_bare_name_in_a_call_that_looks_up_is_an_id(code, hit):
    assert kinds(code, "a.py") == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("code", "hit"),
    [
        (f"const c = {{ command: 'agent mcp add x --server npx:{X}' }};", True),
        (f"const c = {{ command: 'agent mcp add x --server xpn:{X}' }};", False),
    ],
)
def test_a_package_may_stand_behind_the_name_of_its_runner(code, hit):
    assert kinds(code) == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("code", "path", "hit"),
    [
        (f"const all = path.join(root, 'node_modules'); const one = path.join(all, '{X}');", "a.ts", True),
        (f"const all = join('a', 'node_modules'); use(resolve(all, '{X}', 'a.js'));", "a.ts", True),
        (f"const all = path.join(root, 'docs'); const one = path.join(all, '{X}');", "a.ts", False),
        (f"const all = path.join(root, place); const one = path.join(all, '{X}');", "a.ts", False),
        (f"const all = join('node_modules'); const one = path.join(all, '{X}');", "a.ts", False),
        (f"const all = words.join('node_modules', 'b'); const one = path.join(all, '{X}');", "a.ts", False),
        (f"everything = root / 'node_modules'\none = everything / '{X}' / 'a.js'", "a.py", True),
        (f"everything = root / 'docs'\none = everything / '{X}' / 'a.js'", "a.py", False),
        (f"everything = root / place\none = everything / '{X}' / 'a.js'", "a.py", False),
    ],
)
def test_the_folder_of_packages_may_have_a_name_of_its_own(code, path, hit):
    assert kinds(code, path) == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        (f'["-y", "{X}"]', True),
        (f'["npx", "{W}", "--a"]', True),
        (f'["cmd", "/c", "npx", "-y", "{W}"]', True),
        (f'["{X}", "b"]', False),
        (f'["-y", 1, "{X}"]', False),
        (f'["npx", "-y"] // "{X}"]', False),
        ('["npx", "-y"]', False),
    ],
)
def test_arguments_may_be_written_as_json(text, hit):
    assert kinds(f"const row = {{ command: 'npx', args: '{text}' }};") == (["launch"] if hit else [])
    assert kinds(f"print('{text}')", "a.py") == []


@pytest.mark.parametrize("package", [X, f"{X}@latest", W])
def test_arguments_may_be_one_text_beside_the_program(package):
    name = package.removesuffix("@latest")
    assert found(f"const row = {{ description: 'd', command: 'npx', args: '-y {package} --a' }};") == [
        ("launch", name, 1)
    ]
    assert found(f"const NPX = 'npx';\nconst row = {{ command: NPX, args: '-y {package}' }};") == [("launch", name, 2)]
    assert found(f"Row(command=RUNNER, args='-y {package}')", "a.py") == [("launch", name, 1)]


@pytest.mark.parametrize(
    "code",
    [
        f"const row = {{ description: 'd', args: '-q {W}' }};",
        f"const row = {{ command: 'echo', args: '-q {X}' }};",
        f"const row = {{ command: 'npx', notes: '-y {W}' }};",
        f"const row = {{ command: 'npx', args: '-y other --name={W}' }};",
        f"console.log({{ command: 'npx', args: '-y {X}' }});",
    ],
)
def test_a_text_that_only_looks_like_arguments_starts_nothing(code):
    assert kinds(code) == []


@pytest.mark.parametrize(
    ("code", "hit"),
    [
        (f"setArguments('-y {W}');", True),
        (f"const field = Field('--yes {X}@latest');", True),
        (f"setArguments('-y other {W}');", False),
        (f"setArguments('-x {W}');", False),
    ],
)
def test_a_text_that_begins_with_yes_is_what_a_runner_gets(code, hit):
    assert kinds(code) == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("use", "hit"),
    [
        ("exec(`docker ps --filter name=${name}`)", False),
        ("exec('docker stop ' + name)", False),
        ("exec(`docker run ${name}`)", True),
        ("exec(`wait-for ${name} --quiet`)", False),
        ("exec(`${name} --quiet`)", True),
        ("exec(name)", True),
        ("exec(`npx ${name} --quiet`)", True),
        ("exec(`${runner} ${name}`)", True),
        ("use(`${runner} ${name}`)", False),
    ],
)
def test_a_variable_is_started_only_where_its_command_line_says_so(use, hit):
    assert kinds(f"const name = settings.name || '{W}';\n{use};") == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("code", "hit"),
    [
        (f"""page('<input placeholder="' + 'npx -y {X}' + '">');""", False),
        (f"""page('<p>' + a + '<input data-hint="' + (far ? 'u' : 'npx -y {X}') + '">');""", False),
        (f"""page(`<input title="${{far ? 'u' : 'npx -y {X}'}}">`);""", False),
        (f"""page(a + '; npx -y {X}');""", True),
        (f"""page(`<input ${{far ? 'u' : 'npx -y {X}'}}>`);""", True),
        (f"""run('cd x; ' + 'npx -y {X}');""", True),
    ],
)
def test_an_attribute_of_a_page_in_pieces_is_shown(code, hit):
    assert kinds(code) == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("code", "hit"),
    [
        (f"function server() {{ return which.sync('{X}'); }}", True),
        (f"const server = which.sync('{X}'); this.use(server);", True),
        (f"const expected = which.sync('{X}');", False),
        (f"function server() {{ return '{X}'; }}", False),
    ],
)
def test_where_a_program_is_is_no_label_whoever_is_told(code, hit):
    assert kinds(code) == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("code", "hit"),
    [
        (f"runNpx('{W}', args);", True),
        (f"this.execBunx('{W}');", True),
        (f"hasNpx('{W}');", False),
        (f"runLocal('{W}', args);", False),
    ],
)
def test_a_call_that_is_named_after_a_runner_launches(code, hit):
    assert kinds(code) == (["launch"] if hit else [])


@pytest.mark.parametrize("name", ["body", "fileContent", "text", "rest"])
def test_settings_are_started_although_the_variable_only_says_that_they_are_a_text(name):
    toml = f'[mcp_servers.c]\\ncommand = "npx"\\nargs = ["-y", "{X}@latest"]\\n'
    assert kinds(f"const {name} = '{toml}'; write({name});") == ["launch"]
    assert kinds(f"def f():\n    {name} = '{toml}'\n    path.write_text({name})\n", "a.py") == ["launch"]
    assert kinds(f"const {name} = 'Start npx -y {X}, or ask me for more. {toml}';") == []
    assert kinds(f"const snippet = '{toml}';") == []
    assert kinds(f"page({{ title: 'Setup', {name}Text: '{toml}' }});") == []


@pytest.mark.parametrize(
    ("code", "hit"),
    [
        ("add({ path: '.codex/config.toml', content: 'TOML' });", True),
        ("add({ fileName: name, content: 'TOML' });", True),
        ("add({ title: name, content: 'TOML' });", False),
        ("add({ path: 'a.md', content: 'Start it: npx -y PKG' });", False),
        ("add({ path: 'a.md', description: 'TOML' });", False),
    ],
)
def test_what_stands_beside_the_name_of_a_file_is_written_into_it(code, hit):
    toml = f'[mcp_servers.c]\\ncommand = "npx"\\nargs = ["-y", "{X}"]\\n'
    assert kinds(code.replace("TOML", toml).replace("PKG", X)) == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("use", "hit"),
    [
        ("spawn('node', [place])", True),
        ("spawn(process.execPath, ['--no-warnings', place])", True),
        ("exec(`node ${place}`)", True),
        ("exec(place)", True),
        ("spawn('node', ['--dir', place])", False),
        ("spawn('chrome', [place])", False),
        ("spawn('chrome', [`--user-data-dir=${place}`])", False),
        ("exec(`chrome --user-data-dir=${place}`)", False),
        ("connect({ command: 'node', args: [place] })", True),
        ("connect({ command: 'chrome', args: [place] })", False),
        ("connect({ command: 'npx', args: ['-y', 'other', '--userDataDir', place] })", False),
    ],
)
def test_a_path_that_has_the_name_in_it_is_started_where_it_is_what_a_runtime_runs(use, hit):
    code = f"const place = path.join(root, 'tools', '{X}', 'cli'); {use};"
    assert kinds(code) == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("option", "hit"),
    [
        ("--package=", True),
        ("--name=", False),
        ("--user-data-dir=", False),
        ("--from=", True),
        ("--client-name=", False),
    ],
)
def test_behind_an_option_that_takes_a_name_is_no_package(option, hit):
    assert kinds(f"spawn('npx', ['{option}{X}', 'x']);") == (["launch"] if hit else [])
    assert kinds(f"spawn('run', ['{option}node_modules/{X}/a.js']);") == ["launch"]


@pytest.mark.parametrize(
    ("argv", "hit"),
    [
        ("'run', '--rm', '-i', 'some-mcp-devtools', 'serve'", True),
        ("'run', '-it', '-v', 'mcp-dev-cache:/x', 'some-mcp-devtools'", True),
        ("'run', '--rm', '-v', 'mcp-dev-cache:/x', 'alpine'", False),
        ("'run', '--quiet', 'some-mcp-devtools'", False),
        ("'run', 'some-mcp-devtools'", False),
    ],
)
def test_a_program_that_is_not_known_runs_containers_where_its_options_say_so(argv, hit):
    assert kinds(f"connect({{ command: program(), args: [{argv}] }});") == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("code", "hit"),
    [
        (f"row({{ versionSource: {{ kind: 'npm', package: '{X}' }} }});", False),
        (f"row({{ source: {{ kind: 'npm', package: '{X}' }} }});", True),
        (f"row({{ versions: {{ old: {STARTED} }} }});", True),
        (f"row({{ version: '{X}@1' }});", True),
    ],
)
def test_where_a_version_is_looked_up_nothing_starts(code, hit):
    assert kinds(code) == (["launch"] if hit else [])


@pytest.mark.parametrize(
    ("use", "hit"),
    [
        ("fs.statSync(place).isDirectory()", False),
        ("await pathExists(place)", False),
        ("if (existsSync(place)) rmSync(place)", False),
        ("if (existsSync(place)) fork(place)", True),
        ("exports.place = place", True),
        ("open(place)", True),
    ],
)
def test_what_is_installed_is_not_started_by_who_looks_whether_it_is_there(use, hit):
    assert kinds(f"const place = path.join(root, 'node_modules', '{X}'); {use};") == (["launch"] if hit else [])


@pytest.mark.parametrize("key", ["label", "title", "license", "publisher", "author", "description"])
def test_a_package_in_a_row_for_people_starts_nothing(key):
    assert kinds(f"rows.push({{ {key}: text, npm: '{X}' }});") == []
    assert kinds(f"rows.push({{ {key}: text, npm: '{X}', args: [] }});") == ["launch"]
    assert kinds(f"rows.push({{ port: 1, npm: '{X}' }});") == ["launch"]


def test_a_path_in_an_option_is_not_what_a_runtime_runs():
    path = f"path.join(root, 'tools', '{X}')"
    assert kinds(f"spawn('node', [{path}]);") == ["launch"]
    assert kinds(f"spawn('node', [`--dir=${{{path}}}`]);") == []


def test_what_a_constant_brings_into_a_longer_text_is_told_at_the_constant():
    code = f"PKG = '{X}@1'\n\ndef f():  # {X}\n    run(f'npx -y {{PKG}} --help')\n    run('npx -y ' + PKG)\n"
    assert found(code, "a.py") == [("launch", X, 1)]
    assert found(f"PKG = '{X}'\nrun(f'npx {{PKG}} {X}')\n", "a.py") == [("launch", X, 1), ("launch", X, 2)]
    assert found("NAME = 'context7'\nrun(f'npx -y {NAME}-mcp')\n", "a.py") == [("launch", "context7-mcp", 2)]
