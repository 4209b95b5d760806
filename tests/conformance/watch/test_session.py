"""A real client against the watch: it is answered, judged and remembered."""

import gzip
import json
import re
import time
import urllib.request
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from client.consumer import NotRetrieved
from client.documents import Wishes, prepare
from client.sample import fresh
from client.submission import NewFolder
from conformance.model import Verdict
from conformance.results.stored import load
from metadata.vocabulary import APPROVED, DEPRECATED, HAS_MEMBER, RPLC


def test_what_was_submitted_is_found_and_comes_back_byte_for_byte(watch: Any, tmp_path: Path) -> None:
    bench = watch()
    document = bench.submitted()
    [entry] = bench.consumer.find_documents(bench.patient).entries
    assert entry.unique_id == document.entry.unique_id
    assert bench.consumer.fetch_to(entry, tmp_path / "back.xml").verified
    assert [each.transaction for each in bench.seen(3)] == ["ITI-41", "ITI-18", "ITI-43"]
    assert [each.verdict for each in bench.seen(3)] == [Verdict.PASS] * 3
    assert all(each.checked for each in bench.seen(3))


def test_a_replaced_document_is_deprecated_and_related(watch: Any) -> None:
    bench = watch()
    samples = fresh()
    first = prepare(samples.letter, Wishes(patient_id=bench.patient))
    assert bench.source.submit(first).response.succeeded
    second = prepare(samples.second_version, Wishes(patient_id=bench.patient))
    assert bench.source.replace(second, first.entry.entry_uuid).response.succeeded
    consumer = bench.consumer
    assert [e.unique_id for e in consumer.find_documents(bench.patient).entries] == [second.entry.unique_id]
    [old] = consumer.find_documents(bench.patient, status=(DEPRECATED,)).entries
    assert old.unique_id == first.entry.unique_id
    found = consumer.query(
        "GetRelatedDocuments",
        {"XDSDocumentEntryEntryUUID": first.entry.entry_uuid, "AssociationTypes": (RPLC,)},
    )
    assert {e.unique_id for e in found.entries} == {first.entry.unique_id, second.entry.unique_id}


def test_what_hangs_on_a_replaced_document_goes_with_it(watch: Any) -> None:
    bench = watch()
    samples = fresh()
    first = prepare(samples.letter, Wishes(patient_id=bench.patient))
    filed = bench.source.submit(first, new_folders=(NewFolder("Suivi"),)).prepared.folders[0]
    addendum = prepare(samples.addendum, Wishes(patient_id=bench.patient))
    assert bench.source.append(addendum, first.entry.entry_uuid).response.succeeded
    second = prepare(samples.second_version, Wishes(patient_id=bench.patient))
    assert bench.source.replace(second, first.entry.entry_uuid).response.succeeded
    consumer = bench.consumer
    assert [e.unique_id for e in consumer.find_documents(bench.patient).entries] == [second.entry.unique_id]
    held = consumer.query("GetFolderAndContents", {"XDSFolderEntryUUID": filed.entry_uuid})
    assert {e.unique_id for e in held.entries} == {first.entry.unique_id, second.entry.unique_id}
    assert held.objects.folders[0].last_update_time
    whole = consumer.query("GetSubmissionSetAndContents", {"XDSSubmissionSetUniqueId": _set_of(bench, first)})
    assert len(whole.objects.folders) == 1
    assert len(whole.objects.associations) == 4, "set-document, set-folder, folder-document, and set-that"


def _set_of(bench: Any, document: Any) -> Any:
    found = bench.consumer.query("GetSubmissionSets", {"uuid": (document.entry.entry_uuid,)})
    return found.objects.submission_sets[0].unique_id


def test_an_answer_is_about_one_patient(watch: Any) -> None:
    bench = watch()
    first = bench.submitted()
    bench.patient = "another^^^&2.999.7&ISO"
    second = bench.submitted()
    ids = {"XDSDocumentEntryUniqueId": (first.entry.unique_id, second.entry.unique_id)}
    refused = bench.consumer.query("GetDocuments", ids).response
    assert [error.code for error in refused.errors] == ["XDSResultNotSinglePatient"]
    assert bench.seen(3)[2].verdict is Verdict.FAIL


def test_an_entry_without_its_document_is_refused(watch: Any) -> None:
    first, second = watch(), watch()
    first.submitted()
    body = first.received(1)
    element = re.search(rb"<xds:Document .*?</xds:Document>", body)
    assert element is not None
    answer = second.post("repository", body.replace(element[0], b""), first.seen(1)[0].request.content_type)
    assert b"XDSMissingDocument" in answer.body
    assert second.seen(1)[0].verdict is Verdict.FAIL


