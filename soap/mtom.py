"""MTOM messages, read and written as streams. ITI TF-2 V.8; XOP 1.0 4; RFC 2387."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO
from urllib.parse import unquote
from uuid import uuid4

from soap import faults
from soap.message import Attachment, Limits, OutgoingPart
from soap.mime import MediaType, MimeError, parse_media_type
from soap.multipart import PIECE, MultipartReader, Part, strip_brackets
from soap.names import SOAP_TYPE, XOP_TYPE

_CHARSETS = frozenset(("", "utf-8", "utf8", "us-ascii"))
# SoapUI announces text/xml here although its root part is SOAP 1.2
_START_INFO = frozenset(("", SOAP_TYPE, "text/xml"))


class SpooledPart:
    """A part that came before the root: its content waits on disk."""

    __slots__ = ("_begin", "_file", "_length", "content_id", "content_type")

    def __init__(self, part: Part, file: IO[bytes], begin: int, length: int) -> None:
        self.content_id = part.content_id
        self.content_type = part.content_type
        self._file, self._begin, self._length = file, begin, length

    def chunks(self) -> Iterator[bytes | memoryview]:
        position, end = self._begin, self._begin + self._length
        while position < end:
            piece = os.pread(self._file.fileno(), min(PIECE, end - position), position)
            if not piece:
                raise OSError("the spool file is shorter than what was written to it")
            position += len(piece)
            yield piece


class MtomMessage:
    """A multipart/related message: its root part whole, the others as a stream to be gone through once."""

    def __init__(self, read: Callable[[int], bytes], content_type: MediaType, limits: Limits) -> None:
        """Read up to the end of the root part. Raises `Fault`; parts met before the root are spooled to disk."""
        check_content_type(content_type)
        self._limits = limits
        self._content_ids: set[str] = set()
        self._spool: IO[bytes] | None = None
        self._spooled: list[SpooledPart] = []
        self._reader = MultipartReader(read, content_type.get("boundary"), limits)
        try:
            self.root = self._find_root(content_type.get("start"))
        except BaseException:
            self.close()
            raise
        self.attachments: Iterator[Attachment] = self._attachments()
        """Each is read before the next is asked for; what was not read of one is skipped."""

    @property
    def ended(self) -> bool:
        """The message was read to its closing boundary."""
        return self._reader.ended

    def _next(self) -> Part | None:
        part = self._reader.next_part()
        if part is not None and part.content_id:
            if part.content_id in self._content_ids:
                raise faults.sender(f"two parts of the message have Content-ID <{part.content_id[:200]}>")
            self._content_ids.add(part.content_id)
        return part

    def _find_root(self, start: str) -> bytes:
        # RFC 2387 3.2: without start, the root is the first part
        wanted = strip_brackets(start)
        while (part := self._next()) is not None:
            if not wanted or _same_id(part.content_id, wanted):
                return _read_root(part, self._limits.root)
            self._to_disk(part)
        raise faults.sender(f"start={start[:200]!r} matches the Content-ID of no part of the message")

    def _to_disk(self, part: Part) -> None:
        if self._spool is None:
            # closed in close(); it has no name, so nothing is left when the process dies
            self._spool = tempfile.TemporaryFile(prefix="carnet-spool-")  # noqa: SIM115
        begin = self._spool.tell()
        for piece in part.chunks():
            self._spool.write(piece)
            if self._spool.tell() > self._limits.spool:
                raise faults.too_large(
                    f"the parts before the root part are larger than {self._limits.spool} bytes; send the root first"
                )
        self._spool.flush()
        self._spooled.append(SpooledPart(part, self._spool, begin, self._spool.tell() - begin))

    def _attachments(self) -> Iterator[Attachment]:
        yield from self._spooled
        while (part := self._next()) is not None:
            yield part

    def close(self) -> None:
        """Free the spool."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None


