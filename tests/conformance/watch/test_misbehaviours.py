"""How a misbehaviour is written, when it strikes, and what a client then gets."""

import http.client
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
from lxml import etree

from client.asking import definition
from conformance.model import Verdict
from conformance.watch.kinds import KINDS, TRANSACTIONS, Stage
from conformance.watch.misbehaviours import Agenda, Misbehaviour, MisbehaviourError
from metadata.errors import RegistryResponse
from soap.client import SoapFault, TransportError

SOAP12 = "{http://www.w3.org/2003/05/soap-envelope}"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("busy", "busy"),
        ("slow", "slow=30"),
        ("slow=0.5:iti-43", "slow=0.5:ITI-43"),
        ("fault=sender:41@2", "fault=Sender:ITI-41@2"),
        ("reset@2-4", "reset@2-4"),
        ("truncated:18@3+", "truncated:ITI-18@3+"),
        ("error=XDSRegistryError:ITI-18", "error=XDSRegistryError:ITI-18"),
        ("error=DMPInvalidCertificate", "error=DMPInvalidCertificate"),
        ("expired-certificate@1", "expired-certificate@1"),
    ],
)
def test_a_misbehaviour_is_read_and_written(written: str, read: str) -> None:
    planned = Misbehaviour.parse(written)
    assert str(planned) == read
    assert Misbehaviour.parse(str(planned)) == planned


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("bussy", "did you mean busy"),
        ("", "cannot be read"),
        ("slow=never", "seconds"),
        ("slow=0", "more than 0"),
        ("slow=99999", "at most 3600"),
        ("busy=3", "takes no value"),
        ("error", "needs an IHE error code"),
        ("error=XDSRegistryEror", "did you mean XDSRegistryError"),
        ("busy:ITI-99", "there are ITI-41"),
        ("bad-cid:ITI-18", "for ITI-43, not for ITI-18"),
        ("expired-certificate:ITI-41", "before there is a transaction"),
        ("busy@0", "after @ stands"),
        ("busy@4-2", "after @ stands"),
        ("busy\n@1", "cannot be read"),
    ],
)
def test_what_is_no_misbehaviour_is_told_with_advice(written: str, advice: str) -> None:
    with pytest.raises(MisbehaviourError, match=advice):
        Misbehaviour.parse(written)


def test_it_strikes_its_transaction_and_its_occurrences_alone() -> None:
    agenda = Agenda((Misbehaviour.parse("busy:ITI-41@2-3"), Misbehaviour.parse("slow=1@4+")))
    struck = [[str(each) for each in agenda.take("ITI-41")] for _ in range(5)]
    assert struck == [[], ["busy:ITI-41@2-3"], ["busy:ITI-41@2-3"], ["slow=1@4+"], ["slow=1@4+"]]
    assert agenda.take("ITI-18") == ()
    agenda.set((Misbehaviour.parse("busy@1"),))
    assert len(agenda.take("ITI-41")) == 1
    assert agenda.take("ITI-41") == ()


def test_every_kind_says_what_a_client_sees_and_should_do() -> None:
    for kind in KINDS.values():
        assert kind.what
        assert kind.expected
        assert kind.stage is Stage.CONNECTION or kind.only <= set(TRANSACTIONS)


# --- other answers --------------------------------------------------------------------------------------------------


def response_to(bench: Any) -> RegistryResponse:
    response: RegistryResponse = bench.source.submit(bench.letter()).response
    return response


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("busy", "XDSRepositoryBusy"),
        ("out-of-resources", "XDSRepositoryOutOfResources"),
        ("error=XDSUnknownPatientId", "XDSUnknownPatientId"),
    ],
)
def test_a_submission_is_refused_with_the_code_and_not_kept(watch: Any, written: str, code: str) -> None:
    bench = watch(f"{written}:ITI-41@1")
    assert [error.code for error in response_to(bench).errors] == [code]
    assert bench.consumer.find_documents(bench.patient).entries == ()
    assert response_to(bench).succeeded
    [struck, _, spared] = bench.seen(3)
    assert struck.misbehaviours == (f"{written}:ITI-41@1",)
    assert spared.misbehaviours == ()
    assert struck.verdict is Verdict.PASS, "the client's message was good, whatever it is answered"


def test_the_registry_is_busy_in_its_own_words(watch: Any) -> None:
    bench = watch("busy:ITI-18")
    response = bench.consumer.find_documents(bench.patient).response
    assert [error.code for error in response.errors] == ["XDSRegistryBusy"]


