"""Registry objects as the bytes they will be returned as.

`obj` holds an object's ebRIM from behind the attributes that may change, compressed: one byte that names the codec and
its dictionary, then a raw deflate stream. A response fragment is the opening tag, written from columns, and that.
Dictionaries are files shipped with the code; none is ever edited or removed, because rows need them.
"""

import zlib
from functools import cache
from importlib import resources
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from metadata import vocabulary as v
from metadata.ebrim import Kind, RegistryObject, Slot, splice_slot, write_content
from metadata.escaping import attribute
from registry import tables
from registry.tables import ASSOCIATION_TYPE, STATUS

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


ENTRY: Final = tuple(tables.document_entry.c[n] for n in ("id", "lid", "status", "home", "obj"))
"""What to select for `entry_fragment`; so for the three below."""
SUBMISSION_SET: Final = tuple(tables.submission_set.c[n] for n in ("id", "status", "home", "obj"))
FOLDER: Final = tuple(tables.folder.c[n] for n in ("id", "lid", "status", "home", "updated", "obj"))
ASSOCIATION: Final = tuple(
    tables.association.c[n] for n in ("id", "type", "src", "tgt", "status", "original", "home", "obj")
)

Row = sa.Row[Any]


def entry_fragment(row: Row) -> bytes:
    """`rim:ExtrinsicObject` of a row that has the columns `ENTRY`, with the prefix `rim` not declared."""
    return _opening("ExtrinsicObject", row.id, row.lid, row.status, row.home) + unpack(row.obj)


def submission_set_fragment(row: Row) -> bytes:
    """`rim:RegistryPackage` of a row that has the columns `SUBMISSION_SET`."""
    return _opening("RegistryPackage", row.id, row.id, row.status, row.home) + unpack(row.obj)


def folder_fragment(row: Row) -> bytes:
    """`rim:RegistryPackage` of a row that has the columns `FOLDER`, with the lastUpdateTime of the moment."""
    content = splice_slot(unpack(row.obj), Slot(LAST_UPDATE_TIME, (str(row.updated),)))
    return _opening("RegistryPackage", row.id, row.lid, row.status, row.home) + content


def association_fragment(row: Row) -> bytes:
    """`rim:Association` of a row that has the columns `ASSOCIATION`."""
    plain = row.obj is None
    content = plain_association(row.type, row.src, row.tgt, row.original) if plain else unpack(row.obj)
    return _opening("Association", row.id, row.id, row.status, row.home) + content


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


def _opening(kind: str, id_: UUID, lid: UUID, status: int, home: str | None) -> bytes:
    own = str(id_)
    logical = own if lid == id_ else str(lid)
    tag = f'<rim:{kind} id="urn:uuid:{own}" lid="urn:uuid:{logical}" status="{STATUS[status]}"'
    return (tag if home is None else f'{tag} home="{attribute(home)}"').encode()


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
