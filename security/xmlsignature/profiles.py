"""What a signature must look like: fixed profiles, checked before anything is canonicalised.

A verifier that does whatever the message asks for can be asked for anything: to transform for minutes, to sign
something else, to trust a weak digest. These accept one shape each.
"""

from dataclasses import dataclass
from typing import Final

from security.xmlsignature import names as n
from security.xmlsignature.parsing import Caps

_STRONG: Final = frozenset((n.RSA_SHA256, n.RSA_SHA384, n.RSA_SHA512, n.RSA_PSS_SHA256, n.ECDSA_SHA256, n.ECDSA_SHA384))
_SHA2: Final = frozenset((n.SHA256, n.SHA384, n.SHA512))


@dataclass(frozen=True, slots=True)
class SignatureProfile:
    """One shape of `ds:Signature`."""

    name: str
    canonicalization: str
    """The only CanonicalizationMethod of SignedInfo."""
    signature_methods: frozenset[str]
    digest_methods: frozenset[str]
    references: tuple[int, int]
    """How many in SignedInfo, from and to. Counted before they are looked at: each costs a canonicalisation."""
    transforms: frozenset[tuple[str, ...]]
    """The sequences that a Reference of SignedInfo may have; `()` is no `Transforms` at all."""
    objects: tuple[str, ...]
    """Local names of what the `Object`s hold, one each, in any order; empty: there are none."""
    certificates: int
    """At most, in the only X509Data."""
    prefixes: int
    """At most, in a PrefixList of InclusiveNamespaces; 0: none may stand."""
    caps: Caps
    inclusive: bool = False
    """Canonicalisation is inclusive, so that `xml:*` attributes may not occur."""


ASSERTION: Final = SignatureProfile(
    name="strict",
    canonicalization=n.EXC_C14N,
    signature_methods=_STRONG,
    digest_methods=_SHA2,
    references=(1, 1),
    transforms=frozenset({(n.ENVELOPED, n.EXC_C14N)}),
    objects=(),
    certificates=4,
    prefixes=16,
    caps=Caps(size=64 << 10, elements=2_000, per_element=64),
)
"""The signature of a SAML assertion (SAML 2.0 Core 5.4): enveloped, exclusive, SHA-2."""

ASSERTION_SHA1: Final = SignatureProfile(
    name="sha1",
    canonicalization=n.EXC_C14N,
    signature_methods=frozenset({n.RSA_SHA1}),
    digest_methods=frozenset({n.SHA1}),
    references=(1, 1),
    transforms=ASSERTION.transforms,
    objects=(),
    certificates=ASSERTION.certificates,
    prefixes=ASSERTION.prefixes,
    caps=ASSERTION.caps,
)
"""The same with RSA-SHA1: the VIHF of the official messages of 2019 and 2020. To be asked for by name."""

STRICT_SET: Final = SignatureProfile(
    name="strict",
    canonicalization=n.EXC_C14N,
    signature_methods=_STRONG,
    digest_methods=_SHA2,
    references=(2, 3),
    transforms=frozenset({(n.EXC_C14N,)}),
    objects=("Manifest", "QualifyingProperties"),
    certificates=4,
    prefixes=16,
    caps=Caps(size=1 << 20, elements=20_000, per_element=64),
)
"""IHE DSG under a policy of today (ITI TF-3 5.5.2 leaves that open): exclusive canonicalisation, every transform
stated."""

DSG_SET: Final = SignatureProfile(
    name="dsg",
    canonicalization=n.C14N11_WITH_COMMENTS,
    signature_methods=_STRONG,
    digest_methods=frozenset({n.SHA256}),
    references=(2, 3),
    transforms=frozenset({(), (n.C14N11_WITH_COMMENTS,)}),
    objects=("Manifest", "QualifyingProperties"),
    certificates=4,
    prefixes=0,
    caps=Caps(size=1 << 20, elements=20_000, in_scope=16),
    inclusive=True,
)
"""The signature of a set of documents to the letter of IHE DSG: Canonical XML 1.1, SHA-256. # ITI TF-3 5.5.2"""

DMP_LEGACY_SET: Final = SignatureProfile(
    name="dmp-legacy",
    canonicalization=n.C14N_WITH_COMMENTS,
    signature_methods=frozenset({n.RSA_SHA1}),
    digest_methods=frozenset({n.SHA1}),
    references=(2, 2),
    transforms=frozenset({(), (n.C14N_WITH_COMMENTS,)}),
    objects=("Manifest", "SignatureProperties", "QualifyingProperties"),
    certificates=1,
    prefixes=0,
    caps=Caps(size=256 << 10, elements=4_000, in_scope=16),
    inclusive=True,
)
"""What official French messages and kits still send: RSA-SHA1, inclusive canonicalisation, XAdES 1.1.1."""
