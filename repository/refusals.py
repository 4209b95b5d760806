"""What the repository answers when the trouble is its own or its registry's: no rule of the book is broken then."""

from metadata.errors import ErrorCode, RegistryError
from repository.forwarding import RegistryUnavailable
from repository.store import OtherContent
from repository.tables import State


def registry_unavailable(error: RegistryUnavailable) -> RegistryError:
    if error.unknown:
        return RegistryError(
            ErrorCode.REGISTRY_NOT_AVAILABLE,
            f"the registry did not answer ({error}); whether it has registered the submission is not known yet: send "
            "the same submission again, with the same ids",
        )
    return RegistryError(
        ErrorCode.REGISTRY_NOT_AVAILABLE,
        f"the registry cannot be reached ({error}); nothing was kept: send the submission again later",
    )


def other_content(error: OtherContent) -> tuple[RegistryError, ...]:
    """A uniqueId that this repository knows with other bytes; ITI TF-2 3.41.4.1.3."""
    held, content = error.held, error.document.content
    if held.state is State.ERASED:
        return (
            RegistryError(
                ErrorCode.REPOSITORY_ERROR,
                f"the document {held.unique_id} was erased from this repository; it cannot be provided again",
            ),
        )
    errors = [
        RegistryError(
            ErrorCode.NON_IDENTICAL_HASH,
            f"{held.unique_id} is the uniqueId of a document held here with hash {held.content.sha1}; the one received "
            f"has {content.sha1}: a new document needs a new uniqueId",
        )
    ]
    if held.content.size != content.size:
        errors.append(
            RegistryError(
                ErrorCode.NON_IDENTICAL_SIZE,
                f"{held.unique_id} is the uniqueId of a document held here with {held.content.size} bytes; the one "
                f"received has {content.size}",
            )
        )
    return tuple(errors)


def not_base64(document_id: str, path: str) -> RegistryError:
    return RegistryError(
        ErrorCode.REPOSITORY_METADATA_ERROR, f"the content of Document {document_id} is not base64", path
    )


def out_of_resources() -> RegistryError:
    return RegistryError(
        ErrorCode.REPOSITORY_OUT_OF_RESOURCES, "the document store is full; nothing was kept: send the submission again"
    )


def busy() -> RegistryError:
    return RegistryError(
        ErrorCode.REPOSITORY_BUSY, "the repository has too much to do; nothing was kept: send the submission again"
    )


def store_failed() -> RegistryError:
    return RegistryError(ErrorCode.REPOSITORY_ERROR, "the document store failed; nothing was acknowledged")


def outcome_unknown() -> RegistryError:
    return RegistryError(
        ErrorCode.REPOSITORY_ERROR,
        "the database failed while the submission was committed; send the same submission again, with the same ids",
    )


def unknown_repository(asked: str, unique_id: str, ours: str) -> RegistryError:
    """ITI TF-2 3.43.4.2.3; `location` is the DocumentUniqueId."""
    return RegistryError(
        ErrorCode.UNKNOWN_REPOSITORY_ID,
        f"RepositoryUniqueId {asked!r} is not this repository, which is {ours} (document {unique_id})",
        unique_id,
    )


def unknown_document(unique_id: str) -> RegistryError:
    return RegistryError(
        ErrorCode.DOCUMENT_UNIQUE_ID_ERROR, f"this repository holds no document {unique_id}", unique_id
    )


def unreadable_document(unique_id: str) -> RegistryError:
    return RegistryError(
        ErrorCode.DOCUMENT_UNIQUE_ID_ERROR, f"the document {unique_id} cannot be read at present", unique_id
    )
