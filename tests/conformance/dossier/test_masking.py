"""The approval number under every coding that a message allows: masked, or not exported."""

import base64
import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conformance.dossier.contents import Contents
from conformance.dossier.masking import exported
from conformance.dossier.sources import Recorded, Side
from conformance.model import Verdict

NUMBER = "HOMO-4711"
ATTRIBUTE = (
    '<saml2:Attribute xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" Name="LPS_ID_HOMOLOGATION_DMP">'
    "<saml2:AttributeValue>{}</saml2:AttributeValue></saml2:Attribute>"
)
ENVELOPE = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">{}</s:Envelope>'


def recorded(request: Side, response: Side | None = None) -> Recorded:
    now = datetime.now(UTC)
    return Recorded("x", Path(), "dmp", now, Verdict.PASS, 200, "Success", (), (), (), request, response, Contents())


def side(body: bytes, content_type: str = "application/soap+xml", head: bytes = b"POST / HTTP/1.1\r\n\r\n") -> Side:
    return Side(head, body, content_type)


def message(value: str = NUMBER) -> bytes:
    return ENVELOPE.format(ATTRIBUTE.format(value)).encode()


def multipart(root: bytes, coding: str = "binary", *others: bytes) -> Side:
    parts = [f"Content-Type: application/xop+xml\r\nContent-Transfer-Encoding: {coding}\r\n\r\n".encode() + root]
    parts += [b"Content-Type: text/plain\r\n\r\n" + other for other in others]
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"
    return side(body, 'multipart/related; boundary="b"; type="application/xop+xml"')


def test_as_many_characters_stand_in_its_place() -> None:
    masked = exported(recorded(side(message())))
    assert masked.request is not None
    assert masked.request.body == message("X" * len(NUMBER))
    assert masked.number
    assert masked.withheld == ()


def test_it_is_masked_wherever_it_stands_in_the_exchange() -> None:
    request = multipart(message(), "binary", b"approval " + NUMBER.encode())
    answer = side(b"<x>no such " + NUMBER.encode() + b"</x>", head=b"HTTP/1.1 200 OK\r\nX-Echo: " + NUMBER.encode())
    masked = exported(recorded(request, answer))
    assert masked.request is not None
    assert masked.response is not None
    for one in (masked.request, masked.response):
        assert NUMBER.encode() not in one.head + one.body
    assert len(masked.request.body) == len(request.body)


def test_a_short_number_is_masked_by_its_place() -> None:
    masked = exported(recorded(side(message("7"))))
    assert masked.request is not None
    assert masked.request.body == message("X")


def test_an_empty_number_hides_nothing() -> None:
    masked = exported(recorded(side(message(""))))
    assert masked.request is not None
    assert masked.request.body == message("")


def test_a_message_without_a_number_is_exact() -> None:
    body = b"<x>\xff not even text</x>"
    masked = exported(recorded(side(body)))
    assert masked.request is not None
    assert masked.request.body == body
    assert not masked.number


def test_a_number_in_a_cdata_section_is_masked() -> None:
    masked = exported(recorded(side(message(f"<![CDATA[{NUMBER}]]>"))))
    assert masked.request is not None
    assert NUMBER.encode() not in masked.request.body


def test_a_number_in_character_references_is_masked_by_its_place() -> None:
    written = "".join(f"&#{ord(c)};" for c in NUMBER)
    masked = exported(recorded(side(message(written))))
    assert masked.request is not None
    assert masked.request.body == message("X" * len(written))


@pytest.mark.parametrize(
    "hidden",
    [
        side(message("HOMOLOGATION")),
        multipart(base64.encodebytes(message()), "base64"),
        multipart(message().replace(b"HOMO", b"=48=4F=4D=4F"), "quoted-printable"),
        side(gzip.compress(message()), head=b"POST / HTTP/1.1\r\nContent-Encoding: gzip\r\n\r\n"),
        side(ENVELOPE.format(ATTRIBUTE.format(NUMBER[:4] + "<!-- -->" + NUMBER[4:])).encode()),
        side(message()[:-3].replace(NUMBER.encode(), b"<b/>" + NUMBER.encode())),
    ],
    ids=["name", "base64", "quoted-printable", "gzip", "comment", "not-xml"],
)
def test_what_cannot_be_masked_with_certainty_is_not_exported(hidden: Side) -> None:
    masked = exported(recorded(hidden))
    assert masked.request is None
    assert masked.withheld == ("request",)


def test_private_keys_never_leave_not_even_unmasked() -> None:
    key = b"-----BEGIN RSA PRIVATE KEY-----\r\nMIIE\r\n-----END RSA PRIVATE KEY-----"
    request = side(b"<x>" + key + b"</x>")
    for unmasked in (True, False):
        masked = exported(recorded(request), unmasked=unmasked)
        assert masked.request is not None
        assert b"MIIE" not in masked.request.body
        assert len(masked.request.body) == len(request.body)


def test_credentials_of_http_are_masked() -> None:
    head = b"POST / HTTP/1.1\r\nAuthorization: Basic c2VjcmV0\r\nHost: x\r\nCookie: a=b\r\n\r\n"
    masked = exported(recorded(side(b"<x/>", head=head)))
    assert masked.request is not None
    assert b"c2VjcmV0" not in masked.request.head
    assert b"a=b" not in masked.request.head
    assert b"Host: x" in masked.request.head
    assert len(masked.request.head) == len(head)


def test_unmasked_is_exact() -> None:
    masked = exported(recorded(side(message())), unmasked=True)
    assert masked.request is not None
    assert masked.request.body == message()
