import multiprocessing
import os
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage import Database

INSERT = sa.text("INSERT INTO note (id, word) VALUES (:id, :word)")


def put(database: Database, number: int, word: str = "w") -> int:
    def work(connection: sa.Connection) -> int:
        connection.execute(INSERT, {"id": number, "word": word})
        return number

    return database.write(work)


def count(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(sa.text("SELECT count(*) FROM note")).scalar_one())


def test_what_is_written_is_read(database: Database) -> None:
    assert put(database, 1) == 1
    assert count(database) == 1


def test_work_that_raises_leaves_nothing(database: Database) -> None:
    def work(connection: sa.Connection) -> None:
        connection.execute(INSERT, {"id": 1, "word": "w"})
        raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        database.write(work)
    assert count(database) == 0
    put(database, 2)
    assert count(database) == 1


def test_a_violated_key_is_raised_to_its_caller_alone(database: Database) -> None:
    put(database, 1)
    with pytest.raises(sa.exc.IntegrityError):
        put(database, 1)
    put(database, 2)
    assert count(database) == 2


def test_many_threads_write_and_only_the_failing_ones_fail(database: Database) -> None:
    outcomes: dict[int, str] = {}
    barrier = threading.Barrier(12)

    def one(number: int) -> None:
        barrier.wait()
        for n in range(20):
            try:
                put(database, number * 100 + n if n % 5 else 7_000_000 + number, "w")  # each fifth comes back
                outcomes[number * 100 + n] = "kept"
            except sa.exc.IntegrityError:
                outcomes[number * 100 + n] = "refused"

    threads = [threading.Thread(target=one, args=(i,)) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 240
    assert list(outcomes.values()).count("refused") == 12 * 3
    assert count(database) == 240 - 12 * 3


def test_an_answer_comes_after_the_commit_only(database: Database) -> None:
    """Each writer, when answered, must find its own row through another connection."""
    missing: list[int] = []

    def one(number: int) -> None:
        for n in range(10):
            put(database, number * 100 + n)
            with database.read() as connection:
                if connection.execute(sa.text(f"SELECT 1 FROM note WHERE id={number * 100 + n}")).first() is None:
                    missing.append(number)

    threads = [threading.Thread(target=one, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert missing == []
    assert count(database) == 80


def test_sqlite_is_wal_full_and_case_sensitive(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/p.db")
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("SELECT 'a' LIKE 'A'").scalar_one() == 0
    database.close()


def test_every_sqlite_write_begins_immediate_and_every_read_does_not(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/p.db")
    statements: list[str] = []

    @sa.event.listens_for(database.engine, "connect")
    def trace(connection: Any, _record: Any) -> None:
        connection.set_trace_callback(statements.append)

    database.write(lambda c: c.exec_driver_sql("SELECT 1").scalar())
    with database.read() as connection:
        connection.exec_driver_sql("SELECT 2").scalar()
    assert statements == ["BEGIN IMMEDIATE", "SELECT 1", "COMMIT", "BEGIN", "SELECT 2", "ROLLBACK"]
    database.close()


def test_a_reader_keeps_its_snapshot_while_another_writes(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/p.db")
    database.write(lambda c: c.execute(sa.text("CREATE TABLE note (id INTEGER PRIMARY KEY, word TEXT NOT NULL)")))
    with database.read() as connection:
        before = connection.execute(sa.text("SELECT count(*) FROM note")).scalar_one()
        put(database, 1)
        assert connection.execute(sa.text("SELECT count(*) FROM note")).scalar_one() == before == 0
    assert count(database) == 1
    database.close()


def test_a_closed_database_opens_again(database: Database) -> None:
    put(database, 1)
    database.close()
    put(database, 2)
    assert count(database) == 2


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite://", "must be a file"),
        ("sqlite:///:memory:", "must be a file"),
        ("oracle://host/x", "no engine 'oracle'"),
        ("nonsense", "is not a database URL"),
    ],
)
def test_a_wrong_url_is_refused_with_the_right_form(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Database.open(url)


def _write_in_child(database: Database, first: int) -> None:
    for n in range(25):
        put(database, first + n)
    os._exit(0)


def test_forked_processes_write_at_once_without_losing_or_failing(database: Database) -> None:
    put(database, 0)  # the parent holds open connections when it forks
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=_write_in_child, args=(database, 1000 * (i + 1))) for i in range(3)]
    for child in children:
        child.start()
    for n in range(25):
        put(database, 1 + n)
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0, 0]
    assert count(database) == 1 + 4 * 25
