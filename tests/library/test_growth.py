import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_guards.growth import Chunk, Growth, compare


@pytest.mark.parametrize(
    ("before", "after", "growth"),
    [
        (b"", b"a\n", Growth((Chunk(1, b"a\n"),))),
        (b"a\n", b"a\n", Growth(())),
        (b"a\n", b"a\nb\nc", Growth((Chunk(2, b"b\nc"),))),
        (b"a", b"a\nb\n", Growth((Chunk(2, b"b\n"),))),
        (b"a", b"a\n", Growth(())),
        (b"a\nb\n", b"a\nB\n", Growth((Chunk(2, b"B\n"),), rewritten=2)),
        (b"a\nb\n", b"b\n", Growth((), rewritten=1)),
        (b"a\nb\n", b"b\na\n", Growth((), rewritten=1)),
        (b"a\nb\n", b"", Growth((), rewritten=1)),
        (b"a", b"ab\n", Growth((Chunk(1, b"ab\n"),), rewritten=1)),
        (b"a\n", b"a\r\n", Growth((Chunk(1, b"a\r\n"),), rewritten=1)),
        (b"a\nb\n", b"x\na\ny\nz\nb\n", Growth((Chunk(1, b"x\n"), Chunk(3, b"y\nz\n")), interleaved=True)),
        (b"a\nb\n", b"c\nb\na\na\n", Growth((Chunk(1, b"c\n"), Chunk(4, b"a\n")), rewritten=1)),
    ],
)
def test_what_became_of_a_file(before, after, growth):
    found = compare(before, after)
    assert found.rewritten == growth.rewritten
    assert found.interleaved == growth.interleaved
    assert b"".join(chunk.data for chunk in found.added) == b"".join(chunk.data for chunk in growth.added)
    assert [chunk.first_line for chunk in found.added] == [chunk.first_line for chunk in growth.added]


LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"\n"]), max_size=8)


@given(before=LINES, after=LINES)
def test_every_line_of_the_new_file_is_either_old_or_added(before, after):
    growth = compare(b"".join(before), b"".join(after))
    added = sorted(line for chunk in growth.added for line in chunk.data.splitlines(keepends=True))
    lost = list(before)
    for line in added:
        assert line in after
    for line in after:
        if line in lost:
            lost.remove(line)
    assert len(added) == len(after) - (len(before) - len(lost))
    assert growth.rewritten is not None or not lost


@given(before=LINES, new=LINES)
def test_an_append_is_never_a_rewriting(before, new):
    old, appended = b"".join(before), b"".join(new)
    growth = compare(old, old + appended)
    assert growth.rewritten is None
    assert not growth.interleaved
    assert b"".join(chunk.data for chunk in growth.added) == appended