@pytest.mark.parametrize(("value", "code", "status"), [("Receiver", "Receiver", 500), ("Sender", "Sender", 400)])
def test_a_fault_is_a_fault(watch: Any, value: str, code: str, status: int) -> None:
    bench = watch(f"fault={value}")
    with pytest.raises(SoapFault) as fault:
        bench.source.submit(bench.letter())
    assert (fault.value.code, fault.value.status) == (code, status)
    assert bench.seen(1)[0].outcome == "Fault"
    assert bench.seen(1)[0].verdict is Verdict.PASS


def test_partial_success_of_a_submission_and_of_a_query(watch: Any) -> None:
    bench = watch("partial-success")
    assert response_to(bench).outcome == "PartialSuccess"
    assert bench.consumer.find_documents(bench.patient).response.outcome == "PartialSuccess"


def test_partial_success_of_a_retrieve_leaves_the_last_document_out(watch: Any) -> None:
    bench = watch("partial-success:ITI-43")
    for _ in range(2):
        bench.submitted()
    found = bench.consumer.find_documents(bench.patient).entries
    body = retrieve_request(found)
    answer = bench.post("repository", *body)
    assert b"ResponseStatusType:PartialSuccess" in answer.body
    assert answer.body.count(b"<xds:DocumentResponse>") == 1
    assert b"XDSDocumentUniqueIdError" in answer.body


def retrieve_request(entries: Any) -> tuple[bytes, str]:
    """ITI-43 as MTOM, for raw posting."""
    from metadata.responses import DocumentRequest, write_retrieve_request
    from soap.envelope import new_message_id, write_request
    from soap.mtom import MtomWriter

    asked = [DocumentRequest(entry.repository_unique_id, entry.unique_id) for entry in entries]
    action = "urn:ihe:iti:2007:RetrieveDocumentSet"
    root = write_request(action, new_message_id(), "http://watch.invalid", write_retrieve_request(asked))
    writer = MtomWriter()
    return b"".join(writer.chunks(root, ())), writer.content_type()


def query_request(bench: Any) -> bytes:
    from metadata.storedqueries import adhoc_query_request
    from metadata.vocabulary import APPROVED
    from soap.envelope import new_message_id, write_request

    assert definition("FindDocuments")
    body = adhoc_query_request(
        "FindDocuments",
        {"$XDSDocumentEntryPatientId": bench.patient, "$XDSDocumentEntryStatus": (APPROVED,)},
    )
    return write_request("urn:ihe:iti:2007:RegistryStoredQuery", new_message_id(), "http://watch.invalid", body)


def test_nothing_is_found_though_it_is_there(watch: Any) -> None:
    bench = watch("not-found")
    bench.submitted()
    found = bench.consumer.find_documents(bench.patient)
    assert found.response.succeeded
    assert found.entries == ()


# --- no SOAP at all -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [("http-500-html", 500, "text/html"), ("http-503", 503, "text/plain"), ("empty", 200, "application/soap+xml")],
)
def test_an_answer_that_is_no_soap(watch: Any, kind: str, status: int, content_type: str) -> None:
    bench = watch(kind)
    answer = bench.post("registry", query_request(bench))
    assert answer.status == status
    assert answer.headers["Content-Type"].startswith(content_type)
    assert (answer.body == b"") is (kind == "empty")
    assert (answer.headers["Retry-After"] is not None) is (kind == "http-503")
    with pytest.raises(TransportError):
        bench.source.submit(bench.letter())


# --- answers spoiled on their way -----------------------------------------------------------------------------------


def test_a_reset_reaches_the_client_after_the_message_was_taken_in(watch: Any) -> None:
    bench = watch("reset:ITI-41")
    with pytest.raises(TransportError):
        bench.source.submit(bench.letter())
    assert len(bench.consumer.find_documents(bench.patient).entries) == 1
    assert bench.seen(1)[0].response is None


def test_a_truncated_answer_ends_before_its_length(watch: Any) -> None:
    bench = watch("truncated:ITI-18")
    with pytest.raises(http.client.IncompleteRead) as broken:
        bench.post("registry", query_request(bench))
    [seen] = bench.seen(1)
    kept = (bench.folder / seen.response.body).read_bytes()
    assert kept == broken.value.partial
    assert 0 <= broken.value.expected - len(kept) <= 1, "half of what was announced"


def test_a_slow_answer_is_late_and_whole(watch: Any) -> None:
    bench = watch("slow=0.4:ITI-18")
    begun = time.monotonic()
    answer = bench.post("registry", query_request(bench))
    assert time.monotonic() - begun >= 0.4
    assert b"AdhocQueryResponse" in answer.body


