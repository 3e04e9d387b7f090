"""Which files a Python module name means."""

import pytest
from bantree import grow

from dev_mcp_ban.resolve import Resolver


@pytest.mark.parametrize(
    ("importer", "name", "files", "found"),
    [
        ("a.py", "b", ["b.py"], ["b.py"]),
        ("a.py", "b", ["b.pyw"], ["b.pyw"]),
        ("a.py", "b", ["b/__init__.py", "b.py"], ["b/__init__.py"]),
        ("a.py", "b.c", ["b/__init__.py", "b/c.py"], ["b/__init__.py", "b/c.py"]),
        ("a.py", "b.c.d", ["b/c/__init__.py", "b/c/d.py"], ["b/c/__init__.py", "b/c/d.py"]),
        ("a.py", "b.c", ["b/c.py"], ["b/c.py"]),
        ("a.py", "b", ["b/c.py"], []),
        ("a.py", "b.none", ["b/__init__.py"], []),
        ("a.py", "b.c.d", ["b/c.py"], []),
        ("x/a.py", "b", ["b.py"], ["b.py"]),
        ("x/a.py", "b", ["x/b.py", "b.py"], ["x/b.py"]),
        ("tests/a.py", "b.c", ["src/b/c.py"], ["src/b/c.py"]),
        ("a.py", "b.c", ["back/end/b/c.py"], ["back/end/b/c.py"]),
        ("a.py", "b", ["back/end/b.py"], ["back/end/b.py"]),
        ("a.py", "queue", ["queue.py"], ["queue.py"]),
        ("a.py", "queue", ["other/queue.py"], []),
        ("a.py", "requests", [], []),
        ("a.py", "", [], []),
        ("a.py", "not a name", [], []),
        ("a.py", "../b", ["b.py"], []),
        ("p/a.py", ".b", ["p/b.py"], ["p/b.py"]),
        ("p/a.py", ".", ["p/__init__.py"], ["p/__init__.py"]),
        ("p/a.py", ".", [], []),
        ("p/q/a.py", "..b", ["p/b.py"], ["p/b.py"]),
        ("p/q/a.py", "..b.c", ["p/b/__init__.py", "p/b/c.py"], ["p/b/__init__.py", "p/b/c.py"]),
        ("p/a.py", "..b", ["b.py"], ["b.py"]),
        ("p/a.py", "....b", ["b.py"], []),
        ("p/a.py", "." * 1000 + "b", ["b.py"], []),
        ("p/a.py", "b" * 5000, ["b.py"], []),
        ("p/a.py", "größe", ["größe.py"], ["größe.py"]),
    ],
)  # fmt: skip
def test_a_module_name_means_its_file_and_its_packages(tmp_path, importer, name, files, found):
    tree = grow(tmp_path, {importer: "", **dict.fromkeys(files, "")})
    assert Resolver(tree).resolve(importer, name) == tuple(found)


def test_where_one_place_has_only_a_part_of_the_name_the_next_is_asked(tmp_path):
    tree = grow(tmp_path, {"x/a.py": "", "x/b/c.py": "", "b/d.py": ""})
    assert Resolver(tree).resolve("x/a.py", "b.d") == ("b/d.py",)


def test_the_tree_is_listed_once(tmp_path):
    tree = grow(tmp_path, {"a.py": "", "far/b.py": "", "far/c.py": ""})
    resolver = Resolver(tree)
    assert [resolver.resolve("a.py", name) for name in ("b", "c")] == [("far/b.py",), ("far/c.py",)]
