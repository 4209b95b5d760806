"""Each way a VIHF can be wrong, by name: one thing is wrong in it, and all else is right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, TypeAlias

from lxml import etree

from dmp.authority import Flaw
from dmp.vihf import names as v
from dmp.vihf.make import Wish, vihf
from security.identities import Identity
from security.issuing import SIGNATURE, CertifiedKey, Issuer, KeyKind, Request, Validity, new_key
from security.saml import CE, Assertion, Attribute, Check, Conditions, Confirmation, sign, tampering
from security.saml import names as n
from security.saml.making import unsigned
from security.saml.tampering import Tampering
from security.xmlsignature import names as xn
from security.xmlsignature import sign_assertion

Twin: TypeAlias = Callable[[Flaw], Identity]
"""The same identity with a bad certificate: `carnet pki init` makes one for each flaw."""

_LATER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Forge:
    """Who forges: a good wish, and where its bad twins are."""

    wish: Wish
    twin: Twin

    def assertion(self) -> Assertion:
        return vihf(self.wish)

    def signed(self, assertion: Assertion, signer: CertifiedKey | None = None) -> bytes:
        return sign(assertion, signer or self.wish.identity.signature)


@dataclass(frozen=True, slots=True)
class Bad:
    """One bad case."""

    name: str
    about: str
    """What is wrong, in French."""
    check: Check
    """Which check must refuse it."""
    build: Callable[[Forge], bytes]
    """What stands in wsse:Security."""
    twice: bool = False
    """It is good the first time and refused the second."""
    needs_structure: bool = False
    """Only a certificate that names a structure shows it: the card of a professional names none."""
    indirect: bool = False
    """It is wrong in the indirect modes; in mode DIRECTE it is a leniency (`unsigned-direct`)."""
    patient: bool = False
    """It is refused for the patient of the request, which the token alone does not show."""


def _changed(change: Callable[[Assertion, Wish], Assertion]) -> Callable[[Forge], bytes]:
    return lambda forge: forge.signed(change(forge.assertion(), forge.wish))


def _attribute(name: str, *values: str | CE) -> Callable[[Forge], bytes]:
    """With other values of an attribute; without any, without the attribute."""

    def change(assertion: Assertion, _wish: Wish) -> Assertion:
        changed = (Attribute(name, values) if each.name == name else each for each in assertion.attributes)
        return replace(assertion, attributes=tuple(each for each in changed if each.values))

    return _changed(change)


def _conditions(make: Callable[[Wish], Conditions]) -> Callable[[Forge], bytes]:
    return _changed(lambda assertion, wish: replace(assertion, conditions=make(wish)))


def _signer(flaw: Flaw) -> Callable[[Forge], bytes]:
    return lambda forge: forge.signed(forge.assertion(), forge.twin(flaw).signature)


def _tampered(tamper: Tampering) -> Callable[[Forge], bytes]:
    def build(forge: Forge) -> bytes:
        root = etree.fromstring(forge.signed(forge.assertion()))
        return b"".join(etree.tostring(each, encoding="unicode", with_tail=False).encode() for each in tamper(root))

    return build


def _edited(edit: Callable[[etree._Element], object]) -> Callable[[Forge], bytes]:
    """Edited as XML, then signed: what no values can say."""

    def build(forge: Forge) -> bytes:
        root = etree.fromstring(unsigned(forge.assertion()))
        edit(root)
        signed = sign_assertion(root, forge.wish.identity.signature)
        return etree.tostring(signed, encoding="unicode").encode()

    return build


def _stranger_structure(forge: Forge) -> bytes:
    return _attribute(v.STRUCTURE, "10B0000000")(forge)


def _leaf_as_authority(forge: Forge) -> bytes:
    """Certified by the identity itself, under its own name."""
    wish = forge.wish
    own = wish.identity.signature
    key = new_key(KeyKind.RSA)
    issued = Issuer(own).issue(Request(own.certificate.subject, SIGNATURE, Validity.around(wish.at, days=30)), key)
    return forge.signed(forge.assertion(), issued)


def _two_conditions(root: etree._Element) -> None:
    for _ in range(2):
        root.insert(2, etree.Element(n.CONDITIONS))


def _twice(root: etree._Element) -> None:
    for each in root.iter(n.ATTRIBUTE):
        if each.get("Name") == v.STRUCTURE:
            other = etree.fromstring(etree.tostring(each, with_tail=False))
            other.set("Name", v.STRUCTURE.upper())
            other[0].text = "10B0000000"
            each.addnext(other)
            return


def _nil(root: etree._Element) -> None:
    tampering.name_id(root).set(n.XSI_NIL, "true")


def _condition(root: etree._Element) -> None:
    conditions = etree.Element(n.CONDITIONS)
    etree.SubElement(conditions, f"{{{n.SAML}}}Condition", {n.XSI_TYPE: "urn:unknown"})
    root.insert(2, conditions)


def _no_zone(root: etree._Element) -> None:
    root.set("IssueInstant", root.get("IssueInstant", "").rstrip("Z"))


def _sha1(forge: Forge) -> bytes:
    root = etree.fromstring(forge.signed(forge.assertion()))
    root[1][0][1].set("Algorithm", xn.RSA_SHA1)
    return etree.tostring(root, encoding="unicode").encode()


_ALL: Final = (
    # --- conditions and time
    Bad(
        "expired",
        "expiré depuis une heure",
        Check.CONDITIONS,
        _conditions(lambda w: Conditions(w.at - timedelta(hours=2), w.at - timedelta(hours=1))),
    ),
    Bad(
        "not-yet-valid",
        "valide dans une heure",
        Check.CONDITIONS,
        _conditions(lambda w: Conditions(w.at + timedelta(hours=1), w.at + timedelta(hours=2))),
    ),
    Bad(
        "one-year",
        "valide un an",
        Check.CONDITIONS,
        _conditions(lambda w: Conditions(w.at, w.at + timedelta(days=365))),
    ),
    Bad(
        "stale",
        "sans Conditions et émis la veille",
        Check.CONDITIONS,
        _changed(lambda a, w: replace(a, conditions=None, issue_instant=w.at - _LATER)),
    ),
    Bad(
        "issued-tomorrow",
        "émis demain",
        Check.ISSUER,
        _changed(lambda a, w: replace(a, conditions=None, issue_instant=w.at + _LATER)),
    ),
    Bad("no-zone", "IssueInstant sans fuseau horaire", Check.ISSUER, _edited(_no_zone)),
    Bad(
        "wrong-audience",
        "destiné à un autre service",
        Check.CONDITIONS,
        _conditions(lambda w: Conditions(w.at, w.at + timedelta(minutes=5), (frozenset({"urn:ailleurs"}),))),
    ),
    Bad("unknown-condition", "une condition que personne ne connaît", Check.CONDITIONS, _edited(_condition)),
    Bad("two-conditions", "deux éléments Conditions", Check.CONDITIONS, _edited(_two_conditions)),
    # --- signature and certificate
    Bad("unsigned", "non signé", Check.SIGNATURE_PLACE, lambda forge: unsigned(forge.assertion()), indirect=True),
    Bad(
        "auth-certificate",
        "signé avec le certificat d'authentification",
        Check.CERTIFICATE,
        lambda forge: forge.signed(forge.assertion(), forge.wish.identity.authentication),
    ),
    Bad("expired-certificate", "certificat expiré", Check.CERTIFICATE, _signer(Flaw.EXPIRED)),
    Bad("future-certificate", "certificat pas encore valide", Check.CERTIFICATE, _signer(Flaw.NOT_YET_VALID)),
    Bad("revoked", "certificat révoqué", Check.CERTIFICATE, _signer(Flaw.REVOKED)),
    Bad("wrong-usage", "certificat pour signer du code", Check.CERTIFICATE, _signer(Flaw.WRONG_EXTENDED_USAGE)),
    Bad("wrong-key-usage", "certificat pour chiffrer", Check.CERTIFICATE, _signer(Flaw.WRONG_KEY_USAGE)),
    Bad("self-signed", "certificat auto-signé", Check.CERTIFICATE, _signer(Flaw.SELF_SIGNED)),
    Bad("stranger-ca", "autorité étrangère de même nom", Check.CERTIFICATE, _signer(Flaw.STRANGER)),
    Bad("leaf-as-authority", "certificat émis par une carte ou un cachet", Check.CERTIFICATE, _leaf_as_authority),
    Bad("sha1", "RSA-SHA1", Check.SIGNATURE_SHAPE, _sha1),
    Bad("xslt", "une transformation XSLT", Check.SIGNATURE_SHAPE, _tampered(tampering.xslt)),
    Bad(
        "empty-reference",
        "une référence à tout le document",
        Check.SIGNATURE_SHAPE,
        _tampered(tampering.empty_reference),
    ),
    Bad("key-value", "une clé sans certificat", Check.KEY_INFO, _tampered(tampering.key_value)),
    Bad("foreign-value", "une valeur de signature inventée", Check.SIGNATURE, _tampered(tampering.foreign_value)),
    Bad("tampered", "NameID changé après la signature", Check.SIGNATURE, _tampered(tampering.tampered)),
    Bad("two-signatures", "deux signatures", Check.SIGNATURE_PLACE, _tampered(tampering.two_signatures)),
    Bad("duplicate-id", "un autre élément du même identifiant", Check.ONE_ASSERTION, _tampered(tampering.duplicate_id)),
    Bad("comment", "un commentaire dans le NameID", Check.XML, _tampered(tampering.comment)),
    *(
        Bad(
            name,
            f"enveloppement de signature, variante {name[-1]}",
            Check.ONE_ASSERTION,
            _tampered(wrap),
        )
        for name, wrap in tampering.WRAPPINGS.items()
    ),
    # --- who
    Bad(
        "wrong-issuer",
        "l'Issuer est le sujet d'un autre certificat",
        Check.ISSUER,
        _changed(lambda a, _w: replace(a, issuer="CN=899700000001,C=FR")),
    ),
    Bad(
        "spaces",
        "des espaces autour du NameID",
        Check.SUBJECT,
        _changed(lambda a, _w: replace(a, name_id=f" {a.name_id} ")),
    ),
    Bad("nil", "xsi:nil sur le NameID", Check.SUBJECT, _edited(_nil)),
    Bad(
        "bad-confirmation",
        "une méthode de confirmation inconnue",
        Check.CONFIRMATION,
        _changed(lambda a, _w: replace(a, confirmations=(Confirmation("urn:unknown"),))),
    ),
    Bad(
        "other-key",
        "holder-of-key avec la clé d'un autre",
        Check.CONFIRMATION,
        _changed(lambda a, _w: replace(a, confirmations=(Confirmation(n.HOLDER_OF_KEY, certificates=(b"\x30\x00",)),))),
    ),
    Bad(
        "no-authentication",
        "sans AuthnStatement",
        Check.AUTHENTICATION,
        _changed(lambda a, _w: replace(a, authentications=())),
    ),
    # --- attributes
    Bad("missing-structure", "sans Identifiant_Structure", Check.ATTRIBUTES, _attribute(v.STRUCTURE)),
    Bad("attribute-twice", "Identifiant_Structure deux fois, à la casse près", Check.ATTRIBUTES, _edited(_twice)),
    Bad("wrong-version", "VIHF_Version 9.9", Check.ATTRIBUTES, _attribute(v.VERSION, "9.9")),
    Bad("wrong-mode", "mode d'authentification inconnu", Check.ATTRIBUTES, _attribute(v.MODE, "AUTRE")),
    Bad("wrong-sector", "secteur d'activité sans son système", Check.ATTRIBUTES, _attribute(v.SECTOR, "SA07")),
    Bad(
        "wrong-role",
        "rôle d'un système inconnu",
        Check.ATTRIBUTES,
        _attribute(v.ROLE, CE("Role", "10", "1.2.3")),
    ),
    Bad(
        "wrong-purpose",
        "purposeofuse inconnu",
        Check.ATTRIBUTES,
        _attribute(v.PURPOSE, CE("PurposeOfUse", "curiosite", v.PURPOSES)),
    ),
    Bad("wrong-resource", "pour un autre téléservice", Check.ATTRIBUTES, _attribute(v.RESOURCE_URN, "urn:ROR")),
    Bad("wrong-ins", "resource-id qui n'est pas un INS", Check.ATTRIBUTES, _attribute(v.PATIENT, "1^^^&1.2.3&ISO^PI")),
    # --- what it is used for
    Bad(
        "wrong-structure",
        "au nom d'une structure qui n'est pas la sienne",
        Check.BINDING,
        _stranger_structure,
        needs_structure=True,
    ),
    Bad(
        "wrong-patient",
        "pour un autre patient que la requête",
        Check.ATTRIBUTES,
        _attribute(v.PATIENT, "255069999999934^^^&1.2.250.1.213.1.4.10&ISO^NH"),
        patient=True,
    ),
    Bad("replayed", "envoyé deux fois", Check.REPLAY, lambda forge: forge.signed(forge.assertion()), twice=True),
)


BAD: Final[Mapping[str, Bad]] = {each.name: each for each in _ALL}
"""By name."""
