"""The checks of a token in their order, from the message as it came to a token that may act."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from lxml import etree

from security.certificates import CertificateRefused, TrustStore, Usage, ValidatedCertificate
from security.gate import Caller, Credentials
from security.saml import checks
from security.saml.cache import AssertionCache, key_of
from security.saml.checks import AssertionCheck, expiry
from security.saml.locating import Located, locate
from security.saml.policy import AssertionPolicy
from security.saml.reading import read_assertion
from security.saml.refusals import Check, Reason, TokenRefused, of_certificate, of_signature
from security.saml.replay import ReplayStore, check_replay
from security.saml.token import Connection, Proved, Token
from security.saml.values import Assertion
from security.xmlsignature import ASSERTION, ClaimedAssertion, SignatureProfile, SignatureRefused, read
from security.xmlsignature import Reason as SignatureReason
from security.xmlsignature import names as xn
from security.xmlsignature.parsing import identifiers, parse


class Trust(Protocol):
    """Where the trust store of the moment is: `security.certificates.LiveTrust`."""

    @property
    def current(self) -> TrustStore: ...


@dataclass(frozen=True, slots=True)
class FixedTrust:
    """A trust store that does not change."""

    current: TrustStore


@dataclass(frozen=True, slots=True)
class Step:
    """One of the checks 11 to 18."""

    check: Check
    run: AssertionCheck
    always: bool
    """Made again when the assertion is remembered."""


STEPS: tuple[Step, ...] = (
    Step(Check.ISSUER, checks.version, always=False),
    Step(Check.ISSUER, checks.issued, always=True),
    Step(Check.SUBJECT, checks.subject, always=False),
    Step(Check.CONFIRMATION, checks.confirmation, always=True),
    Step(Check.CONDITIONS, checks.conditions, always=True),
    Step(Check.AUTHENTICATION, checks.authentication, always=True),
    Step(Check.ATTRIBUTES, checks.attributes, always=False),
    Step(Check.BINDING, checks.binding, always=True),
)


def now() -> datetime:
    return datetime.now(UTC)


def _signer_usages(_: etree._Element) -> Sequence[Usage]:
    return (Usage.SEAL, Usage.SIGN)


def _never(_: etree._Element) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Demands:
    """What a profile asks of the signature; each function sees the assertion as claimed, before it is proved."""

    profiles: tuple[SignatureProfile, ...] = (ASSERTION,)
    """Tried in turn, the next one only when an algorithm is not of the one before."""
    usages: Callable[[etree._Element], Sequence[Usage]] = _signer_usages
    """For which of these the signer's certificate must be good: one is enough."""
    believed: Callable[[ValidatedCertificate, etree._Element], None] = lambda *_: None
    """Further demands on the certificate; raises `TokenRefused`."""
    unsigned: Callable[[etree._Element], bool] = _never
    """Whether this one may come without a signature."""


