from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import etree

import schemas
from client.documents import Document, prepare
from client.sample import Samples
from client.source import SOURCE_ID, request_body
from client.submission import Contents, NewFolder, Prepared, Relationship, SubmissionError
from client.submission import prepare as prepare_submission
from metadata.affinity import AffinityDomain
from metadata.ebrim import parse_submit_objects_request
from metadata.rules import check
from metadata.translate import Submission
from metadata.vocabulary import APND, HAS_MEMBER, RPLC

NOW = datetime(2026, 3, 12, 17, 0, tzinfo=UTC)
HELD = "urn:uuid:6f3b1f0c-5f0a-4a5e-9b0a-3b1f6a1d2c4e"
FOLDER = "urn:uuid:0c9d3d5e-0d53-4a57-9bb4-9a3f6d7b8c10"


def submission(contents: Contents) -> Prepared:
    return prepare_submission(contents, source_id=SOURCE_ID, now=NOW)


def sent(prepared: Prepared) -> tuple[etree._Element, Submission]:
    """The message as a repository reads it."""
    body = etree.fromstring(request_body(prepared))
    return body, Submission.of(parse_submit_objects_request(body[0]))


@pytest.mark.parametrize("kind", ["one", "two", "replace", "append and file", "file only"])
def test_what_is_submitted_breaks_neither_schema_nor_rule(samples: Samples, kind: str) -> None:
    letter, addendum = prepare(samples.letter), prepare(samples.addendum)
    contents = {
        "one": Contents((letter,)),
        "two": Contents((letter, addendum), new_folders=(NewFolder("Suivi"), NewFolder("Cœur"))),
        "replace": Contents((letter,), (Relationship(RPLC, letter, HELD),)),
        "append and file": Contents((addendum,), (Relationship(APND, addendum, HELD),), folders=(FOLDER,)),
        "file only": Contents(filed=(HELD,), new_folders=(NewFolder("Suivi"),), patient_id=letter.entry.patient_id),
    }[kind]
    body, received = sent(submission(contents))
    assert schemas.schema(str(body.tag)).violations(body) == []
    assert [f.rule.id for f in check(received, AffinityDomain.open(), transaction="ITI-41")] == []


def test_the_set_takes_patient_and_author_from_its_first_document(letter: Document) -> None:
    submission_set = submission(Contents((letter,))).submission_set
    assert submission_set.patient_id == letter.entry.patient_id
    assert submission_set.authors == letter.entry.authors
    assert submission_set.source_id == SOURCE_ID
    assert submission_set.submission_time == "20260312170000"


def test_each_document_is_an_original_member_of_the_set(samples: Samples) -> None:
    letter, addendum = prepare(samples.letter), prepare(samples.addendum)
    prepared = submission(Contents((letter, addendum)))
    assert [(a.type, a.source, a.target, a.submission_set_status) for a in prepared.associations] == [
        (HAS_MEMBER, prepared.submission_set.entry_uuid, d.entry.entry_uuid, "Original") for d in (letter, addendum)
    ]


def test_a_filing_belongs_to_the_set_as_well(letter: Document) -> None:
    prepared = submission(Contents((letter,), folders=(FOLDER,)))
    filing = next(a for a in prepared.associations if a.source == FOLDER)
    assert filing.target == letter.entry.entry_uuid
    of_set = [a.target for a in prepared.associations if a.source == prepared.submission_set.entry_uuid]
    assert filing.entry_uuid in of_set


def test_documents_travel_in_parts_named_by_their_entry(letter: Document) -> None:
    body, _ = sent(submission(Contents((letter,))))
    [include] = body.iter("{http://www.w3.org/2004/08/xop/include}Include")
    uuid = letter.entry.entry_uuid.removeprefix("urn:uuid:")
    assert include.get("href") == f"cid:{uuid}@carnet"
    parent = include.getparent()
    assert parent is not None
    assert parent.get("id") == letter.entry.entry_uuid


def test_documents_of_two_patients_are_not_one_submission(letter: Document) -> None:
    other = replace(letter, entry=replace(letter.entry, patient_id="p2^^^&2.999.7&ISO"))
    with pytest.raises(SubmissionError, match="several patients"):
        submission(Contents((letter, other)))


def test_nothing_is_not_a_submission() -> None:
    with pytest.raises(SubmissionError, match="nothing to submit"):
        submission(Contents(patient_id="p1^^^&2.999.7&ISO"))


def test_membership_does_not_relate_documents(letter: Document) -> None:
    with pytest.raises(SubmissionError, match="does not relate"):
        submission(Contents((letter,), (Relationship(HAS_MEMBER, letter, HELD),)))
