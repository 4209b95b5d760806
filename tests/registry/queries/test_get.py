"""The queries by id, and those that follow the links."""

from collections.abc import Callable
from typing import Any

import pytest

from metadata.model import Code
from metadata.vocabulary import APND, HAS_MEMBER, IS_SNAPSHOT_OF, ON_DEMAND, RPLC, STABLE, XFRM

BOB = "bob8^^^&2.999.31&ISO"
Ask = Callable[..., list[str]]


@pytest.fixture
def ask(world: Any) -> Ask:
    """A query with parameters named shortly; what it finds, the same for LeafClass and ObjectRef."""

    def answer(query: str, **parameters: Any) -> list[str]:
        leaf = world.ask(query, parameters)
        assert not leaf.codes, leaf.response.errors
        assert world.ask(query, parameters, "ObjectRef").found == leaf.found
        return list(leaf.found)

    return answer


@pytest.fixture(autouse=True)
def record(world: Any) -> None:
    """s1 brings a letter and a folder that holds it; s2 a scan with a secret code, appended to the letter."""
    world.submit("s1", world.document("letter"), world.folder("box"), world.member("box", "letter"))
    secret = (Code("R", "2.999.32.2", "R"),)
    scan = world.document("scan", confidentiality_codes=secret, format_code=Code("PDF", "2.999.32.3", "PDF"))
    world.submit("s2", scan, world.link(APND, "scan", "letter"), world.member("box", "scan"))


class TestGetDocuments:
    def test_by_entry_uuid(self, world: Any, ask: Ask) -> None:
        assert ask("GetDocuments", XDSDocumentEntryEntryUUID=[world.urn("scan")]) == ["scan"]

    def test_by_unique_id(self, world: Any, ask: Ask) -> None:
        ids = [world.oid("scan"), world.oid("letter")]
        assert ask("GetDocuments", XDSDocumentEntryUniqueId=ids) == ["letter", "scan"]

    def test_unknown_ids_are_passed_over(self, world: Any, ask: Ask) -> None:
        ids = [world.urn("nothing"), world.urn("letter")]
        assert ask("GetDocuments", XDSDocumentEntryEntryUUID=ids) == ["letter"]
        assert ask("GetDocuments", XDSDocumentEntryUniqueId=["2.999.404"]) == []

    def test_an_id_given_twice_or_in_upper_case_finds_one_object(self, world: Any, ask: Ask) -> None:
        twice = [world.urn("letter"), " urn:uuid:" + world.urn("letter")[9:].upper()]
        assert ask("GetDocuments", XDSDocumentEntryEntryUUID=twice) == ["letter"]

    def test_the_id_of_a_folder_names_no_document(self, world: Any, ask: Ask) -> None:
        assert ask("GetDocuments", XDSDocumentEntryEntryUUID=[world.urn("box"), world.urn("s1")]) == []
        assert ask("GetDocuments", XDSDocumentEntryUniqueId=[world.oid("box")]) == []

    def test_a_unique_id_names_every_entry_that_has_it(self, world: Any, ask: Ask) -> None:
        world.submit("s3", world.document("again", unique_id=world.oid("letter"), hash=world.document("letter").hash))
        assert ask("GetDocuments", XDSDocumentEntryUniqueId=[world.oid("letter")]) == ["again", "letter"]

    def test_six_hundred_ids_are_taken_in_portions(self, world: Any, ask: Ask) -> None:
        ids = [world.urn(f"nothing {n}") for n in range(600)]
        assert ask("GetDocuments", XDSDocumentEntryEntryUUID=[*ids, world.urn("letter")]) == ["letter"]

    def test_an_object_comes_back_as_it_was_submitted(self, world: Any) -> None:
        answer = world.ask("GetDocuments", {"XDSDocumentEntryEntryUUID": [world.urn("letter")]})
        (found,) = answer.response.objects
        assert (found.id, found.lid) == (world.urn("letter"), world.urn("letter"))
        assert {slot.name: slot.values for slot in found.slots}["hash"] == (world.document("letter").hash,)


def test_folders_are_found_by_either_id(world: Any, ask: Ask) -> None:
    assert ask("GetFolders", XDSFolderEntryUUID=[world.urn("box"), world.urn("letter")]) == ["box"]
    assert ask("GetFolders", XDSFolderUniqueId=[world.oid("box")]) == ["box"]


