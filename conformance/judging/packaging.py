"""How a message is packed: its Content-Type, its MIME root part, and what refers to the other parts."""

from dataclasses import dataclass
from typing import Final

from conformance.judging import multipart
from conformance.judging.book import rule, told
from conformance.judging.capture import Capture, boundary_in
from conformance.judging.multipart import Part
from conformance.judging.place import Piece
from conformance.judging.sheet import Sheet
from conformance.judging.transactions import Transaction
from conformance.model import MUST, SHOULD
from soap.mime import MediaType, MimeError, parse_media_type
from soap.names import MULTIPART_TYPE, SOAP_TYPE, XOP_TYPE

_V: Final = "ITI TF-2 Appendix V.8.1"
_UTF8: Final = frozenset({"", "utf-8", "utf8", "us-ascii"})

_UNREADABLE = rule(
    "wire.mime.content-type",
    MUST,
    "RFC 2045 5.1",
    "the Content-Type cannot be read: {reason}",
    "le Content-Type est illisible : {reason}",
)
_SOAP_TYPE = rule(
    "wire.soap.type",
    MUST,
    "ITI TF-2 Appendix V.3.2.1.3",
    "the Content-Type is {got}; SOAP 1.2 is application/soap+xml, MTOM is multipart/related",
    "le Content-Type est {got} ; SOAP 1.2 s'annonce application/soap+xml, MTOM multipart/related",
)
_CHARSET = rule(
    "wire.mime.charset",
    SHOULD,
    "XML 1.0 4.3.3",
    "the charset is {got}; write UTF-8",
    "le charset est {got} ; écrire en UTF-8",
)
_TYPE = rule(
    "wire.mime.type",
    MUST,
    "XOP 1.0 4.1",
    'the parameter type of multipart/related is {got}; MTOM has type="application/xop+xml"',
    'le paramètre type de multipart/related vaut {got} ; MTOM veut type="application/xop+xml"',
)
_START_INFO = rule(
    "wire.mime.start-info",
    SHOULD,
    "XOP 1.0 4.1",
    'the parameter start-info is {got}; MTOM of SOAP 1.2 has start-info="application/soap+xml"',
    'le paramètre start-info vaut {got} ; MTOM de SOAP 1.2 veut start-info="application/soap+xml"',
)
_START = rule(
    "wire.mime.start",
    MUST,
    "RFC 2387 3.2",
    "start is {got}, which is the Content-ID of no part",
    "start vaut {got}, qui n'est le Content-ID d'aucune partie",
)
_START_MISSING = rule(
    "wire.mime.start-missing",
    SHOULD,
    _V,
    "there is no parameter start: receivers take the first part for the envelope",
    "il n'y a pas de paramètre start : les récepteurs prennent la première partie pour l'enveloppe",
)
_START_FORM = rule(
    "wire.mime.start-form",
    SHOULD,
    "RFC 2387 3.2",
    "start is {got}; it is the Content-ID of the root part with its angle brackets",
    "start vaut {got} ; c'est le Content-ID de la partie racine avec ses chevrons",
)
_ROOT_TYPE = rule(
    "wire.mime.root-type",
    MUST,
    "XOP 1.0 4.1",
    "the Content-Type of the root part is {got}; it is application/xop+xml",
    "le Content-Type de la partie racine est {got} ; c'est application/xop+xml",
)
_ROOT_INFO = rule(
    "wire.mime.root-info",
    SHOULD,
    "XOP 1.0 4.1",
    'the Content-Type of the root part has type="{got}"; with SOAP 1.2 it is type="application/soap+xml"',
    'le Content-Type de la partie racine a type="{got}" ; avec SOAP 1.2 c\'est type="application/soap+xml"',
)
_NO_PARTS = rule(
    "wire.mime.parts",
    MUST,
    "RFC 2046 5.1.1",
    "the body holds no MIME part",
    "le corps ne contient aucune partie MIME",
)
_MTOM = rule(
    "wire.mtom.missing",
    MUST,
    _V,
    "{transaction} is not sent as MTOM: its Content-Type is multipart/related with type application/xop+xml, even when "
    "nothing is attached",
    "{transaction} n'est pas envoyé en MTOM : son Content-Type est multipart/related avec type application/xop+xml, "
    "même sans rien en pièce jointe",
)
_NOT_MTOM = rule(
    "wire.mtom.unexpected",
    MUST,
    _V,
    "{transaction} is sent as multipart/related; it is a simple message, application/soap+xml",
    "{transaction} est envoyé en multipart/related ; c'est un message simple, application/soap+xml",
)


