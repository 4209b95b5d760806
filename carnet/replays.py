"""Tokens seen before, in the database that several machines share."""

import threading
from contextlib import suppress
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from security.saml.replay import ReplayStoreFailed
from storage import CommitUnknown, Database

_SWEEP_EVERY: Final = 1_000
"""Claims between two looks for keys that count no more."""
_TABLE: Final = """TABLE IF NOT EXISTS seen_token (
    key {binary} PRIMARY KEY, owner {binary} NOT NULL, until BIGINT NOT NULL)"""
_CLAIM: Final = sa.text(
    "INSERT INTO seen_token (key, owner, until) VALUES (:key, :owner, :until) ON CONFLICT (key) DO UPDATE"
    " SET owner = excluded.owner, until = excluded.until WHERE seen_token.until <= :now"
)
_OWNER: Final = sa.text("SELECT owner FROM seen_token WHERE key = :key")
_SWEEP: Final = sa.text("DELETE FROM seen_token WHERE until <= :now")


class DatabaseReplays:
    """A `security.saml.ReplayStore` for servers on several machines; one machine does better with a `ReplayFile`.

    The table is made at the first use and is no part of the schema: on PostgreSQL it is UNLOGGED, so that a claim costs
    no write to the disk, and empty after a crash of the database, which ends every connection too.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._made = False
        self._claims = 0

    def claim(self, key: bytes, owner: bytes, *, until: datetime, at: datetime) -> bytes | None:
        now = _milliseconds(at)

        def work(connection: sa.Connection) -> bytes | None:
            values = {"key": key, "owner": owner, "until": _milliseconds(until), "now": now}
            if connection.execute(_CLAIM, values).rowcount == 1:
                return None
            found = connection.execute(_OWNER, {"key": key}).scalar()
            return b"" if found is None else bytes(found)

        try:
            self._make()
            held = self._database.write(work)
            self._sweep(now)
        except (sa.exc.SQLAlchemyError, CommitUnknown) as error:
            raise ReplayStoreFailed(f"the database: {type(error).__name__}") from error
        return held

    def _make(self) -> None:
        with self._lock:
            if self._made:
                return
            sqlite = self._database.is_sqlite
            sql = _TABLE.format(binary="BLOB" if sqlite else "BYTEA")
            statement = f"CREATE {'' if sqlite else 'UNLOGGED '}{sql}"
            with suppress(sa.exc.IntegrityError):  # two servers made it at once; PostgreSQL tells the second one so
                self._database.write(lambda connection: connection.exec_driver_sql(statement))
            self._made = True

    def _sweep(self, now: int) -> None:
        self._claims += 1
        if self._claims % _SWEEP_EVERY == 0:
            self._database.write(lambda connection: connection.execute(_SWEEP, {"now": now}))


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
