"""The four tables as a query sees them: what is selected, and how a row becomes the fragment that is returned.

Rows are plain tuples that begin (pat, id, home); ObjectRef needs no more. Keys stay as the driver gives them, since
making `UUID` objects costs more than the rest of a row.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from metadata.ebrim import Slot, splice_slot
from metadata.escaping import attribute
from metadata.vocabulary import ENTRY_PATIENT_ID, FOLDER_PATIENT_ID, SUBMISSION_SET_PATIENT_ID
from registry.fragments import LAST_UPDATE_TIME, plain_association, unpack
from registry.tables import STATUS, association, document_entry, folder, submission_set

RawKey = bytes | UUID
"""A key as the driver gives it: 16 bytes on SQLite, `UUID` on PostgreSQL."""
Row = Sequence[Any]


class Survivor(NamedTuple):
    """Who a merged patient became."""

    pat: int
    patient_id: str
    """What the objects of the merged patient carry in an answer."""


Survivors = Mapping[int, Survivor]
"""By pat, the merged patients among those of an answer."""


class Raw(sa.types.UserDefinedType[RawKey]):
    """A key column without conversion in either direction."""

    cache_ok = True


def raw(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A key column that gives and takes `RawKey`."""
    return sa.type_coerce(column, Raw())


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """One kind of objects."""

    name: str
    """For logs: `entries`."""
    table: sa.Table
    columns: tuple[sa.ColumnElement[Any], ...]
    """What `fragments` needs of a row, in its order."""
    fragments: Callable[[Iterable[Row], Survivors], list[bytes]]
    """The rows as ebRIM elements with the prefix `rim` not declared, in pieces: joining them is left to who sends."""

    @property
    def reference_columns(self) -> tuple[sa.ColumnElement[Any], ...]:
        return self.columns[:3]


def _columns(table: sa.Table, *names: str) -> tuple[sa.ColumnElement[Any], ...]:
    keys = ("id", "lid", "src", "tgt")
    return tuple(
        raw(table.c[n]).label(n) if n in keys else table.c[n] for n in ("pat", "id", "home", "status", "obj", *names)
    )


def key_text(key: RawKey) -> str:
    """The key as it stands behind `urn:uuid:`."""
    if isinstance(key, UUID):
        return str(key)
    digits = key.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def references(rows: Iterable[Row]) -> list[bytes]:
    """`rim:ObjectRef` of each row."""
    return [f'<rim:ObjectRef id="urn:uuid:{key_text(row[1])}"{_home(row[2])}/>'.encode() for row in rows]


def _entries(rows: Iterable[Row], survivors: Survivors) -> list[bytes]:
    found: list[bytes] = []
    for pat, id_, home, status, obj, lid in rows:
        own = key_text(id_)
        logical = own if lid == id_ else key_text(lid)
        at_home = "" if home is None else _home(home)
        opening = (
            f'<rim:ExtrinsicObject id="urn:uuid:{own}" lid="urn:uuid:{logical}" status="{STATUS[status]}"{at_home}'
        )
        content = unpack(obj)
        if pat in survivors:
            content = _carrying(content, ENTRY_PATIENT_ID, survivors[pat].patient_id)
        found += (opening.encode(), content)
    return found


def _submission_sets(rows: Iterable[Row], survivors: Survivors) -> list[bytes]:
    found: list[bytes] = []
    for pat, id_, home, status, obj in rows:
        content = unpack(obj)
        if pat in survivors:
            content = _carrying(content, SUBMISSION_SET_PATIENT_ID, survivors[pat].patient_id)
        found += (_opening("RegistryPackage", id_, id_, status, home), content)
    return found


def _folders(rows: Iterable[Row], survivors: Survivors) -> list[bytes]:
    found: list[bytes] = []
    for pat, id_, home, status, obj, lid, updated in rows:
        content = splice_slot(unpack(obj), Slot(LAST_UPDATE_TIME, (f"{updated:014d}",)))
        if pat in survivors:
            content = _carrying(content, FOLDER_PATIENT_ID, survivors[pat].patient_id)
        found += (_opening("RegistryPackage", id_, lid, status, home), content)
    return found


def _associations(rows: Iterable[Row], _survivors: Survivors) -> list[bytes]:
    found: list[bytes] = []
    for _, id_, home, status, obj, type_, src, tgt, original in rows:
        content = plain_association(type_, _uuid(src), _uuid(tgt), original) if obj is None else unpack(obj)
        found += (_opening("Association", id_, id_, status, home), content)
    return found


def _opening(element: str, id_: RawKey, lid: RawKey, status: int, home: str | None) -> bytes:
    own, logical = key_text(id_), key_text(lid)
    return (
        f'<rim:{element} id="urn:uuid:{own}" lid="urn:uuid:{logical}" status="{STATUS[status]}"{_home(home)}'.encode()
    )


def _home(home: str | None) -> str:
    return f' home="{attribute(home)}"' if home else ""


def _uuid(key: RawKey) -> UUID:
    return key if isinstance(key, UUID) else UUID(bytes=key)


def _carrying(content: bytes, scheme: str, patient_id: str) -> bytes:
    """The content with the patient id of the survivor; the rest stays as submitted. # ITI TF-2 3.18.4.1.2.3.9.1"""
    pattern = rb'(identificationScheme="' + re.escape(scheme.encode()) + rb'" value=")[^"]*'
    value = attribute(patient_id).encode()
    return re.sub(pattern, lambda match: match[1] + value, content, count=1)


ENTRIES: Final = Shelf("entries", document_entry, _columns(document_entry, "lid"), _entries)
SUBMISSION_SETS: Final = Shelf("submission_sets", submission_set, _columns(submission_set), _submission_sets)
FOLDERS: Final = Shelf("folders", folder, _columns(folder, "lid", "updated"), _folders)
ASSOCIATIONS: Final = Shelf(
    "associations", association, _columns(association, "type", "src", "tgt", "original"), _associations
)

OBJECT: Final = 4
"""Where the fragment stands in a row of every shelf."""
TYPE: Final = 5
SOURCE: Final = 6
TARGET: Final = 7
"""Where these stand in a row of `ASSOCIATIONS`; pat and id are the first two of every row."""
