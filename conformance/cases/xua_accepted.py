"""XUA: assertions that must be accepted. # ITI TF-2 3.40.4.1.2"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from conformance.book import case
from conformance.cases._xua import NEEDS, OPTIONAL, PATIENT, Desk, admitted, in_force
from conformance.messages import xua
from conformance.model import MUST, SHOULD, Level
from conformance.passing import SUCCESS
from conformance.trial import Trial

SEMANTICS: Final = "ITI TF-2 3.40.4.1.2"
ACTIONS: Final = "ITI TF-2 3.40.4.1.3"


@dataclass(frozen=True, slots=True)
class Good:
    """An assertion that is unusual, and must be accepted."""

    id: str
    title: str
    requirement: str
    make: Callable[[Desk], str]
    section: str = SEMANTICS
    level: Level = MUST


def _changed(**values: object) -> Callable[[Desk], str]:
    """The good one with other values, signed."""
    return lambda desk: desk.signed(replace(desk.good, **values))  # type: ignore[arg-type]


def _token(change: Callable[[xua.Token], xua.Token]) -> Callable[[Desk], str]:
    return lambda desk: desk.signed(change(desk.good))


_SECOND_ROLE: Final = xua.coded("Role", "224571005", "2.16.840.1.113883.6.96", "Nurse practitioner")
_SECOND_PURPOSE: Final = xua.coded("PurposeOfUse", "OPERATIONS", "2.16.840.1.113883.3.18.7.1", "Operations")
_DECISION: Final = (
    f'<saml2:AuthzDecisionStatement Resource="{PATIENT.replace("&", "&amp;")}" Decision="Permit">'
    '<saml2:Action Namespace="urn:oasis:names:tc:SAML:1.0:action:rwedc">Execute</saml2:Action>'
    "</saml2:AuthzDecisionStatement>"
)


_PROVIDER: Final = '<id xmlns="urn:hl7-org:v3" xsi:type="II" root="1.2.250.1.999.7" extension="1234567890"/>'


def _identified(token: xua.Token) -> xua.Token:
    return token.having(xua.NPI, "1234567890").having(xua.PROVIDER, _PROVIDER, _PROVIDER.replace("999.7", "999.8"))


def _repeated(token: xua.Token) -> xua.Token:
    token = token.having(xua.SUBJECT_ID, "Anne Durand-Petit").having(xua.ORGANIZATION, "Centre Durand", "Durand")
    return token.having(xua.ORGANIZATION_ID, "urn:oid:1.2.250.1.999.5.2").having(xua.HOME, "urn:oid:1.2.250.1.999.2")


def _consent(token: xua.Token) -> xua.Token:
    token = token.having(xua.CONSENT, "1.2.250.1.999.6.1").having(xua.POLICY, "urn:oid:1.2.250.1.999.6.2")
    return replace(token, authentications=xua.authenticated(token.at) + _DECISION)


GOOD: Final = (
    Good(
        "xua/3.40.4.1.2/1",
        "Has every attribute of XUA",
        "A signed assertion that is in force and meant for the target is accepted.",
        lambda desk: desk.signed(),
    ),
    Good(
        "xua/3.40.4.1.2/2",
        "Names two roles in one attribute",
        "A user may have several roles.",
        _token(lambda t: t.without(xua.ROLE).having(xua.ROLE, *dict(t.attributes)[xua.ROLE], _SECOND_ROLE)),
    ),
    Good(
        "xua/3.40.4.1.2/3",
        "Names two roles in two attributes of one name",
        "A user may have several roles, however they are repeated.",
        _token(lambda t: t.having(xua.ROLE, _SECOND_ROLE)),
    ),
    Good(
        "xua/3.40.4.1.2/4",
        "Names a second purpose of use",
        "An assertion may name several purposes.",
        _token(lambda t: t.having(xua.PURPOSE_OF_USE, _SECOND_PURPOSE)),
    ),
    Good(
        "xua/3.40.4.1.2/5",
        "Spreads the attributes over three AttributeStatements",
        "An assertion may have several AttributeStatements.",
        _changed(statements=3),
    ),
    Good(
        "xua/3.40.4.1.2/6",
        "Has a second AuthnStatement",
        "An assertion may tell of several authentications.",
        _token(lambda t: replace(t, authentications=xua.authenticated(t.at) + xua.authenticated(t.at, "Password"))),
    ),
    Good(
        "xua/3.40.4.1.2/7",
        "Carries the patient's consent and an authorization decision",
        "An assertion may carry consent, policy and decisions.",
        _token(_consent),
        level=SHOULD,
    ),
    Good(
        "xua/3.40.4.1.2/8",
        "Leaves out homeCommunityId and resource-id",
        "Attributes that IHE has optional may be missing.",
        _token(lambda t: t.without(xua.HOME).without(xua.RESOURCE_ID)),
    ),
    Good(
        "xua/3.40.4.1.2/9",
        "Has an attribute that nobody knows",
        "Attributes that are not known are passed over.",
        _token(lambda t: t.having("urn:conformance:favourite-colour", "green")),
    ),
    Good(
        "xua/3.40.4.1.2/10",
        "Is for one use, and may not be passed on",
        "An assertion may have OneTimeUse and ProxyRestriction, which need not be looked at.",
        _changed(more_conditions='<saml2:OneTimeUse/><saml2:ProxyRestriction Count="0"/>'),
    ),
    Good(
        "xua/3.40.4.1.2/11",
        "Has two names, organizations and communities of the user",
        "Any attribute of XUA may have several values.",
        _token(_repeated),
    ),
    Good(
        "xua/3.40.4.1.2/12",
        "Identifies the user as a health care provider",
        "Attributes for identifiers of providers may be there, be they texts or HL7 IIs.",
        _token(_identified),
    ),
    Good(
        "xua/saml-2.5.1.4/1",
        "Names two audiences, of which one is the target",
        "An assertion is meant for any of the audiences of its AudienceRestriction.",
        lambda desk: desk.signed(
            replace(
                desk.good,
                audience="",
                more_conditions="<saml2:AudienceRestriction><saml2:Audience>urn:conformance:another</saml2:Audience>"
                f"<saml2:Audience>{desk.audience}</saml2:Audience></saml2:AudienceRestriction>",
            )
        ),
        "SAML 2.0 Core 2.5.1.4",
    ),
    Good(
        "xua/saml-1.3.3/1",
        "Was issued two minutes ago",
        "An assertion is good as long as it is in force.",
        lambda desk: desk.signed(replace(desk.good, at=desk.at - timedelta(minutes=2))),
        "SAML 2.0 Core 1.3.3, 2.5.1.2",
    ),
    Good(
        "xua/saml-1.3.3/2",
        "Is used for three requests in a row",
        "A bearer assertion that is in force serves for several requests of one sender.",
        lambda desk: desk.signed(),
        ACTIONS,
        SHOULD,
    ),
)


def accepts(good: Good, trial: Trial) -> None:
    desk = Desk(trial)
    in_force(desk)
    content = good.make(desk)
    for _ in range(3 if good.id == "xua/saml-1.3.3/2" else 1):
        admitted(desk.asks(content, good.title))


for _good in GOOD:
    case(
        _good.id,
        title=f"An assertion: {_good.title[0].lower()}{_good.title[1:]}",
        requirement=_good.requirement,
        section=_good.section,
        passing=SUCCESS,
        level=_good.level,
        needs=NEEDS,
        optional=OPTIONAL,
        covers=["xua.accepted"],
    )(functools.partial(accepts, _good))
