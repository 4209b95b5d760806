from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from lxml import etree

from metadata import vocabulary as v
from metadata.ebrim import RegistryObject, submit_objects_request
from metadata.errors import ErrorCode, RegistryError, RegistryResponse
from metadata.model import Association, Author, Code, DocumentEntry, SubmissionSet
from metadata.translate import Submission, to_ebrim
from repository.forwarding import Also, RegistryUnavailable
from repository.localstore import LocalStore
from repository.provide import provide_and_register
from repository.repository import Repository
from repository.tables import metadata as tables
from repository.tables import stored_document
from soap.message import Addressing, Packaging, Peer, Reply, Request
from storage import Database

REPOSITORY = "2.999.31.1"
PATIENT = "ann7^^^&2.999.31&ISO"
XOP = "http://www.w3.org/2004/08/xop/include"


@dataclass(frozen=True)
class Part:
    """A MIME part, as the host hands it over."""

    content_id: str
    pieces: Sequence[bytes]
    content_type: str = "text/plain"

    def chunks(self) -> Iterator[bytes]:
        yield from self.pieces


@dataclass
class TestRegistry:
    """A registry that answers as it is told; it keeps what it accepts in memory."""

    __test__ = False

    database: Database
    atomic: bool
    says: str = "accepts"
    """`accepts`, `refuses`, `away` (nothing was sent), `silent` (it has registered, the answer is lost), `deaf` (it was
    sent, and lost before it registered), `strict` (refuses a SubmissionSet it has), `broken` (an exception)."""
    registered: list[Submission] = field(default_factory=list)
    asked: int = 0
    during: Callable[[], None] | None = None
    """Called while the registry works: what another submission does meanwhile."""

    def register(self, objects: Sequence[RegistryObject], *, also: Also | None = None) -> RegistryResponse:
        self.asked += 1
        if self.during is not None:
            self.during()
        submission = Submission.of(objects)
        if self.says == "away":
            raise RegistryUnavailable("connection refused", unknown=False)
        if self.says == "deaf":
            raise RegistryUnavailable("timeout", unknown=True)
        if self.says == "refuses":
            return RegistryResponse.of((RegistryError(ErrorCode.UNKNOWN_PATIENT_ID, f"{PATIENT} is not known", "/x"),))
        if self.says == "broken":
            raise sa.exc.OperationalError("COMMIT", {}, Exception("disk I/O error"))
        if self.says == "strict" and self.holds(submission.submission_sets[0].unique_id or ""):
            return RegistryResponse.of((RegistryError(ErrorCode.DUPLICATE_UNIQUE_ID_IN_REGISTRY, "the set"),))
        if self.says == "silent":
            self.registered.append(submission)
            raise RegistryUnavailable("timeout", unknown=True)
        if also is not None:
            self.database.write(also)
        self.registered.append(submission)
        return RegistryResponse.of()

    def holds(self, unique_id: str) -> bool:
        if self.says in ("away", "deaf", "silent"):
            raise RegistryUnavailable("timeout", unknown=True)
        return any(
            unique_id == each.unique_id
            for submission in self.registered
            for each in (*submission.entries, *submission.submission_sets)
        )


@dataclass
class Bench:
    """A repository with its registry, and eyes on what it keeps."""

    repository: Repository
    registry: TestRegistry
    documents: LocalStore

    def provide(self, request: Request) -> Reply:
        return provide_and_register(self.repository, request)

    def rows(self) -> dict[str, Any]:
        with self.repository.database.read() as connection:
            return {row.uid: row for row in connection.execute(sa.select(stored_document))}

    def states(self) -> dict[str, int]:
        return {uid: row.state for uid, row in self.rows().items()}

    def objects(self) -> set[str]:
        """Files of the store, unfinished ones too."""
        root = self.documents.root
        return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}

    def holds_nothing(self) -> bool:
        return not self.rows() and not self.objects()

    def is_consistent(self) -> bool:
        """Every row has its object, and every object its row."""
        return {row.object_key for row in self.rows().values()} == self.objects()

    def content(self, unique_id: str) -> bytes:
        return b"".join(self.documents.open_read(self.rows()[unique_id].object_key))