class Admission:
    """Proves tokens for one profile. May be used from many threads."""

    def __init__(
        self,
        trust: Trust,
        policy: AssertionPolicy,
        replays: ReplayStore,
        *,
        demands: Demands | None = None,
        steps: Sequence[Step] = STEPS,
        cache: AssertionCache | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """`cache`: None for one of its own."""
        self.trust, self.policy, self.replays, self.clock = trust, policy, replays, clock
        self.demands = demands or Demands()
        self.steps = tuple(steps)
        self.cache = AssertionCache() if cache is None else cache
        self._again = tuple(step for step in self.steps if step.always)
        self._audience = "\n".join(sorted(policy.audiences))

    def token(self, credentials: Credentials) -> Token:
        """The token of a message after every check; raises `TokenRefused`."""
        at, store = self.clock(), self.trust.current
        located = locate(credentials)
        self.check_place(located)
        key = key_of(located.octets, credentials.certificate, self._audience)
        proved = self.cache.get(key, store, at)
        remembered = proved is not None
        if proved is None:
            proved = self.prove(located, store, at)
        elif proved.signer is not None:
            believe(store, proved.signer.der, (proved.signer.usage,), at)
        token = Token(proved, connect(credentials, located, store, at))
        for step in self._again if remembered else self.steps:
            step.run(token, self.policy)
        check_replay(token, self.policy, self.replays)
        if not remembered:
            self.cache.put(key, store, proved, expiry(token, self.policy) + self.policy.skew)
        return token

    def check_place(self, located: Located) -> None:
        """Check 5: one signature, right after the Issuer (SAML 2.0 Core 2.3.3), or none where none is asked for."""
        assertion = located.assertion
        signatures = list(assertion.iter(xn.SIGNATURE))
        if not signatures:
            if not self.demands.unsigned(assertion):
                raise TokenRefused(Check.SIGNATURE_PLACE, Reason.UNSIGNED, "the assertion is not signed")
        elif len(signatures) > 1 or len(assertion) < 2 or assertion[1] is not signatures[0]:
            raise TokenRefused(
                Check.SIGNATURE_PLACE,
                Reason.SIGNATURE_PLACE,
                f"{len(signatures)} signatures in the assertion; one must stand right after the Issuer",
            )

    def prove(self, located: Located, store: TrustStore, at: datetime) -> Proved:
        """Checks 6 to 10: the assertion read from what was signed, and who signed it. Raises `TokenRefused`."""
        try:
            if next(located.assertion.iter(xn.SIGNATURE), None) is None:
                return Proved(read_assertion(_copy(located.assertion)), None)
            claimed = self._claimed(located.assertion)
            signer = believe(store, claimed.certificates[0], self.demands.usages(claimed.root), at)
            self.demands.believed(signer, claimed.root)
            signed = claimed.verify(signer.certificate)
        except SignatureRefused as error:
            raise of_signature(error) from None
        if signed.element.get("ID") != located.assertion.get("ID"):
            raise TokenRefused(Check.SIGNED_CONTENT, Reason.STRUCTURE, "what was signed is another assertion")
        return Proved(read_assertion(signed.element), signer)

    def _claimed(self, assertion: etree._Element) -> ClaimedAssertion:
        *others, last = self.demands.profiles
        for profile in others:
            try:
                return read(assertion, profile)
            except SignatureRefused as error:
                if error.reason is not SignatureReason.ALGORITHM:
                    raise
        return read(assertion, last)


def believe(store: TrustStore, der: bytes, usages: Sequence[Usage], at: datetime) -> ValidatedCertificate:
    """Check 8: the certificate, good for one of `usages`. Raises `TokenRefused` for what the first one says."""
    refused: CertificateRefused | None = None
    for usage in usages:
        try:
            return store.validate(der, usage, at=at)
        except CertificateRefused as error:
            refused = refused or error
    if refused is None:
        raise ValueError("no usage is asked for")
    raise of_certificate(refused)


def connect(credentials: Credentials, located: Located, store: TrustStore, at: datetime) -> Connection:
    """The connection, its client's certificate looked at again: connections live longer than lists."""
    peer = None
    if credentials.certificate is not None:
        try:
            peer = store.validate(credentials.certificate, Usage.AUTH, at=at)
        except CertificateRefused as error:
            raise of_certificate(error, Check.BINDING) from None
    return Connection(credentials.address, peer, located.message_id, at)


def _copy(assertion: etree._Element) -> etree._Element:
    """An assertion without a signature, under the same limits as one with it."""
    root = parse(etree.tostring(assertion, with_tail=False), ASSERTION.caps)
    identifiers(root)
    return root


def claimed(credentials: Credentials) -> Assertion | None:
    """What a message says of its sender, nothing of it proved: for audit of a refusal. None where it cannot be read."""
    header = credentials.header
    found = None if header is None else next(header.iter(xn.SAML_ASSERTION), None)
    if found is None:
        return None
    try:
        return read_assertion(_copy(found))
    except (TokenRefused, SignatureRefused):
        return None


def claimed_caller(credentials: Credentials) -> Caller:
    """The same as a caller, for `Refused.claimed`."""
    assertion = claimed(credentials)
    if assertion is None:
        return Caller(certificate=credentials.certificate)
    return Caller(
        name=assertion.name_id,
        certificate=credentials.certificate,
        issuer=assertion.issuer,
        alias=assertion.alias,
        assertion_id=assertion.id,
    )
