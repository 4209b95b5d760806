"""The manifest: which documents were signed, and are they these?"""

from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final

from lxml import etree

from security.dsg import names as n
from security.dsg.documents import SetDocument, canonical_digest
from security.dsg.policies import SetPolicy
from security.xmlsignature.gate import Reference, check_digest_method, parse_reference
from security.xmlsignature.names import REFERENCE
from security.xmlsignature.refusals import Reason, SignatureRefused

SET_DIGEST: Final = b"\0"
"""What stands for the digest of the set, `AA==`: its metadata are not digested, only its identifier is bound."""


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One reference of the manifest, as it is kept for evidence."""

    uri: str
    digest_method: str
    digest: str
    """Base64, as the manifest has it."""
    canonical: bool = False
    """It is the digest of the document's canonical form."""


def read_manifest(manifest: etree._Element, policy: SetPolicy, documents: int) -> tuple[Reference, ...]:
    """Its references; `documents` is how many the set has. Raises `SignatureRefused`."""
    if manifest.tag != n.MANIFEST or any(child.tag != REFERENCE for child in manifest):
        raise SignatureRefused(Reason.STRUCTURE, "a ds:Manifest must hold ds:Reference and nothing else")
    if len(manifest) > documents + 1:
        raise SignatureRefused(
            Reason.MANIFEST_EXTRA,
            f"the manifest has {len(manifest)} references; the set and its {documents} documents make {documents + 1}",
        )
    return tuple(parse_reference(child, policy.profile.prefixes) for child in manifest)


def check_manifest(
    references: Sequence[Reference], policy: SetPolicy, set_uri: str, documents: Sequence[SetDocument]
) -> None:
    """The references are exactly the set and its documents, and the documents are those. Raises `SignatureRefused`.

    French DMP, signature du lot; ITI TF-3 5.5.
    """
    found: dict[str, Reference] = {}
    for reference in references:
        if reference.uri in found:
            raise SignatureRefused(Reason.MANIFEST_DUPLICATE, f"the manifest names {reference.uri} twice")
        found[reference.uri] = reference
    _check_set(found.pop(set_uri, None), policy, set_uri)
    for document in documents:
        if document.uri not in found:
            raise SignatureRefused(Reason.MANIFEST_MISSING, f"the manifest does not name {document.uri}")
    extra = found.keys() - {document.uri for document in documents}
    if extra:
        raise SignatureRefused(Reason.MANIFEST_EXTRA, f"the manifest names {min(extra)}, which is not in the set")
    for document in documents:
        _check_form(found[document.uri], policy)
    for document in documents:
        _check_document(found[document.uri], document)


def _check_set(reference: Reference | None, policy: SetPolicy, set_uri: str) -> None:
    if reference is None:
        raise SignatureRefused(Reason.MANIFEST_SET, f"the manifest does not name the submission set {set_uri}")
    if reference.digest != SET_DIGEST:
        raise SignatureRefused(Reason.MANIFEST_SET, "the digest of the submission set must be AA==")
    if reference.transforms:
        raise SignatureRefused(Reason.TRANSFORM, "the submission set is not transformed before its digest")
    if reference.digest_method != policy.digest:
        raise _other_digest(reference, policy)


def _check_form(reference: Reference, policy: SetPolicy) -> None:
    if reference.transforms not in policy.document_transforms:
        raise SignatureRefused(
            Reason.TRANSFORM,
            f"{reference.uri} is transformed by {', '.join(reference.transforms)}, not allowed by {policy.name}",
        )
    if reference.digest_method != policy.digest:
        raise _other_digest(reference, policy)
    check_digest_method(reference, frozenset({policy.digest}), policy.name)


def _check_document(reference: Reference, document: SetDocument) -> None:
    method = reference.digest_method
    actual = canonical_digest(document, method) if reference.transforms else document.digest(method)
    if not compare_digest(actual, reference.digest):
        form = " in its canonical form" if reference.transforms else ""
        raise SignatureRefused(
            Reason.DOCUMENT_DIGEST, f"{document.uri}{form} is not what was signed: its digest differs"
        )


def _other_digest(reference: Reference, policy: SetPolicy) -> SignatureRefused:
    return SignatureRefused(
        Reason.ALGORITHM,
        f"{reference.uri} has the digest {reference.digest_method!r}; {policy.name} has {policy.digest}",
    )
