"""When a message says that it was made: so that an old capture can be judged as of then."""

import re
from datetime import datetime
from typing import Final

from security.saml.times import parse_time

_TIMES: Final = (
    re.compile(rb"""\bIssueInstant\s*=\s*["']([^"'<>]{10,40})["']"""),
    re.compile(rb"<(?:[\w.-]+:)?SigningTime[^>]{0,200}>\s*([^<>\s]{10,40})\s*</"),
)


def own_time(data: bytes) -> datetime | None:
    """The IssueInstant of its token, else the SigningTime of its signature; None where there is neither."""
    for pattern in _TIMES:
        for found in pattern.finditer(data):
            try:
                return parse_time(found[1].decode("ascii", "replace"))
            except ValueError:
                continue
    return None
