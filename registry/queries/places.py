"""From ids to rows: where an object lies, and the objects at a place.

Ids go through `locator`, which gives the patient; every later statement names the patient, because the patient leads
every key.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from registry import patients
from registry.fragments import unpack
from registry.queries.conditions import VISIBLE, Conditions, by_ids
from registry.queries.lists import filled, places_for, within
from registry.queries.shelves import ASSOCIATIONS, OBJECT, RawKey, Row, Shelf, Survivor, Survivors, raw
from registry.tables import ASSOCIATION_TYPE_NUMBER, Located, LocatorFlag, association, locator, locator_more
from storage import key_of
from storage.statements import Statement

PORTION: Final = 512
"""Ids in one statement."""

HAS_MEMBER: Final = ASSOCIATION_TYPE_NUMBER["urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"]


class Place(NamedTuple):
    """Where an object lies."""

    kind: int
    """A `Located`."""
    pat: int
    id: RawKey


_pat = sa.bindparam("pat", type_=sa.BigInteger())


@cache
def _locate(places: int) -> Statement:
    columns = (raw(locator.c.key), locator.c.kind, locator.c.flags, locator.c.pat, raw(locator.c.ref))
    return Statement(sa.select(*columns).where(within(raw(locator.c.key), "key", places)))


@cache
def _locate_more(places: int) -> Statement:
    columns = (locator_more.c.pat, raw(locator_more.c.ref))
    return Statement(sa.select(*columns).where(within(raw(locator_more.c.key), "key", places)))


@cache
def _with_end(end: str, places: int) -> Statement:
    ends = within(raw(association.c[end]), "end", places)
    return Statement(sa.select(*ASSOCIATIONS.columns).where(association.c.pat == _pat, ends))


def raw_key(connection: sa.Connection, key: UUID) -> RawKey:
    """A key as the driver of the connection takes it."""
    return key.bytes if connection.dialect.name == "sqlite" else key


def entry_uuid_keys(connection: sa.Connection, entry_uuids: Iterable[str]) -> list[RawKey]:
    """Keys of `urn:uuid:…` texts."""
    return [raw_key(connection, UUID(text[9:])) for text in entry_uuids]


def unique_id_keys(connection: sa.Connection, unique_ids: Iterable[str]) -> list[RawKey]:
    """Keys of uniqueIds."""
    return [raw_key(connection, key_of(text)) for text in unique_ids]


def locate(connection: sa.Connection, keys: Collection[RawKey], kinds: Collection[Located]) -> list[Place]:
    """Where the objects with these keys lie; keys that are not held, or of another kind, are passed over."""
    places: list[Place] = []
    for portion in _portions(keys):
        shared = []
        located = _locate(places_for(portion)).rows(connection, filled("key", portion))
        for key, kind, flags, pat, ref in located:
            if kind in kinds:
                places.append(Place(kind, pat, ref))
                if flags & LocatorFlag.MORE:
                    shared.append(key)
        if shared:
            # several DocumentEntries share a uniqueId; all are meant
            more = _locate_more(places_for(shared)).rows(connection, filled("key", shared))
            places.extend(Place(Located.ENTRY_UUID, pat, ref) for pat, ref in more)
    return places


def fetch(
    connection: sa.Connection, shelf: Shelf, places: Iterable[Place], conditions: Conditions | None = None
) -> list[Row]:
    """The rows at these places, as far as they meet the conditions."""
    wanted = conditions or Conditions()
    shapes = tuple(wanted.shapes)
    rows: list[Row] = []
    for pat, ids in _by_patient(places).items():
        for portion in _portions(ids):
            statement = by_ids(shelf.table, shelf.columns, shapes, wanted.checked_columns, places_for(portion))
            values = {**wanted.values, "pat": pat, **filled("id", portion)}
            rows.extend(wanted.passing(statement.rows(connection, values), _unread))
    return rows


def contents(connection: sa.Connection, shelf: Shelf, rows: Sequence[Row]) -> dict[RawKey, bytes]:
    """The fragments of rows of one shelf, by key."""
    places = [Place(0, row[0], row[1]) for row in rows]
    return {row[1]: unpack(row[OBJECT]) for row in fetch(connection, shelf, places)}


def _unread(_rows: Sequence[Row]) -> dict[RawKey, bytes]:
    raise AssertionError("objects that are named by id are not held to times")


def associations_from(connection: sa.Connection, places: Iterable[Place]) -> list[Row]:
    """The Associations whose source lies at one of the places."""
    return list(_touching(connection, places, ("src",)))


def associations_to(connection: sa.Connection, places: Iterable[Place]) -> list[Row]:
    """The Associations whose target lies at one of the places."""
    return list(_touching(connection, places, ("tgt",)))


def associations_at(connection: sa.Connection, places: Iterable[Place]) -> list[Row]:
    """The Associations that begin or end at one of the places; one that does both comes twice."""
    return list(_touching(connection, places, ("src", "tgt")))


def _touching(connection: sa.Connection, places: Iterable[Place], ends: Sequence[str]) -> Iterator[Row]:
    for pat, ids in _by_patient(places).items():
        for portion in _portions(ids):
            values = {"pat": pat, **filled("end", portion)}
            for end in ends:
                yield from _with_end(end, places_for(portion)).rows(connection, values)


def hidden_and_merged(connection: sa.Connection, pats: Collection[int]) -> tuple[set[int], Survivors, frozenset[str]]:
    """Among these patients, those whose objects nobody may see now, and those who live on under another id.

    Third, the ids of those who are not hidden.
    """
    rows = patients.at(connection, pats)
    kept = patients.survivors(connection, rows.values())
    merged = {pat: Survivor(one.pat, one.pid) for pat, one in kept.items()}
    hidden = {pat for pat in pats if (kept.get(pat) or rows[pat]).state not in VISIBLE}
    seen = frozenset((kept.get(pat) or rows[pat]).pid for pat in pats if pat not in hidden)
    return hidden, merged, seen


def _by_patient(places: Iterable[Place]) -> dict[int, list[RawKey]]:
    grouped: defaultdict[int, list[RawKey]] = defaultdict(list)
    for place in places:
        grouped[place.pat].append(place.id)
    return grouped


def _portions(keys: Collection[RawKey]) -> Iterator[list[RawKey]]:
    held = list(dict.fromkeys(keys))
    for start in range(0, len(held), PORTION):
        yield held[start : start + PORTION]
