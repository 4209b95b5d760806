"""What crossed the wire, in a form that people read: the envelope indented, documents shortened, nothing made up."""

import re
from typing import Final

from lxml import etree

from soap.tap import Crossing

LINES: Final = 28
"""Lines of an envelope that an excerpt shows."""
_ENVELOPE: Final = re.compile(rb"<(?:([\w.-]+):)?Envelope\b.*?</(?:\1:)?Envelope\s*>", re.DOTALL)
_ONE_LINE: Final = re.compile(r"<((?:[\w.-]+:)?(?:Slot|Name|Description|ReplyTo))(?: [^>]*)?(?<!/)>.*?</\1>", re.DOTALL)
_BEGINNING = 120  # bytes shown of a MIME part
_HEADERS: Final = ("content-type", "content-length", "transfer-encoding")


def request_excerpt(crossing: Crossing, lines: int = LINES) -> str:
    """HTTP head, MIME heads, envelope and beginnings of documents of the request."""
    return "\n".join(
        [
            f"POST {crossing.url}",
            *_headers(crossing.request_headers),
            "",
            *_message(bytes(crossing.request), crossing.request_size, lines),
        ]
    )


def response_excerpt(crossing: Crossing, lines: int = LINES) -> str:
    """The same of the answer."""
    return "\n".join(
        [
            f"HTTP {crossing.status}",
            *_headers(crossing.response_headers),
            "",
            *_message(bytes(crossing.response), crossing.response_size, lines),
        ]
    )


def _headers(headers: dict[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items() if name.lower() in _HEADERS]


def _message(raw: bytes, size: int, lines: int) -> list[str]:
    found = _ENVELOPE.search(raw)
    if found is None:
        return [_text(raw[:_BEGINNING]) + f" … ({size} bytes)"]
    shown = _text(raw[: found.start()]).strip().splitlines()
    shown += [""] if shown else []
    shown += _shortened(_indented(found[0]), lines)
    return shown + _parts(raw[found.end() :], _boundary(raw[: found.start()]))


def _indented(envelope: bytes) -> list[str]:
    parser = etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True)
    try:
        element = etree.fromstring(envelope, parser)
    except etree.XMLSyntaxError:
        return _text(envelope).splitlines()
    text = etree.tostring(element, pretty_print=True, encoding="unicode")
    return _ONE_LINE.sub(lambda small: re.sub(r">\s+<", "><", small[0]), text).splitlines()


def _shortened(lines: list[str], most: int) -> list[str]:
    if len(lines) <= most + 1:
        return lines
    end = most // 4
    begin = most - end
    return [*lines[:begin], f"  … {len(lines) - most} lines …", *lines[-end:]]


def _boundary(head: bytes) -> bytes:
    """The delimiter line that begins a MIME message; empty for a message that is not multipart."""
    return head.partition(b"\r\n")[0] if head.startswith(b"--") else b""


def _parts(rest: bytes, delimiter: bytes) -> list[str]:
    """Heads and beginnings of the MIME parts after the envelope."""
    if not delimiter:
        return []
    shown: list[str] = []
    for part in rest.split(b"\r\n" + delimiter)[1:]:
        if part.startswith(b"--"):
            shown.append(f"{_text(delimiter)}--")
            break
        head, _, content = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
        shown += [_text(delimiter), *_text(head).splitlines(), "", _beginning(content)]
    return shown


def _beginning(content: bytes) -> str:
    text = " ".join(_text(content[:_BEGINNING]).split())
    return f"{text} …" if len(content) > _BEGINNING else text


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
