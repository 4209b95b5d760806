"""The results folder of a watch: each exchange as exact bytes, and what tells of them all."""

import json
import os
import shutil
import tempfile
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from conformance.model import Message, Verdict
from conformance.results.folder import ResultsFolder
from conformance.results.junit import junit
from conformance.results.keeping import case_folder, ending
from conformance.results.report.page import report
from conformance.results.resultjson import encoded
from conformance.results.stored import EXCHANGES, JUNIT, REPORT, RESULT, StoredMessage, StoredRun
from conformance.watch.seen import Seen, case_id

WATCH: Final = "watch.json"
SCHEMA: Final = 1
MOST_EXCHANGES: Final = 2_000
MOST_BYTES: Final = 4 << 30
"""Of recorded bodies; beyond either, the oldest exchanges are forgotten, files and all."""
REPORTED: Final = 300
"""Exchanges in report.html, the latest: a page of thousands takes minutes to write, and nobody reads it."""
_PAUSE: Final = 1.0
"""Seconds between two writings of watch.json."""


class Spool:
    """A body on its way into the folder."""

    def __init__(self, directory: Path) -> None:
        descriptor, name = tempfile.mkstemp(prefix=".incoming-", dir=directory)
        self.path = Path(name)
        self._file: IO[bytes] = os.fdopen(descriptor, "wb")
        self.size = 0
        self.beginning = b""

    def write(self, piece: bytes | memoryview) -> None:
        if len(self.beginning) < 4096:
            self.beginning += bytes(piece[:4096])
        self._file.write(piece)
        self.size += len(piece)

    def close(self) -> None:
        self._file.close()

    def drop(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)

    def first(self, size: int) -> bytes:
        """Its beginning, once it is closed."""
        with self.path.open("rb") as file:
            return file.read(size)

    def bytes(self, limit: int) -> bytes | None:
        """The whole of it; None when it is larger than `limit`."""
        return None if self.size > limit else self.path.read_bytes()


@dataclass(frozen=True, slots=True)
class About:
    """What the folder says of the watch itself."""

    carnet: str
    profile: str
    language: str
    command: str
    registry: str
    repository: str
    target: Mapping[str, Any]


