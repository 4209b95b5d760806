"""The gate that every request passes before its content is looked at."""

from dataclasses import dataclass
from typing import Protocol

from lxml import etree


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request brings to prove who is calling."""

    header: etree._Element | None
    """soap:Header."""
    body: etree._Element
    root: bytes
    """The envelope exactly as received."""
    address: str
    certificate: bytes | None
    """DER of the TLS client certificate."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling, as far as the gate could establish; travels with the request into audit."""

    name: str = "anonymous"
    certificate: bytes | None = None


class Refused(Exception):
    """The gate does not let this request pass.

    `code` is the WS-Security fault subcode (`wsse:InvalidSecurity` …); the message tells the client little.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Gate(Protocol):
    def admit(self, credentials: Credentials) -> Caller:
        """The caller of an admissible request; raises `Refused`."""
        ...


class OpenGate:
    """Lets everyone in: for test benches, and networks that authenticate elsewhere."""

    def admit(self, credentials: Credentials) -> Caller:
        return Caller(certificate=credentials.certificate)
