"""Runs the repository's repairs now and then, in one worker of all those that share a data directory."""

import fcntl
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

_log = logging.getLogger(__name__)
SWEEP_EVERY: Final = 60
"""Reconciliations between two sweeps: a sweep lists the whole document store."""


class RepairThread:
    """Waits for the lock file, then repairs until stopped. A worker that dies leaves the lock to another."""

    def __init__(
        self, lock: Path, interval: float, reconcile: Callable[[], object], sweep: Callable[[], object]
    ) -> None:
        """`interval` in seconds between two runs."""
        self._lock, self._interval = lock, interval
        self._reconcile, self._sweep = reconcile, sweep
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="repair", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the step in progress."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            while not self._stop.wait(self._interval):
                if _held(handle):
                    break
            runs = 0
            while not self._stop.is_set():
                self._attempt(self._reconcile)
                if runs % SWEEP_EVERY == 0:
                    self._attempt(self._sweep)
                runs += 1
                self._stop.wait(self._interval)
        finally:
            os.close(handle)

    def _attempt(self, repair: Callable[[], object]) -> None:
        try:
            repair()
        except Exception:  # noqa: BLE001 - whatever it was, the next run may succeed
            _log.warning("a repair failed; it is tried again in %g s", self._interval, exc_info=True)


def _held(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
