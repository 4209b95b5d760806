"""The time as the registry writes it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the time of the moment, in UTC; tests set it."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def stamp(moment: datetime) -> int:
    """`moment` as the integer yyyymmddhhmmss, the form of every time in the tables."""
    return (
        moment.year * 10_000_000_000
        + moment.month * 100_000_000
        + moment.day * 1_000_000
        + moment.hour * 10_000
        + moment.minute * 100
        + moment.second
    )