@dataclass(frozen=True, slots=True)
class Package:
    """The envelope, and what travels with it."""

    root: Piece
    part: Part | None = None
    """The root part; None for a message that is not multipart."""
    attachments: tuple[Part, ...] = ()
    media: MediaType | None = None
    """The Content-Type; None where there is none, or none that can be read."""

    @property
    def is_multipart(self) -> bool:
        return self.part is not None

    @property
    def name(self) -> str:
        """What remarks call the root part; empty where there is but one part."""
        return "" if self.part is None else self.part.name


def unpack(capture: Capture, sheet: Sheet) -> Package:
    """The envelope and the other parts; how they are packed goes to the sheet."""
    media = _media(capture, sheet)
    if media is not None and media.name != MULTIPART_TYPE:
        if not media.name.startswith("multipart/"):
            return Package(capture.body, media=media)
        sheet.add(_SOAP_TYPE("Content-Type", got=media.name))
    elif media is None and not _begins_multipart(capture.body.data):
        return Package(capture.body)
    read = multipart.read(capture.body, None if media is None else media.get("boundary"))
    sheet.note(read.remarks)
    if not read.parts:
        sheet.add(_NO_PARTS(f"line {capture.body.line(0)}"))
        return Package(capture.body.cut(0, 0), media=media)
    root = _root(read.parts, media, sheet)
    if media is not None:
        _parameters(media, sheet)
    _root_part(root, sheet)
    sheet.ran("MIME")
    return Package(root.content, root, tuple(part for part in read.parts if part is not root), media)


def _begins_multipart(data: bytes) -> bool:
    return not data[:64].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<") and boundary_in(data) is not None


def _media(capture: Capture, sheet: Sheet) -> MediaType | None:
    if capture.content_type is None:
        return None
    try:
        return parse_media_type(capture.content_type)
    except MimeError as error:
        sheet.add(_UNREADABLE("Content-Type", reason=told(error)))
        return None


def _parameters(media: MediaType, sheet: Sheet) -> None:
    kind = media.get("type").partition(";")[0].strip().lower()
    if kind != XOP_TYPE:
        sheet.add(_TYPE("Content-Type", got=kind or "-"))
    info = media.get("start-info").partition(";")[0].strip().lower()
    if info != SOAP_TYPE:
        sheet.add(_START_INFO("Content-Type", got=info or "-"))


def _root(parts: tuple[Part, ...], media: MediaType | None, sheet: Sheet) -> Part:
    """The part that start names; else the first one, or the first that is XOP."""
    if media is None:
        return next((part for part in parts if _kind(part) == XOP_TYPE), parts[0])
    start = media.get("start").strip()
    if not start:
        sheet.add(_START_MISSING("Content-Type"))
        return parts[0]
    wanted = start.removeprefix("<").removesuffix(">")
    if start != f"<{wanted}>":
        sheet.add(_START_FORM("Content-Type", got=start))
    for part in parts:
        if part.content_id == wanted:
            return part
    sheet.add(_START("Content-Type", got=start))
    return next((part for part in parts if _kind(part) == XOP_TYPE), parts[0])


def _kind(part: Part) -> str:
    return part.content_type.partition(";")[0].strip().lower()


def _root_part(root: Part, sheet: Sheet) -> None:
    try:
        media = parse_media_type(root.content_type)
    except MimeError as error:
        sheet.add(_UNREADABLE(root.where, part=root.name, reason=told(error)))
        return
    kind = media.get("type").partition(";")[0].strip().lower()
    if media.name != XOP_TYPE:
        sheet.add(_ROOT_TYPE(root.where, part=root.name, got=media.name or "-"))
    elif kind != SOAP_TYPE:
        sheet.add(_ROOT_INFO(root.where, part=root.name, got=kind or "-"))
    if media.get("charset").strip().lower() not in _UTF8:
        sheet.add(_CHARSET(root.where, part=root.name, got=media.get("charset")))


def check_kind(package: Package, transaction: Transaction, *, fault: bool, http: bool, sheet: Sheet) -> None:
    """Whether the packaging is that of the transaction; `http`: a Content-Type was there to be judged."""
    if fault:
        return
    if transaction.mtom and not package.is_multipart and http:
        sheet.add(_MTOM("Content-Type", transaction=transaction.name))
    if not transaction.mtom and package.is_multipart:
        sheet.add(_NOT_MTOM("Content-Type", transaction=transaction.name))


def check_simple_type(package: Package, sheet: Sheet) -> None:
    """The Content-Type of a message that is not multipart."""
    media = package.media
    if media is None or package.is_multipart:
        return
    if media.name != SOAP_TYPE:
        sheet.add(_SOAP_TYPE("Content-Type", got=media.name))
    if media.get("charset").strip().lower() not in _UTF8:
        sheet.add(_CHARSET("Content-Type", got=media.get("charset")))
