"""What attackers do to a signed assertion: for whoever tests a gate. Each gives the contents of wsse:Security.

The wrappings are the eight of *On Breaking SAML* (USENIX Security 2012), adapted to an assertion without a Response
around it: E is a forged copy with another subject and another ID, O the original, S its signature.
"""

import copy
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from lxml import etree

from security.saml import names as n

Tampering: TypeAlias = Callable[[etree._Element], list[etree._Element]]
"""From the signed assertion to what stands in the Security header."""

FORGED: Final = "899700000001"
"""The NameID of the forgery: nobody has this number."""
_OBJECT: Final = f"{{{n.DS}}}Object"


def wrapping_1(original: etree._Element) -> list[etree._Element]:
    """E in place, S moved into E, O in an Object of S."""
    forged, signature = _forged(original), _take_signature(original)
    forged.insert(1, signature)
    etree.SubElement(signature, _OBJECT).append(original)
    return [forged]


def wrapping_2(original: etree._Element) -> list[etree._Element]:
    """E carries S, O stands beside it without S."""
    forged = _forged(original)
    forged.insert(1, _take_signature(original))
    return [forged, original]


def wrapping_3(original: etree._Element) -> list[etree._Element]:
    """E before O."""
    return [_forged(original), original]


def wrapping_4(original: etree._Element) -> list[etree._Element]:
    """O inside E."""
    forged = _forged(original)
    forged.append(original)
    return [forged]


def wrapping_5(original: etree._Element) -> list[etree._Element]:
    """An altered O that keeps S, a clean O after it."""
    clean = copy.deepcopy(original)
    _take_signature(clean)
    _alter(original)
    return [original, clean]


def wrapping_6(original: etree._Element) -> list[etree._Element]:
    """An altered O, a clean one at the end of S."""
    clean = copy.deepcopy(original)
    _take_signature(clean)
    _alter(original)
    original[1].append(clean)
    return [original]


def wrapping_7(original: etree._Element) -> list[etree._Element]:
    """E in an extension before O."""
    extensions = etree.Element("Extensions")
    extensions.append(_forged(original))
    return [extensions, original]


def wrapping_8(original: etree._Element) -> list[etree._Element]:
    """E with S, and in an Object of S an O with a signature of its own."""
    forged, whole = _forged(original), copy.deepcopy(original)
    signature = _take_signature(original)
    forged.insert(1, signature)
    etree.SubElement(signature, _OBJECT).append(whole)
    return [forged]


def tampered(original: etree._Element) -> list[etree._Element]:
    """Another NameID under the old signature."""
    name_id(original).text = FORGED
    return [original]


def comment(original: etree._Element) -> list[etree._Element]:
    """A comment in the NameID: the digest does not see it, and some readers stop at it."""
    found = name_id(original)
    text = found.text or ""
    inserted = etree.Comment(" ")
    inserted.tail = text[len(text) // 2 :]
    found.text = text[: len(text) // 2]
    found.append(inserted)
    return [original]


def two_signatures(original: etree._Element) -> list[etree._Element]:
    """The signature twice."""
    original.insert(1, copy.deepcopy(original[1]))
    return [original]


def duplicate_id(original: etree._Element) -> list[etree._Element]:
    """Another element with the ID of the assertion, in another spelling of the attribute."""
    return [etree.Element("Token", Id=original.get("ID", "")), original]


def key_value(original: etree._Element) -> list[etree._Element]:
    """KeyInfo with a bare key."""
    key_info = original[1][2]
    key_info.clear()
    rsa = etree.SubElement(etree.SubElement(key_info, f"{{{n.DS}}}KeyValue"), f"{{{n.DS}}}RSAKeyValue")
    for tag in ("Modulus", "Exponent"):
        etree.SubElement(rsa, f"{{{n.DS}}}{tag}").text = "AQAB"
    return [original]


def xslt(original: etree._Element) -> list[etree._Element]:
    """A transform that runs a program."""
    transforms = original[1][0][2][0]
    etree.SubElement(transforms, f"{{{n.DS}}}Transform", Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116")
    return [original]


def empty_reference(original: etree._Element) -> list[etree._Element]:
    """A reference to the whole document."""
    original[1][0][2].set("URI", "")
    return [original]


def foreign_value(original: etree._Element) -> list[etree._Element]:
    """A signature value out of thin air."""
    original[1][1].text = b64encode(bytes(256)).decode()
    return [original]


WRAPPINGS: Final[Mapping[str, Tampering]] = {
    f"xsw{number}": each
    for number, each in enumerate(
        (
            wrapping_1,
            wrapping_2,
            wrapping_3,
            wrapping_4,
            wrapping_5,
            wrapping_6,
            wrapping_7,
            wrapping_8,
        ),
        1,
    )
}
"""By the names testers know."""


def name_id(assertion: etree._Element) -> etree._Element:
    """The NameID of the Subject."""
    found = assertion.find(f"{n.SUBJECT}/{n.NAME_ID}")
    if found is None:
        raise ValueError("the assertion has no NameID")
    return found


def _forged(original: etree._Element) -> etree._Element:
    forged = copy.deepcopy(original)
    _take_signature(forged)
    _alter(forged)
    return forged


def _alter(assertion: etree._Element) -> None:
    assertion.set("ID", "_forged")
    name_id(assertion).text = FORGED


def _take_signature(assertion: etree._Element) -> etree._Element:
    signature = assertion[1]
    assertion.remove(signature)
    return signature
