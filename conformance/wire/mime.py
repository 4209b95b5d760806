"""MIME multipart/related with XOP: written by hand, read by the standard library."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from email import policy
from email.message import MIMEPart
from email.parser import BytesHeaderParser, BytesParser
from typing import Any, Final

SOAP12: Final = "application/soap+xml"
XOP: Final = "application/xop+xml"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart message."""

    content: bytes
    content_id: str = ""
    """Without angle brackets."""
    content_type: str = "application/octet-stream"
    headers: tuple[tuple[str, str], ...] = ()
    """As received, or more of them to send."""


@dataclass(frozen=True, slots=True)
class Package:
    """A multipart/related message to be sent: the root first, then its parts. # ITI TF-2 V.8"""

    root: bytes
    parts: tuple[Part, ...] = ()
    action: str = ""
    boundary: str = field(default_factory=lambda: f"conformance-{uuid.uuid4()}")
    root_id: str = "root@conformance"
    newline: bytes = b"\r\n"

    @property
    def content_type(self) -> str:
        action = f'; action="{self.action}"' if self.action else ""
        return (
            f'multipart/related; boundary="{self.boundary}"; type="{XOP}"; start="<{self.root_id}>"; '
            f'start-info="{SOAP12}"{action}'
        )

    def body(self) -> bytes:
        """The bytes, preamble to closing delimiter."""
        end = self.newline
        out = bytearray()
        for part in (Part(self.root, self.root_id, f'{XOP}; charset=UTF-8; type="{SOAP12}"'), *self.parts):
            lines = [
                f"--{self.boundary}",
                f"Content-Type: {part.content_type}",
                "Content-Transfer-Encoding: binary",
                f"Content-ID: <{part.content_id}>",
                *(f"{name}: {value}" for name, value in part.headers),
            ]
            out += end.join(line.encode("latin-1") for line in lines) + end + end + part.content + end
        return bytes(out + f"--{self.boundary}--".encode("latin-1") + end)


class BadMime(ValueError):
    """A body that is not what its Content-Type says."""


def parameters(content_type: str) -> tuple[str, dict[str, str]]:
    """Media type in lower case, and the parameters. # RFC 2045 5.1"""
    header = BytesHeaderParser(policy=policy.HTTP).parsebytes(
        b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    )
    found: Any = header["Content-Type"]
    return (found.content_type.lower(), dict(found.params)) if found is not None else ("", {})


def read(content_type: str, body: bytes) -> list[Part]:
    """The parts of a multipart body, root first where `start` names it. Raises `BadMime`. # RFC 2387 3.2"""
    media, given = parameters(content_type)
    boundary = given.get("boundary", "")
    if not media.startswith("multipart/") or not boundary:
        raise BadMime(f"Content-Type {content_type!r} is no multipart with a boundary")
    if b"--" + boundary.encode("latin-1", "replace") not in body:
        raise BadMime(f"no delimiter --{boundary} stands in the body")
    if b"--" + boundary.encode("latin-1", "replace") + b"--" not in body:
        raise BadMime(f"the closing delimiter --{boundary}-- is missing: the body is cut short")
    try:
        message = BytesParser(policy=policy.HTTP).parsebytes(
            b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n" + body
        )
        found = [_part(each) for each in message.iter_parts()]
    except (ValueError, LookupError, AttributeError, IndexError, TypeError) as error:
        raise BadMime(f"the parts cannot be read: {error}") from None
    if not found:
        raise BadMime("the multipart body has no part")
    start = given.get("start", "").strip("<>")
    first = [part for part in found if start and part.content_id == start] or found[:1]
    return first + [part for part in found if part is not first[0]]


def _part(message: MIMEPart) -> Part:
    payload: Any = message.get_payload(decode=True)
    return Part(
        payload or b"",
        str(message.get("Content-ID", "")).strip().strip("<>"),
        str(message.get("Content-Type", "")),
        tuple((name, str(value)) for name, value in message.items()),
    )


def whole(parts: Sequence[Part]) -> dict[str, Part]:
    """By Content-ID."""
    return {part.content_id: part for part in parts if part.content_id}
