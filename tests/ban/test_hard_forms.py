"""Hard cases: what a registry keeps, programs in texts, containers, lines of help, measurements, settings in YAML."""

import pytest
from ban.found import found, kinds

X = "chrome-devtools-mcp"
W = "@acme/mcp-dev"


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"const done = await hub.servers.add({{ command: 'npx -y {X}' }}); expect(done.ok).toBe(true);", True),
        (f"const done = hub.insert({{ command: 'npx', args: ['{W}'] }}); if (!done) throw new Error('no');", True),
        (f"const sum = add({{ command: 'npx', args: ['{X}'] }}); expect(sum).toBe(1);", False),
        (f"const all = list.add('{X}'); expect(all).toBe(1);", False),
    ],
)
def test_what_a_registry_is_given_to_keep_is_used(code, launched):
    assert (kinds(code) != []) is launched


@pytest.mark.parametrize(
    ("text", "launched"),
    [
        ("process.title = 'PKG';", False),
        ("console.log('PKG'); go(globalThis[Symbol.for('team.PKG.mark')]);", False),
        ("require('child_process').execSync('npx -y PKG');", True),
        ("require('child_process').spawn('npx', ['-y', 'PKG']);", True),
        ("import { a } from 'PKG/b.js';", True),
    ],
)
def test_program_text_is_judged_as_a_program(text, launched):
    text = text.replace("PKG", X)
    assert (kinds(f'spawn(process.execPath, ["-e", "{text}"]);') != []) is launched
    assert (kinds(f'subprocess.run(["node", "--eval", "{text}"])', "a.py") != []) is launched


def test_program_text_with_a_hole_is_judged_and_text_for_a_shell_is_a_line():
    assert kinds(f"spawn('node', ['-e', `const p = ${{port}}; require('child_process').fork('{X}');`]);") == ["launch"]
    assert kinds(f"spawn('sh', ['-c', 'exec {X} --port 1']);") == ["launch"]
    assert kinds(f"spawn('node', ['-e', 'exec {X} --port 1']);") == []
    assert kinds(f"exec('sh -c \"{X} --port 1\"');") == ["launch"]
    assert kinds(f"exec('node -e \"go({X})\"');") == []


def test_program_text_is_judged_up_to_a_length():
    program = f"require('child_process').fork('{X}');" + "a();" * 5000
    assert kinds(f"spawn('node', ['-e', `{program}`]);") == []
    assert kinds(f"spawn('node', ['-e', `{program[:3000]}`]);") == ["launch"]


@pytest.mark.parametrize(
    ("words", "launched"),
    [
        ("run -i --rm PKG", True),
        ("run -it -p 80:80 -e A=b --name x PKG:1 --flag", True),
        ("run -p80:80 -v/a:/b --network=mcp-dev -eA=b PKG", True),
        ("run --rm node:22 npx -y PKG", True),
        ("run --rm node:22 PKG --port 1", True),
        ("run --rm node:22 start PKG", False),
        ("run -d --name PKG postgres", False),
        ("run --label a=PKG --network PKG postgres", False),
        ("run --rm --name PKG", False),
        ("run --hostname PKG -d", False),
    ],
)
def test_a_container_is_named_by_its_image_and_runs_its_command(words, launched):
    line = words.replace("PKG", W.removeprefix("@"))
    assert (kinds(f"exec('docker {line}');") != []) is launched
    listed = ", ".join(f"'{word}'" for word in line.split())
    assert (kinds(f"spawn('docker', [{listed}]);") != []) is launched


def test_options_of_a_container_that_are_not_known_may_be_followed_by_its_image():
    assert kinds(f"spawn('docker', ['run', ...options, '{W.removeprefix('@')}']);") == ["launch"]
    assert kinds(f"exec(`docker run ${{options}} x/{X}`);") == ["launch"]


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"need = {{'{X}@1', '--a'}}\nif not need.issubset(args):\n    stop()", False),
        (f"if need.isdisjoint({{'{X}', 'b'}}):\n    stop()", False),
        (f"missing = need - {{'{X}', 'b'}}", False),
        (f"more = {{'{X}', 'b'}} - need\nprint(more)", False),
        (f"need = {{'{X}', 'b'}}\nmore = need.difference(have)\nprint(more)", False),
        (f"need = {{'{X}', 'b'}}\nfor one in need.difference(have):\n    start(one)", True),
        (f"words = 'npx -y {W}'.split()\nsubprocess.run(words)", True),
    ],
)
def test_sets_are_compared_by_their_operations(code, launched):
    assert (kinds(code, "a.py") != []) is launched


@pytest.mark.parametrize(
    "code",
    [
        f"span.setAttribute('server', '{X}'); span.setAttributes({{ a: '{X}' }}); agent.addCustomAttribute('a', '{X}');",
        f"Sentry.setTag('mcp', '{X}'); span.addEvent('{X}'); performance.mark('{X}'); gauge.labels('{X}').inc();",
        f"page.type('#a', 'npx -y {X}'); cy.get('#a').type('npx -y {X}'); page.fill('#a', 'npx -y {X}');",
        f"fireEvent.change(field, {{ target: {{ value: 'npx -y {X}' }} }}); chat.sendText('npx -y {X}');",
        f"ora('{X}').start(); function banner() {{ return 'npx -y {X}'; }}",
        f"const history = [{{ version: '1', changes: ['{X}'] }}];",
    ],
)
def test_what_is_measured_or_typed_into_a_page_starts_nothing(code):
    assert kinds(code) == []


def test_python_measures_as_well():
    code = f"span.set_attribute('a', '{X}')\nset_up.set_tag('a', '{X}')\nCALLS.labels('{X}').inc()\nbox.send_keys('npx {X}')"
    assert kinds(code, "a.py") == []
    assert kinds(f"span.set('package', '{X}')", "a.py") == ["launch"]


