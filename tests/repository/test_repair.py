"""The sweeper and the reconciler: what a crash or a silent registry left behind, and nothing else."""

import os
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from repository.documents import new_key
from repository.forwarding import RegistryUnavailable
from repository.repair import Reconciled, Swept, reconcile, sweep
from repository.tables import State, stored_document

UID = "2.999.31.100.1"
HOUR = 3600.0


def age(bench: Any, hours: float) -> None:
    """Makes every file of the store look that old."""
    then = time.time() - hours * HOUR
    for name in bench.objects():
        os.utime(bench.documents.root / name, (then, then))


def orphan(bench: Any) -> str:
    key = new_key()
    writer = bench.documents.open_write(key)
    writer.write(b"a process died before it wrote the row")
    writer.commit()
    return key


def swept(bench: Any) -> Swept:
    return sweep(bench.documents, bench.repository.database)


def settled(bench: Any, *, hours: float, **options: Any) -> Reconciled:
    """A reconciliation as it would run in so many hours."""
    holds = options.get("holds", bench.registry.holds)
    return reconcile(bench.repository.database, holds, older_than=timedelta(minutes=2), now=time.time() + hours * HOUR)


def test_an_old_object_without_row_is_swept(bench: Any, message: Any) -> None:
    bench.provide(message.request())
    orphan(bench)
    age(bench, 25)
    assert swept(bench) == Swept(unfinished=0, condemned=0, orphans=1)
    assert bench.is_consistent()
    assert bench.content(UID) == b"the quick brown fox\r\n"


def test_a_young_object_without_row_is_left_alone(bench: Any) -> None:
    key = orphan(bench)
    age(bench, 23)
    assert swept(bench).orphans == 0
    assert bench.objects() == {key}


def test_many_orphans_are_swept(bench: Any, message_of: Any) -> None:
    bench.provide(message_of(**{f"doc{n}": b"x" for n in range(30)}).request())
    for _ in range(700):
        path = bench.documents.root / new_key()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    age(bench, 30)
    assert swept(bench).orphans == 700
    assert bench.is_consistent()


def test_an_unfinished_file_is_swept_once_it_is_old(bench: Any) -> None:
    bench.documents.open_write(new_key()).write(b"a process died in the middle")
    assert swept(bench).unfinished == 0
    age(bench, 25)
    assert swept(bench).unfinished == 1
    assert bench.holds_nothing()


def test_a_deletion_that_was_begun_is_ended(remote: Any, message: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies between the registry's refusal and the deletion of the object."""
    remote.registry.says = "refuses"

    class Died(BaseException):
        pass

    def die(_key: str) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(remote.documents, "delete", die)
        with pytest.raises(Died):
            remote.provide(message.request())
    assert remote.states() == {UID: State.TO_DELETE}
    assert len(remote.objects()) == 1
    assert swept(remote).condemned == 1
    assert remote.holds_nothing()


def test_an_object_that_cannot_be_deleted_now_is_swept_later(
    bench: Any, message: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.registry.says = "refuses"

    def fails(_key: str) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(bench.documents, "delete", fails)
        assert bench.provide(message.request()).outcome == "Failure"
    assert len(bench.objects()) == 1
    age(bench, 25)
    swept(bench)
    assert bench.holds_nothing()


def test_the_object_of_an_erased_document_is_swept(bench: Any, message: Any) -> None:
    bench.provide(message.request())
    bench.repository.database.write(lambda c: c.execute(sa.update(stored_document).values(state=State.ERASED)))
    age(bench, 25)
    assert swept(bench).orphans == 1
    assert bench.states() == {UID: State.ERASED}


def test_a_document_that_was_registered_in_silence_is_settled(remote: Any, message: Any) -> None:
    remote.registry.says = "silent"
    remote.provide(message.request())
    remote.registry.says = "accepts"
    assert settled(remote, hours=0) == Reconciled(0, 0, 0), "younger than the time an answer may take"
    assert settled(remote, hours=0.1) == Reconciled(registered=1, given_up=0, waiting=0)
    assert remote.states() == {UID: State.REGISTERED}


def test_a_document_that_was_not_registered_waits_for_its_retry(remote: Any, message: Any) -> None:
    remote.registry.says = "deaf"
    remote.provide(message.request())
    remote.registry.says = "accepts"
    for hours in (0.1, 1, 23.9):
        assert settled(remote, hours=hours) == Reconciled(0, 0, 1)
    assert remote.states() == {UID: State.STORED}
    assert remote.content(UID) == b"the quick brown fox\r\n"


def test_a_document_that_nobody_retries_is_given_up_after_two_looks(remote: Any, message: Any) -> None:
    remote.registry.says = "deaf"
    remote.provide(message.request())
    remote.registry.says = "accepts"
    assert settled(remote, hours=25) == Reconciled(0, 0, 1)
    assert settled(remote, hours=25.01) == Reconciled(0, 0, 1), "the second look came too soon after the first"
    assert settled(remote, hours=25.1) == Reconciled(registered=0, given_up=1, waiting=0)
    assert remote.states() == {UID: State.TO_DELETE}
    swept(remote)
    assert remote.holds_nothing()


def test_a_document_that_appears_between_the_two_looks_is_kept(remote: Any, message: Any) -> None:
    remote.registry.says = "silent"
    remote.provide(message.request())
    remote.registry.says = "accepts"
    settled(remote, hours=25, holds=lambda _uid: False)
    assert settled(remote, hours=26).registered == 1
    assert remote.states() == {UID: State.REGISTERED}


def test_a_retry_between_the_two_looks_starts_the_wait_again(remote: Any, message_of: Any) -> None:
    remote.registry.says = "deaf"
    remote.provide(message_of().request())
    settled(remote, hours=25, holds=lambda _uid: False)
    remote.provide(message_of().request())
    assert remote.states() == {UID: State.CONTESTED}
    remote.registry.says = "accepts"
    assert settled(remote, hours=23).given_up == 0
    assert settled(remote, hours=26).given_up == 0, "its first look since the retry"
    assert settled(remote, hours=27).given_up == 1


def test_nothing_is_given_up_while_the_registry_cannot_be_asked(remote: Any, message: Any) -> None:
    remote.registry.says = "deaf"
    remote.provide(message.request())

    def away(_uid: str) -> bool:
        raise RegistryUnavailable("timeout", unknown=True)

    for hours in (25, 50, 100):
        assert settled(remote, hours=hours, holds=away) == Reconciled(0, 0, 1)
    assert remote.states() == {UID: State.STORED}


def test_a_retry_during_the_look_wins_over_giving_up(remote: Any, message_of: Any) -> None:
    remote.registry.says = "deaf"
    remote.provide(message_of().request())
    remote.registry.says = "accepts"
    settled(remote, hours=25)

    def meanwhile(_uid: str) -> bool:
        remote.provide(message_of().request())
        return False

    assert settled(remote, hours=26, holds=meanwhile).given_up == 0
    assert remote.states() == {UID: State.REGISTERED}


def test_repairs_change_nothing_where_all_is_well(bench: Any, message_of: Any) -> None:
    bench.provide(message_of(doc1=b"a", doc2=b"b").request())
    age(bench, 1000)
    assert swept(bench) == Swept(0, 0, 0)
    assert settled(bench, hours=1000) == Reconciled(0, 0, 0)
    assert bench.is_consistent()
    assert len(bench.rows()) == 2


def test_the_window_can_be_shortened(bench: Any) -> None:
    orphan(bench)
    later = datetime.now(UTC) + timedelta(minutes=10)
    assert sweep(bench.documents, bench.repository.database, window=timedelta(minutes=5), now=later).orphans == 1
