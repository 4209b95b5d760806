"""The two actors against a real registry and repository."""

import os
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from client.consumer import ConsumerError, DocumentConsumer, IntegrityError, NotRetrieved
from client.documents import Document, Wishes, prepare
from client.sample import Samples
from client.source import DocumentSource
from client.submission import Contents, NewFolder
from metadata.responses import DocumentRequest
from metadata.vocabulary import APPROVED, DEPRECATED, XFRM
from soap.client import TransportError


@pytest.fixture
def patient() -> str:
    return f"{uuid4().hex}^^^&2.999.7&ISO"


@pytest.fixture
def source(carnet: Any) -> DocumentSource:
    return DocumentSource(carnet.repository)


@pytest.fixture
def consumer(carnet: Any) -> DocumentConsumer:
    return DocumentConsumer(carnet.registry, carnet.repository)


def submitted(source: DocumentSource, content: bytes | Path, patient: str, **wishes: Any) -> Document:
    document = prepare(content, Wishes(patient_id=patient, **wishes))
    result = source.submit(document)
    assert result.response.errors == ()
    assert result.response.succeeded
    return document


def test_a_document_comes_back_byte_for_byte(
    source: DocumentSource, consumer: DocumentConsumer, patient: str, tmp_path: Path
) -> None:
    file = tmp_path / "scan.bin"
    file.write_bytes(os.urandom(700_000))
    document = submitted(source, file, patient)
    [entry] = consumer.find_documents(patient).entries
    assert entry.unique_id == document.entry.unique_id
    fetched = consumer.fetch_to(entry, tmp_path / "back.bin")
    assert (tmp_path / "back.bin").read_bytes() == file.read_bytes()
    assert fetched.verified
    assert fetched.sha1 == document.entry.hash


def test_every_attribute_of_a_cda_header_is_kept(
    source: DocumentSource, consumer: DocumentConsumer, patient: str, samples: Samples
) -> None:
    sent = submitted(source, samples.letter, patient).entry
    [held] = consumer.find_documents(patient).entries
    assert replace(
        held,
        repository_unique_id=None,
        availability_status=None,
        logical_id=None,
        version=None,
        home_community_id=None,
        document_availability=None,
    ) == replace(sent, document_availability=None)


def test_a_replaced_document_is_deprecated(
    source: DocumentSource, consumer: DocumentConsumer, patient: str, samples: Samples
) -> None:
    first = submitted(source, samples.letter, patient)
    second = prepare(samples.second_version, Wishes(patient_id=patient))
    assert source.replace(second, first.entry.entry_uuid).response.succeeded
    assert [e.unique_id for e in consumer.find_documents(patient).entries] == [second.entry.unique_id]
    [old] = consumer.find_documents(patient, status=(DEPRECATED,)).entries
    assert old.unique_id == first.entry.unique_id


def test_an_addendum_leaves_the_document_as_it_is(
    source: DocumentSource, consumer: DocumentConsumer, patient: str, samples: Samples
) -> None:
    first = submitted(source, samples.letter, patient)
    addendum = prepare(samples.addendum, Wishes(patient_id=patient))
    assert source.append(addendum, first.entry.entry_uuid).response.succeeded
    assert {e.availability_status for e in consumer.find_documents(patient).entries} == {APPROVED}


def test_a_transformation_is_related_to_its_origin(
    source: DocumentSource, consumer: DocumentConsumer, patient: str, samples: Samples
) -> None:
    first = submitted(source, samples.letter, patient)
    other = prepare(b"%PDF-1.4 the letter", Wishes(patient_id=patient, mime_type="application/pdf"))
    assert source.transform(other, first.entry.entry_uuid).response.succeeded
    found = consumer.query(
        "GetRelatedDocuments",
        {"XDSDocumentEntryEntryUUID": first.entry.entry_uuid, "AssociationTypes": (XFRM,)},
    )
    assert {e.unique_id for e in found.entries} == {first.entry.unique_id, other.entry.unique_id}


def test_held_documents_are_filed_without_sending_them_again(
    source: DocumentSource, consumer: DocumentConsumer, patient: str, samples: Samples
) -> None:
    document = submitted(source, samples.letter, patient)
    filed = source.file((document.entry.entry_uuid,), patient_id=patient, new_folders=(NewFolder("Suivi"),))
    assert filed.response.succeeded
    found = consumer.query("GetFolderAndContents", {"XDSFolderEntryUUID": filed.prepared.folders[0].entry_uuid})
    assert [e.unique_id for e in found.entries] == [document.entry.unique_id]


