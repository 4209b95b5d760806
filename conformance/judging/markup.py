"""Reading XML that anybody may have written: bounded, nothing loaded, nothing expanded."""

import re
from typing import Final

from lxml import etree

from conformance.judging.book import Both, OwnRule, rule
from conformance.judging.place import Piece, Tree
from conformance.judging.remark import Remark
from conformance.model import MUST, SHOULD

MAX_BYTES: Final = 64 << 20
MAX_ELEMENTS: Final = 400_000
MAX_DEPTH: Final = 100
_START: Final = re.compile(rb"<[A-Za-z_]")
_DECLARED: Final = re.compile(rb"""\A\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})["']""")
_UTF8: Final = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii"})
_DEEP: Final = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")

MALFORMED: Final[OwnRule] = rule(
    "wire.xml.malformed",
    MUST,
    "XML 1.0 2.1",
    "not well-formed XML: {reason}",
    "XML mal formé : « {reason} »",
)
_DTD = rule(
    "wire.xml.dtd",
    MUST,
    "SOAP 1.2 Part 1 5",
    "there is a document type declaration (DOCTYPE); no message, token or document here may have one: remove it",
    "il y a une déclaration de type de document (DOCTYPE) ; aucun message, jeton ou document n'en porte : la retirer",
)
_ENCODING = rule(
    "wire.xml.encoding",
    SHOULD,
    "XML 1.0 4.3.3",
    "the XML is written in {got}; write UTF-8",
    "le XML est écrit en {got} ; écrire en UTF-8",
)
_LIMIT = rule(
    "wire.xml.limit",
    MUST,
    "Carnet",
    "the XML is larger than what is read: {reason}",
    "le XML dépasse ce qui est lu : {reason}",
)


def read(piece: Piece, *, part: str = "") -> tuple[Tree | None, list[Remark]]:
    """The document in `piece`, or why there is none; a document that can be read may have its remarks too."""
    data = piece.data
    if len(data) > MAX_BYTES or data.count(b"<") > 2 * MAX_ELEMENTS:
        reason = Both(
            f"{MAX_BYTES >> 20} MB, {MAX_ELEMENTS} elements", f"{MAX_BYTES >> 20} Mo, {MAX_ELEMENTS} éléments"
        )
        return None, [_LIMIT(_line(piece, 1), part=part, reason=reason)]
    start = _START.search(data)
    if b"<!DOCTYPE" in data[: start.start() if start else len(data)]:
        return None, [_DTD(_line(piece, 1), part=part)]
    remarks = _encoding(piece, part)
    # Without a DOCTYPE nothing can multiply; size and number of elements are bounded above.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=b"<!DOCTYPE" not in data
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        said = (error.msg or "cannot be read").replace("\n", " ")
        return None, [*remarks, MALFORMED(_line(piece, error.lineno or 1), part=part, reason=said)]
    except ValueError as error:
        return None, [*remarks, MALFORMED(_line(piece, 1), part=part, reason=str(error))]
    if root.getroottree().docinfo.internalDTD is not None:
        return None, [*remarks, _DTD(_line(piece, 1), part=part)]
    if _DEEP(root):
        return None, [
            *remarks,
            _LIMIT(_line(piece, 1), part=part, reason=Both(f"{MAX_DEPTH} levels", f"{MAX_DEPTH} niveaux")),
        ]
    return Tree(root, piece), remarks


def _encoding(piece: Piece, part: str) -> list[Remark]:
    data = piece.data
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")):
        return [_ENCODING(_line(piece, 1), part=part, got="UTF-16")]
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf"))
    if declared is not None and declared[1].lower() not in _UTF8:
        return [_ENCODING(_line(piece, 1), part=part, got=declared[1].decode("latin-1"))]
    return []


def _line(piece: Piece, own: int) -> str:
    line = piece.line_of(own)
    return f"line {line}" if line else f"line {own} of the decoded part"


def looks_like_xml(data: bytes) -> bool:
    """Whether it begins as XML does."""
    head = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"<") or data.startswith((b"\xff\xfe<\x00", b"\xfe\xff\x00<", b"<\x00", b"\x00<"))


def local_name(element: etree._Element) -> str:
    return etree.QName(element).localname


def elements(element: etree._Element) -> list[etree._Element]:
    """Its children that are elements."""
    return list(element.iterchildren(etree.Element))
