"""The parts of a multipart body, for showing: whatever can be told apart, however wrong the rest is."""

import re
from dataclasses import dataclass
from email.message import Message as Header
from typing import Final

_MOST: Final = 64
_HEAD: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """One part, as far as it could be read."""

    headers: tuple[tuple[str, str], ...]
    content: bytes
    root: bool = False

    def header(self, name: str) -> str:
        """The value of a header; empty when there is none."""
        return next((value for given, value in self.headers if given.lower() == name), "")

    @property
    def content_id(self) -> str:
        return self.header("content-id")

    @property
    def content_type(self) -> str:
        return self.header("content-type")


def split(content_type: str, body: bytes) -> tuple[Part, ...]:
    """The parts between the boundaries; none when there is no boundary or it does not occur. # RFC 2046 5.1.1"""
    boundary = parameter(content_type, "boundary")
    if not boundary:
        return ()
    delimiter = re.compile(
        rb"(?:\A|\r?\n)--" + re.escape(boundary.encode("latin-1", "replace")) + rb"(--)?[ \t]*(?:\r?\n|\Z)"
    )
    marks = []
    for mark in delimiter.finditer(body):
        marks.append(mark)
        if mark[1] or len(marks) > _MOST:
            break
    parts = []
    for index, mark in enumerate(marks):
        if mark[1]:
            break
        end = marks[index + 1].start() if index + 1 < len(marks) else len(body)
        parts.append(_part(body[mark.end() : max(mark.end(), end)]))
    return _with_root(content_type, parts)


def _part(data: bytes) -> Part:
    if data.startswith((b"\r\n", b"\n")):
        return Part((), data.lstrip(b"\r").removeprefix(b"\n"))
    gap = re.search(rb"\r?\n\r?\n", data[:_HEAD])
    if gap is None:
        return Part((), data)
    return Part(headers(data[: gap.start()]), data[gap.end() :])


def _with_root(content_type: str, parts: list[Part]) -> tuple[Part, ...]:
    """The root is the part that `start` names, else the first. # RFC 2387 3.2"""
    if not parts:
        return ()
    start = parameter(content_type, "start").strip("<>")
    index = next((i for i, part in enumerate(parts) if start and part.content_id.strip().strip("<>") == start), 0)
    return tuple(Part(p.headers, p.content, True) if i == index else p for i, p in enumerate(parts))


def headers(head: bytes) -> tuple[tuple[str, str], ...]:
    """Name and value of each header line; folded lines joined, lines that are no header left out."""
    unfolded = re.sub(rb"\r?\n[ \t]+", b" ", head)
    lines = (line.decode("latin-1") for line in unfolded.splitlines())
    return tuple(
        (name.strip(), value.strip()) for name, colon, value in (line.partition(":") for line in lines) if colon
    )


def parameter(value: str, name: str) -> str:
    """A parameter of a Content-Type; empty when it is not there or cannot be read. # RFC 2045 5.1"""
    header = Header()
    try:
        header["Content-Type"] = " ".join(value.split())
        found = header.get_param(name)
    except (ValueError, TypeError, IndexError):
        return ""
    if isinstance(found, tuple):
        found = found[2]
    return str(found) if found else ""


def unchunked(head: bytes, body: bytes) -> bytes:
    """A body without the framing of `Transfer-Encoding: chunked`, if it was sent so; as far as it is right."""
    if not any(n.lower() == "transfer-encoding" and "chunked" in v.lower() for n, v in headers(head)):
        return body
    size_line = re.compile(rb"\s*([0-9A-Fa-f]{1,8})[^\r\n]{0,200}\r?\n")
    out, at = bytearray(), 0
    while (size := size_line.match(body, at)) and (length := int(size[1], 16)):
        out += body[size.end() : size.end() + length]
        at = size.end() + length
    return bytes(out) if out else body
