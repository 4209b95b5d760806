"""Carries messages to a gate as the SOAP host does, and tells what became of them."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding

from security.gate import Caller, Credentials, Gate, Refused
from security.issuing import CertifiedKey
from security.saml import TokenRefused, credentials_of
from soap.envelope import parse
from soap.faults import Fault
from soap.message import Limits

LIMITS = Limits()


@dataclass(frozen=True)
class Outcome:
    """What a message met: a caller, or who refused it and why."""

    caller: Caller | None
    reason: str = ""
    code: str = ""
    told: str = ""

    @property
    def accepted(self) -> bool:
        return self.caller is not None


def credentials(raw: bytes, certified: CertifiedKey | None, address: str = "127.0.0.1") -> Credentials:
    """Through the parser that the server uses; raises its `Fault`."""
    envelope = parse(raw, LIMITS)
    return Credentials(envelope.header, envelope.body, raw, address, der_of(certified))


def der_of(certified: CertifiedKey | None) -> bytes | None:
    return None if certified is None else certified.certificate.public_bytes(Encoding.DER)


def meet(gate: Gate, raw: bytes, certified: CertifiedKey | None) -> Outcome:
    """At the gate alone, with what it would refuse in an envelope that the host lets through."""
    try:
        found = credentials_of(raw, address="127.0.0.1", certificate=der_of(certified))
    except TokenRefused as refused:
        return Outcome(None, str(refused), refused.subcode, refused.told)
    return _admit(gate, found)


def meet_at_host(gate: Gate, raw: bytes, certified: CertifiedKey | None) -> Outcome:
    """Behind the parser of the host: only its `Fault` and the `Refused` of the gate may come."""
    try:
        found = credentials(raw, certified)
    except Fault as fault:
        return Outcome(None, f"envelope: {fault.reason}", "envelope", fault.reason)
    return _admit(gate, found)


def _admit(gate: Gate, found: Credentials) -> Outcome:
    try:
        return Outcome(gate.admit(found))
    except Refused as refused:
        return Outcome(None, refused.reason, refused.code, str(refused))
