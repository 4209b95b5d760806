"""The folder of a run: the bytes as cases end, and the three files that tell of it."""

import json
import os
import shutil
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from conformance.model import Outcome
from conformance.results.expected import Expected
from conformance.results.junit import junit
from conformance.results.keeping import keep, masked_value, shareable
from conformance.results.redaction import Secrets
from conformance.results.report.page import report
from conformance.results.resultjson import encoded
from conformance.results.run import Run
from conformance.results.stored import EXCHANGES, JUNIT, REPORT, RESULT, StoredCase, StoredRun

DEFAULT: Final = Path("carnet-results")
LATEST: Final = "latest"
_NOTE: Final = "README.txt"
_NOTE_TEXT: Final = """\
The exact bytes of every exchange of a run of `carnet conformance run`, one folder for each case.
Nothing is masked here: tokens, passwords and approval numbers are as they were sent.
Keep this folder to yourself; share report.html, junit.xml and result.json instead.
"""


class FolderError(ValueError):
    """The folder cannot take the results; the sentence says why."""


class ResultsFolder:
    """Where one run is kept. `keep` may be called from several threads; `write` when the run ends, or as it goes on."""

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        self._kept: dict[str, StoredCase] = {}
        self._secrets = Secrets()
        self._lock = threading.Lock()

    @classmethod
    def create(cls, out: Path | None = None) -> "ResultsFolder":
        """Makes the folder *out*, or one named by the time under `carnet-results/`, which `latest` then leads to.

        What an earlier run left in *out* is replaced. Raises FolderError: no permission, or *out* holds exchanges
        that no run of ours put there.
        """
        try:
            path = _new_by_time(DEFAULT) if out is None else _emptied(out)
            (path / EXCHANGES).mkdir(mode=0o700, exist_ok=True)
            (path / EXCHANGES / _NOTE).write_text(_NOTE_TEXT, encoding="utf-8")
        except OSError as error:
            raise FolderError(f"{out or DEFAULT} cannot take the results: {error.strerror}") from None
        return cls(path)

    def keep(self, outcome: Outcome) -> StoredCase:
        """Writes the exchanges of a case that has ended, once; its bytes are not needed afterwards."""
        with self._lock:
            kept = self._kept.get(outcome.case.id)
        if kept is None:
            kept = keep(self.path, outcome)
            with self._lock:
                self._kept[outcome.case.id] = kept
                for one in outcome.exchanges:
                    for message in filter(None, (one.request, one.response)):
                        self._secrets.gather(message.head)
                        self._secrets.gather(message.body)
        return kept

    def write(self, run: Run, expected: Expected | None = None) -> StoredRun:
        """Writes result.json, junit.xml and report.html, each whole or not at all."""
        stored = self._stored(run, expected or Expected.none())
        document = json.dumps(encoded(stored), ensure_ascii=False, indent=1)
        _replace(self.path / RESULT, document.encode("utf-8", "replace"))
        _replace(self.path / JUNIT, junit(stored))
        _replace(self.path / REPORT, report(stored, self._secrets))
        return stored

    def _stored(self, run: Run, expected: Expected) -> StoredRun:
        marks = expected.judge(run.outcomes, run.started.date())
        cases = []
        for outcome in run.outcomes:
            entry = expected.entries.get(outcome.case.id)
            cases.append(
                replace(
                    shareable(self.keep(outcome), self._secrets),
                    mark=marks.get(outcome.case.id),
                    expected_reason=entry.reason if entry else "",
                    expected_until=entry.until if entry else None,
                )
            )
        return StoredRun(
            folder=self.path,
            started=run.started,
            seconds=run.seconds,
            carnet=run.carnet,
            profile=run.profile,
            target={name: masked_value(value, self._secrets) for name, value in run.target.items()},
            command=self._secrets.mask(run.command),
            selection=run.selection,
            warnings=tuple(self._secrets.mask(warning) for warning in run.warnings),
            language=run.language,
            seed=run.seed,
            finished=run.finished,
            cases=tuple(cases),
        )


def _new_by_time(under: Path) -> Path:
    under.mkdir(exist_ok=True)
    ignore = under / ".gitignore"
    if not ignore.exists():
        ignore.write_text("# tokens and passwords lie here as they were sent\n*\n", encoding="utf-8")
    name = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
    for again in range(1, 1000):
        path = under / (name if again == 1 else f"{name}-{again}")
        try:
            path.mkdir()
        except FileExistsError:
            continue
        _point(under / LATEST, path.name)
        return path
    raise FolderError(f"{under} already holds a thousand runs of this second")


def _point(link: Path, to: str) -> None:
    """Leads *link* to the new folder in one step; a system without symbolic links does without."""
    passing = link.with_name(f".{LATEST}-{os.getpid()}")
    try:
        passing.unlink(missing_ok=True)
        passing.symlink_to(to)
        passing.replace(link)
    except OSError:
        passing.unlink(missing_ok=True)


def _emptied(out: Path) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    exchanges = out / EXCHANGES
    if exchanges.is_dir() and any(exchanges.iterdir()):
        if not (exchanges / _NOTE).is_file():
            raise FolderError(f"{exchanges} holds files that no run put there; name another folder with --out")
        shutil.rmtree(exchanges)
    for name in (RESULT, JUNIT, REPORT):
        (out / name).unlink(missing_ok=True)
    return out


def _replace(path: Path, content: bytes) -> None:
    passing = path.with_name(f".{path.name}.part")
    passing.write_bytes(content)
    passing.replace(path)
