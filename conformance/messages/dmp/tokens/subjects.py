"""Tokens that are wrong in whom they are about, and how that was confirmed."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from conformance.messages.dmp import names as n
from conformance.messages.dmp.tokens import attacks
from conformance.messages.dmp.tokens.forge import CARD, CORE, VIHF, BadToken, Build, changed, rewritten, subject
from conformance.messages.dmp.tokens.times import HOUR
from conformance.messages.dmp.vihf import authentication, instant, name_id


def confirmation(method: str, data: str = "") -> Build:
    inner = f"<saml2:SubjectConfirmationData>{data}</saml2:SubjectConfirmationData>" if data else ""
    return subject(
        lambda number: (
            f'{name_id(number)}<saml2:SubjectConfirmation Method="{method}">{inner}</saml2:SubjectConfirmation>'
        )
    )


def _nil(number: str) -> str:
    return name_id(number, ' xsi:nil="true"')


SUBJECTS: Final = (
    BadToken(
        "vihf/saml-2.4/1",
        "has spaces around the NameID",
        "a des espaces autour du NameID",
        f"{CORE}2.2.2",
        subject(lambda number: name_id(f" {number} ")),
    ),
    BadToken(
        "vihf/saml-2.4/2",
        "has xsi:nil on the NameID",
        "a xsi:nil sur le NameID",
        f"{CORE}2.2.3",
        subject(_nil),
    ),
    BadToken(
        "vihf/saml-2.4/3",
        "has an empty NameID",
        "a un NameID vide",
        f"{CORE}2.2.3",
        subject(lambda _: name_id("")),
    ),
    BadToken(
        "vihf/saml-2.4/4",
        "has two NameIDs",
        "a deux NameID",
        f"{CORE}2.4.1",
        subject(lambda number: name_id(number) + name_id(attacks.FORGED)),
    ),
    BadToken(
        "vihf/saml-2.4/5",
        "has another NameID than the card, in mode DIRECTE",
        "a un autre NameID que celui de la carte, en mode DIRECTE",
        VIHF,
        subject(lambda _: name_id(attacks.FORGED)),
        whose=CARD,
    ),
    BadToken(
        "vihf/saml-2.4/6",
        "has an invisible direction mark in the NameID",
        "a une marque de direction invisible dans le NameID",
        VIHF,
        subject(lambda number: name_id(f"{number[:4]}\u202e{number[4:]}")),
    ),
    BadToken(
        "vihf/saml-2.4/7",
        "has no Subject at all",
        "n'a pas de Subject",
        VIHF,
        rewritten(lambda xml: xml[: xml.index("<saml2:Subject>")] + xml[xml.index("</saml2:Subject>") + 16 :]),
    ),
    BadToken(
        "vihf/saml-2.4.1.1/1",
        "is to be confirmed by a method that nobody knows",
        "demande une confirmation par une méthode inconnue",
        f"{CORE}2.4.1.1",
        confirmation("urn:example:unknown"),
    ),
    BadToken(
        "vihf/saml-2.4.1.1/2",
        "is for the holder of a key that is not the connection's",
        "est au porteur d'une clé qui n'est pas celle de la connexion",
        "SAML 2.0 Profiles 3.1",
        confirmation(
            n.HOLDER_OF_KEY,
            f'<ds:KeyInfo xmlns:ds="{n.DS}"><ds:X509Data><ds:X509Certificate>MAA=</ds:X509Certificate></ds:X509Data>'
            "</ds:KeyInfo>",
        ),
    ),
    BadToken(
        "vihf/saml-2.7.2/1",
        "has no AuthnStatement",
        "n'a pas d'AuthnStatement",
        VIHF,
        changed(lambda token, _: replace(token, authentication="")),
    ),
    BadToken(
        "vihf/saml-2.7.2/2",
        "says that the user will be authenticated tomorrow",
        "dit que l'utilisateur sera authentifié demain",
        f"{CORE}2.7.2",
        changed(
            lambda token, forge: replace(
                token, authentication=authentication(instant(forge.now + timedelta(days=1)), "SmartcardPKI")
            )
        ),
    ),
    BadToken(
        "vihf/saml-2.7.2/3",
        "names a class of authentication that is none of SAML 2.0",
        "nomme une classe d'authentification qui n'est pas de SAML 2.0",
        VIHF,
        changed(
            lambda token, _: replace(token, authentication=token.authentication.replace(n.CLASSES, "urn:example:"))
        ),
    ),
    BadToken(
        "vihf/saml-2.7.2/4",
        "is of a session that is over",
        "est d'une session terminée",
        f"{CORE}2.7.2",
        changed(
            lambda token, forge: replace(
                token,
                authentication=token.authentication.replace(
                    "<saml2:AuthnStatement ",
                    f'<saml2:AuthnStatement SessionNotOnOrAfter="{instant(forge.now - HOUR)}" ',
                ),
            )
        ),
    ),
)
