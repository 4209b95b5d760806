"""RegistryErrors and the RegistryResponse that carries them; ITI TF-3 4.2.4."""

from dataclasses import dataclass
from enum import StrEnum

from metadata.vocabulary import FAILURE, PARTIAL_SUCCESS, SUCCESS


class ErrorCode(StrEnum):
    """The error codes of ITI TF-3 Table 4.2.4.1-2 that Carnet emits."""

    MISSING_DOCUMENT = "XDSMissingDocument"
    MISSING_DOCUMENT_METADATA = "XDSMissingDocumentMetadata"
    REGISTRY_NOT_AVAILABLE = "XDSRegistryNotAvailable"
    REGISTRY_ERROR = "XDSRegistryError"
    REPOSITORY_ERROR = "XDSRepositoryError"
    REGISTRY_METADATA_ERROR = "XDSRegistryMetadataError"
    REPOSITORY_METADATA_ERROR = "XDSRepositoryMetadataError"
    REGISTRY_BUSY = "XDSRegistryBusy"
    REPOSITORY_BUSY = "XDSRepositoryBusy"
    REGISTRY_OUT_OF_RESOURCES = "XDSRegistryOutOfResources"
    REPOSITORY_OUT_OF_RESOURCES = "XDSRepositoryOutOfResources"
    REGISTRY_DUPLICATE_UNIQUE_ID_IN_MESSAGE = "XDSRegistryDuplicateUniqueIdInMessage"
    REPOSITORY_DUPLICATE_UNIQUE_ID_IN_MESSAGE = "XDSRepositoryDuplicateUniqueIdInMessage"
    DUPLICATE_UNIQUE_ID_IN_REGISTRY = "XDSDuplicateUniqueIdInRegistry"
    NON_IDENTICAL_HASH = "XDSNonIdenticalHash"
    NON_IDENTICAL_SIZE = "XDSNonIdenticalSize"
    UNKNOWN_PATIENT_ID = "XDSUnknownPatientId"
    PATIENT_ID_DOES_NOT_MATCH = "XDSPatientIdDoesNotMatch"
    DEPRECATED_DOCUMENT = "XDSRegistryDeprecatedDocumentError"
    UNRESOLVED_REFERENCE = "UnresolvedReferenceException"
    EXTRA_METADATA_NOT_SAVED = "XDSExtraMetadataNotSaved"
    UNKNOWN_STORED_QUERY = "XDSUnknownStoredQuery"
    STORED_QUERY_MISSING_PARAM = "XDSStoredQueryMissingParam"
    STORED_QUERY_PARAM_NUMBER = "XDSStoredQueryParamNumber"
    TOO_MANY_RESULTS = "XDSTooManyResults"
    RESULT_NOT_SINGLE_PATIENT = "XDSResultNotSinglePatient"
    DOCUMENT_UNIQUE_ID_ERROR = "XDSDocumentUniqueIdError"
    UNKNOWN_REPOSITORY_ID = "XDSUnknownRepositoryId"


@dataclass(frozen=True, slots=True)
class RegistryError:
    """One error or warning about the content of a message."""

    code: str
    """An `ErrorCode`, or what another system wrote."""
    context: str
    """codeContext: the sentence, with the id of the rule that failed in brackets at its end."""
    location: str = ""
    """XPath in the message, or what the transaction asks for there (ITI-43: the DocumentUniqueId)."""
    warning: bool = False


@dataclass(frozen=True, slots=True)
class RegistryResponse:
    """The outcome of ITI-41 and ITI-42, and the first part of an ITI-43 answer."""

    status: str
    """`SUCCESS`, `FAILURE` or `PARTIAL_SUCCESS`."""
    errors: tuple[RegistryError, ...] = ()

    @classmethod
    def of(cls, errors: tuple[RegistryError, ...] = ()) -> "RegistryResponse":
        """Failure as soon as one of `errors` is not a warning, else Success: warnings ride on Success."""
        return cls(FAILURE if any(not e.warning for e in errors) else SUCCESS, errors)

    @property
    def succeeded(self) -> bool:
        return self.status == SUCCESS

    @property
    def outcome(self) -> str:
        """`Success`, `PartialSuccess` or `Failure`, for people and metrics."""
        return {SUCCESS: "Success", PARTIAL_SUCCESS: "PartialSuccess"}.get(self.status, "Failure")
