"""How bad tokens are made: a good one with one thing changed before or after it is signed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, TypeAlias

from lxml import etree

from dmp.authority import Flaw
from dmp.vihf import names as v
from dmp.vihf.make import Wish, vihf
from security.identities import Identity
from security.issuing import SIGNATURE, CertifiedKey, Issuer, KeyKind, Request, Validity, new_key
from security.saml import CE, Assertion, Attribute, Conditions, sign, tampering
from security.saml import names as n
from security.saml.making import unsigned
from security.saml.tampering import Tampering
from security.xmlsignature import names as xn
from security.xmlsignature import sign_assertion

Twin: TypeAlias = Callable[[Flaw], Identity]
"""The same identity with a bad certificate: `carnet pki init` makes one for each flaw."""

LATER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Forge:
    """Who forges: a good wish, and where its bad twins are."""

    wish: Wish
    twin: Twin

    def assertion(self) -> Assertion:
        return vihf(self.wish)

    def signed(self, assertion: Assertion, signer: CertifiedKey | None = None) -> bytes:
        return sign(assertion, signer or self.wish.identity.signature)


def changed(change: Callable[[Assertion, Wish], Assertion]) -> Callable[[Forge], bytes]:
    return lambda forge: forge.signed(change(forge.assertion(), forge.wish))


def attribute(name: str, *values: str | CE) -> Callable[[Forge], bytes]:
    """With other values of an attribute; without any, without the attribute."""

    def change(assertion: Assertion, _wish: Wish) -> Assertion:
        changed = (Attribute(name, values) if each.name == name else each for each in assertion.attributes)
        return replace(assertion, attributes=tuple(each for each in changed if each.values))

    return changed(change)


def conditions(make: Callable[[Wish], Conditions]) -> Callable[[Forge], bytes]:
    return changed(lambda assertion, wish: replace(assertion, conditions=make(wish)))


def signer(flaw: Flaw) -> Callable[[Forge], bytes]:
    return lambda forge: forge.signed(forge.assertion(), forge.twin(flaw).signature)


def tampered(tamper: Tampering) -> Callable[[Forge], bytes]:
    def build(forge: Forge) -> bytes:
        root = etree.fromstring(forge.signed(forge.assertion()))
        return b"".join(etree.tostring(each, encoding="unicode", with_tail=False).encode() for each in tamper(root))

    return build


def edited(edit: Callable[[etree._Element], object]) -> Callable[[Forge], bytes]:
    """Edited as XML, then signed: what no values can say."""

    def build(forge: Forge) -> bytes:
        root = etree.fromstring(unsigned(forge.assertion()))
        edit(root)
        signed = sign_assertion(root, forge.wish.identity.signature)
        return etree.tostring(signed, encoding="unicode").encode()

    return build


def stranger_structure(forge: Forge) -> bytes:
    return attribute(v.STRUCTURE, "10B0000000")(forge)


def leaf_as_authority(forge: Forge) -> bytes:
    """Certified by the identity itself, under its own name."""
    wish = forge.wish
    own = wish.identity.signature
    key = new_key(KeyKind.RSA)
    issued = Issuer(own).issue(Request(own.certificate.subject, SIGNATURE, Validity.around(wish.at, days=30)), key)
    return forge.signed(forge.assertion(), issued)


def two_conditions(root: etree._Element) -> None:
    for _ in range(2):
        root.insert(2, etree.Element(n.CONDITIONS))


def twice(root: etree._Element) -> None:
    for each in root.iter(n.ATTRIBUTE):
        if each.get("Name") == v.STRUCTURE:
            other = etree.fromstring(etree.tostring(each, with_tail=False))
            other.set("Name", v.STRUCTURE.upper())
            other[0].text = "10B0000000"
            each.addnext(other)
            return


def nil(root: etree._Element) -> None:
    tampering.name_id(root).set(n.XSI_NIL, "true")


def condition(root: etree._Element) -> None:
    conditions = etree.Element(n.CONDITIONS)
    etree.SubElement(conditions, f"{{{n.SAML}}}Condition", {n.XSI_TYPE: "urn:unknown"})
    root.insert(2, conditions)


def no_zone(root: etree._Element) -> None:
    root.set("IssueInstant", root.get("IssueInstant", "").rstrip("Z"))


def sha1(forge: Forge) -> bytes:
    root = etree.fromstring(forge.signed(forge.assertion()))
    root[1][0][1].set("Algorithm", xn.RSA_SHA1)
    return etree.tostring(root, encoding="unicode").encode()
