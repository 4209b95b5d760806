"""xs:dateTime of assertions: always with a zone, always aware. SAML 2.0 Core 1.3.3."""

import re
from datetime import UTC, datetime
from typing import Final

_FORM: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII)


def parse_time(text: str) -> datetime:
    """Raises ValueError for a time without its zone and for anything else that is no time of the calendar."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError("a time is written 2026-03-01T12:00:00Z, its zone included")
    moment, fraction, zone = found.groups()
    micro = ((fraction or "") + "000000")[:6]
    try:
        return datetime.fromisoformat(f"{moment}.{micro}{'+00:00' if zone == 'Z' else zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("a time outside the calendar") from None


def write_time(moment: datetime) -> str:
    """UTC, with milliseconds where there are any (and never more), as French software writes it."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00").removesuffix(".000") + "Z"
