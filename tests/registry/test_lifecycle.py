import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from metadata import vocabulary as v
from metadata.ebrim import RegistryObject
from metadata.errors import RegistryResponse
from metadata.translate import to_ebrim
from registry import tables
from registry.registry import Registry
from registry.tables import APPROVED, ASSOCIATION_TYPE_NUMBER, DEPRECATED
from storage import Database

Rows = Callable[..., list[Any]]
OTHER = "180055750404021^^^&1.2.250.1.213.1.4.8&ISO"
HAS_MEMBER = ASSOCIATION_TYPE_NUMBER[v.HAS_MEMBER]
LATER = datetime(2026, 3, 6, 8, 0, 0, tzinfo=UTC)


def codes(response: RegistryResponse) -> list[str]:
    return [str(error.code) for error in response.errors]


class World:
    """A registry, and the shortest way to put documents and relations into it."""

    def __init__(self, make: Any, registry: Registry, rows: Rows, clock: Any) -> None:
        self.make, self.registry, self.rows, self.clock = make, registry, rows, clock

    def put(self, *objects: Any, **of_set: Any) -> RegistryResponse:
        return self.registry.register(self.make.submission(*objects, **of_set))

    def entry(self, **changes: Any) -> str:
        """A registered DocumentEntry; its id."""
        id_ = uuid4().urn
        response = self.put(self.make.entry(id_, **changes), patient_id=changes.get("patient_id", PATIENT))
        assert response.succeeded, response
        return id_

    def relate(self, type_: str, target: str, **changes: Any) -> str:
        """A registered DocumentEntry that is the source of a relation to `target`; its id."""
        id_ = uuid4().urn
        response = self.put(self.make.entry(id_, **changes), self.make.association(type_, id_, target))
        assert response.succeeded, response
        return id_

    def folder(self, *members: str) -> str:
        id_ = uuid4().urn
        memberships = [self.make.association(v.HAS_MEMBER, id_, member) for member in members]
        response = self.put(self.make.folder(id_), *memberships)
        assert response.succeeded, response
        return id_

    def status(self, id_: str) -> int:
        (row,) = self.rows("document_entry", id=UUID(id_))
        return int(row.status)

    def members(self, folder: str) -> list[str]:
        return sorted(row.tgt.urn for row in self.rows("association", src=UUID(folder), type=HAS_MEMBER))

    def updated(self, folder: str) -> int:
        (row,) = self.rows("folder", id=UUID(folder))
        return int(row.updated)

    def snapshot(self) -> dict[str, Any]:
        return {name: sorted(map(repr, self.rows(name))) for name in tables.metadata.tables}


PATIENT = "279063522032977^^^&1.2.250.1.213.1.4.8&ISO"


@pytest.fixture
def world(make: Any, registry: Registry, rows: Rows, clock: Any) -> World:
    return World(make, registry, rows, clock)


# --- RPLC -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type_", [v.RPLC, v.XFRM_RPLC])
def test_a_replaced_entry_becomes_deprecated_and_its_replacement_is_approved(world: World, type_: str) -> None:
    old = world.entry()
    new = world.relate(type_, old)
    assert (world.status(old), world.status(new)) == (DEPRECATED, APPROVED)


@pytest.mark.parametrize("type_", [v.XFRM, v.APND, v.SIGNS])
def test_other_relations_change_nothing_that_exists(world: World, type_: str) -> None:
    old = world.entry()
    folder = world.folder(old)
    before = world.updated(folder)
    world.clock.now = LATER
    new = world.relate(type_, old)
    assert (world.status(old), world.status(new)) == (APPROVED, APPROVED)
    assert world.members(folder) == [old]
    assert world.updated(folder) == before


def test_a_replacement_also_deprecates_what_was_made_of_the_original_in_any_number_of_steps(world: World) -> None:
    original = world.entry()
    transformed = world.relate(v.XFRM, original)
    addendum = world.relate(v.APND, original)
    addendum_of_addendum = world.relate(v.APND, addendum)
    signature = world.relate(v.SIGNS, original)
    unrelated = world.entry()
    world.relate(v.RPLC, original)
    assert [world.status(x) for x in (original, transformed, addendum, addendum_of_addendum)] == [DEPRECATED] * 4
    assert [world.status(x) for x in (signature, unrelated)] == [APPROVED] * 2


def test_a_replacement_of_a_derived_document_leaves_the_original(world: World) -> None:
    original = world.entry()
    addendum = world.relate(v.APND, original)
    world.relate(v.RPLC, addendum)
    assert (world.status(original), world.status(addendum)) == (APPROVED, DEPRECATED)


