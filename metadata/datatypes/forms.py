"""Attributes of a simple form: hash, size, language, MIME type, uniqueId."""

import re
from typing import Final

from metadata.datatypes.identifiers import is_oid, is_uuid_urn

_SHA1: Final = re.compile(r"[0-9A-Fa-f]{40}")
_DIGITS: Final = re.compile(r"[0-9]+")
# well-formed tags; whether their subtags are registered is not looked up                       # RFC 5646 2.1
_LANGUAGE: Final = re.compile(
    r"""(?:[a-z]{2,3}(?:-[a-z]{3}){0,3} | [a-z]{4,8})                  # language, with extended languages
        (?:-[a-z]{4})?                                                 # script
        (?:-(?:[a-z]{2}|[0-9]{3}))?                                    # region
        (?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*                       # variants
        (?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*                            # extensions
        (?:-x(?:-[a-z0-9]{1,8})+)?                                     # private use
      | x(?:-[a-z0-9]{1,8})+
      | en-gb-oed | i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)
      | sgn-be-(?:fr|nl) | sgn-ch-de                                   # older tags of no such form""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_RESTRICTED_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"  # RFC 6838 4.2
_PARAMETER: Final = r'\s*;\s*[!#$%&\'*+.^_`|~0-9A-Za-z-]+=(?:[!#$%&\'*+.^_`|~0-9A-Za-z-]+|"[^"\\]*")'
_MIME_TYPE: Final = re.compile(rf"{_RESTRICTED_NAME}/{_RESTRICTED_NAME}(?:{_PARAMETER})*")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")


def is_sha1(text: str) -> bool:
    """Whether `text` is a SHA-1 value of 40 hexadecimal digits; # ITI TF-3 4.2.3.2.10"""
    return _SHA1.fullmatch(text) is not None


def is_size(text: str) -> bool:
    """Whether `text` is a number of bytes: decimal, without sign; # ITI TF-3 4.2.3.2.21"""
    return _DIGITS.fullmatch(text) is not None


def is_language_tag(text: str) -> bool:
    """Whether `text` is a well-formed language tag, as fr or fr-FR; # ITI TF-3 4.2.3.2.13"""
    return _LANGUAGE.fullmatch(text) is not None


def is_mime_type(text: str) -> bool:
    """Whether `text` is type/subtype, parameters allowed; # ITI TF-3 4.2.3.2.15"""
    return _MIME_TYPE.fullmatch(text) is not None


def is_unique_id(text: str) -> bool:
    """Whether `text` has a form that a document's creator should use for its uniqueId; # ITI TF-3 4.2.3.2.26

    An OID, an OID with an extension after `^`, a UUID as URN, or another URI. To all others it is an opaque string.
    """
    root, caret, extension = text.partition("^")
    if is_oid(root):
        return bool(extension or not caret)
    if text.startswith("urn:uuid:"):
        return is_uuid_urn(text)
    return _URI.fullmatch(text) is not None
