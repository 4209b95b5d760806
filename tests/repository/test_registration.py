"""What is kept when the registry answers, does not answer, or answers too late; one test for each way it can go wrong.

The registry of these tests keeps what it accepts in memory, and fails where it is told to.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from lxml import etree

from metadata.errors import RegistryResponse
from metadata.responses import parse_registry_response
from repository.repair import reconcile
from repository.tables import State, stored_document
from soap.message import Reply

UID = "2.999.31.100.1"


def response(reply: Reply) -> RegistryResponse:
    assert isinstance(reply.body, bytes)
    return parse_registry_response(etree.fromstring(reply.body))


def codes(reply: Reply) -> list[str]:
    return [error.code for error in response(reply).errors]


def test_the_registry_s_refusal_comes_through_and_leaves_nothing(bench: Any, message_of: Any) -> None:
    bench.registry.says = "refuses"
    reply = bench.provide(message_of(doc1=b"a", doc2=b"b").request())
    assert reply.outcome == "Failure"
    (error,) = response(reply).errors
    assert (error.code, error.location) == ("XDSUnknownPatientId", "/x")
    assert bench.holds_nothing()


def test_a_registry_that_cannot_be_reached_leaves_nothing(bench: Any, message: Any) -> None:
    bench.registry.says = "away"
    assert codes(bench.provide(message.request())) == ["XDSRegistryNotAvailable"]
    assert bench.holds_nothing()


def test_documents_are_durable_before_the_registry_is_asked(remote: Any, message: Any) -> None:
    seen: list[Any] = []
    remote.registry.during = lambda: seen.append((remote.states(), remote.is_consistent()))
    remote.provide(message.request())
    assert seen == [({UID: State.STORED}, True)]


@pytest.mark.parametrize("says", ["silent", "deaf"])
def test_a_registry_that_does_not_answer_leaves_all_to_the_reconciler(remote: Any, message: Any, says: str) -> None:
    remote.registry.says = says
    reply = remote.provide(message.request())
    assert codes(reply) == ["XDSRegistryNotAvailable"]
    assert "same ids" in response(reply).errors[0].context
    assert remote.states() == {UID: State.STORED}
    assert remote.is_consistent()


def test_a_commit_that_fails_keeps_the_object_for_the_sweeper(cohosted: Any, message: Any) -> None:
    cohosted.registry.says = "broken"
    assert codes(cohosted.provide(message.request())) == ["XDSRepositoryError"]
    assert cohosted.rows() == {}
    assert len(cohosted.objects()) == 1


def test_a_registry_call_that_raises_keeps_the_row_for_the_reconciler(remote: Any, message: Any) -> None:
    remote.registry.says = "broken"
    assert codes(remote.provide(message.request())) == ["XDSRepositoryError"]
    assert remote.states() == {UID: State.STORED}
    assert remote.is_consistent()


@pytest.mark.parametrize("says", ["silent", "deaf"])
def test_a_retry_after_silence_succeeds_and_stores_nothing_twice(remote: Any, message_of: Any, says: str) -> None:
    remote.registry.says = says
    remote.provide(message_of().request())
    (kept,) = remote.objects()
    remote.registry.says = "accepts"
    assert remote.provide(message_of().request()).outcome == "Success"
    assert remote.objects() == {kept}
    assert remote.states() == {UID: State.REGISTERED}


def test_a_retry_after_success_stores_nothing_twice(bench: Any, message_of: Any) -> None:
    bench.provide(message_of().request())
    (kept,) = bench.objects()
    assert bench.provide(message_of().request()).outcome == "Success"
    assert bench.objects() == {kept}
    assert bench.states() == {UID: State.REGISTERED}


def test_a_strict_registry_that_has_the_submission_means_success_to_its_retry(remote: Any, message_of: Any) -> None:
    remote.registry.says = "silent"
    remote.provide(message_of().request())
    remote.registry.says = "strict"
    assert remote.provide(message_of().request()).outcome == "Success"
    assert remote.states() == {UID: State.REGISTERED}
    assert remote.is_consistent()


def test_a_strict_registry_s_refusal_of_anything_else_comes_through(remote: Any, message_of: Any) -> None:
    remote.provide(message_of().request())
    remote.registry.says = "strict"
    assert codes(remote.provide(message_of().request())) == ["XDSDuplicateUniqueIdInRegistry"]
    # another document under the SubmissionSet of before
    other = message_of().entry(unique_id="2.999.31.100.9")
    assert codes(remote.provide(other.request())) == ["XDSDuplicateUniqueIdInRegistry"]
    assert remote.states() == {UID: State.REGISTERED}
    assert remote.is_consistent()


def test_the_same_document_in_another_submission_shares_its_bytes(bench: Any, message_of: Any) -> None:
    bench.provide(message_of().request())
    again = message_of()
    again.submission_set = replace(again.submission_set, unique_id="2.999.31.200.2")
    assert bench.provide(again.request()).outcome == "Success"
    assert len(bench.objects()) == 1
    assert len(bench.registry.registered) == 2


def test_a_refusal_does_not_take_the_document_of_an_earlier_submission(bench: Any, message_of: Any) -> None:
    bench.provide(message_of().request())
    bench.registry.says = "refuses"
    again = message_of(doc1=b"the quick brown fox\r\n", doc2=b"new")
    assert codes(bench.provide(again.request())) == ["XDSUnknownPatientId"]
    assert bench.states() == {UID: State.REGISTERED}
    assert bench.is_consistent()
    assert bench.content(UID) == b"the quick brown fox\r\n"


def test_other_bytes_under_a_known_unique_id_are_refused(bench: Any, message_of: Any) -> None:
    bench.provide(message_of(doc1=b"first").request())
    reply = bench.provide(message_of(doc1=b"other bytes").request())
    assert codes(reply) == ["XDSNonIdenticalHash"]
    assert bench.content(UID) == b"first"
    assert bench.is_consistent()
    assert len(bench.registry.registered) == 1
    assert codes(bench.provide(message_of(doc1=b"FIRST").request())) == ["XDSNonIdenticalHash"]


def test_one_refused_document_takes_the_whole_submission_with_it(bench: Any, message_of: Any) -> None:
    bench.provide(message_of(doc1=b"first").request())
    assert codes(bench.provide(message_of(doc1=b"other", doc2=b"new").request())) == ["XDSNonIdenticalHash"]
    assert bench.states() == {UID: State.REGISTERED}
    assert bench.is_consistent()


def test_a_refusal_spares_what_another_submission_relies_on_meanwhile(remote: Any, message_of: Any) -> None:
    """A waits for its answer; B brings the same document and is accepted; then A is refused."""

    def meanwhile() -> None:
        remote.registry.during = None
        other = message_of()
        other.submission_set = replace(other.submission_set, unique_id="2.999.31.200.2")
        assert remote.provide(other.request()).outcome == "Success"
        remote.registry.says = "refuses"

    remote.registry.during = meanwhile
    assert codes(remote.provide(message_of().request())) == ["XDSUnknownPatientId"]
    assert remote.states() == {UID: State.REGISTERED}
    assert remote.content(UID) == b"the quick brown fox\r\n"


def test_two_refusals_of_one_document_leave_it_to_the_reconciler(remote: Any, message_of: Any) -> None:
    def meanwhile() -> None:
        remote.registry.during = None
        remote.registry.says = "refuses"
        remote.provide(message_of().request())

    remote.registry.during = meanwhile
    remote.provide(message_of().request())
    assert remote.states() == {UID: State.CONTESTED}
    assert remote.is_consistent()


def test_a_retry_while_the_refused_document_is_being_deleted_keeps_its_own(remote: Any, message_of: Any) -> None:
    remote.registry.says = "deaf"
    remote.provide(message_of().request())
    reconcile(remote.repository.database, lambda _uid: False, older_than=timedelta(0), window=timedelta(0), now=4e9)
    reconcile(remote.repository.database, lambda _uid: False, older_than=timedelta(0), window=timedelta(0), now=4e9)
    assert remote.states() == {UID: State.TO_DELETE}
    remote.registry.says = "accepts"
    assert remote.provide(message_of().request()).outcome == "Success"
    assert remote.states() == {UID: State.REGISTERED}
    assert remote.content(UID) == b"the quick brown fox\r\n"


def test_an_erased_document_does_not_come_back(bench: Any, message_of: Any) -> None:
    bench.provide(message_of().request())
    bench.repository.database.write(
        lambda connection: connection.execute(sa.update(stored_document).values(state=State.ERASED))
    )
    bench.documents.delete(bench.rows()[UID].object_key)
    assert codes(bench.provide(message_of().request())) == ["XDSRepositoryError"]
    assert bench.objects() == set()


def test_a_registry_that_had_it_all_still_gets_its_documents_claimed(cohosted: Any, message: Any) -> None:
    """A registry answers the retry of a lost answer without writing, and so without calling `also`."""
    register = cohosted.registry.register
    cohosted.registry.register = lambda objects, *, also: register(objects, also=lambda _connection: None)
    assert cohosted.provide(message.request()).outcome == "Success"
    assert cohosted.states() == {UID: State.REGISTERED}
    assert cohosted.is_consistent()


def test_a_transaction_that_is_run_again_starts_afresh(cohosted: Any, message: Any) -> None:
    register = cohosted.registry.register

    def twice(objects: Any, *, also: Any) -> RegistryResponse:
        class Again(Exception):
            pass

        def lost(connection: Any) -> None:
            also(connection)
            raise Again

        with pytest.raises(Again):
            cohosted.repository.database.write(lost)
        result: RegistryResponse = register(objects, also=also)
        return result

    cohosted.registry.register = twice
    assert cohosted.provide(message.request()).outcome == "Success"
    assert cohosted.states() == {UID: State.REGISTERED}
    assert cohosted.is_consistent()


def test_a_commit_whose_outcome_was_unknown_may_be_met_again(cohosted: Any, message: Any) -> None:
    """The registry runs its work once more after a connection lost during COMMIT; the first run had been kept."""
    register = cohosted.registry.register

    def kept_and_again(objects: Any, *, also: Any) -> RegistryResponse:
        cohosted.repository.database.write(also)
        result: RegistryResponse = register(objects, also=also)
        return result

    cohosted.registry.register = kept_and_again
    assert cohosted.provide(message.request()).outcome == "Success"
    assert cohosted.is_consistent()
    assert cohosted.content(UID) == b"the quick brown fox\r\n"
