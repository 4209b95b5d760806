"""The demonstration: the life of a letter, from its first submission to its bytes compared, one transaction at a time.

`run` speaks to any registry and repository; nothing in it is made up: what a step shows is what crossed the wire, and
each step compares what came back with what it must be.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from client import sample
from client.consumer import ConsumerError, DocumentConsumer, Found
from client.documents import Document, prepare
from client.source import DocumentSource, Submitted
from client.submission import Contents, NewFolder, Prepared, Relationship
from client.submission import prepare as prepare_submission
from client.wire import request_excerpt, response_excerpt
from metadata.ebrim import submit_objects_request
from metadata.errors import RegistryResponse
from metadata.model import DocumentEntry
from metadata.responses import DocumentRequest, parse_registry_response
from metadata.translate import to_ebrim
from metadata.vocabulary import APND, APPROVED, DEPRECATED, HAS_MEMBER, RPLC
from soap.client import SoapClient
from soap.tap import Crossing

REGISTER_ACTION: Final = "urn:ihe:iti:2007:RegisterDocumentSet-b"


class DemoFailed(Exception):
    """A service did not do what it must; the message says in which step, and what."""


class _Wrong(Exception):
    """What a step received is not what it must be."""


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction, done."""

    title: str
    transaction: str
    """`ITI-41`."""
    request: str
    """Excerpt of the request as it crossed the wire, its XML indented."""
    response: str
    """The same of the answer."""
    verdict: str
    """What was found, in a sentence."""
    passed: bool


def run(registry: str, repository: str) -> Iterator[Step]:
    """Does the steps one by one against two URLs.

    Raises `DemoFailed` after it gave the step that went wrong, and lets `SoapFault` and `TransportError` through.
    """
    demonstration = _Demonstration(registry, repository)
    for title, transaction, act in demonstration.steps():
        passed = True
        try:
            verdict = act()
        except (_Wrong, ConsumerError) as wrong:
            passed, verdict = False, str(wrong)
        crossing = demonstration.last
        yield Step(title, transaction, request_excerpt(crossing), response_excerpt(crossing), verdict, passed)
        if not passed:
            raise DemoFailed(f"{title}: {verdict}")


Act = Callable[[], str]