def test_an_unknown_target_is_noticed_and_not_refused(watch: Any) -> None:
    bench = watch()
    unknown = "urn:uuid:7c9e6679-7425-40de-944b-e07fc1f90ae7"
    assert bench.source.replace(bench.letter(), unknown).response.succeeded
    [seen] = bench.seen(1)
    assert seen.verdict is Verdict.WARN
    assert [remark.code for remark in seen.remarks] == ["UnresolvedReferenceException"]


def test_a_message_sent_again_after_a_lost_answer_does_no_harm(watch: Any) -> None:
    bench = watch()
    bench.submitted()
    request = bench.seen(1)[0].request
    again = bench.post("repository", bench.received(1), request.content_type)
    assert again.status == 200
    assert b"ResponseStatusType:Success" in again.body
    assert len(bench.consumer.find_documents(bench.patient).entries) == 1


def test_a_unique_id_used_again_for_other_bytes_is_refused(watch: Any) -> None:
    bench = watch()
    document = bench.submitted()
    other = prepare(b"other bytes", Wishes(patient_id=bench.patient, mime_type="text/plain"))
    from dataclasses import replace

    stolen = replace(other, entry=replace(other.entry, unique_id=document.entry.unique_id))
    response = bench.source.submit(stolen).response
    assert [error.code for error in response.errors] == ["XDSNonIdenticalHash"]
    assert bench.seen(2)[-1].verdict is Verdict.FAIL


def test_a_broken_message_gets_the_error_that_a_server_sends(watch: Any) -> None:
    first, second = watch(), watch()
    first.submitted()
    request = first.seen(1)[0].request
    broken = first.received(1).replace(b'mimeType="text/xml"', b'mimeType="rubbish!"')
    assert broken != first.received(1)
    answer = second.post("repository", broken, request.content_type)
    assert b"ResponseStatusType:Failure" in answer.body
    assert b"XDSRepositoryMetadataError" in answer.body
    assert b"de.mimeType" in answer.body
    [seen] = second.seen(1)
    assert seen.verdict is Verdict.FAIL
    assert any(remark.rule.startswith("de.mimeType") for remark in seen.remarks)
    assert second.consumer.find_documents(first.patient).entries == ()


