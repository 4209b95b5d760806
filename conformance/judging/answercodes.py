"""The error codes of the standard and the transactions that each belongs to. # ITI TF-3 Table 4.2.4.1-2"""

from collections.abc import Mapping
from typing import Final

_P, _R, _SQ, _RS = frozenset({"ITI-41"}), frozenset({"ITI-42", "ITI-61"}), frozenset({"ITI-18"}), frozenset({"ITI-43"})
_U, _V, _M, _D = frozenset({"ITI-57"}), frozenset({"ITI-92"}), frozenset({"ITI-62"}), frozenset({"ITI-86"})
_SQ = _SQ | {"ITI-51"}
_XQ, _XR = frozenset({"ITI-38"}), frozenset({"ITI-39"})
_UPDATES: Final = _U | _V

CODES: Final[Mapping[str, frozenset[str]]] = {
    "XDSMissingDocument": _P,
    "XDSMissingDocumentMetadata": _P,
    "XDSRegistryNotAvailable": _P,
    "XDSRegistryError": _P | _R | _SQ | _XQ | _U | _V | _M,
    "XDSRepositoryError": _P | _RS | _XR | _D,
    "XDSRegistryMetadataError": _P | _R | _UPDATES,
    "XDSRepositoryMetadataError": _P | _R,
    "XDSRegistryBusy": _P | _R | _SQ | _XQ | _UPDATES | _M,
    "XDSRepositoryBusy": _P | _RS | _XR | _D,
    "XDSRegistryOutOfResources": _P | _R | _SQ | _XQ | _UPDATES | _M,
    "XDSRepositoryOutOfResources": _P | _RS | _XR | _D,
    "XDSRegistryDuplicateUniqueIdInMessage": _P | _R,
    "XDSRepositoryDuplicateUniqueIdInMessage": _P | _R,
    "XDSDuplicateUniqueIdInRegistry": _P | _R,
    "XDSNonIdenticalHash": _P | _R,
    "XDSNonIdenticalSize": _P | _R,
    "XDSUnknownPatientId": _P | _R | _SQ | _XQ | _UPDATES,
    "XDSPatientIdDoesNotMatch": _P | _R | _UPDATES,
    "XDSRegistryDeprecatedDocumentError": _P | _R,
    "UnresolvedReferenceException": _P | _R | _M | _UPDATES,
    "XDSReplaceFailed": _P | _R,
    "XDSExtraMetadataNotSaved": _P | _R | _UPDATES,
    "XDSUnknownStoredQuery": _SQ | _XQ,
    "XDSStoredQueryMissingParam": _SQ | _XQ,
    "XDSStoredQueryParamNumber": _SQ | _XQ,
    "XDSTooManyResults": _SQ | _XQ | _RS | _XR,
    "XDSResultNotSinglePatient": _SQ | _XQ | _RS | _XR,
    "XDSDocumentUniqueIdError": _RS | _XR | _D,
    "XDSUnknownRepositoryId": _RS | _XR | _D,
    "XDSMissingHomeCommunityId": _P | _SQ | _XQ | _RS | _XR | _V,
    "XDSUnknownCommunity": _P | _SQ | _XQ | _RS | _XR | _V,
    "XDSUnavailableCommunity": _P | _SQ | _RS,
    "InvalidDocumentContent": _P,
    "DocumentQueued": _P,
    "PartialAppendContentNotProcessed": _P,
    "PartialFolderContentNotProcessed": _P,
    "PartialRelationshipContentNotProcessed": _P,
    "PartialReplaceContentNotProcessed": _P,
    "PartialTransformNotProcessed": _P,
    "PartialTransformReplaceNotProcessed": _P,
    "UnknownRecipient": _P,
    "UnavailableRecipient": _P,
    "XDSMetadataUpdateError": _UPDATES,
    "XDSMetadataUpdateOperationError": _UPDATES,
    "XDSMetadataVersionError": _UPDATES,
    "XDSPatientIDReconciliationError": _UPDATES,
    "XDSObjectTypeError": _V,
    "XDSMetadataIdentifierError": _V,
    "XDSInvalidRequestException": _V,
    "XDSMetadataAnnotationError": _V,
    "UnmodifiableMetadataError": _V,
    "LocalPolicyRestrictionError": _V,
    "ReferencesExistException": _M,
    "XDSUnreferencedObjectException": _M,
    "XDSRemoveDocumentsError": _D,
}
"""Code → its transactions. A community may have codes of its own."""
