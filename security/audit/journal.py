"""The local journal of audit messages: append-only, chained, written by several processes and threads at once.

What is appended is in the file when `append` returns (a killed process loses nothing), and on the disk `sync` seconds
later at most; with `sync` 0 on the disk at once, one synchronisation for all who wait. A request waits for other
writers no longer than `patience`. What cannot be written, because the disk is full say, is kept in memory up to
`backlog` bytes and written as soon as that is possible again; what exceeds it is counted as lost.
"""

import logging
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from security.audit.message import written_time
from security.audit.writing import Writer

_log = logging.getLogger(__name__)

_BATCH: Final = 256
_RETRY: Final = 1.0
"""Seconds between two attempts to write while the disk refuses."""


@dataclass(slots=True, eq=False)
class _Waiting:
    time: str
    message: bytes
    written: bool = False


class Journal:
    """The journal in one directory. May be shared by threads, and made before a fork."""

    def __init__(
        self,
        directory: Path,
        *,
        sync: float = 0.1,
        rotate: int = 64 << 20,
        patience: float = 2.0,
        backlog: int = 16 << 20,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`sync` and `patience` in seconds, `rotate` and `backlog` in bytes. Opens nothing yet."""
        self.directory: Final = directory
        self._sync, self._rotate, self._patience, self._backlog, self._clock = sync, rotate, patience, backlog, clock
        self._begin()
        # a child has none of its parent's threads, and must not share its locks
        here = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _afresh(here))

    def _begin(self) -> None:
        self.trouble = ""
        """Why nothing can be written at the moment; empty when all is well."""
        self._queueing = threading.Lock()
        self._writing = threading.Lock()
        self._queue: deque[_Waiting] = deque()
        self._queued = 0
        self._lost = 0
        self._retry_at = 0.0
        self._writer: Writer | None = None
        self._tending: threading.Thread | None = None
        self._unsynced = threading.Event()
        self._closing = threading.Event()

    def append(self, message: bytes) -> bool:
        """Whether the message is in the journal now; else it waits in memory or, when there is no room, is lost."""
        entry = _Waiting(written_time(self._clock()), message)
        with self._queueing:
            if self._queued + len(message) > self._backlog:
                self._lost += 1
                return False
            self._queue.append(entry)
            self._queued += len(message)
        if self._writing.acquire(timeout=self._patience):
            try:
                if not entry.written:
                    self._drain()
            finally:
                self._writing.release()
        return entry.written

    def ready(self) -> bool:
        """Tries to write what waits, or to open what was not open yet; whether the journal can be written."""
        if (self.trouble or self._writer is None) and self._writing.acquire(timeout=self._patience):
            try:
                self._open()
                self._drain()
            except OSError as error:
                self._failed(error)
            finally:
                self._writing.release()
            if self.trouble and self._writer is not None and not self._queue:
                self._synchronise()
        return not self.trouble

    def take_lost(self) -> int:
        """How many messages were lost since the last call."""
        with self._queueing:
            lost, self._lost = self._lost, 0
        return lost

    def close(self) -> None:
        """Writes what waits, and leaves everything on the disk. May be used again."""
        self._closing.set()
        self._unsynced.set()
        if self._tending is not None:
            self._tending.join(timeout=5)
        with self._writing:
            self._retry_at = 0.0
            self._drain()
        self._synchronise()
        with self._writing:
            if self._queue:
                _log.error("audit journal: %d messages could not be written: %s", len(self._queue), self.trouble)
            if self._writer is not None:
                self._writer.close()
        self._begin()

    def _drain(self) -> None:
        """Writes everything that waits; the caller holds `_writing`."""
        if self.trouble and time.monotonic() < self._retry_at:
            return
        while batch := self._next():
            try:
                self._open().write([(entry.time, entry.message) for entry in batch], durable=not self._sync)
            except OSError as error:
                self._failed(error)
                return
            self._succeeded(batch)

    def _open(self) -> Writer:
        if self._writer is None:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._writer = Writer(self.directory, self._rotate)
        return self._writer

    def _next(self) -> list[_Waiting]:
        with self._queueing:
            return [self._queue[at] for at in range(min(_BATCH, len(self._queue)))]

    def _succeeded(self, batch: list[_Waiting]) -> None:
        with self._queueing:
            for entry in batch:
                self._queue.popleft()
                self._queued -= len(entry.message)
                entry.written = True
        self._recovered()
        self._tend()
        self._unsynced.set()

    def _recovered(self) -> None:
        if self.trouble:
            _log.warning("audit journal: can be written again")
            self.trouble = ""

    def _failed(self, error: OSError) -> None:
        if not self.trouble:
            _log.error("audit journal: cannot be written in %s: %s", self.directory, error)
        self.trouble = error.strerror or str(error)
        self._retry_at = time.monotonic() + _RETRY
        self._tend()

    def _tend(self) -> None:
        if self._tending is None and not self._closing.is_set():
            self._tending = threading.Thread(target=self._keep, name="audit-journal", daemon=True)
            self._tending.start()

    def _keep(self) -> None:
        """Synchronises what was written, and writes what had to wait."""
        closing, unsynced = self._closing, self._unsynced
        while not closing.is_set():
            unsynced.wait(_RETRY if self.trouble else None)
            if closing.wait(self._sync):
                return
            if unsynced.is_set():
                unsynced.clear()
                self._synchronise()
            if self.trouble:
                self.ready()

    def _synchronise(self) -> None:
        """On the disk, while others go on writing; only then does the head move."""
        with self._writing:
            pending = self._writer.unsynced() if self._writer is not None else None
        if pending is None or self._writer is None:
            if self._writer is not None and not self._queue:
                self._recovered()
            return
        file, place = pending
        try:
            os.fdatasync(file)
            with self._writing:
                self._writer.synced(place)
                if not self._queue:
                    self._recovered()
        except OSError as error:
            self._failed(error)
        finally:
            os.close(file)


def _afresh(here: "weakref.ref[Journal]") -> None:
    journal = here()
    if journal is not None:
        if journal._writer is not None:
            journal._writer.close()
        journal._begin()
