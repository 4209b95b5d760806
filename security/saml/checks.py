"""The checks 11 to 18 of an assertion, each a small function that raises `TokenRefused` or says nothing.

They see values only: the XML is gone. Those of `ONCE` depend on the assertion and the certificates alone; those of
`ALWAYS` on the clock, the connection or what was seen before, and are made again when an assertion is remembered.
"""

import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from security.saml import names as n
from security.saml.policy import AssertionPolicy
from security.saml.refusals import Check, Reason, TokenRefused
from security.saml.token import Token
from security.saml.values import Authentication, Confirmation

AssertionCheck: TypeAlias = Callable[[Token, AssertionPolicy], None]

_LONGEST_NAME: Final = 1024


def version(token: Token, policy: AssertionPolicy) -> None:
    """SAML 2.0 Core 2.3.3."""
    del policy
    if not token.assertion.id:
        raise TokenRefused(Check.ISSUER, Reason.STRUCTURE, "the assertion has no ID")
    if token.assertion.version != "2.0":
        raise TokenRefused(
            Check.ISSUER, Reason.VERSION, f"Version is {token.assertion.version!r}; SAML 2.0 assertions are read"
        )


def issued(token: Token, policy: AssertionPolicy) -> None:
    """IssueInstant is not in the future."""
    later = token.assertion.issue_instant - token.connection.at
    if later > policy.skew:
        raise TokenRefused(
            Check.ISSUER,
            Reason.ISSUED_LATER,
            f"IssueInstant is {_seconds(later)} in the future; clocks may differ by {_seconds(policy.skew)}",
        )


def subject(token: Token, policy: AssertionPolicy) -> None:
    """The NameID is one word for one person: nothing in it that people or programs read differently."""
    del policy
    check_identifier(token.assertion.name_id, "NameID")


def check_identifier(text: str, what: str, check: Check = Check.SUBJECT) -> None:
    """Raises `TokenRefused` for white space around it, control or direction marks in it, or look-alike characters."""
    fault = None
    if text != text.strip():
        fault = "has white space around it"
    elif len(text) > _LONGEST_NAME:
        fault = f"is longer than {_LONGEST_NAME} characters"
    elif not text.isascii():
        if any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for character in text):
            fault = "holds control or direction characters"
        elif unicodedata.normalize("NFKC", text) != text:
            fault = "is not in the form NFKC, so that it could be taken for another"
    elif not text.isprintable():
        fault = "holds control characters"
    if fault:
        raise TokenRefused(check, Reason.SUBJECT, f"{what} {fault}")


def confirmation(token: Token, policy: AssertionPolicy) -> None:
    """One SubjectConfirmation holds here; SAML 2.0 Core 2.4.1.1."""
    found = token.assertion.confirmations
    if not found:
        if policy.confirmation_required:
            raise TokenRefused(Check.CONFIRMATION, Reason.CONFIRMATION, "there is no SubjectConfirmation")
        return
    refused = []
    for each in found:
        try:
            _confirm(each, token, policy)
        except TokenRefused as error:
            refused.append(error)
        else:
            return
    raise refused[0]


def _confirm(found: Confirmation, token: Token, policy: AssertionPolicy) -> None:
    if found.method not in policy.methods:
        raise TokenRefused(
            Check.CONFIRMATION,
            Reason.CONFIRMATION,
            f"the method {found.method!r} is not accepted; {', '.join(sorted(policy.methods))} are",
        )
    _within(found.not_before, found.not_on_or_after, token.connection.at, policy, Check.CONFIRMATION)
    if found.recipient and policy.recipients and found.recipient not in policy.recipients:
        raise TokenRefused(Check.CONFIRMATION, Reason.CONFIRMATION, f"is for the recipient {found.recipient!r}")
    if found.address and policy.check_address and found.address != token.connection.address:
        raise TokenRefused(Check.CONFIRMATION, Reason.CONFIRMATION, f"is for the address {found.address!r}")
    peer = token.connection.peer
    if found.method == n.HOLDER_OF_KEY and (peer is None or peer.der not in found.certificates):
        raise TokenRefused(
            Check.CONFIRMATION, Reason.HOLDER_OF_KEY, "the holder of the key is not who opened the connection"
        )
    if found.method == n.SENDER_VOUCHES and peer is None:
        raise TokenRefused(
            Check.CONFIRMATION, Reason.CONFIRMATION, "sender-vouches, and the sender showed no certificate"
        )


