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
class Coded:
    """A code of a role or of a purpose of use, as a token states it."""

    code: str
    system: str
    """OID, URN or name of the code system."""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling, as far as the gate could establish; travels with the request into audit."""

    name: str = "anonymous"
    """The person or machine: NameID of the assertion, else the subject of the certificate."""
    certificate: bytes | None = None
    """DER of the TLS client certificate."""
    issuer: str = ""
    """Who vouches for `name`: Issuer of the assertion."""
    alias: str = ""
    """NameID/@SPProvidedID. # ITI TF-2 3.40.4.2"""
    full_name: str = ""
    """Plain name, `subject-id`: for the audit trail, never for a log."""
    roles: tuple[Coded, ...] = ()
    organisation: str = ""
    """Identifier of the structure the caller acts for."""
    organisation_name: str = ""
    purposes_of_use: tuple[Coded, ...] = ()
    patient_id: str = ""
    """Whose record the assertion is for, `resource-id`, as CX."""
    assertion_id: str = ""
    signer: bytes | None = None
    """DER of the certificate that signed the assertion."""

    @property
    def vouched(self) -> bool:
        """Whether somebody is named by an assertion, beyond the machine that sends."""
        return bool(self.issuer or self.assertion_id)


class Refused(Exception):
    """The gate does not let this request pass.

    `code` is the WS-Security fault subcode (`wsse:InvalidSecurity` …); the message tells the client little.
    """

    def __init__(self, code: str, message: str, *, reason: str = "", claimed: Caller | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason or message
        """The whole truth, for log and audit: which check failed, on what. Never a patient."""
        self.claimed = claimed
        """Who it says it is, as far as that could be read; nothing of it is believed."""


class Gate(Protocol):
    def admit(self, credentials: Credentials) -> Caller:
        """The caller of an admissible request; raises `Refused`."""
        ...


class OpenGate:
    """Lets everyone in: for test benches, and networks that authenticate elsewhere."""

    def admit(self, credentials: Credentials) -> Caller:
        return Caller(certificate=credentials.certificate)
