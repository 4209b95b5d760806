r"""HL7 v2 text: components between `^`, subcomponents between `&`, and the escapes for the five delimiters.

The delimiters are the usual ones, `|^~\&`; a message of XDS cannot choose others.     # ITI TF-3 4.2.3.1.7
"""

import re
from collections.abc import Sequence
from typing import Final


class DatatypeError(ValueError):
    """A text is not of the data type; the message says what is wrong and what would be right, without the text."""


_ESCAPED: Final = {"E": "\\", "F": "|", "S": "^", "T": "&", "R": "~"}
_ESCAPES: Final = {character: f"\\{letter}\\" for letter, character in _ESCAPED.items()}
_DELIMITER: Final = re.compile(r"[\\|^&~]")
_SEQUENCE: Final = re.compile(r"\\([EFSTR])\\")
_FORBIDDEN: Final = re.compile(r"\\(?:[HN]|Z[0-9A-Za-z]*)\\")


def escape(value: str) -> str:
    """`value` with its delimiters escaped."""
    return _DELIMITER.sub(lambda found: _ESCAPES[found[0]], value)


def unescape(text: str) -> str:
    r"""`text` with the escapes of the five delimiters undone; any other backslash stays as it is."""
    if "\\" not in text:
        return text
    return _SEQUENCE.sub(lambda found: _ESCAPED[found[1]], text)


def has_forbidden_escape(text: str) -> bool:
    r"""Whether `text` holds an escape that HL7 knows and XDS does not: `\H\`, `\N\`, `\Z…\`. # ITI TF-3 4.2.3.1.7"""
    return _FORBIDDEN.search(_SEQUENCE.sub(" ", text)) is not None


def components(text: str, count: int) -> list[str]:
    r"""The components of `text`, still escaped, as a list of at least `count`: absent ones are empty.

    Raises `DatatypeError` for an escape of formatting or a local one (`\H\`, `\N\`, `\Z…\`).     # ITI TF-3 4.2.3.1.7
    """
    if "\\" in text and has_forbidden_escape(text):
        raise DatatypeError(r"an escape of formatting or a local one (\H\, \N\, \Z…\); none of them is allowed here")
    found = text.split("^")
    if len(found) < count:
        found += [""] * (count - len(found))
    return found


def join(values: Sequence[str], delimiter: str = "^") -> str:
    """Components that are already escaped, without the delimiters that only empty ones would follow."""
    return delimiter.join(values).rstrip(delimiter)
