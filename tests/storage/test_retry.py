import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import Database
from storage.retry import TRIES, passes, retried


class Refused(Exception):
    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


def refused(sqlstate: str) -> sa.exc.DBAPIError:
    return sa.exc.DBAPIError("INSERT", {}, Refused(sqlstate))


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03", "08006"])
def test_conflicts_and_lost_connections_are_tried_again(state: str) -> None:
    tries: list[int] = []

    def attempt() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise refused(state)
        return "done"

    assert retried(attempt) == "done"
    assert len(tries) == 3


def test_a_violated_key_is_not_tried_again() -> None:
    assert not passes(refused("23505"))
    assert not passes(ValueError())


def test_after_the_last_try_the_error_is_raised() -> None:
    tries: list[int] = []

    def attempt() -> None:
        tries.append(1)
        raise refused("40001")

    with pytest.raises(sa.exc.DBAPIError):
        retried(attempt)
    assert len(tries) == TRIES


def test_a_locked_sqlite_file_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.database._PRAGMAS", ("journal_mode=WAL", "busy_timeout=1"))
    database = Database.open(f"sqlite:///{tmp_path}/r.db")
    database.write(lambda c: c.exec_driver_sql("CREATE TABLE note (id)"))
    other = sqlite3.connect(tmp_path / "r.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            other.execute("ROLLBACK")

    monkeypatch.setattr("storage.retry.time.sleep", wait)
    database.write(lambda c: c.exec_driver_sql("INSERT INTO note VALUES (1)"))
    assert len(waits) == 2
    assert all(0.005 <= seconds <= 0.2 for seconds in waits)
    other.close()
    database.close()
