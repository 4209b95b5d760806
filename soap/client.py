"""A SOAP 1.2 client: WS-Addressing, MTOM as streams in both directions, a pool of connections, mutual TLS."""

import logging
import ssl
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import uuid4

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from soap import envelope
from soap.faults import Fault
from soap.message import Limits, OutgoingPart
from soap.mime import MediaType, MimeError, parse_media_type
from soap.mtom import MtomMessage, MtomWriter
from soap.multipart import PIECE
from soap.names import FAULT, MULTIPART_TYPE, SOAP_TYPE
from soap.response import Reading, Response, SoapFault, TransportError, fault_of, not_soap, told
from soap.tap import Crossing

__all__ = ["Response", "SoapClient", "SoapFault", "TransportError"]

_log = logging.getLogger("carnet.soap")

_XML_TYPES = frozenset((SOAP_TYPE, "application/xop+xml", "text/xml", "application/xml"))
_WHOLE = 256 << 10  # a message up to this goes out in one piece


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
        headers: Callable[[], Sequence[bytes]] | None = None,
    ) -> None:
        """`timeout`: seconds that the service may stay silent; `pool`: connections kept; `tls`: the context for https,
        with a client certificate in it for mutual TLS; `limits`: what an answer may cost (`total` is not applied);
        `on_exchange`: is shown each exchange as it crosses the wire, as soon as an answer begins; `headers`: makes the
        soap:Header blocks of each message anew, such as a security token that serves once.
        """
        self.url = url
        self._on_exchange = on_exchange
        self._headers = headers
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

        `body` is one element with its namespaces declared; `headers` are soap:Header blocks, beside those that the
        client makes for each message; `parts` go as MTOM and are read while they are sent. Raises `SoapFault` for a
        fault and `TransportError` for want of an answer; what a part raises while it is read comes through.
        """
        if parts and not mtom:
            raise ValueError("parts travel as MTOM: call with mtom=True")
        message_id = message_id or f"urn:uuid:{uuid4()}"
        if self._headers is not None:
            headers = (*headers, *self._headers())
        root = envelope.write_request(action, message_id, self.url, body, headers)
        response = self._exchange(root, parts, mtom)
        try:
            self._check(response, action, message_id)
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
            raise TransportError(f"{self.url}: {told(error)}", unknown=not _never_sent(error)) from error
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
            raise not_soap(http, str(error)) from None
        read = Reading(http, crossing).read
        if media.name == MULTIPART_TYPE:
            return self._receive_mtom(http, media, read)
        if media.name not in _XML_TYPES:
            beginning = read(200).decode("utf-8", "replace")
            raise not_soap(http, f"Content-Type {media.name or 'missing'}, beginning {' '.join(beginning.split())!r}")
        pieces, size = [], 0
        while piece := read(PIECE):
            size += len(piece)
            if size > self._limits.root:
                raise not_soap(http, f"the envelope is larger than {self._limits.root} bytes")
            pieces.append(piece)
        return Response(http, b"".join(pieces), self._limits, None)

    def _receive_mtom(self, http: urllib3.BaseHTTPResponse, media: MediaType, read: Any) -> Response:
        try:
            mtom = MtomMessage(read, media, self._limits)
        except Fault as fault:
            raise not_soap(http, fault.reason) from None
        try:
            return Response(http, mtom.root, self._limits, mtom)
        except BaseException:
            mtom.close()
            raise

    def _check(self, response: Response, action: str, message_id: str) -> None:
        if response.body.tag == FAULT:
            raise fault_of(response)
        if response.status != 200:
            raise TransportError(f"HTTP {response.status} with a message that is no fault", unknown=True)
        relates_to = response.addressing.relates_to
        if relates_to and relates_to != message_id:
            raise TransportError(f"the answer relates to {relates_to[:200]!r}, another message", unknown=True)
        wanted, got = f"{action}Response", response.addressing.action
        if action.startswith("urn:ihe:") and got != wanted:
            # ITI TF-2 V.3.2.1.2 (IHE-WSP208). Its body says what it is: were it thrown away for its header, the caller
            # would be in doubt about what the service did
            told_as = f"wsa:Action {got[:200]!r}" if got else "no wsa:Action"
            _log.warning("%s: the answer has %s; it should have %r", self.url, told_as, wanted)


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
