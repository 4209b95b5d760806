"""FindSubmissionSets, FindFolders and GetAll."""

from typing import Any

import pytest

from metadata.model import Author, Code
from metadata.vocabulary import APND, APPROVED, DEPRECATED, RPLC

ANN = "ann7^^^&2.999.31&ISO"
BOB = "bob8^^^&2.999.31&ISO"


class TestSubmissionSets:
    @pytest.fixture(autouse=True)
    def _submissions(self, world: Any) -> None:
        author = (Author(person="9^Lefèvre^Zoé"),)
        letter = world.document("letter")
        world.register(
            world.submission_set("first", source_id="2.999.31.9.1", submission_time="20250101"),
            letter,
            world.member_original("first", "letter"),
        )
        world.register(
            world.submission_set(
                "second", submission_time="20250601", authors=author, content_type_code=Code("x", "2.999.32.7", "x")
            ),
            world.folder("box"),
            world.member("second", "box"),
        )

    @pytest.mark.parametrize(
        ("parameter", "value", "found"),
        [
            ("SourceId", ["2.999.31.9.1"], ["first"]),
            ("SourceId", ["2.999.31.9.1", "2.999.31.9"], ["first", "second"]),
            ("SubmissionTimeFrom", "20250601", ["second"]),
            ("SubmissionTimeTo", "20250601", ["first"]),
            ("AuthorPerson", "%^Lefèvre^%", ["second"]),
            ("AuthorPerson", "Lefèvre", []),
            ("ContentType", ["x^^2.999.32.7"], ["second"]),
            ("Status", [DEPRECATED], []),
        ],
    )
    def test_each_parameter_narrows_the_answer(self, world: Any, parameter: str, value: Any, found: list[str]) -> None:
        parameters = {
            "XDSSubmissionSetPatientId": ANN,
            "XDSSubmissionSetStatus": [APPROVED],
            f"XDSSubmissionSet{parameter}": value,
        }
        assert world.ask("FindSubmissionSets", parameters).found == found
        assert world.ask("FindSubmissionSets", parameters, "ObjectRef").found == found

    def test_the_returned_set_is_complete(self, world: Any) -> None:
        parameters = {"XDSSubmissionSetPatientId": ANN, "XDSSubmissionSetStatus": [APPROVED]}
        answer = world.ask("FindSubmissionSets", {**parameters, "XDSSubmissionSetSourceId": ["2.999.31.9.1"]})
        (the_set,) = answer.response.objects
        assert the_set.status == APPROVED
        assert {i.value for i in the_set.external_identifiers} == {ANN, world.oid("first"), "2.999.31.9.1"}


class TestFolders:
    @pytest.fixture(autouse=True)
    def _folders(self, world: Any) -> None:
        a, b = Code("a", "2.999.32.10", "a"), Code("b", "2.999.32.10", "b")
        world.submit("s1", world.folder("ab", codes=(a, b)), world.folder("b", codes=(b,)))

    def ask(self, world: Any, **conditions: Any) -> list[str]:
        parameters = {"XDSFolderPatientId": ANN, "XDSFolderStatus": [APPROVED]}
        answer = world.ask("FindFolders", {**parameters, **{f"XDSFolder{k}": x for k, x in conditions.items()}})
        assert not answer.codes
        return list(answer.found)

    def test_all_folders_of_the_patient_are_found(self, world: Any) -> None:
        assert self.ask(world) == ["ab", "b"]
        assert self.ask(world, PatientId=BOB) == []

    def test_codes_are_alternatives_and_repeated_slots_must_all_match(self, world: Any) -> None:
        assert self.ask(world, CodeList=["a^^2.999.32.10", "c^^2.999.32.10"]) == ["ab"]
        assert self.ask(world, CodeList=[["a^^2.999.32.10"], ["b^^2.999.32.10"]]) == ["ab"]
        assert self.ask(world, CodeList=["b^^2.999.32.10"]) == ["ab", "b"]

    def test_the_last_update_is_when_the_registry_took_it(self, world: Any) -> None:
        assert self.ask(world, LastUpdateTimeFrom="2020") == ["ab", "b"]
        assert self.ask(world, LastUpdateTimeTo="2020") == []

    def test_the_returned_folder_says_when_it_was_last_updated(self, world: Any) -> None:
        parameters = {"XDSFolderPatientId": ANN, "XDSFolderStatus": [APPROVED]}
        for found in world.ask("FindFolders", parameters).response.objects:
            (slot,) = (slot for slot in found.slots if slot.name == "lastUpdateTime")
            assert len(slot.values[0]) == 14


class TestGetAll:
    ALL = {  # noqa: RUF012 - never changed
        "patientId": ANN,
        "XDSDocumentEntryStatus": [APPROVED, DEPRECATED],
        "XDSSubmissionSetStatus": [APPROVED],
        "XDSFolderStatus": [APPROVED],
    }

    @pytest.fixture(autouse=True)
    def _record(self, world: Any) -> None:
        world.submit("s1", world.document("old"), world.folder("box"), world.member("box", "old"))
        secret = (Code("R", "2.999.32.2", "R"),)
        world.submit("s2", world.document("note", confidentiality_codes=secret), world.link(APND, "note", "old"))
        world.submit("s3", world.document("other", patient_id=BOB), patient=BOB)

    def test_everything_of_the_patient_comes_with_its_associations(self, world: Any) -> None:
        answer = world.ask("GetAll", self.ALL)
        assert answer.found == sorted(
            ["s1", "s2", "old", "note", "box", "box>old", "note>old", "s1>old", "s1>box", "s1>box>old", "s2>note"]
        )

    def test_references_name_the_same_objects(self, world: Any) -> None:
        assert world.ask("GetAll", self.ALL, "ObjectRef").found == world.ask("GetAll", self.ALL).found

    def test_filters_hold_back_documents_only_and_ends_may_dangle(self, world: Any) -> None:
        answer = world.ask("GetAll", {**self.ALL, "XDSDocumentEntryConfidentialityCode": ["R^^2.999.32.2"]})
        assert "old" not in answer.found
        assert {"note", "s1", "s2", "box", "note>old", "box>old"} <= set(answer.found)

    def test_statuses_are_asked_for_each_kind(self, world: Any) -> None:
        world.submit("s4", world.document("new"), world.link(RPLC, "new", "old"))
        answer = world.ask("GetAll", {**self.ALL, "XDSDocumentEntryStatus": [APPROVED]})
        assert {"new"} == {"old", "note", "new"} & set(answer.found)
        answer = world.ask("GetAll", {**self.ALL, "XDSFolderStatus": [DEPRECATED]})
        assert "box" not in answer.found
