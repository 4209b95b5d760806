"""Hostile XML, read under limits: bytes first, then counts on the bytes, then the tree."""

import re
import threading
from dataclasses import dataclass
from functools import cache
from typing import Final

from lxml import etree

from security.xmlsignature.refusals import Reason, SignatureRefused

_DECLARED: Final = re.compile(rb"""^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})["']""")
_UTF8: Final = frozenset((b"utf-8", b"utf8", b"us-ascii", b"ascii"))
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff", b"<\x00", b"\x00<")
_CALLED_ID: Final = "@*[string-length(local-name()) = 2][contains('ID Id iD id', local-name())]"
_IDS: Final = etree.XPath(f"//{_CALLED_ID}", smart_strings=False)
_IDS_BELOW: Final = etree.XPath(f"descendant-or-self::*/{_CALLED_ID}", smart_strings=False)
_XML_ATTRIBUTE: Final = etree.XPath("boolean(//@xml:*)")

_local = threading.local()


@dataclass(frozen=True, slots=True)
class Caps:
    """How much is read. Canonicalisation and parsing cost more than their input is long; these keep both cheap."""

    size: int
    """Bytes."""
    elements: int
    """With comments, processing instructions and CDATA sections."""
    depth: int = 64
    per_element: int | None = None
    """Namespace declarations on one element; enough where canonicalisation is exclusive."""
    in_scope: int | None = None
    """Namespace declarations on an element and all those around it; inclusive canonicalisation is quadratic in them."""
    markup: bool = False
    """Comments and processing instructions are let through: in documents, never in signatures."""


def parse(data: bytes, caps: Caps) -> etree._Element:
    """The root element of a document within `caps`; raises `SignatureRefused`.

    Nothing is fetched, expanded or defaulted. Comments and processing instructions stay in the tree.
    """
    check_bytes(data, caps)
    _check_encoding(data)
    if b"<!DOCTYPE" in data[:4096]:
        raise _doctype()
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        raise SignatureRefused(Reason.MALFORMED, f"not well-formed: {error.msg}") from None
    except ValueError as error:
        raise SignatureRefused(Reason.MALFORMED, f"not XML: {error}") from None
    check_tree(root, data, caps)
    return root


def check_bytes(data: bytes, caps: Caps) -> None:
    """The limits that show in the bytes alone."""
    if len(data) > caps.size:
        raise SignatureRefused(Reason.TOO_LARGE, f"{len(data)} bytes; {caps.size} are read")
    # An element takes four bytes at least; the one more is the XML declaration.
    if len(data) > 4 * caps.elements and data.count(b"<") - data.count(b"</") > caps.elements + 1:
        raise SignatureRefused(Reason.TOO_LARGE, f"more than {caps.elements} elements")


def parse_own(octets: bytes) -> etree._Element:
    """The root element of octets that were written here, from a tree within its caps."""
    return etree.fromstring(octets, _parser())


def check_tree(root: etree._Element, data: bytes, caps: Caps) -> None:
    """The limits that show in the tree only; `data` are the bytes it was parsed from."""
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype()
    if not caps.markup:
        _check_markup(root)
    elif next(root.iter(etree.Entity), None) is not None:
        raise SignatureRefused(Reason.FORBIDDEN_MARKUP, "an entity reference")
    if _deeper_than(caps.depth)(root):
        raise SignatureRefused(Reason.TOO_LARGE, f"elements nest more than {caps.depth} deep")
    declarations = data.count(b"xmlns")  # an upper bound of them, and nearly always small enough
    if caps.per_element is not None and declarations > caps.per_element:
        _check_per_element(root, caps.per_element)
    if caps.in_scope is not None and declarations > caps.in_scope:
        _check_in_scope(root, caps.in_scope)


def identifiers(root: etree._Element) -> frozenset[str]:
    """Every identifier in the tree's document, whatever the namespace and case of the attribute called id.

    Raises `SignatureRefused` when one occurs twice: who reads it and who verified it could mean two elements.
    """
    found = identifiers_in(root)
    unique = frozenset(found)
    if len(unique) != len(found):
        raise SignatureRefused(Reason.DUPLICATE_ID, "two elements bear one identifier")
    return unique


def identifiers_in(element: etree._Element) -> list[str]:
    """The identifiers of the whole document of an element, each as often as it occurs."""
    found: list[str] = _IDS(element)
    return found


def identifiers_below(element: etree._Element) -> list[str]:
    """The identifiers of an element and of those in it, each as often as it occurs."""
    found: list[str] = _IDS_BELOW(element)
    return found


def has_xml_attributes(root: etree._Element) -> bool:
    """Whether an attribute such as `xml:lang` occurs: inclusive canonicalisation hands them down to inner elements."""
    return bool(_XML_ATTRIBUTE(root))


def _check_markup(root: etree._Element) -> None:
    # Beside the root as well as below it.
    if root.getprevious() is not None or root.getnext() is not None:
        raise SignatureRefused(Reason.FORBIDDEN_MARKUP, "a comment or processing instruction beside the root")
    found = next(root.iter(etree.Comment, etree.ProcessingInstruction, etree.Entity), None)
    if found is not None:
        kind = {etree.Comment: "a comment", etree.ProcessingInstruction: "a processing instruction"}
        raise SignatureRefused(Reason.FORBIDDEN_MARKUP, kind.get(found.tag, "an entity reference"))  # type: ignore[call-overload]


def _check_per_element(root: etree._Element, most: int) -> None:
    declared = 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "start")):
        declared = declared + 1 if event == "start-ns" else 0
        if declared > most:
            raise SignatureRefused(Reason.TOO_LARGE, f"more than {most} namespace declarations on one element")


def _check_in_scope(root: etree._Element, most: int) -> None:
    declared = 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "end-ns")):
        declared += 1 if event == "start-ns" else -1
        if declared > most:
            raise SignatureRefused(Reason.TOO_LARGE, f"more than {most} namespace declarations in scope")


def _check_encoding(data: bytes) -> None:
    if data.startswith(_WIDE):
        raise SignatureRefused(Reason.MALFORMED, "in UTF-16 or UTF-32; only UTF-8 is read")
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf")) if b"encoding" in data[:300] else None
    if declared is not None and declared[1].lower() not in _UTF8:
        raise SignatureRefused(
            Reason.MALFORMED, f"declares the encoding {declared[1].decode('latin-1')!r}; only UTF-8 is read"
        )


def _doctype() -> SignatureRefused:
    return SignatureRefused(Reason.FORBIDDEN_MARKUP, "a document type declaration (DTD)")


@cache
def _deeper_than(depth: int) -> etree.XPath:
    return etree.XPath(f"boolean({'/*' * (depth + 1)})")


def _parser() -> etree.XMLParser[etree._Element]:
    """One parser per thread; `encoding` keeps the document from choosing another decoder."""
    parser: etree.XMLParser[etree._Element] | None = getattr(_local, "parser", None)
    if parser is None:
        parser = _local.parser = etree.XMLParser(
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            attribute_defaults=False,
            huge_tree=False,
            remove_comments=False,
            remove_pis=False,
        )
    return parser
