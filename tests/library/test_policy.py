"""The policy: its defaults, what it accepts, what it says of what it refuses, and that both readers agree."""

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from agent_guards import policy_problems
from agent_guards.errors import PolicyError
from agent_guards.policy import (
    MOST,
    AuthorName,
    DevMcpBan,
    GuardMcp,
    IdleGuard,
    Policy,
    Recorder,
    ServerName,
    Waiver,
    parse,
)
from agent_guards.policy_problems import SCHEMA, explain, violations

NAME = ".github/agent-guards.yml"
DAY = date(2026, 12, 31)
WAIVER = {
    "rule": "dev-mcp-ban/import",
    "paths": ["app/legacy/**"],
    "reason": "moves out with ENG-42",
    "owner": "@octo/platform",
    "until": "2026-12-31",
}
# The example of the format's description, which writes every default out.
EXAMPLE = b"""\
version: 1
guards:
  guard-mcp:
    mode: enforce                # enforce | warn | observe | off
    code: ["**/*.{ts,tsx,js,jsx,mjs,cjs,py,go,rs,java,rb,php,cs,kt,swift,c,h,cpp,sql,sh}"]
    not-code: ["docs/**", "**/*.md", "artifacts/**"]
    tools: []                    # valid tool names; empty = any
    max-clock-skew: 5m
    max-age: 14d                 # of an evidence line before the head commit
    require-recorded: off        # off | warn | error: at least one line with basis "recorded"
    require-section: code        # code | always | never
  idle-guard:
    stale-after: 15m
    long-task: 2h
    require-section: auto        # auto (long tasks only) | always | never
  dev-mcp-ban:
    production: ["app/**"]
    allowed: ["scripts/**", "tests/**", "**/__tests__/**", "**/*.{test,spec}.*", ".cursor/**", "docs/**"]
    banned:
      packages: ["@shopify/mcp-server-dev", "@shopify/dev-mcp", "context7-mcp", "@upstash/context7-mcp", "chrome-devtools-mcp"]
      patterns: ["mcp*dev", "dev*mcp"]     # over the words of a package name, see guards.md
    bundles: []                  # built output to search as well, e.g. build/**/*.js
    type-imports: warn           # allow | warn | error
    require-section: production  # production | always | never
authors:
  exempt: ["dependabot[bot]", "renovate[bot]"]
waivers:
  - rule: dev-mcp-ban/import
    paths: ["app/legacy/**"]
    reason: "moves out with ENG-42"
    owner: "@octo/platform"
    until: 2026-12-31            # expired waivers stop counting and are reported
"""


def refusal(text: str) -> PolicyError:
    with pytest.raises(PolicyError) as raised:
        parse(text.encode(), NAME)
    return raised.value


def problems(text: str) -> list[str]:
    """The lines of a refusal below its summary, without their indentation."""
    summary, *told = refusal(text).message.split("\n")
    assert summary.startswith(f"`{NAME}` is not a valid policy: ")
    assert all(line.startswith("  ") for line in told)
    return [line.strip() for line in told]


def schema() -> dict:
    return json.loads(SCHEMA.read_bytes())


def waiver(**changes: object) -> Waiver:
    return msgspec.convert(WAIVER | changes, Waiver)


def test_the_documented_example_is_the_default_with_one_waiver():
    assert parse(EXAMPLE, NAME) == Policy(waivers=(waiver(),))


@pytest.mark.parametrize(
    "data", [b"", b"# nothing yet\n", b"---\n", b"{}", b"version: 1", b"guards: {idle-guard: {}}", b"waivers: []"]
)
def test_a_file_that_says_nothing_means_all_defaults(data):
    assert parse(data, NAME) == Policy()


def test_the_schema_is_one_and_refuses_every_unknown_key():
    root = schema()
    Draft202012Validator.check_schema(root)
    assert root["$id"] == "urn:agent-guards:policy:1"
    for mapping in mappings(root):
        assert mapping["additionalProperties"] is False


def test_every_key_of_the_schema_says_what_it_is_for_and_its_default():
    for mapping in mappings(schema()):
        for key, part in mapping["properties"].items():
            described = part if "description" in part else resolve(part)
            assert described["description"].endswith("."), key
            assert ("default" in part) is (key not in mapping.get("required", [])), key


