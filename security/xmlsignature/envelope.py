"""The one assertion of a SOAP message, by its place and never by a search."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from lxml import etree

from security.xmlsignature import names as n
from security.xmlsignature.parsing import identifiers_below, identifiers_in
from security.xmlsignature.refusals import Reason, SignatureRefused

SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
WSSE: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_SECURITY: Final = f"{{{WSSE}}}Security"
_ENCRYPTED: Final = "{urn:oasis:names:tc:SAML:2.0:assertion}EncryptedAssertion"
_PLAIN: Final = re.compile("[A-Za-z0-9._-]+", re.ASCII)
_REFERENCE: Final = re.compile(rb"&#(?:x0*[0-9a-fA-F]{1,2}|0*[0-9]{1,3});")
"""To any character of a plain name, and a few more."""
_FEW: Final = 8
"""Identifiers that are looked for in the bytes, each in all of them; a VIHF has one or two."""


def assertion_of(envelope: etree._Element, octets: bytes | None = None) -> etree._Element:
    """The only Assertion of the whole message, at /Envelope/Header/Security. Raises `SignatureRefused`.

    `octets`: what the message was parsed from, in UTF-8 and without a DTD, where that is at hand: it saves a search.

    Its identifiers, and those of the rest of the Security header, occur nowhere else in the message, in whatever
    spelling. (Elsewhere they may: an ITI-41 names each document by the identifier of its entry.)
    """
    headers = envelope.findall(f"{{{SOAP}}}Header")
    if envelope.tag != f"{{{SOAP}}}Envelope" or envelope.getparent() is not None or len(headers) != 1:
        raise SignatureRefused(Reason.STRUCTURE, "not a SOAP 1.2 envelope with one Header")
    securities: list[etree._Element] = []
    found: list[etree._Element] = []
    for each in envelope.iter(_SECURITY, n.SAML_ASSERTION, _ENCRYPTED):
        (securities if each.tag == _SECURITY else found).append(each)
    if len(securities) != 1 or securities[0].getparent() is not headers[0]:
        raise SignatureRefused(
            Reason.STRUCTURE, f"{len(securities)} wsse:Security; there must be one, a child of the Header"
        )
    if len(found) != 1 or found[0].getparent() is not securities[0] or found[0].tag == _ENCRYPTED:
        raise SignatureRefused(
            Reason.STRUCTURE, f"{len(found)} assertions; there must be one, not encrypted, a child of wsse:Security"
        )
    _check_identifiers(envelope, securities[0], octets)
    return found[0]


def _check_identifiers(envelope: etree._Element, security: etree._Element, octets: bytes | None) -> None:
    own = identifiers_below(security)
    if octets is not None and len(own) <= _FEW and _stand_once(own, octets):
        return
    everywhere = identifiers_in(envelope)
    if len(set(everywhere)) == len(everywhere):
        return
    times = Counter(everywhere)
    if any(times[each] > 1 for each in own):
        raise SignatureRefused(Reason.DUPLICATE_ID, "an identifier of the Security header occurs twice")


def _stand_once(identifiers: Sequence[str], octets: bytes) -> bool:
    """Whether no two attributes can have one of these values, by the bytes alone; what cannot be told so is False.

    A value is written between quotes, letter by letter unless there are references to characters; the entities of XML
    itself stand for none of the characters of a plain name.
    """
    if not all(map(_PLAIN.fullmatch, identifiers)) or _REFERENCE.search(octets):
        return False
    plain = [each.encode() for each in identifiers]
    return all(octets.count(b'"%b"' % each) + octets.count(b"'%b'" % each) <= 1 for each in plain)
