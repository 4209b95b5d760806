"""Makes assertions and the headers they travel in: for clients, and for whoever tests a gate."""

from typing import Final
from uuid import uuid4

from lxml import etree

from security.saml import names as n
from security.saml.values import Assertion
from security.saml.writing import write_assertion
from security.xmlsignature import Signer, sign_assertion

_MUST_UNDERSTAND: Final = f"{{{n.SOAP}}}mustUnderstand"


def new_id() -> str:
    """An NCName that nobody had before. # SAML 2.0 Core 1.3.4"""
    return f"_{uuid4()}"


def sign(assertion: Assertion, signer: Signer, method: str | None = None) -> bytes:
    """The assertion as XML, signed."""
    return serialised(sign_assertion(write_assertion(assertion), signer, method))


def unsigned(assertion: Assertion) -> bytes:
    """The assertion as XML, without a signature."""
    return serialised(write_assertion(assertion))


def serialised(element: etree._Element) -> bytes:
    """UTF-8 without an XML declaration, so that it can stand inside another document."""
    return etree.tostring(element, encoding="unicode", with_tail=False).encode()


def wsse_security(*contents: bytes) -> bytes:
    """The wsse:Security header around an assertion, for `soap.client`: a header block that must be understood."""
    opening = f'<wsse:Security xmlns:wsse="{n.WSSE}" xmlns:soap12="{n.SOAP}" soap12:mustUnderstand="true">'
    return opening.encode() + b"".join(contents) + b"</wsse:Security>"


def envelope(security: bytes, body: bytes, *, action: str, message_id: str | None = None, extra: bytes = b"") -> bytes:
    """A whole SOAP 1.2 message around a header block and the one element of its body."""
    opening = (
        f'<soap12:Envelope xmlns:soap12="{n.SOAP}" xmlns:wsa="{n.WSA}"><soap12:Header>'
        f'<wsa:Action soap12:mustUnderstand="true">{action}</wsa:Action>'
        f"<wsa:MessageID>{message_id or f'urn:uuid:{uuid4()}'}</wsa:MessageID>"
    )
    return (
        opening.encode()
        + security
        + extra
        + b"</soap12:Header><soap12:Body>"
        + body
        + b"</soap12:Body></soap12:Envelope>"
    )
