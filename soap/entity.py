"""The body of an HTTP request as WSGI hands it over: bounded, counted, and never waited for without end."""

import zlib
from typing import Any

from soap import faults
from soap.faults import Fault
from soap.message import Limits
from soap.multipart import PIECE

_PATIENCE = 5.0
"""Seconds that a refused sender may make us wait for more."""


class Entity:
    """Reads a request body up to its end, whether it has a Content-Length or comes in chunks.

    Every failure to read is a `Fault`: the client ended early, stalls, or sends more than `Limits.total`.
    """

    __slots__ = ("_connection", "_ended", "_input", "_left", "_limits", "count")

    def __init__(self, environ: dict[str, Any], limits: Limits) -> None:
        self._input = environ["wsgi.input"]
        self._limits = limits
        self.count = 0
        """Bytes received."""
        self._ended = False
        self._left: int | None = None
        announced = environ.get("CONTENT_LENGTH") or ""
        if announced:
            if not announced.isascii() or not announced.isdigit():
                raise faults.sender("Content-Length is not a number")
            self._left = int(announced)
        elif not environ.get("wsgi.input_terminated"):
            self._left = 0
        # gunicorn leaves the socket blocking: a client that goes silent would keep the thread for ever
        self._connection = environ.get("gunicorn.socket") if limits.stall > 0 else None
        self._wait(limits.stall)

    def _wait(self, seconds: float) -> None:
        if self._connection is not None:
            self._connection.settimeout(seconds)

    def require_bounded(self) -> None:
        """Raises the fault of a message that announces itself larger than `Limits.total`."""
        if self._left is not None and self._left > self._limits.total:
            raise faults.too_large(f"the message is larger than {self._limits.total} bytes")

    @property
    def ended(self) -> bool:
        """Nothing more can be read."""
        return self._ended or self._left == 0

    def read(self, size: int) -> bytes:
        """At most `size` bytes; b"" at the end."""
        data = self._receive(size)
        if self.count > self._limits.total:
            raise faults.too_large(f"the message is larger than {self._limits.total} bytes")
        return data

    def _receive(self, size: int) -> bytes:
        if self._ended or self._left == 0:
            return b""
        try:
            data: bytes = self._input.read(size if self._left is None else min(size, self._left))
        except TimeoutError:
            self._ended = True
            raise faults.sender(
                f"the client sent nothing for {self._limits.stall:g} seconds in the middle of its message", status=408
            ) from None
        except Exception as error:
            # servers have their own exceptions for a broken chunk or a lost connection
            self._ended = True
            raise faults.sender(f"the HTTP body could not be read to its end ({type(error).__name__})") from error
        if data:
            self.count += len(data)
            if self._left is not None:
                self._left -= len(data)
            return data
        self._ended = True
        if self._left:
            raise faults.sender(f"the HTTP body ends {self._left} bytes before its Content-Length")
        return data

    def whole(self, content_encoding: str) -> bytes:
        """The body of a simple message, at most `Limits.root` bytes; gzip is undone within the same bound."""
        limit = self._limits.root
        if self._left is not None and self._left > limit:
            raise _root_too_large(limit)
        if content_encoding == "gzip":
            return self._inflated(limit)
        if self._left is not None:
            first = self.read(self._left)
            if self._left == 0:
                return first
            pieces = [first]
        else:
            pieces = []
        size = sum(map(len, pieces))
        while data := self.read(PIECE):
            size += len(data)
            if size > limit:
                raise _root_too_large(limit)
            pieces.append(data)
        return b"".join(pieces)

    def _inflated(self, limit: int) -> bytes:
        inflate = zlib.decompressobj(wbits=31)
        content = bytearray()
        try:
            while data := self.read(PIECE):
                content += inflate.decompress(data, limit + 1 - len(content))
                if len(content) > limit or inflate.unconsumed_tail:
                    raise _root_too_large(limit)
                if inflate.eof and inflate.unused_data:
                    raise faults.sender("something follows the end of the gzip content")
        except zlib.error as error:
            raise faults.sender(f"the content is announced as gzip and is not: {error}") from None
        if not inflate.eof:
            raise faults.sender("the gzip content ends early")
        return bytes(content)

    def drain(self) -> None:
        """Read on for a while, so that a sender who is still busy sending comes to see the answer, sent before this.

        The server closes the connection when more is left: under gunicorn, beyond 64 KiB.
        """
        budget = self._limits.drain
        self._wait(min(self._limits.stall, _PATIENCE))
        try:
            while budget > 0 and (data := self._receive(min(PIECE, budget))):
                budget -= len(data)
        except Fault:
            return


def _root_too_large(limit: int) -> Fault:
    return faults.too_large(f"the envelope is larger than {limit} bytes")
