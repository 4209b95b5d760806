"""The XUA gate: a SAML 2.0 assertion with the attributes of IHE names who is calling. # ITI TF-2 3.40"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from security.certificates import Usage
from security.gate import Caller, Coded, Credentials
from security.names import DistinguishedName, DistinguishedNameError
from security.saml import names as n
from security.saml.admission import STEPS, Admission, Demands, Step, Trust, claimed_caller, now
from security.saml.policy import AssertionPolicy, Reuse
from security.saml.refusals import Check, Reason, TokenRefused
from security.saml.replay import ReplayStore
from security.saml.token import Token
from security.saml.values import CE, Assertion


@dataclass(frozen=True, slots=True)
class XuaOptions:
    """What this community asks of its tokens."""

    audiences: frozenset[str]
    """Who we are, for AudienceRestriction: usually the URL of the service. Every assertion must be meant for one."""
    issuers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Issuer → distinguished names of the certificates it signs with. Empty: whoever the trust store believes."""
    lifetime: timedelta = timedelta(hours=12)
    skew: timedelta = timedelta(seconds=60)
    usages: tuple[Usage, ...] = (Usage.SEAL, Usage.SIGN)
    """What the signer's certificate must be good for: one of these."""
    methods: frozenset[str] = frozenset({n.BEARER, n.HOLDER_OF_KEY})
    recipients: frozenset[str] = frozenset()
    authn_classes: frozenset[str] | None = None
    """None: every class of SAML 2.0."""
    required: frozenset[str] = frozenset()
    """Attributes without which an assertion is refused. # ITI TF-2 3.40.4.1.2 leaves that to the community"""
    tls_required: bool = True
    """Without it a bearer assertion is good for whoever sees it."""
    check_address: bool = True
    reuse: Reuse = Reuse.PER_MESSAGE

    def policy(self) -> AssertionPolicy:
        return AssertionPolicy(
            audiences=self.audiences,
            lifetime=self.lifetime,
            skew=self.skew,
            methods=self.methods,
            recipients=self.recipients,
            check_address=self.check_address,
            authn_classes=self.authn_classes,
            tls_required=self.tls_required,
            reuse=self.reuse,
        )


class XuaGate:
    """Lets in whoever brings an assertion that holds; a `security.gate.Gate`."""

    def __init__(
        self, trust: Trust, options: XuaOptions, replays: ReplayStore, *, clock: Callable[[], datetime] = now
    ) -> None:
        steps = (
            *STEPS,
            Step(Check.ISSUER, _issuer_check(options), always=False),
            Step(Check.ATTRIBUTES, _attribute_check(options), always=False),
        )
        self.admission = Admission(
            trust,
            options.policy(),
            replays,
            demands=Demands(usages=lambda _: options.usages),
            steps=sorted(steps, key=lambda step: step.check.value),
            clock=clock,
        )

    def admit(self, credentials: Credentials) -> Caller:
        try:
            return caller_of(self.admission.token(credentials))
        except TokenRefused as error:
            raise error.refused(claimed_caller(credentials)) from None


def caller_of(token: Token) -> Caller:
    """The caller that an accepted assertion names."""
    assertion, peer, signer = token.assertion, token.connection.peer, token.signer
    return Caller(
        name=assertion.name_id,
        certificate=None if peer is None else peer.der,
        issuer=assertion.issuer,
        alias=assertion.alias,
        full_name=_first(assertion, n.SUBJECT_ID),
        roles=coded(assertion, n.ROLE),
        organisation=_first(assertion, n.ORGANIZATION_ID),
        organisation_name=_first(assertion, n.ORGANIZATION),
        purposes_of_use=coded(assertion, n.PURPOSE_OF_USE),
        patient_id=_patient(assertion),
        assertion_id=assertion.id,
        signer=None if signer is None else signer.der,
    )


def coded(assertion: Assertion, name: str) -> tuple[Coded, ...]:
    """The codes under a name as the gate hands them on."""
    return tuple(Coded(each.code, each.system, each.display) for each in assertion.codes(name))


def _patient(assertion: Assertion) -> str:
    """The patient that the assertion is about: none where it names several, as it may. # ITI TF-2 3.40.4.1.2"""
    named = {text.strip() for text in assertion.texts(n.RESOURCE_ID)}
    return assertion.patient if len(named) == 1 else ""


def _first(assertion: Assertion, name: str) -> str:
    return next(iter(assertion.texts(name)), "").strip()


def _issuer_check(options: XuaOptions) -> Callable[[Token, AssertionPolicy], None]:
    names = {issuer: frozenset(map(DistinguishedName.parse, held)) for issuer, held in options.issuers.items()}

    def issuer(token: Token, policy: AssertionPolicy) -> None:
        """Check 11: the Issuer is the one who signed. SAML 2.0 Core 2.2.5"""
        del policy
        signer, found = token.signer, token.assertion.issuer
        if signer is None:
            raise TokenRefused(Check.ISSUER, Reason.UNSIGNED, "the assertion is not signed")
        if token.assertion.issuer_format == n.X509_SUBJECT and not is_subject(found, signer.subject):
            raise TokenRefused(Check.ISSUER, Reason.ISSUER, f"the Issuer {found!r} is not {signer.subject}, who signed")
        if names and signer.subject not in names.get(found, frozenset()):
            raise TokenRefused(
                Check.ISSUER, Reason.ISSUER, f"{signer.subject} is not a certificate of the issuer {found!r}"
            )

    return issuer


def is_subject(text: str, subject: DistinguishedName) -> bool:
    """Whether a text names the subject, in whatever spelling."""
    try:
        return DistinguishedName.parse(text) == subject
    except DistinguishedNameError:
        return False


def _attribute_check(options: XuaOptions) -> Callable[[Token, AssertionPolicy], None]:
    def attributes(token: Token, policy: AssertionPolicy) -> None:
        """Check 16: what is asked for is there, and codes are codes. ITI TF-2 3.40.4.1.2"""
        del policy
        missing = sorted(name for name in options.required if not token.assertion.values(name))
        if missing:
            raise TokenRefused(Check.ATTRIBUTES, Reason.ATTRIBUTE_MISSING, f"there is no attribute {missing[0]}")
        for name in (n.ROLE, n.PURPOSE_OF_USE):
            for value in token.assertion.values(name):
                # ITI TF-2 3.40.4.1.2.1: a code and its system; older senders write the code as text
                if not isinstance(value, str | CE) or (isinstance(value, CE) and not (value.code and value.system)):
                    raise TokenRefused(
                        Check.ATTRIBUTES, Reason.ATTRIBUTE_VALUE, f"a value of {name} is not an HL7 CE with its system"
                    )

    return attributes