def test_the_defaults_of_schema_and_policy_are_the_same():
    written = defaults(schema())
    assert written == json.loads(msgspec.json.encode(Policy()))
    assert msgspec.convert(written, Policy) == Policy()


def mappings(part: object) -> list[dict]:
    """Every part of the schema that describes a mapping."""
    if isinstance(part, list):
        return [found for one in part for found in mappings(one)]
    if not isinstance(part, dict):
        return []
    own = [part] if part.get("type") == "object" else []
    return own + [found for one in part.values() for found in mappings(one)]


def resolve(part: dict) -> dict:
    while "$ref" in part:
        part = schema()["$defs"][part["$ref"].removeprefix("#/$defs/")]
    return part


def defaults(part: dict) -> object:
    """What the schema says of a key that is left out, down to its leaves."""
    whole = resolve(part)
    if whole.get("type") != "object":
        return part["default"]
    return {key: defaults(one) for key, one in whole["properties"].items()}


def test_spans_of_time_are_kept_as_written_and_read_as_time():
    policy = parse(b"guards: {guard-mcp: {max-age: 1d12h}, idle-guard: {long-task: 90m}}", NAME)
    assert policy.guards.guard_mcp.max_age == "1d12h"
    assert policy.guards.guard_mcp.age_limit == timedelta(hours=36)
    assert policy.guards.guard_mcp.clock_skew == timedelta(minutes=5)
    assert policy.guards.idle_guard.long_limit == timedelta(minutes=90)
    assert policy.guards.idle_guard.stale_limit == timedelta(minutes=15)


def test_each_guard_has_its_own_mode_and_one_mode_can_be_laid_over_all():
    policy = parse(b"guards: {guard-mcp: {mode: off, max-age: 1d}, idle-guard: {mode: warn}}", NAME)
    names = ("guard-mcp", "idle-guard", "dev-mcp-ban", "a-private-guard")
    assert [policy.mode(name) for name in names] == ["off", "warn", "enforce", "enforce"]
    laid_over = policy.with_mode("observe")
    assert [laid_over.mode(name) for name in names] == ["observe", "observe", "observe", "enforce"]
    assert laid_over.guards.guard_mcp.max_age == "1d"


def test_the_recorder_can_be_told_how_to_call_servers_and_authors():
    text = """\
recorder:
  tools: [{server: ctx, tool: context7}]
  agents: [{author: ann@example.org, agent: ann}]
"""
    assert parse(text.encode(), NAME).recorder == NAMES
    assert "is not an agent's name" in refusal("recorder: {agents: [{author: a, agent: '../b'}]}").message


def test_words_that_yaml_once_took_for_false_are_words():
    policy = parse(
        b"guards: {guard-mcp: {require-recorded: off, mode: off, tools: [on, no, 010, 1:30, 1_000, 1.10, 2026-12-31]}}",
        NAME,
    )
    assert policy.guards.guard_mcp.require_recorded == "off"
    assert policy.guards.guard_mcp.tools == ("on", "no", "010", "1:30", "1_000", "1.10", "2026-12-31")


def test_a_waiver_holds_to_the_end_of_its_last_day():
    held = waiver()
    assert [held.expired(day) for day in (date(2026, 12, 30), DAY, date(2027, 1, 1))] == [False, False, True]
    covers = [held.covers("dev-mcp-ban/import", "app/legacy/x.ts", day) for day in (DAY, date(2027, 1, 1))]
    assert covers == [True, False]
    assert held.covers("dev-mcp-ban/import", "app/legacy/x.ts")


@pytest.mark.parametrize(
    ("rule", "path", "covered"),
    [
        ("dev-mcp-ban/import", "app/legacy/a/b.ts", True),
        ("dev-mcp-ban/import", "app/x.ts", False),
        ("dev-mcp-ban/launch", "app/legacy/x.ts", False),
        ("dev-mcp-ban/import", None, False),
    ],
)
def test_a_waiver_holds_for_its_rule_on_its_paths(rule, path, covered):
    assert waiver().covers(rule, path, DAY) is covered


