"""An assertion that is no VIHF: the checks of SAML 2.0 and of IHE XUA, going on after the first that fails."""

from collections.abc import Iterator
from datetime import datetime

from cryptography import x509

from dmp.vihf.explain import message_of
from security.certificates import CertificateRefused, TrustStore, Usage, ValidatedCertificate
from security.refusals import Reason
from security.saml import (
    Admission,
    Assertion,
    AssertionPolicy,
    Connection,
    FixedTrust,
    InProcessReplays,
    Proved,
    Step,
    Token,
    TokenRefused,
    claimed,
    credentials_of,
)
from security.saml import names as n
from security.saml.admission import STEPS
from security.saml.locating import locate


class _Anybody(TrustStore):
    """Judges no certificate: for a file that is looked at without a trust store. Nothing is let in by it."""

    def __init__(self) -> None:
        pass

    def validate(self, certificate: x509.Certificate | bytes, usage: Usage, *, at: datetime) -> ValidatedCertificate:
        der = certificate if isinstance(certificate, bytes) else b""
        try:
            parsed = x509.load_der_x509_certificate(der)
        except ValueError as error:
            raise CertificateRefused(Reason.MALFORMED, str(error)) from None
        return ValidatedCertificate(parsed, der, usage, (parsed,), (), at, at)


def refusals(data: bytes, *, at: datetime, trust: TrustStore | None) -> tuple[Assertion | None, list[TokenRefused]]:
    """What the assertion in `data` says, and everything for which it would be refused.

    The audience and the connection are not judged: nobody says here for whom and over what it came.
    """
    try:
        credentials = credentials_of(message_of(data))
    except TokenRefused as error:
        return None, [error]
    policy = AssertionPolicy(
        audience_required=False, confirmation_required=False, check_address=False, tls_required=False
    )
    admission = Admission(FixedTrust(trust or _Anybody()), policy, InProcessReplays(), clock=lambda: at)
    refused: list[TokenRefused] = []
    said = claimed(credentials)
    try:
        located = locate(credentials)
        admission.check_place(located)
        proved = admission.prove(located, admission.trust.current, at)
        said = proved.assertion
    except TokenRefused as error:
        refused.append(error)
        if said is None:
            return None, refused
        proved = Proved(said, None)
    token = Token(proved, Connection("", None, "", at))
    refused += _run(_meant_for(said), token)
    return said, refused


def _meant_for(said: Assertion) -> AssertionPolicy:
    """Whoever the assertion is meant for: us."""
    audiences = frozenset().union(*said.conditions.audiences) if said.conditions else frozenset()
    return AssertionPolicy(
        audiences=audiences,
        audience_required=False,
        confirmation_required=False,
        check_address=False,
        tls_required=False,
    )


def _run(policy: AssertionPolicy, token: Token) -> Iterator[TokenRefused]:
    for step in STEPS:
        if _needs_connection(step, token):
            continue
        try:
            step.run(token, policy)
        except TokenRefused as error:
            yield error


def _needs_connection(step: Step, token: Token) -> bool:
    """Holder-of-key is a claim about the connection."""
    methods = {each.method for each in token.assertion.confirmations}
    return step.check.name == "CONFIRMATION" and n.HOLDER_OF_KEY in methods and token.connection.peer is None
