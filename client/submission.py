"""What a Document Source submits: a SubmissionSet, and all that belongs to it. Pure: values in, values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from client.documents import Document
from metadata.datatypes import DTM, new_uuid_urn, oid_from_uuid
from metadata.model import Association, Author, Code, Folder, SubmissionSet, XdsObject
from metadata.vocabulary import HAS_MEMBER, RELATIONSHIPS

CONTENT_TYPE: Final = Code("07", "1.2.250.1.213.2.2", "Consultations externes")
FOLDER_CODE: Final = Code("34133-9", "2.16.840.1.113883.6.1", "Synthèse d'épisode de soins")


class SubmissionError(ValueError):
    """What was asked for cannot be one submission; the message says why."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """A new document that replaces, appends to, or transforms one that the registry has."""

    type: str
    """`RPLC`, `APND`, `XFRM` or `XFRM_RPLC`, as URN."""
    document: Document
    target: str
    """entryUUID of the DocumentEntry that is there already."""


@dataclass(frozen=True, slots=True)
class NewFolder:
    """A Folder to be made with the submission."""

    title: str
    codes: tuple[Code, ...] = (FOLDER_CODE,)


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into one submission."""

    documents: tuple[Document, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    """Their documents are among `documents`."""
    folders: tuple[str, ...] = ()
    """entryUUIDs of Folders that are there already."""
    new_folders: tuple[NewFolder, ...] = ()
    filed: tuple[str, ...] = ()
    """entryUUIDs of DocumentEntries that are there already and go into the Folders too."""
    patient_id: str | None = None
    """CX; needed only when there are no documents to tell it."""
    authors: tuple[Author, ...] = ()
    """Who submits; without it, the first author of the first document."""
    title: str | None = None
    content_type_code: Code = CONTENT_TYPE


@dataclass(frozen=True, slots=True)
class Prepared:
    """A submission with all its ids: UUIDs, so that the source knows them without asking."""

    submission_set: SubmissionSet
    documents: tuple[Document, ...]
    folders: tuple[Folder, ...]
    """Only the new ones."""
    associations: tuple[Association, ...]
    signed: bool = False
    """The last of `documents` is the signature of the set."""

    @property
    def contents(self) -> tuple[Document, ...]:
        """The documents without the signature."""
        return self.documents[:-1] if self.signed else self.documents

    @property
    def signature(self) -> Document | None:
        return self.documents[-1] if self.signed else None

    @property
    def objects(self) -> tuple[XdsObject, ...]:
        """In the order of the message."""
        return (*(d.entry for d in self.documents), self.submission_set, *self.folders, *self.associations)


def prepare(contents: Contents, *, source_id: str, now: datetime) -> Prepared:
    """Binds `contents` into a SubmissionSet of `source_id` (an OID), submitted `now`.

    Raises `SubmissionError` when the documents are of several patients, or there is nothing to submit.
    """
    patient_id = _patient(contents)
    submission_set = SubmissionSet(
        entry_uuid=new_uuid_urn(),
        unique_id=oid_from_uuid(),
        patient_id=patient_id,
        source_id=source_id,
        submission_time=str(DTM.of(now)),
        content_type_code=contents.content_type_code,
        authors=contents.authors or tuple(a for d in contents.documents[:1] for a in d.entry.authors[:1]),
        title=contents.title,
    )
    folders = tuple(
        Folder(new_uuid_urn(), oid_from_uuid(), patient_id, folder.codes, folder.title)
        for folder in contents.new_folders
    )
    return Prepared(
        submission_set, contents.documents, folders, tuple(_associations(contents, submission_set, folders))
    )


def _patient(contents: Contents) -> str:
    patients = {d.entry.patient_id for d in contents.documents} | {contents.patient_id}
    known = {patient for patient in patients if patient}
    if len(known) > 1:
        raise SubmissionError(
            "the documents are of several patients; one submission is of one patient: send them apart"  # ITI TF-3 4.1.4
        )
    if not known:
        raise SubmissionError("nobody says whose submission this is; give the patient's id")
    if not (contents.documents or contents.new_folders or (contents.folders and contents.filed)):
        raise SubmissionError("there is nothing to submit")
    return known.pop()


def _associations(contents: Contents, submission_set: SubmissionSet, folders: Sequence[Folder]) -> list[Association]:
    whole = submission_set.entry_uuid
    new = [document.entry.entry_uuid for document in contents.documents]
    found = [_member(whole, entry, "Original") for entry in new]
    found += [_member(whole, folder.entry_uuid) for folder in folders]
    for relationship in contents.relationships:
        if relationship.type not in RELATIONSHIPS:
            raise SubmissionError(f"{relationship.type} does not relate one document to another")
        found.append(
            Association(new_uuid_urn(), relationship.type, relationship.document.entry.entry_uuid, relationship.target)
        )
    filings = [
        _member(folder, entry)
        for folder in (*(f.entry_uuid for f in folders), *contents.folders)
        for entry in (*new, *contents.filed)
    ]
    # what changes a Folder belongs to the SubmissionSet too                                     # ITI TF-3 4.2.1.4
    return [*found, *filings, *(_member(whole, filing.entry_uuid) for filing in filings)]


def _member(source: str, target: str, status: str | None = None) -> Association:
    return Association(new_uuid_urn(), HAS_MEMBER, source, target, submission_set_status=status)
