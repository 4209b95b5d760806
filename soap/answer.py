"""Answers as WSGI takes them: whole, or streamed while the parts of an MTOM message are read."""

import errno
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from soap.envelope import write_response
from soap.faults import Fault
from soap.message import Packaging, Reply
from soap.mtom import MtomWriter
from soap.multipart import PIECE
from soap.names import SOAP_TYPE

_log = logging.getLogger("carnet.soap")

_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}

SIMPLE_TYPE = f"{SOAP_TYPE}; charset=UTF-8"
SOAP11_TYPE = "text/xml; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer about to be sent."""

    status: int
    headers: list[tuple[str, str]]
    begin: bytes
    """All of it, or what comes before `rest`."""
    rest: Iterator[bytes | memoryview] | None = None

    @property
    def status_line(self) -> str:
        return _STATUS_LINES[self.status]


def fault_answer(fault: Fault, relates_to: str | None) -> Answer:
    """A fault is always a simple message, whatever the packaging of the request: every stack reads that.

    ITI TF-2 V.8.1 packs a request and its response alike; the transactions say MTOM of their response messages alone.
    """
    content = fault.envelope(relates_to)
    content_type = SOAP11_TYPE if fault.soap11 else SIMPLE_TYPE
    headers = [("Content-Type", content_type), ("Content-Length", str(len(content))), *fault.headers]
    return Answer(fault.status, headers, content)


def reply_answer(reply: Reply, packaging: Packaging, action: str, relates_to: str | None) -> Answer:
    """The reply of a service in the packaging of its operation.

    What is short is made whole here, so that trouble in reading it still becomes a fault.
    """
    root = write_response(action, relates_to, reply.body)
    if packaging is Packaging.SIMPLE:
        for _ in reply.parts:
            raise ValueError("an operation that travels as simple SOAP was answered with attachments")
        return Answer(200, [("Content-Type", SIMPLE_TYPE), ("Content-Length", str(len(root)))], root)
    writer = MtomWriter()
    # .NET wants MIME-Version; ITI TF-2 3.41.4.2.2, 3.43.5, V.8.2: the answer is MTOM, with or without parts
    headers = [("Content-Type", writer.content_type()), ("MIME-Version", "1.0")]
    length = writer.length(root, reply.parts) if isinstance(reply.parts, Sequence) else None
    stream = writer.chunks(root, reply.parts)
    begin, ended = _take(stream, PIECE)
    if ended:
        length = len(begin)
    if length is not None:
        headers.append(("Content-Length", str(length)))
    return Answer(200, headers, begin, None if ended else stream)


def _take(stream: Iterator[bytes | memoryview], enough: int) -> tuple[bytes, bool]:
    """The first pieces joined, at least `enough` bytes; and whether that was all."""
    pieces: list[bytes | memoryview] = []
    size = 0
    for piece in stream:
        pieces.append(piece)
        size += len(piece)
        if size >= enough:
            return b"".join(pieces), False
    return b"".join(pieces), True


class Sending:
    """What a WSGI server goes through to send an answer that is not whole, or whose request is not read to its end.

    `done(bytes_sent, trouble)` is called once, when the server closes it; `trouble` says why the answer broke off.
    """

    def __init__(self, answer: Answer, after: Callable[[], None], done: Callable[[int, str], None]) -> None:
        self._answer = answer
        self._after = after
        self._done: Callable[[int, str], None] | None = done
        self._sent = 0
        self._trouble = "the connection was lost while answering"

    def __iter__(self) -> Iterator[bytes]:
        self._sent = len(self._answer.begin)
        yield self._answer.begin
        try:
            for piece in self._answer.rest or ():
                self._sent += len(piece)
                yield piece if isinstance(piece, bytes) else bytes(piece)
        except Exception as error:
            # too late for a fault: breaking the connection is the only way left to say that the answer is not whole
            self._trouble = "the answer broke off while it was sent"
            _log.exception("an attachment could not be sent to its end")
            raise ConnectionResetError(errno.ECONNRESET, "answer broken off") from error
        self._trouble = ""
        self._after()

    def close(self) -> None:
        done, self._done = self._done, None
        if done is None:
            return
        close: Callable[[], None] | None = getattr(self._answer.rest, "close", None)
        if close is not None:
            close()
        done(self._sent, self._trouble)
