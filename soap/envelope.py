"""The SOAP 1.2 envelope: read behind a hardened parser, written around the bytes of a body."""

import os
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from soap import faults
from soap.escaping import escape_text
from soap.faults import Fault
from soap.message import Addressing, Limits
from soap.names import ANONYMOUS, BODY, ENVELOPE, HEADER, MUST_UNDERSTAND, ROLE, SECURITY, SOAP11, SOAP12, WSA

_DECLARATION = re.compile(rb"""^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})["']""")
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff", b"<\x00", b"\x00<", b"\x00\x00\x00<")
_ACCEPTED_ENCODINGS = frozenset(("utf-8", "utf8", "us-ascii", "ascii"))

# WS-Addressing 1.0 Core 3.2: the headers that are collected, and the field of Addressing that holds each
_ADDRESSING = {
    f"{{{WSA}}}Action": "action",
    f"{{{WSA}}}MessageID": "message_id",
    f"{{{WSA}}}To": "to",
    f"{{{WSA}}}ReplyTo": "reply_to",
    f"{{{WSA}}}RelatesTo": "relates_to",
    f"{{{WSA}}}FaultTo": "fault_to",
}
_ENDPOINTS = frozenset((f"{{{WSA}}}ReplyTo", f"{{{WSA}}}FaultTo"))
_ADDRESS = f"{{{WSA}}}Address"
_UNDERSTOOD = frozenset((*_ADDRESSING, f"{{{WSA}}}From", SECURITY))
_OUR_ROLES = frozenset(("", f"{SOAP12}/role/next", f"{SOAP12}/role/ultimateReceiver"))

_local = threading.local()
_PROLOG = 2048
"""Where a DTD is looked for before parsing; one behind a longer prolog is refused after it, unexpanded."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message whose envelope is sound; addressing and `mustUnderstand` are judged by `addressing_of`."""

    header: etree._Element | None
    body: etree._Element
    """The only child of soap:Body."""


def parse(root: bytes, limits: Limits) -> Envelope:
    """Read an envelope; raises `Fault` when it breaks a limit, is not UTF-8, holds a DTD, or is no SOAP 1.2 message.

    Comments and processing instructions stay in the tree: whoever checks a signature has to see them.
    """
    element = parse_xml(root, limits)
    if element.tag != ENVELOPE:
        raise _not_soap12(element)
    header: etree._Element | None = None
    body: etree._Element | None = None
    for child in element.iterchildren(tag=etree.Element):
        if child.tag == HEADER and header is None and body is None:
            header = child
        elif child.tag == BODY and body is None:
            body = child
        else:
            # SOAP 1.2 Part 1 5.1
            raise faults.sender(f"soap:Envelope holds {_name(child)} where only one Header, then one Body may stand")
    if body is None:
        raise faults.sender("the envelope has no soap:Body")
    children = list(body.iterchildren(tag=etree.Element))
    if len(children) != 1:
        found = "is empty" if not children else f"holds {len(children)} elements"
        raise faults.sender(f"soap:Body {found}; it must hold exactly one, the request")
    return Envelope(header, children[0])


def parse_xml(root: bytes, limits: Limits) -> etree._Element:
    """Parse one document within the limits: bytes first, then counts on the bytes, then the tree. Raises `Fault`."""
    if len(root) > limits.root:
        raise faults.too_large(f"the envelope is larger than {limits.root} bytes")
    _check_encoding(root)
    _check_counts(root, limits)
    try:
        element = etree.fromstring(root, _parser())
    except etree.XMLSyntaxError as error:
        raise faults.sender(f"the envelope is not well-formed XML: {_syntax_error(error)}") from None
    if element.getroottree().docinfo.internalDTD is not None:
        raise _dtd()
    if _too_deep(limits.depth)(element):
        raise faults.sender(f"the envelope nests elements more than {limits.depth} deep")
    return element


def _check_counts(root: bytes, limits: Limits) -> None:
    """Bound what the parser will build, on the bytes alone; small messages cannot reach the limits and are not counted.

    Every element, comment and CDATA section costs at least one '<', an element at most two; every attribute one '='.
    """
    size = len(root)
    if (size > 4 * limits.elements and root.count(b"<") > 2 * limits.elements) or (
        size > 16 * limits.elements and root.count(b"=") > 4 * limits.elements
    ):
        raise faults.sender(f"the envelope holds more than {limits.elements} elements or an excess of attributes")
    if size > 6 * limits.namespaces and root.count(b"xmlns") > limits.namespaces:
        raise faults.sender(f"the envelope declares more than {limits.namespaces} namespaces")
    if b"!DOCTYPE" in root[:_PROLOG]:
        raise _dtd()


def _dtd() -> Fault:
    # SOAP 1.2 Part 1 5: a message holds no document type declaration
    return faults.sender("the envelope holds a document type declaration (DTD), which SOAP forbids")


def _check_encoding(root: bytes) -> None:
    if root.startswith(_BYTE_ORDER_MARKS):
        raise faults.sender("the envelope is in UTF-16 or UTF-32; send UTF-8")
    declared = _DECLARATION.match(root.removeprefix(b"\xef\xbb\xbf")) if b"encoding" in root[:300] else None
    if declared is not None and declared.group(1).decode("latin-1").lower() not in _ACCEPTED_ENCODINGS:
        raise faults.sender(f"the envelope declares encoding {declared.group(1).decode('latin-1')!r}; send UTF-8")


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