def make_bench(directory: Path, atomic: bool) -> Bench:
    database = Database.open(f"sqlite:///{directory / 'repository.sqlite'}")
    database.write(tables.create_all)
    documents = LocalStore(directory / "documents")
    registry = TestRegistry(database, atomic)
    return Bench(Repository(REPOSITORY, database, documents, registry), registry, documents)


@pytest.fixture(params=["co-hosted", "remote"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """Both ways of reaching the registry."""
    made = make_bench(tmp_path, request.param == "co-hosted")
    yield made
    made.repository.database.close()


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Bench]:
    made = make_bench(tmp_path, False)
    yield made
    made.repository.database.close()


@pytest.fixture
def cohosted(tmp_path: Path) -> Iterator[Bench]:
    made = make_bench(tmp_path, True)
    yield made
    made.repository.database.close()


ENTRY = DocumentEntry(
    entry_uuid="doc1",
    unique_id="2.999.31.100.1",
    patient_id=PATIENT,
    mime_type="text/plain",
    class_code=Code("11488", "2.999.32.1", "Compte rendu"),
    type_code=Code("34133-9", "2.999.32.6", "Lettre de sortie"),
    format_code=Code("F-TXT", "2.999.32.3", "Texte brut"),
    healthcare_facility_type_code=Code("H-IP", "2.999.32.4", "Hospitalisation"),
    practice_setting_code=Code("P-MED", "2.999.32.5", "Médecine générale"),
    confidentiality_codes=(Code("N", "2.999.32.2", "Normal"),),
    authors=(Author(person="D88^Durand^Paul^^^Dr^^^&2.999.31.3&ISO"),),
    title="Lettre de liaison",
    creation_time="20250611083000",
    language_code="fr-FR",
    source_patient_id="mrn-4021^^^&2.999.31.2&ISO",
    source_patient_info=("PID-8|F",),
)
SUBMISSION_SET = SubmissionSet(
    entry_uuid="set",
    unique_id="2.999.31.200.1",
    patient_id=PATIENT,
    source_id="2.999.31.9",
    submission_time="20250611083112",
    content_type_code=Code("discharge", "2.999.32.7", "Sortie"),
)


class Message:
    """A valid ITI-41 message, to be changed before it is made: `Message(a=b"…", b=b"…")` has two documents."""

    def __init__(self, **contents: bytes) -> None:
        self.contents: dict[str, bytes] = contents or {"doc1": b"the quick brown fox\r\n"}
        self.entries = {
            name: replace(ENTRY, entry_uuid=name, unique_id=f"2.999.31.100.{number}")
            for number, name in enumerate(self.contents, 1)
        }
        self.submission_set = SUBMISSION_SET
        self.hrefs = {name: f"cid:{name}@test" for name in self.contents}
        self.inline: dict[str, str] = {}
        """Document id → base64 text that stands in the envelope."""
        self.parts = [Part(f"{name}@test", [content]) for name, content in self.contents.items()]

    def entry(self, name: str = "doc1", **changes: Any) -> "Message":
        self.entries[name] = replace(self.entries[name], **changes)
        return self

    def objects(self) -> list[RegistryObject]:
        members = [
            Association(f"member-{name}", v.HAS_MEMBER, "set", name, submission_set_status="Original")
            for name in self.entries
        ]
        return [to_ebrim(x) for x in (*self.entries.values(), self.submission_set, *members)]

    def body(self) -> etree._Element:
        body = etree.Element(f"{{{v.XDS}}}ProvideAndRegisterDocumentSetRequest")
        body.append(etree.fromstring(submit_objects_request(self.objects())))
        documents: Mapping[str, str] = self.hrefs | self.inline
        for name, value in documents.items():
            document = etree.SubElement(body, f"{{{v.XDS}}}Document", id=name)
            if name in self.inline:
                document.text = value
            else:
                etree.SubElement(document, f"{{{XOP}}}Include", href=value)
        return body

    def request(self) -> Request:
        body = self.body()
        return Request(
            body, None, Addressing(), etree.tostring(body), Packaging.MTOM, iter(self.parts), Peer("127.0.0.1")
        )


@pytest.fixture
def message() -> Message:
    return Message()


@pytest.fixture
def message_of() -> type[Message]:
    """To make one of several documents: `message_of(a=b"…", b=b"…")`."""
    return Message


@pytest.fixture
def part() -> type[Part]:
    return Part
