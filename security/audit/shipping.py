"""Sends the journal to a collector. The journal is the spool: what is kept besides is how far the collector has come.

Syslog has no acknowledgement, and what was written to a connection that then breaks may not have arrived. So a record
counts as delivered once `RESEND` others were written after it on the same connection, or the collector has answered
the end of the connection; after a break, everything younger is sent again. A collector sees some records twice, and
loses some only if it read more than `RESEND` of them and then forgot them.
"""

import fcntl
import logging
import os
import threading
from collections import deque
from pathlib import Path
from typing import Final

from security.audit.files import Place
from security.audit.reading import PositionFile, head_of, records_after
from security.audit.syslog import Collector, Connection, Origin, syslog_message

_log = logging.getLogger(__name__)

RESEND: Final = 100
POSITION: Final = "delivered"
LOCK: Final = "delivering"


class Shipper:
    """A thread that delivers; of all processes that share a journal, the one that holds the lock."""

    def __init__(
        self,
        directory: Path,
        collector: Collector,
        origin: Origin,
        *,
        interval: float = 0.5,
        retry: tuple[float, float] = (1.0, 30.0),
    ) -> None:
        """`interval`: seconds between two looks at the journal. `retry`: first and longest wait for a collector."""
        self._directory, self._collector, self._origin = directory, collector, origin
        self._interval, self._retry = interval, retry
        self._position = PositionFile(directory / POSITION)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit-shipper", daemon=True)
        self._reachable: bool | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Sends what is there if the collector listens, and ends. What is left goes with the next start."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self._directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            while not _held(lock):
                if self._stop.wait(self._interval):
                    return
            self._deliver_until_stopped()
        finally:
            os.close(lock)

    def _deliver_until_stopped(self) -> None:
        shortest, longest = self._retry
        pause = shortest
        while not self._stop.is_set():
            delivery = None
            try:
                delivery = _Delivery(self._collector.connect(), self._origin, self._position)
                self._tell(True)
                pause = shortest
                self._follow(delivery)
                self._tell(False, "it closed the connection")
            except (OSError, ValueError) as error:
                # ValueError: key or certificate files of the TLS context
                self._tell(False, str(error))
            finally:
                if delivery is not None:
                    delivery.finish(orderly=self._stop.is_set())
            self._stop.wait(pause)
            pause = min(2 * pause, longest)

    def _follow(self, delivery: "_Delivery") -> None:
        """Returns when stopped, after a last look, or when the collector has gone."""
        while True:
            last = self._stop.is_set()
            if not delivery.connection.alive():
                return
            head = head_of(self._directory)
            if head.mark.sequence > delivery.sent.mark.sequence:
                for record, place in records_after(self._directory, delivery.sent, head):
                    delivery.send(record.message, record.time, place)
                    if self._stop.is_set() and not last:
                        break
                delivery.keep()
            if last:
                return
            self._stop.wait(self._interval)

    def _tell(self, reachable: bool, reason: str = "") -> None:
        """Each change once."""
        if reachable == self._reachable or (self._stop.is_set() and not reachable):
            return
        self._reachable = reachable
        if reachable:
            _log.warning("audit collector %s: connected", self._collector)
        else:
            _log.error("audit collector %s cannot be reached: %s; the journal keeps what is not delivered",
                       self._collector, reason)  # fmt: skip


class _Delivery:
    """What goes over one connection."""

    def __init__(self, connection: Connection, origin: Origin, position: PositionFile) -> None:
        self.connection = connection
        self.sent = position.read()
        self._confirmed = self.sent
        self._kept = self.sent
        self._origin, self._position = origin, position
        self._unsure: deque[Place] = deque()

    def send(self, message: bytes, time: str, place: Place) -> None:
        self.connection.send(syslog_message(message, time, self._origin))
        self.sent = place
        self._unsure.append(place)
        if len(self._unsure) > RESEND:
            self._confirmed = self._unsure.popleft()

    def keep(self) -> None:
        if self._confirmed != self._kept:
            self._position.write(self._confirmed)
            self._kept = self._confirmed

    def finish(self, *, orderly: bool) -> None:
        if self.connection.finish() and orderly:
            self._confirmed = self.sent
        self.keep()


def _held(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
