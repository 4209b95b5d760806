"""Tokens that are not alone, or not there."""

from typing import Final

from conformance.messages.dmp import names as n
from conformance.messages.dmp.tokens import attacks
from conformance.messages.dmp.tokens.forge import CORE, WSS, BadToken, Forge, attacked


def _second_signed(forge: Forge) -> str:
    """Two whole tokens, each good."""
    return forge.signed() + forge.signed()


def _encrypted(_forge: Forge) -> str:
    return f'<saml2:EncryptedAssertion xmlns:saml2="{n.SAML}"/>'


def _username(_forge: Forge) -> str:
    return "<wsse:UsernameToken><wsse:Username>docteur</wsse:Username></wsse:UsernameToken>"


def _saml1(_forge: Forge) -> str:
    return (
        '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion" MajorVersion="1" MinorVersion="1" '
        'AssertionID="_1" Issuer="x" IssueInstant="2026-01-01T00:00:00Z"/>'
    )


WRAPPED: Final = (
    BadToken(
        "vihf/wss-3.4/1",
        "stands there twice",
        "est présent deux fois",
        WSS,
        attacked(attacks.two_assertions),
        title=("Sends one VIHF twice in one request", "Envoie deux fois un même VIHF dans une requête"),
    ),
    BadToken(
        "vihf/wss-3.4/2",
        "stands beside another, good as well",
        "est à côté d'un autre, bon lui aussi",
        "CI-SIS Transport synchrone: one assertion per request",
        _second_signed,
        title=("Sends two good VIHF in one request", "Envoie deux bons VIHF dans une requête"),
    ),
    BadToken(
        "vihf/wss-3.4/3",
        "has its ID on another element, too",
        "partage son ID avec un autre élément",
        f"{CORE}1.3.4",
        attacked(attacks.another_element_of_its_id),
    ),
    *(
        BadToken(
            f"vihf/wrapping/{number}",
            f"is wrapped around another assertion: {what}",
            f"enveloppe une autre assertion (enveloppement de signature, variante {number})",
            "SAML 2.0 Core 5.4; On Breaking SAML (2012)",
            attacked(attack),
        )
        for number, (what, attack) in enumerate(attacks.WRAPPINGS, 1)
    ),
    BadToken(
        "vihf/wss-6/1",
        "is missing: wsse:Security is empty",
        "est absent : wsse:Security est vide",
        "CI-SIS Transport synchrone",
        lambda _: "",
        title=("Sends an empty wsse:Security header", "Envoie un en-tête wsse:Security vide"),
    ),
    BadToken(
        "vihf/wss-6/2",
        "is missing: wsse:Security has a UsernameToken",
        "est absent : wsse:Security contient un UsernameToken",
        "CI-SIS Transport synchrone",
        _username,
        title=("Sends a UsernameToken in place of the VIHF", "Envoie un UsernameToken à la place du VIHF"),
    ),
    BadToken(
        "vihf/wss-6/3",
        "is encrypted",
        "est chiffré",
        "CI-SIS Transport synchrone",
        _encrypted,
        title=("Sends an encrypted assertion in place of the VIHF", "Envoie une assertion chiffrée à la place du VIHF"),
    ),
    BadToken(
        "vihf/wss-6/4",
        "is an assertion of SAML 1.1",
        "est une assertion SAML 1.1",
        "CI-SIS Transport synchrone",
        _saml1,
        title=(
            "Sends an assertion of SAML 1.1 in place of the VIHF",
            "Envoie une assertion SAML 1.1 à la place du VIHF",
        ),
    ),
)
