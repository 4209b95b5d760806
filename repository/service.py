"""The operations of the Document Repository on the wire: ITI-41 and ITI-43, both MTOM in both directions."""

from functools import partial
from typing import Final

import schemas
from metadata.errors import RegistryResponse
from metadata.rules import schema
from metadata.vocabulary import XDS
from repository.provide import answered, provide_and_register
from repository.repository import Repository
from repository.retrieve import retrieve, retrieve_failed
from soap.message import Operation, Packaging

PROVIDE: Final = f"{{{XDS}}}ProvideAndRegisterDocumentSetRequest"
RETRIEVE: Final = f"{{{XDS}}}RetrieveDocumentSetRequest"


def operations(repository: Repository) -> list[Operation]:
    """ITI-41 and ITI-43 of `repository`; ITI TF-2 3.41, 3.43."""
    return [
        Operation(
            transaction="ITI-41",
            name="DocumentRepository_ProvideAndRegisterDocumentSet-b",
            element=PROVIDE,
            action="urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
            response_action="urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse",
            packaging=Packaging.MTOM,
            handler=partial(provide_and_register, repository),
            schema=partial(schemas.schema, PROVIDE),
            invalid=lambda _request, errors: answered(
                RegistryResponse.of(schema.told(errors, "ITI-41", repository.language))
            ),
        ),
        Operation(
            transaction="ITI-43",
            name="DocumentRepository_RetrieveDocumentSet",
            element=RETRIEVE,
            action="urn:ihe:iti:2007:RetrieveDocumentSet",
            response_action="urn:ihe:iti:2007:RetrieveDocumentSetResponse",
            packaging=Packaging.MTOM,
            handler=partial(retrieve, repository),
            schema=partial(schemas.schema, RETRIEVE),
            invalid=lambda _request, errors: retrieve_failed(
                RegistryResponse.of(schema.told(errors, "ITI-43", repository.language))
            ),
        ),
    ]
