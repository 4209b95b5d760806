"""One database, opened once, used by many threads of many processes.

SQLite is the default: WAL, synchronous=FULL, and one transaction at a time per process, shared by the callers that
wait together (`storage.writer`). PostgreSQL is for production: one pooled connection per caller, READ COMMITTED.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy import event

from storage.retry import CommitUnknown, retried
from storage.writer import GroupCommit

T = TypeVar("T")

_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL loses acknowledged submissions at a power cut
    "busy_timeout=30000",
    "foreign_keys=ON",
    "cache_size=-65536",  # 64 MiB per connection; the rest is the file cache of the system
    "wal_autocheckpoint=4000",
    "case_sensitive_like=ON",  # as PostgreSQL
    "secure_delete=FAST",
)
_POSTGRESQL_OPTIONS: Final = (
    "-c statement_timeout=30000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000"
)
_READ_ONLY: Final = "read_only"


class _Process:
    """What one process holds of a database: an engine, its reading twin and, on SQLite, the group commit.

    A forked worker must not use, nor close, the connections of its parent.
    """

    __slots__ = ("engine", "reader", "writer")

    def __init__(self, url: sa.URL, threads: int) -> None:
        if url.get_backend_name() == "sqlite":
            self.engine = _sqlite(url, threads)
            self.reader = self.engine.execution_options(**{_READ_ONLY: True})
            self.writer: GroupCommit | None = GroupCommit(self.engine)
        else:
            self.engine = _postgresql(url, threads)
            self.reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")
            self.writer = None


class Database:
    """Reading and writing transactions on one database.

    Nothing is opened before the first use in a process, so that a server may fork after `open`.
    """

    def __init__(self, url: sa.URL, threads: int) -> None:
        self.url = url
        self._threads = threads
        self._processes: dict[int, _Process] = {}

    @classmethod
    def open(cls, url: str, *, threads: int = 8) -> Self:
        """`url` is `sqlite:////path/to/file` or `postgresql://…`; `threads` is how many use it at once per process.

        Raises ValueError when it names another engine, or a SQLite database in memory: such a one cannot be shared.
        """
        try:
            parsed = sa.make_url(url)
        except sa.exc.ArgumentError:
            raise ValueError(
                f"{url!r} is not a database URL: write sqlite:////path/to/file or postgresql://…"
            ) from None
        backend = parsed.get_backend_name()
        if backend == "sqlite":
            if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
                raise ValueError("a SQLite database must be a file: sqlite:////path/to/file")
        elif backend in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        else:
            raise ValueError(f"no engine {backend!r}: write sqlite:////path/to/file or postgresql://…")
        return cls(parsed, threads)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def engine(self) -> sa.Engine:
        """The engine of this process, for migrations and administration."""
        return self._process.engine

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection that only reads: one snapshot on SQLite, autocommit on PostgreSQL."""
        with self._process.reader.connect() as connection:
            yield connection

    def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Runs `work` in one transaction and returns its result after the COMMIT.

        `work` may be run again from the start when the database asks for it (lock, deadlock, lost connection): it must
        keep nothing from one run to the next. Raises what `work` raised, the transaction being rolled back, or
        `CommitUnknown`.
        """
        process = self._process
        if process.writer is not None:
            writer = process.writer
            return retried(lambda: writer.run(work))
        return retried(lambda: _write_directly(process.engine, work))

    def close(self) -> None:
        """Closes the connections of this process. A later use opens it again."""
        process = self._processes.pop(os.getpid(), None)
        if process is not None:
            if process.writer is not None:
                process.writer.close()
            process.engine.dispose()

    @property
    def _process(self) -> _Process:
        # dict.setdefault is atomic; the loser of a race has opened nothing. A parent's entry stays referenced in the
        # child on purpose: collecting it would close the parent's connections.
        pid = os.getpid()
        return self._processes.get(pid) or self._processes.setdefault(pid, _Process(self.url, self._threads))


def _write_directly(engine: sa.Engine, work: Callable[[sa.Connection], T]) -> T:
    with engine.connect() as connection:
        transaction = connection.begin()
        try:
            result = work(connection)
        except BaseException:
            if not connection.invalidated:
                transaction.rollback()
            raise
        try:
            transaction.commit()
        except sa.exc.DBAPIError as error:
            if error.connection_invalidated:
                raise CommitUnknown("the connection to the database was lost during COMMIT") from error
            raise
        return result


def _sqlite(url: sa.URL, threads: int) -> sa.Engine:
    # the writer keeps one connection, each reading thread borrows one
    engine = sa.create_engine(url, pool_size=threads + 1, max_overflow=threads, pool_timeout=30)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not open transactions itself
        for pragma in _PRAGMAS:
            connection.execute("PRAGMA " + pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # a deferred BEGIN that reads before it writes fails at once when another writes: no timeout helps
        statement = "BEGIN" if connection.get_execution_options().get(_READ_ONLY) else "BEGIN IMMEDIATE"
        try:
            connection.connection.driver_connection.execute(statement)  # type: ignore[union-attr]
        except sqlite3.Error as error:
            raise sa.exc.DBAPIError.instance(statement, None, error, sqlite3.Error) from error

    return engine


def _postgresql(url: sa.URL, threads: int) -> sa.Engine:
    return sa.create_engine(
        url,
        pool_size=threads,
        max_overflow=0,
        pool_timeout=5,  # shed load rather than queue without end
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={"options": _POSTGRESQL_OPTIONS},
    )