class _Demonstration:
    """The clients, and what they have learnt so far."""

    def __init__(self, registry: str, repository: str) -> None:
        self._crossings: list[Crossing] = []
        self._registry = SoapClient(registry, on_exchange=self._crossings.append)
        repositories = SoapClient(repository, on_exchange=self._crossings.append)
        self._source = DocumentSource(repositories)
        self._consumer = DocumentConsumer(self._registry, repositories)
        documents = sample.fresh()
        self._letter, self._second, self._addendum = (
            prepare(content) for content in (documents.letter, documents.second_version, documents.addendum)
        )
        self._patient = self._letter.entry.patient_id or ""
        self._folder = ""
        self._submission_set = ""

    @property
    def last(self) -> Crossing:
        return self._crossings[-1]

    def steps(self) -> Iterator[tuple[str, str, Act]]:
        yield "Submit a consultation letter", "ITI-41", self._submit
        yield "Find it by its patient: FindDocuments", "ITI-18", self._find
        yield "File it in a new folder, as a repository would register it", "ITI-42", self._file
        yield "Replace it by its second version", "ITI-41", self._replace
        yield "See that the first is deprecated: GetRelatedDocuments", "ITI-18", self._related
        yield "See both versions in the folder: GetFolderAndContents", "ITI-18", self._folder_holds_both
        yield "Append a result to it, in the same folder", "ITI-41", self._append
        yield "List the patient's folders: FindFolders", "ITI-18", self._find_folders
        yield "Read one submission again: GetSubmissionSetAndContents", "ITI-18", self._read_submission
        yield "Take everything of the patient: GetAll", "ITI-18", self._get_all
        yield "Retrieve the three documents and compare their bytes", "ITI-43", self._retrieve

    def _submit(self) -> str:
        submitted = self._accepted(self._source.submit(self._letter))
        self._submission_set = submitted.prepared.submission_set.entry_uuid
        return f"accepted: {self._letter.size} bytes, SHA-1 {self._letter.entry.hash}"

    def _find(self) -> str:
        found = self._answered(self._consumer.find_documents(self._patient))
        entry = self._entry(found, self._letter)
        _expect(entry.availability_status == APPROVED, f"its status is {entry.availability_status}, not Approved")
        _expect(entry.hash == self._letter.entry.hash, f"the registry says hash {entry.hash}")
        _expect(bool(entry.repository_unique_id), "the registry does not say in which repository it is")
        return f"found among {len(found.entries)}, Approved, with the hash that was sent"

    def _file(self) -> str:
        folder = NewFolder("Suivi cardiologique 2026")
        prepared = prepare_submission(
            Contents(filed=(self._letter.entry.entry_uuid,), new_folders=(folder,), patient_id=self._patient),
            source_id=self._source.source_id,
            now=datetime.now(UTC),
        )
        self._register(prepared)
        self._folder = prepared.folders[0].entry_uuid
        return f"accepted: the folder « {folder.title} » with one member"

    def _replace(self) -> str:
        self._accepted(self._source.replace(self._second, self._letter.entry.entry_uuid))
        return "accepted: a new document that says what it replaces"

    def _related(self) -> str:
        found = self._answered(
            self._consumer.query(
                "GetRelatedDocuments",
                {"$XDSDocumentEntryEntryUUID": self._letter.entry.entry_uuid, "$AssociationTypes": (RPLC,)},
            )
        )
        first, second = self._entry(found, self._letter), self._entry(found, self._second)
        _expect(first.availability_status == DEPRECATED, f"the first version is {first.availability_status}")
        _expect(second.availability_status == APPROVED, f"the second version is {second.availability_status}")
        links = {(a.source, a.target) for a in found.objects.associations if a.type == RPLC}
        _expect((second.entry_uuid, first.entry_uuid) in links, "there is no RPLC between the two")
        return "the second version is Approved, replaces the first, and the first is Deprecated"

    def _folder_holds_both(self) -> str:
        found = self._answered(self._consumer.query("GetFolderAndContents", {"$XDSFolderEntryUUID": self._folder}))
        _expect(len(found.objects.folders) == 1, f"{len(found.objects.folders)} folders came back, not one")
        members = {a.target for a in found.objects.associations if a.type == HAS_MEMBER and a.source == self._folder}
        for document in (self._letter, self._second):
            _expect(document.entry.entry_uuid in members, f"{document.entry.unique_id} is not in the folder")
        return "both versions are members: the registry filed the second where the first was"

    def _append(self) -> str:
        relationship = Relationship(APND, self._addendum, self._second.entry.entry_uuid)
        self._accepted(self._source.send(Contents((self._addendum,), (relationship,), folders=(self._folder,))))
        return "accepted: the result of the Holter, appended to the second version and filed"

    def _find_folders(self) -> str:
        found = self._answered(
            self._consumer.query("FindFolders", {"$XDSFolderPatientId": self._patient, "$XDSFolderStatus": (APPROVED,)})
        )
        folder = next((f for f in found.objects.folders if f.entry_uuid == self._folder), None)
        _expect(folder is not None, "the folder is not there")
        updated = folder.last_update_time if folder else None
        _expect(bool(updated), "the folder has no lastUpdateTime")
        return f"found among {len(found.objects.folders)}, last updated {updated} (UTC)"

    def _read_submission(self) -> str:
        found = self._answered(
            self._consumer.query("GetSubmissionSetAndContents", {"$XDSSubmissionSetEntryUUID": self._submission_set})
        )
        _expect(len(found.objects.submission_sets) == 1, "the submission is not there")
        self._entry(found, self._letter)
        _expect(len(found.entries) == 1, f"{len(found.entries)} documents came back, not one")
        return "one SubmissionSet with the letter as its only document"

    def _get_all(self) -> str:
        status = (APPROVED, DEPRECATED)
        found = self._answered(
            self._consumer.query(
                "GetAll",
                {
                    "$patientId": self._patient,
                    "$XDSDocumentEntryStatus": status,
                    "$XDSSubmissionSetStatus": status,
                    "$XDSFolderStatus": status,
                },
            )
        )
        for document in (self._letter, self._second, self._addendum):
            self._entry(found, document)
        o = found.objects
        _expect(any(a.type == APND for a in o.associations), "there is no APND association")
        counts = (
            (o.entries, "document"),
            (o.submission_sets, "submission set"),
            (o.folders, "folder"),
            (o.associations, "association"),
        )
        return ", ".join(f"{len(held)} {word}{'' if len(held) == 1 else 's'}" for held, word in counts)

    def _retrieve(self) -> str:
        documents = (self._letter, self._second, self._addendum)
        held = self._answered(self._consumer.get_documents([d.entry.entry_uuid for d in documents]))
        requests = [
            DocumentRequest(self._entry(held, d).repository_unique_id or "", d.entry.unique_id or "") for d in documents
        ]
        with self._consumer.retrieve(requests) as retrieval:
            _succeeded(retrieval.response)
            received = {r.document.document_unique_id: b"".join(r.chunks()) for r in retrieval}
        for document in documents:
            same = received.get(document.entry.unique_id or "") == document.content
            _expect(same, f"the bytes of {document.entry.unique_id} are not those that were sent")
        return f"{sum(d.size for d in documents)} bytes in three documents, identical to those that were sent"

    def _register(self, prepared: Prepared) -> None:
        body = submit_objects_request([to_ebrim(x) for x in prepared.objects])
        with self._registry.call(REGISTER_ACTION, body) as response:
            _succeeded(parse_registry_response(response.body))

    def _accepted(self, submitted: Submitted) -> Submitted:
        _succeeded(submitted.response)
        return submitted

    def _answered(self, found: Found) -> Found:
        _succeeded(found.response)
        return found

    def _entry(self, found: Found, document: Document) -> DocumentEntry:
        unique_id = document.entry.unique_id
        entry = next((e for e in found.entries if e.unique_id == unique_id), None)
        if entry is None:
            raise _Wrong(f"the document {unique_id} is not in the answer")
        return entry


def _succeeded(response: RegistryResponse) -> None:
    told = "; ".join(f"{error.code}: {error.context}" for error in response.errors)
    _expect(response.succeeded, f"{response.outcome}: {told}")


def _expect(condition: bool, otherwise: str) -> None:
    if not condition:
        raise _Wrong(otherwise)
