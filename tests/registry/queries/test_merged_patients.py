"""After a merge the survivor has everything, and the subsumed id nothing. # ITI TF-2 3.8.4.2.3"""

from typing import Any

import pytest
import sqlalchemy as sa

from metadata.vocabulary import APPROVED, ENTRY_PATIENT_ID, FOLDER_PATIENT_ID, SUBMISSION_SET_PATIENT_ID
from registry.tables import PatientState, patient
from storage import pat_of

ANN = "ann7^^^&2.999.31&ISO"
BOB = "bob8^^^&2.999.31&ISO"
EVE = "eve9^^^&2.999.31&ISO"


@pytest.fixture(autouse=True)
def record(world: Any) -> None:
    """Bob has a folder with a document, Eve and Ann a document each."""
    for patient_id in (ANN, BOB, EVE):
        world.registry.patients.announce(patient_id)
    world.submit("s1", world.document("anns"))
    bobs = (world.document("bobs", patient_id=BOB), world.folder("box", patient_id=BOB), world.member("box", "bobs"))
    world.submit("s2", *bobs, patient=BOB)
    world.submit("s3", world.document("eves", patient_id=EVE), patient=EVE)


def find(world: Any, patient_id: str, return_type: str = "LeafClass") -> list[str]:
    parameters = {"XDSDocumentEntryPatientId": patient_id, "XDSDocumentEntryStatus": [APPROVED]}
    answer = world.ask("FindDocuments", parameters, return_type)
    assert not answer.codes
    return list(answer.found)


def test_the_survivor_has_the_documents_of_both(world: Any) -> None:
    world.registry.patients.merge(ANN, BOB)
    assert find(world, ANN) == ["anns", "bobs"]
    assert find(world, ANN, "ObjectRef") == ["anns", "bobs"]


def test_the_subsumed_id_finds_nothing(world: Any) -> None:
    world.registry.patients.merge(ANN, BOB)
    assert find(world, BOB) == []


def test_a_chain_of_merges_is_followed(world: Any) -> None:
    world.registry.patients.merge(BOB, EVE)
    world.registry.patients.merge(ANN, BOB)
    assert find(world, ANN) == ["anns", "bobs", "eves"]
    assert find(world, BOB) == find(world, EVE) == []


def test_what_is_returned_carries_the_surviving_id_and_its_source_patient_id_stays(world: Any) -> None:
    world.registry.patients.merge(ANN, BOB)
    status = {f"XDS{kind}Status": [APPROVED] for kind in ("DocumentEntry", "SubmissionSet", "Folder")}
    answer = world.ask("GetAll", {"patientId": ANN, **status})
    assert {"s1", "s2", "anns", "bobs", "box", "box>bobs", "s2>box>bobs"} <= set(answer.found)
    schemes = {ENTRY_PATIENT_ID, SUBMISSION_SET_PATIENT_ID, FOLDER_PATIENT_ID}
    patient_ids = [
        identifier.value
        for found in answer.response.objects
        for identifier in found.external_identifiers
        if identifier.scheme in schemes
    ]
    assert patient_ids == [ANN] * 5
    assert answer.body.count(b"mrn-4021^^^&amp;2.999.31.2&amp;ISO") == 2


def test_queries_by_id_give_the_surviving_id_too(world: Any) -> None:
    world.registry.patients.merge(ANN, BOB)
    ids = [world.urn("anns"), world.urn("bobs")]
    answer = world.ask("GetDocuments", {"XDSDocumentEntryEntryUUID": ids})
    assert answer.found == ["anns", "bobs"]
    assert b"bob8" not in answer.body


def test_new_links_reach_across_the_merge(world: Any) -> None:
    world.registry.patients.merge(ANN, BOB)
    world.submit("s4", world.document("more"), world.member("box", "more"))
    answer = world.ask("GetFolderAndContents", {"XDSFolderEntryUUID": world.urn("box")})
    assert answer.found == ["bobs", "box", "box>bobs", "box>more", "more"]
    answer = world.ask("GetAssociations", {"uuid": [world.urn("more")]})
    assert answer.found == ["box>more", "s4>more"]
    status = {f"XDS{kind}Status": [APPROVED] for kind in ("DocumentEntry", "SubmissionSet", "Folder")}
    assert world.ask("GetAll", {"patientId": ANN, **status}).found.count("box>more") == 1


def test_two_patients_with_one_hash_never_see_each_other(world: Any) -> None:
    # nothing but a forced collision shows it: Ann's row is taken to be someone else's
    def steal(connection: sa.Connection) -> None:
        connection.execute(sa.update(patient).where(patient.c.pat == pat_of(ANN)).values(pid="mallory^^^&2.999.31&ISO"))

    world.registry.database.write(steal)
    assert find(world, ANN) == []
    world.submit("s5", world.document("again"))
    assert find(world, ANN) == ["again"]
    assert find(world, ANN, "ObjectRef") == ["again"]


@pytest.mark.parametrize("state", [PatientState.CLOSED, PatientState.ERASED])
def test_the_objects_of_a_closed_or_erased_patient_are_not_shown(world: Any, state: PatientState) -> None:
    def close(connection: sa.Connection) -> None:
        connection.execute(sa.update(patient).where(patient.c.pat == pat_of(BOB)).values(state=int(state)))

    world.registry.database.write(close)
    assert find(world, BOB) == []
    assert world.ask("GetDocuments", {"XDSDocumentEntryUniqueId": [world.oid("bobs")]}).found == []
    assert world.ask("GetAssociations", {"uuid": [world.urn("bobs"), world.urn("anns")]}).found == ["s1>anns"]
