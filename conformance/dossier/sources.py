"""Recorded traffic: the folder of a watch, or of a run of the suite."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from conformance.dossier.contents import Contents, read
from conformance.model import Level, Verdict
from conformance.results.stored import RESULT, StoredError, StoredMessage, StoredRun, load
from conformance.watch.reading import decoded

WATCH: Final = "watch.json"
_LARGEST: Final = 256 << 20
"""Bytes of a file that is read."""
_HEAD: Final = 1 << 20


class SourceError(ValueError):
    """A folder holds no traffic that can be used; says why."""


@dataclass(frozen=True, slots=True)
class Control:
    """One rule, or one family of checks, and what it came to."""

    name: str
    """Id of the rule, or name of the family."""
    held: bool
    level: Level
    en: str = ""
    fr: str = ""
    section: str = ""
    where: str = ""

    def text(self, language: str) -> str:
        return self.en if language.startswith("en") else self.fr or self.en


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an exchange."""

    head: bytes
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """One exchange as it was recorded."""

    id: str
    source: Path
    profile: str
    """`dmp` when the French rules were applied."""
    started: datetime
    verdict: Verdict
    status: int
    outcome: str
    """`Success`…; empty when it is not known."""
    codes: tuple[str, ...]
    misbehaviours: tuple[str, ...]
    controls: tuple[Control, ...]
    request: Side
    response: Side | None
    contents: Contents

    @property
    def broken(self) -> tuple[Control, ...]:
        return tuple(each for each in self.controls if not each.held)

    @property
    def good(self) -> bool:
        """A message that was judged and broke nothing that must be, answered as it should be."""
        return self.verdict in (Verdict.PASS, Verdict.WARN) and not self.misbehaviours and self.succeeded

    @property
    def succeeded(self) -> bool:
        return self.outcome == "Success" or (not self.outcome and self.status == 200)


def recorded(folder: Path) -> list[Recorded]:
    """Every exchange of a folder, the oldest first. Raises `SourceError`."""
    if (folder / WATCH).is_file():
        found = list(_of_watch(folder))
    elif (folder / RESULT).is_file():
        try:
            found = list(_of_run(load(folder)))
        except StoredError as error:
            raise SourceError(str(error)) from None
    else:
        raise SourceError(f"{folder} holds neither {WATCH} nor {RESULT}: name the folder of a watch or of a run")
    return sorted(found, key=lambda each: each.started)


def _of_watch(folder: Path) -> Iterator[Recorded]:
    document = _json(folder / WATCH)
    try:
        rows = document["exchanges"]
        for row in rows:
            request = _side(folder, row["request"])
            if request is None:
                continue
            yield Recorded(
                id=str(row["request"]["body"]).removeprefix("exchanges/").rpartition("/")[0],
                source=folder,
                profile=str(document["profile"]),
                started=datetime.fromisoformat(row["started"]),
                verdict=Verdict(row["verdict"]),
                status=int(row["status"]),
                outcome=str(row["outcome"]),
                codes=tuple(map(str, row["codes"])),
                misbehaviours=tuple(map(str, row["misbehaviours"])),
                controls=tuple(_controls(row)),
                request=request,
                response=_side(folder, row["response"]),
                contents=_contents(request),
            )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{folder / WATCH} is damaged: {error}") from None


def _controls(row: Mapping[str, Any]) -> Iterator[Control]:
    for family in row["checked"]:
        yield Control(str(family), True, Level.MUST)
    for each in row["remarks"]:
        where = " ".join(filter(None, (str(each["part"]), str(each["where"]))))
        yield Control(
            str(each["rule"]),
            False,
            Level(each["level"]),
            str(each["en"]),
            str(each["fr"]),
            str(each["section"]),
            where,
        )


def _of_run(run: StoredRun) -> Iterator[Recorded]:
    for case in run.cases:
        checks = tuple(
            Control(case.case.id, check.held, check.level, check.text, "", case.case.section, check.where)
            for check in case.checks
        )
        for exchange in case.exchanges:
            request = _stored(run, exchange.request)
            controls = tuple(
                control
                for control, check in zip(checks, case.checks, strict=True)
                if check.exchange in (0, exchange.number)
            )
            if request is None or exchange.preparation:
                continue
            yield Recorded(
                id=case.case.id,
                source=run.folder,
                profile=run.profile,
                started=exchange.started or run.started,
                verdict=case.verdict,
                status=exchange.status,
                outcome="",
                codes=(),
                misbehaviours=(),
                controls=controls,
                request=request,
                response=None if exchange.response is None else _stored(run, exchange.response),
                contents=_contents(request),
            )


def _contents(request: Side) -> Contents:
    encoding = header(request.head, "content-encoding")
    return read(request.content_type, decoded(request.body, encoding))


def header(head: bytes, name: str) -> str:
    """The first value of a header in a head; empty when it is absent."""
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.strip().decode("latin-1").lower() == name:
            return value.strip().decode("latin-1")
    return ""


def _stored(run: StoredRun, message: StoredMessage) -> Side | None:
    try:
        return Side(
            run.read(message.head, _HEAD) if message.head else b"",
            run.read(message.body, _LARGEST) if message.body else b"",
            message.content_type,
        )
    except StoredError:
        return None


def _side(folder: Path, row: Mapping[str, Any] | None) -> Side | None:
    if row is None:
        return None
    head, body = _read(folder, str(row["head"]), _HEAD), _read(folder, str(row["body"]), _LARGEST)
    return None if body is None else Side(head or b"", body, str(row["content_type"]))


def _read(folder: Path, name: str, limit: int) -> bytes | None:
    """A file inside the folder; None when it is gone. Raises `SourceError` for a path that leads out of it."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise SourceError(f"{folder / WATCH} names {name}, which lies outside")
    try:
        with path.open("rb") as file:
            return file.read(limit)
    except OSError:
        return None


def _json(path: Path) -> Any:
    try:
        if path.stat().st_size > _LARGEST:
            raise SourceError(f"{path} is larger than {_LARGEST >> 20} MB")
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{path} is not JSON") from None
    if not isinstance(document, dict) or document.get("schema") != 1:
        raise SourceError(f"{path} is not of a watch that this version of Carnet reads")
    return document


def now() -> datetime:
    return datetime.now(UTC)
