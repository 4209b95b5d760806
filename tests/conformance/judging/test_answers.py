"""Answers: what a good one is, and one thing wrong in each."""

import re
from typing import Any

import pytest

from conformance.judging import judge
from conformance.judging.answercodes import CODES
from metadata.ebrim import write_object
from metadata.errors import ErrorCode, RegistryError, RegistryResponse
from metadata.model import Association
from metadata.responses import adhoc_query_response, write_registry_response, write_retrieve_response
from metadata.translate import to_ebrim
from metadata.vocabulary import FAILURE as URN_FAILURE
from metadata.vocabulary import HAS_MEMBER, PARTIAL_SUCCESS
from metadata.vocabulary import SUCCESS as URN_SUCCESS
from soap.envelope import write_response
from soap.faults import Fault

I = "urn:ihe:iti:2007:"  # noqa: E741 - short for what all Actions begin with
SUCCESS = write_registry_response(RegistryResponse.of())
FAILURE = write_registry_response(
    RegistryResponse.of((RegistryError(ErrorCode.REGISTRY_METADATA_ERROR, "the hash is wrong [de.hash.format]"),))
)


def registered(body: bytes) -> bytes:
    return write_response(f"{I}RegisterDocumentSet-bResponse", "urn:uuid:1", body)


def rules(data: bytes, **options: Any) -> list[str]:
    return [each.rule for each in judge(data, **options).remarks]


@pytest.mark.parametrize("body", [SUCCESS, FAILURE])
def test_a_good_answer_has_no_remark(body: bytes) -> None:
    judged = judge(registered(body))
    assert (judged.kind, judged.remarks) == ("ITI-42 response", ())
    assert set(judged.checked) == {"SOAP", "WS-Addressing", "XSD", "answer", "MIME"} - {"MIME"}


WRONG = {
    "short status": (SUCCESS, b"urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:", b"", "answer.status"),
    "partial": (
        FAILURE,
        b"urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure",
        PARTIAL_SUCCESS.encode(),
        "answer.partial",
    ),
    "success with an error": (FAILURE, b"StatusType:Failure", b"StatusType:Success", "answer.error-in-success"),
    "failure without an error": (SUCCESS, b"StatusType:Success", b"StatusType:Failure", "answer.error-missing"),
    "unknown code": (FAILURE, b"XDSRegistryMetadataError", b"XDSWrong", "answer.code.unknown"),
    "code of another transaction": (
        FAILURE,
        b"XDSRegistryMetadataError",
        b"XDSUnknownStoredQuery",
        "answer.code.transaction",
    ),
    "empty context": (FAILURE, b"the hash is wrong [de.hash.format]", b"", "answer.context"),
    "severity": (
        FAILURE,
        b'" severity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:',
        b'" severity="',
        "answer.severity",
    ),
    "highest severity": (
        FAILURE,
        b'highestSeverity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error',
        b'highestSeverity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Warning',
        "answer.highest-severity",
    ),
    "empty context of a general code": (
        FAILURE,
        b'errorCode="XDSRegistryMetadataError" codeContext="the hash is wrong [de.hash.format]"',
        b'errorCode="XDSRegistryError" codeContext=""',
        "answer.context.details",
    ),
    "severity left out": (
        FAILURE,
        b' severity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"',
        b"",
        "answer.severity",
    ),
    "text in an error": (
        FAILURE,
        b"/></rs:RegistryErrorList>",
        b">why</rs:RegistryError></rs:RegistryErrorList>",
        "answer.error-body",
    ),
    "schema": (SUCCESS, b"status=", b"stat=", "xml.schema"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_one_thing_wrong_in_an_answer_is_told(name: str) -> None:
    body, old, new, rule = WRONG[name]
    assert old in body
    assert rule in rules(registered(body.replace(old, new, 1)))


def test_every_code_that_carnet_answers_is_of_the_standard() -> None:
    assert {str(code) for code in ErrorCode} <= CODES.keys()


def test_the_addressing_of_an_answer_is_judged() -> None:
    assert rules(write_response(f"{I}RegisterDocumentSet-bResponse", None, SUCCESS)) == ["wire.wsa.missing"]
    assert rules(write_response(f"{I}RegistryStoredQuery", "urn:uuid:1", b"".join(adhoc_query_response([])))) == [
        "wire.wsa.action"
    ]


def test_objects_that_a_registry_cannot_have_are_told() -> None:
    link = Association("lot-document", HAS_MEMBER, "urn:uuid:1", "urn:uuid:2", submission_set_status="Original")
    body = b"".join(adhoc_query_response([write_object(to_ebrim(link))]))
    answer = write_response(f"{I}RegistryStoredQueryResponse", "urn:uuid:1", body)
    assert rules(answer) == ["answer.object.id", "answer.object.status"]


def test_a_query_that_failed_returns_nothing() -> None:
    link = Association("urn:uuid:3", HAS_MEMBER, "urn:uuid:1", "urn:uuid:2", submission_set_status="Original")
    error = RegistryError(ErrorCode.REGISTRY_ERROR, "the disk is full")
    body = b"".join(adhoc_query_response([write_object(to_ebrim(link))], [error], URN_FAILURE))
    found = rules(write_response(f"{I}RegistryStoredQueryResponse", "urn:uuid:1", body))
    assert "answer.objects-in-failure" in found


@pytest.mark.parametrize(("location", "told"), [("", True), ("1.2.3", False)])
def test_an_error_of_a_retrieval_names_its_document(location: str, told: bool) -> None:
    error = RegistryError(ErrorCode.DOCUMENT_UNIQUE_ID_ERROR, "there is no such document", location)
    body = write_retrieve_response(RegistryResponse(URN_FAILURE, (error,)), ())
    found = rules(write_response(f"{I}RetrieveDocumentSetResponse", "urn:uuid:1", body))
    assert ("answer.location" in found) is told


def test_an_entry_as_it_was_submitted_is_no_result(submission: Any) -> None:
    begin = submission.data.index(b"<rim:ExtrinsicObject")
    entry = submission.data[begin : submission.data.index(b"</rim:ExtrinsicObject>") + 22]
    answer = write_response(f"{I}RegistryStoredQueryResponse", "urn:uuid:1", b"".join(adhoc_query_response([entry])))
    found = rules(answer)
    assert "answer.object.status" in found
    assert "de.repositoryUniqueId.missing" in found
    assert "returned metadata" in judge(answer).checked


def test_documents_and_status_go_together() -> None:
    def retrieved(status: bytes, *documents: bytes, errors: bytes = b"") -> bytes:
        body = (
            b'<xds:RetrieveDocumentSetResponse xmlns:xds="urn:ihe:iti:xds-b:2007" '
            b'xmlns:rs="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"><rs:RegistryResponse status="%b">%b'
            b"</rs:RegistryResponse>%b</xds:RetrieveDocumentSetResponse>" % (status, errors, b"".join(documents))
        )
        return write_response(f"{I}RetrieveDocumentSetResponse", "urn:uuid:1", body)

    document = (
        b"<xds:DocumentResponse><xds:RepositoryUniqueId>1.2</xds:RepositoryUniqueId><xds:DocumentUniqueId>1.3"
        b"</xds:DocumentUniqueId><xds:mimeType>text/plain</xds:mimeType><xds:Document>%b</xds:Document>"
        b"</xds:DocumentResponse>"
    )
    good = b"urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
    assert rules(retrieved(good, document % b"aGVsbG8=")) == []
    assert rules(retrieved(good)) == ["answer.documents"]
    assert rules(retrieved(good, document % b"h*llo")) == ["wire.xop.base64"]
    assert rules(retrieved(good, document % b"")) == ["wire.xop.empty"]


def test_a_good_fault_has_no_remark() -> None:
    fault = Fault("Sender", "no such Action", subcode="wsa:ActionNotSupported").envelope("urn:uuid:1")
    judged = judge(fault)
    assert (judged.kind, judged.remarks) == ("SOAP fault", ())
    assert "SOAP fault" in judged.checked


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"soap12:Sender", b"soap12:Client", "wire.fault.code"),
        (b"soap12:Sender", b"Sender", "wire.fault.code"),
        (b"wsa:ActionNotSupported", b"wsb:ActionNotSupported", "wire.fault.subcode"),
        (b' xml:lang="en"', b"", "wire.fault.reason"),
        (b"addressing/fault", b"addressing/false", "wire.wsa.fault-action"),
    ],
)
def test_one_thing_wrong_in_a_fault_is_told(old: bytes, new: bytes, rule: str) -> None:
    fault = Fault("Sender", "no such Action", subcode="wsa:ActionNotSupported").envelope("urn:uuid:1")
    assert old in fault
    assert rules(fault.replace(old, new, 1)) == [rule]


