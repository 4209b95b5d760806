"""The one assertion of a SOAP message, by its place and never by a search."""

from typing import Final

from lxml import etree

from security.xmlsignature import names as n
from security.xmlsignature.parsing import identifiers_below, identifiers_in
from security.xmlsignature.refusals import Reason, SignatureRefused

SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
WSSE: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_ENCRYPTED: Final = "{urn:oasis:names:tc:SAML:2.0:assertion}EncryptedAssertion"


def assertion_of(envelope: etree._Element) -> etree._Element:
    """The only Assertion of the whole message, at /Envelope/Header/Security. Raises `SignatureRefused`.

    Its identifiers, and those of the rest of the Security header, occur nowhere else in the message, in whatever
    spelling. (Elsewhere they may: an ITI-41 names each document by the identifier of its entry.)
    """
    headers = envelope.findall(f"{{{SOAP}}}Header")
    if envelope.tag != f"{{{SOAP}}}Envelope" or envelope.getparent() is not None or len(headers) != 1:
        raise SignatureRefused(Reason.STRUCTURE, "not a SOAP 1.2 envelope with one Header")
    securities = list(envelope.iter(f"{{{WSSE}}}Security"))
    if len(securities) != 1 or securities[0].getparent() is not headers[0]:
        raise SignatureRefused(
            Reason.STRUCTURE, f"{len(securities)} wsse:Security; there must be one, a child of the Header"
        )
    found = list(envelope.iter(n.SAML_ASSERTION, _ENCRYPTED))
    if len(found) != 1 or found[0].getparent() is not securities[0] or found[0].tag == _ENCRYPTED:
        raise SignatureRefused(
            Reason.STRUCTURE, f"{len(found)} assertions; there must be one, not encrypted, a child of wsse:Security"
        )
    _check_identifiers(envelope, securities[0])
    return found[0]


def _check_identifiers(envelope: etree._Element, security: etree._Element) -> None:
    everywhere = identifiers_in(envelope)
    if len(set(everywhere)) == len(everywhere):
        return
    if any(everywhere.count(each) > 1 for each in set(identifiers_below(security))):
        raise SignatureRefused(Reason.DUPLICATE_ID, "an identifier of the Security header occurs twice")
