"""When the watch ends, and with which exit code."""

import signal
import threading
from types import FrameType
from typing import Any

from conformance.model import Verdict
from conformance.results.exitcodes import ExitCode
from conformance.watch.session import Session


class Ending:
    """When the watch ends, and with which code."""

    def __init__(self, count: int | None) -> None:
        self._left = count
        self._over = threading.Event()
        self._interrupted = self._stopped = False
        self._came = 0
        self._before: dict[signal.Signals, Any] = {}
        self._lock = threading.Lock()

    def exchange(self) -> None:
        with self._lock:
            self._came += 1
            if self._left is not None:
                self._left -= 1
                if self._left <= 0:
                    self._over.set()

    def arm(self) -> None:
        """From now on Ctrl-C and SIGTERM end the watch in good order."""

        def stop(number: int, _frame: FrameType | None) -> None:
            # nothing with a lock: the main thread may hold it at this very moment
            self._interrupted = number == signal.SIGINT
            self._stopped = True

        self._before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}

    def wait(self) -> None:
        """Until `--count` is reached, Ctrl-C, or SIGTERM."""
        try:
            while not self._stopped and not self._over.wait(0.2):
                pass
        finally:
            for number, handler in self._before.items():
                signal.signal(number, handler)

    def code(self, session: Session) -> ExitCode:
        counts = session.recorder.counts
        if counts[Verdict.ERROR]:
            return ExitCode.SUITE_ERROR
        if counts[Verdict.FAIL]:
            return ExitCode.FAILED
        if counts[Verdict.PASS] or counts[Verdict.WARN]:
            return ExitCode.DONE
        if self._interrupted and not self._came and not session.events:
            return ExitCode.INTERRUPTED
        return ExitCode.NOTHING_TESTED
