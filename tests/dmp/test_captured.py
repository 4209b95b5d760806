"""Reading a captured submission from a file, whatever captured it."""

import base64
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client import documents, sample
from client.source import request_body
from client.submission import Contents, prepare
from dmp.captured import CaptureError, read


@pytest.fixture(scope="module")
def message() -> tuple[bytes, dict[str, bytes]]:
    """A SOAP envelope, and the documents by id that travel with it."""
    prepared = prepare(
        Contents((documents.prepare(sample.fresh().letter),)), source_id="2.999.1", now=datetime(2026, 3, 1, tzinfo=UTC)
    )
    envelope = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>%b</s:Body></s:Envelope>'
    contents = {d.entry.entry_uuid: b"".join(d.chunks()) for d in prepared.documents}
    return envelope % request_body(prepared), contents


def mime(envelope: bytes, contents: dict[str, bytes], newline: bytes = b"\r\n", encoding: bytes = b"binary") -> bytes:
    parts = [b"Content-Type: application/xop+xml" + 2 * newline + envelope]
    for uuid, content in contents.items():
        identifier = f"{uuid.removeprefix('urn:uuid:')}@carnet".encode()
        if encoding == b"base64":
            content = base64.encodebytes(content)
        parts.append(
            newline.join((b"Content-ID: <%b>" % identifier, b"Content-Transfer-Encoding: " + encoding, b"", content))
        )
    return b"".join(b"--xx" + newline + part + newline for part in parts) + b"--xx--" + newline


@pytest.mark.parametrize("newline", [b"\r\n", b"\n"])
@pytest.mark.parametrize("encoding", [b"binary", b"base64"])
@pytest.mark.parametrize("before", [b"", b"POST /repository HTTP/1.1\r\nHost: localhost\r\n\r\n"])
def test_documents_come_out_byte_for_byte(message: Any, newline: bytes, encoding: bytes, before: bytes) -> None:
    envelope, contents = message
    found = read(before + mime(envelope, contents, newline, encoding))
    assert found is not None
    assert found.documents == contents
    assert [entry.entry_uuid for entry in found.submission.entries] == list(contents)
    assert found.content(next(iter(contents)).upper()) == next(iter(contents.values()))


def test_inline_documents_are_read_too(message: Any) -> None:
    envelope, contents = message
    ((uuid, content),) = contents.items()
    begin, end = envelope.index(b"<xop:Include"), envelope.index(b"</xds:Document>")
    inline = envelope[:begin] + base64.b64encode(content) + envelope[end:]
    found = read(inline)
    assert found is not None
    assert found.documents == {uuid: content}


def test_what_is_no_message_is_left_to_others() -> None:
    assert read(b"<Signature/>") is None
    assert read(b"") is None


@pytest.mark.parametrize("spoiled", [b"<s:Envelope ", b"<s:Envelope></s:Envelope>", b"<Envelope><a></Envelope>"])
def test_a_broken_message_is_told(spoiled: bytes) -> None:
    with pytest.raises(CaptureError):
        read(spoiled)


@given(st.binary(max_size=300), st.integers(0, 2**16))
def test_no_bytes_raise_anything_else(message: Any, noise: bytes, at: int) -> None:
    whole = mime(*message)
    at %= len(whole)
    for data in (noise, whole[:at], whole[:at] + noise + whole[at:]):
        with suppress(CaptureError):
            read(data)
