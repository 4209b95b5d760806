"""The policies under which a set is signed; which of them are accepted is for the caller to say."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from security.dsg import names as n
from security.xmlsignature import DMP_LEGACY_SET, DSG_SET, STRICT_SET, SignatureProfile
from security.xmlsignature.names import C14N11_WITH_COMMENTS, C14N_WITH_COMMENTS, DS, SHA1, SHA256

SET_DIGEST: Final = b"\0"
"""What stands for the digest of the set, `AA==`: its metadata are not digested, only its identifier is bound."""


class Leniency(StrEnum):
    """What real software does and the texts do not say; each is accepted by name and named in the verdict."""

    MANIFEST_TRANSFORM = "manifest-transform"
    """The Reference to the Manifest states its canonicalisation; the official sample does not, the kit v2.06 does."""
    SCHEMA_LOCATION = "schema-location"
    """The Manifest bears `xsi:schemaLocation`, part of what is digested."""
    PURPOSE_WITHOUT_NAMESPACE = "purpose-without-namespace"
    """SignatureProperties stands in no namespace, as in the official sample."""
    PURPOSE_OF_ENTRY = "purpose-of-entry"
    """The purpose aims at the entry of the signature document instead of the Signature."""
    DIGIT_IDENTIFIER = "digit-identifier"
    """The Id of the Signature begins with a digit, which XML Schema does not allow."""
    NO_COMMITMENT = "no-commitment"
    """The signature says not what for: no CommitmentTypeIndication, which ITI TF-3 5.5.2 asks of whoever signs."""


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """One way to sign a set."""

    name: str
    profile: SignatureProfile
    xades: str
    """Namespace of XAdES."""
    manifest_types: frozenset[str | None]
    """Type of the Reference to the Manifest; None: it may be absent."""
    properties_type: str
    """Type of the Reference to SignedProperties."""
    digest: str
    """Digest method of every reference in the Manifest."""
    document_transforms: frozenset[tuple[str, ...]]
    """The sequences a Reference to a document may have; one for the raw bytes is `()`."""
    signing_certificate: tuple[str, ...]
    """Local names of the property that names the signer's certificate; the first is written."""
    certificate_digests: frozenset[str]
    certificate_digest_namespaces: tuple[str, ...]
    """Of DigestMethod and DigestValue in CertDigest; the first is written."""
    signature_policy: str | None
    """What SignaturePolicyIdentifier must say: `implied`, an identifier, or anything and nothing (None)."""
    manifest_id: str | None = n.MANIFEST_ID
    """Id of the Manifest; None: any."""
    set_digests: frozenset[bytes] = frozenset({SET_DIGEST})
    """What may stand for the digest of the set."""
    unsigned_properties: bool = False
    """Whether properties that were added after signing may stand beside the signed ones."""


DMP_LEGACY: Final = SetPolicy(
    name="dmp-legacy",
    profile=DMP_LEGACY_SET,
    xades=n.XADES_111,
    manifest_types=frozenset({n.MANIFEST_TYPE}),
    properties_type=n.SIGNED_PROPERTIES_TYPE_111,
    digest=SHA1,
    document_transforms=frozenset({(), (C14N_WITH_COMMENTS,)}),
    signing_certificate=("SigningCertificate",),
    certificate_digests=frozenset({SHA1}),
    certificate_digest_namespaces=(n.XADES_111, DS),
    signature_policy="implied",
)
"""What the official French messages and kits send: XAdES 1.1.1, RSA-SHA1, XML documents in their canonical form."""

STRICT: Final = SetPolicy(
    name="strict",
    profile=STRICT_SET,
    xades=n.XADES_132,
    manifest_types=frozenset({n.MANIFEST_TYPE, None}),
    properties_type=n.SIGNED_PROPERTIES_TYPE,
    digest=SHA256,
    document_transforms=frozenset({()}),
    signing_certificate=("SigningCertificateV2",),
    certificate_digests=STRICT_SET.digest_methods,
    certificate_digest_namespaces=(DS,),
    signature_policy=None,
    unsigned_properties=True,
)
"""IHE DSG with the algorithms of today: XAdES 1.3.2, exclusive canonicalisation, SHA-2, documents as they are."""

DSG: Final = SetPolicy(
    name="dsg",
    profile=DSG_SET,
    xades=n.XADES_132,
    manifest_types=frozenset({n.MANIFEST_TYPE, None}),
    properties_type=n.SIGNED_PROPERTIES_TYPE,
    digest=SHA256,
    document_transforms=frozenset({(), (C14N11_WITH_COMMENTS,), (C14N_WITH_COMMENTS,)}),
    signing_certificate=("SigningCertificateV2", "SigningCertificate"),
    certificate_digests=STRICT_SET.digest_methods,
    certificate_digest_namespaces=(DS,),
    signature_policy=None,
    manifest_id=None,
    set_digests=frozenset({SET_DIGEST, b"0"}),
    unsigned_properties=True,
)
"""IHE DSG to the letter: XAdES 1.3.2, Canonical XML 1.1 with comments, SHA-256. # ITI TF-3 5.5.2, 5.5.3.1

The set has "a hash value of 0": one octet of zero (`AA==`), the character (`MA==`), or the character as it is.
"""

POLICIES: Final = {policy.name: policy for policy in (DMP_LEGACY, STRICT, DSG)}


@dataclass(frozen=True, slots=True)
class Clock:
    """How far a SigningTime may lie from now."""

    ahead: timedelta = timedelta(seconds=60)
    """Clocks differ."""
    behind: timedelta | None = None
    """None: it may be as old as the certificate."""
