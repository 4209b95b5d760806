"""Tokens that are wrong in when they hold, for whom, and who issued them."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from conformance.messages.dmp.tokens.forge import CORE, VIHF, BadToken, Build, Forge, changed
from conformance.messages.dmp.vihf import Vihf, instant
from conformance.model import SHOULD

MINUTE: Final = timedelta(minutes=1)
SOON: Final = 5 * MINUTE


HOUR: Final = timedelta(hours=1)


_ELSEWHERE: Final = (
    "<saml2:AudienceRestriction><saml2:Audience>urn:example:elsewhere</saml2:Audience></saml2:AudienceRestriction>"
)


_CUSTOM: Final = '<saml2:Condition xmlns:x="urn:example:condition" xsi:type="x:NobodyKnows"/>'


def conditions(begins: timedelta | None, ends: timedelta | None, inner: str = "") -> Build:
    def build(token: Vihf, forge: Forge) -> Vihf:
        times = "".join(
            f' {name}="{instant(forge.now + offset)}"'
            for name, offset in (("NotBefore", begins), ("NotOnOrAfter", ends))
            if offset is not None
        )
        return replace(token, conditions=f"<saml2:Conditions{times}>{inner}</saml2:Conditions>")

    return changed(build)


def _issued(offset: timedelta) -> Build:
    return changed(lambda token, forge: replace(token, at=instant(forge.now + offset)))


TIMES: Final = (
    BadToken(
        "vihf/saml-2.5.1/1",
        "expired an hour ago",
        "a expiré il y a une heure",
        f"{CORE}2.5.1.2",
        conditions(-2 * HOUR, -HOUR),
    ),
    BadToken(
        "vihf/saml-2.5.1/2",
        "holds only in twenty minutes",
        "n'est valide que dans vingt minutes",
        f"{CORE}2.5.1.2",
        conditions(20 * MINUTE, 25 * MINUTE),
    ),
    BadToken(
        "vihf/saml-2.5.1/3",
        "is meant for another audience",
        "est destiné à un autre service",
        f"{CORE}2.5.1.4",
        conditions(-SOON, SOON, _ELSEWHERE),
    ),
    BadToken(
        "vihf/saml-2.5.1/4",
        "has a condition that nobody knows",
        "a une condition que personne ne connaît",
        f"{CORE}2.5.1.1",
        conditions(-SOON, SOON, _CUSTOM),
    ),
    BadToken(
        "vihf/saml-2.5.1/5",
        "has two Conditions",
        "a deux Conditions",
        f"{CORE}2.3.3",
        changed(lambda token, _: replace(token, conditions="<saml2:Conditions/><saml2:Conditions/>")),
    ),
    BadToken(
        "vihf/saml-2.5.1/6",
        "holds for a year",
        "est valide un an",
        f"{CORE}2.5.1.2",
        conditions(-SOON, timedelta(days=365)),
        SHOULD,
    ),
    BadToken(
        "vihf/saml-2.5.1/7",
        "ends before it begins",
        "finit avant de commencer",
        f"{CORE}2.5.1.2",
        conditions(HOUR, -HOUR),
    ),
    BadToken(
        "vihf/saml-2.3.3/1",
        "was issued yesterday and has no Conditions",
        "a été émis la veille et n'a pas de Conditions",
        f"{CORE}2.3.3",
        _issued(-timedelta(days=1)),
    ),
    BadToken(
        "vihf/saml-2.3.3/2",
        "was issued tomorrow",
        "a été émis demain",
        f"{CORE}2.3.3",
        _issued(timedelta(days=1)),
    ),
    BadToken(
        "vihf/saml-2.3.3/3",
        "has an IssueInstant without a time zone",
        "a un IssueInstant sans fuseau horaire",
        f"{CORE}1.3.3",
        changed(lambda token, _: replace(token, at=token.at.rstrip("Z"))),
    ),
    BadToken(
        "vihf/saml-2.3.3/4",
        "has an IssueInstant on a day that does not exist",
        "a un IssueInstant d'un jour qui n'existe pas",
        f"{CORE}2.3.3",
        changed(lambda token, _: replace(token, at="2026-02-30T10:00:00Z")),
    ),
    BadToken(
        "vihf/saml-2.3.3/5",
        "is of version 1.1 of SAML",
        "est de la version 1.1 de SAML",
        f"{CORE}2.3.3",
        changed(lambda token, _: replace(token, version="1.1")),
    ),
    BadToken(
        "vihf/saml-2.3.3/6",
        "has no Issuer that is a name: its Format is another",
        "a un Issuer d'un autre Format",
        VIHF,
        changed(lambda token, _: replace(token, format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity")),
    ),
    BadToken(
        "vihf/saml-2.3.3/7",
        "has as Issuer the subject of another certificate",
        "a pour Issuer le sujet d'un autre certificat",
        VIHF,
        changed(lambda token, _: replace(token, issuer="CN=899799999993,C=FR")),
    ),
    BadToken(
        "vihf/saml-2.3.3/8",
        "has as Issuer something that is no distinguished name",
        "a un Issuer qui n'est pas un nom distinctif",
        VIHF,
        changed(lambda token, _: replace(token, issuer="le docteur")),
    ),
)