def test_a_circle_of_relations_ends(world: World, database: Database) -> None:
    first = world.entry()
    second = world.relate(v.APND, first)
    (row,) = world.rows("association", src=UUID(second), tgt=UUID(first))
    back = {**row._mapping, "id": uuid4(), "src": UUID(first), "tgt": UUID(second)}
    database.write(lambda c: c.execute(sa.insert(tables.association), back))
    new = world.relate(v.RPLC, second)
    assert [world.status(x) for x in (first, second, new)] == [DEPRECATED, DEPRECATED, APPROVED]


def test_a_circle_among_what_was_made_of_the_original_ends(world: World, database: Database) -> None:
    original = world.entry()
    first = world.relate(v.APND, original)
    second = world.relate(v.APND, first)
    (row,) = world.rows("association", src=UUID(second), tgt=UUID(first))
    back = {**row._mapping, "id": uuid4(), "src": UUID(first), "tgt": UUID(second)}
    database.write(lambda c: c.execute(sa.insert(tables.association), back))
    world.relate(v.RPLC, original)
    assert [world.status(x) for x in (original, first, second)] == [DEPRECATED] * 3


def test_a_chain_of_replacements_goes_on_from_its_last_link(world: World) -> None:
    one = world.entry()
    two = world.relate(v.RPLC, one)
    three = world.relate(v.RPLC, two)
    assert [world.status(x) for x in (one, two, three)] == [DEPRECATED, DEPRECATED, APPROVED]


@pytest.mark.parametrize("type_", [v.RPLC, v.XFRM, v.APND, v.SIGNS])
def test_a_deprecated_entry_cannot_be_the_target(world: World, type_: str) -> None:
    old = world.entry()
    world.relate(v.RPLC, old)
    before = world.snapshot()
    late = world.make.entry()
    response = world.put(late, world.make.association(type_, "document", old))
    assert codes(response) == ["XDSRegistryDeprecatedDocumentError"]
    assert world.snapshot() == before


def test_an_unknown_target_is_refused(world: World) -> None:
    response = world.put(world.make.entry(), world.make.association(v.RPLC, "document", uuid4().urn))
    assert codes(response) == ["UnresolvedReferenceException"]


def test_a_replacement_has_the_patient_of_the_original(world: World) -> None:
    theirs = world.entry(patient_id=OTHER)
    response = world.put(world.make.entry(), world.make.association(v.RPLC, "document", theirs))
    assert codes(response) == ["XDSPatientIdDoesNotMatch"]
    assert world.status(theirs) == APPROVED


