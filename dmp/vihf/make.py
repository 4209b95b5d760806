"""Makes a VIHF for an identity: for clients, and for whoever tests a server."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography.x509.oid import NameOID

from dmp.vihf import names as v
from dmp.vihf.holder import Holder
from dmp.vihf.names import Mode, PurposeOfUse
from dmp.vihf.vihf import Software
from security.identities import Identity
from security.saml import CE, Assertion, Attribute, Authentication, Conditions, Confirmation, sign
from security.saml import names as n
from security.saml.making import new_id, unsigned

_CLASSES: Final = {
    Mode.DIRECTE: "SmartcardPKI",
    Mode.INDIRECTE: "Password",
    Mode.INDIRECTE_RENFORCEE: "SmartcardPKI",
}
_PURPOSES: Final = {
    PurposeOfUse.NORMAL: "Accès normal",
    PurposeOfUse.BREAK_GLASS: "Accès bris de glace",
    PurposeOfUse.EMERGENCY_CALL: "Accès centre 15",
}
_PROFESSIONS: Final = {
    "10": "Médecin",
    "21": "Pharmacien",
    "40": "Chirurgien-Dentiste",
    "50": "Sage-Femme",
    "60": "Infirmier",
    "70": "Masseur-Kinésithérapeute",
}
_GENERAL_PRACTICE: Final = CE("Role", "SM26", v.SAVOIR_FAIRE, "specialites RPPS", "Qualifié en Médecine Générale (SM)")
_OFFICE: Final = CE("Role", "SECRETARIAT_MEDICAL", v.NO_PROFESSION, "", "Secrétariat médical")
_SECTION_A: Final = CE("Role", "A", "1.2.250.1.71.1.2.28", "", "Pharmacien titulaire d'officine")
"""TRE_G05."""
_KEYWORDS: Final = {NameOID.GIVEN_NAME: "GIVENNAME", NameOID.SURNAME: "SURNAME", NameOID.TITLE: "T"}
"""RFC 2253 leaves these to each; software in Java and ours know them so."""
_CARNET: Final = Software("Carnet", "1", "CARNET-TEST", "1")


@dataclass(frozen=True, slots=True)
class Wish:
    """Who acts, how, and for which patient. What is empty follows from the identity."""

    identity: Identity
    patient_id: str
    """CX of the INS; empty for a call that concerns no patient."""
    at: datetime
    """IssueInstant, aware."""
    mode: Mode | None = None
    """None: DIRECTE for a card, INDIRECTE for a structure."""
    name_id: str = ""
    full_name: str = ""
    structure: str = ""
    """Struct_IdNat."""
    sector: str = ""
    """`SA07`."""
    roles: tuple[CE, ...] = ()
    purpose: PurposeOfUse = PurposeOfUse.NORMAL
    version: str = "3.0"
    resource: str = "urn:dmp"
    secret: bool = False
    signed: bool = True
    lifetime: timedelta | None = None
    """None: no Conditions, as official messages have it. Else Conditions with the audience, and a SubjectConfirmation
    that the connection satisfies: what a strict reader asks for."""
    authn_class: str = ""
    """Of SAML 2.0, `SmartcardPKI`; that of the mode where it is empty."""
    software: Software = field(default=_CARNET)

    @property
    def holder(self) -> Holder:
        return Holder.read(self.identity.signature.certificate)

    @property
    def chosen_mode(self) -> Mode:
        return self.mode or (Mode.DIRECTE if self.holder.is_card else Mode.INDIRECTE)


def token(wish: Wish) -> bytes:
    """The VIHF as XML, signed with the signature key of the identity unless the wish says otherwise."""
    assertion = vihf(wish)
    return sign(assertion, wish.identity.signature) if wish.signed else unsigned(assertion)


def vihf(wish: Wish) -> Assertion:
    """The assertion that a wish describes."""
    holder, mode = wish.holder, wish.chosen_mode
    voucher = wish.identity.signature if wish.signed else wish.identity.authentication
    return Assertion(
        id=new_id(),
        issue_instant=wish.at,
        issuer=voucher.certificate.subject.rfc4514_string(_KEYWORDS),
        issuer_format=n.X509_SUBJECT,
        name_id=wish.name_id or (holder.common_name if holder.is_card else "utilisateur-1"),
        confirmations=() if wish.lifetime is None else (Confirmation(n.SENDER_VOUCHES),),
        conditions=_conditions(wish),
        authentications=(Authentication(wish.at, (f"{n.AUTHN_CLASSES}{wish.authn_class or _CLASSES[mode]}",)),),
        attributes=tuple(_attributes(wish, holder, mode)),
    )


def _conditions(wish: Wish) -> Conditions | None:
    if wish.lifetime is None:
        return None
    return Conditions(wish.at, wish.at + wish.lifetime, (frozenset({wish.resource}),))


def _attributes(wish: Wish, holder: Holder, mode: Mode) -> list[Attribute]:
    structure = wish.structure or holder.structure or _practice(holder)
    found = [
        Attribute.of(v.STRUCTURE, structure),
        Attribute.of(v.SECTOR, f"{wish.sector or _sector(structure)}^{v.SECTORS}"),
    ]
    if not mode.direct:
        found.append(Attribute.of(v.FULL_NAME, wish.full_name or "CLAIRE FONTAINE"))
    found += [
        Attribute(v.ROLE, wish.roles or _roles(holder)),
        Attribute.of(v.VERSION, wish.version),
        Attribute.of(v.MODE, mode.value),
    ]
    if wish.patient_id:
        found.append(Attribute.of(v.PATIENT, wish.patient_id))
    purpose = CE("PurposeOfUse", wish.purpose.value, v.PURPOSES, "mode acces VIHF 2.0", _PURPOSES[wish.purpose])
    found += [Attribute.of(v.RESOURCE_URN, wish.resource), Attribute.of(v.PURPOSE, purpose)]
    if wish.secret:
        secret = CE("ConfidentialityCode", v.SECRET, v.VISIBILITY, "", "Non visible par les représentants légaux")
        found.append(Attribute.of(v.CONFIDENTIALITY, secret))
    software = wish.software
    if software.installation:
        found.append(Attribute.of(v.SOFTWARE_ID, software.installation))
    return [
        *found,
        Attribute.of(v.SOFTWARE_NAME, software.name),
        Attribute.of(v.SOFTWARE_VERSION, software.version),
        Attribute.of(v.APPROVAL, software.approval),
    ]


def _practice(holder: Holder) -> str:
    """The first practice of a professional: RPPS number and rank. # CI-SIS Struct_IdNat, RPPS-rang"""
    return f"4{holder.common_name[1:]}001" if holder.common_name[:1] == "8" else "R00001"


def _sector(structure: str) -> str:
    """A hospital where the structure has a FINESS number, else a practice."""
    return "SA01" if structure[:1] == "1" else "SA07"


def _roles(holder: Holder) -> tuple[CE, ...]:
    """As the card says; a doctor where it says nothing and a structure vouches."""
    if not holder.profession and holder.is_card:
        return (_OFFICE,)
    code = holder.profession or v.DOCTOR
    first = CE("Role", code, v.PROFESSIONS, "professions", _PROFESSIONS.get(code, code))
    if code == v.PHARMACIST:
        return first, _SECTION_A
    if code != v.DOCTOR:
        return (first,)
    known = holder.savoir_faire in ("", _GENERAL_PRACTICE.code)
    return first, _GENERAL_PRACTICE if known else CE("Role", holder.savoir_faire, v.SAVOIR_FAIRE)
