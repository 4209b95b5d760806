"""A SOAP 1.2 client: WS-Addressing, MTOM as streams in both directions, a pool of connections, mutual TLS."""

import ssl
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import urllib3
from lxml import etree
from urllib3.connection import HTTPConnection, HTTPSConnection

from soap import envelope
from soap.faults import Fault
from soap.message import Addressing, Attachment, Limits, OutgoingPart
from soap.mime import MediaType, MimeError, parse_media_type
from soap.mtom import MtomMessage, MtomWriter
from soap.multipart import PIECE
from soap.names import FAULT, MULTIPART_TYPE, SOAP12, SOAP_TYPE
from soap.tap import Crossing

_XML_TYPES = frozenset((SOAP_TYPE, "application/xop+xml", "text/xml", "application/xml"))
_WHOLE = 256 << 10  # a message up to this goes out in one piece
_AFTER_END = 64 << 10  # what may follow the closing boundary for the connection to be used again


class TransportError(Exception):
    """There is no SOAP answer: no connection, a broken or silent one, or something that is not SOAP 1.2."""

    def __init__(self, reason: str, *, unknown: bool, status: int | None = None) -> None:
        super().__init__(reason)
        self.unknown = unknown
        """The service may have received the message and acted on it."""
        self.status = status
        """HTTP status, when there was an answer at all."""


class SoapFault(Exception):
    """The service answered by a fault."""

    def __init__(self, code: str, subcodes: tuple[str, ...], reason: str, status: int, root: bytes) -> None:
        names = "/".join((code, *subcodes))
        super().__init__(f"{names}: {reason}" if reason else names)
        self.code = code
        """Local name: `Sender`, `Receiver`, `MustUnderstand`, `VersionMismatch`."""
        self.subcodes = subcodes
        """Local names, outermost first."""
        self.reason = reason
        self.status = status
        """HTTP status."""
        self.root = root
        """The envelope as received."""


class Response:
    """An answer. A context manager: leave it when the attachments are read, or no longer wanted."""

    def __init__(self, http: urllib3.BaseHTTPResponse, root: bytes, limits: Limits, mtom: MtomMessage | None) -> None:
        """Raises `TransportError` when `root` is no SOAP 1.2 envelope."""
        self._http = http
        self._mtom = mtom
        self.status = http.status
        self.root = root
        """The envelope as received."""
        try:
            message = envelope.parse(root, limits)
            self.addressing: Addressing = envelope.addressing_of(message.header)
        except Fault as fault:
            raise _not_soap(http, fault.reason) from None
        self.header = message.header
        self.body = message.body
        """The only child of soap:Body."""
        if mtom is None or mtom.ended:
            self._release()

    @property
    def mtom(self) -> bool:
        """The answer came as multipart/related."""
        return self._mtom is not None

    @property
    def attachments(self) -> Iterator[Attachment]:
        """The parts after the root, in their order; each is read before the next is asked for.

        They, and their `chunks`, raise `TransportError` when the answer breaks off.
        """
        if self._mtom is None:
            return
        incoming = self._mtom.attachments
        while True:
            try:
                part = next(incoming, None)
            except Fault as fault:
                raise _broken(fault) from fault
            if part is None:
                break
            yield _Received(part)
        self._release()

    def _release(self) -> None:
        """Give the connection back to the pool, when nothing more is to come on it."""
        try:
            over = len(self._http.read(_AFTER_END)) == _AFTER_END
        except (urllib3.exceptions.HTTPError, OSError):
            over = True
        if over:
            self._http.close()
        self._http.release_conn()

    def close(self) -> None:
        """Free what the answer holds. An answer not read to its end costs its connection."""
        if self._mtom is not None:
            self._mtom.close()
            if not self._mtom.ended:
                self._http.close()
        self._http.release_conn()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Received:
    """An attachment of an answer."""

    __slots__ = ("_part", "content_id", "content_type")

    def __init__(self, part: Attachment) -> None:
        self._part = part
        self.content_id = part.content_id
        self.content_type = part.content_type

    def chunks(self) -> Iterator[bytes | memoryview]:
        try:
            yield from self._part.chunks()
        except Fault as fault:
            raise _broken(fault) from fault


