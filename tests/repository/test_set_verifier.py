"""The seam of a verifier: when it is asked, what it sees, and what becomes of its word."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import etree

from metadata.errors import ErrorCode, RegistryError, RegistryResponse
from metadata.responses import parse_registry_response
from metadata.translate import Submission
from repository import evidence
from repository.repair import reconcile, sweep
from repository.tables import State
from repository.verification import ReceivedDocument
from security.gate import Caller
from soap.message import Reply

SET = "2.999.31.200.1"
SIGNATURE = "2.999.31.100.2"
REFUSAL = RegistryError(ErrorCode.REPOSITORY_ERROR, "not signed", "/x")
WARNING = replace(REFUSAL, context="signed, but oddly", warning=True)


@dataclass(frozen=True)
class Proof:
    document: str = SIGNATURE
    policy: str = "strict"
    signer: str = "somebody"
    verified_at: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)
    content: bytes = b'{"a": 1}'


@dataclass(frozen=True)
class Said:
    errors: Sequence[RegistryError] = ()
    evidence: Proof | None = None
    notes: Mapping[str, object] = field(default_factory=dict)


@dataclass
class Verifier:
    """Says what it is told to say, and remembers what it saw."""

    of_message: Said = Said()
    of_documents: Said = Said()
    while_verifying: Callable[[], None] = lambda: None
    seen: list[tuple[str, Any]] = field(default_factory=list)

    def examine(self, submission: Submission, caller: Caller | None) -> Said:
        self.seen.append(("examine", caller))
        assert submission.entries
        return self.of_message

    def verify(self, submission: Submission, documents: Sequence[ReceivedDocument], caller: Caller | None) -> Said:
        self.seen.append(("verify", caller))
        self.seen += [(d.entry.entry_uuid, (d.size, d.sha1, d.sha256, b"".join(d.open()))) for d in documents]
        assert submission.submission_sets[0].unique_id == SET
        self.while_verifying()
        return self.of_documents


def with_verifier(bench: Any, verifier: Verifier) -> Any:
    bench.repository = replace(bench.repository, verifier=verifier)
    return bench


def response(reply: Reply) -> RegistryResponse:
    assert isinstance(reply.body, bytes)
    return parse_registry_response(etree.fromstring(reply.body))


def kept(bench: Any) -> tuple[evidence.StoredEvidence, ...]:
    with bench.repository.database.read() as connection:
        return evidence.evidence_of(connection, SET)


def test_it_sees_the_message_then_each_document_with_its_digests_and_bytes(bench: Any, message_of: Any) -> None:
    verifier = Verifier()
    request = replace(message_of(a=b"letter", b=b"signature").request(), caller=Caller("somebody"))
    assert with_verifier(bench, verifier).provide(request).outcome == "Success"
    assert verifier.seen == [
        ("examine", Caller("somebody")),
        ("verify", Caller("somebody")),
        ("a", (6, _sha1(b"letter"), _sha256(b"letter"), b"letter")),
        ("b", (9, _sha1(b"signature"), _sha256(b"signature"), b"signature")),
    ]


def test_a_refusal_of_the_message_keeps_no_byte_and_reads_none(bench: Any, message: Any) -> None:
    verifier = Verifier(of_message=Said((WARNING, REFUSAL), notes={"why": "everything"}))
    message.parts = [_Unreadable("doc1@test")]
    reply = with_verifier(bench, verifier).provide(message.request())
    assert response(reply).errors == (WARNING, REFUSAL)
    assert reply.outcome == "Failure"
    assert reply.notes["why"] == "everything"
    assert bench.registry.asked == 0
    assert bench.holds_nothing()


def test_a_refused_lot_leaves_no_document_and_no_entry(bench: Any, message_of: Any) -> None:
    verifier = Verifier(of_documents=Said((REFUSAL,), Proof()))
    reply = with_verifier(bench, verifier).provide(message_of(a=b"letter", b=b"signature").request())
    assert response(reply).errors == (REFUSAL,)
    assert bench.registry.asked == 0
    assert bench.holds_nothing()
    assert kept(bench) == ()


def test_documents_are_stored_and_nothing_is_registered_while_it_looks(bench: Any, message_of: Any) -> None:
    seen: list[Any] = []
    verifier = Verifier(while_verifying=lambda: seen.append((len(bench.objects()), bench.rows(), bench.registry.asked)))
    with_verifier(bench, verifier).provide(message_of(a=b"letter", b=b"signature").request())
    assert seen == [(2, {}, 0)]


def test_warnings_ride_on_success(bench: Any, message: Any) -> None:
    verifier = Verifier(of_message=Said((WARNING,)), of_documents=Said((replace(WARNING, context="again"),)))
    reply = with_verifier(bench, verifier).provide(message.request())
    assert reply.outcome == "Success"
    assert [error.context for error in response(reply).errors] == ["signed, but oddly", "again"]


def test_evidence_is_kept_with_the_set(bench: Any, message_of: Any) -> None:
    verifier = Verifier(of_documents=Said(evidence=Proof()))
    message = message_of(a=b"letter", b=b"signature")
    assert with_verifier(bench, verifier).provide(message.request()).outcome == "Success"
    proof = Proof()
    assert kept(bench) == (
        evidence.StoredEvidence(SET, SIGNATURE, "strict", "somebody", proof.verified_at, proof.content),
    )


def test_the_registry_s_refusal_leaves_no_evidence(bench: Any, message_of: Any) -> None:
    bench.registry.says = "refuses"
    verifier = Verifier(of_documents=Said(evidence=Proof()))
    with_verifier(bench, verifier).provide(message_of(a=b"letter", b=b"signature").request())
    assert bench.holds_nothing()
    assert kept(bench) == ()


def test_a_retry_keeps_the_first_evidence_even_when_a_strict_registry_refuses_it(bench: Any, message_of: Any) -> None:
    verifier = Verifier(of_documents=Said(evidence=Proof()))
    with_verifier(bench, verifier).provide(message_of(a=b"letter", b=b"signature").request())
    verifier.of_documents = Said(evidence=Proof(content=b"{}"))
    bench.registry.says = "strict"
    bench.provide(message_of(a=b"letter", b=b"signature").request())
    assert [each.content for each in kept(bench)] == [Proof().content]


@pytest.mark.parametrize("says", ["silent", "deaf"])
def test_evidence_waits_with_its_document_for_a_registry_that_is_silent(
    remote: Any, message_of: Any, says: str
) -> None:
    remote.registry.says = says
    verifier = Verifier(of_documents=Said(evidence=Proof()))
    with_verifier(remote, verifier).provide(message_of(a=b"letter", b=b"signature").request())
    assert len(kept(remote)) == 1
    remote.registry.says = "accepts"
    hour, later = timedelta(hours=1), datetime.now(UTC) + timedelta(days=3)
    for days in (2, 3):
        then = (datetime.now(UTC) + timedelta(days=days)).timestamp()
        reconcile(remote.repository.database, remote.registry.holds, older_than=hour, now=then)
    sweep(remote.documents, remote.repository.database, now=later)
    if says == "silent":  # it had registered
        assert set(remote.states().values()) == {State.REGISTERED}
        assert len(kept(remote)) == 1
    else:
        assert remote.holds_nothing()
        assert kept(remote) == ()


def test_a_store_that_fails_while_the_verifier_reads_refuses_the_lot(bench: Any, message: Any) -> None:
    def fail() -> None:
        raise OSError("disk")

    reply = with_verifier(bench, Verifier(while_verifying=fail)).provide(message.request())
    assert [error.code for error in response(reply).errors] == ["XDSRepositoryError"]
    assert bench.holds_nothing()


# --- ids of documents in another case -------------------------------------------------------------------------------


def test_ids_of_documents_in_another_case_are_refused_unless_that_is_forgiven(bench: Any, message: Any) -> None:
    message.hrefs = {"DOC1": "cid:doc1@test"}
    assert bench.provide(message.request()).outcome == "Failure"
    bench.repository = replace(bench.repository, ids_in_any_case=True)
    assert bench.provide(message.request()).outcome == "Success"
    assert bench.is_consistent()


@pytest.mark.parametrize(
    ("entries", "documents"), [(("doc", "DOC"), ("Doc", "dOC")), (("doc",), ("Doc", "dOC")), (("doc", "DOC"), ("Doc",))]
)
def test_ids_that_could_mean_two_documents_are_refused(
    bench: Any, message_of: Any, entries: tuple[str, ...], documents: tuple[str, ...]
) -> None:
    message = message_of(**dict.fromkeys(entries, b"x"))
    message.hrefs = dict.fromkeys(documents, f"cid:{entries[0]}@test")
    bench.repository = replace(bench.repository, ids_in_any_case=True)
    assert bench.provide(message.request()).outcome == "Failure"
    assert bench.holds_nothing()


@dataclass(frozen=True)
class _Unreadable:
    content_id: str
    content_type: str = "text/plain"

    def chunks(self) -> Any:
        raise AssertionError("nobody may read this")


def _sha1(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
