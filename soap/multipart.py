"""A MIME multipart body as a stream: one part at a time, never held in memory. RFC 2046 5.1."""

import re
from collections.abc import Callable, Iterator

from soap import faults
from soap.message import Limits
from soap.mime import MimeError, parse_header_block
from soap.transferencoding import decoder

PIECE = 256 << 10
"""Bytes asked of the source at once."""
_PREAMBLE = 64 << 10
_PADDING = 64
"""Blanks that may follow a boundary on its line."""


class Part:
    """One MIME part: headers at once, content as a stream that is read once."""

    __slots__ = ("_reader", "content_id", "content_type", "headers")

    def __init__(self, reader: "MultipartReader", headers: dict[str, str]) -> None:
        self._reader = reader
        self.headers = headers
        self.content_id = strip_brackets(headers.get("content-id", ""))
        """Without `<>`; empty when the part has none."""
        self.content_type = headers.get("content-type", "application/octet-stream")

    def chunks(self) -> Iterator[bytes | memoryview]:
        """The content, with its Content-Transfer-Encoding undone. Raises `Fault` when the message ends early."""
        decode = decoder(self.headers.get("content-transfer-encoding", ""))
        raw = self._reader.content(self)
        return raw if decode is None else decode(raw)


def strip_brackets(content_id: str) -> str:
    """A Content-ID without its `<>`."""
    content_id = content_id.strip()
    if content_id.startswith("<") and content_id.endswith(">"):
        return content_id[1:-1].strip()
    return content_id


class MultipartReader:
    """Reads parts one after the other from `read(n)`, which returns at most about n bytes and b"" at the end.

    Line ends are CRLF. A message whose first boundary line ends with a bare LF is read with LF throughout (some
    senders write their MIME headers that way); within one message the two are not mixed.
    Whatever precedes the first boundary and follows the last is ignored.
    """

    def __init__(self, read: Callable[[int], bytes], boundary: str, limits: Limits) -> None:
        if not boundary or len(boundary) > 200:
            raise faults.sender("the multipart Content-Type has no usable boundary parameter (1 to 70 characters)")
        self._read = read
        self._limits = limits
        self._buffer = b""
        self._at = 0
        self._parts = 0
        self._dash_boundary = b"--" + boundary.encode("utf-8", "surrogateescape")
        self._current: Part | None = None
        self._skip = 0  # of the current part: bytes at _at that stand before its content
        self._line = b"\n"
        self.ended = False
        """The closing boundary was read."""
        self._expect(self._line)
        self._find_first_boundary()

    def _expect(self, line: bytes) -> None:
        """Set how lines end; a delimiter is a line end, the boundary, then `--` or the end of its line."""
        self._line = line
        self._delimiter = line + self._dash_boundary
        end = rb"\r\n" if line == b"\r\n" else rb"\r?\n"
        self._pattern = re.compile(re.escape(self._delimiter) + rb"(?:(--)|[ \t]{0,%d}%b)" % (_PADDING, end))
        self._window = len(self._delimiter) + _PADDING + 2

    def _fill(self) -> None:
        """Take more bytes in, dropping those before `_at`."""
        more = self._read(PIECE)
        if not more:
            raise faults.sender("the multipart message ends before its closing boundary")
        self._buffer = self._buffer[self._at :] + more if self._at < len(self._buffer) else more
        self._at = 0

    def _find_first_boundary(self) -> None:
        self._buffer = b"\n"
        while True:
            match = self._pattern.search(self._buffer)
            if match is not None:
                break
            if len(self._buffer) > _PREAMBLE:
                raise _no_boundary()
            more = self._read(PIECE)
            if not more:
                raise _no_boundary()
            self._buffer += more
        if match.group(1):
            raise faults.sender("the multipart message has no part")
        if self._buffer.endswith(b"\r\n", match.start(), match.end()):
            self._expect(b"\r\n")
        self._at = match.end()

    def next_part(self) -> Part | None:
        """The next part, or None after the last; what was not read of the part before is skipped."""
        if self._current is not None:
            for _ in self.content(self._current):
                pass
        if self.ended:
            return None
        self._parts += 1
        if self._parts > self._limits.parts:
            raise faults.sender(f"the message has more than {self._limits.parts} MIME parts")
        self._current = Part(self, self._headers())
        self._skip = len(self._line)
        return self._current

    def _headers(self) -> dict[str, str]:
        """Read up to the blank line; its line end stays in the buffer: it may open the delimiter of an empty part."""
        blank = self._line * 2
        limit = self._limits.part_header
        if self._starts_with(self._line):
            return {}
        while True:
            found = self._buffer.find(blank, self._at, self._at + limit + len(blank))
            if found >= 0:
                break
            if len(self._buffer) - self._at > limit:
                raise faults.sender(f"the headers of a MIME part are longer than {limit} bytes or never end")
            self._fill()
        block = self._buffer[self._at : found]
        self._at = found + len(self._line)
        try:
            return parse_header_block(block)
        except MimeError as error:
            raise faults.sender(str(error)) from None

    def _starts_with(self, text: bytes) -> bool:
        while len(self._buffer) - self._at < len(text):
            self._fill()
        return self._buffer.startswith(text, self._at)

    def content(self, part: Part) -> Iterator[bytes | memoryview]:
        """The raw content of the current part. Pieces are views of the read buffer."""
        if part is not self._current:
            return
        while True:
            begin = self._at + self._skip
            found = self._buffer.find(self._delimiter, self._at)
            match = self._pattern.search(self._buffer, found) if found >= 0 else None
            if match is not None:
                self.ended = match.group(1) is not None
                self._at = match.end()
                self._current = None
                if match.start() > begin:
                    yield memoryview(self._buffer)[begin : match.start()]
                return
            # only a line end near the end of the buffer can open a delimiter that is not complete yet
            keep = self._buffer.find(self._line[:1], max(self._at, len(self._buffer) - self._window))
            if keep < 0:
                keep = len(self._buffer)
            if keep > begin:
                piece = memoryview(self._buffer)[begin:keep]
                self._at, self._skip = keep, 0
                yield piece
                if part is not self._current:
                    return
            self._fill()


def _no_boundary() -> Exception:
    return faults.sender("the boundary that Content-Type announces is not found in the body")
