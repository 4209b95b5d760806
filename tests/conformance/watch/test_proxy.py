"""Misbehaviour between a client and a real system: every kind that can be had there."""

import gzip
import http.client
import urllib.error
from typing import Any

import pytest
from lxml import etree

from conformance.watch.forwarding import Forwarding
from conformance.watch.kinds import KINDS, Stage
from conformance.watch.misbehaviours import Misbehaviour
from conformance.watch.spoiling import Draft, readable, spoil
from conformance.watch.withholding import without_last
from metadata.responses import DocumentRequest, parse_retrieve_response, write_retrieve_request
from metadata.vocabulary import FAILURE, PARTIAL_SUCCESS, SUCCESS, XDS
from soap.envelope import write_request

_VALUES = {"error": "error=XDSRegistryError", "slow": "slow=0.1", "drip": "drip=0.1"}
_SERVICES = {"ITI-41": "repository", "ITI-43": "repository", "ITI-18": "registry", "ITI-42": "registry"}
_RETRIEVE = "urn:ihe:iti:2007:RetrieveDocumentSet"
Message = tuple[str, bytes, str]


@pytest.fixture
def real(watch: Any) -> Any:
    """A registry and repository behind, which has two documents of one patient."""
    bench = watch()
    for _ in range(2):
        bench.submitted()
    bench.consumer.find_documents(bench.patient)
    return bench


@pytest.fixture
def messages(real: Any) -> dict[str, Message]:
    """Transaction → service, body and type of a good message."""
    entries = real.consumer.find_documents(real.patient).entries
    asked = [DocumentRequest(each.repository_unique_id, each.unique_id) for each in entries]
    body = write_request(
        _RETRIEVE, "urn:uuid:6b2f6ad4-58f0-4b56-a4b7-7d1a0ad7c401", "http://a.example", write_retrieve_request(asked)
    )
    boundary = "MIME-boundary-1"
    head = 'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\nContent-ID: <root@x>\r\n'
    packed = b"".join((f"--{boundary}\r\n{head}\r\n".encode(), body, f"\r\n--{boundary}--\r\n".encode()))
    kind = (
        f'multipart/related; type="application/xop+xml"; boundary="{boundary}"; start="<root@x>"; '
        f'start-info="application/soap+xml"; action="{_RETRIEVE}"'
    )
    found: dict[str, Message] = {"ITI-43": ("repository", packed, kind)}
    for seen in real.seen(4):
        found[seen.transaction] = (_SERVICES[seen.transaction], real.received(seen.number), seen.request.content_type)
    return found


def between(watch: Any, real: Any, *misbehaviours: str) -> Any:
    return watch(*misbehaviours, forwarding=Forwarding(real.session.about.registry, real.session.about.repository))


def had(real: Any) -> int:
    """How many exchanges the system behind has had."""
    return sum(real.session.recorder.counts.values())


@pytest.mark.parametrize(
    ("name", "transaction"),
    [
        (name, transaction)
        for name, kind in KINDS.items()
        if kind.stage in (Stage.ANSWER, Stage.HTTP)
        for transaction in ("ITI-41", "ITI-18", "ITI-43")
        if transaction in kind.only and (name, transaction) != ("partial-success", "ITI-43")
    ],
)
def test_another_answer_is_given_and_the_message_does_not_go_on(
    watch: Any, real: Any, messages: dict[str, Message], name: str, transaction: str
) -> None:
    before = had(real)
    proxy = between(watch, real, _VALUES.get(name, name))
    answer = proxy.post(*messages[transaction])
    [seen] = proxy.seen(1)
    assert seen.misbehaviours
    assert had(real) == before
    if KINDS[name].stage is Stage.HTTP:
        assert (answer.status, len(answer.body) == 0) == (
            {"empty": 200, "http-503": 503}.get(name, 500),
            name == "empty",
        )
    elif name == "fault":
        assert answer.status == 500
    else:
        expected = PARTIAL_SUCCESS if name == "partial-success" else FAILURE
        status = SUCCESS if (name, transaction) == ("not-found", "ITI-18") else expected
        assert status.encode() in answer.body


