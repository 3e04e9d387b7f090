"""Names that are looked up, given back or shown: what is a label, and what is not."""

import pytest
from ban.found import kinds

X = "chrome-devtools-mcp"
W = "@acme/mcp-dev"


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"map.set('{X}', 1); bus.emit('{X}'); bus.on('{X}', f); document.getElementById('{X}');", False),
        (f"const log = createLogger('{X}'); const d = createDebug('{X}');", False),
        (f"getSkill('{X}'); findServer('{X}'); manager.removeServer('{X}'); stop_server('{X}');", False),
        (f"settle('{X}'); install('{X}');", True),
        (f"getPackage('{X}');", True),
        (f"findServer('{X}@1');", True),
        (f"options.set('package', '{X}');", True),
    ],
)
def test_a_name_to_look_up_by_is_no_launch(code, launched):
    assert (kinds(code) != []) is launched


def test_in_python_a_name_of_ones_own_is_none_either():
    code = f"FastMCP('{X}')\nlogging.getLogger('{X}')\nmetadata.version('{X}')\nArgumentParser(prog='{X}')"
    assert kinds(code, "a.py") == []
    assert kinds(f"install('{X}')\ndownload(package='{X}')", "a.py") == ["launch", "launch"]


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"start(['list', '--adapter', '{X}', '--json']);", False),
        (f"start(['list', '--no-install', '{X}', '--json']);", True),
        (f"start(['list', mode, '{X}', '--json']);", True),
        (f"start(['--adapter', 'a', '{X}']);", True),
        (f"start(['--install', '{X}']);", True),
        (f"const c = {{ ownedBy: '{X}' }};", False),
        (f"const c = {{ owned: '{X}' }};", True),
    ],
)
def test_the_value_of_an_option_that_takes_a_name_is_a_name(code, launched):
    assert (kinds(code) != []) is launched


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"function label(x) {{ return '{X}'; }}", False),
        (f"function parseProvider(x) {{ if (x) {{ return '{X}'; }} }}", False),
        (f"const getName = () => '{X}';", False),
        (f"const getName = function () {{ return '{X}'; }};", False),
        (f"const c = {{ title: () => '{X}', b: 1 }};", False),
        (f"class A {{ get name() {{ return '{X}'; }} label = () => '{X}'; }}", False),
        (f"function resolveBin() {{ return '{X}'; }}", True),
        (f"function label(x) {{ return ['npx', '{X}']; }}", True),
        (f"const spec = (cfg) => cfg.spec || '{X}';", True),
        (f"const x = '{X}@1'; const getName = x => 1; if (x === 2) go();", True),
        (f"go(() => '{X}'); go(function () {{ return '{X}'; }});", True),
        (f"return '{X}';", True),
    ],
)
def test_a_function_is_named_after_what_it_gives_back(code, launched):
    assert (kinds(code) != []) is launched


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"def label(x):\n    if x:\n        return '{X}'", False),
        (f"async def backend(x):\n    return '{X}'", False),
        (f"def program(x):\n    return '{X}'", True),
        (f"def label(x):\n    return ['npx', '{X}']", True),
        (f"return '{X}'", True),
    ],
)
def test_in_python_it_is_too(code, launched):
    assert (kinds(code, "a.py") != []) is launched


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"const c = {{ slugs: ['{X}', 'b'] }};", False),
        (f"const c = {{ adapters: ['{X}', 'b'] }};", False),
        (f"const c = {{ detectAs: '{X}' }};", False),
        (f"rows.push({{ title, loc: '{X}', note: x }});", False),
        (f"await page.locator('#x').selectOption('{X}');", False),
        (f"const c = {{ items: ['{X}', 'b'] }};", True),
        (f"rows.push({{ loc: '{X}', b: x }});", True),
    ],
)
def test_labels_in_the_plural_and_rows(code, launched):
    assert (kinds(code) != []) is launched


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        (f"const c = [{{ label: 'a', description: 'b', npxPackage: '{W}' }}]; await ui.show(c);", True),
        (f"const c = [{{ label: 'a', description: 'b', somePackage: '{W}' }}]; await ui.show(c);", False),
        (f"const c = [{{ label: 'a', description: 'b', somePackage: '{X}' }}]; await ui.show(c);", False),
        (f"text.replace('{X}', name); text.removeprefix('{X}');", False),
        (f"text.replace(name, '{X}');", True),
    ],
)
def test_a_key_may_name_the_program_that_starts_it(code, launched):
    assert (kinds(code) != []) is launched
