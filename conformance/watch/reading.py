"""An HTTP/1.1 request off the socket, as it stands: the head as bytes, the body in pieces. RFC 9112.

Written for hostile clients: everything has a limit, and what cannot be read is `Unreadable` with the status to answer.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, Final

HEAD: Final = 64 << 10
"""Bytes of a whole head."""
PIECE: Final = 64 << 10
INFLATED: Final = 256 << 20
"""Bytes that gzip may give."""
_REQUEST_LINE: Final = re.compile(rb"([A-Z]{1,20}) ([!-~]{1,8000}) HTTP/1\.([01])\r?\n")
_HEADER: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*\r?\n")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(;[^\r\n]*)?\r?\n")
_LINE: Final = 4096


class Unreadable(Exception):
    """The request breaks HTTP, or is more than is read; the connection ends after the answer."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Head:
    """Request line and headers."""

    raw: bytes
    """As received, with the empty line."""
    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    """Names in lower case, in the order received."""
    minor: int
    """1 of HTTP/1.1."""

    def get(self, name: str) -> str:
        """The values of a header, joined by commas; empty when it is absent."""
        return ", ".join(value for key, value in self.headers if key == name)

    @property
    def keeps_alive(self) -> bool:
        told = {word.strip().lower() for word in self.get("connection").split(",")}
        return "close" not in told and (self.minor == 1 or "keep-alive" in told)

    @property
    def expects_continue(self) -> bool:
        return self.get("expect").strip().lower() == "100-continue"


def read_head(stream: IO[bytes]) -> Head | None:
    """The next head; None at the end of the connection. Raises `Unreadable`, and what the socket raises."""
    first = stream.readline(8192)
    while first in (b"\r\n", b"\n"):  # RFC 9112 2.2
        first = stream.readline(8192)
    if not first:
        return None
    line = _REQUEST_LINE.fullmatch(first)
    if line is None:
        raise Unreadable(HTTPStatus.BAD_REQUEST, "the first line is not that of an HTTP/1.1 request")
    raw = [first]
    headers = []
    size = len(first)
    while True:
        following = stream.readline(HEAD)
        raw.append(following)
        size += len(following)
        if size > HEAD:
            raise Unreadable(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"the head is larger than {HEAD} bytes")
        if following in (b"\r\n", b"\n"):
            break
        header = _HEADER.fullmatch(following)
        if header is None:
            raise Unreadable(HTTPStatus.BAD_REQUEST, "a line of the head is not a header")
        headers.append((header[1].decode("ascii").lower(), header[2].decode("latin-1")))
    path, _, query = line[2].decode("ascii").partition("?")
    return Head(b"".join(raw), line[1].decode("ascii"), path, query, tuple(headers), int(line[3]))


def read_body(stream: IO[bytes], head: Head, limit: int) -> Iterator[bytes]:
    """The body in pieces, chunks undone. Raises `Unreadable`."""
    lengths = {value.strip() for key, value in head.headers if key == "content-length"}
    coding = head.get("transfer-encoding").strip().lower()
    if coding:
        if coding != "chunked" or lengths:
            # RFC 9112 6.1: two ways to find the end of a message are one too many
            raise Unreadable(HTTPStatus.BAD_REQUEST, "Transfer-Encoding is not chunked alone")
        yield from _chunks(stream, limit)
        return
    if not lengths:
        return
    length = lengths.pop()
    if lengths or not length.isascii() or not length.isdigit():
        raise Unreadable(HTTPStatus.BAD_REQUEST, "Content-Length is not one number")
    if int(length) > limit:
        raise Unreadable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the message is larger than {limit} bytes")
    yield from _exactly(stream, int(length))


def _exactly(stream: IO[bytes], left: int) -> Iterator[bytes]:
    while left:
        piece = stream.read(min(left, PIECE))
        if not piece:
            raise Unreadable(HTTPStatus.BAD_REQUEST, f"the message ends {left} bytes early")
        left -= len(piece)
        yield piece


def _chunks(stream: IO[bytes], limit: int) -> Iterator[bytes]:
    total = 0
    while True:
        size = _CHUNK.fullmatch(stream.readline(_LINE))
        if size is None:
            raise Unreadable(HTTPStatus.BAD_REQUEST, "a chunk has no size")
        length = int(size[1], 16)
        total += length
        if total > limit:
            raise Unreadable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the message is larger than {limit} bytes")
        if not length:
            break
        yield from _exactly(stream, length)
        if stream.readline(3) not in (b"\r\n", b"\n"):
            raise Unreadable(HTTPStatus.BAD_REQUEST, "a chunk is longer than its size")
    for _ in range(100):  # trailers
        line = stream.readline(_LINE)
        if line in (b"\r\n", b"\n", b""):
            return
    raise Unreadable(HTTPStatus.BAD_REQUEST, "the trailers never end")


def decoded(body: bytes, content_encoding: str) -> bytes:
    """The body without its gzip, within bounds; as it is under any other coding, and when that fails."""
    if content_encoding.strip().lower() != "gzip":
        return body
    inflate = zlib.decompressobj(wbits=31)
    try:
        content = inflate.decompress(body, INFLATED)
    except zlib.error:
        return body
    return content if inflate.eof else body