def test_a_finding_without_a_path_is_waived_by_everywhere_alone():
    everywhere = waiver(rule="guard-mcp/missing-section", paths=["docs/**", "**"])
    assert everywhere.covers("guard-mcp/missing-section", None, DAY)
    assert everywhere.covers("guard-mcp/missing-section", "any/thing", DAY)


def test_a_policy_cannot_be_changed_or_built_wrong():
    with pytest.raises(AttributeError):
        Policy().version = 2
    for build in (lambda: GuardMcp(max_age="x"), lambda: IdleGuard(long_task="5"), lambda: DevMcpBan(bundles=("/a",))):
        with pytest.raises(ValueError):
            build()
    with pytest.raises(ValueError, match="same rule and paths"):
        Policy(waivers=(waiver(), waiver(reason="again")))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- a", ["line 1, the file: a list is not a mapping of keys."]),
        ("text", ["line 1, the file: `text` is not a mapping of keys."]),
        ("guard: {}", ["line 1, the file: the key `guard` is unknown; did you mean `guards`?"]),
        (
            "version: 1\nguards:\n  guard_mcp: {}",
            ["line 3, `guards`: the key `guard_mcp` is unknown; did you mean `guard-mcp`?"],
        ),
        (
            "authors:\n  zzz: 1",
            ["line 2, `authors`: the key `zzz` is unknown; known are `exempt`."],
        ),
        (
            "guards:\n  guard-mcp:\n    mode: Enforced",
            ["line 3, `guards.guard-mcp.mode`: `Enforced` is unknown; did you mean `enforce`?"],
        ),
        (
            "guards: {idle-guard: {mode: 7}}",
            ["line 1, `guards.idle-guard.mode`: `7` is unknown; known are `enforce`, `warn`, `observe`, `off`."],
        ),
        ("guards:\n  guard-mcp:\n", ["line 2, `guards.guard-mcp`: there is no value; write one, or remove the key."]),
        ("guards: {guard-mcp: {code: 'a'}}", ["line 1, `guards.guard-mcp.code`: `a` is not a list."]),
        ("authors: {exempt: {a: b}}", ["line 1, `authors.exempt`: a mapping is not a list."]),
        (
            "authors:\n  exempt:\n    - a\n    - 12\n    - ' '",
            [
                "line 4, `authors.exempt[1]`: `12` is not text of at least one character; put it in quotes.",
                "line 5, `authors.exempt[2]`: ` ` is not text of at least one character.",
            ],
        ),
        (
            "guards: {guard-mcp: {max-age: 5}}",
            ["line 1, `guards.guard-mcp.max-age`: `5` is not a span of time, such as 90s, 15m, 1h30m or 14d."],
        ),
        (
            "guards: {guard-mcp: {max-age: 9999d}}",
            [
                "line 1, `guards.guard-mcp.max-age`: `9999d` is not valid. A span of time is at most 3650d, which is ten years."
            ],
        ),
        (
            "guards:\n  dev-mcp-ban:\n    production:\n      - app/**\n      - /app/**",
            [
                "line 5, `guards.dev-mcp-ban.production[1]`: `/app/**` is not valid. A path pattern starts at the top of the repository, without a leading `/`."
            ],
        ),
        (
            "guards: {dev-mcp-ban: {banned: {patterns: ['mcp.*dev']}}}",
            [
                "line 1, `guards.dev-mcp-ban.banned.patterns[0]`: `mcp.*dev` is not words of lower-case letters and digits with * between them, such as mcp*dev."
            ],
        ),
        (
            "guards: {dev-mcp-ban: {type-imports: no}}",
            ["line 1, `guards.dev-mcp-ban.type-imports`: `no` is unknown; known are `allow`, `warn`, `error`."],
        ),
        (
            "waivers:\n  - rule: everything\n    paths: []\n    until: 2026-02-30",
            [
                "line 2, `waivers[0]`: `reason`, `owner` must be given.",
                "line 3, `waivers[0].paths`: the list is empty.",
                "line 2, `waivers[0].rule`: `everything` is not the id of a rule, such as dev-mcp-ban/import.",
                "line 4, `waivers[0].until`: `2026-02-30` is not valid. A day is one of the calendar, written as 2026-12-31.",
            ],
        ),
        (
            "authors: {exempt: [" + "a," * (MOST + 1) + "]}",
            ["line 1, `authors.exempt`: the list is too long; it holds at most 500 items."],
        ),
        (
            "version: 2\nrules: {}\nguards: []",
            ["line 1, `version`: `2` is no version that this release reads; it reads 1, written without quotes."],
        ),
        (
            "version: '1'",
            ["line 1, `version`: `1` is no version that this release reads; it reads 1, written without quotes."],
        ),
        ("version:", ["line 1, `version`: there is no value; write one, or remove the key."]),
        (
            "'::error::\\n`x': 1",
            [
                "line 1, the file: the key `::error::\\n\\x60x` is unknown; known are `version`, `guards`, `authors`, `recorder`, `on-failure`, `waivers`."
            ],
        ),
    ],
)
def test_a_refusal_names_line_place_fault_and_what_would_be_right(text, told):
    assert sorted(problems(text)) == sorted(told)


