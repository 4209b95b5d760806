"""What was captured, taken apart: an HTTP request or answer, headers with a body, or a body alone."""

import re
import zlib
from dataclasses import dataclass, field
from typing import Final

from conformance.judging.book import rule
from conformance.judging.place import Piece
from conformance.judging.remark import Remark
from conformance.model import MUST, SHOULD

_REQUEST: Final = re.compile(rb"\A(?:\r?\n)?([A-Z]{3,16}) (\S{1,4000}) HTTP/1\.[01]\r?\n")
_STATUS: Final = re.compile(rb"\A(?:\r?\n)?HTTP/[12](?:\.[01])? (\d{3})(?: [^\r\n]*)?\r?\n")
_HEADER: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,80})[ \t]*:[ \t]*([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)\r?\n")
_END_OF_HEAD: Final = re.compile(rb"\r?\n")
_DELIMITER: Final = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?\n(?=[!-9;-~]{1,80}:|\r?\n)", re.MULTILINE)
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_PREAMBLE: Final = 64 << 10
_INFLATED: Final = 64 << 20

_METHOD = rule(
    "wire.http.method",
    MUST,
    "SOAP 1.2 Part 2 7.4",
    "the request is a {got}; a SOAP message is sent by POST",
    "la requête est un {got} ; un message SOAP s'envoie par POST",
)
_LENGTH = rule(
    "wire.http.length",
    MUST,
    "RFC 9112 6.2",
    "Content-Length says {got} bytes and the body has {expected}",
    "Content-Length annonce {got} octets et le corps en a {expected}",
)
_CHUNKS = rule(
    "wire.http.chunked",
    MUST,
    "RFC 9112 7.1",
    "Transfer-Encoding says chunked, and the body is not a sequence of chunks that ends with one of size 0",
    "Transfer-Encoding annonce chunked, et le corps n'est pas une suite de morceaux terminée par un morceau vide",
)
_CODING = rule(
    "wire.http.coding",
    MUST,
    "RFC 9110 8.4",
    "Content-Encoding is {got} and the body cannot be read as that",
    "Content-Encoding vaut {got} et le corps ne peut être lu ainsi",
)
_NO_TYPE = rule(
    "wire.http.type-missing",
    MUST,
    "RFC 9110 8.3",
    "there is no Content-Type; SOAP 1.2 is application/soap+xml, MTOM is multipart/related",
    "il n'y a pas de Content-Type ; SOAP 1.2 s'annonce application/soap+xml, MTOM multipart/related",
)
_LINE_ENDS = rule(
    "wire.http.lf",
    SHOULD,
    "RFC 9112 2.2",
    "the headers end their lines with LF alone; HTTP and MIME have CRLF (an editor or git may have changed the file)",
    "les en-têtes finissent leurs lignes par LF seul ; HTTP et MIME veulent CRLF (un éditeur ou git a pu changer le "
    "fichier)",
)


@dataclass(frozen=True, slots=True)
class Capture:
    """One message as it lay in the file."""

    body: Piece
    content_type: str | None = None
    """None: nothing says it."""
    http: str = ""
    """`request`, `response`, or empty for what has no start line."""
    status: int = 0
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case; the first of a repeated name counts."""
    remarks: tuple[Remark, ...] = ()


def read(data: bytes, content_type: str | None) -> Capture:
    """Take a captured file apart; what has no headers is its own body."""
    whole = Piece.whole(data)
    request, status = _REQUEST.match(data), _STATUS.match(data)
    start = request or status
    headers, end = _headers(data, start.end() if start else 0)
    # a delimiter such as --uuid:4711 reads like a header
    if start is None and (data.startswith(b"--") or not _is_head(headers)):
        return Capture(whole, content_type)
    remarks: list[Remark] = []
    if request is not None and request[1] != b"POST":
        remarks.append(_METHOD("line 1", got=request[1].decode()))
    lf_only = b"\r\n" not in data[:end]
    if lf_only:
        remarks.append(_LINE_ENDS("line 1"))
    body = _unchunked(whole.cut(end), headers, remarks, lf_only)
    body = _inflated(body, headers, remarks)
    told = headers.get("content-type", content_type)
    if told is None and len(body.data):
        remarks.append(_NO_TYPE("line 1"))
    return Capture(
        body,
        told,
        "request" if request else "response" if status else "",
        int(status[1]) if status else 0,
        request[2].decode("latin-1") if request else "",
        headers,
        tuple(remarks),
    )


def _headers(data: bytes, begin: int) -> tuple[dict[str, str], int]:
    """Headers by lower-case name, and where the body begins; nothing when there is no head that ends."""
    headers: dict[str, str] = {}
    at = begin
    while len(headers) < 200:
        blank = _END_OF_HEAD.match(data, at)
        if blank is not None:
            return headers, blank.end()
        found = _HEADER.match(data, at)
        if found is None:
            break
        text = re.sub(r"\r?\n[ \t]+", " ", found[2].decode("utf-8", "replace"))
        headers.setdefault(found[1].decode("ascii").lower(), text.strip())
        at = found.end()
    return headers, at


def _is_head(headers: dict[str, str]) -> bool:
    return "content-type" in headers or "mime-version" in headers


def _unchunked(body: Piece, headers: dict[str, str], remarks: list[Remark], lf_only: bool) -> Piece:
    if "chunked" in headers.get("transfer-encoding", "").lower():
        joined, complete = _chunks(body)
        if joined is None:
            return body  # captured after the chunks were joined: the header alone is left of them
        if not complete and not lf_only:
            remarks.append(_CHUNKS(f"line {body.line(0)}"))
        return joined
    announced = headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and len(announced) < 19 and not lf_only:
        length = int(announced)
        if body.data[length : length + 7] == b"HTTP/1.":  # the answer lies behind the request
            return body.cut(0, length)
        if length != len(body.data):
            remarks.append(_LENGTH("Content-Length", got=announced, expected=len(body.data)))
            if length and body.data[length:].strip() == b"":
                return body.cut(0, length)
    return body


def _chunks(body: Piece) -> tuple[Piece | None, bool]:
    """The chunks joined, and whether they come to their end; None for what does not begin as chunks do."""
    data, at, joined = body.data, 0, bytearray()
    segments: list[tuple[int, int]] = []
    while (size := _CHUNK.match(data, at)) is not None:
        length = int(size[1], 16)
        if not length:
            return (Piece(bytes(joined), body.file, tuple(segments)), True) if segments else (None, False)
        begin = size.end()
        segments.append((len(joined), body.segments[0][1] + begin))
        joined += data[begin : begin + length]
        at = begin + length
        if at > len(data):
            break
        if (end := _END_OF_HEAD.match(data, at)) is None:
            break
        at = end.end()
    return (Piece(bytes(joined), body.file, tuple(segments)), False) if segments else (None, False)


def _inflated(body: Piece, headers: dict[str, str], remarks: list[Remark]) -> Piece:
    coding = headers.get("content-encoding", "").strip().lower()
    if coding in ("", "identity"):
        return body
    if coding in ("gzip", "x-gzip", "deflate"):
        inflate = zlib.decompressobj(wbits=47)
        try:
            content = inflate.decompress(body.data, _INFLATED)
        except zlib.error:
            content = b""
        if content and inflate.eof:
            return Piece.decoded(content, body.file)
    if not body.data[:64].lstrip().startswith((b"<", b"--")):  # else it was captured already decoded
        remarks.append(_CODING("Content-Encoding", got=coding))
    return body


def boundary_in(data: bytes) -> str | None:
    """The boundary of a multipart body, by its first line that looks like one; a preamble may stand before it."""
    found = _DELIMITER.search(data, 0, _PREAMBLE)
    return None if found is None else found[1].decode("utf-8", "surrogateescape")
