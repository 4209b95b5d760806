"""Explains the signature of a submission set: every check with its verdict, going on after the first that fails."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from hmac import compare_digest

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dmp.captured import Captured
from dmp.lot_policy import LotPolicy
from dmp.lot_shape import SignedSet, examined, signature_entries, uri_of
from dmp.lot_signer import Signatory, SignerTrust, relate
from dmp.nomenclature import SIGNATURE_EVENT
from dmp.phrases import in_french
from metadata.rules import Finding
from security.certificates import CertificateRefused, TrustStore, Usage
from security.dsg import SetDocument, SetPolicy, SignatureRefused
from security.dsg.documents import canonical_digest
from security.dsg.manifest import read_manifest
from security.dsg.properties import read_properties
from security.dsg.purpose import purpose_of
from security.dsg.reading import ClaimedSet, read_set
from security.xmlsignature.gate import Reference
from security.xmlsignature.verification import prove


class Verdict(Enum):
    OK = "ok"
    REFUSED = "refusé"
    NOT_CHECKED = "non vérifié"


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of one check."""

    check: str
    """Its name, for people."""
    verdict: Verdict
    detail: str = ""
    rule: str = ""
    """The rule that is broken."""
    finding: Finding | None = None
    """The same with its values, where it came of the metadata."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be explained: a signature document, and as much of its submission as there is."""

    signature: bytes
    documents: Mapping[str, bytes]
    """By their `urn:oid:` URI."""
    set_uri: str = ""
    """Empty when it is not known: then the manifest says it."""
    signed: SignedSet | None = None
    findings: tuple[Finding, ...] = ()
    """What is wrong with the lot around the signature."""

    @classmethod
    def of(cls, captured: Captured, policy: LotPolicy) -> "Subject | None":
        """The signature in a captured message; None when it has none, or its document is not there."""
        shape = examined(captured.submission, policy)
        entries = signature_entries(captured.submission, policy)
        signature = captured.content(entries[0].entry_uuid) if entries else None
        if signature is None:
            return None
        documents = {
            uri_of(entry.unique_id): content
            for entry in captured.submission.entries
            if entry not in entries and (content := captured.content(entry.entry_uuid)) is not None
        }
        set_uri = (
            uri_of(captured.submission.submission_sets[0].unique_id) if captured.submission.submission_sets else ""
        )
        return cls(signature, documents, set_uri, shape.signed, shape.findings)


def explain(subject: Subject, policy: LotPolicy, *, at: datetime, store: TrustStore | None) -> list[Checked]:
    """Every check in the order of `dmp.lot`; without a store certificates are not judged."""
    return [*_lot(subject, policy), *_signature(subject, policy, at, store)]


def accepted(checked: Sequence[Checked]) -> bool:
    """Nothing that could be checked was refused."""
    return all(each.verdict is not Verdict.REFUSED for each in checked)


def _lot(subject: Subject, policy: LotPolicy) -> Iterator[Checked]:
    name = "le lot : une signature, sa fiche, ses Associations"
    if subject.findings:
        for finding in subject.findings:
            yield Checked(name, Verdict.REFUSED, finding.message(policy.language), finding.rule.id, finding)
    elif subject.signed is None:
        yield Checked(name, Verdict.NOT_CHECKED, "le document de signature est seul, sans message")
    else:
        yield Checked(name, Verdict.OK)


def _signature(subject: Subject, policy: LotPolicy, at: datetime, store: TrustStore | None) -> Iterator[Checked]:
    try:
        claimed = read_set(subject.signature, policy.policies)
        certificate = x509.load_der_x509_certificate(claimed.claim.certificates[0])
    except (SignatureRefused, ValueError) as error:
        yield _refused("la structure de la signature", error)
        return
    yield Checked("la structure de la signature", Verdict.OK, f"politique {claimed.policy.name}")
    yield _believed(certificate, policy, at, store)
    yield _proved(claimed, certificate)
    yield _properties(claimed, certificate, policy, at)
    yield _purpose(claimed, certificate, subject, policy, at)
    references = read_references(claimed)
    if isinstance(references, Checked):
        yield references
        return
    yield from _manifest(references, subject, claimed.policy, detached=policy.detached)
    yield _signer(certificate, subject, policy)


def _believed(certificate: x509.Certificate, policy: LotPolicy, at: datetime, store: TrustStore | None) -> Checked:
    name = "le certificat du signataire"
    holder = Signatory.of(certificate)
    who = certificate.subject.rfc4514_string()
    if policy.french and holder is None:
        return Checked(name, Verdict.REFUSED, f"{who} n'est ni une personne ni une structure", "lot.certificate")
    if store is None:
        return Checked(name, Verdict.NOT_CHECKED, f"{who} ; donnez --trust pour le juger")
    usage = Usage.SIGN if holder is None or holder.is_person else Usage.SEAL
    trust = SignerTrust(store) if policy.french else store
    try:
        trust.validate(certificate.public_bytes(Encoding.DER), usage, at=at)
    except CertificateRefused as error:
        return Checked(name, Verdict.REFUSED, in_french(error.detail), "lot.certificate")
    return Checked(name, Verdict.OK, who)


