"""The unusual messages of the suite are legal: what reads them by the book finds in them what was meant."""

import io
from collections.abc import Callable
from email import policy
from email.message import Message
from email.parser import BytesParser
from http.client import HTTPResponse
from typing import Any

import pytest
from lxml import etree

from conformance.cases._packed import CONTENT, Packed
from conformance.cases._soap import QUERY_ACTION, chunked
from conformance.cases.soap_headers import UNUSUAL as HEADERS
from conformance.cases.soap_mtom_requests import UNUSUAL as PACKED
from conformance.cases.soap_xml import UNUSUAL as ENVELOPES
from conformance.messages import names as n
from conformance.messages.envelope import Envelope
from conformance.messages.objects import Entry, Submission, new_uuid
from conformance.messages.requests import stored_query
from conformance.model import MUST

BODY = stored_query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [new_uuid()])])
ENVELOPE = Envelope(BODY, QUERY_ACTION, "http://registry.example/")
ENTRY = Entry("p^^^&1.2.3&ISO", content=CONTENT)
MESSAGE = Packed(Envelope(Submission.of(ENTRY).provide(), "urn:a", "http://r/").xml(), ENTRY)


@pytest.mark.parametrize("unusual", [*ENVELOPES, *HEADERS], ids=lambda each: each.id)
def test_an_unusual_envelope_asks_the_same_question(unusual: Any) -> None:
    written = unusual.write(ENVELOPE)
    assert written != ENVELOPE.xml()
    root = etree.fromstring(written)
    said = {
        name: [each.text.strip() for each in root.findall(f"{{{n.SOAP12}}}Header/{{{n.WSA}}}{name}") if each.text]
        for name in ("Action", "MessageID")
    }
    assert said["Action"] == [QUERY_ACTION]
    assert len(said["MessageID"]) == 1
    asked = root.findall(f".//{{{n.RIM}}}Value")
    assert [each.text for each in asked] == [each.text for each in etree.fromstring(BODY).iter(f"{{{n.RIM}}}Value")]
    assert [each.tag for each in root.iterchildren(tag=etree.Element)] == [
        f"{{{n.SOAP12}}}Header",
        f"{{{n.SOAP12}}}Body",
    ]


@pytest.mark.parametrize(
    "unusual", [each for each in [*ENVELOPES, *HEADERS] if each.level is MUST], ids=lambda each: each.id
)
def test_what_must_be_taken_has_the_headers_that_the_framework_asks_of_its_sender(unusual: Any) -> None:
    """ITI TF-2 V.3.2.2: IHE-WSA101, IHE-WSA102"""
    header = etree.fromstring(unusual.write(ENVELOPE)).find(f"{{{n.SOAP12}}}Header")
    assert header is not None
    action = header.find(f"{{{n.WSA}}}Action")
    assert action is not None
    assert action.get(f"{{{n.SOAP12}}}mustUnderstand") in ("1", "true")
    assert header.find(f"{{{n.WSA}}}ReplyTo") is not None


def parts_of(packed: Packed) -> list[Message]:
    """By the standard library; the transfer coding was undone before."""
    head = f"Content-Type: {packed.content_type}\r\n\r\n".encode()
    whole: Any = BytesParser(policy=policy.HTTP).parsebytes(head + unchunked(packed))
    return list(whole.iter_parts())


def unchunked(packed: Packed) -> bytes:
    return packed.body() if not packed.http else read_chunked(packed.body())


@pytest.mark.parametrize("unusual", PACKED, ids=lambda each: each.id)
def test_an_unusual_multipart_message_holds_the_same_parts(unusual: Any) -> None:
    packed = unusual.change(MESSAGE)
    found: list[Any] = parts_of(packed)
    payloads = [each.get_payload(decode=True) for each in found]
    assert CONTENT in payloads
    roots = [each for each in payloads if b"Envelope" in each]
    assert len(roots) == 1
    assert etree.fromstring(roots[0]).tag == f"{{{n.SOAP12}}}Envelope"


class Wire:
    """Bytes as if a socket had brought them."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def makefile(self, *_: Any) -> io.BytesIO:
        return io.BytesIO(self.data)


def read_chunked(body: bytes) -> bytes:
    wire: Any = Wire(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
    response = HTTPResponse(wire)
    response.begin()
    return response.read()


@pytest.mark.parametrize(
    "write",
    [
        chunked,
        lambda body: chunked(body, [1, 2, 3]),
        lambda body: chunked(body, [5] * 9, extension=";a=1", trailer=b"X-Note: 1\r\n"),
        lambda body: chunked(body, [10_000]),
    ],
)
def test_chunks_add_up_to_the_body(write: Callable[[bytes], bytes]) -> None:
    body = bytes(range(256))
    assert read_chunked(write(body)) == body
