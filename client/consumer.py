"""The Document Consumer actor: queries a registry by ITI-18, retrieves documents from repositories by ITI-43."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, Final

from client.retrieval import Retrieval
from metadata.errors import RegistryError, RegistryResponse
from metadata.model import Code, DocumentEntry
from metadata.responses import (
    DocumentRequest,
    ResponseError,
    parse_adhoc_query_response,
    write_retrieve_request,
)
from metadata.storedqueries import ParameterValue, ReturnType, adhoc_query_request
from metadata.translate import Submission
from metadata.vocabulary import APPROVED, EMPTY_SHA1
from soap.client import SoapClient, TransportError

QUERY_ACTION: Final = "urn:ihe:iti:2007:RegistryStoredQuery"
RETRIEVE_ACTION: Final = "urn:ihe:iti:2007:RetrieveDocumentSet"


class ConsumerError(Exception):
    """A document cannot be had; the message says why."""


class IntegrityError(ConsumerError):
    """The bytes received are not those that the registry describes."""


class NotRetrieved(ConsumerError):
    """The repository did not give the document."""

    def __init__(self, unique_id: str, errors: tuple[RegistryError, ...]) -> None:
        told = "; ".join(f"{error.code}: {error.context}" for error in errors)
        super().__init__(f"{unique_id}: {told or 'the repository gave neither the document nor a reason'}")
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Found:
    """What a registry answered to a query."""

    response: RegistryResponse
    objects: Submission
    """Entries, SubmissionSets, Folders and Associations; empty when references were asked for."""
    references: tuple[str, ...] = ()
    """entryUUIDs."""

    @property
    def entries(self) -> tuple[DocumentEntry, ...]:
        return self.objects.entries


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document that was written somewhere."""

    unique_id: str
    mime_type: str
    size: int
    """Bytes."""
    sha1: str
    verified: bool
    """The entry told hash or size, and they agree."""


Codes = Sequence[Code | str]
"""Alternatives, as codes or as `code^^scheme`."""


