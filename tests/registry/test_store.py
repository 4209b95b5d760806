from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from registry import store, tables
from registry.tables import Located, LocatorFlag
from storage import Database

Rows = Callable[..., list[Any]]


def located(key: UUID, pat: int = 1) -> dict[str, Any]:
    return {"key": key, "kind": Located.ENTRY_UUID, "flags": 0, "pat": pat, "ref": key}


def entry(id_: UUID, pat: int = 1, status: int = tables.APPROVED) -> dict[str, Any]:
    absent = dict.fromkeys(c.name for c in tables.document_entry.columns if c.nullable)
    present = {
        "lid": id_,
        "ver": 1,
        "kind": 1,
        "uid": str(id_),
        "tokens": "",
        "authors": "",
        "registered": 1,
        "obj": b"",
    }
    return {"pat": pat, "id": id_, "status": status, **present, **absent}


def folder(id_: UUID, pat: int = 1, status: int = tables.APPROVED, updated: int = 5) -> dict[str, Any]:
    columns = {"lid": id_, "ver": 1, "home": None, "uid": str(id_), "tokens": "", "registered": 1, "obj": b""}
    return {"pat": pat, "id": id_, "status": status, "updated": updated, **columns}


def association(src: UUID, tgt: UUID, type_: int, pat: int = 1, status: int = tables.APPROVED) -> dict[str, Any]:
    columns = {"original": None, "home": None, "obj": None}
    return {"pat": pat, "id": uuid4(), "src": src, "tgt": tgt, "type": type_, "status": status, **columns}


def test_taken_keys_are_told_by_any_number_of_questions(database: Database) -> None:
    keys = [uuid4() for _ in range(7000)]
    database.write(lambda c: store.insert_locators(c, [located(k) for k in keys[:100]]))
    with database.read() as connection:
        assert store.locate(connection, []) == {}
        assert store.locate(connection, keys[100:102]) == {}
        assert set(store.locate(connection, keys[99:101])) == {keys[99]}
        assert set(store.locate(connection, keys)) == set(keys[:100])


def test_inserting_a_taken_key_is_told_and_leaves_the_transaction_usable(database: Database) -> None:
    one, two = uuid4(), uuid4()

    def work(connection: sa.Connection) -> tuple[bool, bool]:
        first = store.insert_locators(connection, [located(one)])
        second = store.insert_locators(connection, [located(two), located(one)])
        assert store.locate(connection, [one])
        return first, second

    assert database.write(work) == (True, False)


def test_further_entries_raise_the_flag_once_for_all(database: Database, rows: Rows) -> None:
    key, others = uuid4(), [uuid4(), uuid4()]

    def work(connection: sa.Connection) -> None:
        store.insert_locators(connection, [located(key)])
        for other in others:
            store.add_more(connection, [{"key": key, "ref": other, "pat": 2}])

    database.write(work)
    assert rows("locator")[0].flags == LocatorFlag.MORE
    with database.read() as connection:
        assert {row.ref for row in store.more(connection, [key])} == set(others)


def test_only_what_is_still_approved_is_deprecated_and_counted(database: Database, rows: Rows) -> None:
    ids = [uuid4() for _ in range(3)]
    new = [entry(ids[0]), entry(ids[1], status=tables.DEPRECATED), entry(ids[2], pat=9)]
    database.write(lambda c: store.insert(c, tables.document_entry, new))
    assert database.write(lambda c: store.deprecate(c, [(1, ids[0]), (1, ids[1])])) == 1
    assert database.write(lambda c: store.deprecate(c, [])) == 0
    assert {row.id: row.status for row in rows("document_entry")} == {
        ids[0]: tables.DEPRECATED,
        ids[1]: tables.DEPRECATED,
        ids[2]: tables.APPROVED,
    }


@pytest.mark.parametrize(("now", "then"), [(7, 7), (3, 5)])
def test_the_last_update_time_never_goes_back(database: Database, rows: Rows, now: int, then: int) -> None:
    ids = [uuid4(), uuid4()]
    new = [folder(ids[0]), folder(ids[1], status=tables.DEPRECATED)]
    database.write(lambda c: store.insert(c, tables.folder, new))
    assert database.write(lambda c: store.touch(c, [(1, ids[0]), (1, ids[1])], now)) == 1
    assert {row.id: row.updated for row in rows("folder")} == {ids[0]: then, ids[1]: 5}


def test_relations_are_read_by_type_and_end(database: Database) -> None:
    a, b, c, d = (uuid4() for _ in range(4))
    member, rplc, xfrm, apnd = 1, 2, 3, 4
    new = [
        association(b, a, xfrm),
        association(c, a, apnd),
        association(d, a, rplc),
        association(d, a, member),
        association(c, a, member, status=tables.DEPRECATED),
        association(d, b, apnd, pat=2),
    ]
    database.write(lambda connection: store.insert(connection, tables.association, new))
    with database.read() as connection:
        assert {row.src for row in store.derived_from(connection, [1], [a, b])} == {b, c}
        assert {row.src for row in store.derived_from(connection, [1, 2], [a, b])} == {b, c, d}
        assert [(row.src, row.tgt) for row in store.folders_holding(connection, [1], [a])] == [(d, a)]
        assert list(store.transformed(connection, [1], [a, b, c])) == [b]


def test_rows_are_found_by_their_place_and_without_their_fragments(database: Database) -> None:
    ids = [uuid4(), uuid4()]
    database.write(lambda c: store.insert(c, tables.document_entry, [entry(ids[0]), entry(ids[1], pat=2)]))
    with database.read() as connection:
        found = store.rows(connection, tables.document_entry, [(1, ids[0]), (2, ids[1])])
        assert {row.id for row in found} == set(ids)
        assert not hasattr(found[0], "obj")
        assert store.rows(connection, tables.document_entry, []) == []
