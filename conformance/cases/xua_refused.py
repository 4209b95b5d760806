"""XUA: assertions that must be refused. # ITI TF-2 3.40.4.1.3; SAML 2.0 Core"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from conformance.book import case
from conformance.cases._xua import NEEDS, OPTIONAL, PATIENT, Desk, good_is_taken, in_force, shut_out
from conformance.messages import xua
from conformance.messages.dmp import names as d
from conformance.messages.dmp import vihf
from conformance.messages.dmp.tokens import attacks
from conformance.model import MUST, SHOULD, Level
from conformance.passing import fault
from conformance.trial import Trial

SEMANTICS: Final = "ITI TF-2 3.40.4.1.2"
ACTIONS: Final = "ITI TF-2 3.40.4.1.3"
CONDITIONS: Final = "SAML 2.0 Core 2.5.1; ITI TF-2 3.40.4.1.3"
SIGNATURE: Final = "SAML 2.0 Core 5.4; ITI TF-2 3.40.4.1.3"
CERTIFICATE: Final = "RFC 5280 6; ITI TF-2 3.40.4.1.3"
_WSSE: Final = (
    "InvalidSecurity",
    "InvalidSecurityToken",
    "FailedAuthentication",
    "FailedCheck",
    "SecurityTokenUnavailable",
    "UnsupportedSecurityToken",
    "UnsupportedAlgorithm",
    "MessageExpired",
)


@dataclass(frozen=True, slots=True)
class Bad:
    """An assertion with one thing wrong."""

    id: str
    title: str
    requirement: str
    make: Callable[[Desk], str | None]
    section: str = CONDITIONS
    level: Level = MUST
    pki: bool = False
    absent: bool = False
    """There is no assertion at all."""
    covers: str = "xua.refused"


def _changed(**values: object) -> Callable[[Desk], str]:
    """The good one with other values, signed."""
    return lambda desk: desk.signed(replace(desk.good, **values))  # type: ignore[arg-type]


def _attacked(attack: attacks.Attack) -> Callable[[Desk], str]:
    return lambda desk: desk.attacked(attack)


def _flawed(flaw: str) -> Callable[[Desk], str]:
    """Signed by a key whose certificate has a flaw, and issued by its holder."""

    def make(desk: Desk) -> str:
        signer = desk.flawed(flaw)
        return desk.signed(xua.usual(signer, desk.audience, PATIENT, desk.at), signer)

    return make


def _earlier(**ago: float) -> Callable[[Desk], str]:
    return lambda desk: desk.signed(replace(desk.good, at=desk.at - timedelta(**ago)))


def _confirmed_until(ahead: timedelta) -> Callable[[Desk], str]:
    """With a SubjectConfirmation that is good until then, whatever the Conditions say."""

    def make(desk: Desk) -> str:
        return desk.signed(replace(desk.good, subject=xua.confirmed("anne.durand", xua.instant(desk.at + ahead))))

    return make


def _issued_ahead(desk: Desk) -> str:
    """IssueInstant alone lies ahead; everything else is as it should be."""
    hour = timedelta(hours=1)
    ahead = replace(
        desk.good,
        at=desk.at + hour,
        not_before=-hour - timedelta(seconds=5),
        not_after=timedelta(minutes=5) - hour,
        authentications=xua.authenticated(desk.at),
    )
    return desk.signed(ahead)


def _conditions_expired(desk: Desk) -> str:
    token = replace(desk.good, not_before=timedelta(hours=-1), not_after=timedelta(minutes=-30))
    until = xua.instant(desk.at + timedelta(minutes=5))
    return desk.signed(replace(token, subject=xua.confirmed("anne.durand", until)))


def _sha1(desk: Desk) -> str:
    return vihf.signed(desk.good.xml, desk.signer, method=d.RSA_SHA1, digest_method=d.SHA1)


BAD: Final = (
    Bad(
        "xua/3.40.4.1.3/1",
        "Has no Security header",
        "Where an assertion is asked for, a request without one is refused.",
        lambda _: None,
        ACTIONS,
        absent=True,
    ),
    Bad(
        "xua/3.40.4.1.3/2",
        "Has an empty Security header",
        "A Security header without an assertion says nothing of the user.",
        lambda _: "",
        ACTIONS,
        absent=True,
    ),
    Bad(
        "xua/3.40.4.1.3/3",
        "Has a user name and password in the place of an assertion",
        "The user is named by a SAML assertion.",
        lambda _: (
            "<wsse:UsernameToken><wsse:Username>anne</wsse:Username><wsse:Password>secret</wsse:Password>"
            "</wsse:UsernameToken>"
        ),
        ACTIONS,
        absent=True,
    ),
    Bad("xua/saml-2.5.1/1", "Expired an hour ago", "An assertion is refused once it has expired.", _earlier(hours=1)),
    Bad(
        "xua/saml-2.5.1/2",
        "Is in force in half an hour",
        "An assertion is refused before it is in force.",
        _changed(not_before=timedelta(minutes=30), not_after=timedelta(minutes=60)),
    ),
    Bad(
        "xua/saml-2.5.1/3",
        "Was issued in an hour from now",
        "An assertion cannot have been issued later than now, nor be in force before it was issued.",
        _issued_ahead,
        "SAML 2.0 Core 2.3.3; ITI TF-2 3.40.4.1.2",
        SHOULD,
    ),
    Bad(
        "xua/saml-2.5.1/6",
        "Has Conditions that expired, and a SubjectConfirmation that did not",
        "NotOnOrAfter of the Conditions holds beside that of the SubjectConfirmationData.",
        _conditions_expired,
    ),
    Bad(
        "xua/saml-2.5.1.4/2",
        "Is meant for somebody else",
        "An assertion whose AudienceRestriction does not name the target is refused.",
        _changed(audience="urn:conformance:somebody:else"),
    ),
    Bad(
        "xua/saml-2.5.1.4/3",
        "Is meant for an audience that begins like the target",
        "Audiences are compared as a whole.",
        lambda desk: desk.signed(replace(desk.good, audience=desk.audience + "x")),
    ),
    Bad(
        "xua/saml-2.5.1.4/4",
        "Has a second AudienceRestriction that does not name the target",
        "Each AudienceRestriction must hold.",
        _changed(
            more_conditions="<saml2:AudienceRestriction><saml2:Audience>urn:conformance:another</saml2:Audience>"
            "</saml2:AudienceRestriction>"
        ),
    ),
    Bad(
        "xua/saml-2.5.1.4/5",
        "Has no AudienceRestriction",
        "An assertion of XUA says whom it is meant for.",
        _changed(audience=""),
        SEMANTICS,
        SHOULD,
        covers="xua.refused.incomplete",
    ),
    Bad(
        "xua/saml-2.5.1/4",
        "Has a condition that nobody knows",
        "A condition that is not understood makes the assertion's validity unknown.",
        _changed(more_conditions='<saml2:Condition xmlns:x="urn:conformance:condition" xsi:type="x:MoonIsFull"/>'),
        "SAML 2.0 Core 2.5.1.1, 2.5.1.3",
    ),
    Bad(
        "xua/saml-2.5.1/5",
        "Has no Conditions",
        "An assertion of XUA says from when it is in force, and whom it is meant for.",
        _changed(conditions="-"),
        SEMANTICS,
        SHOULD,
        covers="xua.refused.incomplete",
    ),
    Bad(
        "xua/saml-2.4.1.2/1",
        "Has a SubjectConfirmation that has expired",
        "NotOnOrAfter of the SubjectConfirmationData holds beside that of the Conditions.",
        _confirmed_until(timedelta(hours=-1)),
        "SAML 2.0 Core 2.4.1.2; SAML 2.0 Profiles 3.3",
    ),
    Bad(
        "xua/saml-2.3.3/1",
        "Has no Subject",
        "An assertion with an AuthnStatement says whom it is about.",
        _changed(subject="-"),
        "SAML 2.0 Core 2.3.3, 2.7.2; ITI TF-2 3.40.4.1.2",
    ),
    Bad(
        "xua/saml-2.3.3/2",
        "Has an empty NameID",
        "An assertion says whom it is about.",
        _changed(name_id=""),
        "SAML 2.0 Core 2.2.3, 8.3",
        SHOULD,
    ),
    Bad(
        "xua/saml-2.7.2/1",
        "Has no AuthnStatement",
        "An assertion of XUA says how the user was authenticated.",
        _changed(authentications="-"),
        SEMANTICS,
        SHOULD,
        covers="xua.refused.incomplete",
    ),
    Bad(
        "xua/saml-2.7.2/2",
        "Has an AuthnStatement without AuthnContext",
        "An AuthnStatement says how the user was authenticated.",
        lambda desk: desk.signed(
            replace(desk.good, authentications=f'<saml2:AuthnStatement AuthnInstant="{xua.instant(desk.at)}"/>')
        ),
        "SAML 2.0 Core 2.7.2",
    ),
    Bad(
        "xua/saml-2.3.3/3",
        "Says version 1.1",
        "The version of an assertion is 2.0.",
        _changed(version="1.1"),
        "SAML 2.0 Core 2.3.3",
    ),
    Bad("xua/saml-5.4/1", "Is not signed", "An assertion is signed.", lambda desk: desk.good.xml, SIGNATURE),
    Bad(
        "xua/saml-5.4/2",
        "Was changed after it was signed",
        "What is signed cannot be changed.",
        _attacked(attacks.changed_subject),
        SIGNATURE,
    ),
    Bad(
        "xua/saml-5.4/3",
        "Got another role after it was signed",
        "What is signed cannot be changed.",
        lambda desk: desk.signed().replace('code="221"', 'code="309343006"'),
        SIGNATURE,
    ),
    Bad(
        "xua/saml-5.4/4",
        "Has an invented signature value",
        "A signature is verified.",
        _attacked(attacks.invented_value),
        SIGNATURE,
    ),
    Bad(
        "xua/saml-5.4/5",
        "Shows a certificate that is not that of the key which signed",
        "A signature is verified with the certificate that it shows.",
        lambda desk: desk.signed(signer=replace(desk.signer, key=desk.connecting().key)),
        SIGNATURE,
    ),
    Bad(
        "xua/saml-5.4/6",
        "Says HMAC, as if the certificate's key were a secret",
        "The method of the signature is that of the key.",
        _attacked(attacks.declared_method(d.HMAC_SHA256)),
        SIGNATURE,
    ),
    Bad(
        "xua/saml-5.4/7",
        "Holds a bare key in the place of a certificate",
        "A key that nobody vouches for proves nothing.",
        _attacked(attacks.bare_key),
        SIGNATURE,
    ),
    Bad(
        "xua/saml-5.4/8",
        "Is signed with RSA and SHA-1",
        "SHA-1 is not good enough for signatures.",
        _sha1,
        "RFC 6194 3; SAML 2.0 Core 5.4",
        SHOULD,
    ),
    Bad(
        "xua/saml-5.4.2/1",
        "Signs the whole document in the place of the assertion",
        "The signature refers to its own assertion by ID.",
        _attacked(attacks.reference_to("")),
        "SAML 2.0 Core 5.4.2",
    ),
    Bad(
        "xua/saml-5.4.4/1",
        "Is transformed by XSLT before it is digested",
        "Only the enveloped-signature and exclusive canonicalization transforms are used.",
        _attacked(attacks.transform(d.XSLT)),
        "SAML 2.0 Core 5.4.4; OWASP SAML Security Cheat Sheet",
        SHOULD,
    ),
    *(
        Bad(
            f"xua/wrapping/{number}",
            f"Is wrapped: {what}",
            "The assertion that is read is the one that was signed.",
            _attacked(attack),
            "SAML 2.0 Core 5.4.2; OWASP SAML Security Cheat Sheet",
        )
        for number, (what, attack) in enumerate(attacks.WRAPPINGS, 1)
    ),
    Bad(
        "xua/wrapping/9",
        "Comes twice in one header",
        "There is one assertion in a message.",
        _attacked(attacks.two_assertions),
        SEMANTICS,
        SHOULD,
    ),
    Bad(
        "xua/rfc5280-6/1",
        "Is signed by somebody that no authority knows",
        "The signer's certificate is of an authority that is trusted.",
        _flawed("self-signed"),
        CERTIFICATE,
        pki=True,
    ),
    Bad(
        "xua/rfc5280-6/2",
        "Is signed by somebody of another authority with the same name",
        "The signer's certificate is of an authority that is trusted.",
        _flawed("stranger"),
        CERTIFICATE,
        pki=True,
    ),
    Bad(
        "xua/rfc5280-6/3",
        "Is signed with a certificate that has expired",
        "The signer's certificate is in force.",
        _flawed("expired"),
        CERTIFICATE,
        pki=True,
    ),
    Bad(
        "xua/rfc5280-6/4",
        "Is signed with a certificate that was revoked",
        "The signer's certificate is not revoked.",
        _flawed("revoked"),
        CERTIFICATE,
        pki=True,
    ),
    Bad(
        "xua/rfc5280-6/5",
        "Is signed with a certificate that is not valid yet",
        "The signer's certificate is in force.",
        _flawed("not-yet-valid"),
        CERTIFICATE,
        pki=True,
    ),
    Bad(
        "xua/rfc5280-4.2.1/1",
        "Is signed with a certificate whose key usage is not to sign",
        "A key signs only what its certificate allows it to.",
        _flawed("wrong-key-usage"),
        "RFC 5280 4.2.1.3",
        pki=True,
    ),
    Bad(
        "xua/rfc5280-4.2.1/2",
        "Is signed with a certificate for something else",
        "A key signs only what the extended key usage of its certificate allows it to.",
        _flawed("wrong-usage"),
        "RFC 5280 4.2.1.12",
        SHOULD,
        pki=True,
    ),
    Bad(
        "xua/saml-2.5.1.2/1",
        "Is good for ten years",
        "An assertion about a user who is there now holds for a session, not for years.",
        _changed(not_after=timedelta(days=3652)),
        "SAML 2.0 Core 2.5.1.2; OWASP SAML Security Cheat Sheet",
        SHOULD,
    ),
    Bad(
        "xua/saml-2.2.5/1",
        "Names another issuer than the one who signed",
        "The issuer, named by its certificate's subject, is the one who signed.",
        _changed(issuer="CN=Somebody Else,O=Elsewhere,C=FR"),
        "SAML 2.0 Core 2.2.5",
    ),
)


def refuses(bad: Bad, trial: Trial) -> None:
    desk = Desk(trial)
    in_force(desk)
    if bad.absent and not (trial.session.memory["xua required"] or trial.target.xua):
        trial.not_supported("callers may come without an assertion")
    good_is_taken(desk)
    answer = shut_out(desk.asks(bad.make(desk), bad.title))
    got = answer.fault
    said = any(f"wsse:{each}" in got.split("/") for each in _WSSE)
    level = SHOULD if bad.absent else MUST
    answer.check("the fault says that it is about security", said, "soap:Subcode/soap:Value", "wsse:…", got, level)


for _bad in BAD:
    case(
        _bad.id,
        title=f"An assertion: {_bad.title[0].lower()}{_bad.title[1:]}",
        requirement=f"{_bad.requirement} The request gets a fault.",
        section=_bad.section,
        passing=fault("Sender", "wsse:FailedAuthentication"),
        level=_bad.level,
        needs=[*NEEDS, *(["pki"] if _bad.pki else [])],
        optional=OPTIONAL,
        covers=[_bad.covers, *([] if _bad.absent else ["xua.refused.error"])],
    )(functools.partial(refuses, _bad))
