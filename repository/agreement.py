"""Whether the documents and the metadata of one message belong together, and say the same; ITI TF-2 3.41.4.1.3.

The repository looks only at what it needs to file a document; whether the metadata is right is the registry's to say.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from metadata.model import DocumentEntry, Folder, SubmissionSet
from metadata.rules import Finding, finding
from metadata.rules.repository import content, pairing
from metadata.translate import Submission
from repository.intake import Kept, Provided

_ITI_41 = "ITI-41"


def in_any_case(entries: Sequence[DocumentEntry], provided: Sequence[Provided]) -> tuple[Provided, ...]:
    """The documents under the ids that their entries have, where the two differ in case alone and are not ambiguous.

    The official French sample has `documentME2` and `DocumentME2`.
    """
    exact = {entry.entry_uuid for entry in entries}
    free = exact - {each.id for each in provided}
    by_folded = Counter(id_.casefold() for id_ in (*free, *(each.id for each in provided if each.id not in exact)))
    # two: one entry and one document, and nobody else whose id folds to the same
    meant = {id_.casefold(): id_ for id_ in free if by_folded[id_.casefold()] == 2}
    return tuple(
        each if each.id in exact else replace(each, id=meant.get(each.id.casefold(), each.id)) for each in provided
    )


def of_message(submission: Submission, provided: Sequence[Provided]) -> list[Finding]:
    """What can be said before a byte of a document is kept."""
    return [
        *pairing(submission.entries, [each.id for each in provided]),
        *_unfit(submission.entries),
        *_repeated_unique_ids(submission),
    ]


def of_bytes(entries: Sequence[DocumentEntry], kept: Mapping[str, Kept]) -> list[Finding]:
    """Entries whose hash or size, where given, is not that of the bytes received."""
    return [
        found
        for entry in entries
        for found in content(entry, sha1=kept[entry.entry_uuid].content.sha1, size=kept[entry.entry_uuid].content.size)
    ]


def _unfit(entries: Sequence[DocumentEntry]) -> Iterator[Finding]:
    """Entries that the repository could not file, or not tell apart."""
    for entry in entries:
        at = f"/RegistryObjectList/ExtrinsicObject[@id='{entry.entry_uuid}']"
        if not entry.unique_id:
            yield finding("de.uniqueId.missing", at=at, object_id=entry.entry_uuid, transaction=_ITI_41)
        if not entry.mime_type:
            yield finding("de.mimeType.missing", at=at, object_id=entry.entry_uuid, transaction=_ITI_41)
    for entry_uuid, count in Counter(entry.entry_uuid for entry in entries).items():
        if count > 1:
            yield finding("object.id.repeated", object_id=entry_uuid, transaction=_ITI_41, got=entry_uuid, count=count)


def _repeated_unique_ids(submission: Submission) -> Iterator[Finding]:
    named: tuple[SubmissionSet | DocumentEntry | Folder, ...]
    named = (*submission.submission_sets, *submission.entries, *submission.folders)
    for unique_id, count in Counter(each.unique_id for each in named if each.unique_id).items():
        if count > 1:
            objects = [each.entry_uuid for each in named if each.unique_id == unique_id]
            yield finding(
                "submission.uniqueId.repeated",
                at="/RegistryObjectList",
                object_id=objects[-1],
                transaction=_ITI_41,
                got=unique_id,
                count=count,
                objects=", ".join(objects),
            )