class Recorder:
    """Writes into one folder, from many threads."""

    def __init__(
        self,
        folder: ResultsFolder,
        about: About,
        *,
        most_exchanges: int = MOST_EXCHANGES,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.path = folder.path
        self._about = about
        self._most_exchanges, self._most_bytes = most_exchanges, most_bytes
        self._started = datetime.now(UTC)
        self._seen: OrderedDict[int, Seen] = OrderedDict()
        self._events: list[dict[str, Any]] = []
        self.counts: Counter[Verdict] = Counter()
        """Of all exchanges, the forgotten ones too."""
        self.forgotten = 0
        self._bytes = 0
        self._written = 0.0
        self._later: threading.Timer | None = None
        self._lock = threading.Lock()
        os.chmod(self.path, 0o700)  # what clients send are tokens and patients

    def spool(self) -> Spool:
        return Spool(self.path / EXCHANGES)

    def place(self, transaction: str, number: int, side: str, head: bytes, spool: Spool, kind: str) -> StoredMessage:
        """Moves a spooled body to where it belongs; `side` is `request` or `response`."""
        folder = case_folder(case_id(transaction, number))
        (self.path / folder).mkdir(parents=True, exist_ok=True)
        spool.close()
        name = f"{folder}/01-{side}"
        body = f"{name}.{ending(Message(b'', spool.beginning, kind))}"
        spool.path.replace(self.path / body)
        spool.path = self.path / body
        (self.path / f"{name}.headers").write_bytes(head)
        return StoredMessage(f"{name}.headers", body, spool.size, kind)

    def keep(self, seen: Seen) -> None:
        """Enters an exchange that is over."""
        with self._lock:
            self._seen[seen.number] = seen
            self.counts[seen.verdict] += 1
            self._bytes += _size(seen)
            while len(self._seen) > self._most_exchanges or (self._bytes > self._most_bytes and len(self._seen) > 1):
                _, oldest = self._seen.popitem(last=False)
                self._bytes -= _size(oldest)
                self.forgotten += 1
                shutil.rmtree(self.path / case_folder(oldest.case_id), ignore_errors=True)
            self._write_soon()

    def _write_soon(self) -> None:
        """Writes watch.json now, or when a second has passed since the last time."""
        left = _PAUSE - (time.monotonic() - self._written)
        if left <= 0:
            self._write_watch(finished=False)
        elif self._later is None:
            self._later = threading.Timer(left, self._write_late)
            self._later.daemon = True
            self._later.start()

    def _write_late(self) -> None:
        with self._lock:
            if self._later is not None:
                self._write_watch(finished=False)

    def event(self, what: str, client: str, verdict: Verdict, detail: str) -> None:
        """Enters something that was no exchange: a handshake that failed."""
        with self._lock:
            if verdict in (Verdict.PASS, Verdict.FAIL, Verdict.ERROR):
                self.counts[verdict] += 1
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            self._events.append({"at": at, "client": client, "what": what, "verdict": verdict.value, "detail": detail})
            del self._events[:-MOST_EXCHANGES]
            self._write_soon()

    def seen(self) -> tuple[Seen, ...]:
        with self._lock:
            return tuple(sorted(self._seen.values(), key=lambda each: each.number))

    def document(self, *, finished: bool = False) -> dict[str, Any]:
        """The content of watch.json."""
        with self._lock:
            return self._document(finished)

    def _document(self, finished: bool) -> dict[str, Any]:
        about = self._about
        return {
            "schema": SCHEMA,
            "carnet": about.carnet,
            "started": self._started.isoformat(timespec="seconds"),
            "seconds": round((datetime.now(UTC) - self._started).total_seconds(), 1),
            "finished": finished,
            "profile": about.profile,
            "language": about.language,
            "command": about.command,
            "registry": about.registry,
            "repository": about.repository,
            "counts": {verdict.value: self.counts[verdict] for verdict in Verdict},
            "forgotten": self.forgotten,
            "connections": list(self._events),
            "exchanges": [each.row() for each in sorted(self._seen.values(), key=lambda each: each.number)],
        }

    def _write_watch(self, *, finished: bool) -> None:
        write(self.path / WATCH, json.dumps(self._document(finished), ensure_ascii=False, indent=1).encode())
        self._written = time.monotonic()
        if self._later is not None:
            self._later.cancel()
            self._later = None

    def close(self) -> None:
        """Writes watch.json, result.json, junit.xml and report.html, and takes half-received messages away."""
        with self._lock:
            self._write_watch(finished=True)
        for left in (self.path / EXCHANGES).glob(".incoming-*"):
            left.unlink(missing_ok=True)
        stored = self._stored()
        write(self.path / RESULT, json.dumps(encoded(stored), ensure_ascii=False, indent=1).encode("utf-8", "replace"))
        write(self.path / JUNIT, junit(stored))
        shown = replace(stored, cases=stored.cases[-REPORTED:])
        if len(stored.cases) > REPORTED:
            told = f"the page shows the latest {REPORTED} of {len(stored.cases)} exchanges; result.json has them all"
            shown = replace(shown, warnings=(*stored.warnings, told))
        write(self.path / REPORT, report(shown))

    def _stored(self) -> StoredRun:
        about = self._about
        return StoredRun(
            folder=self.path,
            started=self._started,
            seconds=(datetime.now(UTC) - self._started).total_seconds(),
            carnet=about.carnet,
            profile=about.profile,
            target=about.target,
            command=about.command,
            selection=(),
            warnings=tuple(self._warnings()),
            language=about.language,
            seed="",
            finished=True,
            cases=tuple(each.stored() for each in self.seen()),
        )

    def _warnings(self) -> Iterable[str]:
        if not self.seen():
            yield "no message came"
        if self.forgotten:
            yield f"the {self.forgotten} oldest exchanges were forgotten: the watch keeps {self._most_exchanges}"
        misbehaved = sum(1 for each in self.seen() if each.misbehaviours)
        if misbehaved:
            yield f"{misbehaved} answers were wrong on purpose (--misbehave)"


def _size(seen: Seen) -> int:
    return sum(message.size for message in (seen.request, seen.response) if message is not None)


def write(path: Path, content: bytes) -> None:
    """The whole file or nothing of it."""
    passing = path.with_name(f".{path.name}.part")
    try:
        passing.write_bytes(content)
        passing.replace(path)
    except OSError:
        with suppress(OSError):
            passing.unlink(missing_ok=True)
        raise
