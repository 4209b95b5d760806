"""Content-Transfer-Encoding undone piece by piece. RFC 2045 6."""

import binascii
from collections.abc import Callable, Iterator

from soap import faults

_IDENTITY = frozenset(("", "binary", "8bit", "7bit"))
_BLANKS = b" \t\r\n"
_LINE = 64 << 10

Pieces = Iterator[bytes | memoryview]


def decoder(encoding: str) -> Callable[[Pieces], Pieces] | None:
    """What turns encoded pieces into content; None when they are content already. Raises `Fault` for an unknown one."""
    name = encoding.partition(";")[0].strip().lower()
    if name in _IDENTITY:
        return None
    if name == "base64":
        return decode_base64
    if name == "quoted-printable":
        return _decode_quoted_printable
    raise faults.sender(f"Content-Transfer-Encoding {encoding[:40]!r} is not one of binary, 8bit, 7bit, base64 …")


def decode_base64(pieces: Pieces) -> Pieces:
    """Content of base64 text; blanks are ignored, anything else that is not base64 raises `Fault`."""
    rest = b""
    padded = False
    for piece in pieces:
        text = rest + bytes(piece).translate(None, _BLANKS)
        usable = len(text) - len(text) % 4
        rest = text[usable:]
        if not usable:
            continue
        if padded:
            raise faults.sender("base64 content goes on after its padding")
        padded = text[usable - 1 : usable] == b"="
        try:
            yield binascii.a2b_base64(text[:usable], strict_mode=True)
        except binascii.Error as error:
            raise faults.sender(f"content announced as base64 is not: {error}") from None
    if rest:
        raise faults.sender("base64 content ends in the middle of a group of four characters")


def _decode_quoted_printable(pieces: Pieces) -> Pieces:
    """RFC 2045 6.7; decoded line by line, as an escape never spans two except as a soft line break."""
    rest = b""
    for piece in pieces:
        text = rest + bytes(piece)
        usable = text.rfind(b"\n") + 1
        rest = text[usable:]
        if len(rest) > _LINE:
            raise faults.sender("a line of quoted-printable content is too long")
        if usable:
            yield binascii.a2b_qp(text[:usable])
    if rest:
        yield binascii.a2b_qp(rest)