def conditions(token: Token, policy: AssertionPolicy) -> None:
    """SAML 2.0 Core 2.5.1: understood, ours, and now."""
    found = token.assertion.conditions
    if found is None or found.not_on_or_after is None:
        if policy.conditions_required:
            raise TokenRefused(Check.CONDITIONS, Reason.NO_CONDITIONS, "there are no Conditions with NotOnOrAfter")
        if token.connection.at - policy.skew >= expiry(token, policy):
            raise TokenRefused(
                Check.CONDITIONS,
                Reason.EXPIRED,
                f"issued {_seconds(token.connection.at - token.assertion.issue_instant)} ago without NotOnOrAfter; "
                f"such an assertion holds for {_seconds(policy.lifetime)}",
            )
    if found is None:
        if policy.audience_required:
            raise TokenRefused(Check.CONDITIONS, Reason.AUDIENCE, "there is no AudienceRestriction")
        return
    if found.unknown:
        raise TokenRefused(
            Check.CONDITIONS, Reason.UNKNOWN_CONDITION, f"the condition {found.unknown[0]} is not understood"
        )
    _within(found.not_before, found.not_on_or_after, token.connection.at, policy, Check.CONDITIONS)
    begins = min(found.not_before or token.assertion.issue_instant, token.assertion.issue_instant)
    if found.not_on_or_after is not None and found.not_on_or_after - begins > policy.lifetime:
        raise TokenRefused(
            Check.CONDITIONS,
            Reason.LIFETIME,
            f"holds for {_seconds(found.not_on_or_after - begins)}; {_seconds(policy.lifetime)} are allowed",
        )
    if not found.audiences and policy.audience_required:
        raise TokenRefused(Check.CONDITIONS, Reason.AUDIENCE, "there is no AudienceRestriction")
    if any(not (audience & policy.audiences) for audience in found.audiences):
        ours = ", ".join(sorted(policy.audiences)) or "nothing"
        raise TokenRefused(Check.CONDITIONS, Reason.AUDIENCE, f"is meant for another audience than {ours}")


def expiry(token: Token, policy: AssertionPolicy) -> datetime:
    """When the assertion ends, skew left aside."""
    found = token.assertion.conditions
    if found is not None and found.not_on_or_after is not None:
        return found.not_on_or_after
    return token.assertion.issue_instant + policy.lifetime


def authentication(token: Token, policy: AssertionPolicy) -> None:
    """SAML 2.0 Core 2.7.2: how and when the subject was authenticated."""
    found = token.assertion.authentications
    if not found and policy.authn_required:
        raise TokenRefused(Check.AUTHENTICATION, Reason.AUTHENTICATION, "there is no AuthnStatement")
    if len(found) > policy.authn_statements:
        raise TokenRefused(
            Check.AUTHENTICATION,
            Reason.AUTHENTICATION,
            f"{len(found)} AuthnStatements; {policy.authn_statements} may stand",
        )
    for each in found:
        _authenticated(each, token.connection.at, policy)


def _authenticated(found: Authentication, at: datetime, policy: AssertionPolicy) -> None:
    fault = None
    if found.instant - at > policy.skew:
        fault = f"AuthnInstant is {_seconds(found.instant - at)} in the future"
    elif found.session_not_on_or_after is not None and at - policy.skew >= found.session_not_on_or_after:
        fault = "the session is over (SessionNotOnOrAfter)"
    elif not found.contexts:
        fault = "the AuthnStatement has no AuthnContext"
    else:
        wrong = next((each for each in found.contexts if not _allowed(each, policy)), None)
        if wrong is not None:
            fault = f"the AuthnContext {wrong!r} is not accepted"
    if fault:
        raise TokenRefused(Check.AUTHENTICATION, Reason.AUTHENTICATION, fault)


def _allowed(context: str, policy: AssertionPolicy) -> bool:
    if policy.authn_classes is not None:
        return context in policy.authn_classes
    return context.startswith(n.AUTHN_CLASSES) and len(context) > len(n.AUTHN_CLASSES)


def attributes(token: Token, policy: AssertionPolicy) -> None:
    """Attributes that mean one thing have one value."""
    for name in policy.single:
        values = {
            value for each in token.assertion.attributes if each.name.lower() == name.lower() for value in each.values
        }
        if len(values) > 1:
            raise TokenRefused(
                Check.ATTRIBUTES, Reason.ATTRIBUTE_REPEATED, f"{name} has {len(values)} values; it may have one"
            )


def binding(token: Token, policy: AssertionPolicy) -> None:
    """The assertion alone is signed; what binds it to the body of its message is the connection it came over."""
    if policy.tls_required and token.connection.peer is None:
        raise TokenRefused(Check.BINDING, Reason.NO_TLS_CERTIFICATE, "the connection has no client certificate")


ONCE: Final[tuple[AssertionCheck, ...]] = (version, subject, attributes)
ALWAYS: Final[tuple[AssertionCheck, ...]] = (issued, confirmation, conditions, authentication, binding)


def _within(
    begins: datetime | None, ends: datetime | None, at: datetime, policy: AssertionPolicy, check: Check
) -> None:
    if begins is not None and begins - at > policy.skew:
        raise TokenRefused(check, Reason.NOT_YET_VALID, f"holds in {_seconds(begins - at)} only (NotBefore)")
    if ends is not None and at - policy.skew >= ends:
        raise TokenRefused(check, Reason.EXPIRED, f"ended {_seconds(at - ends)} ago (NotOnOrAfter)")


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.0f} s"
