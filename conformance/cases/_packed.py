"""A multipart message of which every byte of the framing can be changed. # RFC 2046 5.1.1; ITI TF-2 V.8.2"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from conformance.cases._soap import vouched
from conformance.messages import names as n
from conformance.messages.edits import Edit
from conformance.messages.envelope import Envelope
from conformance.messages.objects import Entry, Submission, content_id
from conformance.trial import Trial
from conformance.wire.mime import SOAP12, XOP

ACTION: Final = n.ACTIONS["ITI-41"][0]
CONTENT: Final = b"A letter of one line, with =3D in it\r\n"
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Packed:
    """A multipart message, every byte of its framing in sight."""

    root: bytes
    entry: Entry
    boundary: str = "conformance=MIME=boundary"
    announced: str = ""
    """The boundary as the Content-Type has it; between quotes when empty."""
    root_id: str = "<root@conformance.example>"
    parameters: tuple[tuple[str, str], ...] = (
        ("type", f'"{XOP}"'),
        ("boundary", ""),
        ("start", '"<root@conformance.example>"'),
        ("start-info", f'"{SOAP12}"'),
    )
    media: str = "multipart/related"
    root_headers: Headers = (
        ("Content-Type", f'{XOP}; charset=UTF-8; type="{SOAP12}"'),
        ("Content-Transfer-Encoding", "binary"),
        ("Content-ID", "<root@conformance.example>"),
    )
    part_headers: Headers = ()
    """Of the document's part; empty: the usual ones."""
    content: bytes = CONTENT
    """As it stands in the part."""
    preamble: bytes = b""
    epilogue: bytes = b"\r\n"
    padding: bytes = b""
    """Behind each boundary."""
    root_first: bool = True
    more: tuple[tuple[Headers, bytes], ...] = ()
    """Parts behind the others."""
    http: Headers = ()
    fold: str = " "
    """Between a header's name and its value."""
    coding: Callable[[bytes], bytes] = field(default=lambda body: body)

    @property
    def content_type(self) -> str:
        written = [f"{name}={value or self.announced or quoted(self.boundary)}" for name, value in self.parameters]
        return "; ".join([self.media, *written])

    def body(self) -> bytes:
        usual = (
            ("Content-Type", self.entry.mime_type),
            ("Content-Transfer-Encoding", "binary"),
            ("Content-ID", f"<{content_id(self.entry)}>"),
        )
        parts = [(self.root_headers, self.root), (self.part_headers or usual, self.content)]
        out = bytearray(self.preamble)
        for headers, content in (*(parts if self.root_first else parts[::-1]), *self.more):
            out += b"--" + self.boundary.encode() + self.padding + b"\r\n"
            out += b"".join(f"{name}:{self.fold}{value}\r\n".encode() for name, value in headers)
            out += b"\r\n" + content + b"\r\n"
        return self.coding(bytes(out + b"--" + self.boundary.encode() + b"--" + self.padding + self.epilogue))


def quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def usual(trial: Trial, made: Submission, *edits: Edit) -> Packed:
    """ITI-41 with the first document of `made` in a part, as everybody packs it."""
    envelope = Envelope(made.provide(edits), ACTION, trial.url("ITI-41"), headers=vouched(trial, "ITI-41"))
    return Packed(envelope.xml(), made.entries[0], content=made.entries[0].content)
