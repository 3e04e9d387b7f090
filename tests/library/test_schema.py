import pytest

from agent_guards.schema import faults, make_validator, meant

SCHEMA = {
    "type": "object",
    "required": ["name", "when"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "pattern": "\\S"},
        "when": {"type": "string", "format": "date-time"},
        "state": {"enum": ["doing", "done"]},
        "count": {"type": "integer", "minimum": 0, "maximum": 10},
        "digest": {
            "title": "two small letters",
            "type": "string",
            "minLength": 2,
            "maxLength": 2,
            "pattern": "^[a-z]+$",
        },
        "code": {"type": "string", "pattern": "^[A-Z]$"},
        "flag": {"type": "boolean"},
        "list": {"type": "array", "uniqueItems": True, "items": {"type": "string"}},
        "inner": {
            "type": "object",
            "required": ["a"],
            "dependentRequired": {"b": ["c", "d"], "e": ["c"]},
        },
    },
}
VALIDATOR = make_validator(SCHEMA)
GOOD = {"name": "n", "when": "2026-01-02T14:30:00Z"}


def judge(**fields):
    value = {name: field for name, field in (GOOD | fields).items() if field is not ...}
    return {".".join(map(str, fault.path)): fault for fault in faults(VALIDATOR, value, {"ts": "when"})}


@pytest.mark.parametrize(
    ("path", "fields", "message"),
    [
        ("name", {"name": ...}, "`name` is missing."),
        ("name", {"name": ""}, "`name` is empty; it has to say something."),
        ("name", {"name": " \u2003"}, "`name` is blank; it has to say something."),
        ("name", {"name": 5}, "`name` is the number `5`; it has to be text in double quotes."),
        ("name", {"name": True}, "`name` is `true`; it has to be text in double quotes."),
        ("name", {"name": None}, "`name` is `null`; it has to be text in double quotes."),
        ("name", {"name": []}, "`name` is a list; it has to be text in double quotes."),
        ("name", {"name": {}}, "`name` is an object; it has to be text in double quotes."),
        ("state", {"state": "Doing"}, "`state` is `Doing`; it has to be one of `doing`, `done`."),
        ("count", {"count": "5"}, "`count` is the text `5`; it has to be a whole number."),
        ("count", {"count": 1.5}, "`count` is the number `1.5`; it has to be a whole number."),
        ("count", {"count": -1}, "`count` is `-1`; the least is `0`."),
        ("count", {"count": 11}, "`count` is `11`; the most is `10`."),
        ("digest", {"digest": "abc"}, "`digest` is `abc`; it has to be two small letters."),
        ("digest", {"digest": "AB"}, "`digest` is `AB`; it has to be two small letters."),
        ("code", {"code": "ab"}, "`code` is `ab`; it has to be of the form `^[A-Z]$`."),
        ("flag", {"flag": 1}, "`flag` is the number `1`; it has to be `true` or `false`."),
        ("list", {"list": ["a", "a"]}, "`list` does not fit the published schema (`uniqueItems`)."),
        ("list.1", {"list": ["a", 1]}, "`list.1` is the number `1`; it has to be text in double quotes."),
        ("inner.a", {"inner": {}}, "`inner.a` is missing."),
        ("inner.d", {"inner": {"a": 1, "b": 1, "c": 1}}, "`inner.d` is missing; `b`, `c`, `d` come together."),
        (
            "when",
            {"when": "2025-99-99T99:99:99Z"},
            "`when` is `2025-99-99T99:99:99Z`: no such date; write RFC 3339 with a zone, e.g. `2026-01-02T14:30:00Z`.",
        ),
    ],
)
def test_each_fault_is_worded_for_people(path, fields, message):
    found = judge(**fields)
    assert {path: message} == {where: fault.message for where, fault in found.items()}


def test_a_value_without_faults_has_none():
    assert judge(state="done", count=1.0, digest="ab", inner={"a": 1, "b": 1, "c": 1, "d": 1}, list=["a", "b"]) == {}


def test_a_field_has_one_fault_though_several_keywords_refuse_it():
    assert [fault.message for fault in judge(digest="A").values()] == [
        "`digest` is `A`; it has to be two small letters."
    ]
    assert [fault.message for fault in judge(digest=1).values()] == [
        "`digest` is the number `1`; it has to be text in double quotes."
    ]


def test_several_fields_have_a_fault_each():
    assert list(judge(name=..., when="soon", inner={"b": 1})) == ["name", "when", "inner.a", "inner.c", "inner.d"]


@pytest.mark.parametrize("unknown", ["ts", "When", "w_h_e_n", "whenn", "TS"])
def test_a_missing_field_is_found_under_another_name(unknown):
    fault = judge(when=..., **{unknown: "2026-01-02T14:30:00Z"})["when"]
    assert fault.message == f"`when` is missing; the line has `{unknown}`: did you mean `when`?"
    assert (fault.missing, fault.instead, fault.place) == (True, unknown, ())


def test_a_field_of_ones_own_is_no_other_name():
    assert judge(when=..., x_when="")["when"].instead is None


def test_what_is_there_is_shown_where_it_is():
    assert judge(inner={})["inner.a"].place == ("inner",)
    assert judge(inner=5)["inner"].place == ("inner",)


def test_a_value_that_is_no_object_is_a_fault_of_the_whole():
    [fault] = faults(VALIDATOR, [])
    assert (fault.path, fault.message) == ((), "The value is a list; it has to be an object.")


def test_a_schema_may_refuse_everything():
    [fault] = faults(make_validator({"properties": {"a": False}}), {"a": 1})
    assert fault.message == "The value does not fit the published schema (`None`)."


def test_a_very_long_name_is_nobodys_slip():
    assert meant("timestamp" * 5, {"timestamp": 1}, {}) is None
    assert meant("timestmp", {"timestamp": 1}, {}) == "timestamp"


def test_a_format_that_is_not_text_is_left_to_the_type():
    assert faults(make_validator({"format": "date-time"}), 5) == []
