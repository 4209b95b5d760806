"""The bodies that answer, and the body of ITI-43: written by the actors, read by their clients; ITI TF-3 4.2.4.

Writers give one element with its namespaces declared. Readers take what other systems write: they raise `ResponseError`
only where there is nothing to read.
"""

from metadata.responses.query import (
    AdhocQueryResponse,
    ObjectRef,
    adhoc_query_response,
    parse_adhoc_query_response,
    write_object_ref,
)
from metadata.responses.registry import ResponseError, parse_registry_response, write_registry_response
from metadata.responses.retrieve import (
    DocumentRequest,
    RetrievedDocument,
    RetrieveResponse,
    parse_retrieve_request,
    parse_retrieve_response,
    write_retrieve_request,
    write_retrieve_response,
)

__all__ = [
    "AdhocQueryResponse",
    "DocumentRequest",
    "ObjectRef",
    "ResponseError",
    "RetrieveResponse",
    "RetrievedDocument",
    "adhoc_query_response",
    "parse_adhoc_query_response",
    "parse_registry_response",
    "parse_retrieve_request",
    "parse_retrieve_response",
    "write_object_ref",
    "write_registry_response",
    "write_retrieve_request",
    "write_retrieve_response",
]