def test_a_compressed_message_is_judged_too(watch: Any) -> None:
    bench = watch()
    bench.consumer.find_documents(bench.patient)
    plain = bench.received(1)
    request = urllib.request.Request(
        f"{bench.base}/registry",
        gzip.compress(plain),
        {"Content-Type": "application/soap+xml", "Content-Encoding": "gzip"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 200
    assert bench.received(2) != plain, "what is kept is what crossed the wire"
    assert bench.seen(2)[1].transaction == "ITI-18"
    assert bench.seen(2)[1].verdict is Verdict.PASS


def test_what_is_no_soap_is_answered_with_a_fault_and_fails(watch: Any) -> None:
    bench = watch()
    answer = bench.post("registry", b"<html/>", "text/html")
    assert answer.status == 415
    assert bench.seen(1)[0].verdict is Verdict.FAIL
    assert bench.seen(1)[0].transaction == ""


def test_every_exchange_is_kept_as_exact_bytes(watch: Any) -> None:
    bench = watch()
    bench.submitted()
    request = bench.seen(1)[0].request
    body = bench.received(1)
    answer = bench.post("repository", body, request.content_type)
    kept = bench.seen(2)[1]
    assert (bench.folder / kept.request.body).read_bytes() == body
    assert (bench.folder / kept.response.body).read_bytes() == answer.body
    head = (bench.folder / kept.request.head).read_bytes()
    assert head.startswith(b"POST /repository HTTP/1.1\r\n")
    assert head.endswith(b"\r\n\r\n")
    assert (bench.folder / kept.response.head).read_bytes().startswith(b"HTTP/1.1 200 OK\r\n")
    assert kept.request.body == "exchanges/iti-41/watch/0002/01-request.mime"


def test_the_folder_is_that_of_a_run(watch: Any) -> None:
    bench = watch()
    bench.submitted()
    bench.post("registry", b"", "application/soap+xml")
    bench.session.close()
    run = load(bench.folder)
    assert [case.verdict for case in run.cases] == [Verdict.PASS, Verdict.FAIL]
    assert run.read(run.cases[0].exchanges[0].request.body) == bench.received(1)
    assert ElementTree.parse(bench.folder / "junit.xml").getroot() is not None
    assert (bench.folder / "report.html").stat().st_size > 500
    told = json.loads((bench.folder / "watch.json").read_text())
    assert told["finished"] is True
    assert told["counts"]["FAIL"] == 1
    assert not list(bench.folder.glob("exchanges/.incoming-*"))


def test_the_record_is_brought_up_to_date_while_it_runs(watch: Any) -> None:
    bench = watch()
    for _ in range(3):
        bench.submitted()
    bench.seen(3)
    until = time.monotonic() + 20
    while len(json.loads((bench.folder / "watch.json").read_text())["exchanges"]) < 3:
        assert time.monotonic() < until, "the last exchange is never written"
        time.sleep(0.05)
    with urllib.request.urlopen(f"{bench.base}/exchanges", timeout=10) as answer:
        assert len(json.loads(answer.read())["exchanges"]) == 3


@pytest.mark.parametrize(
    ("query", "parameters", "entries", "sets", "associations"),
    [
        ("GetDocuments", {"XDSDocumentEntryUniqueId": "{unique}"}, 1, 0, 0),
        ("GetDocuments", {"XDSDocumentEntryEntryUUID": "{entry}"}, 1, 0, 0),
        ("GetDocuments", {"XDSDocumentEntryUniqueId": "1.2.3"}, 0, 0, 0),
        ("GetAssociations", {"uuid": "{entry}"}, 0, 0, 1),
        ("GetDocumentsAndAssociations", {"XDSDocumentEntryEntryUUID": "{entry}"}, 1, 0, 1),
        ("GetSubmissionSets", {"uuid": "{entry}"}, 0, 1, 1),
        ("FindSubmissionSets", {"XDSSubmissionSetPatientId": "{patient}", "XDSSubmissionSetStatus": APPROVED}, 0, 1, 0),
        (
            "GetAll",
            {
                "patientId": "{patient}",
                "XDSDocumentEntryStatus": APPROVED,
                "XDSSubmissionSetStatus": APPROVED,
                "XDSFolderStatus": APPROVED,
            },
            1,
            1,
            1,
        ),
        ("FindDocuments", {"XDSDocumentEntryPatientId": "{patient}", "XDSDocumentEntryStatus": DEPRECATED}, 0, 0, 0),
        (
            "FindDocuments",
            {
                "XDSDocumentEntryPatientId": "{patient}",
                "XDSDocumentEntryStatus": APPROVED,
                "XDSDocumentEntryCreationTimeFrom": "2020",
                "XDSDocumentEntryCreationTimeTo": "2021",
            },
            0,
            0,
            0,
        ),
        (
            "FindDocuments",
            {
                "XDSDocumentEntryPatientId": "{patient}",
                "XDSDocumentEntryStatus": APPROVED,
                "XDSDocumentEntryAuthorPerson": "%FONTANEL%",
            },
            1,
            0,
            0,
        ),
    ],
)
def test_stored_queries_are_answered(
    watch: Any, query: str, parameters: dict[str, str], entries: int, sets: int, associations: int
) -> None:
    bench = watch()
    document = bench.submitted()
    names = {"unique": document.entry.unique_id, "entry": document.entry.entry_uuid, "patient": bench.patient}
    filled = {name: value.format(**names) if "{" in value else value for name, value in parameters.items()}
    found = bench.consumer.query(query, {name: (v,) if _is_list(name) else v for name, v in filled.items()})
    assert len(found.entries) == entries
    assert len(found.objects.submission_sets) == sets
    assert len(found.objects.associations) == associations
    assert bench.seen(2)[-1].verdict is Verdict.PASS
    if associations:
        assert {each.type for each in found.objects.associations} == {HAS_MEMBER}


def _is_list(name: str) -> bool:
    return not name.endswith(("PatientId", "patientId", "From", "To"))


def test_a_document_that_is_not_here_is_an_error_of_its_own(watch: Any) -> None:
    bench = watch()
    bench.submitted()
    [entry] = bench.consumer.find_documents(bench.patient).entries
    with pytest.raises(NotRetrieved) as refused:
        bench.consumer.fetch(replace(entry, unique_id="1.2.3.4"), BytesIO())
    assert [error.code for error in refused.value.errors] == ["XDSDocumentUniqueIdError"]
    assert bench.seen(3)[-1].verdict is Verdict.PASS


def test_the_wsdl_names_the_address_that_was_asked(watch: Any) -> None:
    bench = watch()
    with urllib.request.urlopen(f"{bench.base}/repository?wsdl", timeout=10) as answer:
        text = answer.read().decode()
    assert f'location="{bench.base}/repository"' in text
    with urllib.request.urlopen(f"{bench.base}/registry?xsd=rim.xsd", timeout=10) as answer:
        assert b"schema" in answer.read()
