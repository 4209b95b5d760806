"""What `carnet send` does: files become documents, documents submissions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from client import sample
from client.consumer import DocumentConsumer
from client.documents import Document, Wishes, prepare
from client.source import DocumentSource, Progress, Submitted
from client.submission import Contents, NewFolder, Relationship
from metadata.vocabulary import APND, APPROVED, RPLC, XFRM

_TYPES: Final = {"RPLC": RPLC, "APND": APND, "XFRM": XFRM}
"""relatedDocument/@typeCode → associationType."""


class TargetUnknown(Exception):
    """The document that a new one relates to is not in the registry; the message says which."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be sent, and how it hangs together."""

    files: tuple[Path, ...]
    wishes: Wishes
    sample: bool = False
    """The letter of the package goes too."""
    together: bool = False
    """All in one submission, instead of one each."""
    with_identifier_types: bool = False
    related_to: tuple[tuple[str, str], ...] = ()
    """(association type, entryUUID or uniqueId of the target): the first document relates to it."""
    folders: tuple[str, ...] = ()
    new_folders: tuple[NewFolder, ...] = ()
    title: str | None = None


def documents(plan: Plan) -> list[Document]:
    """Every document, with its entry. Raises `DocumentError` and `OSError`: before anything is sent."""
    contents: list[Path | bytes] = [*plan.files]
    if plan.sample:
        contents.append(sample.fresh().letter)
    return [prepare(c, plan.wishes, with_identifier_types=plan.with_identifier_types) for c in contents]


def send(
    plan: Plan,
    prepared: Sequence[Document],
    source: DocumentSource,
    consumer: DocumentConsumer,
    progress: Progress | None = None,
) -> Iterator[tuple[list[str], Submitted]]:
    """Sends `prepared`, and gives each submission with the names of its files.

    A new folder is made once; what follows is filed in it. Raises `TargetUnknown`, `SubmissionError`, and what the
    actors raise.
    """
    groups = [list(prepared)] if plan.together else [[document] for document in prepared]
    folders, new_folders = plan.folders, plan.new_folders
    for group in groups:
        contents = Contents(
            tuple(group), tuple(_relationships(plan, group, consumer)), folders, new_folders, title=plan.title
        )
        result = source.send(contents, progress=progress)
        if result.response.succeeded:
            folders += tuple(folder.entry_uuid for folder in result.prepared.folders)
            new_folders = ()
        yield [document.name for document in group], result


def _relationships(plan: Plan, group: Sequence[Document], consumer: DocumentConsumer) -> Iterator[Relationship]:
    if plan.related_to:
        for type_, target in plan.related_to:
            yield Relationship(type_, group[0], _entry_uuid(target, consumer))
        return
    for document in group:
        for parent in document.parents:
            if parent.relation in _TYPES:
                yield Relationship(_TYPES[parent.relation], document, _entry_uuid(parent.unique_id, consumer))


def _entry_uuid(target: str, consumer: DocumentConsumer) -> str:
    """The entryUUID of a document named by its entryUUID, or by its uniqueId, which is looked up."""
    if target.startswith("urn:uuid:"):
        return target
    found = consumer.get_documents((target,))
    entries = sorted(found.entries, key=lambda e: e.availability_status != APPROVED)
    if not entries:
        told = "".join(f" ({error.code}: {error.context})" for error in found.response.errors)
        raise TargetUnknown(f"the document {target}, which the new one relates to, is not in the registry{told}")
    return entries[0].entry_uuid