def test_conditions_narrow_what_is_found(
    source: DocumentSource, consumer: DocumentConsumer, patient: str, samples: Samples
) -> None:
    submitted(source, samples.letter, patient)
    submitted(source, samples.addendum, patient)
    assert len(consumer.find_documents(patient).entries) == 2
    march_12 = consumer.find_documents(
        patient, creation_time_from="20260312", creation_time_to="20260313", author_persons=("%^FONTANEL^%",)
    )
    assert [e.title for e in march_12.entries] == ["Lettre de consultation de cardiologie"]
    code = "11488-4^^2.16.840.1.113883.6.1"
    assert len(consumer.find_documents(patient, type_codes=(code,)).entries) == 2
    assert consumer.find_documents(patient, type_codes=("11502-2^^2.16.840.1.113883.6.1",)).entries == ()


def test_references_are_entry_uuids(
    source: DocumentSource, consumer: DocumentConsumer, patient: str, samples: Samples
) -> None:
    document = submitted(source, samples.letter, patient)
    assert consumer.find_documents(patient, references=True).references == (document.entry.entry_uuid,)


def test_several_documents_come_in_one_answer(
    source: DocumentSource, consumer: DocumentConsumer, patient: str, samples: Samples
) -> None:
    contents = {}
    for content in (samples.letter, samples.addendum):
        contents[submitted(source, content, patient).entry.unique_id] = content
    requests = [
        DocumentRequest(e.repository_unique_id or "", e.unique_id or "")
        for e in consumer.find_documents(patient).entries
    ]
    with consumer.retrieve(requests) as retrieval:
        assert retrieval.response.succeeded
        received = {r.document.document_unique_id: b"".join(r.chunks()) for r in retrieval}
    assert received == contents


def test_what_the_registry_describes_differently_is_not_accepted(
    source: DocumentSource, consumer: DocumentConsumer, patient: str, samples: Samples, tmp_path: Path
) -> None:
    submitted(source, samples.letter, patient)
    [entry] = consumer.find_documents(patient).entries
    with pytest.raises(IntegrityError, match="SHA-1"):
        consumer.fetch_to(replace(entry, hash="0" * 40), tmp_path / "letter.xml")
    with pytest.raises(IntegrityError, match="bytes received"):
        consumer.fetch_to(replace(entry, size="1"), tmp_path / "letter.xml")
    assert list(tmp_path.iterdir()) == []


def test_a_document_that_the_repository_lacks_is_told_with_its_reason(
    source: DocumentSource, consumer: DocumentConsumer, patient: str, samples: Samples
) -> None:
    submitted(source, samples.letter, patient)
    [entry] = consumer.find_documents(patient).entries
    with pytest.raises(NotRetrieved, match="XDSDocumentUniqueIdError"):
        consumer.fetch(replace(entry, unique_id="2.999.404"), BytesIO())


def test_a_document_of_an_unknown_repository_is_not_asked_for(carnet: Any) -> None:
    consumer = DocumentConsumer(carnet.registry, {"2.999.1": carnet.repository})
    with (
        pytest.raises(ConsumerError, match=r"2\.999\.2, whose address is not known"),
        consumer.retrieve([DocumentRequest("2.999.2", "2.999.3")]),
    ):
        pass


def test_a_refusal_is_an_answer_with_the_rules_that_failed(
    source: DocumentSource, patient: str, samples: Samples
) -> None:
    document = prepare(samples.letter, Wishes(patient_id=patient, language_code="not a language"))
    response = source.submit(document).response
    assert not response.succeeded
    assert any("de.languageCode" in error.context for error in response.errors)


def test_changed_bytes_are_refused(source: DocumentSource, patient: str, samples: Samples) -> None:
    document = prepare(samples.letter, Wishes(patient_id=patient))
    assert isinstance(document.content, bytes)
    tampered = replace(document, content=document.content.replace(b"Lettre", b"lettre"))
    assert not source.submit(tampered).response.succeeded


def test_a_service_that_is_not_there_is_a_transport_error(samples: Samples) -> None:
    source = DocumentSource("http://127.0.0.1:9/repository")
    with pytest.raises(TransportError) as caught:
        source.submit(prepare(samples.letter))
    assert not caught.value.unknown


def test_progress_tells_every_byte(source: DocumentSource, patient: str, tmp_path: Path) -> None:
    file = tmp_path / "scan.bin"
    file.write_bytes(os.urandom(600_000))
    document = prepare(file, Wishes(patient_id=patient))
    told: list[int] = []
    source.send(Contents((document,)), progress=lambda _, count: told.append(count))
    assert sum(told) == 600_000
    assert len(told) > 1
