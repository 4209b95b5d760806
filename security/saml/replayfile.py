"""Tokens seen before, in a small SQLite file: shared by all workers of one machine.

Kept apart from the registry's database, which pays for every commit with a write to the disk: these keys count for
minutes, and a machine that loses power has lost its open connections as well.
"""

import os
import sqlite3
import threading
import time
import weakref
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from security.saml.replay import ReplayStoreFailed

_SWEEP_EVERY: Final = 1_000
"""Claims between two looks for keys that count no more."""
_REMEMBERED: Final = 10_000
"""Keys whose owner a process remembers, so as not to ask the file for it each time."""
_PATIENCE: Final = 5.0
"""Seconds to wait for another process that has the file."""
_OPENING: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = OFF",
    "CREATE TABLE IF NOT EXISTS seen (key BLOB PRIMARY KEY, owner BLOB NOT NULL, until REAL NOT NULL) WITHOUT ROWID",
)
_CLAIM: Final = (
    "INSERT INTO seen (key, owner, until) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE"
    " SET owner = excluded.owner, until = excluded.until WHERE seen.until <= ?"
)


class ReplayFile:
    """A `ReplayStore` in a file. May be used from many threads and across forks."""

    def __init__(self, path: Path) -> None:
        """Makes the file when it is missing, readable by its owner alone. Raises OSError."""
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        # only when it is new: to close any descriptor of a file gives up the locks that SQLite has on it
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._pid = 0
        self._claims = 0
        self._remembered: dict[bytes, tuple[float, bytes]] = {}
        _files.add(self)

    def claim(self, key: bytes, owner: bytes, *, until: datetime, at: datetime) -> bytes | None:
        now, end = at.timestamp(), until.timestamp()
        try:
            with self._lock:
                # while a key counts its owner never changes, so what this process has seen of it holds
                held = self._remembered.get(key)
                if held is not None and held[0] > now:
                    return held[1]
                connection = self._open()
                if connection.execute(_CLAIM, (key, owner, end, now)).rowcount == 1:
                    self._sweep(connection, now)
                    self._remember(key, end, owner)
                    return None
                found = connection.execute("SELECT until, owner FROM seen WHERE key = ?", (key,)).fetchone()
                if found is None:
                    return b""
                self._remember(key, found[0], bytes(found[1]))
        except sqlite3.Error as error:
            raise ReplayStoreFailed(f"{self._path}: {error}") from None
        return bytes(found[1])

    def close(self) -> None:
        with self._lock:
            if self._connection is not None and self._pid == os.getpid():
                self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None or self._pid != os.getpid():
            # SQLite forbids to use and to close a connection from before a fork: it is kept, and never touched.
            _inherited.append(self._connection)
            self._connection = None
            self._connection = _opened(self._path)
            self._pid = os.getpid()
        return self._connection

    def _remember(self, key: bytes, until: float, owner: bytes) -> None:
        if len(self._remembered) >= _REMEMBERED:
            self._remembered.clear()
        self._remembered[key] = (until, owner)

    def _sweep(self, connection: sqlite3.Connection, now: float) -> None:
        self._claims += 1
        if self._claims % _SWEEP_EVERY == 0:
            connection.execute("DELETE FROM seen WHERE until <= ?", (now,))

    def after_fork(self) -> None:
        """Nobody else lives here yet; a lock that a thread of the parent held would never open."""
        self._lock = threading.Lock()


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    """Of workers that turn a new file to WAL at the same moment, SQLite tells one "locked" at once: its timeout is not
    for that, as it takes them to wait for each other."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            for statement in _OPENING:
                connection.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
        time.sleep(0.005)


_inherited: list[sqlite3.Connection | None] = []
_files: "weakref.WeakSet[ReplayFile]" = weakref.WeakSet()


def _forked() -> None:
    for each in _files:
        each.after_fork()


os.register_at_fork(after_in_child=_forked)
