"""The Document Source of the DMP: the signature of a submission set, as one more document of it. # DMP TD2.1"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from dmp import identifiers
from dmp.lot_shape import uri_of
from dmp.lot_signer import Signatory
from dmp.nomenclature import (
    DETACHED_SIGNATURE_FORMAT,
    SIGNATURE_CLASS,
    SIGNATURE_CONFIDENTIALITY,
    SIGNATURE_EVENT,
    SIGNATURE_FORMAT,
    SIGNATURE_LANGUAGE,
    SIGNATURE_TITLE,
    SIGNATURE_TYPE,
)
from metadata.datatypes import DTM, new_uuid_urn, oid_from_uuid
from metadata.model import Association, Author, DocumentEntry, SubmissionSet
from metadata.vocabulary import HAS_MEMBER, SIGNS
from security import dsg
from security.dsg import SetDocument, SetPolicy, sign_set
from security.xmlsignature.signing import Signer

XML_TYPES: Final = frozenset({"text/xml", "application/xml"})
"""mimeType of documents whose canonical form is signed under dmp-legacy, as in the official sample."""


@dataclass(frozen=True, slots=True)
class LotPart:
    """A document that is about to be submitted."""

    entry: DocumentEntry
    """With its uniqueId."""
    open: Callable[[], Iterable[bytes]]
    """Its bytes, in pieces."""


@dataclass(frozen=True, slots=True)
class SignedLot:
    """What has to be added to a submission for it to be signed."""

    entry: DocumentEntry
    """Of the signature document."""
    content: bytes
    associations: tuple[Association, ...]
    """HasMember from the set to the signature, `signs` from the signature to the set."""


@dataclass(frozen=True, slots=True)
class LotSigner:
    """Signs submission sets with one key: a card's signature key, or the seal of a structure."""

    key: Signer
    policy: SetPolicy

    @classmethod
    def of(cls, key: Signer, policy: SetPolicy | None = None) -> "LotSigner":
        """Without a policy: dmp-legacy, which the DMP takes today, and strict for keys that it does not have."""
        usual = dsg.DMP_LEGACY if isinstance(key.certificate.public_key(), rsa.RSAPublicKey) else dsg.STRICT
        return cls(key, policy or usual)

    def sign(self, submission_set: SubmissionSet, parts: Sequence[LotPart], at: datetime) -> SignedLot:
        """Signs the set with all its documents; `at` (aware) is the time of signing.

        Raises ValueError when key and policy do not go together, `SignatureRefused` when an XML document has no
        canonical form, and what opening a document raises.
        """
        documents = [_set_document(part) for part in parts]
        legacy = self.policy is dsg.DMP_LEGACY
        canonical = {uri_of(p.entry.unique_id) for p in parts if legacy and p.entry.mime_type in XML_TYPES}
        content = sign_set(
            uri_of(submission_set.unique_id), documents, self.key, at=at, policy=self.policy, canonical=canonical
        )
        entry = self._entry(submission_set, [part.entry for part in parts], content, at)
        return SignedLot(
            entry,
            content,
            (
                _association(HAS_MEMBER, submission_set.entry_uuid, entry.entry_uuid),
                _association(SIGNS, entry.entry_uuid, submission_set.entry_uuid),
            ),
        )

    def _entry(
        self, submission_set: SubmissionSet, documents: Sequence[DocumentEntry], content: bytes, at: datetime
    ) -> DocumentEntry:
        """As the official sample has it. # DMP TD2.1"""
        time = str(DTM.of(at.astimezone(UTC)))
        author = next((a.person for a in submission_set.authors if a.person), None)
        first = documents[0] if documents else None
        return DocumentEntry(
            entry_uuid=new_uuid_urn(),
            unique_id=oid_from_uuid(),
            patient_id=submission_set.patient_id,
            source_patient_id=submission_set.patient_id,
            mime_type="text/xml",
            class_code=SIGNATURE_CLASS,
            type_code=SIGNATURE_TYPE,
            format_code=SIGNATURE_FORMAT if self.policy is dsg.DMP_LEGACY else DETACHED_SIGNATURE_FORMAT,
            healthcare_facility_type_code=first.healthcare_facility_type_code if first else None,
            practice_setting_code=first.practice_setting_code if first else None,
            confidentiality_codes=SIGNATURE_CONFIDENTIALITY,
            event_codes=(SIGNATURE_EVENT,),
            authors=submission_set.authors,
            legal_authenticator=person_of(self.key.certificate) or author,
            title=SIGNATURE_TITLE,
            creation_time=time,
            service_start_time=time,
            service_stop_time=time,
            language_code=SIGNATURE_LANGUAGE,
            hash=hashlib.sha1(content, usedforsecurity=False).hexdigest(),
            size=str(len(content)),
        )


def person_of(certificate: x509.Certificate) -> str | None:
    """The holder of a card as XCN; None for a structure, and for a certificate that names neither."""
    holder = Signatory.of(certificate)
    if holder is None or not holder.is_person:
        return None
    return str(identifiers.person(identifiers.PROFESSIONALS, holder.identifier, holder.family, holder.given))


def submitter(certificate: x509.Certificate, authors: Sequence[Author]) -> tuple[Author, ...]:
    """The author of a SubmissionSet that is submitted with this certificate; `authors` are those of its documents.

    A card's holder: as the documents have that author, else with the institutions of the first author. A structure:
    the first author, in that structure. # DMP EX_2.1-1140
    """
    holder = Signatory.of(certificate)
    first = authors[0] if authors else Author()
    if holder is None:
        return tuple(authors[:1])
    if not holder.is_person:
        own = identifiers.structure(holder.organisation, identifiers.STRUCTURES, holder.structure)
        return (replace(first, institutions=(str(own),)),)
    for author in authors:
        known = identifiers.person_of(author.person)
        if known is not None and (known.id, known.authority) == (holder.identifier, identifiers.PROFESSIONALS):
            return (author,)
    return (Author(person_of(certificate), first.institutions),)


def _set_document(part: LotPart) -> SetDocument:
    sha1, sha256 = hashlib.sha1(usedforsecurity=False), hashlib.sha256()
    for piece in part.open():
        sha1.update(piece)
        sha256.update(piece)
    return SetDocument(uri_of(part.entry.unique_id), sha1.digest(), sha256.digest(), part.open)


def _association(type_: str, source: str, target: str) -> Association:
    return Association(new_uuid_urn(), type_, source, target, submission_set_status="Original")
