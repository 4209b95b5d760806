import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage import Database

INSERT = sa.text("INSERT INTO note (id) VALUES (:id)")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(f"sqlite:///{tmp_path}/w.db", threads=8)
    database.write(lambda c: c.execute(sa.text("CREATE TABLE note (id INTEGER PRIMARY KEY)")))
    yield database
    database.close()


def ids(store: Database) -> list[int]:
    with store.read() as connection:
        return list(connection.execute(sa.text("SELECT id FROM note ORDER BY id")).scalars())


class Crowd:
    """One unit that holds the lead until released, and others that queue up behind it."""

    def __init__(self, store: Database) -> None:
        self.store = store
        self.entered, self.go = threading.Event(), threading.Event()
        self.outcomes: dict[int, Any] = {}
        self.held: OSError | None = None
        self.threads = [threading.Thread(target=self._hold)]
        self.threads[0].start()
        self.entered.wait(10)

    def _hold(self) -> None:
        def work(connection: sa.Connection) -> None:
            connection.execute(INSERT, {"id": 0})
            self.entered.set()
            self.go.wait(10)

        try:
            self.store.write(work)
        except OSError as error:
            self.held = error

    def add(self, number: int, fails: bool = False) -> None:
        def work(connection: sa.Connection) -> int:
            connection.execute(INSERT, {"id": number})
            if fails:
                raise LookupError(number)
            return number

        def call() -> None:
            try:
                self.outcomes[number] = self.store.write(work)
            except Exception as error:  # noqa: BLE001 - what comes is what is tested
                self.outcomes[number] = error

        thread = threading.Thread(target=call)
        self.threads.append(thread)
        thread.start()

    def release(self, queued: int) -> None:
        writer = self.store._process.writer
        assert writer is not None
        while len(writer._queue) < queued:
            threading.Event().wait(0.002)
        self.go.set()
        for thread in self.threads:
            thread.join(10)


def test_those_who_wait_together_share_one_commit(store: Database) -> None:
    commits: list[str] = []
    sa.event.listen(store.engine, "commit", lambda _c: commits.append("commit"))
    crowd = Crowd(store)
    for n in range(1, 7):
        crowd.add(n)
    crowd.release(queued=6)
    assert ids(store) == [0, 1, 2, 3, 4, 5, 6]
    assert crowd.outcomes == {n: n for n in range(1, 7)}
    assert len(commits) == 2


def test_one_refused_unit_does_not_harm_its_companions(store: Database) -> None:
    crowd = Crowd(store)
    for n in range(1, 7):
        crowd.add(n, fails=n in (2, 5))
    crowd.release(queued=6)
    assert ids(store) == [0, 1, 3, 4, 6]
    assert {n for n, outcome in crowd.outcomes.items() if isinstance(outcome, LookupError)} == {2, 5}


def test_a_savepoint_is_made_only_for_company(tmp_path: Path) -> None:
    store = Database.open(f"sqlite:///{tmp_path}/s.db", threads=8)
    statements: list[str] = []

    @sa.event.listens_for(store.engine, "connect")
    def trace(connection: Any, _record: Any) -> None:
        connection.set_trace_callback(statements.append)

    store.write(lambda c: c.execute(sa.text("CREATE TABLE note (id INTEGER PRIMARY KEY)")))
    crowd = Crowd(store)
    for n in range(1, 4):
        crowd.add(n, fails=n == 2)
    crowd.release(queued=3)
    store.close()
    begins = [n for n, statement in enumerate(statements) if statement == "BEGIN IMMEDIATE"]
    together = statements[begins[2] :]
    assert not any("SAVEPOINT" in statement for statement in statements[: begins[2]])
    assert together.count("SAVEPOINT unit") == together.count("RELEASE unit") == 3
    assert together.count("ROLLBACK TO unit") == 1


def test_when_the_commit_fails_nobody_is_acknowledged_and_the_next_write_works(store: Database) -> None:
    crowd = Crowd(store)
    for n in range(1, 4):
        crowd.add(n)
    failing = True

    def fail(_connection: sa.Connection) -> None:
        nonlocal failing
        if failing and crowd.go.is_set() and len(crowd.outcomes) == 0:
            raise OSError("the disk is gone")

    sa.event.listen(store.engine, "commit", fail)
    crowd.release(queued=3)
    failing = False
    assert [str(crowd.outcomes[n]) for n in (1, 2, 3)] == ["the disk is gone"] * 3
    assert str(crowd.held) == "the disk is gone"
    assert ids(store) == []
    store.write(lambda c: c.execute(INSERT, {"id": 9}))
    assert 9 in ids(store)
