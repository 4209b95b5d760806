"""One side of an exchange as the page shows it: headers, parts, what was decoded, and the envelope as text."""

from dataclasses import dataclass, field, replace
from typing import Final

from lxml import etree

from conformance.results import redaction
from conformance.results.redaction import Secrets
from conformance.results.report import parts as mime
from conformance.results.report.decoded import Table, tables
from conformance.results.report.places import lines_of
from conformance.results.report.xmltext import parse, printed
from conformance.results.stored import StoredError, StoredMessage, StoredRun

READ: Final = 8 * 1024 * 1024
"""Bytes of a body that are looked at."""
HEAD: Final = 256 * 1024
"""Bytes of a head that are looked at."""
SHOWN: Final = 64 * 1024
"""Characters of a body that are shown at most."""
_DECODED_PART: Final = 1024 * 1024
_HEX: Final = 256
_HEADERS: Final = 100


@dataclass(frozen=True, slots=True)
class PartRow:
    """A MIME part, without its content."""

    content_id: str
    content_type: str
    size: int
    root: bool


@dataclass(slots=True)
class Side:
    """A request or a response, ready to be shown."""

    head: bytes = b""
    line: str = ""
    """Request or status line."""
    headers: tuple[tuple[str, str], ...] = ()
    parts: tuple[PartRow, ...] = ()
    tables: tuple[Table, ...] = ()
    text: str = ""
    """The envelope, or whatever came in its place, masked."""
    language: str = "text"
    """Of `text`: `xml`, `hl7`, `hex` or `text`."""
    notes: list[tuple[str, str]] = field(default_factory=list)
    """Words of the page, with what goes into them."""
    marks: dict[str, list[int]] = field(default_factory=dict)
    """XPath of a broken check → lines of `text`."""
    cut: bool = False
    """There is more than `text`."""
    size: int = 0
    file: str = ""


def side(
    run: StoredRun,
    message: StoredMessage,
    secrets: Secrets,
    places: tuple[str, ...] = (),
    *,
    decode: bool,
    limit: int = SHOWN,
) -> Side:
    """*places* are the XPaths to be marked; without *decode*, tokens and signatures are not decoded.

    About *limit* characters of the envelope are shown.
    """
    out = Side(size=message.size, file=message.body)
    try:
        head = run.read(message.head, HEAD) if message.head else b""
        body = run.read(message.body, READ)
    except StoredError as error:
        out.text = str(error)
        return out
    out.head = head
    line, _, rest = head.partition(b"\n")
    out.line = secrets.mask(line.decode("latin-1").strip())
    out.headers = tuple(
        (name, secrets.mask(redaction.header(name, value))) for name, value in mime.headers(rest)[:_HEADERS]
    )
    if message.truncated or message.size > READ:
        out.notes.append(("truncated" if message.truncated else "too_large", ""))
    _fill(out, message.content_type, mime.unchunked(head, body), secrets, places, decode, limit)
    return out


def envelope_text(content_type: str, body: bytes, secrets: Secrets) -> str:
    """The envelope of a message, or whatever stands in its place, as the page shows it."""
    out = Side()
    _fill(out, content_type, body, secrets, (), False, SHOWN)
    return out.text


def _fill(
    out: Side, content_type: str, body: bytes, secrets: Secrets, places: tuple[str, ...], decode: bool, limit: int
) -> None:
    multipart = content_type.lstrip().lower().startswith("multipart/")
    parts = mime.split(content_type, body) if multipart else ()
    if multipart and body and not parts:
        out.notes.append(("no_parts", ""))
    out.parts = tuple(
        PartRow(secrets.mask(p.content_id), secrets.mask(p.content_type), len(p.content), p.root) for p in parts
    )
    root = next((part.content for part in parts if part.root), body)
    if not body:
        out.notes.append(("empty", ""))
    else:
        _show(out, root, secrets, places, decode, limit)
    if decode:
        out.tables += tuple(table for part in mime.split(content_type, body) for table in _inside(part, secrets))


def _show(out: Side, data: bytes, secrets: Secrets, places: tuple[str, ...], decode: bool, limit: int) -> None:
    if data.lstrip(b"\x0b\r\n").startswith((b"MSH", b"FHS", b"BHS")):
        out.language = "hl7"
        text = data.strip(b"\x0b\x1c\r\n").decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        _show_some(out, text, secrets, limit)
        return
    if not data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        _show_other(out, data, secrets, limit)
        return
    out.language = "xml"
    try:
        root = parse(data)
    except (etree.XMLSyntaxError, ValueError) as error:
        out.notes.append(("not_xml", secrets.mask(str(error))))
        _show_some(out, redaction.markup(data[: SHOWN * 4].decode("utf-8", "replace")), secrets, limit)
        return
    shown = printed(root, secrets, limit)
    out.text, out.cut = shown.text, shown.cut
    out.marks = {place: lines for place in places if (lines := lines_of(place, root, shown))}
    if decode:
        out.tables = tables(root, secrets)


def _show_some(out: Side, text: str, secrets: Secrets, limit: int) -> None:
    masked = secrets.mask(text)
    out.text, out.cut = masked[:limit], len(masked) > limit


def _show_other(out: Side, data: bytes, secrets: Secrets, limit: int) -> None:
    if b"\0" in data[:4096] or data[:4096].decode("utf-8", "replace").count("�") > len(data[:4096]) // 20:
        out.language = "hex"
        out.notes.append(("binary", ""))
        rows = (data[at : at + 16] for at in range(0, min(len(data), _HEX), 16))
        out.text = "\n".join(f"{row.hex(' '):<47}  {_printable(row)}" for row in rows)
        return
    _show_some(out, redaction.markup(data[: SHOWN * 4].decode("utf-8", "replace")), secrets, limit)


def _printable(row: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)


def _inside(part: mime.Part, secrets: Secrets) -> tuple[Table, ...]:
    """What a part beside the root holds of signatures: that of a submission set is a document of its own."""
    if part.root or len(part.content) > _DECODED_PART or b"xmldsig" not in part.content:
        return ()
    try:
        return tuple(
            replace(table, of=table.of or secrets.mask(part.content_id))
            for table in tables(parse(part.content), secrets)
        )
    except (etree.XMLSyntaxError, ValueError):
        return ()