@pytest.mark.parametrize(
    ("name", "transaction"),
    [
        (name, "ITI-43" if "ITI-43" in kind.only else "ITI-18")
        for name, kind in KINDS.items()
        if kind.stage is Stage.SPOILED
    ],
)
def test_the_answer_of_the_system_behind_is_spoiled(
    watch: Any, real: Any, messages: dict[str, Message], name: str, transaction: str
) -> None:
    before = had(real)
    proxy = between(watch, real, _VALUES.get(name, name))
    right = real.post(*messages[transaction])
    try:
        answer = proxy.post(*messages[transaction])
    except (OSError, http.client.HTTPException, urllib.error.URLError):
        assert name in ("reset", "truncated")
    else:
        same = answer.body == right.body and answer.headers["Content-Type"] == right.headers["Content-Type"]
        assert not same or name in ("slow", "drip")
    assert proxy.seen(1)[0].misbehaviours
    real.seen(before + 2)
    assert had(real) == before + 2


def test_one_document_of_a_real_answer_is_held_back(watch: Any, real: Any, messages: dict[str, Message]) -> None:
    right = real.post(*messages["ITI-43"])
    answer = between(watch, real, "partial-success").post(*messages["ITI-43"])
    before, after = (_retrieved(each.body) for each in (right, answer))
    assert (before.response.status, len(before.documents)) == (SUCCESS, 2)
    assert (after.response.status, len(after.documents)) == (PARTIAL_SUCCESS, 1)
    assert after.documents[0] == before.documents[0]
    [error] = after.response.errors
    assert (error.code, error.location) == ("XDSDocumentUniqueIdError", before.documents[1].document_unique_id)
    assert [_boundaries(each) for each in (right, answer)] == [4, 3], "its part is gone, too"


def test_one_document_alone_stays_with_an_error_beside(watch: Any, messages: dict[str, Message], real: Any) -> None:
    service, body, kind = messages["ITI-43"]
    root_at = body.index(b"<?xml") if b"<?xml" in body else body.index(b"<", body.index(b"\r\n\r\n"))
    end = body.rindex(b"\r\n--")
    root = etree.fromstring(body[root_at:end])
    last = root.findall(f".//{{{XDS}}}DocumentRequest")[-1]
    last.getparent().remove(last)
    one = body[:root_at] + etree.tostring(root) + body[end:]
    after = _retrieved(between(watch, real, "partial-success").post(service, one, kind).body)
    assert (after.response.status, len(after.documents), len(after.response.errors)) == (PARTIAL_SUCCESS, 1, 1)


def test_an_answer_without_documents_stays_as_it_is() -> None:
    asked = Misbehaviour.parse("partial-success")
    for body in (b"", b"<html/>", b"<s:Envelope xmlns:s='x'><s:Body/></s:Envelope>", b"<Envelope><broken></Envelope>"):
        draft = Draft(200, "OK", (), body)
        assert without_last(draft, asked) is draft


def test_an_answer_under_gzip_can_be_spoiled() -> None:
    envelope = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>'
    draft = readable(Draft(200, "OK", (("Content-Encoding", "gzip"),), gzip.compress(envelope)))
    assert (draft.body, draft.header("Content-Encoding")) == (envelope, "")
    spoiled = spoil(draft, [Misbehaviour.parse("invalid-xml")], "ITI-18")
    assert spoiled.applied == ("invalid-xml",)


@pytest.mark.parametrize("begin", [b"", b"\r\n"])
def test_documents_are_altered_and_the_envelope_is_not(begin: bytes) -> None:
    """Some servers write an empty line before the first boundary."""
    parts = (b"Content-ID: <root>\r\n\r\n<Envelope/>", b"Content-ID: <a>\r\n\r\nabc")
    body = begin + b"".join(b"--b\r\n%b\r\n" % part for part in parts) + b"--b--\r\n"
    draft = Draft(200, "OK", (("Content-Type", 'multipart/related; boundary="b"'),), body)
    altered = spoil(draft, [Misbehaviour.parse("altered-document")], "ITI-43").body
    assert altered == body.replace(b"abc", b"`bc")


def _retrieved(body: bytes) -> Any:
    begin, end = body.index(b"<", body.index(b"\r\n\r\n")), body.rindex(b"Envelope>") + len(b"Envelope>")
    root = etree.fromstring(body[begin:end])
    return parse_retrieve_response(root.find(f".//{{{XDS}}}RetrieveDocumentSetResponse"))


def _boundaries(answer: Any) -> int:
    count: int = answer.body.count(b"--" + answer.headers.get_param("boundary").encode())
    return count