class SoapClient:
    """Calls one endpoint; may be used from many threads, and made before a fork as it connects at the first call."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 60.0,
        connect_timeout: float = 10.0,
        pool: int = 16,
        tls: ssl.SSLContext | None = None,
        limits: Limits | None = None,
        on_exchange: Callable[[Crossing], None] | None = None,
    ) -> None:
        """`timeout`: seconds that the service may stay silent; `pool`: connections kept; `tls`: the context for https,
        with a client certificate in it for mutual TLS; `limits`: what an answer may cost (`total` is not applied);
        `on_exchange`: is shown each exchange as it crosses the wire, as soon as an answer begins.
        """
        self.url = url
        self._on_exchange = on_exchange
        self._limits = limits or Limits()
        parsed = urllib3.util.parse_url(url)
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise ValueError(f"{url!r} is not an http or https URL")
        self._path = parsed.request_uri
        options: dict[str, Any] = {"maxsize": pool, "retries": False}
        options["timeout"] = urllib3.Timeout(connect=connect_timeout, read=timeout)
        self._pool: urllib3.HTTPConnectionPool
        if parsed.scheme == "https":
            context = tls or ssl.create_default_context()
            self._pool = urllib3.HTTPSConnectionPool(parsed.host, parsed.port, ssl_context=context, **options)
            self._pool.ConnectionCls = _patient(HTTPSConnection, timeout)
        else:
            self._pool = urllib3.HTTPConnectionPool(parsed.host, parsed.port, **options)
            self._pool.ConnectionCls = _patient(HTTPConnection, timeout)

    def call(
        self,
        action: str,
        body: bytes,
        *,
        parts: Sequence[OutgoingPart] = (),
        mtom: bool = False,
        headers: Sequence[bytes] = (),
        message_id: str | None = None,
    ) -> Response:
        """Send one request and wait for its answer.

        `body` is one element with its namespaces declared; `headers` are soap:Header blocks; `parts` go as MTOM and
        are read while they are sent. Raises `SoapFault` for a fault and `TransportError` for want of an answer;
        what a part raises while it is read comes through.
        """
        if parts and not mtom:
            raise ValueError("parts travel as MTOM: call with mtom=True")
        message_id = message_id or f"urn:uuid:{uuid4()}"
        root = envelope.write_request(action, message_id, self.url, body, headers)
        response = self._exchange(root, parts, mtom)
        try:
            self._check(response, message_id)
        except BaseException:
            response.close()
            raise
        return response

    def close(self) -> None:
        """Close the pooled connections."""
        self._pool.close()

    def _exchange(self, root: bytes, parts: Sequence[OutgoingPart], mtom: bool) -> Response:
        outgoing: _Outgoing | None = None
        if mtom:
            writer = MtomWriter()
            content: Any = writer.chunks(root, parts)
            length = writer.length(root, parts)
            http_headers = {"Content-Type": writer.content_type(), "MIME-Version": "1.0"}
            if length is not None:
                http_headers["Content-Length"] = str(length)
                content = b"".join(content) if length <= _WHOLE else content
            if not isinstance(content, bytes):
                content = outgoing = _Outgoing(content)
        else:
            content, http_headers = root, {"Content-Type": f"{SOAP_TYPE}; charset=UTF-8"}
        http_headers["Accept"] = f"{SOAP_TYPE}, {MULTIPART_TYPE}"
        crossing = None
        if self._on_exchange is not None:
            crossing = Crossing(self.url, http_headers)
            content = crossing.send(content)
        try:
            http = self._pool.urlopen(
                "POST", self._path, content, http_headers, redirect=False, preload_content=False, decode_content=False
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            if outgoing is not None and outgoing.error is not None:
                raise outgoing.error from None
            raise TransportError(f"{self.url}: {_told(error)}", unknown=not _never_sent(error)) from error
        try:
            if crossing is not None and self._on_exchange is not None:
                crossing.answered(http.status, http.headers)
                self._on_exchange(crossing)
            return self._receive(http, crossing)
        except BaseException:
            http.close()
            http.release_conn()
            raise

    def _receive(self, http: urllib3.BaseHTTPResponse, crossing: Crossing | None) -> Response:
        try:
            media = parse_media_type(http.headers.get("Content-Type") or "")
        except MimeError as error:
            raise _not_soap(http, str(error)) from None
        read = _Reading(http, crossing).read
        if media.name == MULTIPART_TYPE:
            return self._receive_mtom(http, media, read)
        if media.name not in _XML_TYPES:
            beginning = read(200).decode("utf-8", "replace")
            raise _not_soap(http, f"Content-Type {media.name or 'missing'}, beginning {' '.join(beginning.split())!r}")
        pieces, size = [], 0
        while piece := read(PIECE):
            size += len(piece)
            if size > self._limits.root:
                raise _not_soap(http, f"the envelope is larger than {self._limits.root} bytes")
            pieces.append(piece)
        return Response(http, b"".join(pieces), self._limits, None)

    def _receive_mtom(self, http: urllib3.BaseHTTPResponse, media: MediaType, read: Any) -> Response:
        try:
            mtom = MtomMessage(read, media, self._limits)
        except Fault as fault:
            raise _not_soap(http, fault.reason) from None
        try:
            return Response(http, mtom.root, self._limits, mtom)
        except BaseException:
            mtom.close()
            raise

    def _check(self, response: Response, message_id: str) -> None:
        if response.body.tag == FAULT:
            raise _fault(response)
        if response.status != 200:
            raise TransportError(f"HTTP {response.status} with a message that is no fault", unknown=True)
        relates_to = response.addressing.relates_to
        if relates_to and relates_to != message_id:
            raise TransportError(f"the answer relates to {relates_to[:200]!r}, another message", unknown=True)


class _Outgoing:
    """The pieces of a request; remembers what went wrong in reading them, as urllib3 would take it for the network."""

    def __init__(self, pieces: Iterator[bytes | memoryview]) -> None:
        self._pieces = pieces
        self.error: Exception | None = None

    def __iter__(self) -> Iterator[bytes | memoryview]:
        try:
            yield from self._pieces
        except Exception as error:
            self.error = error
            raise


class _Reading:
    """The body of an answer; what breaks it is a `TransportError`."""

    def __init__(self, http: urllib3.BaseHTTPResponse, crossing: Crossing | None) -> None:
        self._http = http
        self._crossing = crossing

    def read(self, size: int) -> bytes:
        try:
            piece = self._http.read(size)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise TransportError(f"the answer broke off: {_told(error)}", unknown=True) from error
        if self._crossing is not None:
            self._crossing.received(piece)
        return piece


def _patient(kind: type[Any], timeout: float) -> type[Any]:
    """A connection class whose connect timeout ends with connecting; sending then has `timeout` for each piece."""

    class Connection(kind):  # type: ignore[misc]
        def connect(self) -> None:
            super().connect()
            self.sock.settimeout(timeout)

    return Connection


def _never_sent(error: Exception) -> bool:
    """The connection was never made, so that the message cannot have arrived."""
    kinds = (
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.ConnectTimeoutError,
    )
    # a server that refuses our certificate says so only after TLS 1.3 let us send; our own refusal comes before
    return isinstance(error, kinds) or "CERTIFICATE_VERIFY_FAILED" in str(error)


def _told(error: Exception) -> str:
    """The error without urllib3's object representations."""
    return str(error).rpartition("): ")[2] or type(error).__name__


def _broken(fault: Fault) -> TransportError:
    return TransportError(f"the answer is broken: {fault.reason}", unknown=True)


def _not_soap(http: urllib3.BaseHTTPResponse, reason: str) -> TransportError:
    # a status from 300 to 499 says that the message was turned away
    turned_away = 300 <= http.status < 500
    where = f" (Location: {http.headers['Location']})" if "Location" in http.headers else ""
    text = f"HTTP {http.status}{where}: the answer is not a SOAP 1.2 message: {reason}"
    return TransportError(text, unknown=not turned_away, status=http.status)


def _fault(response: Response) -> SoapFault:
    names = {"s": SOAP12}
    body = response.body
    values = [text.rpartition(":")[2].strip() for text in _texts(body, ".//s:Code//s:Value", names)]
    reason = " ".join(text.strip() for text in _texts(body, "s:Reason/s:Text", names)[:1])
    code = values[0] if values else ""
    return SoapFault(code, tuple(values[1:]), reason, response.status, response.root)


def _texts(element: etree._Element, path: str, names: dict[str, str]) -> list[str]:
    return [found.text or "" for found in element.iterfind(path, names)]
