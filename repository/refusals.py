"""What the repository answers when it cannot do what it is asked, and no rule of the book says it."""

from metadata.errors import ErrorCode, RegistryError
from metadata.rules import finding
from repository.forwarding import RegistryUnavailable
from repository.store import OtherContent
from repository.tables import State


def registry_unavailable(error: RegistryUnavailable, language: str) -> RegistryError:
    """ITI TF-3 4.2.4.1. Where the registry is and what became of it is for the log, not for the client."""
    if not error.unknown:
        return finding("repository.registry.unavailable", got="").error(language)
    return _told(
        ErrorCode.REGISTRY_NOT_AVAILABLE,
        language,
        "the Document Registry gave no answer, and whether it has registered the submission is not known yet; submit "
        "the same again, with the same ids [repository.registry.unavailable]",
        "le registre de documents n'a pas répondu, et l'on ne sait pas encore s'il a enregistré la soumission ; "
        "soumettre de nouveau la même, avec les mêmes identifiants [repository.registry.unavailable]",
    )


def other_content(error: OtherContent, language: str) -> RegistryError:
    """A uniqueId that this repository knows with other bytes; ITI TF-2 3.41.4.1.3.2"""
    unique_id = error.held.unique_id
    if error.held.state is not State.ERASED:
        return finding("repository.uniqueId.hash", got=unique_id).error(language)
    return _told(
        ErrorCode.REPOSITORY_ERROR,
        language,
        f"the document {unique_id} was erased from this repository; it cannot be provided again",
        f"le document {unique_id} a été effacé de ce dépôt ; il ne peut y être versé de nouveau",
    )


def not_base64(document_id: str, path: str, language: str) -> RegistryError:
    """ITI TF-2 3.41.4.1.2"""
    return _told(
        ErrorCode.REPOSITORY_METADATA_ERROR,
        language,
        f"the content of Document {document_id} is neither an xop:Include nor base64",
        f"le contenu du Document {document_id} n'est ni un xop:Include ni du base64",
        path,
    )


def out_of_resources(language: str) -> RegistryError:
    return finding("repository.resources").error(language)


def busy(language: str) -> RegistryError:
    return _told(
        ErrorCode.REPOSITORY_BUSY,
        language,
        "the Document Repository has too much to do and kept nothing; try again later",
        "le dépôt de documents est surchargé et n'a rien conservé ; réessayer plus tard",
    )


def store_failed(language: str) -> RegistryError:
    return _told(
        ErrorCode.REPOSITORY_ERROR,
        language,
        "the document store failed and nothing was registered; try again later",
        "le stockage des documents a échoué et rien n'a été enregistré ; réessayer plus tard",
    )


def outcome_unknown(language: str) -> RegistryError:
    return _told(
        ErrorCode.REPOSITORY_ERROR,
        language,
        "the database failed while the submission was being kept; submit the same again, with the same ids",
        "la base de données a échoué pendant l'enregistrement ; soumettre de nouveau la même soumission, avec les "
        "mêmes identifiants",
    )


def database_failed(language: str) -> RegistryError:
    return _told(
        ErrorCode.REPOSITORY_ERROR,
        language,
        "the database failed; try again later",
        "la base de données a échoué ; réessayer plus tard",
    )


def unknown_repository(asked: str, unique_id: str, ours: str, language: str) -> RegistryError:
    """ITI TF-3 4.2.4.1; the location is the DocumentUniqueId, ITI TF-2 3.43.5."""
    return finding("retrieve.repository.unknown", at=unique_id, got=asked, expected=ours).error(language)


def unknown_document(unique_id: str, language: str) -> RegistryError:
    """ITI TF-3 4.2.4.1; the location is the DocumentUniqueId, ITI TF-2 3.43.5."""
    return finding("retrieve.document.unknown", at=unique_id, got=unique_id).error(language)


def unreadable_document(unique_id: str, language: str) -> RegistryError:
    """ITI TF-3 4.2.4.1; the location is the DocumentUniqueId, ITI TF-2 3.43.5."""
    return _told(
        ErrorCode.DOCUMENT_UNIQUE_ID_ERROR,
        language,
        f"the document {unique_id} cannot be read at present",
        f"le document {unique_id} ne peut être lu pour l'instant",
        unique_id,
    )


def _told(code: ErrorCode, language: str, english: str, french: str, location: str = "") -> RegistryError:
    return RegistryError(code, french if language.startswith("fr") else english, location)
