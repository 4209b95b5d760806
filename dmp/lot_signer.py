"""Who signed a set, as the certificate tells it, and whether that is who submits it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from dmp.identifiers import IdentifierError, PsIdNat, StructIdNat, person_of
from dmp.lot_policy import LotLeniency, LotPolicy
from dmp.lot_rules import broken
from dmp.vihf.caller import VihfCaller
from metadata.model import DocumentEntry, SubmissionSet
from metadata.rules import Finding
from metadata.translate import Submission
from security.certificates import CertificateRefused, Usage, ValidatedCertificate
from security.dsg import Trust
from security.gate import Caller, Refused
from security.inspection import parse
from security.refusals import Reason


@dataclass(frozen=True, slots=True)
class Signatory:
    """The holder of a certificate."""

    identifier: str
    """PS_IdNat of a person (CN), Struct_IdNat of a structure (OU)."""
    is_person: bool
    family: str = ""
    given: str = ""
    structure: str = ""
    """Struct_IdNat in the certificate; a card has one only when it belongs to a structure (CPE)."""
    organisation: str = ""
    """The name of that structure."""

    @classmethod
    def of(cls, certificate: x509.Certificate) -> Self | None:
        """None for a certificate that names neither a person nor a structure as IGC-Santé and IGC-CPS do.

        The name of a certificate of a structure is a label of the structure's choice: it is never taken for a person's.
        """
        subject = certificate.subject
        name = _first(subject, NameOID.COMMON_NAME)
        structure = next(filter(_is_structure, _values(subject, NameOID.ORGANIZATIONAL_UNIT_NAME)), "")
        family, given = _first(subject, NameOID.SURNAME), _first(subject, NameOID.GIVEN_NAME)
        organisation = _first(subject, NameOID.ORGANIZATION_NAME)
        try:
            number = PsIdNat.parse(name)
        except IdentifierError:
            number = None
        if number is not None and number.register.is_national and family:
            return cls(name, True, family, given)
        if number is not None and structure and number.number == structure[1:]:
            # a card without a name: O is read as the family name, CN as the given name                  # PDT-INF-617
            return cls(name, True, family or organisation, given or name.replace("/", "-"), structure, organisation)
        return cls(structure, False, structure=structure, organisation=organisation) if structure else None


@lru_cache(maxsize=1024)
def signatory_of(der: bytes) -> Signatory | None:
    """The holder that a certificate names, read once for each; whether it is to be believed is asked every time.

    Raises `CertificateRefused` for one that cannot be read.
    """
    return Signatory.of(parse(der))


def _is_structure(text: str) -> bool:
    try:
        StructIdNat.parse(text)
    except IdentifierError:
        return False
    return True


def _values(name: x509.Name, oid: ObjectIdentifier) -> list[str]:
    return [str(attribute.value) for attribute in name.get_attributes_for_oid(oid)]


def _first(name: x509.Name, oid: ObjectIdentifier) -> str:
    return next(iter(_values(name, oid)), "")


@dataclass(frozen=True, slots=True)
class SignerTrust:
    """A trust store that believes a person's card for signing, a structure's seal for sealing, and nothing else.

    A card has a second certificate for TLS, and a structure too: neither signs. # DMP DMPInvalidCertificate
    """

    trust: Trust

    def validate(self, certificate: x509.Certificate | bytes, usage: Usage, *, at: datetime) -> ValidatedCertificate:
        """Raises `CertificateRefused`."""
        der = certificate if isinstance(certificate, bytes) else certificate.public_bytes(Encoding.DER)
        signatory = signatory_of(der)
        if signatory is None:
            raise _wrong("its subject is neither a person (CN = PS_IdNat) nor a structure (OU = Struct_IdNat)")
        if usage is not (Usage.SIGN if signatory.is_person else Usage.SEAL):
            raise _wrong(f"the certificate of {signatory.identifier} is not asked to {usage.name}")
        believed = self.trust.validate(der, usage, at=at)
        if not _signs_for_good(believed.certificate):
            raise _wrong(f"KeyUsage of the certificate of {signatory.identifier} lacks nonRepudiation")
        return believed


def _wrong(detail: str) -> CertificateRefused:
    return CertificateRefused(Reason.WRONG_USAGE, detail)


def _signs_for_good(certificate: x509.Certificate) -> bool:
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    return usage.content_commitment


# --- for whom -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Related:
    """What the comparison of the signer with everybody else in the message gave."""

    findings: tuple[Finding, ...]
    leniencies: tuple[LotLeniency, ...] = ()


def relate(signatory: Signatory, entry: DocumentEntry, caller: Caller | None, policy: LotPolicy) -> Related:
    """Holds whoever signed to the entry of the signature, to the VIHF, and to the TLS client."""
    findings: list[Finding] = []
    leniencies: list[LotLeniency] = []
    signer, got = signatory, signatory.identifier
    if signer.is_person and _id(entry.legal_authenticator) != got:
        findings.append(broken("fr.lot.signer.entry", object_id=entry.entry_uuid, got=got))
    if caller is not None and caller.vouched and signer.is_person and caller.name != got:
        findings.append(broken("fr.lot.signer.person", got=got))
    for rule_id, other in _structures(signatory, caller):
        if other == got or other in policy.sites.get(got, ()):
            continue
        if LotLeniency.ANY_SITE in policy.leniencies:
            leniencies.append(LotLeniency.ANY_SITE)
        else:
            findings.append(broken(rule_id, got=got))
    if caller is not None and signer.is_person and _other_card(signatory, caller.certificate):
        findings.append(broken("fr.lot.signer.client", got=got))
    return Related(tuple(findings), tuple(dict.fromkeys(leniencies)))


def _structures(signatory: Signatory, caller: Caller | None) -> Iterator[tuple[str, str]]:
    """The structures that a seal is compared with, each with the rule that is broken when it is another."""
    if caller is None or signatory.is_person:
        return
    if caller.vouched:
        yield "fr.lot.signer.structure", caller.organisation
    client = _holder(caller.certificate)
    if client is not None and not client.is_person:
        yield "fr.lot.signer.client", client.identifier


def _other_card(signatory: Signatory, client: bytes | None) -> bool:
    """Whether the connection was opened with the card of another person; a structure's is the gate's to judge."""
    holder = _holder(client)
    return holder is not None and holder.is_person and holder.identifier != signatory.identifier


def _holder(certificate: bytes | None) -> Signatory | None:
    return None if certificate is None else signatory_of(certificate)


def _id(xcn: str | None) -> str | None:
    person = person_of(xcn)
    return None if person is None else person.id


def submitted(submission: Submission, caller: Caller | None) -> Iterator[Finding]:
    """Whether the submission is for the patient, and from the structure, that the VIHF was made for."""
    if not isinstance(caller, VihfCaller):
        return
    described: tuple[SubmissionSet | DocumentEntry, ...] = (*submission.submission_sets, *submission.entries)
    try:
        caller.require_patient(*(each.patient_id or "" for each in described))
    except Refused:
        yield broken("fr.lot.patient")
    try:
        caller.require_structure(author for each in described for author in each.authors)
    except Refused:
        yield broken("fr.lot.institution", got=caller.organisation)
