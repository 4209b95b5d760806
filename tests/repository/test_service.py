"""The repository behind its SOAP service: whole HTTP bodies in, whole HTTP bodies out."""

import hashlib
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lxml import etree

from metadata.responses import parse_registry_response, parse_retrieve_response
from repository.service import operations
from soap.service import service

BOUNDARY = b"----test-boundary"
PROVIDE = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
RETRIEVE = "urn:ihe:iti:2007:RetrieveDocumentSet"
OURS = "2.999.31.1"


class Answer:
    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = status
        self.content_type = dict(headers)["Content-Type"]
        assert dict(headers).get("Content-Length", str(len(body))) == str(len(body))
        boundary = b"\r\n--" + self.content_type.partition('boundary="')[2].partition('"')[0].encode()
        self.parts = {}
        for piece in (b"\r\n" + body).split(boundary)[1:-1]:
            head, _, content = piece.partition(b"\r\n\r\n")
            self.parts[head.partition(b"Content-ID: <")[2].partition(b">")[0].decode()] = (head, content)
        root = next(iter(self.parts.values()))[1] if self.parts else body
        self.envelope = etree.fromstring(root)
        self.body = self.envelope.find("{*}Body")[0]  # type: ignore[index]

    @property
    def action(self) -> str:
        return str(self.envelope.findtext("{*}Header/{*}Action"))


def pieces_of(message: bytes, size: int = 8000) -> Iterator[bytes]:
    for at in range(0, len(message), size):
        yield message[at : at + size]


