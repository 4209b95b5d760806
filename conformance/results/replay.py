"""Sends the recorded bytes of a case again, and sets the new answer beside the recorded one."""

import difflib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from conformance.model import Exchange, Message
from conformance.results import commandlines, noise
from conformance.results.redaction import Secrets
from conformance.results.report.sides import READ, envelope_text
from conformance.results.stored import StoredCase, StoredError, StoredExchange, StoredRun
from conformance.wire import mllp
from conformance.wire.http import Line, exchange

_MOST_DIFFERENCES: Final = 60
_OUTCOME: Final = re.compile(
    r'\bstatus="(?:[^"]*:)?(Success|PartialSuccess|Failure)"|<(?:[\w.-]+:)?(Fault)\b|^MSA[^\w\s]([AC][AER])\b'
    r'|<(?:[\w.-]+:)?typeCode\b[^>]*\bcode="([AC][AER])"',
    re.MULTILINE,
)
_VARIES: Final = re.compile(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z?"
)


class ReplayError(ValueError):
    """There is nothing to replay; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where to send instead of where it was sent, and how."""

    registry: str = ""
    repository: str = ""
    feed: str = ""
    context: ssl.SSLContext | None = None
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer comes to."""

    status: int
    outcome: str
    """`Success`, `Failure`, `PartialSuccess`, `Fault`, of an HL7 acknowledgement `AA`, `AE`, `CA`, …; else empty."""
    text: str
    """The envelope as it is shown, masked."""
    trouble: str = ""

    def __str__(self) -> str:
        if self.trouble:
            return self.trouble
        return " ".join(filter(None, (f"HTTP {self.status}" if self.status else "", self.outcome))) or "no answer"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One exchange, then and now."""

    stored: StoredExchange
    url: str
    then: Answered
    now: Answered
    exchange: Exchange = field(repr=False)

    @property
    def same(self) -> bool:
        """Whether it came to the same: status and outcome, not each word."""
        return (self.then.status, self.then.outcome) == (self.now.status, self.now.outcome) and bool(
            self.then.trouble
        ) == bool(self.now.trouble)

    def differences(self) -> tuple[str, ...]:
        """Lines of the answer that are not as they were; ids and times that are always new are left out."""
        if self.exchange.response is None:
            return ()
        old, new = self.then.text.splitlines(), self.now.text.splitlines()
        if _steady(self.then.text) == _steady(self.now.text):
            return ()
        lines = difflib.unified_diff(old, new, "recorded", "now", n=1, lineterm="")
        return tuple(lines)[:_MOST_DIFFERENCES]


def _steady(text: str) -> list[str]:
    """The lines of an answer without what is another each time."""
    return _VARIES.sub("", noise.steady(text)).splitlines()


def chosen(run: StoredRun, id_: str, number: int | None = None) -> tuple[StoredCase, tuple[StoredExchange, ...]]:
    """The case, and its exchanges or the one asked for. Raises ReplayError, with the nearest id."""
    case = run.find(id_)
    if case is None:
        near = difflib.get_close_matches(id_, [one.case.id for one in run.cases], n=1, cutoff=0.4)
        advice = f"; did you mean {near[0]}?" if near else ""
        raise ReplayError(f"{run.folder} has no case {id_}{advice}")
    exchanges = tuple(one for one in case.exchanges if number in (None, one.number))
    if not exchanges:
        why = f"it has no exchange {number}; there are {len(case.exchanges)}" if number else "it sent nothing"
        raise ReplayError(f"{id_} cannot be replayed: {why}")
    return case, exchanges


def url_of(run: StoredRun, stored: StoredExchange, elsewhere: Elsewhere) -> str:
    """Where an exchange goes: to the same service of another target, if one was named."""
    place = urlsplit(stored.url)
    if place.scheme == "mllp":
        return f"mllp://{elsewhere.feed}" if elsewhere.feed else stored.url
    for given, recorded in (
        (elsewhere.registry, str(run.target.get("registry") or "")),
        (elsewhere.repository, str(run.target.get("repository") or "")),
    ):
        if given and recorded and stored.url.split("?")[0] == recorded.split("?")[0]:
            return given
    return stored.url


