"""Whether documents and metadata of one message belong together, and say the same; ITI TF-2 3.41.4.1.3."""

from collections import Counter
from collections.abc import Mapping, Sequence

from metadata.errors import ErrorCode, RegistryError
from metadata.model import DocumentEntry
from repository.intake import Kept, Provided


def missing(entries: Sequence[DocumentEntry], provided: Sequence[Provided]) -> list[RegistryError]:
    """Entries without Document, Documents without entry, Documents twice; seen before a byte is kept."""
    given = Counter(each.id for each in provided)
    described = {entry.entry_uuid for entry in entries}
    errors = [
        RegistryError(ErrorCode.MISSING_DOCUMENT, f"DocumentEntry {entry.entry_uuid} has no Document", entry.entry_uuid)
        for entry in entries
        if entry.entry_uuid not in given
    ]
    errors += [
        RegistryError(ErrorCode.MISSING_DOCUMENT_METADATA, f"Document {each.id} has no DocumentEntry", each.path)
        for each in provided
        if each.id not in described
    ]
    errors += [
        RegistryError(ErrorCode.REPOSITORY_METADATA_ERROR, f"{count} Documents have the id {document_id}")
        for document_id, count in given.items()
        if count > 1
    ]
    return errors


def differing(entries: Sequence[DocumentEntry], kept: Mapping[str, Kept]) -> list[RegistryError]:
    """Entries whose hash or size, where given, is not that of the bytes received."""
    errors = []
    for entry in entries:
        content = kept[entry.entry_uuid].content
        if entry.hash and entry.hash.lower() != content.sha1:
            errors.append(
                RegistryError(
                    ErrorCode.REPOSITORY_METADATA_ERROR,
                    f"hash {entry.hash}, but the bytes received have {content.sha1}",
                )
            )
        if entry.size and entry.size.strip() != str(content.size):
            errors.append(
                RegistryError(
                    ErrorCode.REPOSITORY_METADATA_ERROR, f"size {entry.size}, but {content.size} bytes were received"
                )
            )
    return errors