class DocumentConsumer:
    """Asks one registry and its repositories; may be used from many threads.

    What a service refuses comes back as a `RegistryResponse`; `SoapFault` and `TransportError` are raised.
    """

    def __init__(
        self, registry: str | SoapClient, repositories: str | SoapClient | Mapping[str, str | SoapClient]
    ) -> None:
        """`repositories` is one for all documents, or a mapping repositoryUniqueId → repository."""
        self.registry = _client(registry)
        self._by_id: dict[str, SoapClient] = {}
        self._any: SoapClient | None = None
        if isinstance(repositories, str | SoapClient):
            self._any = _client(repositories)
        else:
            self._by_id = {unique_id: _client(repository) for unique_id, repository in repositories.items()}

    def query(
        self,
        name: str,
        parameters: Mapping[str, ParameterValue],
        *,
        references: bool = False,
        home: str | None = None,
    ) -> Found:
        """Any stored query by its name (`GetAll`) or id; parameter names may go without `$`.

        Raises `ValueError` for a query or parameter that does not exist.
        """
        return_type = ReturnType.OBJECT_REF if references else ReturnType.LEAF_CLASS
        body = adhoc_query_request(name, parameters, return_type, home=home)
        with self.registry.call(QUERY_ACTION, body) as response:
            try:
                answer = parse_adhoc_query_response(response.body)
            except ResponseError as error:
                raise TransportError(str(error), unknown=False) from None
        return Found(
            RegistryResponse(answer.status, answer.errors),
            Submission.of(answer.objects),
            tuple(ref.id for ref in answer.object_refs),
        )

    def find_documents(
        self,
        patient_id: str,
        *,
        status: Sequence[str] = (APPROVED,),
        type_codes: Codes = (),
        class_codes: Codes = (),
        practice_setting_codes: Codes = (),
        healthcare_facility_type_codes: Codes = (),
        event_codes: Codes = (),
        confidentiality_codes: Codes = (),
        format_codes: Codes = (),
        author_persons: Sequence[str] = (),
        creation_time_from: str | None = None,
        creation_time_to: str | None = None,
        service_start_time_from: str | None = None,
        service_start_time_to: str | None = None,
        service_stop_time_from: str | None = None,
        service_stop_time_to: str | None = None,
        object_types: Sequence[str] = (),
        references: bool = False,
    ) -> Found:
        """FindDocuments: the entries of a patient (CX) that match everything given, in each the one or the other.

        Times are DTM, from inclusive, to exclusive; a to of a day or a year takes in all of it. `author_persons` are
        LIKE patterns (`%^FONTANEL^%`).
        """
        given: dict[str, ParameterValue | None] = {
            "PatientId": patient_id,
            "Status": tuple(status),
            "TypeCode": _codes(type_codes),
            "ClassCode": _codes(class_codes),
            "PracticeSettingCode": _codes(practice_setting_codes),
            "HealthcareFacilityTypeCode": _codes(healthcare_facility_type_codes),
            "EventCodeList": _codes(event_codes),
            "ConfidentialityCode": _codes(confidentiality_codes),
            "FormatCode": _codes(format_codes),
            "AuthorPerson": tuple(author_persons),
            "CreationTimeFrom": creation_time_from,
            "CreationTimeTo": creation_time_to,
            "ServiceStartTimeFrom": service_start_time_from,
            "ServiceStartTimeTo": service_start_time_to,
            "ServiceStopTimeFrom": service_stop_time_from,
            "ServiceStopTimeTo": service_stop_time_to,
            "Type": tuple(object_types),
        }
        parameters = {f"$XDSDocumentEntry{name}": value for name, value in given.items() if value}
        return self.query("FindDocuments", parameters, references=references)

    def get_documents(self, ids: Sequence[str]) -> Found:
        """GetDocuments: entries by entryUUID (all `urn:uuid:`) or by uniqueId (none so)."""
        by_uuid = all(i.startswith("urn:uuid:") for i in ids)
        name = "$XDSDocumentEntryEntryUUID" if by_uuid else "$XDSDocumentEntryUniqueId"
        return self.query("GetDocuments", {name: tuple(ids)})

    @contextmanager
    def retrieve(self, requests: Sequence[DocumentRequest]) -> Iterator[Retrieval]:
        """Documents of one repository, as streams, to be gone through inside the `with`.

        Raises `ConsumerError` when the requests are for several repositories, or for one that is not known here.
        """
        asked = {request.repository_unique_id for request in requests}
        if len(asked) != 1:
            raise ConsumerError("documents of several repositories are retrieved apart")
        client = self._repository(asked.pop())
        with client.call(RETRIEVE_ACTION, write_retrieve_request(requests), mtom=True) as response:
            try:
                retrieval = Retrieval(response)
            except ResponseError as error:
                raise TransportError(str(error), unknown=False) from None
            yield retrieval

    def fetch(self, entry: DocumentEntry, out: BinaryIO, progress: Callable[[int], object] | None = None) -> Fetched:
        """Write the bytes of one document to `out`, and compare them with hash and size of its entry.

        `progress` is told the bytes of each piece that arrives.
        Raises `NotRetrieved`, and `IntegrityError` after what does not agree was written.
        """
        request = DocumentRequest(entry.repository_unique_id or "", entry.unique_id or "", entry.home_community_id)
        with self.retrieve((request,)) as retrieval:
            for retrieved in retrieval:
                if retrieved.document.document_unique_id == request.document_unique_id:
                    sha1, size = _copy(retrieved.chunks(), out, progress)
                    verified = _verify(entry, sha1, size)
                    return Fetched(request.document_unique_id, retrieved.document.mime_type, size, sha1, verified)
        raise NotRetrieved(request.document_unique_id, retrieval.response.errors)

    def fetch_to(self, entry: DocumentEntry, path: Path, progress: Callable[[int], object] | None = None) -> Fetched:
        """As `fetch`, into a file that appears only when it is whole and right; it replaces one of that name."""
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            try:
                fetched = self.fetch(entry, file, progress)  # type: ignore[arg-type]
                file.flush()
                os.replace(file.name, path)
            except BaseException:
                with suppress(FileNotFoundError):
                    os.unlink(file.name)
                raise
        return fetched

    def _repository(self, unique_id: str) -> SoapClient:
        client = self._by_id.get(unique_id, self._any)
        if client is None:
            known = ", ".join(self._by_id)
            raise ConsumerError(f"the document is in repository {unique_id}, whose address is not known here ({known})")
        return client


def _client(service: str | SoapClient) -> SoapClient:
    return SoapClient(service) if isinstance(service, str) else service


def _codes(codes: Codes) -> tuple[str, ...]:
    return tuple(str(code) for code in codes)


def _copy(
    chunks: Iterator[bytes | memoryview], out: BinaryIO, progress: Callable[[int], object] | None
) -> tuple[str, int]:
    sha1, size = hashlib.sha1(usedforsecurity=False), 0
    for piece in chunks:
        sha1.update(piece)
        size += len(piece)
        out.write(piece)
        if progress is not None:
            progress(len(piece))
    return sha1.hexdigest(), size


def _verify(entry: DocumentEntry, sha1: str, size: int) -> bool:
    """Whether the entry told anything to compare with. Raises `IntegrityError` if it told something else."""
    if entry.hash == EMPTY_SHA1 and entry.size == "0":  # Delayed Document Assembly                # ITI TF-3 4.2.3.2.10
        return False
    if entry.size is not None and entry.size.strip() != str(size):
        raise IntegrityError(f"{entry.unique_id}: {size} bytes received, the registry says {entry.size}")
    if entry.hash is not None and entry.hash.strip().lower() != sha1:
        raise IntegrityError(f"{entry.unique_id}: the bytes received have SHA-1 {sha1}, the registry says {entry.hash}")
    return entry.hash is not None or entry.size is not None
