"""The manifest: which documents were signed, and are they these?"""

from collections.abc import Mapping, Sequence
from hmac import compare_digest
from typing import Final

from lxml import etree

from security.dsg import names as n
from security.dsg.documents import SetDocument, canonical_digest
from security.dsg.policies import SetPolicy
from security.xmlsignature.algorithms import digest_size
from security.xmlsignature.gate import Reference, parse_reference
from security.xmlsignature.names import REFERENCE
from security.xmlsignature.refusals import Reason, SignatureRefused

MOST_ELSEWHERE: Final = 500
"""References of a signature that may be about documents of other sets."""


def read_manifest(
    manifest: etree._Element, policy: SetPolicy, documents: int, *, detached: bool = False
) -> tuple[Reference, ...]:
    """Its references; `documents` is how many the set has, `detached` allows others. Raises `SignatureRefused`."""
    if manifest.tag != n.MANIFEST or any(child.tag != REFERENCE for child in manifest):
        raise SignatureRefused(Reason.STRUCTURE, "a ds:Manifest must hold ds:Reference and nothing else")
    if len(manifest) > documents + 1 + (MOST_ELSEWHERE if detached else 0):
        raise SignatureRefused(
            Reason.MANIFEST_EXTRA,
            f"the manifest has {len(manifest)} references; the set and its {documents} documents make {documents + 1}",
        )
    return tuple(parse_reference(child, policy.profile.prefixes) for child in manifest)


def check_manifest(
    references: Sequence[Reference],
    policy: SetPolicy,
    set_uri: str,
    documents: Sequence[SetDocument],
    *,
    detached: bool = False,
) -> bool:
    """The references are exactly the set and its documents, and the documents are those. Raises `SignatureRefused`.

    With `detached` a manifest that does not name the set is that of a Detached Signature: it names what it likes, and
    what of it is here is compared. Whether the set was signed is what comes back. # ITI TF-3 5.5.3, 5.5.3.1, 5.5.5
    """
    found: dict[str, Reference] = {}
    for reference in references:
        if reference.uri in found:
            raise SignatureRefused(Reason.MANIFEST_DUPLICATE, f"the manifest names {reference.uri} twice")
        found[reference.uri] = reference
    of_set = not detached or set_uri in found
    if of_set:
        _check_set(found.pop(set_uri, None), policy, set_uri)
        _check_whole(found, documents)
    else:
        documents = [document for document in documents if document.uri in found]
    _check_documents(found, policy, documents)
    return of_set


def _check_whole(found: Mapping[str, Reference], documents: Sequence[SetDocument]) -> None:
    """Neither a document less nor one more."""
    for document in documents:
        if document.uri not in found:
            raise SignatureRefused(Reason.MANIFEST_MISSING, f"the manifest does not name {document.uri}")
    extra = found.keys() - {document.uri for document in documents}
    if extra:
        raise SignatureRefused(Reason.MANIFEST_EXTRA, f"the manifest names {min(extra)}, which is not in the set")


def _check_documents(found: Mapping[str, Reference], policy: SetPolicy, documents: Sequence[SetDocument]) -> None:
    canonical = []
    for document in documents:
        reference = found[document.uri]
        _check_form(reference, policy)
        if reference.transforms:
            canonical.append(document)
        elif not compare_digest(document.digest(policy.digest), reference.digest):
            raise _other_document(document, "")
    for document in canonical:  # last, as they are read again
        if not compare_digest(canonical_digest(document, policy.digest), found[document.uri].digest):
            raise _other_document(document, " in its canonical form")


def _check_form(reference: Reference, policy: SetPolicy) -> None:
    if reference.transforms not in policy.document_transforms:
        raise SignatureRefused(
            Reason.TRANSFORM,
            f"{reference.uri} is transformed by {', '.join(reference.transforms)}, not allowed by {policy.name}",
        )
    if reference.digest_method != policy.digest:
        raise SignatureRefused(
            Reason.ALGORITHM,
            f"{reference.uri} has the digest {reference.digest_method!r}; {policy.name} has {policy.digest}",
        )
    if len(reference.digest) != digest_size(policy.digest):
        raise SignatureRefused(Reason.DIGEST, f"the digest of {reference.uri} has {len(reference.digest)} bytes")


def _check_set(reference: Reference | None, policy: SetPolicy, set_uri: str) -> None:
    if reference is None:
        raise SignatureRefused(Reason.MANIFEST_SET, f"the manifest does not name the submission set {set_uri}")
    if reference.digest not in policy.set_digests:
        raise SignatureRefused(Reason.MANIFEST_SET, "the digest of the submission set must be AA==")
    if reference.transforms:
        raise SignatureRefused(Reason.TRANSFORM, "the submission set is not transformed before its digest")
    if reference.digest_method != policy.digest:
        raise SignatureRefused(
            Reason.ALGORITHM,
            f"the submission set has the digest {reference.digest_method!r}; {policy.name} has {policy.digest}",
        )


def _other_document(document: SetDocument, form: str) -> SignatureRefused:
    return SignatureRefused(Reason.DOCUMENT_DIGEST, f"{document.uri}{form} is not what was signed: its digest differs")
