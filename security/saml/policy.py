"""What is asked of an assertion, beyond a signature that holds: options, the same for every request."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from security.saml import names as n


class Reuse(StrEnum):
    """What an assertion that was seen before is worth."""

    ONCE = "once"
    """Nothing: one assertion, one message."""
    PER_MESSAGE = "per-message"
    """It serves for further messages over connections of the same TLS certificate, each MessageID once."""


@dataclass(frozen=True, slots=True)
class AssertionPolicy:
    """Options of the checks 11 to 17."""

    audiences: frozenset[str] = frozenset()
    """Who we are, for AudienceRestriction."""
    audience_required: bool = True
    conditions_required: bool = True
    """Conditions with NotOnOrAfter; without it `lifetime` counts from IssueInstant."""
    lifetime: timedelta = timedelta(hours=12)
    """From IssueInstant, or NotBefore, to NotOnOrAfter, at most."""
    skew: timedelta = timedelta(seconds=60)
    """How far clocks may differ."""
    methods: frozenset[str] = frozenset({n.BEARER, n.HOLDER_OF_KEY})
    """Of SubjectConfirmation."""
    confirmation_required: bool = True
    recipients: frozenset[str] = frozenset()
    """Where it names a Recipient, one of these; empty: not looked at."""
    check_address: bool = True
    """Where it names an Address, that is the peer's. To be put off behind a proxy that hides it."""
    authn_required: bool = True
    authn_statements: int = 10
    """At most."""
    authn_classes: frozenset[str] | None = None
    """None: every class of SAML 2.0."""
    tls_required: bool = True
    """The sender opened the connection with a certificate that is believed."""
    reuse: Reuse = Reuse.PER_MESSAGE
    single: frozenset[str] = field(default_factory=frozenset)
    """Attributes that may have one value only."""
