"""Ranges of times, and the times of the metadata that lie in them; ITI TF-2 3.18.4.1.2.3.3, 3.18.4.1.2.3.3.2.

A DTM may name a year, a month, … a second. Of the same precision, times are compared as text: From is included, To is
not. Where one is less precise than the other, both are cut to its length, and then From and To are both included:

    To 2021      takes in 20211231235959   the latest instant of the year
    To 20210101  takes in 2021             the year has begun
    To 20210527  leaves out 20210527       the same precision
"""

from dataclasses import dataclass

from metadata.datatypes import DTM

_PRECISIONS = (4, 6, 8, 10, 12)
"""Lengths of the DTMs that are not to the second."""
_LAST = "99991231235959"


def is_since(time: str, start: str) -> bool:
    """Whether `time` is not before From."""
    length = min(len(time), len(start))
    return time[:length] >= start[:length]


def is_before(time: str, end: str) -> bool:
    """Whether `time` comes before To is over; at To itself, of the same precision, it no longer does."""
    if len(time) == len(end):
        return time < end
    length = min(len(time), len(end))
    return time[:length] <= end[:length]


@dataclass(frozen=True, slots=True)
class TimeRange:
    """…From and …To of one parameter, as DTM; empty for a bound that is not there."""

    start: str = ""
    end: str = ""

    def __bool__(self) -> bool:
        return bool(self.start or self.end)

    def holds(self, time: str) -> bool:
        """Whether a time (DTM) lies in the range."""
        return (not self.start or is_since(time, self.start)) and (not self.end or is_before(time, self.end))

    @property
    def starts(self) -> tuple[int, ...]:
        """The start of From, as yyyymmddhhmmss, and of the longer periods that it lies in, without those that start
        with it: a year that began before From may still hold From."""
        if not self.start:
            return ()
        first = _number(self.start)
        around = {_number(self.start[:length]) for length in _PRECISIONS if length < len(self.start)}
        return (first, *sorted(around - {first}))

    @property
    def last(self) -> int | None:
        """The last second of To, as yyyymmddhhmmss; of every month the 31st will do, for it is only compared with."""
        return int(self.end + _LAST[len(self.end) :]) if self.end else None

    @property
    def doubtful(self) -> frozenset[int]:
        """Starts of periods of which the length must be known to say whether they lie in the range."""
        return frozenset((*self.starts[1:], *((_number(self.end),) if self.end else ())))


def _number(text: str) -> int:
    return DTM(text).lower()
