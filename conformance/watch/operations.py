"""The operations of a Document Registry and a Document Repository, by their names on the wire.

# ITI TF-2 3.18, 3.41, 3.42, 3.43
"""

from typing import Final

from metadata.vocabulary import LCM, QUERY, XDS
from soap.message import Packaging

PROVIDE: Final = f"{{{XDS}}}ProvideAndRegisterDocumentSetRequest"
RETRIEVE: Final = f"{{{XDS}}}RetrieveDocumentSetRequest"
REGISTER: Final = f"{{{LCM}}}SubmitObjectsRequest"
STORED_QUERY: Final = f"{{{QUERY}}}AdhocQueryRequest"

_IHE: Final = "urn:ihe:iti:2007:"
OPERATIONS: Final = (
    (
        "repository",
        "ITI-41",
        "DocumentRepository_ProvideAndRegisterDocumentSet-b",
        PROVIDE,
        f"{_IHE}ProvideAndRegisterDocumentSet-b",
        f"{_IHE}ProvideAndRegisterDocumentSet-bResponse",
        Packaging.MTOM,
    ),
    (
        "repository",
        "ITI-43",
        "DocumentRepository_RetrieveDocumentSet",
        RETRIEVE,
        f"{_IHE}RetrieveDocumentSet",
        f"{_IHE}RetrieveDocumentSetResponse",
        Packaging.MTOM,
    ),
    (
        "registry",
        "ITI-42",
        "DocumentRegistry_RegisterDocumentSet-b",
        REGISTER,
        f"{_IHE}RegisterDocumentSet-b",
        f"{_IHE}RegisterDocumentSet-bResponse",
        Packaging.SIMPLE,
    ),
    (
        "registry",
        "ITI-18",
        "DocumentRegistry_RegistryStoredQuery",
        STORED_QUERY,
        f"{_IHE}RegistryStoredQuery",
        f"{_IHE}RegistryStoredQueryResponse",
        Packaging.SIMPLE,
    ),
)
ACTIONS: Final = {row[4]: row[1] for row in OPERATIONS}
"""wsa:Action of a request → transaction."""
ELEMENTS: Final = {row[3].rpartition("}")[2]: row[1] for row in reversed(OPERATIONS)}
"""Local name of the body element → transaction."""