def bytes_of(run: StoredRun, stored: StoredExchange, url: str) -> Message:
    """The request as it was sent. For another URL, the request line and Host are those of the new one."""
    head = run.read(stored.request.head) if stored.request.head else b""
    body = run.read(stored.request.body)
    return Message(head if url == stored.url else _redirected(head, url), body, stored.request.content_type)


def _redirected(head: bytes, url: str) -> bytes:
    place = urlsplit(url)
    path = (place.path or "/") + (f"?{place.query}" if place.query else "")
    line, newline, rest = head.partition(b"\n")
    words = line.strip().decode("latin-1").split(" ")
    host = place.netloc.rpartition("@")[2]
    rest = re.sub(rb"(?im)^Host:[^\r\n]*", b"Host: " + host.encode("latin-1", "replace"), rest, count=1)
    return f"{words[0]} {path} {words[-1]}\r".encode("latin-1") + newline + rest


def replay(run: StoredRun, exchanges: tuple[StoredExchange, ...], elsewhere: Elsewhere) -> Iterator[Replayed]:
    """Sends each, and tells what came back as it does."""
    for stored in exchanges:
        url = url_of(run, stored, elsewhere)
        request = bytes_of(run, stored, url)
        if url.startswith("mllp://"):
            address = url.removeprefix("mllp://")
            framed = not request.body.startswith(mllp.START)
            came = mllp.exchange(
                address, request.body, elsewhere.timeout, number=stored.number, label=stored.label, framed=framed
            )
        else:
            line = Line(elsewhere.context, elsewhere.timeout)
            came = exchange(url, request, line, number=stored.number, label=stored.label)
        yield Replayed(stored, url, _recorded(run, stored), _answered(came), came)


def _recorded(run: StoredRun, stored: StoredExchange) -> Answered:
    if stored.response is None:
        return Answered(stored.status, "", "", stored.trouble or "nothing came back")
    text = envelope_text(stored.response.content_type, run.read(stored.response.body, READ), Secrets())
    return Answered(stored.status, _outcome(text), text, stored.trouble)


def _answered(came: Exchange) -> Answered:
    if came.response is None:
        return Answered(came.status, "", "", came.trouble or "nothing came back")
    text = envelope_text(came.response.content_type, came.response.body, Secrets())
    return Answered(came.status, _outcome(text), text, came.trouble)


def _outcome(text: str) -> str:
    found = _OUTCOME.search(text)
    return next(filter(None, found.groups()), "") if found else ""


def save(run: StoredRun, case: StoredCase, exchanges: tuple[StoredExchange, ...], directory: Path) -> tuple[Path, ...]:
    """Writes the requests as files, and a script that sends them with curl. Raises ReplayError."""
    written = []
    lines = ["#!/bin/sh", f"# {case.case.id}: {' '.join(case.case.title.split())}", 'cd "$(dirname "$0")"']
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for stored in exchanges:
            body = Path(stored.request.body).name
            head = Path(stored.request.head).name if stored.request.head else ""
            (directory / body).write_bytes(run.read(stored.request.body))
            written.append(directory / body)
            recorded = run.read(stored.request.head) if head else b""
            if head:
                (directory / head).write_bytes(recorded)
                written.append(directory / head)
            here = replace(stored, request=replace(stored.request, body=body))
            lines += [f"# {stored.number}. {' '.join(stored.label.split())}", commandlines.curl(here, recorded)]
        script = directory / "replay.sh"
        script.write_text("\n".join(lines) + "\n", encoding="utf-8")
        script.chmod(0o755)
    except OSError as error:
        raise ReplayError(f"{directory} cannot be written: {error.strerror}") from None
    except StoredError as error:
        raise ReplayError(str(error)) from None
    return (*written, script)
