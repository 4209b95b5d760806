"""Attributes of a simple form: hash, size, language, MIME type, uniqueId."""

import re
from typing import Final

from metadata.datatypes.identifiers import is_oid

MAX_UNIQUE_ID_LENGTH: Final = 128
MAX_EXTENSION_LENGTH: Final = 16

_SHA1: Final = re.compile(r"[0-9A-Fa-f]{40}")
_DIGITS: Final = re.compile(r"[0-9]+")
# the shape of a tag; whether its subtags are registered is not looked up                       # RFC 5646 2.1
_LANGUAGE: Final = re.compile(r"(?:[A-Za-z]{1,8})(?:-[A-Za-z0-9]{1,8})*")
_RESTRICTED_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"  # RFC 6838 4.2
_PARAMETER: Final = r'\s*;\s*[!#$%&\'*+.^_`|~0-9A-Za-z-]+=(?:[!#$%&\'*+.^_`|~0-9A-Za-z-]+|"[^"\\]*")'
_MIME_TYPE: Final = re.compile(rf"{_RESTRICTED_NAME}/{_RESTRICTED_NAME}(?:{_PARAMETER})*")
_VISIBLE: Final = re.compile(r"[\x21-\x7e]+")
_LOOKS_LIKE_OID: Final = re.compile(r"[0-9]+(?:\.[0-9]+)+")


def is_sha1(text: str) -> bool:
    """Whether `text` is a SHA-1 value of 40 hexadecimal digits; # ITI TF-3 4.2.3.2.10"""
    return _SHA1.fullmatch(text) is not None


def is_size(text: str) -> bool:
    """Whether `text` is a number of bytes: decimal, without sign; # ITI TF-3 4.2.3.2.21"""
    return _DIGITS.fullmatch(text) is not None


def is_language_tag(text: str) -> bool:
    """Whether `text` has the shape of a language tag, as fr or fr-FR; # ITI TF-3 4.2.3.2.13"""
    return _LANGUAGE.fullmatch(text) is not None


def is_mime_type(text: str) -> bool:
    """Whether `text` is type/subtype, parameters allowed; # ITI TF-3 4.2.3.2.15"""
    return _MIME_TYPE.fullmatch(text) is not None


def is_unique_id(text: str) -> bool:
    """Whether `text` can be the uniqueId of a DocumentEntry; # ITI TF-3 4.2.3.2.26

    128 visible ASCII characters at most. What looks like an OID must be one, with `^` and up to 16 characters after it
    if the document has an extension; anything else (a UUID, a URI) is taken as it is.
    """
    if len(text) > MAX_UNIQUE_ID_LENGTH or not _VISIBLE.fullmatch(text):
        return False
    root, caret, extension = text.partition("^")
    if not _LOOKS_LIKE_OID.fullmatch(root):
        return True
    return is_oid(root) and len(extension) <= MAX_EXTENSION_LENGTH and bool(extension or not caret)