class Input:
    """wsgi.input over pieces that are made while they are read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int) -> bytes:
        self._rest = self._rest or next(self._pieces, b"")
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


def exchange(
    bench: Any, pieces: Iterator[bytes], take: Callable[[Any], bytes] = b"".join
) -> tuple[str, list[tuple[str, str]], bytes]:
    """Status, headers and what `take` made of the body."""
    application = service("repository", operations(bench.repository))
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": (
            f'multipart/related; type="application/xop+xml"; boundary="{BOUNDARY.decode()}"; start="<root@test>"; '
            'start-info="application/soap+xml"'
        ),
        "wsgi.input": Input(pieces),
        "wsgi.input_terminated": True,
        "REMOTE_ADDR": "127.0.0.1",
    }
    started: list[Any] = []
    body = application(environ, lambda status, headers: started.extend((status, headers)))
    try:
        return started[0], started[1], take(body)
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()


def call(bench: Any, pieces: Iterator[bytes]) -> Answer:
    return Answer(*exchange(bench, pieces))


def head(content_type: str, content_id: str) -> bytes:
    return b"\r\n--%b\r\nContent-Type: %b\r\nContent-ID: <%b>\r\n\r\n" % (
        BOUNDARY,
        content_type.encode(),
        content_id.encode(),
    )


def root(action: str, body: bytes) -> bytes:
    return head("application/xop+xml", "root@test") + (
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing">'
        b'<s:Header><a:Action s:mustUnderstand="true">%b</a:Action><a:MessageID>urn:uuid:1</a:MessageID></s:Header>'
        b"<s:Body>%b</s:Body></s:Envelope>" % (action.encode(), body)
    )


END = b"\r\n--%b--\r\n" % BOUNDARY


def whole(message: Any) -> bytes:
    parts = b"".join(head("text/plain", part.content_id) + b"".join(part.pieces) for part in message.parts)
    return root(PROVIDE, etree.tostring(message.body())) + parts + END


def retrieval(*unique_ids: str) -> bytes:
    asked = "".join(
        f"<x:DocumentRequest><x:RepositoryUniqueId>{OURS}</x:RepositoryUniqueId>"
        f"<x:DocumentUniqueId>{unique_id}</x:DocumentUniqueId></x:DocumentRequest>"
        for unique_id in unique_ids
    )
    body = f'<x:RetrieveDocumentSetRequest xmlns:x="urn:ihe:iti:xds-b:2007">{asked}</x:RetrieveDocumentSetRequest>'
    return root(RETRIEVE, body.encode()) + END


def test_what_was_provided_is_retrieved(bench: Any, message_of: Any) -> None:
    contents = {"doc1": b"\r\n", "doc2": b"", "doc3": bytes(range(256)) * 300}
    provided = call(bench, pieces_of(whole(message_of(**contents)), 1000))
    assert provided.status == "200 OK"
    assert provided.action == PROVIDE + "Response"
    assert parse_registry_response(provided.body).succeeded
    assert provided.content_type.startswith("multipart/related;"), "ITI-41 is answered in its own packaging"
    retrieved = call(bench, pieces_of(retrieval(*[f"2.999.31.100.{n}" for n in (1, 2, 3)])))
    assert retrieved.action == RETRIEVE + "Response"
    answer = parse_retrieve_response(retrieved.body)
    assert answer.response.succeeded
    found = {d.document_unique_id: retrieved.parts[(d.href or "").removeprefix("cid:")][1] for d in answer.documents}
    assert [found[f"2.999.31.100.{n}"] for n in (1, 2, 3)] == list(contents.values())


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.99])
def test_a_message_that_is_cut_leaves_nothing(bench: Any, message_of: Any, keep: float) -> None:
    message = whole(message_of(doc1=b"x" * 20_000, doc2=b"y" * 20_000))
    answer = call(bench, pieces_of(message[: int(len(message) * keep)]))
    assert answer.status.startswith("400")
    assert answer.body.tag == "{http://www.w3.org/2003/05/soap-envelope}Fault"
    assert bench.holds_nothing()
    assert bench.registry.asked == 0


def test_a_body_that_breaks_its_schema_is_a_failure_that_says_where(bench: Any, message: Any) -> None:
    broken = whole(message).replace(b"RegistryObjectList", b"RegistryThingList")
    response = parse_registry_response(call(bench, pieces_of(broken)).body)
    assert not response.succeeded
    assert {error.code for error in response.errors} == {"XDSRepositoryMetadataError"}
    assert "[xml.schema" in response.errors[0].context
    assert bench.holds_nothing()


def test_a_retrieval_that_breaks_its_schema_is_a_failure(bench: Any) -> None:
    broken = retrieval("2.999.1").replace(b"RepositoryUniqueId", b"RepositoryId")
    answer = parse_retrieve_response(call(bench, pieces_of(broken)).body)
    assert {error.code for error in answer.response.errors} == {"XDSRepositoryError"}
    assert "[xml.schema" in answer.response.errors[0].context


def test_20_megabytes_pass_both_ways_without_standing_in_memory(bench: Any, message: Any) -> None:
    block, blocks = bytes(range(256)) * 256, 320
    size = len(block) * blocks
    digest = hashlib.sha1(block * blocks).hexdigest()

    def upload() -> Iterator[bytes]:
        yield root(PROVIDE, etree.tostring(message.body())) + head("text/plain", "doc1@test")
        for _ in range(blocks):
            yield block
        yield END

    received = hashlib.sha1()
    counted = 0

    def swallow(body: Any) -> bytes:
        """Hashes the document, keeps what stands around it."""
        nonlocal counted
        kept, inside = b"", False
        for piece in body:
            if not inside:
                kept += piece
                begin = kept.find(b"\r\n\r\n", kept.find(b"Content-ID: <document"))
                if b"Content-ID: <document" in kept and begin >= 0:
                    inside, piece = True, kept[begin + 4 :]
                    kept = kept[: begin + 4]
                else:
                    continue
            wanted = piece[: size - counted]
            received.update(wanted)
            counted += len(wanted)
            kept += piece[len(wanted) :]
        return kept

    call(bench, pieces_of(retrieval("2.999.1")))  # imports and schemas are not what is measured
    tracemalloc.start()
    try:
        provided = call(bench, upload())
        assert parse_registry_response(provided.body).succeeded
        _, headers, around = exchange(bench, pieces_of(retrieval("2.999.31.100.1")), swallow)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert counted == size == int(dict(headers)["Content-Length"]) - len(around)
    assert received.hexdigest() == digest == bench.rows()["2.999.31.100.1"].sha1
    assert peak < 6_000_000, f"{peak} bytes in memory at once"
