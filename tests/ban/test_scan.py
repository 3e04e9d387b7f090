import pytest
from ban.found import BAN, found

from dev_mcp_ban.scan import edges, scan

X = "chrome-devtools-mcp"
CODE = f"// ü\r\nconst ü = 1; import x from '{X}';\r\n"


@pytest.mark.parametrize("path", ["a.ts", "a.mts", "a.cts", "a.tsx", "a.js", "a.jsx", "a.mjs", "a.cjs", "A.TS"])
def test_every_kind_of_script_is_read(path):
    assert found(f"import x from '{X}';", path) == [("import", X, 1)]


def test_each_kind_has_its_grammar():
    assert scan("a.ts", f"const a = <any>b; import '{X}'".encode(), BAN).unparsed == ""
    assert scan("a.js", f"const a = <p>it's</p>; import '{X}'".encode(), BAN).unparsed == ""


@pytest.mark.parametrize("path", ["a.md", "a.json", "a", "a.go", "a.css"])
def test_other_files_are_not_scripts(path):
    assert scan(path, CODE.encode(), BAN).hits == ()


@pytest.mark.parametrize(
    ("data", "column"),
    [
        (CODE.encode(), 29), (b"\xef\xbb\xbf" + CODE.encode(), 29), (("\ufeff" + CODE).encode("utf-16-le"), 29), (("\ufeff" + CODE).encode("utf-16-be"), 29),
        (CODE.encode("utf-16-le"), 29), (CODE.encode("utf-16-be"), 29), (CODE.encode("latin-1"), 29),
    ],
)  # fmt: skip
def test_every_encoding_gives_the_same_place(data, column):
    (hit,) = scan("a.ts", data, BAN).hits
    assert (hit.line, hit.column, hit.package) == (2, column, X)


def test_broken_code_is_judged_as_far_as_it_goes():
    report = scan("a.ts", f"import x from '{X}';\nconst = = ;\n".encode(), BAN)
    assert [(hit.kind, hit.line) for hit in report.hits] == [("import", 1)]
    assert report.unparsed == "line 2 is no code that the parser knows"
    assert scan("a.ts", f"f('{X}@1'".encode(), BAN).unparsed == "line 1 is no code that the parser knows"


def test_what_is_too_large_is_searched_and_said():
    report = scan("a.js", f"require('{X}');".encode() + b"a=1;" * 600_000, BAN)
    assert [hit.package for hit in report.hits] == [X]
    assert "2.4 MB is too large to parse" in report.unparsed
    assert edges("a.js", b"import './x';" + b" " * 2_000_001) == ()


def test_what_is_nested_too_deep_is_searched_and_said():
    report = scan("a.js", b"(" * 5000 + f"require('{X}')".encode() + b")" * 5000, BAN)
    assert [hit.package for hit in report.hits] == [X]
    assert report.unparsed == "it is nested too deep: searched as built output"


def test_a_list_of_thousands_is_not_judged_to_its_end():
    report = scan("a.js", f"f('{X}');\n".encode() * 2000, BAN)
    assert len(report.hits) == 1500
    assert "2000 times" in report.unparsed


def seen(path, code):
    return [(edge.specifier, edge.line, edge.kind, edge.carries) for edge in edges(path, code.encode())]


@pytest.mark.parametrize(
    ("code", "kind", "carries"),
    [
        ("import './x'", "import", True), ("import a from './x'; a()", "import", True), ("import { a as b } from './x'; b()", "import", True),
        ("import * as a from './x'; a.b()", "import", True), ("export * from './x'", "export", True), ("export { a } from './x'", "export", True),
        ("const a = require('./x')", "require", True), ("import a = require('./x')", "require", True), ("await import('./x')", "dynamic", True),
        ("await import(/* c */ './x')", "dynamic", True), ("const p = './x'; import(p)", "dynamic", True), ("import('./' + 'x')", "dynamic", True),
        ("new Worker('./x')", "worker", True), ("new Worker(new URL('./x', import.meta.url))", "url", True), ("require.resolve('./x')", "url", True),
        ("fork('./x')", "worker", True), ("import.meta.glob('./x')", "dynamic", True), ("import defer * as a from './x'; a()", "import", True),
        ("import React from './x'; <p/>", "import", True), ("import { a } from './x'; @dec class B { constructor(a: a) {} }", "import", True),
        ("import { A } from './x'; export { A }", "import", True), ("import { a } from './x'; const b = { a }", "import", True),
        ("import { A } from './x'; class B extends A {}", "import", True),
        ("import type { A } from './x'", "import", False), ("import { type A } from './x'", "import", False), ("export type { A } from './x'", "export", False),
        ("export type * from './x'", "export", False), ("let a: import('./x').A", "dynamic", False), ("jest.mock('./x')", "mock", False),
        ("declare module './x' {}", "declare", False), ("import { A } from './x'; let a: A", "import", False), ("import a from './x'; let b: typeof a", "import", False),
        ("import * as N from './x'; let a: N.A", "import", False), ("import { A } from './x'; class B implements A {}", "import", False),
        ("import { a } from './x'; b.a", "import", False), ("import { a } from './x';", "import", False),
    ],
)  # fmt: skip
def test_edges_say_what_is_left_when_the_program_runs(code, kind, carries):
    assert ("./x", 1, kind, carries) in seen("a.tsx", code)


def test_javascript_drops_no_import():
    assert seen("a.js", "import a from './x'") == [("./x", 1, "import", True)]


def test_calls_of_other_things_are_no_edges():
    assert seen("a.ts", "f('./x'); import(x); new Foo('./x'); import(`./${a}`); fork(a, './x'); f(g('./x'))") == []


def test_edges_of_pages_have_the_lines_of_the_page():
    assert seen("a.vue", "<p/>\n<script>\nimport './x'\n</script>") == [("./x", 3, "import", True)]


def test_edges_of_any_file_end():
    assert len(edges("a.ts", b"import { a } from './x'; f(a);\n" * 20_000)) == 5000
