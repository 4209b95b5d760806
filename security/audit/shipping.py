"""Sends the journal to a collector. The journal is the spool: what is kept besides is how far the collector has come.

Syslog has no acknowledgement, and what was written to a connection that then breaks may not have arrived; with TLS 1.3
a collector that refuses our certificate says so only after we have begun to send. So a record counts as delivered when
its connection still stands `SETTLED` seconds later with nothing unacknowledged by the other machine, or when the
collector has answered the end of the connection. After a break, everything younger is sent again: a collector sees some
records twice. It misses some only if it stood still for longer, with records in its machine's buffers, and then died.
"""

import fcntl
import logging
import os
import threading
import time
from collections import deque
from itertools import islice
from pathlib import Path
from typing import Final

from security.audit.files import Place
from security.audit.reading import PositionFile, head_of, records_after
from security.audit.syslog import Collector, Connection, Origin, syslog_message

_log = logging.getLogger(__name__)

SETTLED: Final = 10.0
POSITION: Final = "delivered"
LOCK: Final = "delivering"
_LAST_LOOK: Final = 3.0
"""Seconds that a stop may take to send what is left."""
_ROUND: Final = 500
"""Records between two looks at the connection."""
_STEADY: Final = 1.0
"""Seconds after which a connection is called one."""


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
        settled: float = SETTLED,
    ) -> None:
        """`interval`: seconds between two looks at the journal. `retry`: first and longest wait for a collector."""
        self._directory, self._collector, self._origin = directory, collector, origin
        self._interval, self._retry, self._settled = interval, retry, settled
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
        pause = shortest / 2
        while True:
            delivery = None
            try:
                delivery = _Delivery(self._collector.connect(), self._origin, self._position, self._settled)
                self._follow(delivery)
                self._tell(False, "it closed the connection")
            except (OSError, ValueError) as error:
                # ValueError: key or certificate files of the TLS context
                self._tell(False, str(error))
            finally:
                if delivery is not None:
                    delivery.finish(orderly=self._stop.is_set())
            pause = shortest if delivery is not None and delivery.steady else min(2 * pause, longest)
            # one attempt in any case: who starts and stops at once has something to send
            if self._stop.wait(pause):
                return

    def _follow(self, delivery: "_Delivery") -> None:
        """Returns when stopped, after a last look, or when the collector has gone."""
        while True:
            last = self._stop.is_set()
            enough = time.monotonic() + _LAST_LOOK
            if not delivery.settle():
                return
            if delivery.steady:
                self._tell(True)
            head = head_of(self._directory)
            sent = 0
            while head.mark.sequence > delivery.sent.mark.sequence:
                count = 0
                for record, place in islice(records_after(self._directory, delivery.sent, head), _ROUND):
                    delivery.send(record.message, record.time, place)
                    count += 1
                sent += count
                over = self._stop.is_set() and (not last or time.monotonic() > enough)
                if not count or over or not delivery.settle():
                    break
            if last:
                return
            if not sent:
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

    def __init__(self, connection: Connection, origin: Origin, position: PositionFile, settled: float) -> None:
        self.sent = position.read()
        self._connection = connection
        self._opened = time.monotonic()
        self._origin, self._position, self._settled = origin, position, settled
        self._kept = self.sent
        self._unsure: deque[tuple[float, Place]] = deque()

    @property
    def steady(self) -> bool:
        return time.monotonic() - self._opened > _STEADY

    def send(self, message: bytes, when: str, place: Place) -> None:
        self._connection.send(syslog_message(message, when, self._origin))
        self.sent = place
        self._unsure.append((time.monotonic(), place))

    def settle(self) -> bool:
        """Keeps what counts as delivered; False once the other side has gone."""
        before = time.monotonic() - self._settled
        if not self._connection.alive():
            return False
        if self._unsure and self._unsure[0][0] <= before and self._connection.acknowledged():
            place = self._kept
            while self._unsure and self._unsure[0][0] <= before:
                place = self._unsure.popleft()[1]
            self._keep(place)
        return True

    def finish(self, *, orderly: bool) -> None:
        if self._connection.finish() and orderly and self.sent != self._kept:
            self._keep(self.sent)

    def _keep(self, place: Place) -> None:
        self._position.write(place)
        self._kept = place


def _held(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
