"""What `carnet fetch` does: ids become entries, entries files."""

import mimetypes
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from client.consumer import ConsumerError, DocumentConsumer, Fetched
from metadata.errors import RegistryResponse
from metadata.model import DocumentEntry

_UNSAFE: Final = re.compile(r"[^\w.-]+")
_EXTENSIONS: Final = {"text/xml": ".xml", "application/pdf": ".pdf", "text/plain": ".txt", "image/jpeg": ".jpg"}


class NotFound(Exception):
    """The registry has no such document, or did not say; the message tells."""

    def __init__(self, message: str, response: RegistryResponse | None = None) -> None:
        super().__init__(message)
        self.response = response


def entries(ids: Sequence[str], consumer: DocumentConsumer) -> tuple[list[DocumentEntry], list[str]]:
    """The entries of `ids` (uniqueIds, and entryUUIDs with or without `urn:uuid:`), and the ids that nobody knows.

    Raises `NotFound` when the registry refuses to answer.
    """
    found: dict[str, DocumentEntry] = {}
    unknown: list[str] = []
    normal = [_normal(i) for i in dict.fromkeys(ids)]
    for group in ([i for i in normal if i.startswith("urn:uuid:")], [i for i in normal if not i.startswith("urn:")]):
        if not group:
            continue
        answer = consumer.get_documents(group)
        if not answer.response.succeeded:
            raise NotFound("the registry does not answer", answer.response)
        known = {k: e for e in answer.entries for k in (e.entry_uuid, e.unique_id or "")}
        for identifier in group:
            if identifier in known:
                entry = known[identifier]
                found[entry.unique_id or entry.entry_uuid] = entry
            else:
                unknown.append(identifier)
    return list(found.values()), unknown


def fetch(
    wanted: Sequence[DocumentEntry],
    directory: Path,
    consumer: DocumentConsumer,
    progress: Callable[[int], object] | None = None,
) -> Iterator[tuple[DocumentEntry, Path, Fetched | ConsumerError]]:
    """Each document into a file of `directory`, named after its uniqueId; what cannot be had as its reason.

    `progress` is told the bytes of each piece that arrives.
    """
    for entry in wanted:
        path = directory / file_name(entry)
        try:
            yield entry, path, consumer.fetch_to(entry, path, progress)
        except ConsumerError as error:
            yield entry, path, error


def file_name(entry: DocumentEntry) -> str:
    """The uniqueId as a file name, with the extension of its type."""
    mime_type = (entry.mime_type or "").partition(";")[0].strip().lower()
    extension = _EXTENSIONS.get(mime_type) or mimetypes.guess_extension(mime_type) or ""
    name = _UNSAFE.sub("_", entry.unique_id or entry.entry_uuid).strip(".") or "document"
    return name + extension


def _normal(identifier: str) -> str:
    if re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", identifier):
        return f"urn:uuid:{identifier.lower()}"
    return identifier.lower() if identifier.lower().startswith("urn:uuid:") else identifier