class TestGetAssociations:
    def test_those_that_begin_and_those_that_end_at_the_object(self, world: Any, ask: Ask) -> None:
        assert ask("GetAssociations", uuid=[world.urn("letter")]) == ["box>letter", "s1>letter", "scan>letter"]
        assert ask("GetAssociations", uuid=[world.urn("box")]) == ["box>letter", "box>scan", "s1>box"]

    def test_none_comes_twice(self, world: Any, ask: Ask) -> None:
        both = [world.urn("letter"), world.urn("scan")]
        assert ask("GetAssociations", uuid=both).count("scan>letter") == 1

    def test_an_association_may_be_the_object(self, world: Any, ask: Ask) -> None:
        assert ask("GetAssociations", uuid=[world.urn("box>letter")]) == ["s1>box>letter"]

    def test_unknown_objects_have_none(self, world: Any, ask: Ask) -> None:
        assert ask("GetAssociations", uuid=[world.urn("nothing")]) == []

    def test_type_and_ends_are_told(self, world: Any) -> None:
        answer = world.ask("GetAssociations", {"uuid": [world.urn("scan>letter"), world.urn("scan")]})
        found = {o.association_type: (o.source, o.target) for o in answer.response.objects}
        assert found[APND] == (world.urn("scan"), world.urn("letter"))
        assert HAS_MEMBER in found


def test_documents_come_with_their_associations(world: Any, ask: Ask) -> None:
    expected = ["box>scan", "s2>scan", "scan", "scan>letter"]
    assert ask("GetDocumentsAndAssociations", XDSDocumentEntryEntryUUID=[world.urn("scan")]) == expected
    assert ask("GetDocumentsAndAssociations", XDSDocumentEntryUniqueId=[world.oid("scan")]) == expected


class TestGetSubmissionSets:
    def test_the_sets_that_hold_the_objects_and_the_links_that_say_so(self, world: Any, ask: Ask) -> None:
        ids = [world.urn("letter"), world.urn("scan")]
        assert ask("GetSubmissionSets", uuid=ids) == ["s1", "s1>letter", "s2", "s2>scan"]

    def test_of_a_folder(self, world: Any, ask: Ask) -> None:
        assert ask("GetSubmissionSets", uuid=[world.urn("box")]) == ["s1", "s1>box"]


class TestGetSubmissionSetAndContents:
    def test_everything_with_both_ends_inside(self, world: Any, ask: Ask) -> None:
        expected = sorted(["s1", "letter", "box", "s1>letter", "s1>box", "box>letter", "s1>box>letter"])
        query = "GetSubmissionSetAndContents"
        assert ask(query, XDSSubmissionSetEntryUUID=world.urn("s1")) == expected
        assert ask(query, XDSSubmissionSetUniqueId=world.oid("s1")) == expected

    def test_nothing_with_an_end_outside(self, world: Any, ask: Ask) -> None:
        # box and letter came with s1, so scan>letter and box>scan have an end outside s2
        assert ask("GetSubmissionSetAndContents", XDSSubmissionSetUniqueId=world.oid("s2")) == ["s2", "s2>scan", "scan"]

    @pytest.mark.parametrize(
        "filters",
        [
            {"XDSDocumentEntryFormatCode": ["PDF^^2.999.32.3"]},
            {"XDSDocumentEntryConfidentialityCode": [["R^^2.999.32.2"], ["N^^2.999.32.2"]]},
            {"XDSDocumentEntryType": [ON_DEMAND]},
        ],
    )
    def test_filters_take_away_documents_and_their_links(self, world: Any, ask: Ask, filters: dict[str, Any]) -> None:
        found = ask("GetSubmissionSetAndContents", XDSSubmissionSetUniqueId=world.oid("s1"), **filters)
        assert found == ["box", "s1", "s1>box"]

    def test_an_unknown_set_has_no_contents(self, ask: Ask) -> None:
        assert ask("GetSubmissionSetAndContents", XDSSubmissionSetUniqueId="2.999.404") == []


class TestGetFolderAndContents:
    def test_the_folder_its_documents_and_the_links_between(self, world: Any, ask: Ask) -> None:
        expected = ["box", "box>letter", "box>scan", "letter", "scan"]
        assert ask("GetFolderAndContents", XDSFolderEntryUUID=world.urn("box")) == expected
        assert ask("GetFolderAndContents", XDSFolderUniqueId=world.oid("box")) == expected

    def test_filters_take_away_documents_and_their_links(self, world: Any, ask: Ask) -> None:
        codes = ["R^^2.999.32.2"]
        found = ask(
            "GetFolderAndContents", XDSFolderUniqueId=world.oid("box"), XDSDocumentEntryConfidentialityCode=codes
        )
        assert found == ["box", "box>scan", "scan"]