def test_a_dripping_answer_is_whole(watch: Any) -> None:
    bench = watch("drip=0.3:ITI-18")
    begun = time.monotonic()
    assert b"</soap12:Envelope>" in bench.post("registry", query_request(bench)).body
    assert time.monotonic() - begun >= 0.2


def test_a_boundary_that_is_nowhere_in_the_body(watch: Any) -> None:
    bench = watch("bad-boundary")
    bench_letter = bench.letter()
    with pytest.raises(TransportError, match="boundary"):
        bench.source.submit(bench_letter)
    answer = bench.post("registry", query_request(bench))
    assert answer.headers["Content-Type"].startswith("application/soap+xml"), "there is no boundary to be wrong"
    assert bench.seen(2)[1].misbehaviours == ()


def test_a_document_part_that_is_not_there(watch: Any) -> None:
    bench = watch("bad-cid")
    bench.submitted()
    [entry] = bench.consumer.find_documents(bench.patient).entries
    answer = bench.post("repository", *retrieve_request([entry]))
    assert b'href="cid:missing-document-1@carnet"' in answer.body
    assert b"Content-ID: <document-1@carnet>" in answer.body


def test_a_document_with_one_other_byte(watch: Any, tmp_path: Any) -> None:
    from client.consumer import IntegrityError

    bench = watch("altered-document")
    bench.submitted()
    [entry] = bench.consumer.find_documents(bench.patient).entries
    with pytest.raises(IntegrityError):
        bench.consumer.fetch_to(entry, tmp_path / "letter.xml")


def test_an_envelope_that_is_not_well_formed(watch: Any) -> None:
    bench = watch("invalid-xml")
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(bench.post("registry", query_request(bench)).body)
    with pytest.raises(TransportError):
        bench.source.submit(bench.letter())


def test_an_answer_in_soap_11(watch: Any) -> None:
    bench = watch("soap11")
    answer = bench.post("registry", query_request(bench))
    assert etree.fromstring(answer.body).tag == "{http://schemas.xmlsoap.org/soap/envelope/}Envelope"
    assert answer.headers["Content-Type"].startswith("text/xml")


def headers_of(answer: Any) -> Any:
    header = etree.fromstring(answer.body).find(f"{SOAP12}Header")
    assert header is not None
    return {etree.QName(each).localname: each.text for each in header}


def test_addressing_headers_that_belong_elsewhere(watch: Any) -> None:
    right = headers_of(watch().post("registry", message := query_request(watch())))
    assert right["RelatesTo"].encode() in message
    wrong = headers_of(watch("wrong-relates-to").post("registry", message))
    assert wrong["RelatesTo"] != right["RelatesTo"]
    assert wrong["RelatesTo"].startswith("urn:uuid:")
    assert "RelatesTo" not in headers_of(watch("no-relates-to").post("registry", message))
    action = headers_of(watch("wrong-action").post("registry", message))["Action"]
    assert action == "urn:ihe:iti:2007:RetrieveDocumentSetResponse"
    assert action != right["Action"]


def test_several_misbehaviours_add_up(watch: Any) -> None:
    bench = watch("busy:ITI-18", "soap11:ITI-18", "no-relates-to:ITI-18")
    answer = bench.post("registry", query_request(bench))
    assert b"XDSRegistryBusy" in answer.body
    assert b"RelatesTo" not in answer.body
    assert b"http://schemas.xmlsoap.org/soap/envelope/" in answer.body
    assert len(bench.seen(1)[0].misbehaviours) == 3


# --- switching while it runs ----------------------------------------------------------------------------------------


def control(bench: Any, method: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(f"{bench.base}/misbehave", body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_misbehaviour_is_switched_while_the_watch_runs(watch: Any) -> None:
    bench = watch()
    assert response_to(bench).succeeded
    assert control(bench, "POST", b"busy:ITI-41\nslow=0.01")[0] == 200
    assert b"busy:ITI-41" in control(bench, "GET")[1]
    assert not response_to(bench).succeeded
    assert control(bench, "POST", b"rubbish")[0] == 400
    assert not response_to(bench).succeeded
    assert control(bench, "DELETE")[0] == 200
    assert response_to(bench).succeeded


def test_a_page_of_another_site_cannot_switch_it(watch: Any) -> None:
    bench = watch()
    status, _ = control(bench, "POST", b"busy", Origin="https://elsewhere.example")
    assert status == 403
    assert response_to(bench).succeeded


def test_an_expired_certificate_cannot_be_asked_for_too_late(watch: Any) -> None:
    status, told = control(watch(), "POST", b"expired-certificate")
    assert status == 400
    assert b"from the start" in told
