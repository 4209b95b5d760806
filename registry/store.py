"""The SQL of the store: statements built once, parameters bound, rows in and out. Decides nothing.

What a submission inserts goes in with one executemany per table; ids go into `locator` in ascending order, so that two
submissions that share two ids cannot deadlock.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from metadata import vocabulary as v
from registry import tables as t
from registry.rows import Row
from registry.tables import APPROVED, ASSOCIATION_TYPE_NUMBER, DEPRECATED, LocatorFlag
from storage import Key, Statement

Place = tuple[int, UUID]
"""`pat` and id: where a row lies."""
Found = Any
"""A row of a result; its attributes are the columns of the statement."""

_AT_ONCE: Final = 5000
"""Values in one IN list: every engine has a limit."""
_FEW: Final = 16
_HAS_MEMBER: Final = ASSOCIATION_TYPE_NUMBER[v.HAS_MEMBER]
_DERIVED: Final = (ASSOCIATION_TYPE_NUMBER[v.XFRM], ASSOCIATION_TYPE_NUMBER[v.APND])
_XFRM: Final = ASSOCIATION_TYPE_NUMBER[v.XFRM]


def _many(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, expanding=True)


def _at(table: sa.Table) -> sa.ColumnElement[bool]:
    # ids are unique, so the two lists need not be paired; with both the primary key finds the rows
    return table.c.pat.in_(_many("pats")) & table.c.id.in_(_many("ids"))


_LOCATE: Final = sa.select(t.locator).where(t.locator.c.key.in_(_many("keys")))
_MORE: Final = sa.select(t.locator_more).where(t.locator_more.c.key.in_(_many("keys")))
_ENTRIES: Final = sa.select(
    *(t.document_entry.c[n] for n in ("pat", "id", "kind", "status", "uid", "hash", "size"))
).where(_at(t.document_entry))
_FOLDERS: Final = sa.select(*(t.folder.c[n] for n in ("pat", "id", "status", "uid"))).where(_at(t.folder))
_SETS: Final = sa.select(*(t.submission_set.c[n] for n in ("pat", "id", "status", "uid", "digest"))).where(
    _at(t.submission_set)
)
_ASSOCIATIONS: Final = sa.select(*(t.association.c[n] for n in ("pat", "id", "status", "type", "src", "tgt"))).where(
    _at(t.association)
)
SELECT: Final = {
    t.document_entry: _ENTRIES,
    t.folder: _FOLDERS,
    t.submission_set: _SETS,
    t.association: _ASSOCIATIONS,
}
_a = t.association.c
_POINTING_AT: Final = (
    sa.select(_a.src, _a.tgt)
    .where(_a.pat.in_(_many("pats")), _a.tgt.in_(_many("ids")), _a.type.in_(_many("types")), _a.status == APPROVED)
    .distinct()
)
_COMING_FROM: Final = (
    sa.select(_a.src).where(_a.pat.in_(_many("pats")), _a.src.in_(_many("ids")), _a.type.in_(_many("types"))).distinct()
)
_DEPRECATE: Final = (
    sa.update(t.document_entry)
    .where(_at(t.document_entry), t.document_entry.c.status == APPROVED)
    .values(status=DEPRECATED)
)
_TOUCH: Final = (
    sa.update(t.folder)
    .where(_at(t.folder), t.folder.c.status == APPROVED)
    .values(updated=sa.case((t.folder.c.updated > sa.bindparam("now"), t.folder.c.updated), else_=sa.bindparam("now")))
)
_FLAG: Final = (
    sa.update(t.locator)
    .where(t.locator.c.key.in_(_many("keys")))
    .values(flags=t.locator.c.flags.bitwise_or(LocatorFlag.MORE.value))
)
_LOCATOR: Final = Statement(
    {
        "sqlite": sqlite.insert(t.locator).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(t.locator).on_conflict_do_nothing(),
    }
)
_INSERT: Final = {
    table: Statement(sa.insert(table))
    for table in (t.locator_more, t.document_entry, t.submission_set, t.folder, t.association)
}


@cache
def _taken(count: int) -> Statement:
    keys = [sa.bindparam(f"k{n}", type_=Key) for n in range(count)]
    return Statement(sa.select(t.locator.c.kind).where(t.locator.c.key.in_(keys)).limit(1))


def locate(connection: sa.Connection, keys: Collection[UUID]) -> dict[UUID, Found]:
    """The locator rows of those `keys` that are taken."""
    ordered = sorted(keys)
    # most submissions name nothing that is there: that much can be told in a fraction of the time
    if len(ordered) <= _FEW and not _any_taken(connection, ordered):
        return {}
    found = {}
    for start in range(0, len(ordered), _AT_ONCE):
        for row in connection.execute(_LOCATE, {"keys": ordered[start : start + _AT_ONCE]}):
            found[row.key] = row
    return found


def more(connection: sa.Connection, keys: Collection[UUID]) -> Sequence[Found]:
    """The further entries (key, ref, pat) under these keys."""
    return connection.execute(_MORE, {"keys": sorted(keys)}).all() if keys else ()


def rows(connection: sa.Connection, table: sa.Table, places: Iterable[Place]) -> Sequence[Found]:
    """What a rule may ask of the objects at these places; never their fragments."""
    pats, ids = _split(places)
    found: list[Found] = []
    for start in range(0, len(ids), _AT_ONCE):
        found += connection.execute(SELECT[table], {"pats": pats, "ids": ids[start : start + _AT_ONCE]})
    return found


def folders_holding(connection: sa.Connection, pats: Collection[int], entries: Collection[UUID]) -> Sequence[Found]:
    """(src, tgt) of the standing HasMember Associations whose target is one of `entries`."""
    return _pointing_at(connection, pats, entries, (_HAS_MEMBER,))


def derived_from(connection: sa.Connection, pats: Collection[int], entries: Collection[UUID]) -> Sequence[Found]:
    """(src, tgt) of the XFRM and APND Associations whose target is one of `entries`."""
    return _pointing_at(connection, pats, entries, _DERIVED)


def transformed(connection: sa.Connection, pats: Collection[int], entries: Collection[UUID]) -> Sequence[UUID]:
    """Those of `entries` that are the source of an XFRM."""
    if not entries:
        return ()
    parameters = {"pats": sorted(pats), "ids": sorted(entries), "types": [_XFRM]}
    return connection.execute(_COMING_FROM, parameters).scalars().all()


def insert(connection: sa.Connection, table: sa.Table, new: Sequence[Row]) -> None:
    """One executemany."""
    _INSERT[table].change(connection, new)


def _any_taken(connection: sa.Connection, keys: Sequence[UUID]) -> bool:
    values = {f"k{n}": key for n, key in enumerate(keys)}
    return bool(keys) and bool(_taken(len(keys)).rows(connection, values))


def insert_locators(connection: sa.Connection, new: Iterable[Row]) -> bool:
    """Whether every key was free; if not, another transaction took one since `locate` looked."""
    ordered = sorted(new, key=lambda row: row["key"])
    return _LOCATOR.change(connection, ordered) == len(ordered)


def add_more(connection: sa.Connection, new: Sequence[Row]) -> None:
    """Further entries under keys that are taken, and the flag that tells readers to look for them."""
    if new:
        _INSERT[t.locator_more].change(connection, new)
        connection.execute(_FLAG, {"keys": sorted({row["key"] for row in new})})


def deprecate(connection: sa.Connection, places: Collection[Place]) -> int:
    """Approved → Deprecated; returns how many entries were still Approved."""
    if not places:
        return 0
    pats, ids = _split(places)
    return connection.execute(_DEPRECATE, {"pats": pats, "ids": ids}).rowcount


def touch(connection: sa.Connection, folders: Collection[Place], now: int) -> int:
    """Sets lastUpdateTime, never back; returns how many Folders were still Approved."""
    if not folders:
        return 0
    pats, ids = _split(folders)
    return connection.execute(_TOUCH, {"pats": pats, "ids": ids, "now": now}).rowcount


def _pointing_at(
    connection: sa.Connection, pats: Collection[int], entries: Collection[UUID], types: Sequence[int]
) -> Sequence[Found]:
    if not entries:
        return ()
    parameters = {"pats": sorted(pats), "ids": sorted(entries), "types": list(types)}
    return connection.execute(_POINTING_AT, parameters).all()


def _split(places: Iterable[Place]) -> tuple[list[int], list[UUID]]:
    listed = list(places)
    return sorted({pat for pat, _ in listed}), sorted({id_ for _, id_ in listed})