def test_folders_for_a_document(world: Any, ask: Ask) -> None:
    world.submit("s3", world.folder("shelf"), world.member("shelf", "scan"))
    assert ask("GetFoldersForDocument", XDSDocumentEntryEntryUUID=world.urn("scan")) == ["box", "shelf"]
    assert ask("GetFoldersForDocument", XDSDocumentEntryUniqueId=world.oid("letter")) == ["box"]
    assert ask("GetFoldersForDocument", XDSDocumentEntryUniqueId="2.999.404") == []


class TestGetRelatedDocuments:
    def test_the_associations_of_the_types_and_the_documents_at_both_ends(self, world: Any, ask: Ask) -> None:
        parameters = {"XDSDocumentEntryEntryUUID": world.urn("letter"), "AssociationTypes": [APND, XFRM]}
        assert ask("GetRelatedDocuments", **parameters) == ["letter", "scan", "scan>letter"]

    def test_without_an_association_of_the_type_there_is_nothing(self, world: Any, ask: Ask) -> None:
        assert ask("GetRelatedDocuments", XDSDocumentEntryUniqueId=world.oid("letter"), AssociationTypes=[XFRM]) == []

    def test_membership_relates_no_two_documents(self, world: Any, ask: Ask) -> None:
        unique_id = world.oid("letter")
        assert ask("GetRelatedDocuments", XDSDocumentEntryUniqueId=unique_id, AssociationTypes=[HAS_MEMBER]) == []

    def test_a_type_nobody_knows_relates_nothing(self, world: Any, ask: Ask) -> None:
        unique_id = world.oid("letter")
        assert ask("GetRelatedDocuments", XDSDocumentEntryUniqueId=unique_id, AssociationTypes=["urn:x:loves"]) == []

    def test_a_document_of_a_type_not_asked_for_takes_its_association_along(self, world: Any, ask: Ask) -> None:
        live = world.document("live", object_type=ON_DEMAND, creation_time=None, hash=None, size=None)
        world.submit("s3", live, transaction="ITI-61")
        world.submit("s4", world.document("snapshot"), world.link(IS_SNAPSHOT_OF, "snapshot", "live"))
        parameters = {"XDSDocumentEntryUniqueId": world.oid("live"), "AssociationTypes": [IS_SNAPSHOT_OF, RPLC]}
        assert ask("GetRelatedDocuments", **parameters) == []
        both = ask("GetRelatedDocuments", **parameters, XDSDocumentEntryType=[ON_DEMAND, STABLE])
        assert both == ["live", "snapshot", "snapshot>live"]


class TestSinglePatient:
    @pytest.fixture(autouse=True)
    def _other_patient(self, world: Any) -> None:
        world.submit(
            "sb",
            world.document("bobs", patient_id=BOB),
            world.folder("bobs box", patient_id=BOB),
            world.member("bobs box", "bobs"),
            patient=BOB,
        )

    @pytest.mark.parametrize(
        ("query", "parameter", "labels"),
        [
            ("GetDocuments", "XDSDocumentEntryEntryUUID", ("letter", "bobs")),
            ("GetDocumentsAndAssociations", "XDSDocumentEntryEntryUUID", ("letter", "bobs")),
            ("GetFolders", "XDSFolderEntryUUID", ("box", "bobs box")),
            ("GetSubmissionSets", "uuid", ("letter", "bobs")),
        ],
    )
    def test_objects_of_two_patients_are_refused_as_leaf_class_and_given_as_references(
        self, world: Any, query: str, parameter: str, labels: tuple[str, ...]
    ) -> None:
        ids = [world.urn(label) for label in labels]
        answer = world.ask(query, {parameter: ids})
        assert (answer.codes, answer.rules) == (["XDSResultNotSinglePatient"], ["query.single-patient"])
        assert answer.found == []
        assert set(world.ask(query, {parameter: ids}, "ObjectRef").found) >= (
            {*labels} if query != "GetSubmissionSets" else {"s1", "sb"}
        )

    def test_associations_belong_to_nobody(self, world: Any, ask: Ask) -> None:
        assert ask("GetAssociations", uuid=[world.urn("scan"), world.urn("bobs")]) == sorted(
            ["s2>scan", "box>scan", "scan>letter", "sb>bobs", "bobs box>bobs"]
        )
