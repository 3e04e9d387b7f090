"""Path patterns: what they mean, held against a matcher that is slow and obviously right."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_guards import globs
from agent_guards.globs import Globs, spellings


@pytest.mark.parametrize(
    ("pattern", "means", "does_not_mean"),
    [
        ("**/*.ts", ["x.ts", "a/x.ts", "a/b/.ts", "a/x.d.ts", ".ts"], ["x.tsx", "x.TS", "ts", "a.ts/b"]),
        ("docs/**", ["docs/a", "docs/a/b", "docs/.hidden/x"], ["docs", "docs2/a", "a/docs/b", "Docs/a"]),
        ("**", ["a", "a/b", ".x/y"], []),
        ("**/*", ["a", "a/b"], []),
        ("*", ["a", ".a"], ["a/b"]),
        ("*.md", ["README.md", ".md"], ["docs/x.md"]),
        ("**/Makefile", ["Makefile", "a/b/Makefile"], ["aMakefile", "a/Makefile/b"]),
        ("a/b.txt", ["a/b.txt"], ["a/bxtxt", "x/a/b.txt"]),
        ("**/__tests__/**", ["__tests__/a", "x/__tests__/y/z"], ["__tests__", "x__tests__/a"]),
        ("**/*.{test,spec}.*", ["a.test.ts", "x/y.spec.js"], ["test.ts", "x/spec", "a.tests.ts"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/xb", "a/b/c", "b"]),
        ("a/**/**/b", ["a/b", "a/x/b"], ["a/bb"]),
        ("a/**/b/**/c", ["a/b/c", "a/b/x/b/c", "a/x/b/y/z/c"], ["a/c", "a/b", "a/c/b"]),
        ("a/**/*x/c", ["a/x/c", "a/b/yx/c", "a/x/x/c"], ["a/x/y/c"]),
        ("a/*/c", ["a/b/c"], ["a/c", "a/b/b/c"]),
        ("a**c", ["ac", "abc"], ["a/c"]),
        ("?.py", ["a.py", "é.py"], [".py", "ab.py", "/.py"]),
        ("[abc]x", ["ax", "cx"], ["dx", "Ax", "x"]),
        ("[!abc]x", ["dx", "!x"], ["ax", "/x", "x"]),
        ("[a-c]", ["b"], ["d", "-"]),
        ("[a-]", ["a", "-"], ["b"]),
        ("x[+-9]y", ["x5y", "x.y"], ["x/y"]),
        ("[[]id].tsx", ["[id].tsx"], ["i.tsx"]),
        ("[{,]x", ["{x", ",x"], ["x"]),
        ("[*?]", ["*", "?"], ["a"]),
        ("[$^]", ["$", "^"], ["a", "[$^]"]),
        ("a.+()|^$", ["a.+()|^$"], ["aa"]),
        ("a,b", ["a,b"], ["a"]),
        ("x]", ["x]"], ["x"]),
        ("{a,b}/c", ["a/c", "b/c"], ["c"]),
        ("{a/b,c}", ["a/b", "c"], ["a"]),
        ("x{,.y}", ["x", "x.y"], ["x."]),
        ("{a,{b,c}d}", ["a", "bd", "cd"], ["b", "ad"]),
        ("{a}", ["a"], ["{a}"]),
        ("{**/x,y/**}", ["x", "a/x", "y/z"], ["y"]),
        ("a\nb/*", ["a\nb/c\nd"], ["a/c"]),
        ("\udcff*", ["\udcffa"], ["a"]),
    ],
)
def test_a_pattern_means_these_paths_and_not_those(pattern, means, does_not_mean):
    chosen = Globs([pattern])
    assert chosen.matching([*means, *does_not_mean]) == tuple(means)


def test_the_braces_of_a_bracket_are_characters():
    with pytest.raises(ValueError, match="never opened"):
        Globs(["{[{]a,b}}"])
    assert Globs(["{[{]a,b}"]).matching(["{a", "b", "a"]) == ("{a", "b")


def test_without_patterns_nothing_matches():
    assert Globs([]).matching(["a", "a/b"]) == ()


def test_patterns_of_every_kind_are_matched_together():
    chosen = Globs(iter(["docs/**", "**/*.md", "LICENSE", "**/Makefile", "a/*/c"]))
    paths = ["docs/x", "x/y.md", "LICENSE", "x/Makefile", "a/b/c"]
    assert chosen.matching([*paths, "src/x.py", "x/LICENSE", "a/c"]) == tuple(paths)


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("", "has 1 to 1000 characters"),
        ("a" * 1001, "has 1 to 1000 characters"),
        ("/a", "without a leading `/`"),
        ("{a,/b}", "without a leading `/`"),
        ("docs/", r"write `folder/\*\*`"),
        ("a//b", "no empty name"),
        ("a/{,b}/c", "no empty name"),
        ("{,a}", "no empty name"),
        ("../a", r"no `\.` and no `\.\.`"),
        ("a/../b", r"no `\.` and no `\.\.`"),
        ("./a", r"no `\.` and no `\.\.`"),
        ("{.,a}{.,b}/x", r"no `\.` and no `\.\.`"),
        ("a\\b", "no backslash"),
        ("a\0b", "no NUL"),
        ("!a", "leading `!`"),
        ("{a", "A brace of the path pattern is not closed"),
        ("{a,{b}", "A brace of the path pattern is not closed"),
        ("a}", "never opened"),
        ("[a", "A bracket of the path pattern is not closed, or holds nothing"),
        ("[]", "A bracket of the path pattern is not closed, or holds nothing"),
        ("[!]", "A bracket of the path pattern is not closed, or holds nothing"),
        ("[]a]", "A bracket of the path pattern is not closed, or holds nothing"),
        ("[a/b]", "holds a `/`"),
        ("[^a]", r"write `\[!…\]`"),
        ("[z-a]", "runs backwards"),
        ("[!z-a]", "runs backwards"),
        ("{a,b}" * 11, "at most 1000 texts"),
        ("{" * 11 + "a" + "}" * 11, "at most 10 deep"),
        ("{" * 999, "at most 10 deep"),
    ],
)
def test_a_bad_pattern_is_refused_with_a_sentence(pattern, sentence):
    with pytest.raises(ValueError, match=sentence):
        spellings(pattern)
    with pytest.raises(ValueError, match=sentence):
        Globs(["a", pattern])


def test_the_caps_are_exact():
    assert len(spellings("a" * globs.LONGEST)) == 1
    assert len(spellings("{" + ",".join(map(str, range(250))) + "}{a,b}{c,d}")) == globs.MOST_SPELLINGS
    assert spellings("{" * globs.DEEPEST + "a" + "}" * globs.DEEPEST) == ["a"]


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a*a*a*a*a*b", "a" * 50_000),
        ("*" * 900 + "b", "a" * 50_000),
        ("*a" * 400 + "b", "a" * 50_000),
        ("**/a/" * 150 + "b", "a/" * 10_000 + "c"),
        ("**/*a*a*/" * 90 + "b", "aaa/" * 3_000 + "c"),
        ("*?*?*?*?*b", "a" * 50_000),
        ("*[ab]*[ab]*[ab]*c", "a" * 50_000),
        ("a/**/" + "*/" * 300 + "b", "a/" * 5_000 + "c"),
    ],
)
def test_a_hostile_pattern_comes_to_its_end(pattern, path):
    assert not Globs([pattern]).match(path)


def naive(pattern: str, path: str) -> bool:
    return any(names_match(one.split("/"), path.split("/")) for one in naive_spellings(pattern))


def naive_spellings(pattern: str) -> list[str]:
    group = re.search(r"\{([^{}]*)\}", pattern)
    if not group:
        return [pattern]
    choices = group[1].split(",")
    return [
        one for text in choices for one in naive_spellings(pattern[: group.start()] + text + pattern[group.end() :])
    ]


def names_match(pattern: list[str], path: list[str]) -> bool:
    if not pattern:
        return not path
    if pattern == ["**"]:
        return bool(path)
    if pattern[0] == "**":
        return any(names_match(pattern[1:], path[skipped:]) for skipped in range(len(path) + 1))
    return bool(path) and name_matches(pattern[0], path[0]) and names_match(pattern[1:], path[1:])


def name_matches(pattern: str, name: str) -> bool:
    if not pattern:
        return not name
    if pattern[0] == "*":
        return any(name_matches(pattern[1:], name[taken:]) for taken in range(len(name) + 1))
    if pattern[0] == "[":
        members, _, rest = pattern[1:].partition("]")
        fits = bool(name) and (name[0] in members.lstrip("!")) != members.startswith("!")
        return fits and name_matches(rest, name[1:])
    return bool(name) and pattern[0] in (name[0], "?") and name_matches(pattern[1:], name[1:])


LITERALS = st.sampled_from(["a", "b", ".", "ab"])
PIECES = LITERALS | st.sampled_from(["*", "?", "[ab]", "[!a]", "{a,b}", "{a,*b}", "{a/b,b}", "{a,{b,?}.}", "{,a}"])
NAMES = st.one_of(st.lists(PIECES, min_size=1, max_size=5).map("".join), st.just("**"))
PATTERNS = st.lists(NAMES, min_size=1, max_size=5).map("/".join)
PATHS = st.lists(st.lists(LITERALS, min_size=1, max_size=3).map("".join), min_size=1, max_size=5).map("/".join)


@settings(max_examples=300, deadline=None)
@given(patterns=st.lists(PATTERNS, min_size=1, max_size=3), paths=st.lists(PATHS, min_size=1, max_size=8))
def test_the_answer_is_the_naive_matchers(patterns, paths):
    patterns = [pattern for pattern in patterns if is_valid(pattern)]
    expected = tuple(path for path in paths if any(naive(pattern, path) for pattern in patterns))
    assert Globs(patterns).matching(paths) == expected


def is_valid(pattern: str) -> bool:
    try:
        return bool(spellings(pattern))
    except ValueError:
        return False
