"""How it goes, told to a person or to a program."""

import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Protocol

from rich.text import Text

from conformance.model import Verdict
from conformance.watch import showing
from conformance.watch.ending import Ending
from conformance.watch.seen import Seen
from conformance.watch.session import Session, Wishes


class Show(Protocol):
    """What tells a person, or a program, how it goes."""

    def welcome(self, session: Session, wishes: Wishes) -> None: ...
    def exchange(self, seen: Seen) -> None: ...
    def event(self, what: str, client: str, verdict: Verdict, detail: str) -> None: ...
    def goodbye(self, session: Session) -> None: ...


class JsonLines:
    """One object per line."""

    def __init__(self, ending: Ending) -> None:
        self._ending = ending

    def welcome(self, session: Session, wishes: Wishes) -> None: ...

    def exchange(self, seen: Seen) -> None:
        self._say(seen.row())
        self._ending.exchange()

    def event(self, what: str, client: str, verdict: Verdict, detail: str) -> None:
        self._say({"connection": what, "client": client, "verdict": verdict.value, "detail": detail})

    def goodbye(self, session: Session) -> None: ...

    def _say(self, row: dict[str, Any]) -> None:
        with suppress(BrokenPipeError):
            print(json.dumps(row, ensure_ascii=False), flush=True)  # noqa: T201  what --json is for


class Lines:
    """Lines for people, in colours on a terminal."""

    def __init__(self, ending: Ending, language: str) -> None:
        self._ending, self._language = ending, language
        self._out = showing.console()

    def welcome(self, session: Session, wishes: Wishes) -> None:
        self._say(showing.welcome(session, wishes))

    def exchange(self, seen: Seen) -> None:
        self._say(showing.lines(seen, self._language))
        self._ending.exchange()

    def event(self, what: str, client: str, verdict: Verdict, detail: str) -> None:
        self._say([showing.event_line(what, client, verdict, detail, self._language)])

    def goodbye(self, session: Session) -> None:
        recorder = session.recorder
        self._say(showing.summary(recorder.counts, session.events, str(recorder.path), self._language))

    def _say(self, lines: Iterable[Text]) -> None:
        with suppress(BrokenPipeError):
            for line in lines:
                self._out.print(line)
