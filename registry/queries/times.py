"""Times in a range, where a column tells the start of the period that a time names but not how long the period is.

Only at the ends of a range does that matter, so SQL decides all rows but those whose period begins there; of these few
the fragment is read. # ITI TF-2 3.18.4.1.2.3.3.2
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from metadata.querytimes import TimeRange
from metadata.vocabulary import ON_DEMAND

UNLESS_ON_DEMAND: Final = "on-demand or "
UNLESS_ABSENT: Final = "absent or "
_ON_DEMAND: Final = ON_DEMAND.encode()


@dataclass(frozen=True, slots=True)
class Doubt:
    """A condition on a time that SQL has decided for all rows but some."""

    column: str
    slot: str
    """The Slot that holds the time as it was submitted; empty where the column says all, for it is to the second."""
    times: TimeRange
    unless: str
    """`UNLESS_ON_DEMAND`, `UNLESS_ABSENT` or empty."""
    values: frozenset[int]
    """What the column holds in rows of which SQL cannot tell."""

    def passes(self, value: int, content: bytes) -> bool:
        """Whether a row with this value, and with this fragment, lies in the range."""
        if not self.slot:
            return self.times.holds(f"{value:014d}")
        if self.unless == UNLESS_ON_DEMAND and _ON_DEMAND in content[: content.index(b">")]:
            return True
        found = _of_slot(self.slot).search(content)
        return found is not None and self.times.holds(found[1].decode().strip())


@cache
def _of_slot(name: str) -> re.Pattern[bytes]:
    return re.compile(rb'<rim:Slot name="%s"[^>]*><rim:ValueList><rim:Value>([^<]*)<' % re.escape(name.encode()))