def test_the_http_status_goes_with_the_answer() -> None:
    fault = Fault("Sender", "no").envelope("urn:uuid:1")

    def answer(status: int, body: bytes) -> bytes:
        return b"HTTP/1.1 %d X\r\nContent-Type: application/soap+xml\r\n\r\n%b" % (status, body)

    assert rules(answer(400, fault)) == []
    assert rules(answer(200, fault)) == ["wire.http.status"]
    assert rules(answer(200, registered(SUCCESS))) == []
    assert rules(answer(500, registered(FAILURE))) == ["wire.http.status"]


def test_a_part_that_names_another_object_is_told(submission: Any) -> None:
    begin = submission.data.index(b"<rim:ExtrinsicObject")
    entry = submission.data[begin : submission.data.index(b"</rim:ExtrinsicObject>") + 22]
    wrong = entry.replace(b'registryObject="', b'registryObject="x', 1)
    answers = [
        write_response(f"{I}RegistryStoredQueryResponse", "urn:uuid:1", b"".join(adhoc_query_response([each])))
        for each in (entry, wrong)
    ]
    assert [rules(each).count("answer.object.parent") for each in answers] == [0, 1]


@pytest.mark.parametrize(("status", "told"), [(URN_FAILURE, False), (URN_SUCCESS, True)])
def test_a_failure_may_leave_the_list_of_objects_out(status: str, told: bool) -> None:
    """As the framework's own example does; the schema asks for it. # ITI TF-3 4.2.4.1"""
    error = RegistryError(ErrorCode.REGISTRY_ERROR, "the disk is full")
    body = b"".join(adhoc_query_response([], [error], status))
    body = re.sub(rb"<rim:RegistryObjectList[^>]*/>|<rim:RegistryObjectList[^>]*></rim:RegistryObjectList>", b"", body)
    assert b"RegistryObjectList" not in body
    assert ("xml.schema" in rules(write_response(f"{I}RegistryStoredQueryResponse", "urn:uuid:1", body))) is told
