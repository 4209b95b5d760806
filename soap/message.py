"""What passes between the host and a service: `Request` in, `Reply` out, and the `Operation` that binds them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from lxml import etree


class Packaging(Enum):
    """How an operation travels, in both directions; ITI TF-2 V.8.1."""

    SIMPLE = "application/soap+xml"
    MTOM = "multipart/related"


@dataclass(frozen=True, slots=True)
class Addressing:
    """The WS-Addressing headers of a message; absent ones are `None`."""

    action: str | None = None
    message_id: str | None = None
    to: str | None = None
    reply_to: str | None = None
    relates_to: str | None = None
    fault_to: str | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end of the connection."""

    address: str
    """Network address, without the port."""
    certificate: bytes | None = None
    """DER of the TLS client certificate, when one was shown and verified."""


class Attachment(Protocol):
    """One MIME part after the root, or one inline base64 document, as a stream to be read once."""

    @property
    def content_id(self) -> str:
        """Without `<>`; empty when the part has none."""
        ...

    @property
    def content_type(self) -> str: ...

    def chunks(self) -> Iterator[bytes | memoryview]:
        """The bytes, in pieces valid until the next one is asked for.

        Raises `soap.faults.Fault` when the message ends early, breaks a limit, or the client stalls.
        """
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """A message after envelope, addressing and dispatch were checked."""

    body: etree._Element
    """The only child of soap:Body."""
    header: etree._Element | None
    """soap:Header."""
    addressing: Addressing
    root: bytes
    """The bytes of the envelope exactly as received."""
    packaging: Packaging
    """As received; an operation is answered in its own packaging."""
    attachments: Iterable[Attachment]
    """The parts in the order they come over the wire. Each must be read before the next is asked for."""
    peer: Peer
    caller: Any = None
    """What the gate made of the credentials."""


@dataclass(frozen=True, slots=True)
class OutgoingPart:
    """A part of an MTOM answer."""

    content_id: str
    """Without `<>`."""
    content_type: str
    chunks: Iterable[bytes | memoryview]
    length: int | None = None
    """Bytes that `chunks` gives, when known beforehand: an answer whose parts all tell it carries a Content-Length."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer of a service: the body element as bytes, without envelope."""

    body: bytes | Iterable[bytes]
    """One element with its namespaces declared, whole or in pieces."""
    parts: Iterable[OutgoingPart] = ()
    """MTOM only."""
    outcome: str = "Success"
    """`Success`, `PartialSuccess` or `Failure`: for logs, metrics and audit."""
    error_codes: tuple[str, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)
    """What logs may say of this exchange (counts, ids of ours). Never a patient, never document content."""
    audit: Mapping[str, Any] = field(default_factory=dict)
    """What the audit trail alone is told (ids of patients and documents, the query). Never document content."""


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One XSD violation of the body."""

    path: str
    """XPath from the body element."""
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One transaction as the wire knows it."""

    transaction: str
    """`ITI-42`."""
    name: str
    """WSDL operation: `DocumentRegistry_RegisterDocumentSet-b`."""
    element: str
    """`{namespace}local` of the request's body element."""
    action: str
    """wsa:Action of the request."""
    response_action: str
    packaging: Packaging
    handler: Callable[[Request], Reply]
    schema: Callable[[], etree.XMLSchema] | None = None
    """XSD of the body element; validated before `handler` is called, after the gate."""
    invalid: Callable[[Request, list[SchemaError]], Reply] | None = None
    """Answers a body that breaks `schema` as a content error; without it the host answers a Sender fault."""
    attached: str | None = None
    """The element, `{namespace}local`, that alone may hold an xop:Include: else a Sender fault. None: not checked."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may cost. Bytes unless said otherwise."""

    root: int = 16 << 20
    """The envelope, or the MIME root part."""
    total: int = 4 << 30
    """The whole HTTP body."""
    part_header: int = 16 << 10
    parts: int = 1_000
    """MIME parts in one message."""
    spool: int = 64 << 20
    """Parts that come before the root part wait on disk, up to this."""
    elements: int = 200_000
    """XML elements in the envelope."""
    depth: int = 64
    """XML nesting."""
    namespaces: int = 20_000
    """Namespace declarations in the envelope."""
    stall: float = 60.0
    """Seconds that a peer may neither send nor take a byte."""
    drain: int = 64 << 20
    """What is still read of a refused message, so that its sender comes to see the answer."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One finished HTTP exchange, for logs, metrics and audit."""

    service: str
    transaction: str
    """`ITI-42`; empty when dispatch did not get that far."""
    message_id: str
    """wsa:MessageID, or empty."""
    outcome: str
    """`Success`, `PartialSuccess`, `Failure` or `Fault`."""
    error_codes: tuple[str, ...]
    seconds: float
    bytes_in: int
    bytes_out: int
    peer: Peer
    status: int
    """HTTP status."""
    notes: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""
    """Reason of the fault, when there is one; or why an answer broke off on its way."""
    subcodes: tuple[str, ...] = ()
    """Those of the fault."""
    addressing: Addressing = field(default_factory=Addressing)
    caller: Any = None
    """What the gate made of the credentials; None when it did not let the request pass, or was not reached."""
    request: Request | None = None
    """For audit alone; None when dispatch did not get that far. Its attachments were read already."""
    audit: Mapping[str, Any] = field(default_factory=dict)
    """Of the reply, even when it broke off on its way; or of the fault."""
