"""Each way a VIHF can be wrong, by name: one thing is wrong in it, and all else is right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from dmp.authority import Flaw
from dmp.vihf import names as v
from dmp.vihf.forging import (
    LATER,
    Forge,
    attribute,
    changed,
    condition,
    conditions,
    edited,
    leaf_as_authority,
    nil,
    no_zone,
    sha1,
    signer,
    stranger_structure,
    tampered,
    twice,
    two_conditions,
)
from security.saml import CE, Check, Conditions, Confirmation, tampering
from security.saml import names as n
from security.saml.making import unsigned


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


_ALL: Final = (
    # --- conditions and time
    Bad(
        "expired",
        "expiré depuis une heure",
        Check.CONDITIONS,
        conditions(lambda w: Conditions(w.at - timedelta(hours=2), w.at - timedelta(hours=1))),
    ),
    Bad(
        "not-yet-valid",
        "valide dans une heure",
        Check.CONDITIONS,
        conditions(lambda w: Conditions(w.at + timedelta(hours=1), w.at + timedelta(hours=2))),
    ),
    Bad(
        "one-year",
        "valide un an",
        Check.CONDITIONS,
        conditions(lambda w: Conditions(w.at, w.at + timedelta(days=365))),
    ),
    Bad(
        "stale",
        "sans Conditions et émis la veille",
        Check.CONDITIONS,
        changed(lambda a, w: replace(a, conditions=None, issue_instant=w.at - LATER)),
    ),
    Bad(
        "issued-tomorrow",
        "émis demain",
        Check.ISSUER,
        changed(lambda a, w: replace(a, conditions=None, issue_instant=w.at + LATER)),
    ),
    Bad("no-zone", "IssueInstant sans fuseau horaire", Check.ISSUER, edited(no_zone)),
    Bad(
        "wrong-audience",
        "destiné à un autre service",
        Check.CONDITIONS,
        conditions(lambda w: Conditions(w.at, w.at + timedelta(minutes=5), (frozenset({"urn:ailleurs"}),))),
    ),
    Bad("unknown-condition", "une condition que personne ne connaît", Check.CONDITIONS, edited(condition)),
    Bad("two-conditions", "deux éléments Conditions", Check.CONDITIONS, edited(two_conditions)),
    # --- signature and certificate
    Bad("unsigned", "non signé", Check.SIGNATURE_PLACE, lambda forge: unsigned(forge.assertion()), indirect=True),
    Bad(
        "auth-certificate",
        "signé avec le certificat d'authentification",
        Check.CERTIFICATE,
        lambda forge: forge.signed(forge.assertion(), forge.wish.identity.authentication),
    ),
    Bad("expired-certificate", "certificat expiré", Check.CERTIFICATE, signer(Flaw.EXPIRED)),
    Bad("future-certificate", "certificat pas encore valide", Check.CERTIFICATE, signer(Flaw.NOT_YET_VALID)),
    Bad("revoked", "certificat révoqué", Check.CERTIFICATE, signer(Flaw.REVOKED)),
    Bad("wrong-usage", "certificat pour signer du code", Check.CERTIFICATE, signer(Flaw.WRONG_EXTENDED_USAGE)),
    Bad("wrong-key-usage", "certificat pour chiffrer", Check.CERTIFICATE, signer(Flaw.WRONG_KEY_USAGE)),
    Bad("self-signed", "certificat auto-signé", Check.CERTIFICATE, signer(Flaw.SELF_SIGNED)),
    Bad("stranger-ca", "autorité étrangère de même nom", Check.CERTIFICATE, signer(Flaw.STRANGER)),
    Bad("leaf-as-authority", "certificat émis par une carte ou un cachet", Check.CERTIFICATE, leaf_as_authority),
    Bad("sha1", "RSA-SHA1", Check.SIGNATURE_SHAPE, sha1),
    Bad("xslt", "une transformation XSLT", Check.SIGNATURE_SHAPE, tampered(tampering.xslt)),
    Bad(
        "empty-reference",
        "une référence à tout le document",
        Check.SIGNATURE_SHAPE,
        tampered(tampering.empty_reference),
    ),
    Bad("key-value", "une clé sans certificat", Check.KEY_INFO, tampered(tampering.key_value)),
    Bad("foreign-value", "une valeur de signature inventée", Check.SIGNATURE, tampered(tampering.foreign_value)),
    Bad("tampered", "NameID changé après la signature", Check.SIGNATURE, tampered(tampering.tampered)),
    Bad("two-signatures", "deux signatures", Check.SIGNATURE_PLACE, tampered(tampering.two_signatures)),
    Bad("duplicate-id", "un autre élément du même identifiant", Check.ONE_ASSERTION, tampered(tampering.duplicate_id)),
    Bad("comment", "un commentaire dans le NameID", Check.XML, tampered(tampering.comment)),
    *(
        Bad(
            name,
            f"enveloppement de signature, variante {name[-1]}",
            Check.ONE_ASSERTION,
            tampered(wrap),
        )
        for name, wrap in tampering.WRAPPINGS.items()
    ),
    # --- who
    Bad(
        "wrong-issuer",
        "l'Issuer est le sujet d'un autre certificat",
        Check.ISSUER,
        changed(lambda a, _w: replace(a, issuer="CN=899700000001,C=FR")),
    ),
    Bad(
        "spaces",
        "des espaces autour du NameID",
        Check.SUBJECT,
        changed(lambda a, _w: replace(a, name_id=f" {a.name_id} ")),
    ),
    Bad("nil", "xsi:nil sur le NameID", Check.SUBJECT, edited(nil)),
    Bad(
        "bad-confirmation",
        "une méthode de confirmation inconnue",
        Check.CONFIRMATION,
        changed(lambda a, _w: replace(a, confirmations=(Confirmation("urn:unknown"),))),
    ),
    Bad(
        "other-key",
        "holder-of-key avec la clé d'un autre",
        Check.CONFIRMATION,
        changed(lambda a, _w: replace(a, confirmations=(Confirmation(n.HOLDER_OF_KEY, certificates=(b"\x30\x00",)),))),
    ),
    Bad(
        "no-authentication",
        "sans AuthnStatement",
        Check.AUTHENTICATION,
        changed(lambda a, _w: replace(a, authentications=())),
    ),
    # --- attributes
    Bad("missing-structure", "sans Identifiant_Structure", Check.ATTRIBUTES, attribute(v.STRUCTURE)),
    Bad("attribute-twice", "Identifiant_Structure deux fois, à la casse près", Check.ATTRIBUTES, edited(twice)),
    Bad("wrong-version", "VIHF_Version 9.9", Check.ATTRIBUTES, attribute(v.VERSION, "9.9")),
    Bad("wrong-mode", "mode d'authentification inconnu", Check.ATTRIBUTES, attribute(v.MODE, "AUTRE")),
    Bad("wrong-sector", "secteur d'activité sans son système", Check.ATTRIBUTES, attribute(v.SECTOR, "SA07")),
    Bad(
        "wrong-role",
        "rôle d'un système inconnu",
        Check.ATTRIBUTES,
        attribute(v.ROLE, CE("Role", "10", "1.2.3")),
    ),
    Bad(
        "wrong-purpose",
        "purposeofuse inconnu",
        Check.ATTRIBUTES,
        attribute(v.PURPOSE, CE("PurposeOfUse", "curiosite", v.PURPOSES)),
    ),
    Bad("wrong-resource", "pour un autre téléservice", Check.ATTRIBUTES, attribute(v.RESOURCE_URN, "urn:ROR")),
    Bad("wrong-ins", "resource-id qui n'est pas un INS", Check.ATTRIBUTES, attribute(v.PATIENT, "1^^^&1.2.3&ISO^PI")),
    # --- what it is used for
    Bad(
        "wrong-structure",
        "au nom d'une structure qui n'est pas la sienne",
        Check.BINDING,
        stranger_structure,
        needs_structure=True,
    ),
    Bad(
        "wrong-patient",
        "pour un autre patient que la requête",
        Check.ATTRIBUTES,
        attribute(v.PATIENT, "255069999999934^^^&1.2.250.1.213.1.4.10&ISO^NH"),
        patient=True,
    ),
    Bad("replayed", "envoyé deux fois", Check.REPLAY, lambda forge: forge.signed(forge.assertion()), twice=True),
)


BAD: Final[Mapping[str, Bad]] = {each.name: each for each in _ALL}
"""By name."""
