"""Tokens seen before, in the database: one insert decides among all who share it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from carnet.replays import DatabaseReplays
from security.saml import ReplayStoreFailed
from storage import Database
from tests.postgresql import ENGINES

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)
KEY, OTHER = bytes(32), bytes(31) + b"\x01"


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path}/test.db" if request.param == "sqlite" else request.getfixturevalue("postgresql")
    opened = Database.open(url, threads=12)
    opened.write(lambda connection: connection.exec_driver_sql("DROP TABLE IF EXISTS seen_token"))
    yield opened
    opened.write(lambda connection: connection.exec_driver_sql("DROP TABLE IF EXISTS seen_token"))
    opened.close()


def test_a_key_is_new_once(database: Database) -> None:
    replays = DatabaseReplays(database)
    assert replays.claim(KEY, b"me", until=LATER, at=AT) is None
    assert replays.claim(KEY, b"you", until=LATER, at=AT) == b"me"
    assert DatabaseReplays(database).claim(KEY, b"you", until=LATER, at=AT) == b"me"
    assert replays.claim(OTHER, b"you", until=LATER, at=AT) is None


def test_a_key_is_forgotten_when_it_counts_no_more(database: Database) -> None:
    replays = DatabaseReplays(database)
    assert replays.claim(KEY, b"me", until=LATER, at=AT) is None
    assert replays.claim(KEY, b"you", until=LATER + timedelta(minutes=1), at=LATER) is None
    assert replays.claim(KEY, b"she", until=LATER, at=LATER) == b"you"


def test_of_many_at_once_one_is_first(database: Database) -> None:
    servers = [DatabaseReplays(database) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda i: servers[i % 4].claim(KEY, b"%d" % i, until=LATER, at=AT), range(32)))
    assert found.count(None) == 1


def test_a_database_that_is_away_lets_nobody_in(tmp_path: Path) -> None:
    directory = tmp_path / "test.db"
    directory.mkdir()
    replays = DatabaseReplays(Database.open(f"sqlite:///{directory}"))
    with pytest.raises(ReplayStoreFailed):
        replays.claim(KEY, b"me", until=LATER, at=AT)
