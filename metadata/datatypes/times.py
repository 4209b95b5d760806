"""DTM: points in time, as precise as their author wished."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

from metadata.datatypes.hl7 import DatatypeError

_DIGITS: Final = re.compile(r"[1-9][0-9]{3}(?:[0-9]{2}){0,5}")
_START: Final = "00000101000000"


@dataclass(frozen=True, slots=True)
class DTM:
    """`YYYY[MM[DD[hh[mm[ss]]]]]`, always UTC, of the years 1000 to 9999; ITI TF-3 Table 4.2.3.1.7-2."""

    value: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `DatatypeError` if `text` has another form or names a time that no calendar has."""
        if not _DIGITS.fullmatch(text):
            raise DatatypeError(
                "not a DTM; it is written YYYY, YYYYMM, YYYYMMDD, YYYYMMDDhh, YYYYMMDDhhmm or YYYYMMDDhhmmss,"
                " in UTC, without zone or fraction, from the year 1000 on"
            )
        try:
            _moment(text)
        except ValueError as error:
            raise DatatypeError(f"no calendar has this time: {error}") from None
        return cls(text)

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """`moment` to the second. It must know its zone."""
        if moment.tzinfo is None:
            raise ValueError("a moment without time zone cannot be told in UTC")
        utc = moment.astimezone(UTC)
        return cls(f"{utc.year:04d}{utc:%m%d%H%M%S}")

    def lower(self) -> int:
        """The start of the period, as yyyymmddhhmmss: 20240000000000 does not exist, 2024 starts at 20240101000000."""
        return int(self.value + _START[len(self.value) :])

    @property
    def start(self) -> datetime:
        """The start of the period."""
        return _moment(self.value)

    def __str__(self) -> str:
        return self.value


def _moment(digits: str) -> datetime:
    full = digits + _START[len(digits) :]
    year, month, day = int(full[:4]), int(full[4:6]), int(full[6:8])
    return datetime(year, month, day, int(full[8:10]), int(full[10:12]), int(full[12:14]), tzinfo=UTC)
