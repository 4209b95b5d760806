"""Where the token is in a message: checks 1 to 4, on the tree that was parsed and before anything is copied."""

from dataclasses import dataclass
from typing import Final

from lxml import etree

from security.gate import Credentials
from security.saml import names as n
from security.saml.refusals import Check, Reason, TokenRefused, of_signature
from security.xmlsignature import SignatureRefused, assertion_of
from security.xmlsignature.parsing import Caps, parse

HEADER_BYTES: Final = 64 << 10
"""Of wsse:Security, with the namespaces around it; a token with its certificates has seven thousand."""
MESSAGE: Final = Caps(size=2 << 20, elements=20_000, markup=True)
"""The envelope. Documents travel beside it, so that the metadata of several hundred fit."""


@dataclass(frozen=True, slots=True)
class Located:
    """A message with exactly one assertion, in its place."""

    assertion: etree._Element
    octets: bytes
    """wsse:Security in one deterministic serialisation, inherited namespaces and all."""
    message_id: str


def locate(credentials: Credentials) -> Located:
    """The only assertion of the message; raises `TokenRefused`."""
    if len(credentials.root) > MESSAGE.size:
        raise TokenRefused(
            Check.SIZE, Reason.TOO_LARGE, f"an envelope of {len(credentials.root)} bytes; {MESSAGE.size} are read"
        )
    if _more_elements(credentials.root, MESSAGE.elements):
        raise TokenRefused(Check.SIZE, Reason.TOO_LARGE, f"more than {MESSAGE.elements} elements")
    header = credentials.header
    security = None if header is None else header.find(n.SECURITY)
    if header is None or security is None:
        raise TokenRefused(Check.ENVELOPE, Reason.NO_TOKEN, "the message has no wsse:Security header")
    envelope = header.getroottree().getroot()
    _check_markup(envelope)
    try:
        assertion = assertion_of(envelope, credentials.root)
    except SignatureRefused as error:
        if next(envelope.iter(n.ASSERTION, f"{{{n.SAML}}}EncryptedAssertion"), None) is None:
            raise TokenRefused(Check.ENVELOPE, Reason.NO_TOKEN, "wsse:Security holds no SAML 2.0 Assertion") from None
        raise of_signature(error, Check.ONE_ASSERTION) from None
    octets = etree.tostring(security, with_tail=False)
    if len(octets) > HEADER_BYTES:
        raise TokenRefused(
            Check.SIZE, Reason.TOO_LARGE, f"wsse:Security has {len(octets)} bytes; {HEADER_BYTES} are read"
        )
    if next(security.iter(etree.Comment), None) is not None:
        raise TokenRefused(Check.XML, Reason.FORBIDDEN_MARKUP, "a comment in wsse:Security")
    message_id = header.findtext(n.MESSAGE_ID)
    return Located(assertion, octets, (message_id or "").strip())


def _more_elements(root: bytes, most: int) -> bool:
    """The sum is made only where the tags that open and close do not settle it: an element takes four bytes."""
    if len(root) <= 4 * most:
        return False
    tags = root.count(b"<")
    return tags > most + 1 and tags - root.count(b"</") > most + 1


def _check_markup(envelope: etree._Element) -> None:
    """Comments in the body harm nobody; instructions and entities have no place in a message (SOAP 1.2 Part 1 5)."""
    found = next(envelope.iter(etree.ProcessingInstruction, etree.Entity), None)
    if found is not None or envelope.getprevious() is not None or envelope.getnext() is not None:
        raise TokenRefused(
            Check.XML, Reason.FORBIDDEN_MARKUP, "a processing instruction, an entity, or markup beside the envelope"
        )


def credentials_of(raw: bytes, *, address: str = "", certificate: bytes | None = None) -> Credentials:
    """The credentials in an envelope, parsed here, for tools that hold a message and no server.

    Raises `TokenRefused`.
    """
    try:
        root = parse(raw, MESSAGE)
    except SignatureRefused as error:
        raise of_signature(error) from None
    header, body = root.find(f"{{{n.SOAP}}}Header"), root.find(f"{{{n.SOAP}}}Body")
    if body is None or len(body) == 0:
        raise TokenRefused(Check.ENVELOPE, Reason.STRUCTURE, "not a SOAP 1.2 envelope with a Body that holds a request")
    return Credentials(header, body[0], raw, address, certificate)