def test_a_waiver_that_stands_twice_is_refused_with_both_lines():
    first = "- {rule: a/b, paths: [x, y], reason: r, owner: o, until: 2026-01-01}\n"
    other = "- {rule: a/b, paths: [x], reason: r, owner: o, until: 2026-01-01}\n"
    again = "- {rule: a/b, paths: [y, x], reason: s, owner: p, until: 2027-01-01}\n"
    expected = "line 4, `waivers[2]`: the waiver on line 2 has the same rule and paths."
    assert problems("waivers:\n" + first + other + again) == [expected]
    assert problems("waivers:\n" + first + other + again + "more: 1") == [
        expected,
        "line 5, the file: the key `more` is unknown; known are `version`, `guards`, `authors`, `recorder`, `on-failure`, `waivers`.",
    ]


def test_all_problems_are_told_in_the_order_of_the_file_and_ten_at_most():
    text = "guards:\n  idle-guard: []\n" + "".join(f"key-{number}: 1\n" for number in range(12))
    told = problems(text)
    assert refusal(text).message.startswith(f"`{NAME}` is not a valid policy: 13 problems.\n")
    assert told[0] == "line 2, `guards.idle-guard`: a list is not a mapping of keys."
    assert [line.partition(",")[0] for line in told[:10]] == [f"line {number}" for number in range(2, 12)]
    assert told[10:] == ["and 3 more"]


def test_a_refusal_says_where_to_look_further_and_is_wrong_usage():
    error = refusal("a: 1")
    assert "agent-guards schema policy" in error.hint
    assert error.status == 2


def test_what_the_schema_does_not_see_is_still_refused():
    error = explain({}, {}, NAME, "The typed policy said no.")
    assert error.message == f"`{NAME}` is not a valid policy: 1 problem.\n  The typed policy said no."


def test_broken_yaml_is_refused_by_its_own_message():
    assert refusal("a: 1\na: 2").message == f"`{NAME}`, line 2, column 1: the key `a` stands on line 1 already."


def test_an_accepted_policy_is_read_without_jsonschema():
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from agent_guards.policy import parse\n"
        "parse(sys.stdin.buffer.read(), 'p.yml'); print('jsonschema' in sys.modules, 'yaml' in sys.modules)\n"
        "import agent_guards.policy_problems; print('jsonschema' in sys.modules)\n"
    )
    library = Path(policy_problems.__file__).parents[1]
    command = [sys.executable, "-I", "-c", program, str(library)]
    done = subprocess.run(command, input=EXAMPLE, capture_output=True, timeout=60, check=True)
    assert done.stdout.split() == [b"False", b"True", b"False"]