def check_content_type(content_type: MediaType) -> None:
    """Refuse a multipart/related that is not MTOM. Raises `Fault` with HTTP 415.

    `start-info` may be absent or text/xml, and its own parameters (action) are not looked at.
    """
    kind = content_type.get("type").partition(";")[0].strip().lower()
    if kind != XOP_TYPE:
        raise faults.unsupported_media(f'multipart/related with type="{kind[:100]}"; MTOM needs type="{XOP_TYPE}"')
    info = content_type.get("start-info").partition(";")[0].strip().lower()
    if info not in _START_INFO:
        raise faults.unsupported_media(f'start-info="{info[:100]}"; MTOM of SOAP 1.2 needs start-info="{SOAP_TYPE}"')


def check_charset(charset: str) -> None:
    """Refuse a charset parameter other than UTF-8. Raises `Fault` with HTTP 415."""
    if charset.strip().lower() not in _CHARSETS:
        raise faults.unsupported_media(f"charset {charset[:40]!r} is not read; send UTF-8")


def _same_id(content_id: str, wanted: str) -> bool:
    return content_id == wanted or unquote(content_id).casefold() == unquote(wanted).casefold()


def _read_root(part: Part, limit: int) -> bytes:
    try:
        check_charset(parse_media_type(part.content_type).get("charset"))
    except MimeError as error:
        raise faults.sender(f"root part: {error}") from None
    pieces: list[bytes] = []
    size = 0
    for piece in part.chunks():
        size += len(piece)
        if size > limit:
            raise faults.too_large(f"the root part is larger than {limit} bytes; send documents as attachments")
        pieces.append(bytes(piece))
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


class MtomWriter:
    """The frame of one outgoing MTOM message; the root part comes first, as some receivers ignore `start`."""

    def __init__(self) -> None:
        unique = uuid4().hex
        self._boundary = f"carnet-{unique}"
        self._root_id = f"root.{unique}@carnet"

    def content_type(self, action: str = "") -> str:
        """The HTTP Content-Type. Some receivers (older CXF) want the Action repeated in it."""
        extra = f'; action="{action}"' if action else ""
        return (
            f'multipart/related; type="{XOP_TYPE}"; boundary="{self._boundary}"; start="<{self._root_id}>"; '
            f'start-info="{SOAP_TYPE}"{extra}'
        )

    def _root_head(self) -> bytes:
        return (
            f'--{self._boundary}\r\nContent-Type: {XOP_TYPE}; charset=UTF-8; type="{SOAP_TYPE}"\r\n'
            f"Content-Transfer-Encoding: binary\r\nContent-ID: <{self._root_id}>\r\n\r\n"
        ).encode()

    def _part_head(self, part: OutgoingPart) -> bytes:
        if any(c in "\r\n\0" for c in part.content_id + part.content_type):
            raise ValueError("a Content-ID or Content-Type holds a line end")
        return (
            f"\r\n--{self._boundary}\r\nContent-Type: {part.content_type}\r\n"
            f"Content-Transfer-Encoding: binary\r\nContent-ID: <{part.content_id}>\r\n\r\n"
        ).encode()

    def _tail(self) -> bytes:
        return f"\r\n--{self._boundary}--\r\n".encode()

    def length(self, root: bytes, parts: Iterable[OutgoingPart]) -> int | None:
        """Bytes of the whole message, or None when a part does not tell its length."""
        total = len(self._root_head()) + len(root) + len(self._tail())
        for part in parts:
            if part.length is None:
                return None
            total += len(self._part_head(part)) + part.length
        return total

    def chunks(self, root: bytes, parts: Iterable[OutgoingPart]) -> Iterator[bytes | memoryview]:
        """The message, piece by piece. Raises `ValueError` when a part is not as long as it said."""
        yield self._root_head() + root
        for part in parts:
            yield self._part_head(part)
            sent = 0
            for piece in part.chunks:
                sent += len(piece)
                yield piece
            if part.length is not None and sent != part.length:
                raise ValueError(f"part <{part.content_id}> gave {sent} bytes and announced {part.length}")
        yield self._tail()
