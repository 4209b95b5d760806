"""Explains a VIHF: every check with its verdict, going on after the first one that fails."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from cryptography import x509

from dmp.vihf.checks import demands, steps
from dmp.vihf.messages import ABOUT, About, french
from dmp.vihf.options import VihfOptions
from dmp.vihf.vihf import Vihf
from security.certificates import CertificateRefused, TrustStore, Usage, ValidatedCertificate
from security.gate import Credentials
from security.refusals import Reason
from security.saml import (
    STEPS,
    Admission,
    Assertion,
    Check,
    FixedTrust,
    InProcessReplays,
    Step,
    Token,
    TokenRefused,
    claimed,
    credentials_of,
    wsse_security,
)
from security.saml import names as n
from security.saml.admission import connect
from security.saml.locating import Located, locate
from security.saml.making import envelope
from security.saml.token import Connection, Proved

_ENVELOPE: Final = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?Envelope[\s>]")
_DECLARATION: Final = re.compile(rb"^\s*<\?xml[^>]*\?>")


class Verdict(Enum):
    OK = "ok"
    REFUSED = "refusé"
    NOT_CHECKED = "non vérifié"


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one check."""

    check: Check
    verdict: Verdict
    detail: str = ""
    """In French."""
    refusal: TokenRefused | None = None
    """Of a check that refused."""

    @property
    def about(self) -> About:
        return ABOUT[self.check]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A VIHF as it was judged."""

    findings: tuple[Finding, ...]
    """One per check, in their order."""
    assertion: Assertion | None
    """What it says; proved only where the findings say so."""

    @property
    def accepted(self) -> bool:
        return all(each.verdict is not Verdict.REFUSED for each in self.findings)


def message_of(data: bytes) -> bytes:
    """The SOAP envelope in a captured message, or one around a bare wsse:Security or Assertion."""
    begins = _ENVELOPE.search(data)
    if begins is not None:
        prefix = begins[1] + b":" if begins[1] else b""
        closing = b"</%bEnvelope>" % prefix
        ends = data.rfind(closing)
        return data[begins.start() : ends + len(closing) if ends > 0 else len(data)]
    token = _DECLARATION.sub(b"", data).strip()
    security = token if re.match(rb"<(?:[\w.-]+:)?Security[\s>]", token) else wsse_security(token)
    return envelope(security, b'<request xmlns="urn:carnet:none"/>', action="urn:carnet:none")


def explain(
    data: bytes,
    options: VihfOptions,
    *,
    at: datetime,
    store: TrustStore | None = None,
    certificate: bytes | None = None,
) -> Explanation:
    """Judges a file: a token, a Security header, an envelope or a captured message.

    Without `store` no certificate is judged; without `certificate` (DER, of the TLS client) no connection is.
    """
    try:
        credentials = credentials_of(message_of(data), certificate=certificate)
    except TokenRefused as error:
        return Explanation(tuple(_sequence(error, ())), None)
    judge = _Judge(options, store, at)
    return judge.explain(credentials)


class _Judge:
    def __init__(self, options: VihfOptions, store: TrustStore | None, at: datetime) -> None:
        self._options, self._store, self._at = options, store, at
        trust = FixedTrust(store) if store is not None else FixedTrust(_BELIEVES_ALL)
        self._admission = Admission(
            trust,
            options.policy(),
            InProcessReplays(),
            demands=demands(options),
            steps=steps(options),
            clock=lambda: at,
        )

    def explain(self, credentials: Credentials) -> Explanation:
        store = self._admission.trust.current
        try:
            located = locate(credentials)
            self._admission.check_place(located)
            proved = self._admission.prove(located, store, self._at)
        except TokenRefused as error:
            said = claimed(credentials)
            return Explanation(tuple(_sequence(error, self._unproved(said))), said)
        findings = {check: Finding(check, Verdict.OK) for check in Check}
        if self._store is None:
            findings[Check.CERTIFICATE] = Finding(
                Check.CERTIFICATE, Verdict.NOT_CHECKED, "donnez --trust pour juger le certificat"
            )
        if proved.signer is None:
            for check in (Check.SIGNATURE_SHAPE, Check.KEY_INFO, Check.CERTIFICATE, Check.SIGNATURE):
                findings[check] = Finding(check, Verdict.NOT_CHECKED, "l'assertion n'est pas signée")
        findings[Check.REPLAY] = _NOT_REPLAYED
        for finding in self._content(proved, credentials, located, store):
            findings[finding.check] = finding
        return Explanation(tuple(findings.values()), proved.assertion)

    def _content(
        self, proved: Proved, credentials: Credentials, located: Located, store: TrustStore
    ) -> Iterator[Finding]:
        try:
            connection = connect(credentials, located, store, self._at)
        except TokenRefused as error:
            yield _refused(error)
            connection = Connection(credentials.address, None, located.message_id, self._at)
        chosen = self._admission.steps
        if connection.peer is None:
            yield Finding(Check.BINDING, Verdict.NOT_CHECKED, "donnez --tls-cert, le certificat de la connexion")
            chosen = tuple(step for step in chosen if step.check is not Check.BINDING)
            if _OF_THE_CONNECTION & {each.method for each in proved.assertion.confirmations}:
                yield Finding(Check.CONFIRMATION, Verdict.NOT_CHECKED, "elle porte sur la connexion")
                chosen = tuple(step for step in chosen if step.check is not Check.CONFIRMATION)
        yield from self._run(chosen, Token(proved, connection))

    def _unproved(self, assertion: Assertion | None) -> tuple[Finding, ...]:
        """What the token says for itself; who vouches for it is not known."""
        if assertion is None:
            return ()
        token = Token(Proved(assertion, None), Connection("", None, "", self._at))
        attributes = Step(Check.ATTRIBUTES, lambda t, _: _read(t, self._options), always=False)
        chosen = (*(step for step in STEPS if step.check is not Check.BINDING), attributes)
        refused = {finding.check: finding for finding in self._run(chosen, token)}
        passed = {check: Finding(check, Verdict.OK, "d'après l'assertion, qui n'est pas prouvée") for check in _ALONE}
        return tuple({**passed, **refused}.values())

    def _run(self, chosen: tuple[Step, ...], token: Token) -> Iterator[Finding]:
        """The first refusal of each check."""
        seen: set[Check] = set()
        for step in chosen:
            try:
                step.run(token, self._admission.policy)
            except TokenRefused as error:
                if error.check not in seen:
                    seen.add(error.check)
                    yield _refused(error)


_OF_THE_CONNECTION: Final = frozenset({n.HOLDER_OF_KEY, n.SENDER_VOUCHES})
"""Methods of confirmation that say something of who opened the connection."""
_ALONE: Final = (Check.CONFIRMATION, Check.CONDITIONS, Check.AUTHENTICATION, Check.ATTRIBUTES)
"""Checks that concern what the assertion says, whoever vouches for it."""
_NOT_REPLAYED: Final = Finding(Check.REPLAY, Verdict.NOT_CHECKED, "seul un serveur sait ce qu'il a déjà vu")


class _BelievesAll(TrustStore):
    """For a token that is looked at without a trust store: whoever signed it is taken for who he says he is.

    The findings say that nobody judged the certificate; no gate ever sees this.
    """

    def __init__(self) -> None:
        pass

    def validate(self, certificate: x509.Certificate | bytes, usage: Usage, *, at: datetime) -> ValidatedCertificate:
        der = certificate if isinstance(certificate, bytes) else b""
        try:
            parsed = x509.load_der_x509_certificate(der)
        except ValueError as error:
            raise CertificateRefused(Reason.MALFORMED, str(error)) from None
        return ValidatedCertificate(parsed, der, usage, (parsed,), (), at, at)


_BELIEVES_ALL: Final = _BelievesAll()


def _read(token: Token, options: VihfOptions) -> None:
    Vihf.read(token.assertion, options)


def _refused(error: TokenRefused) -> Finding:
    return Finding(error.check, Verdict.REFUSED, french(error), error)


def _sequence(error: TokenRefused, content: tuple[Finding, ...]) -> Iterator[Finding]:
    """Structural checks stop at the first that fails; of the content, what could be read is judged."""
    found = {finding.check: finding for finding in content}
    for check in Check:
        if check is error.check:
            yield _refused(error)
        elif check.value < error.check.value and check.value < Check.ISSUER.value:
            yield Finding(check, Verdict.OK)
        elif check in found:
            yield found[check]
        elif check is Check.REPLAY:
            yield _NOT_REPLAYED
        else:
            yield Finding(check, Verdict.NOT_CHECKED, f"arrêté au contrôle {error.check.value}")