TEXT = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=4)
ATOMS = (
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | TEXT
    | st.sampled_from(
        ["enforce", "off", "warn", "error", "always", "never", "code", "auto", "production", "allow", "Warn"]
    )
    | st.sampled_from(["5m", "1h30m", "0s", "1m1h", "9999d", "m", "", "5m\n", "3650d1s", "00000000001d", "2h "])
    | st.sampled_from(["**/*.ts", "/x", "a/{b,c}", "{a", "[z-a]", "docs/", "a\\b", " ", "\n", "a\n", "\u2003"])
    | st.sampled_from(
        ["2026-12-31", "2026-02-30", "20261231", "0000-01-01", "2026-12-31\n", "２026-12-31", "9999-12-31"]
    )
    | st.sampled_from(
        ["a/b", "a/b\n", "A/b", "a/", "guard-mcp/schema", "mcp*dev", "mcp**dev", "mcp.*dev", "*mcp", "dev\n"]
    )
)
LISTS = st.lists(ATOMS, max_size=3)


def mapping_of(names: list[str], values: st.SearchStrategy) -> st.SearchStrategy:
    return st.dictionaries(st.sampled_from(names) | TEXT, values, max_size=4)


def keys(struct: type) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(struct)]


SETTINGS = st.one_of(
    *(mapping_of(keys(struct), ATOMS | LISTS) for struct in (GuardMcp, IdleGuard, DevMcpBan)),
    st.builds(lambda banned: {"banned": banned}, mapping_of(["packages", "patterns"], ATOMS | LISTS)),
)
WAIVERS = st.builds(
    lambda changes, lost: {key: value for key, value in (WAIVER | changes).items() if key not in lost},
    mapping_of(keys(Waiver), ATOMS | LISTS),
    st.sets(st.sampled_from(keys(Waiver)), max_size=1),
)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "version": st.just(1) | ATOMS,
        "guards": st.dictionaries(
            st.sampled_from(["guard-mcp", "idle-guard", "dev-mcp-ban"]), SETTINGS | ATOMS, max_size=2
        )
        | ATOMS,
        "authors": mapping_of(["exempt"], ATOMS | LISTS) | ATOMS,
        "waivers": st.lists(st.just(WAIVER) | WAIVERS | ATOMS, max_size=2) | ATOMS,
        "other": ATOMS,
    },
)


NAMES = Recorder(
    tools=(ServerName(server="ctx", tool="context7"),), agents=(AuthorName(author="ann@example.org", agent="ann"),)
)
WHOLE = json.loads(msgspec.json.encode(Policy(waivers=(waiver(),), recorder=NAMES)))


def places(value: object, path: tuple = ()) -> list[tuple]:
    """Every place in a document below its top."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, one in inner for found in ((*path, key), *places(one, (*path, key)))]


def replaced(path: tuple, value: object) -> dict:
    document = json.loads(json.dumps(WHOLE))
    part = document
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return document


# A whole policy in which one value is another: what each key accepts, at its edges.
NEAR = st.builds(replaced, st.sampled_from(places(WHOLE)), ATOMS | LISTS)


@settings(max_examples=800, deadline=None)
@given(NEAR | DOCUMENTS | ATOMS.filter(lambda atom: atom is not None) | LISTS)
@example({"waivers": [WAIVER | {"until": "0001-01-01"}]})
@example({"guards": {"idle-guard": {"long-task": "0d0h0m0s"}}})
@example({"authors": {"exempt": ["a"] * MOST}})
@example({"authors": {"exempt": ["a"] * (MOST + 1)}})
@example({"version": True})
def test_the_typed_policy_and_the_published_schema_never_disagree(document):
    accepted = is_accepted(document)
    assert accepted is (not violations(document) and not list(policy_problems._twice(document, {})))
    if not accepted:
        with pytest.raises(PolicyError, match=r"line 1, (the file|`)"):
            parse(json.dumps(document, ensure_ascii=False).encode(), NAME)


def is_accepted(document: object) -> bool:
    try:
        msgspec.convert(document, Policy)
    except msgspec.ValidationError:
        return False
    return True


def test_what_happens_on_failure_is_off_unless_the_policy_says_otherwise():
    assert (Policy().on_failure.labels, Policy().on_failure.draft) == (False, False)
    chosen = parse(b"on-failure:\n  labels: true\n", NAME).on_failure
    assert (chosen.labels, chosen.draft) == (True, False)
    assert "`on-failure.draft`: `yes` is not true or false" in refusal("on-failure: {draft: 'yes'}").message
