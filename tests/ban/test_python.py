import pytest
from ban.found import BAN, found, kinds

from dev_mcp_ban.scan import edges, scan

X = "chrome-devtools-mcp"
W = "@acme/mcp-dev"


def python(code):
    return kinds(code, "app/a.py")


@pytest.mark.parametrize(
    "code",
    [
        "import chrome_devtools_mcp", "import os, chrome_devtools_mcp.client as c", "from chrome_devtools_mcp import x", "from dev_mcp_tools.x import y",
        "import importlib\nimportlib.import_module('chrome_devtools_mcp')", "__import__('mcp_dev')", "N = 'mcp_dev'\nimport_module(N)",
        "def f():\n    from chrome_devtools_mcp import x",
    ],
)  # fmt: skip
def test_imports_are_found(code):
    assert python(code) == ["import"]


@pytest.mark.parametrize("package", [X, f"{X}@latest", W])
@pytest.mark.parametrize(
    "code",
    [
        "subprocess.run(['npx', '-y', 'PKG'])",
        "subprocess.Popen(('npx', 'PKG'), stdin=PIPE)",
        "subprocess.run('npx -y PKG', shell=True)",
        "subprocess.run(args=['npx', 'PKG'])",
        "os.system(f'npx -y PKG --port {port}')",
        "os.execvp('npx', ['npx', '-y', 'PKG'])",
        "await asyncio.create_subprocess_exec('npx', '-y', 'PKG')",
        "await asyncio.create_subprocess_shell('npx PKG')",
        "p = StdioServerParameters(command='npx', args=['-y', 'PKG'])",
        "p = StdioServerParameters(\n    command='npx',\n    args=[\n        '-y',\n        'PKG',\n    ],\n)",
        "c = {'mcpServers': {'x': {'command': 'npx', 'args': ['PKG']}}}",
        "c = {'command': 'PKG', 'args': []}",
        "c = MCPTools(command='npx -y PKG')",
        "c = MCPTools('npx -y PKG')",
        "a = shlex.split('npx -y PKG')",
        "a = ['npx']\na.append('PKG')\nsubprocess.run(a)",
        "a = ['PKG']\nsubprocess.run(['npx', *a])",
        "p = 'PKG'\nsubprocess.run(['npx', '-y', p])",
        "p = 'PKG'\nrun(f'npx -y {p}')",
        "run('npx -y ' + 'PKG')",
        "run('npx -y %s' % 'PKG')" if False else "run('npx '\n    '-y PKG')",
        "class A:\n    command = 'npx -y PKG'",
        "def f(pkg='PKG'):\n    subprocess.run(['npx', pkg])",
        "def f(*, pkg='PKG'):\n    subprocess.run(['npx', pkg])",
        "x = ['npx', 'PKG'] if a else []",
        "if (line := 'npx PKG'):\n    os.system(line)",
        "subprocess.run(['node', '-e', \"import('PKG')\"])",
        "S = '''\nimport {x} from 'PKG'\n'''\nsubprocess.run(['node', '-e', S])",
    ],
)  # fmt: skip
def test_launches_are_found(code, package):
    assert python(code.replace("PKG", package)) == ["launch"], code


@pytest.mark.parametrize(
    "code",
    [
        f"N = '{X}@latest'", f"P = ['{X}', 'b']\nuse(P)", f"f(x, '{X}')", f"c = dict(package='{X}')", f"p = '/opt/node_modules/{X}/build/x.js'",
        f"p = f'{X}@{{v}}'", f"p = '{X}@{{}}'.format(v)", f"p = '{X}@%s' % v", f"x.package = '{X}'", f"x['package'] = '{X}'", "p = 'context7' + '-mcp'", "p: str = 'context7' '-mcp'",
        f"subprocess.run(['npm', 'i', '{X}'])",
    ],
)  # fmt: skip
def test_a_listed_package_named_in_full_counts_by_itself(code):
    assert python(code) == ["launch"]


@pytest.mark.parametrize(
    "code",
    [
        f"# {X}", f"'''{X}'''", f"def f():\n    '''{X}'''", f"if x == '{X}': pass", f"assert '{X}' in y", f"x = '{X}' in y", f"print('{X}')",
        f"logger.info('npx {X}')", f"raise ValueError('{X}')", f"c = {{'{X}': 1}}", f"c['{X}']", f"c = {{'name': '{X}', 'description': '{X}'}}",
        f"NAME = '{X}'", f"class A:\n    name: str = '{X}'", f"x: Literal['{X}'] = y", f"x: '{X}' = y", f"match x:\n    case '{X}':\n        pass",
        f"self.assertIn('{X}', y)", f"u = 'https://x.dev/{X}'", f"shutil.which('{X}')", f"d.get('{X}')", f"subprocess.run(['pgrep', '-f', '{X}'])",
        "import mcp.server.dev", "from . import dev_mcp", "from .dev_mcp import x", "import_module('.dev_mcp', __package__)", "x = 'mcp-dev'", "go('dev-mcp')",
        f"os.path.join(a, '{X}', 'b')", f"x = y if '{X}' else z", "x = b'chrome-devtools-mcp'", f"f(**{{'{X}': 1}})", "importlib.import_module()",
        f"P = {{'{X}'}}\nif x in P: pass\nP.issubset(y) if False else 0" if False else f"P = ['{X}']\nif x in P: pass",
    ],
)  # fmt: skip
def test_nothing_else_is_found(code):
    assert python(code) == []


