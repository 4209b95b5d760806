"""Times of any precision in ranges of any precision."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.datatypes import DTM
from metadata.querytimes import TimeRange


@pytest.mark.parametrize(
    ("start", "time", "end"),
    [
        ("20210101", "20210527", "20211231"),
        ("20210527", "20210527", "20211231"),
        ("2021", "20210527", "2021"),
        ("2020", "20210527", "2022"),
        ("20210701", "2021", "20210701"),
        ("20211231", "2021", "20221231"),
        ("20200101", "2021", "20210101"),
        ("", "20211231235959", "2021"),
        ("", "19990101", ""),
    ],
)
def test_times_in_a_range(start: str, time: str, end: str) -> None:
    assert TimeRange(start, end).holds(time)


@pytest.mark.parametrize(
    ("start", "time", "end"),
    [
        ("20210528", "20210527", "20211231"),
        ("20210101", "20210527", "20210526"),
        ("20210101", "20210527", "20210527"),
        ("2021", "20210527", "20210526"),
        ("20210528", "20210527", "2021"),
        ("2020", "20210527", "2020"),
        ("20100101", "2021", "20201231"),
        ("20220101", "2021", "20301231"),
        ("2021", "2021", "2021"),
    ],
)
def test_times_outside_a_range(start: str, time: str, end: str) -> None:
    assert not TimeRange(start, end).holds(time)


def cut(moment: tuple[int, int, int, int, int, int], length: int) -> str:
    year, *rest = moment
    return f"{year:04d}{''.join(f'{part:02d}' for part in rest)}"[:length]


# few values, so that times often meet
moments = st.tuples(
    st.sampled_from((2024, 2025)),
    st.sampled_from((1, 2, 12)),
    st.sampled_from((1, 2, 28)),
    st.sampled_from((0, 1, 23)),
    st.sampled_from((0, 59)),
    st.sampled_from((0, 1, 59)),
)
times = st.builds(cut, moments, st.sampled_from((4, 6, 8, 10, 12, 14)))


@given(st.just("") | times, times, st.just("") | times)
def test_the_numbers_decide_unless_they_are_doubtful(start: str, time: str, end: str) -> None:
    """What a database does with the start of the period alone comes to the same."""
    asked, number = TimeRange(start, end), DTM(time).lower()
    if number in asked.doubtful:
        return
    since = not asked.starts or number >= asked.starts[0] or number in asked.starts
    assert (since and (asked.last is None or number <= asked.last)) == asked.holds(time)


@given(st.just("") | times, times, st.just("") | times)
def test_the_numbers_leave_out_nothing(start: str, time: str, end: str) -> None:
    asked, number = TimeRange(start, end), DTM(time).lower()
    if asked.holds(time):
        assert not asked.starts or number >= asked.starts[0] or number in asked.starts
        assert asked.last is None or number <= asked.last
