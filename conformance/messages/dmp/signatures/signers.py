"""Signatures by somebody who may not sign, or not for who submits."""

from dataclasses import replace
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa

from conformance.messages.dmp import names as n
from conformance.messages.dmp.lot import Lot
from conformance.messages.dmp.signatures.forge import CARD, STRUCTURE, BadSignature, Make, Signing
from security.issuing import SIGNATURE, Issuer, Request, Validity

_RFC: Final = "RFC 5280 6; DMP TD2.1"


def _flawed(flaw: str) -> Make:
    return lambda signing: signing.signed(signer=signing.given_keys.flawed(signing.holder, flaw))


def _certified_by_leaf(signing: Signing) -> bytes:
    own = signing.holder.signs
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    start = own.certificate.not_valid_before_utc
    request = Request(own.certificate.subject, SIGNATURE, Validity(start, own.certificate.not_valid_after_utc))
    return signing.signed(signer=Issuer(own).issue(request, key))


def _another_signer(lot: Lot) -> Lot:
    """The entry of the signature says that somebody else signed."""
    return lot.of_signature(legal_authenticator=f"899799999993^PERSONNE^Aucune^^^^^^&{n.PS_IDNAT}&ISO^D^^^IDNPS")


def _another_institution(lot: Lot) -> Lot:
    institution = f"AUTRE STRUCTURE^^^^^&{n.STRUCT_IDNAT}&ISO^IDNST^^^10B0000000"
    elsewhere = tuple(replace(each, institutions=(institution,)) for each in lot.set.authors)
    documents = tuple(replace(each, authors=elsewhere) for each in lot.documents)
    return replace(lot.of_set(authors=elsewhere).of_signature(authors=elsewhere), documents=documents)


SIGNERS: Final = (
    *(
        BadSignature(
            f"certificate/{number}", wrong, wrong_fr, _RFC, _flawed(flaw), keys=True, covers=("lot.certificate",)
        )
        for number, flaw, wrong, wrong_fr in (
            (1, "expired", "signed with an expired certificate", "signé avec un certificat expiré"),
            (
                2,
                "not-yet-valid",
                "signed with a certificate that is not valid yet",
                "signé avec un certificat pas encore valide",
            ),
            (3, "revoked", "signed with a revoked certificate", "signé avec un certificat révoqué"),
            (4, "wrong-usage", "signed with a certificate for code", "signé avec un certificat de signature de code"),
            (
                5,
                "wrong-key-usage",
                "signed with a certificate for encryption",
                "signé avec un certificat de chiffrement",
            ),
            (6, "self-signed", "signed with a self-signed certificate", "signé avec un certificat auto-signé"),
            (
                7,
                "stranger",
                "signed under another authority of the same name",
                "signé sous une autre autorité de même nom",
            ),
        )
    ),
    BadSignature(
        "certificate/8",
        "signed with the key that opens connections",
        "signé avec la clé d'authentification",
        "IGC-Santé; DMP TD2.1",
        lambda signing: signing.signed(signer=signing.holder.connects),
        covers=("lot.certificate",),
    ),
    BadSignature(
        "certificate/9",
        "signed with a certificate that a card or a seal issued",
        "signé avec un certificat émis par une carte ou un cachet",
        "RFC 5280 6.1.4 (k)",
        _certified_by_leaf,
        covers=("lot.certificate",),
    ),
    BadSignature(
        "certificate/10",
        "signed with the key of an authority",
        "signé avec la clé d'une autorité",
        _RFC,
        lambda signing: signing.signed(signer=signing.given_keys.authority("persons")),
        keys=True,
        covers=("lot.certificate",),
    ),
    BadSignature(
        "certificate/11",
        "signed with the certificate of a server",
        "signé avec le certificat d'un serveur",
        _RFC,
        lambda signing: signing.signed(signer=signing.given_keys.server()),
        keys=True,
        covers=("lot.certificate",),
    ),
    BadSignature(
        "signer/1",
        "signed by somebody else than the VIHF names",
        "signé par un autre que celui que nomme le VIHF",
        "DMP TD2.1",
        lambda signing: signing.signed(signer=signing.given_keys.other(signing.holder).signs),
        keys=True,
        covers=("fr.lot.signer.person", "fr.lot.signer.structure"),
    ),
    BadSignature(
        "signer/2",
        "whose signature's entry says that somebody else signed",
        "dont la fiche de la signature dit qu'un autre a signé",
        "DMP TD2.1, legalAuthenticator",
        change=_another_signer,
        covers=("fr.lot.signer.entry",),
        whose=CARD,
    ),
    BadSignature(
        "institution/1",
        "none of whose authors is of the structure of the VIHF",
        "dont aucun auteur n'est de la structure du VIHF",
        "DMP TD2.1, authorInstitution",
        change=_another_institution,
        covers=("fr.lot.institution",),
        whose=STRUCTURE,
    ),
)
