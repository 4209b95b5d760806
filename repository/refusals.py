"""What the repository answers when it cannot do what it is asked, and no message is at fault."""

from metadata.errors import ErrorCode, RegistryError
from metadata.rules import finding
from repository.forwarding import RegistryUnavailable
from repository.store import OtherContent
from repository.tables import State


def registry_unavailable(error: RegistryUnavailable, language: str) -> RegistryError:
    """ITI TF-2 3.41.4.1.3. Where the registry is and what became of it is for the log, not for the client."""
    if not error.unknown:
        return finding("repository.registry.unavailable", got="").error(language)
    return RegistryError(
        ErrorCode.REGISTRY_NOT_AVAILABLE,
        "the Document Registry gave no answer; whether it has registered the submission is not known yet: submit the "
        "same again, with the same ids [repository.registry.unavailable]",
    )


def other_content(error: OtherContent, language: str) -> RegistryError:
    """A uniqueId that this repository knows with other bytes; ITI TF-2 3.41.4.1.3"""
    if error.held.state is State.ERASED:
        return RegistryError(
            ErrorCode.REPOSITORY_ERROR,
            f"the document {error.held.unique_id} was erased from this repository; it cannot be provided again",
        )
    return finding("repository.uniqueId.hash", got=error.held.unique_id).error(language)


def not_base64(document_id: str, path: str) -> RegistryError:
    return RegistryError(
        ErrorCode.REPOSITORY_METADATA_ERROR,
        f"the content of Document {document_id} is neither an xop:Include nor base64",
        path,
    )


def out_of_resources(language: str) -> RegistryError:
    return finding("repository.resources").error(language)


def busy() -> RegistryError:
    return RegistryError(
        ErrorCode.REPOSITORY_BUSY, "the Document Repository has too much to do and kept nothing; submit again later"
    )


def store_failed() -> RegistryError:
    return RegistryError(ErrorCode.REPOSITORY_ERROR, "the document store failed; nothing was registered")


def outcome_unknown() -> RegistryError:
    return RegistryError(
        ErrorCode.REPOSITORY_ERROR,
        "the database failed while the submission was being kept; submit the same again, with the same ids",
    )


def unknown_repository(asked: str, unique_id: str, ours: str, language: str) -> RegistryError:
    """ITI TF-2 3.43.4.1.3; the location is the DocumentUniqueId."""
    return finding("retrieve.repository.unknown", at=unique_id, got=asked, expected=ours).error(language)


def unknown_document(unique_id: str, language: str) -> RegistryError:
    return finding("retrieve.document.unknown", at=unique_id, got=unique_id).error(language)


def unreadable_document(unique_id: str) -> RegistryError:
    return RegistryError(
        ErrorCode.DOCUMENT_UNIQUE_ID_ERROR, f"the document {unique_id} cannot be read at present", unique_id
    )