def _too_deep(depth: int) -> etree.XPath:
    """Finds one element below `depth` levels."""
    known: dict[int, etree.XPath] | None = getattr(_local, "depths", None)
    if known is None:
        known = _local.depths = {}
    if depth not in known:
        known[depth] = etree.XPath(f"boolean({'/*' * (depth + 1)})")
    return known[depth]


def _syntax_error(error: etree.XMLSyntaxError) -> str:
    return (error.msg or "cannot be read")[:300]


def _not_soap12(element: etree._Element) -> Fault:
    if etree.QName(element).localname == "Envelope":
        old = etree.QName(element).namespace == SOAP11
        version = "a SOAP 1.1" if old else "an unknown SOAP"
        return Fault("VersionMismatch", f"this is {version} envelope; send SOAP 1.2, namespace {SOAP12}", soap11=old)
    return faults.sender(f"the document is {_name(element)}, not a SOAP 1.2 envelope")


def _name(element: etree._Element) -> str:
    return str(element.tag)[:200]


def addressing_of(header: etree._Element | None) -> Addressing:
    """The WS-Addressing headers, after `mustUnderstand` was honoured.

    Raises `Fault`: MustUnderstand for a header that has to be understood and is not; wsa:InvalidAddressingHeader for
    a header that is there twice or holds more than text. Headers meant for another role are passed over.
    """
    if header is None:
        return Addressing()
    found: dict[str, str] = {}
    not_understood: list[tuple[str, str]] = []
    for child in header.iterchildren(tag=etree.Element):
        role = child.get(ROLE)
        if role is not None and role.strip() not in _OUR_ROLES:
            continue
        tag = str(child.tag)
        field = _ADDRESSING.get(tag)
        if field is not None:
            if field in found and field != "relates_to":
                # WS-Addressing 1.0 SOAP Binding 6.4.1.3
                raise faults.invalid_header(_local_name(tag), "is there more than once", why="wsa:InvalidCardinality")
            found.setdefault(field, _value(child))
        elif tag not in _UNDERSTOOD and child.get(MUST_UNDERSTAND, "").strip() in ("true", "1"):
            qname = etree.QName(child)
            not_understood.append((qname.namespace or "", qname.localname))
    if not_understood:
        names = ", ".join(f"{{{namespace}}}{local}" for namespace, local in not_understood[:10])
        raise Fault(
            "MustUnderstand",
            f"header blocks that must be understood are not: {names}",
            not_understood=tuple(not_understood[:10]),
        )
    return Addressing(**found)


def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _value(header: etree._Element) -> str:
    """Text of an addressing header, or wsa:Address of an endpoint reference."""
    holder = header
    if header.tag in _ENDPOINTS:
        address = header.find(_ADDRESS)
        if address is None:
            raise faults.invalid_header(
                _local_name(str(header.tag)), "has no wsa:Address", why="wsa:MissingAddressInEPR"
            )
        holder = address
    if len(holder):
        raise faults.invalid_header(_local_name(str(header.tag)), "holds more than text")
    return (holder.text or "").strip()


def require_answerable(addressing: Addressing) -> None:
    """Refuse a message whose answer or fault is wanted elsewhere than on its own connection.

    An absent ReplyTo means anonymous. ITI TF-2 V.5.3; WS-Addressing 1.0 Core 3.2, SOAP Binding 6.4.1.7.
    """
    for name, address in (("ReplyTo", addressing.reply_to), ("FaultTo", addressing.fault_to)):
        if address and address != ANONYMOUS:
            raise faults.invalid_header(
                name,
                f"asynchronous answers are not offered; use {ANONYMOUS} or leave the header out",
                why="wsa:OnlyAnonymousAddressSupported",
            )


_BEFORE_ACTION = (
    f'<soap12:Envelope xmlns:soap12="{SOAP12}" xmlns:wsa="{WSA}"><soap12:Header>'
    '<wsa:Action soap12:mustUnderstand="true">'
)
_BEFORE_BODY = b"</soap12:Header><soap12:Body>"
_TAIL = b"</soap12:Body></soap12:Envelope>"


def new_message_id() -> str:
    """A random `urn:uuid:` of version 4; the same as `uuid.uuid4()` in half the time."""
    digits = os.urandom(16).hex()
    return f"urn:uuid:{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def write_response(action: str, relates_to: str | None, body: bytes | Iterable[bytes]) -> bytes:
    """A whole response message in UTF-8, without XML declaration, around a body that declares its own namespaces."""
    relation = f"<wsa:RelatesTo>{escape_text(relates_to)}</wsa:RelatesTo>" if relates_to else ""
    opening = f"{_BEFORE_ACTION}{action}</wsa:Action><wsa:MessageID>{new_message_id()}</wsa:MessageID>{relation}"
    if isinstance(body, bytes):
        return b"".join((opening.encode(), _BEFORE_BODY, body, _TAIL))
    return b"".join((opening.encode(), _BEFORE_BODY, *body, _TAIL))


def write_request(action: str, message_id: str, to: str, body: bytes, headers: Iterable[bytes] = ()) -> bytes:
    """A whole request message with the headers of ITI TF-2 V.3.2.2, V.9.2.1; `headers` declare their namespaces."""
    opening = (
        f"{_BEFORE_ACTION}{escape_text(action)}</wsa:Action><wsa:MessageID>{escape_text(message_id)}</wsa:MessageID>"
        f"<wsa:ReplyTo><wsa:Address>{ANONYMOUS}</wsa:Address></wsa:ReplyTo>"
        f'<wsa:To soap12:mustUnderstand="true">{escape_text(to)}</wsa:To>'
    )
    return b"".join((opening.encode(), *headers, _BEFORE_BODY, body, _TAIL))
