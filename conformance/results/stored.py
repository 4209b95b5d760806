"""A run as it lies in its folder: everything made after the run is made from this."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from conformance.model import Case, Check, Verdict
from conformance.results.expected import Mark

RESULT: Final = "result.json"
JUNIT: Final = "junit.xml"
REPORT: Final = "report.html"
EXCHANGES: Final = "exchanges"

_LARGEST_RESULT: Final = 256 * 1024 * 1024


class StoredError(ValueError):
    """The folder does not hold a run that can be read; the sentence says why."""


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One side of an exchange: where its bytes lie."""

    head: str
    """Path of the request or status line and headers, inside the folder; empty when there were none."""
    body: str
    """Path of the bytes of the body, inside the folder."""
    size: int
    """Of the body, in bytes."""
    content_type: str = ""
    truncated: bool = False
    """The other side sent more than the suite keeps."""


@dataclass(frozen=True, slots=True)
class StoredExchange:
    """A request and what came back; see `conformance.model.Exchange`."""

    number: int
    label: str
    url: str
    request: StoredMessage
    response: StoredMessage | None
    status: int = 0
    trouble: str = ""
    preparation: bool = False
    started: datetime | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class StoredCase:
    """What one case came to; it can be judged as an `Outcome` can."""

    case: Case
    verdict: Verdict
    reason: str = ""
    checks: tuple[Check, ...] = ()
    exchanges: tuple[StoredExchange, ...] = ()
    seconds: float = 0.0
    left: tuple[str, ...] = ()
    mark: Mark | None = None
    """How it stood to the known failures given to the run."""
    expected_reason: str = ""
    expected_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A run read back, or about to be written; see `conformance.results.run.Run`."""

    folder: Path
    started: datetime
    seconds: float
    carnet: str
    profile: str
    target: Mapping[str, Any]
    command: str
    selection: tuple[str, ...]
    warnings: tuple[str, ...]
    language: str
    seed: str
    finished: bool
    cases: tuple[StoredCase, ...]

    def counts(self) -> dict[Verdict, int]:
        """How many cases came to each verdict, in the order of `Verdict`."""
        counter = Counter(case.verdict for case in self.cases)
        return {verdict: counter[verdict] for verdict in Verdict}

    def find(self, id_: str) -> StoredCase | None:
        """The case with this id."""
        return next((case for case in self.cases if case.case.id == id_), None)

    def read(self, path: str, limit: int | None = None) -> bytes:
        """The bytes of a file of the run, at most *limit* of them.

        Raises StoredError: outside the folder, or no longer there.
        """
        whole = (self.folder / path).resolve()
        if not whole.is_relative_to(_resolved(self.folder)):
            raise StoredError(f"{path} lies outside {self.folder}")
        try:
            with whole.open("rb") as file:
                return file.read(-1 if limit is None else limit)
        except OSError as error:
            raise StoredError(f"{whole} cannot be read: {error.strerror}") from None


@lru_cache(maxsize=8)
def _resolved(folder: Path) -> Path:
    return folder.resolve()


def load(path: Path) -> StoredRun:
    """Reads a folder of results, or its result.json.

    Raises StoredError with one sentence: not there, not ours, or of a schema this version does not know.
    """
    from conformance.results.resultjson import decoded

    file = path if path.is_file() else path / RESULT
    try:
        if file.stat().st_size > _LARGEST_RESULT:
            raise StoredError(f"{file} is larger than {_LARGEST_RESULT} bytes")
        document = json.loads(file.read_bytes())
    except OSError as error:
        raise StoredError(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, StoredError):
            raise
        raise StoredError(f"{file} is not JSON: {error}") from None
    return decoded(document, file.parent, str(file))
