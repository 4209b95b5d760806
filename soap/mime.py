"""Media types and MIME part headers: RFC 2045 5.1, RFC 2231, RFC 5322 2.2."""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

# token or quoted-string; a value may also carry characters that should have been quoted (Axis2 writes start-info bare)
_PARAMETER = re.compile(r';\s*(?:([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]*))\s*)?', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_TYPE = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*")


@dataclass(frozen=True, slots=True)
class MediaType:
    """A parsed Content-Type."""

    name: str
    """`type/subtype` in lower case; empty when there is none."""
    parameters: dict[str, str]
    """Names in lower case, values as sent without quotes; the first of a repeated name counts."""

    def get(self, parameter: str) -> str:
        """The value of a parameter, or an empty string."""
        return self.parameters.get(parameter, "")


class MimeError(ValueError):
    """A header that does not follow its grammar."""


@lru_cache(maxsize=256)
def parse_media_type(text: str) -> MediaType:
    """Read a Content-Type value; raises `MimeError`. The result is shared: do not change it."""
    if not text.strip():
        return MediaType("", {})
    match = _TYPE.match(text)
    if match is None:
        raise MimeError(f"Content-Type {text[:200]!r} does not begin with type/subtype")
    name, position = match.group(1).lower(), match.end()
    raw: dict[str, str] = {}
    while position < len(text):
        parameter = _PARAMETER.match(text, position)
        if parameter is None:
            raise MimeError(f"Content-Type parameter {text[position : position + 80]!r} is not name=value")
        position = parameter.end()
        if parameter.group(1):
            quoted, bare = parameter.group(2), parameter.group(3)
            value = _ESCAPE.sub(r"\1", quoted) if quoted is not None else bare
            raw.setdefault(parameter.group(1).lower(), value)
    return MediaType(name, _extended(raw) if any("*" in key for key in raw) else raw)


def _extended(raw: dict[str, str]) -> dict[str, str]:
    """Join `name*0`, `name*1*` … and decode `name*=charset''text`. RFC 2231 3 and 4."""
    plain = {key: value for key, value in raw.items() if "*" not in key}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for key, value in raw.items():
        name, star, rest = key.partition("*")
        if not star:
            continue
        number = rest.removesuffix("*")
        if number and not number.isdecimal():
            raise MimeError(f"Content-Type parameter {key!r} is not numbered as RFC 2231 says")
        pieces.setdefault(name, []).append((int(number or 0), rest.endswith("*") or not rest, value))
    for name, found in pieces.items():
        found.sort()
        if [number for number, _, _ in found] != list(range(len(found))):
            raise MimeError(f"Content-Type parameter {name!r} lacks a piece")
        charset = "utf-8"
        value = ""
        for place, encoded, text in found:
            piece = text
            if encoded:
                if place == 0 and piece.count("'") >= 2:
                    charset, _, piece = piece.split("'", 2)
                try:
                    piece = unquote(piece, encoding=charset or "utf-8", errors="replace")
                except LookupError:
                    raise MimeError(f"Content-Type parameter {name!r} is in unknown charset {charset!r}") from None
            value += piece
        plain.setdefault(name, value)
    return plain


def parse_header_block(block: bytes) -> dict[str, str]:
    """Headers of a MIME part; names in lower case, folded lines joined, the first of a repeated name counts.

    Raises `MimeError` for a line that is no header.
    """
    headers: dict[str, str] = {}
    last: list[str] = []
    name = ""
    for line in block.decode("utf-8", "surrogateescape").replace("\r\n", "\n").split("\n"):
        if line[:1] in (" ", "\t"):
            last.append(line.strip())
            continue
        if name:
            headers.setdefault(name, " ".join(last))
        name = ""
        if not line:
            continue
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or not name:
            raise MimeError(f"MIME header line {line[:80]!r} has no name and colon")
        last = [value.strip()]
    if name:
        headers.setdefault(name, " ".join(last))
    return headers