def test_a_terminal_runs_what_is_sent_to_it():
    for terminal in ("terminal", "this.term", "activeTerminal", "window.createTerminal()", "term"):
        assert kinds(f"{terminal}.sendText(`npx -y {W}`);") == ["launch"]
    assert kinds(f"intern.sendText(`npx -y {W}`);") == []


@pytest.mark.parametrize(
    ("use", "launched"),
    [
        ("console.log(lines.join('\\n'))", False),
        ("if (lines.length) throw new Error(lines.join())", False),
        ("lines.unshift('a'); process.stdout.write(lines.join())", False),
        ("for (const line of lines) execSync(line)", True),
        ("lines.pop(); console.log(lines.push)", True),
        ("save(lines)", True),
    ],
)
def test_a_list_is_what_is_done_with_it_not_what_else_is_put_into_it(use, launched):
    code = f"const lines = []; lines.push('a'); lines.push('  npx -y {X}'); lines.push('b'); {use};"
    assert (kinds(code) != []) is launched


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a:\n  command: npx\n  args: ["-y", "PKG@1"]\n', 3),
        ("a:\n  command: npx\n  args:\n    - -y\n    - PKG@1\n  env: {}\n", 5),
        ("list:\n  - name: a\n    # why\n    command: npx -y PKG\n  - name: b\n    command: node\n", 4),
        ("- command: 'npx'\n  args: [\n    '-y',\n    'PKG',\n  ]\n", 4),
        ("a:\n  command: npm run mcp-dev\n  image: PKG\n", 0),
        ("PKG:\n  command: node\n  args: [a.js]\n", 0),
        ("Write this:\n\n  a:\n  command: npx and then\n  see what PKG does\n", 0),
    ],
)
def test_settings_in_yaml_start_what_they_name(text, line):
    text = text.replace("PKG", W)
    assert found(f"write(`{text}`);") == ([("launch", W, line)] if line else [])
    assert kinds(f"console.log(`{text}`);") == []


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"function go(pkg) {{ return spawn('npx', ['-y', pkg]); }} go('{W}');", True),
        (f"const entry = (pkg: string) => ({{ command: 'npx', args: [`${{pkg}}@1`] }}); go(entry('{W}'));", True),
        (f"class A {{ up(n: string, p?: string) {{ fork(p); }} go() {{ return this.up('a', '{W}'); }} }}", True),
        (f"async function run(pkg = 'x') {{ await exec(`npx ${{pkg}} -v`); }} console.log(await run('{W}'));", True),
        (f"function outer(p) {{ inner(p); }} function inner(q) {{ fork(q); }} outer('{W}');", True),
        (f"const up = async function (p) {{ execFile('npx', ['-y', p]); }}; if (up('{W}')) stop();", True),
        (f"function show(pkg) {{ console.log(pkg); }} show('{W}');", False),
        (f"function down(name) {{ spawn('docker', ['stop', name]); }} down('{W}');", False),
        (f"function go(pkg) {{ return spawn('npx', [pkg]); }} other('{W}'); go(1, '{W}'); go(['{W}']);", False),
        (f"function go({{ pkg }}) {{ return spawn('npx', [pkg]); }} go('{W}');", False),
        (f"function go(...all) {{ return spawn('npx', all); }} go('{W}'); tag`{W}`;", False),
        (f"function go() {{ return spawn('npx'); }} go('{W}'); const a = go; a('{W}');", False),
        (f"function again(a) {{ return again(a); }} again('{W}');", False),
    ],
)
def test_a_function_of_the_file_starts_what_it_is_given(code, launched):
    assert (kinds(code) != []) is launched


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"def go(pkg):\n    subprocess.run(['npx', pkg])\ngo('{W}')", True),
        (f"async def go(a, pkg=''):\n    await create_subprocess_exec('npx', pkg)\nx = '{W}'\ngo(1, x)", True),
        (
            f"class A:\n    def go(self, pkg):\n        os.execvp('npx', ['-y', pkg])\n    def b(self):\n        self.go('{W}')",
            True,
        ),
        (f"def go(pkg, /):\n    print(pkg)\ngo('{W}')", False),
        (f"def go(pkg):\n    pass\ndef go(pkg):\n    subprocess.run(['npx', pkg])\ngo('{W}')", False),
        (f"def go():\n    subprocess.run(['npx', pkg])\ngo('{W}')", False),
        (f"def go(*all):\n    subprocess.run(['npx', *all])\ngo('{W}')\ngo(x, *['{W}'])\ngo(pkg='{W}')", False),
        (f"gone('{W}')", False),
    ],
)
def test_a_function_of_a_python_file_starts_what_it_is_given(code, launched):
    assert (kinds(code, "a.py") != []) is launched


@pytest.mark.parametrize(
    ("given", "launched"),
    [
        (f"import {{ a }} from '{X}';", True),
        (f"merge({{ command: 'npx', args: ['-y', '{X}@1.6.0'] }});", True),
        (f"console.log('{X}');", False),
    ],
)
def test_a_program_text_is_followed_into_the_function_that_runs_it(given, launched):
    runs = "def run(script):\n    return subprocess.run(['npx', 'tsx', '--eval', script])\n"
    assert found(
        f'{runs}\ndef test():\n    script = f"""\n{given.replace("{", "{{").replace("}", "}}")}\n"""\n    run(script)',
        "a.py",
    ) == ([("launch", X, 6)] if launched else [])
    assert (kinds(f"function run(text) {{ spawnSync('node', ['-e', text]); }} run(`{given}`);") != []) is launched
