"""A watch on a free port, and the client of this project as the software that is tested against it."""

import queue
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from client import sample
from client.consumer import DocumentConsumer
from client.documents import Document, Wishes, prepare
from client.source import DocumentSource
from conformance.watch.misbehaviours import Misbehaviour
from conformance.watch.seen import Seen
from conformance.watch.session import Session
from conformance.watch.session import Wishes as Watching


@dataclass
class Bench:
    """A watch, what it saw, and a client."""

    session: Session
    folder: Path
    heard: "queue.SimpleQueue[Seen]" = field(default_factory=queue.SimpleQueue)
    _seen: list[Seen] = field(default_factory=list)
    patient: str = field(default_factory=lambda: f"{uuid4().hex}^^^&2.999.7&ISO")

    @property
    def source(self) -> DocumentSource:
        return DocumentSource(self.session.about.repository)

    @property
    def consumer(self) -> DocumentConsumer:
        return DocumentConsumer(self.session.about.registry, self.session.about.repository)

    @property
    def base(self) -> str:
        return self.session.about.registry.removesuffix("/registry")

    def seen(self, count: int) -> list[Seen]:
        """The first `count` exchanges, once they are over: that is a moment after their answers were sent."""
        while len(self._seen) < count:
            self._seen.append(self.heard.get(timeout=20))
        return sorted(self._seen, key=lambda each: each.number)[:count]

    def letter(self) -> Document:
        return prepare(sample.fresh().letter, Wishes(patient_id=self.patient))

    def submitted(self) -> Document:
        """A letter that was taken in."""
        document = self.letter()
        assert self.source.submit(document).response.succeeded
        return document

    def received(self, number: int) -> bytes:
        """The body of the request with this number, as it was kept."""
        while number not in {each.number for each in self._seen}:
            self.seen(len(self._seen) + 1)
        seen = next(each for each in self._seen if each.number == number)
        assert seen.request is not None
        return (self.folder / seen.request.body).read_bytes()

    def post(self, service: str, body: bytes, content_type: str = "application/soap+xml") -> "Answered":
        return post(f"{self.base}/{service}", body, content_type)


@dataclass
class Answered:
    """What urllib, which knows nothing of SOAP, got."""

    status: int
    headers: Any
    body: bytes


def post(url: str, body: bytes, content_type: str) -> Answered:
    request = urllib.request.Request(url, body, {"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return Answered(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        return Answered(error.code, error.headers, error.read())


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """`watch("busy:ITI-41", profile="dmp")` opens one."""
    with ExitStack() as opened:

        def start(*misbehaviours: str, **wishes: Any) -> Bench:
            folder = tmp_path / f"results-{uuid4().hex[:6]}"
            planned = tuple(map(Misbehaviour.parse, misbehaviours))
            heard: queue.SimpleQueue[Seen] = queue.SimpleQueue()
            session = Session.open(Watching(out=folder, misbehaviours=planned, **wishes), heard.put)
            opened.enter_context(session)
            return Bench(session, folder, heard)

        yield start
