"""A token on its way through the checks: what it says, who signed it, and over which connection it came."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from security.certificates import ValidatedCertificate
from security.saml.values import Assertion


@dataclass(frozen=True, slots=True)
class Connection:
    """What does not come from the token: nothing of it can be chosen by who made the token."""

    address: str
    peer: ValidatedCertificate | None
    """Of the TLS client; None where it showed none."""
    message_id: str
    """wsa:MessageID; not signed."""
    at: datetime
    """Now."""


@dataclass(frozen=True, slots=True)
class Proved:
    """An assertion read from what was really signed."""

    assertion: Assertion
    signer: ValidatedCertificate | None
    """None for an assertion without a signature, where a profile has such."""
    facts: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What a profile reads out of the assertion, and of it alone: read once, however often it is asked for."""


@dataclass(frozen=True, slots=True)
class Token:
    """The assertion and the connection."""

    proved: Proved
    connection: Connection

    @property
    def assertion(self) -> Assertion:
        return self.proved.assertion

    @property
    def signer(self) -> ValidatedCertificate | None:
        return self.proved.signer
