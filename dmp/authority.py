"""A test authority shaped like IGC-Santé: a root, authorities for persons and for organisations, and their holders."""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dmp import authority_subjects as subjects
from dmp.authority_subjects import Employee, Person, Structure
from security.identities import Identity
from security.issuing import (
    AUTHENTICATION,
    SEAL,
    SERVER,
    SIGNATURE,
    CertifiedKey,
    Issuer,
    KeyKind,
    PrivateKey,
    Purpose,
    Request,
    Validity,
    new_key,
    self_signed,
)

CRL_DAYS: Final = 90
"""How long a list holds: a bench left alone for a quarter closes, as a real one does after a day."""
_YEARS: Final = 365


class Flaw(StrEnum):
    """What is wrong with a bad certificate; all else in it is right."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    REVOKED = "revoked"
    WRONG_EXTENDED_USAGE = "wrong-usage"
    """ExtendedKeyUsage is codeSigning alone."""
    WRONG_KEY_USAGE = "wrong-key-usage"
    """KeyUsage is keyEncipherment alone."""
    SELF_SIGNED = "self-signed"
    STRANGER = "stranger"
    """Issued by another root, through authorities of the same names."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a pair of certificates, and what each of the two is for."""

    subject: Person | Employee | Structure
    by: str
    """Which authority certifies: `persons` or `organisations`."""
    signs: Purpose
    signature_label: str = ""
    authentication_label: str = ""

    def request(self, *, signature: bool, validity: Validity) -> Request:
        if isinstance(self.subject, Structure):
            name = self.subject.subject(self.signature_label if signature else self.authentication_label)
        else:
            name = self.subject.subject()
        purpose = self.signs if signature else AUTHENTICATION
        return Request(name, purpose, validity, self.subject.extensions(), crl_url(self.by))


def _structure(structure: Structure) -> Holder:
    return Holder(structure, "organisations", SEAL, "CACHET TEST", "CLIENT TEST")


HOLDERS: Final[Mapping[str, Holder]] = {
    "doctor": Holder(subjects.DOCTOR, "persons", SIGNATURE),
    "nurse": Holder(subjects.NURSE, "persons", SIGNATURE),
    "pharmacist": Holder(subjects.PHARMACIST, "persons", SIGNATURE),
    "secretary": Holder(subjects.SECRETARY, "persons", SIGNATURE),
    "hospital": _structure(subjects.HOSPITAL),
    "clinic": _structure(subjects.CLINIC),
}
SPOILED: Final = ("doctor", "hospital")
"""Who of them has a bad twin for each flaw."""


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A root and the two authorities under it."""

    root: Issuer
    persons: Issuer
    organisations: Issuer

    @classmethod
    def make(cls, at: datetime, kind: KeyKind) -> "Hierarchy":
        validity = Validity(at - timedelta(days=30), at + timedelta(days=10 * _YEARS))
        root = Issuer.root(subjects.authority_name("RACINE CARNET ELEMENTAIRE"), validity, new_key(kind))
        return cls(
            root,
            root.authority(subjects.authority_name("CARNET ELEMENTAIRE PERSONNES"), validity, new_key(kind)),
            root.authority(subjects.authority_name("CARNET ELEMENTAIRE ORGANISATIONS"), validity, new_key(kind)),
        )

    def issuer(self, name: str) -> Issuer:
        return {"root": self.root, "persons": self.persons, "organisations": self.organisations}[name]

    def __iter__(self) -> Iterator[tuple[str, Issuer]]:
        return iter((("root", self.root), ("persons", self.persons), ("organisations", self.organisations)))


@dataclass(frozen=True, slots=True)
class Authority:
    """The test authority, and everybody it certified."""

    at: datetime
    """When it was made: everything but the bad ones is valid then."""
    hierarchy: Hierarchy
    identities: Mapping[str, Identity]
    """By the names of `HOLDERS`."""
    bad: Mapping[str, Identity]
    """`doctor-expired` and so on: each of `SPOILED` with each `Flaw`."""
    server: CertifiedKey
    """For localhost, 127.0.0.1 and ::1."""
    collector: CertifiedKey
    """The audit record repository's, for the same addresses."""
    revoked: Mapping[str, Mapping[int, datetime]]
    """By authority: which serial numbers, since when."""

    @classmethod
    def make(cls, at: datetime, kind: KeyKind = KeyKind.RSA) -> "Authority":
        """Everything new, valid around `at` (aware): certificates for three years, authorities for ten."""
        hierarchy, stranger = Hierarchy.make(at, kind), Hierarchy.make(at, KeyKind.P256)
        validity = Validity.around(at, days=3 * _YEARS)
        identities = {
            name: _certify(name, holder, hierarchy, validity, (new_key(kind), new_key(kind)))
            for name, holder in HOLDERS.items()
        }
        bad = {
            f"{name}-{flaw}": _spoil(name, identities[name], flaw, stranger if flaw is Flaw.STRANGER else hierarchy, at)
            for name in SPOILED
            for flaw in Flaw
        }
        return cls(
            at,
            hierarchy,
            identities,
            bad,
            server=_server("localhost", hierarchy.organisations, validity, new_key(kind)),
            collector=_server("collector.localhost", hierarchy.organisations, validity, new_key(kind)),
            revoked=_revoked(bad, at),
        )

    def crls(self) -> dict[str, x509.CertificateRevocationList]:
        """The list of each authority, by its name."""
        revoked = self.revoked
        return {name: issuer.crl(revoked[name], at=self.at, days=CRL_DAYS) for name, issuer in self.hierarchy}


