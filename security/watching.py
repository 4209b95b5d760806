"""A value made from files, made again when the files change, and swapped in one step."""

import os
import threading
import weakref
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")

INTERVAL: Final = 5.0
"""Seconds between two looks at the files."""

FileState = tuple[str, int, int, int]


class Watched(Generic[T]):
    """Holds the value made by `load`; a thread looks every `interval` seconds whether `state` changed.

    A load that fails leaves the last good value in place, is told to `failed` once, and is tried again at the next
    look. The thread is a daemon, started by the first use of `current` in each process: a fork takes no thread along.
    """

    def __init__(
        self,
        load: Callable[[], T],
        state: Callable[[], Hashable],
        *,
        interval: float = INTERVAL,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Loads at once; what `load` raises is raised here."""
        self._load, self._state, self._interval, self._failed = load, state, interval, failed
        self._seen: Hashable = state()
        self._value = load()
        self._told: str | None = None
        self._after_fork()
        _watching.add(self)

    @property
    def value(self) -> T:
        """As of the last look; starts nothing."""
        return self._value

    @property
    def current(self) -> T:
        """The same, and from now on somebody looks."""
        if self._thread is None and not self._stop.is_set():
            self._start()
        return self._value

    def refresh(self) -> bool:
        """Looks now; whether there is a new value. What goes wrong is told to `failed`."""
        with self._loading:
            try:
                state = self._state()
                if state == self._seen:
                    return False
                self._value = self._load()
            except Exception as error:  # noqa: BLE001 - whatever it is, the last good value stays in place
                self._tell(error)
                return False
            # As it was before reading: what changed meanwhile is read again.
            self._seen, self._told = state, None
            return True

    def close(self) -> None:
        """Ends the thread; the value stays."""
        self._stop.set()

    def _tell(self, error: Exception) -> None:
        if self._failed is not None and str(error) != self._told:
            self._told = str(error)
            self._failed(error)

    def _after_fork(self) -> None:
        self._stop, self._loading, self._starting = threading.Event(), threading.Lock(), threading.Lock()
        self._thread: threading.Thread | None = None

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="carnet-watch", daemon=True)
                self._thread.start()

    def _watch(self) -> None:
        while not self._stop.wait(self._interval):
            self.refresh()


_watching: "weakref.WeakSet[Watched[Any]]" = weakref.WeakSet()


def _forked() -> None:
    for each in _watching:
        each._after_fork()


os.register_at_fork(after_in_child=_forked)


def state_of(files: Iterable[Path]) -> tuple[FileState, ...]:
    """What changes when one of the files does: its time, its size, or which file it is."""
    return tuple(_state_of(path) for path in sorted(files))


def _state_of(path: Path) -> FileState:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return str(path), 0, 0, 0
    return str(path), stat.st_mtime_ns, stat.st_size, stat.st_ino
