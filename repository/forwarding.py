"""How a repository reaches its registry: the `RegistryLink` protocol, ITI-42 over SOAP, or a direct call."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeVar

import sqlalchemy as sa
from lxml import etree

from metadata.ebrim import RegistryObject, submit_objects_request
from metadata.errors import ErrorCode, RegistryError, RegistryResponse
from metadata.responses import ResponseError, parse_adhoc_query_response, parse_registry_response
from metadata.storedqueries import ReturnType, adhoc_query_request
from metadata.storedqueries_catalogue import GET_DOCUMENTS
from metadata.vocabulary import FAILURE, SUCCESS
from soap.client import SoapClient, SoapFault, TransportError

_REGISTER: Final = "urn:ihe:iti:2007:RegisterDocumentSet-b"
_QUERY: Final = "urn:ihe:iti:2007:RegistryStoredQuery"

Also = Callable[[sa.Connection], None]
_T = TypeVar("_T")


class RegistryUnavailable(Exception):
    """The registry gave no usable answer."""

    def __init__(self, reason: str, *, unknown: bool) -> None:
        super().__init__(reason)
        self.unknown = unknown
        """It may have registered the submission all the same: the request, or a part of it, has left."""


class RegistryLink(Protocol):
    """The Document Registry, as the repository sees it."""

    @property
    def atomic(self) -> bool:
        """The registry works on the repository's database: what `also` writes is kept exactly when the submission is.

        Otherwise `also` is not run.
        """
        ...

    def register(self, objects: Sequence[RegistryObject], *, also: Also | None = None) -> RegistryResponse:
        """ITI-42. An `atomic` registry runs `also` once it has accepted; it may run again if the database asks for it.

        Raises `RegistryUnavailable`, and whatever `also` raises, the submission then being undone.
        """
        ...

    def holds(self, unique_id: str) -> bool:
        """Whether a DocumentEntry with this uniqueId is registered. Raises `RegistryUnavailable`."""
        ...


class CoHosted:
    """The registry of the same process, on the same database."""

    atomic = True

    def __init__(
        self,
        register: Callable[..., RegistryResponse],
        holds: Callable[[str], bool],
    ) -> None:
        """`register(objects, also=…)` is `Registry.register`; `holds` looks a uniqueId up."""
        self._register = register
        self._holds = holds

    def register(self, objects: Sequence[RegistryObject], *, also: Also | None = None) -> RegistryResponse:
        return self._register(objects, also=also)

    def holds(self, unique_id: str) -> bool:
        return self._holds(unique_id)


class SoapRegistry:
    """A registry somewhere else, over ITI-42 and ITI-18."""

    atomic = False

    def __init__(self, client: SoapClient) -> None:
        self._client = client

    def register(
        self,
        objects: Sequence[RegistryObject],
        *,
        also: Also | None = None,  # noqa: ARG002 - of the protocol, for a registry on the same database
    ) -> RegistryResponse:
        """A fault that blames the message becomes an XDSRegistryError; after one of its own the outcome is open."""
        try:
            response = self._call(_REGISTER, submit_objects_request(objects), parse_registry_response)
        except SoapFault as fault:
            if fault.code == "Receiver":
                raise RegistryUnavailable(f"it answered with a fault: {fault}", unknown=True) from fault
            return RegistryResponse.of(
                (RegistryError(ErrorCode.REGISTRY_ERROR, f"the registry refused the message: {fault}"),)
            )
        if response.status not in (SUCCESS, FAILURE):
            # ITI TF-2 3.42.4.2 knows no other: what it means for the documents cannot be told
            raise RegistryUnavailable(f"it answered with status {response.status}", unknown=True)
        return response

    def holds(self, unique_id: str) -> bool:
        """GetDocuments by uniqueId; ITI TF-2 3.18.4.1.2.3.7.5"""
        question = adhoc_query_request(
            GET_DOCUMENTS.name, {"XDSDocumentEntryUniqueId": (unique_id,)}, ReturnType.OBJECT_REF
        )
        try:
            answer = self._call(_QUERY, question, parse_adhoc_query_response)
        except SoapFault as fault:
            raise RegistryUnavailable(f"it answered with a fault: {fault}", unknown=True) from fault
        if not answer.succeeded:
            told = "; ".join(f"{error.code}: {error.context}" for error in answer.errors)
            raise RegistryUnavailable(f"it refused the query: {told}", unknown=True)
        return bool(answer.object_refs or answer.objects)

    def _call(self, action: str, body: bytes, read: Callable[[etree._Element], _T]) -> _T:
        try:
            with self._client.call(action, body) as answer:
                return read(answer.body)
        except TransportError as error:
            raise RegistryUnavailable(str(error), unknown=error.unknown) from error
        except ResponseError as error:
            raise RegistryUnavailable(str(error), unknown=True) from error