def test_eight_replacements_of_one_entry_at_once_have_one_winner(world: World) -> None:
    for _ in range(3):
        old = world.entry()
        submissions: list[tuple[RegistryObject, ...]] = []
        for _ in range(8):
            entry = world.make.entry()
            submissions.append(world.make.submission(entry, world.make.association(v.RPLC, "document", old)))
        barrier = threading.Barrier(8)
        results: list[Any] = [None] * 8

        def run(n: int, submissions: Any = submissions, barrier: Any = barrier, results: Any = results) -> None:
            barrier.wait()
            results[n] = codes(world.registry.register(submissions[n]))

        threads = [threading.Thread(target=run, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(results, key=str) == sorted([[]] + [["XDSRegistryDeprecatedDocumentError"]] * 7, key=str)
        rplc = world.rows("association", tgt=UUID(old), type=ASSOCIATION_TYPE_NUMBER[v.RPLC])
        assert len(rplc) == 1


# --- folders --------------------------------------------------------------------------------------------------------


def test_each_folder_of_the_original_takes_its_replacement(world: World) -> None:
    old = world.entry()
    folders = [world.folder(old), world.folder(old), world.folder()]
    world.clock.now = LATER
    new = world.relate(v.RPLC, old)
    assert [world.members(f) for f in folders] == [sorted([old, new]), sorted([old, new]), []]
    assert [world.updated(f) for f in folders] == [20260306080000, 20260306080000, 20260305101500]


def test_the_set_holds_the_memberships_that_the_registry_added(world: World) -> None:
    old = world.entry()
    folder = world.folder(old)
    new = world.relate(v.RPLC, old)
    (membership,) = world.rows("association", src=UUID(folder), tgt=UUID(new))
    (link,) = world.rows("association", tgt=membership.id)
    (the_set,) = world.rows("submission_set", id=link.src)
    assert the_set.id in {row.src for row in world.rows("association", tgt=UUID(new))}
    assert (membership.status, link.status, link.type) == (APPROVED, APPROVED, HAS_MEMBER)
    located = {row.key for row in world.rows("locator")}
    assert {membership.id, link.id} <= located


def test_a_replacement_that_the_sender_puts_into_the_folder_is_not_put_there_twice(world: World) -> None:
    old = world.entry()
    folder = world.folder(old)
    new = uuid4().urn
    response = world.put(
        world.make.entry(new),
        world.make.association(v.RPLC, new, old),
        world.make.association(v.HAS_MEMBER, folder, new),
    )
    assert response.succeeded, response
    assert world.members(folder) == sorted([old, new])


def test_a_deprecated_folder_takes_no_replacement(world: World, database: Database) -> None:
    old = world.entry()
    folder = world.folder(old)
    database.write(lambda c: c.execute(sa.update(tables.folder).values(status=DEPRECATED)))
    world.relate(v.RPLC, old)
    assert world.members(folder) == [old]


def test_a_new_member_moves_the_last_update_time_and_never_back(world: World) -> None:
    folder = world.folder()
    world.clock.now = LATER
    first = world.entry()
    world.put(*[world.make.association(v.HAS_MEMBER, folder, first)])
    assert world.updated(folder) == 20260306080000
    world.clock.now = datetime(2026, 3, 5, 0, 0, 0, tzinfo=UTC)
    response = world.put(world.make.entry(), world.make.association(v.HAS_MEMBER, folder, "document"))
    assert response.succeeded, response
    assert world.updated(folder) == 20260306080000
    assert len(world.members(folder)) == 2


def test_a_folder_takes_only_documents_of_its_patient(world: World) -> None:
    folder = world.folder()
    theirs = world.entry(patient_id=OTHER)
    before = world.snapshot()
    response = world.put(world.make.association(v.HAS_MEMBER, folder, theirs))
    assert codes(response) == ["XDSPatientIdDoesNotMatch"]
    assert world.snapshot() == before


def test_a_refused_submission_does_not_move_the_folder(world: World) -> None:
    folder = world.folder()
    before = world.snapshot()
    world.clock.now = LATER
    entry = world.make.entry()
    response = world.put(
        entry,
        world.make.association(v.HAS_MEMBER, folder, "document"),
        world.make.association(v.APND, "document", uuid4().urn),
    )
    assert codes(response) == ["UnresolvedReferenceException"]
    assert world.snapshot() == before


# --- APND, snapshots ------------------------------------------------------------------------------------------------


def test_nothing_is_appended_to_a_transformation(world: World) -> None:
    transformed = world.relate(v.XFRM, world.entry())
    response = world.put(world.make.entry(), world.make.association(v.APND, "document", transformed))
    assert codes(response) == ["XDSRegistryMetadataError"]


def test_relations_within_one_submission_are_kept(world: World) -> None:
    response = world.put(
        world.make.entry("signed"),
        world.make.entry("signature"),
        world.make.association(v.SIGNS, "signature", "signed"),
    )
    assert response.succeeded, response
    (row,) = world.rows("association", type=ASSOCIATION_TYPE_NUMBER[v.SIGNS])
    assert {row.src, row.tgt} == {e.id for e in world.rows("document_entry")}


def test_a_documented_relation_keeps_its_documentation(world: World, make: Any) -> None:
    old = world.entry()
    documentation = replace(make.entry().class_code, display="Correction")
    response = world.put(make.entry(), make.association(v.RPLC, "document", old, documentation=documentation))
    assert response.succeeded, response
    (row,) = world.rows("association", type=ASSOCIATION_TYPE_NUMBER[v.RPLC])
    assert row.obj is not None
    assert to_ebrim(make.association(v.RPLC, "a", "b", documentation=documentation)).classifications


# --- merged patients ------------------------------------------------------------------------------------------------


def test_a_document_of_a_merged_patient_is_replaced_under_the_survivor(world: World) -> None:
    old = world.entry(patient_id=OTHER)
    derived_id, folder = uuid4().urn, uuid4().urn
    response = world.put(
        world.make.entry(derived_id, patient_id=OTHER),
        world.make.association(v.APND, derived_id, old),
        world.make.folder(folder, patient_id=OTHER),
        world.make.association(v.HAS_MEMBER, folder, old),
        patient_id=OTHER,
    )
    assert response.succeeded, response
    world.entry()
    world.registry.patients.merge(PATIENT, OTHER)
    new = world.relate(v.RPLC, old)
    assert [world.status(x) for x in (old, derived_id, new)] == [DEPRECATED, DEPRECATED, APPROVED]
    assert set(world.members(folder)) == {old, new}
    newest = world.relate(v.RPLC, new)
    assert world.status(new) == DEPRECATED
    assert set(world.members(folder)) == {old, new, newest}
