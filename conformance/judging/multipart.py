"""The parts of a captured multipart body, read leniently, with what is wrong in how they are packed."""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from conformance.judging.book import rule
from conformance.judging.capture import boundary_in
from conformance.judging.place import Piece
from conformance.judging.remark import Remark
from conformance.model import MUST, SHOULD

MAX_PARTS: Final = 1_000
_END_OF_HEAD: Final = re.compile(rb"\r?\n\r?\n")
_BINARY: Final = frozenset({"", "binary", "8bit", "7bit"})
_BOUNDARY_FORM: Final = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_RFC2046: Final = "RFC 2046 5.1.1"

_NO_BOUNDARY = rule(
    "wire.mime.boundary-missing",
    MUST,
    _RFC2046,
    "the Content-Type multipart/related has no boundary parameter",
    "le Content-Type multipart/related n'a pas de paramètre boundary",
)
_BOUNDARY = rule(
    "wire.mime.boundary",
    MUST,
    _RFC2046,
    "the boundary {got} of the Content-Type is not found in the body{found}",
    "le boundary {got} du Content-Type n'est pas dans le corps{found}",
)
_BOUNDARY_LENGTH = rule(
    "wire.mime.boundary-form",
    MUST,
    _RFC2046,
    "the boundary {got} is not 1 to 70 characters of those that are allowed",
    "le boundary {got} n'est pas fait de 1 à 70 caractères permis",
)
_END = rule(
    "wire.mime.end",
    MUST,
    _RFC2046,
    "the closing boundary, --{boundary}--, is missing: the body is cut or was written without it",
    "le boundary final, --{boundary}--, manque : le corps est tronqué ou a été écrit sans lui",
)
_LINE_ENDS = rule(
    "wire.mime.lf",
    SHOULD,
    "RFC 2045 2.1",
    "boundaries and part headers end with LF alone; MIME has CRLF (an editor or git may have changed the file)",
    "les boundary et les en-têtes de parties finissent par LF seul ; MIME veut CRLF (un éditeur ou git a pu changer le "
    "fichier)",
)
_HEADER = rule(
    "wire.mime.header",
    MUST,
    "RFC 2045 3",
    "the part has a header line that is no header: {got}",
    "la partie a une ligne d'en-tête qui n'en est pas une : {got}",
)
_ENCODING = rule(
    "wire.mime.encoding",
    MUST,
    "RFC 2045 6",
    "Content-Transfer-Encoding {got}: the content is not that",
    "Content-Transfer-Encoding {got} : le contenu ne l'est pas",
)
_NOT_BINARY = rule(
    "wire.mime.binary",
    SHOULD,
    "XOP 1.0 4.1",
    "Content-Transfer-Encoding is {got}; MTOM sends parts as binary, and some receivers do not decode",
    "Content-Transfer-Encoding vaut {got} ; MTOM envoie les parties en binary, et des récepteurs ne décodent pas",
)
_NO_ID = rule(
    "wire.mime.content-id-missing",
    MUST,
    "XOP 1.0 4.1",
    "the part has no Content-ID, so nothing can refer to it",
    "la partie n'a pas de Content-ID : rien ne peut la désigner",
)
_ID_FORM = rule(
    "wire.mime.content-id-form",
    SHOULD,
    "RFC 2045 7",
    "Content-ID is {got}; it is written <id@domain>, in angle brackets",
    "Content-ID vaut {got} ; il s'écrit <id@domaine>, entre chevrons",
)
_ID_TWICE = rule(
    "wire.mime.content-id-repeated",
    MUST,
    "RFC 2045 7",
    "another part has the Content-ID {got} already",
    "une autre partie porte déjà le Content-ID {got}",
)
_TOO_MANY = rule(
    "wire.mime.limit",
    MUST,
    "Carnet",
    "the body has more than {count} parts; the rest is not read",
    "le corps a plus de {count} parties ; le reste n'est pas lu",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One MIME part, its transfer encoding undone."""

    number: int
    """From 1."""
    content: Piece
    line: int
    """Of its boundary, in the file; 0 when it is not known."""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content_id(self) -> str:
        """Without `<>`; empty when the part has none."""
        return self.headers.get("content-id", "").strip().removeprefix("<").removesuffix(">").strip()

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    @property
    def name(self) -> str:
        """What remarks call it."""
        return f"<{self.content_id}>" if self.content_id else f"part {self.number}"

    @property
    def where(self) -> str:
        return f"line {self.line}" if self.line else f"part {self.number}"


@dataclass(frozen=True, slots=True)
class Multipart:
    """The parts of a body, in their order."""

    parts: tuple[Part, ...]
    boundary: str
    remarks: tuple[Remark, ...]


def read(body: Piece, boundary: str | None) -> Multipart:
    """The parts of `body`; `boundary` is what the Content-Type says, None where there is no Content-Type."""
    remarks: list[Remark] = []
    used = boundary
    if boundary == "":
        remarks.append(_NO_BOUNDARY("Content-Type"))
    if not boundary or not _delimiters(body.data, boundary):
        used = boundary_in(body.data)
        if boundary:
            found = "" if used is None else f"; {used}"
            remarks.append(_BOUNDARY("Content-Type", got=boundary, found=found))
    if not used:
        return Multipart((), "", tuple(remarks))
    if not _BOUNDARY_FORM.fullmatch(used):
        remarks.append(_BOUNDARY_LENGTH(f"line {body.line(0)}", got=used))
    parts = tuple(_parts(body, used, remarks))
    return Multipart(parts, used, (*remarks, *_ids(parts)))


def _delimiters(data: bytes, boundary: str) -> list["re.Match[bytes]"]:
    """Each delimiter with the line end before it; line ends are those of the first one. # RFC 2046 5.1.1"""
    dashes = re.escape(b"--" + boundary.encode("utf-8", "surrogateescape"))
    first = re.search(rb"(?:\A|\r?\n)" + dashes + rb"[ \t]*(\r?\n)", data)
    if first is None:
        return []
    end = rb"\r\n" if first[1] == b"\r\n" else rb"\r?\n"
    # the line end behind stays: it opens the delimiter of an empty part
    delimiter = dashes + rb"(--)?[ \t]*(?=\r?\n|\Z)"
    opening = re.compile(rb"(?:\A|\r?\n)" + delimiter).search(data, first.start())
    if opening is None:
        return []
    found = [opening]
    for match in re.compile(end + delimiter).finditer(data, opening.end()):
        if found[-1][1] or len(found) > MAX_PARTS:
            break
        found.append(match)
    return found


def _parts(body: Piece, boundary: str, remarks: list[Remark]) -> Iterator[Part]:
    found = _delimiters(body.data, boundary)
    if not found:
        return
    if body.data[found[0].end() : found[0].end() + 2] != b"\r\n":
        remarks.append(_LINE_ENDS(f"line {body.line(found[0].start())}"))
    if len(found) > MAX_PARTS:
        remarks.append(_TOO_MANY(count=MAX_PARTS))
    elif not found[-1][1]:
        remarks.append(_END(f"line {body.line(len(body.data))}", boundary=boundary))
    for number, match in enumerate(found[:MAX_PARTS], 1):
        if match[1]:
            return
        end = found[number].start() if number < len(found) else len(body.data)
        yield _part(number, body.cut(match.end(), end), remarks)


def _part(number: int, piece: Piece, remarks: list[Remark]) -> Part:
    line = piece.line(0)
    head = _END_OF_HEAD.search(piece.data, 0, 32 << 10)
    if head is None:
        return Part(number, piece, line)
    headers, wrong = _headers(piece.data[: head.start()])
    part = Part(number, piece.cut(head.end()), line, headers)
    remarks += [_HEADER(part.where, part=part.name, got=each) for each in wrong]
    return _decoded(part, remarks)


def _headers(block: bytes) -> tuple[dict[str, str], list[str]]:
    headers: dict[str, str] = {}
    wrong = []
    text = re.sub(r"\r?\n[ \t]+", " ", block.decode("utf-8", "replace"))
    for line in filter(None, re.split(r"\r?\n", text)):
        name, colon, value = line.partition(":")
        if not colon or not name.strip() or " " in name.strip():
            wrong.append(line)
        else:
            headers.setdefault(name.strip().lower(), value.strip())
    return headers, wrong


def _decoded(part: Part, remarks: list[Remark]) -> Part:
    encoding = part.headers.get("content-transfer-encoding", "").partition(";")[0].strip().lower()
    if encoding in _BINARY:
        return part
    data = part.content.data
    if encoding == "base64":
        try:
            content = base64.b64decode(data.translate(None, b" \t\r\n"), validate=True)
        except (binascii.Error, ValueError):
            remarks.append(_ENCODING(part.where, part=part.name, got=encoding))
            return part
    elif encoding == "quoted-printable":
        content = quopri.decodestring(data)
    else:
        remarks.append(_ENCODING(part.where, part=part.name, got=encoding))
        return part
    remarks.append(_NOT_BINARY(part.where, part=part.name, got=encoding))
    return Part(part.number, Piece.decoded(content, part.content.file), part.line, part.headers)


def _ids(parts: tuple[Part, ...]) -> Iterator[Remark]:
    seen: set[str] = set()
    for part in parts:
        told = part.headers.get("content-id", "").strip()
        if not told:
            if part.number > 1:
                yield _NO_ID(part.where, part=part.name)
        elif not (told.startswith("<") and told.endswith(">")):
            yield _ID_FORM(part.where, part=part.name, got=told)
        if part.content_id and part.content_id in seen:
            yield _ID_TWICE(part.where, part=part.name, got=part.content_id)
        seen.add(part.content_id)
