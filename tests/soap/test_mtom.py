"""MTOM as other stacks write it, and as we write it."""

import io
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest

from soap.message import Limits, OutgoingPart
from soap.mime import parse_media_type
from soap.mtom import MtomMessage, MtomWriter
from soap.xop import include_href, match_href

DOCUMENT = "Compte rendu\r\nrésultat\n".encode()


@pytest.mark.parametrize("stack", ["cxf", "axis2", "wcf", "metro", "soapui"])
def test_the_messages_of_other_stacks_are_read(toy: Any, wire: Callable[[str], bytes], stack: str) -> None:
    head, _, content = wire(f"{stack}.http").partition(b"\r\n\r\n")
    answer = toy.post(content, head.decode().removeprefix("Content-Type: "))
    assert answer.status == 200
    (request,) = toy.seen
    href = include_href(request.body[0])
    assert href is not None
    assert toy.received[match_href(href, toy.received)] == DOCUMENT


def test_what_we_write_is_read_by_the_standard_library() -> None:
    writer = MtomWriter()
    parts = [
        OutgoingPart("d1@toy", "text/plain", [b"one\r\n", memoryview(b"two")], 8),
        OutgoingPart("d2@toy", "a/b", []),
    ]
    content = b"".join(writer.chunks(b"<Envelope/>", parts))
    head = f"MIME-Version: 1.0\r\nContent-Type: {writer.content_type()}\r\n\r\n".encode()
    message = message_from_bytes(head + content, policy=policy.HTTP)
    root, first, second = message.iter_parts()
    assert message.get_param("type") == "application/xop+xml"
    assert root["Content-ID"] == message.get_param("start")
    assert (root.get_content_type(), root.get_param("charset")) == ("application/xop+xml", "UTF-8")
    assert root.get_param("type") == "application/soap+xml"
    assert root.get_payload() == "<Envelope/>"
    assert (first["Content-ID"], first["Content-Transfer-Encoding"]) == ("<d1@toy>", "binary")
    assert first.get_payload(decode=True) == b"one\r\ntwo"
    assert (second["Content-Type"], second.get_payload(decode=True)) == ("a/b", b"")


def test_the_length_is_told_when_every_part_tells_its_own() -> None:
    writer = MtomWriter()
    known = [OutgoingPart("d1@toy", "text/plain", [b"12345"], 5)]
    content = b"".join(writer.chunks(b"<Envelope/>", known))
    assert writer.length(b"<Envelope/>", known) == len(content)
    assert writer.length(b"", [*known, OutgoingPart("d2@toy", "a/b", [])]) is None


def test_a_part_that_is_not_as_long_as_it_said_is_an_error() -> None:
    with pytest.raises(ValueError, match="gave 5 bytes and announced 6"):
        list(MtomWriter().chunks(b"", [OutgoingPart("d1@toy", "text/plain", [b"12345"], 6)]))


@pytest.mark.parametrize(("content_id", "kind"), [("a\r\nX: y", "a/b"), ("a", "a/b\r\n\r\nx")])
def test_a_line_end_cannot_be_smuggled_into_part_headers(content_id: str, kind: str) -> None:
    with pytest.raises(ValueError, match="line end"):
        list(MtomWriter().chunks(b"", [OutgoingPart(content_id, kind, [])]))


def test_parts_are_taken_one_at_a_time_as_they_are_written() -> None:
    begun: list[int] = []

    def part(number: int) -> OutgoingPart:
        def chunks() -> Iterator[bytes]:
            begun.append(number)
            yield b"x"

        return OutgoingPart(str(number), "a/b", chunks())

    chunks = MtomWriter().chunks(b"", (part(number) for number in range(3)))
    for _ in range(3):
        next(chunks)
    assert begun == [0]


def test_attachments_before_the_root_wait_on_disk_and_come_first(multipart: Any, root_part: Any) -> None:
    content, content_type = multipart(
        ("Content-ID: <a>\nContent-Type: text/a", b"AA"), root_part(), ("Content-ID: <b>", b"B")
    )
    message = MtomMessage(io.BytesIO(content).read, parse_media_type(content_type), Limits())
    first = next(message.attachments)
    assert (first.content_id, first.content_type) == ("a", "text/a")
    assert [bytes(piece) for piece in first.chunks()] == [b"AA"]
    assert [part.content_id for part in message.attachments] == ["b"]
    assert message.ended
    message.close()
