import pytest
from ban.found import BAN, found, kinds

from dev_mcp_ban.scan import scan

X = "chrome-devtools-mcp"


@pytest.mark.parametrize(
    "code",
    [
        f"import x from '{X}';",
        f'import {{ a }} from "{X}/build/x.js";',
        f"import * as x from '{X}';",
        f"import '{X}';",
        f"import x from 'npm:{X}@1';",
        f"import x, {{ type T }} from '{X}';",
        f"import {{ a, type T }} from '{X}';",
        f"import type from '{X}';",
        f"import x from '{X}' with {{ type: 'json' }};",
        f"export {{ a }} from '{X}';",
        f"export * from '{X}';",
        f"export * as x from '{X}';",
        f"import x = require('{X}');",
        f"const x = require('{X}');",
        f"const x = require?.('{X}');",
        f"const x = module.require('{X}');",
        f"const x = require.resolve('{X}/package.json');",
        f"const x = require.resolve(`{X}/package.json`);",
        f"const x = await import('{X}');",
        f"const x = await import(`{X}`);",
        f"const x = await import(/* webpackIgnore: true */ '{X}');",
        f"const P = '{X}'; await import(P);",
        f"const P = '{X}' as const; await import(P);",
        f"const N = {{ browser: '{X}' }}; await import(N.browser);",
        f"enum N {{ Browser = '{X}' }}; await import(N.Browser);",
        f"const P = '{X}'; await import(`${{P}}/build/x.js`);",
        "await import('chrome-' + 'devtools-mcp');",
        "await import('chrome-devtools-' + ('mcp' + '/x'));",
        r"import x from 'chrome\u002ddevtools-mcp';",
        r"import x from 'chrome\x2ddevtools-mcp';",
        r"import x from 'chrome\u{2d}devtools-mcp';",
        f"import.meta.resolve('{X}');",
        f"new URL('{X}/worker.js', import.meta.url);",
        f"new Worker('{X}/worker.js');",
        f"new Worker(new URL('{X}/worker.js', import.meta.url));",
        f"createRequire(import.meta.url)('{X}');",
        f"import {{ createRequire }} from 'module'; const need = createRequire(import.meta.url); need('{X}');",
        f"const r = module.createRequire(import.meta.url); r.resolve('{X}');",
        f"const r = require; r('{X}');",
        f"declare module '{X}' {{ export const x: number; }}",
        f"jest.mock('{X}', () => ({{}}));",
        f"vi.mock('{X}');",
        f"vi.importActual('{X}');",
        f"import x from '../node_modules/{X}/build/x.js';",
        "import x from '@mcp-b/chrome-devtools-mcp';",
        "import x from '@acme/mcp-dev';",
        f"import defer * as x from '{X}';",
        f"const x = lazy(() => import('{X}'));",
        f"resolveFrom(dir, '{X}');",
    ],
)  # fmt: skip
def test_every_form_of_import_is_found(code):
    assert kinds(code) == ["import"]


@pytest.mark.parametrize(
    "code",
    [
        f"import type {{ T }} from '{X}';",
        f"import type T from '{X}';",
        f"import {{ type A, type B }} from '{X}';",
        f"export type {{ T }} from '{X}';",
        f"export {{ type T }} from '{X}';",
        f"export type * from '{X}';",
        f"let x: import('{X}').T;",
        f"type X = typeof import('{X}');",
        f"function f<T extends import('{X}').T>(x: T) {{}}",
        f"const x = y as import('{X}').T;",
        f"const x: f<import('{X}').T> = y;",
        f"import type x = require('{X}');",
        f'/// <reference types="{X}" />\nlet x;',
        f"/** @type {{import('{X}').T}} */\nlet x;",
        f"/** @param {{{{a: import('{X}').T}}}} x */\nfunction f(x) {{}}",
        f"/** @import {{ T }} from '{X}' */",
    ],
)
def test_imports_of_types_are_told_apart(code):
    assert kinds(code) == ["type-import"]


@pytest.mark.parametrize(
    "code",
    [
        f"// import x from '{X}'",
        f"/* require('{X}') */",
        f"/** see import('{X}') and {X} */",
        f"// @type {{import('{X}').T}}",
        "import x from './dev-mcp';",
        "import x from '@/lib/dev-mcp-ban.server';",
        "import x from '~/mcp-dev';",
        "import x from '@continuedev/x/mcp';",
        "import x from 'https://mcp.example.dev/x.js';",
        "import { devMcp } from 'tools'; devMcp();",
        "const x = await import(`./dev-mcp/${name}`);",
        "const x = <p>import x from 'chrome-devtools-mcp'</p>;",
        "import x from 'x' with { mode: 'chrome-devtools-mcp' };",
    ],
)
def test_nothing_else_is_an_import(code):
    assert kinds(code, "app/a.tsx") == []


def test_the_place_is_that_of_the_specifier():
    code = "import {\n  a,\n  b,\n} from\n  /* ü */ 'chrome-devtools-mcp';\n"
    (hit,) = scan("a.ts", code.encode(), BAN).hits
    assert (hit.line, hit.column, hit.spec) == (5, 12, X)


def test_a_name_put_together_is_found_at_its_beginning():
    assert found("const a = 1;\nimport('context7' +\n '-mcp');") == [("import", "context7-mcp", 2)]


def test_a_template_with_a_hole_in_its_version_is_still_the_package():
    assert kinds("await import(`chrome-devtools-mcp@${v}`);") == ["import"]


def test_a_name_that_two_declarations_have_is_not_followed_as_a_constant():
    assert kinds("const P = './x'; { const P = 'y'; } import(`${P}/dev-mcp`);") == []