def test_the_place_is_that_of_the_name():
    code = "x = 1\nsubprocess.run(\n    # ü\n    ['ü', 'npx', 'chrome-devtools-mcp'])\n"
    (hit,) = scan("a.py", code.encode(), BAN).hits
    assert (hit.line, hit.column) == (4, 19)
    code = "S = '''\none\nnpx chrome-devtools-mcp'''\nos.system(S)"
    assert found(code, "a.py") == [("launch", X, 3)]


def test_a_file_that_does_not_parse_is_read_statement_by_statement():
    code = f"print 'x'\nimport chrome_devtools_mcp\nif x:\n    subprocess.run([\n        'npx',\n        '{X}',\n    ])\nwhile x {X}:\n"
    report = scan("a.py", code.encode(), BAN)
    assert [(hit.kind, hit.line) for hit in report.hits] == [("import", 2), ("launch", 6)]
    assert report.unparsed == "line 1 is no code that Python 3 knows"


def test_a_statement_that_opens_a_block_is_read_too():
    code = f"print 'x'\nwith run('npx {X}') as y:\n  print 'y'\nelif '{X}':\n"
    assert found(code, "a.py") == [("launch", X, 2)]


@pytest.mark.parametrize(
    "code", ["x = (\n" * 30_000 + f"'{X}'", "x = '" + X + "'\0", "x=" + "'a'+" * 20_000 + f"'{X}'"]
)
def test_what_python_gives_up_on_is_said(code):
    assert scan("a.py", code.encode(), BAN).unparsed


def test_odd_escapes_make_no_noise():
    assert python(f"x = '\\d'\ny = '{X}@1'") == ["launch"]


def test_edges_keep_their_dots_and_say_whether_they_carry():
    code = (
        "import a, b.c as d\nfrom .x import y, z\nfrom .. import *\nfrom e import f\nif TYPE_CHECKING:\n    import g\nelse:\n    import h\n"
        "if typing.TYPE_CHECKING:\n    from i import j\nimportlib.import_module('k')\nimportlib.import_module(l)\nif 1:\n    import m\n"
    )
    assert [(edge.specifier, edge.line, edge.kind, edge.carries) for edge in edges("a.py", code.encode())] == [
        ("a", 1, "import", True), ("b.c", 1, "import", True), (".x", 2, "import", True), (".x.y", 2, "member", True), (".x.z", 2, "member", True),
        ("..", 3, "import", True), ("e", 4, "import", True), ("e.f", 4, "member", True), ("g", 6, "import", False), ("h", 8, "import", True),
        ("i", 10, "import", False), ("i.j", 10, "member", False), ("k", 11, "dynamic", True), ("m", 14, "import", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        ("f()('mcp-dev')", False), ("f().run('chrome-devtools-mcp@1')", True), ("x = ['npx', *['-y', 'mcp-dev']]", True), ("x = 1 - len('mcp-dev')", False),
        ("x, y = 'chrome-devtools-mcp@1', 2", True), ("x[0] = 'chrome-devtools-mcp@1'", True), ("x[i] = y[0] = 'chrome-devtools-mcp@1'", True),
        ("x += 'chrome-devtools-mcp@1'", True), ("f(*['chrome-devtools-mcp@1'])", True), ("f(**dict(a='chrome-devtools-mcp@1'))", True), ("f(**'mcp-dev')", False),
        ("x = {**y, 'a': 'chrome-devtools-mcp@1'}", True), ("x = {k: 'chrome-devtools-mcp@1'}", True), ("x = {'chrome-devtools-mcp': 1}", False),
        ("x = 'chrome-devtools-mcp' - 1", True), ("x = 'a' * 3 + 'mcp-dev'", False), ("def f(a, b='mcp-dev', *c, d, e='chrome-devtools-mcp@1'): pass", True),
        ("x = y = 'mcp-dev'\nx = x + x\nrun(x)", False), ("@decorate('chrome-devtools-mcp@1')\ndef f(): pass", True), ("x = lambda: 'chrome-devtools-mcp@1'", True),
        ("'mcp-dev'.join(x)", False), ("'chrome-devtools-mcp'.startswith(x)", False), ("(lambda: 1)('chrome-devtools-mcp@1')", True), ("f'{1!r:>{2}}mcp-dev'", False),
        ("x = '%d' % 'chrome-devtools-mcp@1'", True), ("x = f(1).format('mcp-dev')", False), ("x = (y.z).format + 'mcp-dev'", False),
        ("N = 'mcp-dev'\ndef f():\n    return subprocess.run(['npx', N])", True), ("x: Final = 'chrome-devtools-mcp@1'", True), ("f('x' 'y', mode='mcp-dev')", False),
    ],
)  # fmt: skip
def test_the_neighbourhood_decides(code, launched):
    assert (python(code) != []) is launched


def test_a_sum_is_reported_at_its_first_piece():
    assert found("x = ('context7' +\n 'x' + '-mcp')\ny = ('context7' +\n '-mcp')", "a.py") == [
        ("launch", "context7-mcp", 3)
    ]
