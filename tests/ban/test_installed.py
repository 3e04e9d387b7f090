"""Packages that are reached by where they are installed."""

import pytest
from ban.found import BAN, found, kinds

from dev_mcp_ban import bundles, runners
from dev_mcp_ban.scan import edges

X = "chrome-devtools-mcp"


@pytest.mark.parametrize(
    "code",
    [
        f"import {{ createRequire }} from 'module'; createRequire(import.meta.url).resolve('{X}/package.json')",
        f"module.createRequire(here).resolve('{X}')",
    ],
)
def test_a_require_that_is_made_for_one_call_resolves(code):
    assert kinds(code) == ["import"]


@pytest.mark.parametrize(
    "code",
    [
        f"const parts = ['node_modules', '{X}', 'build', 'index.js']; run(path.join(root, ...parts))",
        f"const NAME = '{X}'; run(path.join(globalRoot(), NAME, 'build', 'index.js'))",
        f"run(path.join(globalRoot(), '{X}', 'package.json'))",
    ],
)
def test_a_path_into_a_package_names_it(code):
    assert found(code) == [("launch", X, 1)]


@pytest.mark.parametrize(
    "code",
    [
        f"path.join(os.homedir(), '.cache', '{X}', 'profile')", f"path.join(folder(), '{X}')", f"path.join(folder(), '{X}', 'logs')",
        f"path.join('{X}', 'build')",
    ],
)  # fmt: skip
def test_a_folder_of_that_name_is_no_package(code):
    assert kinds(code) == []


def test_a_constant_list_among_arguments_is_read():
    assert kinds(f"spawn('npx', [...(['-y', '{X}'] as const), '--headless'])") == ["launch"]


def test_a_shell_that_only_shows_a_name_starts_nothing():
    assert kinds("spawn('sh', ['-c', 'echo dev-mcp'])") == []


def test_what_a_module_exports_as_text_is_named_in_full():
    assert kinds(f"export default '{X}'") == ["launch"]


def test_arguments_of_nothing_are_read():
    assert kinds(f"@('{X}') class A {{}}") == ["launch"]


def test_a_python_command_line_that_is_formatted_is_read():
    code = f"LINE = 'npx {X}@{{}}'.format(version)\nimport os\nos.system(LINE)\n"
    assert kinds(code, "app/a.py") == ["launch"]


@pytest.mark.parametrize(
    "code",
    [
        "subprocess.run(['uv', 'tool', 'run', 'dev-mcp'])", "subprocess.run(['npx', '--package', 'dev-mcp', 'x'])", "subprocess.run(['npm', '--silent', 'exec', 'dev-mcp'])",
    ],
)  # fmt: skip
def test_managers_are_read_in_python(code):
    assert kinds(code, "app/a.py") == ["launch"]


@pytest.mark.parametrize("code", ["subprocess.run(['npm', '--silent'], 'dev-mcp')", "subprocess.run(['npx', '--package'])"])  # fmt: skip
def test_managers_without_a_package_start_nothing(code):
    assert kinds(code, "app/a.py") == []


@pytest.mark.parametrize("code", [f"open('node_modules/other/{X}.txt')", "open('node_modules/other')"])
def test_another_package_is_none_of_these(code):
    assert kinds(code, "app/a.py") == []


def test_a_keyword_of_a_class_starts_nothing_by_itself():
    assert kinds("class A(B, server='dev-mcp'): pass", "app/a.py") == []


def test_the_condition_of_an_expression_is_only_looked_at():
    assert kinds(f"x = 1 if '{X}' else 2", "app/a.py") == []


def test_a_method_that_is_handed_on_changes_nothing():
    assert kinds(f"f('{X}'.upper)", "app/a.py") == ["launch"]


def test_what_an_expression_of_regular_letters_is_tried_on_is_looked_at():
    assert kinds(f"/mcp/.test('{X}')") == []


@pytest.mark.parametrize("argv", [["npm", "--silent"], ["npx", "--package"], ["npx", "-y"], ["npx", "--registry", "x"]])
def test_a_command_that_ends_early_names_no_package(argv):
    assert runners.package_at(argv) == set()


def test_a_path_into_another_package_is_not_in_a_bundle():
    assert bundles.scan("out.js", b'f("node_modules/other/mcp-dev.js")', BAN) == ()


def test_a_comment_among_imported_names_is_no_name():
    assert [edge.carries for edge in edges("a.ts", b"import a, /* b */ { c } from './x'; let d: a = c;")] == [True]


def test_a_list_that_is_cast_where_it_is_handed_over_is_read():
    assert kinds(f"spawn('npx', ['-y', '{X}'] as const)") == ["launch"]
    assert kinds("spawn('npx', ['-y', 'dev-mcp'] as string[])") == ["launch"]


def test_what_is_raised_is_text():
    assert kinds(f"raise '{X}'", "app/a.py") == []


def test_types_and_comments_among_imported_names_carry_nothing():
    code = b"import { /* b */ type C, type D, e } from './x'; let d: C = e;"
    assert [edge.carries for edge in edges("a.ts", code)] == [True]
