"""Good messages, to be broken in one place each."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from client import sample
from client.documents import prepare
from client.signing import SignsLots
from client.source import SOURCE_ID, request_body
from client.submission import Contents, Prepared
from client.submission import prepare as prepare_submission
from conformance.judging import Judged, judge
from conformance.judging.sheet import Sheet
from dmp.authority import Authority
from dmp.source import LotSigner, submitter
from dmp.vihf.make import Wish, token
from metadata.storedqueries import adhoc_query_request
from metadata.vocabulary import APPROVED
from security.certificates import TrustStore
from security.dsg import DMP_LEGACY, SetPolicy
from security.saml import wsse_security
from soap.envelope import write_request
from soap.message import OutgoingPart
from soap.mtom import MtomWriter
from soap.xop import href_to
from tests.conformance.judging.languages import mixed

INS = "277076322082910^^^&1.2.250.1.213.1.4.10&ISO^NH"
"""The patient of the sample letter."""
_MESSAGE_ID = "urn:uuid:6b2f6ad4-58f0-4b56-a4b7-7d1a0ad7c401"
_TO = "https://repository.example/xds"


@dataclass(frozen=True)
class Captured:
    """A message and what says of itself."""

    data: bytes
    content_type: str
    at: datetime

    def with_head(self) -> bytes:
        """As a file that begins with its Content-Type."""
        return b"Content-Type: %b\r\n\r\n%b" % (self.content_type.encode(), self.data)

    def as_http(self) -> bytes:
        """As a whole HTTP request."""
        head = f"POST /xds HTTP/1.1\r\nHost: repository.example\r\nContent-Length: {len(self.data)}\r\n"
        return head.encode() + self.with_head()

    def changed(self, old: bytes, new: bytes) -> "Captured":
        """With one piece replaced, in the message or in its Content-Type."""
        kind = self.content_type.encode()
        assert old in self.data or old in kind, old
        if old in kind:
            return replace(self, content_type=kind.replace(old, new).decode())
        return replace(self, data=self.data.replace(old, new, 1))

    def judge(self, **options: Any) -> Judged:
        return judge(self.data, **{"content_type": self.content_type, "at": self.at, **options})


def rules(judged: Judged) -> list[str]:
    """The ids of the broken rules, each once."""
    return list(dict.fromkeys(each.rule for each in judged.remarks))


def enveloped(action: str, body: bytes, *headers: bytes) -> bytes:
    return write_request(action, _MESSAGE_ID, _TO, body, headers)


def mtom(root: bytes, parts: Sequence[tuple[str, str, bytes]] = ()) -> tuple[bytes, str]:
    """The MTOM message around an envelope, and its Content-Type."""
    writer = MtomWriter()
    outgoing = [OutgoingPart(id_, kind, (content,), len(content)) for id_, kind, content in parts]
    return b"".join(bytes(piece) for piece in writer.chunks(root, outgoing)), writer.content_type()


def provided(prepared: Prepared, at: datetime, *headers: bytes) -> Captured:
    root = enveloped("urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b", request_body(prepared), *headers)
    parts = []
    for document in prepared.documents:
        content_id = f"{document.entry.entry_uuid.removeprefix('urn:uuid:')}@carnet"
        assert href_to(content_id).encode() in root
        parts.append((content_id, document.entry.mime_type or "", b"".join(document.chunks())))
    return Captured(*mtom(root, parts), at)


@pytest.fixture(scope="session")
def submission() -> Captured:
    """An ITI-41 of IHE: one letter."""
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    contents = Contents((prepare(sample.fresh().letter),))
    return provided(prepare_submission(contents, source_id=SOURCE_ID, now=at), at)


@pytest.fixture(autouse=True)
def each_remark_is_whole_in_each_language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test here judges: no French in English, no English in French. Random bytes hold words of any."""
    if request.node.get_closest_marker("hypothesis"):
        return
    judged = Sheet.judged

    def checked(sheet: Sheet) -> Judged:
        found = judged(sheet)
        assert mixed(found.remarks) == []
        return found

    monkeypatch.setattr(Sheet, "judged", checked)


MakeLot = Callable[..., Captured]


@pytest.fixture(scope="session")
def make_lot(authority: Authority) -> MakeLot:
    """`make_lot(patient=…)`: an ITI-41 of the DMP, signed, with a VIHF for a patient."""

    def make(patient: str = INS, *, vihf: bool = True, signed: bool = True, policy: SetPolicy = DMP_LEGACY) -> Captured:
        doctor = authority.identities["doctor"]
        at = datetime.now(UTC)
        letter = prepare(sample.fresh().letter, with_identifier_types=True)
        authors = submitter(doctor.signature.certificate, letter.entry.authors)
        contents = Contents((letter,), authors=authors, title="Lettre")
        prepared = prepare_submission(contents, source_id=SOURCE_ID, now=at - timedelta(seconds=1))
        if signed:
            prepared = SignsLots(LotSigner(doctor.signature, policy))(prepared, at)
        headers = [wsse_security(token(Wish(doctor, patient, at)))] if vihf else []
        return provided(prepared, at, *headers)

    return make


@pytest.fixture(scope="session")
def lot(make_lot: MakeLot) -> Captured:
    return make_lot()


@pytest.fixture(scope="session")
def trust(pki: Path) -> TrustStore:
    return TrustStore.load(pki)


@pytest.fixture(scope="session")
def stored_query() -> Captured:
    body = adhoc_query_request(
        "FindDocuments", {"XDSDocumentEntryPatientId": INS.removesuffix("^NH"), "XDSDocumentEntryStatus": [APPROVED]}
    )
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    return Captured(enveloped("urn:ihe:iti:2007:RegistryStoredQuery", body), "application/soap+xml; charset=UTF-8", at)


@pytest.fixture(scope="session")
def samples() -> Path:
    """The official samples, which are not of the project: CARNET_SAMPLES names them, or they lie beside it."""
    named = os.environ.get("CARNET_SAMPLES")
    here = (above / "shared" / "samples" for above in Path(__file__).resolve().parents)
    found = next((place for place in ([Path(named)] if named else here) if place.is_dir()), None)
    if found is None:
        pytest.skip("the official samples are not here; name their directory in CARNET_SAMPLES")
    return found
