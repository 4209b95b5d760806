"""Text as XML 1.0 may hold it."""

import re

_FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape_text(value: str) -> str:
    """Character data; what XML 1.0 cannot hold becomes U+FFFD."""
    if value.isascii() and value.isprintable() and "&" not in value and "<" not in value and ">" not in value:
        return value
    value = _FORBIDDEN.sub("\ufffd", value)
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_attribute(value: str) -> str:
    """The content of an attribute value between double quotes."""
    return escape_text(value).replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")
