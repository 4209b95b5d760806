"""A registry and a repository that verify lots, and lots to submit to them: a valid one, to be changed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from carnet import parts
from client import sample
from client.documents import Document, prepare
from client.signing import SignsLots
from client.source import SOURCE_ID
from client.submission import Contents, Prepared
from client.submission import prepare as prepare_submission
from dmp.authority import Authority
from dmp.domain import WAIVED, domain
from dmp.lot import LotVerifier
from dmp.lot_policy import DMP, LotPolicy
from dmp.source import LotSigner, submitter
from dmp.vihf import Mode, VihfCaller
from metadata.affinity import AffinityDomain
from metadata.ebrim import submit_objects_request
from metadata.errors import RegistryResponse
from metadata.model import Author, DocumentEntry, XdsObject
from metadata.responses import parse_registry_response
from metadata.translate import to_ebrim
from metadata.vocabulary import XDS
from registry.registry import Registry
from registry.tables import metadata as registry_tables
from repository import evidence
from repository.evidence import StoredEvidence
from repository.forwarding import CoHosted
from repository.localstore import LocalStore
from repository.provide import provide_and_register
from repository.repository import Repository
from repository.tables import metadata as repository_tables
from security.certificates import TrustStore
from security.dsg import DMP_LEGACY, SetPolicy
from security.gate import Caller
from security.issuing import CertifiedKey
from soap.message import Addressing, Packaging, Peer, Reply, Request
from storage import Database

XOP = "http://www.w3.org/2004/08/xop/include"
HOSPITAL = "10B0990017"
INSTITUTION = f"HOPITAL DE LA CHARTREUSE TEST^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^{HOSPITAL}"
DOCTOR = "899900101017"


@dataclass(frozen=True)
class Part:
    content_id: str
    content: bytes
    content_type: str = "text/xml"

    def chunks(self) -> Iterator[bytes]:
        yield self.content


@dataclass
class Lot:
    """A submission as it crosses the wire; its parts may be changed before it is sent."""

    prepared: Prepared
    contents: dict[str, bytes] = field(default_factory=dict)
    """entryUUID → the bytes that are sent."""

    def __post_init__(self) -> None:
        self.contents = {d.entry.entry_uuid: b"".join(d.chunks()) for d in self.prepared.documents}

    @property
    def signature(self) -> DocumentEntry:
        return self.prepared.documents[-1].entry

    @property
    def set_id(self) -> str:
        return self.prepared.submission_set.unique_id or ""

    def alter(self, entry: DocumentEntry, **changes: Any) -> "Lot":
        """The entry with other attributes."""
        documents = tuple(
            Document(replace(d.entry, **changes), d.content) if d.entry.entry_uuid == entry.entry_uuid else d
            for d in self.prepared.documents
        )
        self.prepared = replace(self.prepared, documents=documents)
        return self

    def sign_bytes(self, change: Callable[[bytes], bytes]) -> "Lot":
        """Other bytes as the signature document; its entry agrees with them."""
        uuid = self.signature.entry_uuid
        self.contents[uuid] = change(self.contents[uuid])
        return self.alter(self.signature, hash=None, size=None)

    def without(self, *types: str) -> "Lot":
        """No Associations of these types."""
        kept = tuple(a for a in self.prepared.associations if a.type not in types)
        self.prepared = replace(self.prepared, associations=kept)
        return self

    @property
    def objects(self) -> tuple[XdsObject, ...]:
        return self.prepared.objects

    def request(self, caller: Caller | None) -> Request:
        body = etree.Element(f"{{{XDS}}}ProvideAndRegisterDocumentSetRequest")
        body.append(etree.fromstring(submit_objects_request([to_ebrim(x) for x in self.objects])))
        for uuid in self.contents:
            document = etree.SubElement(body, f"{{{XDS}}}Document", id=uuid)
            etree.SubElement(document, f"{{{XOP}}}Include", href=f"cid:{uuid.removeprefix('urn:uuid:')}")
        attached = iter([Part(uuid.removeprefix("urn:uuid:"), content) for uuid, content in self.contents.items()])
        return Request(
            body, None, Addressing(), etree.tostring(body), Packaging.MTOM, attached, Peer("127.0.0.1"), caller
        )


@dataclass
class LotBench:
    """Both actors on one database, with eyes on what they keep."""

    database: Database
    repository: Repository
    documents: LocalStore

    def submit(self, lot: Lot, caller: Caller | None) -> RegistryResponse:
        self.reply: Reply = provide_and_register(self.repository, lot.request(caller))
        assert isinstance(self.reply.body, bytes)
        return parse_registry_response(etree.fromstring(self.reply.body))

    def evidence(self, set_id: str) -> tuple[StoredEvidence, ...]:
        with self.database.read() as connection:
            return evidence.evidence_of(connection, set_id)

    def holdings(self) -> Mapping[str, int]:
        """Rows of every table that a submission writes, and files of the store."""
        tables = ("document_entry", "submission_set", "association", "stored_document", "submission_evidence")
        with self.database.read() as connection:
            rows = {name: connection.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables}
        return rows | {"objects": sum(path.is_file() for path in self.documents.root.rglob("*"))}

    def holds_nothing(self) -> bool:
        return not any(self.holdings().values())


MakeBench = Callable[..., LotBench]


@pytest.fixture(scope="session")
def trust(pki: Path) -> TrustStore:
    return TrustStore.load(pki)


@pytest.fixture
def make_bench(tmp_path: Path, trust: TrustStore) -> Iterator[MakeBench]:
    """`make_bench(policy)`: with other demands than those of the DMP."""
    made: list[Database] = []

    def make(policy: LotPolicy = DMP, *, clock: Callable[[], datetime] | None = None) -> LotBench:
        database = Database.open(f"sqlite:///{tmp_path / f'{len(made)}.sqlite'}")
        made.append(database)
        database.write(registry_tables.create_all)
        database.write(repository_tables.create_all)
        agreed = domain(signed=policy.required) if policy.french else AffinityDomain(waived=WAIVED)
        registry = Registry(database, agreed, language="fr")
        documents = LocalStore(tmp_path / f"documents-{len(made)}")
        verifier = LotVerifier(lambda: trust, policy, **({"clock": clock} if clock else {}))
        link = CoHosted(registry.register, partial(parts.holds, database))
        repository = Repository("2.999.31.1", database, documents, link, "fr", verifier)
        return LotBench(database, repository, documents)

    yield make
    for database in made:
        database.close()


@pytest.fixture
def bench(make_bench: MakeBench) -> LotBench:
    return make_bench()


@pytest.fixture
def doctor(authority: Authority) -> VihfCaller:
    """The doctor with her card, in mode DIRECTE, for the patient of the letter."""
    return caller_of(authority, "doctor", DOCTOR, Mode.DIRECTE)


@pytest.fixture
def hospital(authority: Authority) -> VihfCaller:
    """The hospital that acts for one of its users."""
    return caller_of(authority, "hospital", f"3{HOSPITAL[1:]}/42", Mode.INDIRECTE)


def caller_of(authority: Authority, identity: str, name: str, mode: Mode) -> VihfCaller:
    der = authority.identities[identity].authentication.certificate.public_bytes(Encoding.DER)
    return VihfCaller(
        name=name,
        certificate=der,
        issuer="CN=somebody",
        organisation=HOSPITAL,
        patient_id="277076322082910^^^&1.2.250.1.213.1.4.10&ISO^NH",
        assertion_id="_1",
        mode=mode,
    )


MakeLot = Callable[..., Lot]


@pytest.fixture
def make_lot(authority: Authority) -> MakeLot:
    """`make_lot(key, policy, files, at)`: a signed submission of a letter and whatever files one likes."""

    def make(
        key: CertifiedKey | None = None,
        policy: SetPolicy = DMP_LEGACY,
        *,
        files: int = 0,
        at: datetime | None = None,
        signed: bool = True,
    ) -> Lot:
        key = key or authority.identities["doctor"].signature
        now = at or datetime.now(UTC)
        letter = prepare(sample.fresh().letter, with_identifier_types=True)
        letter = Document(replace(letter.entry, **_institution(letter.entry)), letter.content)
        more = [prepare(sample.fresh().letter, with_identifier_types=True) for _ in range(files)]
        authors = submitter(key.certificate, letter.entry.authors)
        contents = Contents((letter, *more), authors=authors, title="Lettre")
        prepared = prepare_submission(contents, source_id=SOURCE_ID, now=now - timedelta(seconds=1))
        return Lot(SignsLots(LotSigner(key, policy))(prepared, now) if signed else prepared)

    return make


def _institution(entry: DocumentEntry) -> dict[str, Any]:
    return {"authors": tuple(Author(a.person, (INSTITUTION,), a.roles, a.specialties) for a in entry.authors)}
