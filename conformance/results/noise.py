"""What is another in every message of HL7 though nothing changed: the time and the id of an acknowledgement."""

import re
from typing import Final

_HEADER: Final = re.compile(r"\bMSH(?=([^\w\s]))[^\r\n]{1,2000}?(?=$|[\r\n]| / )", re.MULTILINE)
"""An MSH segment, on a line of its own or in a sentence that sets segments side by side."""
_TIME, _CONTROL_ID = 6, 9
"""MSH-7 and MSH-10, counted from MSH; MSH-1 is the separator itself."""
_PREFIX: Final = r"(?:[\w.-]{1,60}:)?"
_OWN_ID: Final = re.compile(rf"(<{_PREFIX}MCCI_IN\w{{1,20}}\b[^<]{{0,4000}}<{_PREFIX}id\b)[^>]{{0,1000}}")
_CREATED: Final = re.compile(rf"(<{_PREFIX}creationTime\b)[^>]{{0,1000}}")


def steady(text: str) -> str:
    """The text without the times and ids that each acknowledgement has of its own: MSH-7, MSH-10, id, creationTime.

    MSA-2 and targetMessage stay: they name the message that is acknowledged.
    """
    text = _HEADER.sub(_without_its_own, text)
    return _CREATED.sub(r"\1", _OWN_ID.sub(r"\1", text))


def _without_its_own(found: re.Match[str]) -> str:
    separator = found[1]
    fields = found[0].split(separator)
    for place in (_TIME, _CONTROL_ID):
        if place < len(fields):
            fields[place] = ""
    return separator.join(fields)
