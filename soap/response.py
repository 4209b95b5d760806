"""The answer to a SOAP call: a message, a fault, or transport trouble."""

from collections.abc import Iterator
from types import TracebackType
from typing import Self

import urllib3
from lxml import etree

from soap import envelope
from soap.faults import Fault
from soap.message import Addressing, Attachment, Limits
from soap.mtom import MtomMessage
from soap.names import SOAP12
from soap.tap import Crossing

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
            raise not_soap(http, fault.reason) from None
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


class Reading:
    """The body of an answer; what breaks it is a `TransportError`."""

    def __init__(self, http: urllib3.BaseHTTPResponse, crossing: Crossing | None) -> None:
        self._http = http
        self._crossing = crossing

    def read(self, size: int) -> bytes:
        try:
            piece = self._http.read(size)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise TransportError(f"the answer broke off: {told(error)}", unknown=True) from error
        if self._crossing is not None:
            self._crossing.received(piece)
        return piece


def told(error: Exception) -> str:
    """The error without urllib3's object representations."""
    return str(error).rpartition("): ")[2] or type(error).__name__


def _broken(fault: Fault) -> TransportError:
    return TransportError(f"the answer is broken: {fault.reason}", unknown=True)


def not_soap(http: urllib3.BaseHTTPResponse, reason: str) -> TransportError:
    # a status from 300 to 499 says that the message was turned away
    turned_away = 300 <= http.status < 500
    where = f" (Location: {http.headers['Location']})" if "Location" in http.headers else ""
    text = f"HTTP {http.status}{where}: the answer is not a SOAP 1.2 message: {reason}"
    return TransportError(text, unknown=not turned_away, status=http.status)


def fault_of(response: Response) -> SoapFault:
    names = {"s": SOAP12}
    body = response.body
    values = [text.rpartition(":")[2].strip() for text in _texts(body, ".//s:Code//s:Value", names)]
    reason = " ".join(text.strip() for text in _texts(body, "s:Reason/s:Text", names)[:1])
    code = values[0] if values else ""
    return SoapFault(code, tuple(values[1:]), reason, response.status, response.root)


def _texts(element: etree._Element, path: str, names: dict[str, str]) -> list[str]:
    return [found.text or "" for found in element.iterfind(path, names)]
