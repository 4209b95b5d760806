"""What `carnet send` does: files become documents, documents submissions."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from client import sample
from client.consumer import DocumentConsumer
from client.documents import Document, Wishes, prepare
from client.source import DocumentSource, Progress, Submitted
from client.submission import Contents, NewFolder, Relationship
from metadata.model import Author
from metadata.vocabulary import APND, APPROVED, RPLC, XFRM

_TYPES: Final = {"RPLC": RPLC, "APND": APND, "XFRM": XFRM}
"""relatedDocument/@typeCode → associationType."""


class TargetUnknown(Exception):
    """The document that a new one is to relate to is not in the registry; the message says which."""


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
    as_new: bool = False
    """What CDA headers say of documents that they replace is left aside."""
    folders: tuple[str, ...] = ()
    new_folders: tuple[NewFolder, ...] = ()
    submitters: Callable[[Sequence[Author]], tuple[Author, ...]] | None = None
    """Who submits, from the authors of the first document; without it, the first of them."""


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
    *,
    note: Callable[[str], None],
    progress: Progress | None = None,
) -> Iterator[tuple[list[str], Submitted]]:
    """Sends `prepared`, and gives each submission with the names of its files.

    A new folder is made once; what follows is filed in it. `note` is told what a person should know beside the
    outcome. Raises `TargetUnknown`, `SubmissionError`, and what the actors raise.
    """
    groups = [list(prepared)] if plan.together else [[document] for document in prepared]
    folders, new_folders = plan.folders, plan.new_folders
    for group in groups:
        relationships = tuple(_relationships(plan, group, consumer, note))
        authors = plan.submitters(group[0].entry.authors) if plan.submitters else ()
        contents = Contents(tuple(group), relationships, folders, new_folders, authors=authors)
        result = source.send(contents, progress=progress)
        if result.response.succeeded:
            folders += tuple(folder.entry_uuid for folder in result.prepared.folders)
            new_folders = ()
        yield [document.name for document in group], result


def _relationships(
    plan: Plan, group: Sequence[Document], consumer: DocumentConsumer, note: Callable[[str], None]
) -> Iterator[Relationship]:
    """What was asked for; else what the CDA headers say, as far as the registry knows of it."""
    if plan.related_to:
        for type_, target in plan.related_to:
            uuid = _entry_uuid(target, consumer)
            if uuid is None:
                raise TargetUnknown(f"the registry has no document {target}, which the new one is to relate to")
            yield Relationship(type_, group[0], uuid)
        return
    if plan.as_new:
        return
    for document in group:
        for parent in document.parents:
            if parent.relation not in _TYPES:
                continue
            uuid = _entry_uuid(parent.unique_id, consumer)
            if uuid is None:
                note(
                    f"{document.name} says {parent.relation} {parent.unique_id}, which the registry does not have:"
                    " sent as a new document"
                )
            else:
                yield Relationship(_TYPES[parent.relation], document, uuid)


def _entry_uuid(target: str, consumer: DocumentConsumer) -> str | None:
    """The entryUUID of a document named by its entryUUID, or by its uniqueId, which is looked up."""
    if target.startswith("urn:uuid:"):
        return target
    found = consumer.get_documents((target,))
    if not found.response.succeeded:
        told = "; ".join(f"{error.code}: {error.context}" for error in found.response.errors)
        raise TargetUnknown(f"the registry does not say whether it has document {target}: {told}")
    entries = sorted(found.entries, key=lambda e: e.availability_status != APPROVED)
    return entries[0].entry_uuid if entries else None
