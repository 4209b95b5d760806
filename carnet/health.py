"""Whether this process can keep its promises: each check does for real what a submission needs."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

REMEMBERED = 1.0
"""Seconds for which an answer is given again: a check writes to disk, and anyone may ask."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Check → empty when it passed, else what is wrong in one sentence."""

    problems: Mapping[str, str]

    @property
    def ready(self) -> bool:
        return not any(self.problems.values())

    def told(self) -> dict[str, object]:
        """For JSON."""
        checks = {name: problem or "ok" for name, problem in self.problems.items()}
        return {"status": "ready" if self.ready else "not ready", "checks": checks}


@dataclass(slots=True)
class Health:
    """Runs the checks, at most once per `REMEMBERED` seconds."""

    checks: Mapping[str, Callable[[], None]]
    """Each raises when the thing it names does not work."""
    clock: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _last: tuple[float, Readiness] | None = None

    def readiness(self) -> Readiness:
        with self._lock:
            if self._last and self.clock() - self._last[0] < REMEMBERED:
                return self._last[1]
            readiness = Readiness({name: _problem(check) for name, check in self.checks.items()})
            self._last = (self.clock(), readiness)
            return readiness


def _problem(check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:  # noqa: BLE001 - whatever fails is the answer
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no reason given'}"
    return ""
