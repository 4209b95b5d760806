"""Tokens that are wrong in who vouches for them."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa

from conformance.messages.dmp import names as n
from conformance.messages.dmp.tokens.forge import (
    CARD,
    CERTIFICATE_SECTION,
    DMP_CERTIFICATE,
    STRUCTURE,
    VIHF,
    BadToken,
    Forge,
    attribute,
    changed,
    flawed,
)
from conformance.messages.dmp.vihf import Vihf, ce, signed, vihf
from security.issuing import SIGNATURE, Issuer, Request, Validity


def _of_another(forge: Forge) -> str:
    other = forge.given_keys.other(forge.holder)
    return signed(vihf(other, forge.patient, at=forge.at).xml, other.signs)


def _certified_by_leaf(forge: Forge) -> str:
    """A new key, certified by the certificate of the holder, which is no authority."""
    own = forge.holder.signs
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    request = Request(own.certificate.subject, SIGNATURE, Validity.around(forge.now, days=30))
    return forge.signed(signer=Issuer(own).issue(request, key))


def _other_profession(token: Vihf, forge: Forge) -> Vihf:
    code, shown = ("60", "Infirmier") if forge.holder.profession != "60" else ("70", "Masseur-Kinésithérapeute")
    return token.having(n.ROLE, ce("Role", code, n.PROFESSIONS, "professions", shown))


CERTIFICATES: Final = (
    BadToken(
        "vihf/certificate/1",
        "is signed with the key that opens connections",
        "est signé avec la clé d'authentification",
        "DMP DMPInvalidCertificate; IGC-Santé",
        lambda forge: forge.signed(signer=forge.holder.connects),
        code=DMP_CERTIFICATE,
    ),
    *(
        BadToken(f"vihf/certificate/{number}", wrong, wrong_fr, CERTIFICATE_SECTION, flawed(flaw), keys=True)
        for number, flaw, wrong, wrong_fr in (
            (2, "expired", "is signed with an expired certificate", "est signé avec un certificat expiré"),
            (
                3,
                "not-yet-valid",
                "is signed with a certificate that is not valid yet",
                "est signé avec un certificat pas encore valide",
            ),
            (4, "revoked", "is signed with a revoked certificate", "est signé avec un certificat révoqué"),
            (
                5,
                "wrong-usage",
                "is signed with a certificate for signing code",
                "est signé avec un certificat de signature de code",
            ),
            (
                6,
                "wrong-key-usage",
                "is signed with a certificate for encryption",
                "est signé avec un certificat de chiffrement",
            ),
            (7, "self-signed", "is signed with a self-signed certificate", "est signé avec un certificat auto-signé"),
            (
                8,
                "stranger",
                "is signed under another authority of the same name",
                "est signé sous une autre autorité de même nom",
            ),
        )
    ),
    BadToken(
        "vihf/certificate/9",
        "is signed with a certificate that a card or a seal issued",
        "est signé avec un certificat émis par une carte ou un cachet",
        "RFC 5280 6.1.4 (k)",
        _certified_by_leaf,
    ),
    BadToken(
        "vihf/certificate/10",
        "is signed with the key of an authority",
        "est signé avec la clé d'une autorité",
        CERTIFICATE_SECTION,
        lambda forge: forge.signed(signer=forge.given_keys.authority("persons")),
        keys=True,
    ),
    BadToken(
        "vihf/certificate/11",
        "is signed with the certificate of a server",
        "est signé avec le certificat d'un serveur",
        CERTIFICATE_SECTION,
        lambda forge: forge.signed(signer=forge.given_keys.server()),
        keys=True,
    ),
    BadToken(
        "vihf/binding/1",
        "is that of somebody else than opened the connection",
        "est celui d'un autre que celui qui a ouvert la connexion",
        VIHF,
        _of_another,
        keys=True,
    ),
    BadToken(
        "vihf/binding/2",
        "says INDIRECTE, and a card signed it",
        "annonce INDIRECTE, et une carte l'a signé",
        VIHF,
        changed(lambda token, _: token.having(n.MODE, n.INDIRECTE).having(n.SUBJECT_ID, "CLAIRE FONTAINE")),
        whose=CARD,
    ),
    BadToken(
        "vihf/binding/3",
        "says DIRECTE, and the seal of a structure signed it",
        "annonce DIRECTE, et le cachet d'une structure l'a signé",
        VIHF,
        attribute(n.MODE, n.DIRECTE),
        whose=STRUCTURE,
    ),
    BadToken(
        "vihf/binding/4",
        "acts for a structure that is not the seal's",
        "agit pour une structure qui n'est pas celle du cachet",
        VIHF,
        attribute(n.STRUCTURE, "10B0000000"),
        whose=STRUCTURE,
    ),
    BadToken(
        "vihf/binding/5",
        "has a profession that is not the card's",
        "porte une profession qui n'est pas celle de la carte",
        VIHF,
        changed(_other_profession),
        whose=CARD,
    ),
)