def crl_url(authority: str) -> str:
    """Where a real authority would publish its list; nothing is there."""
    return f"http://pki.carnet.invalid/crls/{authority}.crl"


def _certify(
    name: str, holder: Holder, hierarchy: Hierarchy, validity: Validity, keys: tuple[PrivateKey, PrivateKey]
) -> Identity:
    issuer = hierarchy.issuer(holder.by)
    signing, connecting = keys
    return Identity(
        name,
        issuer.issue(holder.request(signature=True, validity=validity), signing),
        issuer.issue(holder.request(signature=False, validity=validity), connecting),
    )


def _spoil(name: str, good: Identity, flaw: Flaw, hierarchy: Hierarchy, at: datetime) -> Identity:
    """The same holder with the same keys, and certificates with one flaw."""
    holder = HOLDERS[name]
    issuer = hierarchy.issuer(holder.by)

    def spoiled(*, signature: bool) -> CertifiedKey:
        key = (good.signature if signature else good.authentication).key
        request = holder.request(signature=signature, validity=_validity(flaw, at))
        purpose = _purpose(flaw, request.purpose)
        request = Request(request.subject, purpose, request.validity, request.extensions, request.crl_url)
        return self_signed(request, key) if flaw is Flaw.SELF_SIGNED else issuer.issue(request, key)

    return Identity(f"{name}-{flaw}", spoiled(signature=True), spoiled(signature=False))


def _validity(flaw: Flaw, at: datetime) -> Validity:
    if flaw is Flaw.EXPIRED:
        return Validity(at - timedelta(days=20), at - timedelta(days=2))
    if flaw is Flaw.NOT_YET_VALID:
        return Validity(at + timedelta(days=2 * _YEARS), at + timedelta(days=3 * _YEARS))
    return Validity.around(at, days=3 * _YEARS)


def _purpose(flaw: Flaw, right: Purpose) -> Purpose:
    if flaw is Flaw.WRONG_EXTENDED_USAGE:
        return Purpose(right.key_usage, (ExtendedKeyUsageOID.CODE_SIGNING,))
    if flaw is Flaw.WRONG_KEY_USAGE:
        return Purpose(frozenset({"key_encipherment"}), right.extended)
    return right


def _revoked(bad: Mapping[str, Identity], at: datetime) -> dict[str, dict[int, datetime]]:
    since = at - timedelta(hours=12)
    revoked: dict[str, dict[int, datetime]] = {"root": {}, "persons": {}, "organisations": {}}
    for name in SPOILED:
        identity = bad[f"{name}-{Flaw.REVOKED}"]
        for certified in (identity.signature, identity.authentication):
            revoked[HOLDERS[name].by][certified.certificate.serial_number] = since
    return revoked


def _server(name: str, issuer: Issuer, validity: Validity, key: PrivateKey) -> CertifiedKey:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "CARNET"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    addresses = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))
    names = dict.fromkeys((name, "localhost"))
    where = x509.SubjectAlternativeName([*map(x509.DNSName, names), *map(x509.IPAddress, addresses)])
    return issuer.issue(Request(subject, SERVER, validity, (where,), crl_url("organisations")), key)
