"""The verification of a set's signature, in the order that costs an attacker most."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from cryptography import x509

from security.certificates import CertificateRefused, Usage, ValidatedCertificate
from security.dsg.documents import SetDocument
from security.dsg.manifest import check_manifest, read_manifest
from security.dsg.policies import DMP_LEGACY, STRICT, Clock, SetPolicy
from security.dsg.properties import read_properties
from security.dsg.purpose import purpose_of
from security.dsg.reading import read_set
from security.dsg.verdict import SetSignatureVerdict
from security.refusals import Reason as CertificateReason
from security.xmlsignature.refusals import Reason, SignatureRefused
from security.xmlsignature.verification import prove


class Trust(Protocol):
    """Who may sign; `security.certificates.TrustStore` is one."""

    def validate(
        self, certificate: x509.Certificate | bytes, usage: Usage, *, at: datetime
    ) -> ValidatedCertificate: ...


@dataclass(frozen=True, slots=True)
class Expected:
    """What the signature document must be about, as the submission says it."""

    set_uri: str
    """`urn:oid:` and the uniqueId of the SubmissionSet."""
    documents: Sequence[SetDocument]
    """All but the signature document."""
    purpose: str | None = None
    """The eventCode of the signature document's entry; None: whatever the signature says."""
    entry_ids: Collection[str] = ()
    """Identifiers of that entry, symbolic or not; see `Leniency.PURPOSE_OF_ENTRY`."""
    detached: bool = False
    """A signature that does not name the set is accepted as one of documents, here or elsewhere. # ITI TF-3 5.5.3"""


_USAGES: Final = (Usage.SIGN, Usage.SEAL)


def verify_set(
    data: bytes,
    expected: Expected,
    trust: Trust,
    *,
    at: datetime,
    policies: Sequence[SetPolicy] = (DMP_LEGACY, STRICT),
    usages: Sequence[Usage] = _USAGES,
    clock: Clock = Clock(),  # noqa: B008 - frozen
    non_repudiation: bool = True,
) -> SetSignatureVerdict:
    """Verifies a signature document at the time `at` (aware).

    Raises `SignatureRefused`, and what opening a document raises.

    Shape, certificate, signature value, digests of what SignedInfo names, properties, manifest, and last the documents:
    nothing of an unknown signer is canonicalised, and no document is opened before all else holds. `non_repudiation`:
    the KeyUsage of the certificate must have it, whatever the usage; without it, `Usage.SEAL` takes the authentication
    key of a card as well, unless the trust store keeps authorities of its own for seals.
    """
    claimed = read_set(data, policies)
    believed = _believe(claimed.claim.certificates[0], trust, usages, at)
    if non_repudiation:
        _check_key_usage(believed.certificate)
    verified = prove(claimed.claim, believed.certificate, claimed.policy.profile, claimed.signed)
    properties = read_properties(
        verified.signed[claimed.properties.uri].element, claimed.policy, believed.certificate, clock, at
    )
    purpose, found = purpose_of(claimed, properties, expected.purpose, expected.entry_ids)
    manifest = verified.signed[claimed.manifest.uri].element
    references = read_manifest(manifest, claimed.policy, len(expected.documents), detached=expected.detached)
    of_set = check_manifest(
        references, claimed.policy, expected.set_uri, expected.documents, detached=expected.detached
    )
    return SetSignatureVerdict(
        policy=claimed.policy.name,
        set_uri=expected.set_uri if of_set else "",
        signature_sha256=hashlib.sha256(data).hexdigest(),
        signature_method=verified.method,
        chain=believed.chain,
        usage=believed.usage.name,
        signing_time=properties.signing_time,
        verified_at=at,
        purpose=purpose,
        manifest=references,
        revocation=believed.evidence,
        leniencies=(*claimed.leniencies, *found),
    )


def _believe(certificate: bytes, trust: Trust, usages: Sequence[Usage], at: datetime) -> ValidatedCertificate:
    """For the first usage that the certificate has."""
    for usage in usages:
        try:
            return trust.validate(certificate, usage, at=at)
        except CertificateRefused as error:
            refused = error
            if error.reason is not CertificateReason.WRONG_USAGE:
                break
    raise SignatureRefused(Reason.CERTIFICATE, f"the signer's certificate: {refused}") from refused


def _check_key_usage(certificate: x509.Certificate) -> None:
    """RFC 5280 4.2.1.3: contentCommitment, which was called nonRepudiation."""
    try:
        committed = certificate.extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment
    except (x509.ExtensionNotFound, ValueError):
        committed = False
    if not committed:
        raise SignatureRefused(
            Reason.CERTIFICATE, "the KeyUsage of the signer's certificate has no contentCommitment (non-repudiation)"
        )
