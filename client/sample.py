"""The documents of the package: a French consultation letter, its second version, and an addendum to it.

The patient is a test identity, the professionals and places do not exist.
"""

from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from metadata.datatypes import oid_from_uuid

LETTER: Final = "letter.xml"
SECOND_VERSION: Final = "letter-v2.xml"
ADDENDUM: Final = "addendum.xml"

_IDS: Final = tuple(f"2.25.19917364508274651833104621874509183330{n}" for n in range(5))
"""The ids in the files: set and versions 1 and 2 of the letter, set and version 1 of the addendum."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Three CDA documents that know each other by their ids."""

    letter: bytes
    second_version: bytes
    """Corrects a dose; its header says that it replaces `letter`."""
    addendum: bytes


def read(name: str) -> bytes:
    """A sample as it lies in the package."""
    return (files(__package__) / "samples" / name).read_bytes()


def fresh() -> Samples:
    """The samples with new ids, so that any number of them can be submitted to one registry."""
    ids = {old.encode(): oid_from_uuid().encode() for old in _IDS}
    return Samples(*(_renamed(read(name), ids) for name in (LETTER, SECOND_VERSION, ADDENDUM)))


def _renamed(document: bytes, ids: dict[bytes, bytes]) -> bytes:
    for old, new in ids.items():
        document = document.replace(old, new)
    return document
