"""Text made fit for XML 1.0: what the writers of this room put between tags and quotes.

The writers join strings instead of building trees, so this is the one place where a value could break out of its
element. Characters that XML 1.0 cannot carry are looked for once, in `encode`, over the whole joined text.
"""

import re
from typing import Final

# every byte that no XML 1.0 document in UTF-8 may hold: the C0 controls but TAB, LF and CR     # XML 1.0 2.2
_FORBIDDEN: Final = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0D})
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class UnwritableText(ValueError):
    """A value holds a character that XML 1.0 cannot carry."""


def text(value: str) -> str:
    """`value` as the content of an element."""
    if "&" in value:
        value = value.replace("&", "&amp;")
    if "<" in value:
        value = value.replace("<", "&lt;")
    if ">" in value:
        value = value.replace(">", "&gt;")
    if "\r" in value:  # a bare CR would be read back as LF
        value = value.replace("\r", "&#13;")
    return value


def attribute(value: str) -> str:
    """`value` between double quotes; `>` is escaped too, so that the first `>` of an element ends its opening tag."""
    value = text(value)
    if '"' in value:
        value = value.replace('"', "&quot;")
    if "\n" in value:  # bare white space would be read back as blanks
        value = value.replace("\n", "&#10;")
    if "\t" in value:
        value = value.replace("\t", "&#9;")
    return value


def writable(value: str) -> str:
    """`value` with U+FFFD in place of what XML 1.0 cannot carry: for texts that must be told whatever they hold."""
    return _UNWRITABLE.sub("\ufffd", value)


def encode(joined: str) -> bytes:
    """`joined` in UTF-8. Raises `UnwritableText` if it holds a character that XML 1.0 forbids."""
    try:
        data = joined.encode()
    except UnicodeEncodeError as error:
        raise UnwritableText(
            f"U+{ord(joined[error.start]):04X} (half of a surrogate pair) cannot stand in XML"
        ) from None
    if len(data.translate(None, _FORBIDDEN)) != len(data):
        found = next(byte for byte in data if byte in _FORBIDDEN)
        raise UnwritableText(f"the control character U+{found:04X} cannot stand in XML")
    if "\ufffe" in joined or "\uffff" in joined:
        raise UnwritableText("U+FFFE and U+FFFF cannot stand in XML")
    return data
