"""Registry objects as the bytes they will be returned as.

`obj` holds an object's ebRIM from behind the attributes that may change, compressed: one byte that names the codec and
its dictionary, then a raw deflate stream. A response fragment is the opening tag, written from columns, and that:
`registry/queries/shelves.py` puts the two together.
Dictionaries are files shipped with the code; none is ever edited or removed, because rows need them.
"""

import zlib
from functools import cache
from importlib import resources
from typing import Any, Final
from uuid import UUID

from metadata import vocabulary as v
from metadata.ebrim import Kind, RegistryObject, Slot, write_content
from registry.tables import ASSOCIATION_TYPE

CODEC: Final = 1
"""The codec that new objects are packed with."""
_LEVEL: Final = 3  # 6 would save a seventh of the space and take twice as long
_STRATEGY: Final = zlib.Z_FIXED  # no tables to build: a quarter less time to unpack for a twelfth more space
LAST_UPDATE_TIME: Final = "lastUpdateTime"
SUBMISSION_SET_STATUS: Final = "SubmissionSetStatus"


@cache
def _dictionary(codec: int) -> bytes:
    try:
        return resources.files("registry").joinpath("dictionaries", f"{codec}.bin").read_bytes()
    except FileNotFoundError:
        raise ValueError(f"no dictionary for codec {codec}: this row was written by a later version") from None


@cache
def _primed() -> Any:
    # copying a compressor that has read the dictionary takes half the time of making one
    return zlib.compressobj(_LEVEL, zlib.DEFLATED, -15, 8, _STRATEGY, _dictionary(CODEC))


def pack(content: bytes) -> bytes:
    """The bytes for an `obj` column."""
    compressor = _primed().copy()
    return bytes((CODEC,)) + compressor.compress(content) + compressor.flush()  # type: ignore[no-any-return]


def unpack(obj: bytes) -> bytes:
    """The content that `pack` was given. Raises ValueError for an unknown codec, zlib.error for a damaged row."""
    return zlib.decompressobj(-15, _dictionary(obj[0])).decompress(memoryview(obj)[1:])


def entry_content(o: RegistryObject) -> bytes:
    """What to pack of a DocumentEntry, a SubmissionSet or an Association."""
    return write_content(o)


def folder_content(o: RegistryObject) -> bytes:
    """What to pack of a Folder: its lastUpdateTime is a column."""
    return write_content(o, without_slots=(LAST_UPDATE_TIME,))


def plain_association(type_: int, source: UUID, target: UUID, original: bool | None) -> bytes:
    """The content of an Association that has nothing but its type, its ends and its SubmissionSetStatus."""
    before, after = _association_ends(type_, original)
    return f'{before}urn:uuid:{source}" targetObject="urn:uuid:{target}{after}'.encode()


@cache
def _association_ends(type_: int, original: bool | None) -> tuple[str, str]:
    """What stands before the source and after the target, taken from the one writer of ebRIM."""
    status = () if original is None else (Slot(SUBMISSION_SET_STATUS, ("Original" if original else "Reference",)),)
    written = write_content(
        RegistryObject(
            Kind.ASSOCIATION,
            "",
            object_type=v.ASSOCIATION_TYPE,
            slots=status,
            version_name="1",
            association_type=ASSOCIATION_TYPE[type_],
            source="SOURCE",
            target="TARGET",
        )
    ).decode()
    before, after = written.split('SOURCE" targetObject="TARGET')
    return before, after
