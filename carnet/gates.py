"""From the gate of a profile to the fault that the client sees: little is told to the client, everything to the log."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from secrets import token_hex
from typing import Final

import structlog

from carnet.auditor import Auditor
from security.certificates import CertificateRefused, LiveTrust, Usage
from security.gate import Caller, Credentials, Gate, Refused
from soap.faults import Fault
from soap.message import Operation, Reply, Request

PREFIXES: Final = {"dmp": "urn:dmp"}
"""Of fault subcodes that are no standard's. The DMP's own namespace is in no public source."""


class CertificateGate:
    """Asks for a client certificate that holds now, whatever it held for when the connection was opened.

    Connections live longer than revocation lists. `inner` then says who calls.
    """

    def __init__(self, trust: LiveTrust, inner: Gate) -> None:
        self._trust, self._inner = trust, inner

    def admit(self, credentials: Credentials) -> Caller:
        claimed = Caller(certificate=credentials.certificate)
        if credentials.certificate is None:
            raise _refused("the connection has no client certificate", claimed)
        try:
            self._trust.current.validate(credentials.certificate, Usage.AUTH, at=datetime.now(UTC))
        except CertificateRefused as error:
            raise _refused(f"client certificate: {error}", claimed) from None
        return self._inner.admit(credentials)


class OptionalToken:
    """Looks at an assertion where there is one; whoever brings none is let in as nobody."""

    def __init__(self, inner: Gate, without: Gate) -> None:
        self._inner, self._without = inner, without

    def admit(self, credentials: Credentials) -> Caller:
        header = credentials.header
        # any element that could be meant as one: nothing broken passes for absent
        brought = header is not None and any(
            isinstance(each.tag, str) and each.tag.rpartition("}")[2] in ("Assertion", "EncryptedAssertion")
            for each in header.iter()
        )
        return (self._inner if brought else self._without).admit(credentials)


def _refused(reason: str, claimed: Caller) -> Refused:
    told = "The security token could not be authenticated or authorized"
    return Refused("wsse:FailedAuthentication", told, reason=reason, claimed=claimed)


def admitting(gate: Gate, auditor: Auditor | None = None, *, explain: bool = False) -> Callable[[Request], Caller]:
    """The gate as the SOAP host calls it; `explain`: the client is told what the log is told."""

    def admit(request: Request) -> Caller:
        if auditor is not None:
            auditor.require()
        peer = request.peer
        try:
            return gate.admit(Credentials(request.header, request.body, request.root, peer.address, peer.certificate))
        except Refused as refusal:
            raise fault_of(refusal, refusal.claimed, explain=explain) from None

    return admit


def guarded(operation: Operation, *, explain: bool = False) -> Operation:
    """The same operation, in which a service may still refuse the caller once it knows whom the message is about."""
    handler = operation.handler

    def handle(request: Request) -> Reply:
        try:
            return handler(request)
        except Refused as refusal:
            raise fault_of(refusal, request.caller, explain=explain) from None

    return replace(operation, handler=handle)


def fault_of(refusal: Refused, claimed: Caller | None, *, explain: bool) -> Fault:
    """The fault of a refusal, with a reference under which the log has the reason."""
    reference = token_hex(8)
    structlog.get_logger().warning("not let in", reference=reference, code=refusal.code, reason=refusal.reason)
    told = f"{refusal}: {refusal.reason}" if explain and refusal.reason != str(refusal) else str(refusal)
    return Fault(
        "Sender",
        f"{told} (reference {reference})",
        subcode=refusal.code,
        audit={"refused": refusal.reason, "claimed": claimed},
        prefixes=PREFIXES,
    )