def _proved(claimed: ClaimedSet, certificate: x509.Certificate) -> Checked:
    name = "la valeur de signature, et les empreintes du Manifest et de SignedProperties"
    try:
        prove(claimed.claim, certificate, claimed.policy.profile, claimed.signed)
    except SignatureRefused as error:
        return _refused(name, error)
    return Checked(name, Verdict.OK, claimed.claim.method)


def _properties(claimed: ClaimedSet, certificate: x509.Certificate, policy: LotPolicy, at: datetime) -> Checked:
    name = "les propriétés XAdES : SigningTime, SigningCertificate, politique"
    try:
        found = read_properties(claimed.targets[claimed.properties.uri], claimed.policy, certificate, policy.clock, at)
    except SignatureRefused as error:
        return _refused(name, error)
    return Checked(name, Verdict.OK, f"signé le {found.signing_time:%Y-%m-%d %H:%M:%S} UTC")


def _purpose(
    claimed: ClaimedSet, certificate: x509.Certificate, subject: Subject, policy: LotPolicy, at: datetime
) -> Checked:
    name = "l'objet de la signature"
    ids = () if subject.signed is None else (subject.signed.signature.entry_uuid,)
    forever = replace(policy.clock, behind=None)
    try:
        properties = read_properties(claimed.targets[claimed.properties.uri], claimed.policy, certificate, forever, at)
        purpose, forgiven = purpose_of(claimed, properties, SIGNATURE_EVENT.code if policy.french else None, ids)
    except SignatureRefused as error:
        return _refused(name, error)
    leniencies = [*map(str, (*claimed.leniencies, *forgiven))]
    told = f"{purpose or 'non dit'}" + (f" ; tolérances : {', '.join(leniencies)}" if leniencies else "")
    return Checked(name, Verdict.OK, told)


def read_references(claimed: ClaimedSet) -> tuple[Reference, ...] | Checked:
    """What the manifest names, proved or not; or why it cannot be read."""
    manifest = claimed.targets[claimed.manifest.uri]
    try:
        return read_manifest(manifest, claimed.policy, len(manifest))
    except SignatureRefused as error:
        return _refused("le Manifest", error)


def _manifest(
    references: Sequence[Reference], subject: Subject, policy: SetPolicy, *, detached: bool
) -> Iterator[Checked]:
    by_uri = {reference.uri: reference for reference in references}
    if len(by_uri) < len(references):
        yield Checked("le Manifest", Verdict.REFUSED, "désigne deux fois le même objet", "lot.manifest-duplicate")
    set_uri = subject.set_uri or next((r.uri for r in references if r.digest in policy.set_digests), "")
    the_set = by_uri.pop(set_uri, None)
    if the_set is None and detached:
        yield Checked("le Manifest désigne le lot", Verdict.NOT_CHECKED, "la signature est celle de documents")
        for uri in by_uri.keys() & subject.documents.keys():
            yield _document(uri, by_uri[uri], subject)
        return
    if the_set is None or the_set.digest not in policy.set_digests:
        yield Checked(
            "le Manifest désigne le lot", Verdict.REFUSED, f"{set_uri or 'AA=='} n'y est pas", "lot.manifest-set"
        )
    else:
        yield Checked("le Manifest désigne le lot", Verdict.OK, set_uri)
    for uri, reference in by_uri.items():
        yield _document(uri, reference, subject)
    for uri in subject.documents:
        if uri not in by_uri:
            yield Checked(f"document {uri}", Verdict.REFUSED, "absent du Manifest", "lot.manifest-missing")


def _document(uri: str, reference: Reference, subject: Subject) -> Checked:
    name = f"document {uri}"
    content = subject.documents.get(uri)
    if content is None:
        if subject.signed is None:
            return Checked(name, Verdict.NOT_CHECKED, "ses octets ne sont pas donnés")
        return Checked(name, Verdict.REFUSED, "désigné par le Manifest, absent du lot", "lot.manifest-extra")
    document = SetDocument.of(uri, content)
    method = reference.digest_method
    try:
        actual = canonical_digest(document, method) if reference.transforms else document.digest(method)
    except (SignatureRefused, KeyError) as error:
        return _refused(name, error)
    if not compare_digest(actual, reference.digest):
        form = "sous sa forme canonique" if reference.transforms else "tel quel"
        return Checked(name, Verdict.REFUSED, f"{form}, n'est pas ce qui a été signé", "lot.document-digest")
    return Checked(name, Verdict.OK)


def _signer(certificate: x509.Certificate, subject: Subject, policy: LotPolicy) -> Checked:
    name = "le signataire et la fiche de la signature"
    holder = Signatory.of(certificate)
    if subject.signed is None or holder is None or not policy.french:
        return Checked(name, Verdict.NOT_CHECKED, "le VIHF et la fiche ne sont pas là pour comparer")
    related = relate(holder, subject.signed.signature, None, policy)
    if related.findings:
        finding = related.findings[0]
        return Checked(name, Verdict.REFUSED, finding.message(policy.language), finding.rule.id, finding)
    return Checked(name, Verdict.OK, f"{holder.identifier} ; le VIHF se vérifie par carnet vihf check")


def _refused(name: str, error: Exception) -> Checked:
    if isinstance(error, SignatureRefused):
        return Checked(name, Verdict.REFUSED, in_french(error.detail), f"lot.{error.reason}")
    return Checked(name, Verdict.REFUSED, str(error), "lot.structure")
