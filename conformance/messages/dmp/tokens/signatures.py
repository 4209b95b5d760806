"""Tokens that are wrong in their signature."""

from typing import Final

from conformance.messages.dmp import names as n
from conformance.messages.dmp import xmldsig
from conformance.messages.dmp.tokens import attacks
from conformance.messages.dmp.tokens.forge import (
    CORE,
    SIGNATURE_SECTION,
    STRUCTURE,
    VIHF,
    BadToken,
    Forge,
    attacked,
)
from conformance.messages.dmp.vihf import signed
from conformance.model import SHOULD


def _certificate_of_another(forge: Forge) -> str:
    """KeyInfo shows the certificate of somebody else than signed."""
    other = forge.given_keys.other(forge.holder)
    own = xmldsig.certificate(forge.holder.certificate)
    return forge.signed().replace(own, xmldsig.certificate(other.certificate))


def _sha1(forge: Forge) -> str:
    return signed(forge.good.xml, forge.holder.signs, method=n.RSA_SHA1, digest_method=n.SHA1)


def _other_digest(forge: Forge) -> str:
    root = xmldsig.parse(forge.signed())
    next(root.iter(f"{{{n.DS}}}DigestValue")).text = xmldsig.digest(n.SHA256, b"something else")
    return xmldsig.text(root)


def _resigned_digest(forge: Forge) -> str:
    """SignedInfo is truly signed, and has the digest of something else."""
    root = xmldsig.parse(forge.signed())
    next(root.iter(f"{{{n.DS}}}DigestValue")).text = xmldsig.digest(n.SHA256, b"something else")
    xmldsig.complete(attacks.signature(root), forge.holder.signs)
    return xmldsig.text(root)


def _misplaced(forge: Forge) -> str:
    """The signature at the end of the assertion."""
    root = xmldsig.parse(forge.signed())
    root.append(attacks.signature(root))
    return xmldsig.text(root)


SIGNATURES: Final = (
    BadToken(
        "vihf/saml-5.4/1",
        "is not signed, in a mode where the structure vouches",
        "n'est pas signé, dans un mode où la structure se porte garante",
        VIHF,
        lambda forge: forge.good.xml,
        whose=STRUCTURE,
    ),
    BadToken(
        "vihf/saml-5.4/2",
        "was changed after it was signed: another NameID",
        "a été modifié après signature : autre NameID",
        SIGNATURE_SECTION,
        attacked(attacks.changed_subject),
    ),
    BadToken(
        "vihf/saml-5.4/3",
        "was changed after it was signed: another resource-id",
        "a été modifié après signature : autre resource-id",
        SIGNATURE_SECTION,
        attacked(attacks.changed_patient),
    ),
    BadToken(
        "vihf/saml-5.4/4",
        "has an invented signature value",
        "a une valeur de signature inventée",
        "XML Signature 1.1, 3.2.2",
        attacked(attacks.invented_value),
    ),
    BadToken(
        "vihf/saml-5.4/5",
        "has another digest than was signed",
        "a une autre empreinte que celle qui fut signée",
        "XML Signature 1.1, 3.2.2",
        _other_digest,
    ),
    BadToken(
        "vihf/saml-5.4/6",
        "has a true signature over the digest of something else",
        "a une vraie signature sur l'empreinte d'autre chose",
        "XML Signature 1.1, 3.2.1",
        _resigned_digest,
    ),
    BadToken(
        "vihf/saml-5.4/7",
        "is signed twice",
        "est signé deux fois",
        f"{CORE}2.3.3",
        attacked(attacks.two_signatures),
    ),
    BadToken(
        "vihf/saml-5.4/8",
        "has its signature at the end",
        "a sa signature à la fin",
        f"{CORE}2.3.3",
        _misplaced,
    ),
    BadToken(
        "vihf/saml-5.4/9",
        "has a comment in the NameID",
        "a un commentaire dans le NameID",
        f"{CORE}5.4.3",
        attacked(attacks.comment_in_subject),
        SHOULD,
    ),
    BadToken(
        "vihf/saml-5.4/10",
        "has a processing instruction in the NameID",
        "a une instruction de traitement dans le NameID",
        "SOAP 1.2 Part 1, 5",
        attacked(attacks.instruction_in_subject),
    ),
    BadToken(
        "vihf/saml-5.4.2/1",
        "has a reference to the whole document",
        "a une référence à tout le document",
        f"{CORE}5.4.2",
        attacked(attacks.reference_to("")),
    ),
    BadToken(
        "vihf/saml-5.4.2/2",
        "has a reference to a file",
        "a une référence à un fichier",
        f"{CORE}5.4.2",
        attacked(attacks.reference_to("file:///etc/hostname")),
    ),
    BadToken(
        "vihf/saml-5.4.2/3",
        "has a reference by XPointer",
        "a une référence par XPointer",
        f"{CORE}5.4.2",
        attacked(attacks.reference_to("#xpointer(/)")),
    ),
    BadToken(
        "vihf/saml-5.4.2/4",
        "has a hundred references",
        "a cent références",
        f"{CORE}5.4.2",
        attacked(attacks.many_references),
    ),
    BadToken(
        "vihf/saml-5.4.4/1",
        "is transformed by XSLT",
        "est transformé par XSLT",
        f"{CORE}5.4.4",
        attacked(attacks.transform(n.XSLT)),
    ),
    BadToken(
        "vihf/saml-5.4.4/2",
        "is transformed by XPath",
        "est transformé par XPath",
        f"{CORE}5.4.4",
        attacked(attacks.transform(n.XPATH)),
    ),
    BadToken(
        "vihf/xmldsig-6.4/1",
        "says RSA-SHA1 of a signature that is another",
        "annonce RSA-SHA1 pour une signature qui est autre",
        "XML Signature 1.1, 6.4.2",
        attacked(attacks.declared_method(n.RSA_SHA1)),
    ),
    BadToken(
        "vihf/xmldsig-6.4/2",
        "is truly signed, with RSA-SHA1",
        "est vraiment signé, en RSA-SHA1",
        "XML Signature 1.1, 6.4.2; RGS annexe B1",
        _sha1,
        SHOULD,
    ),
    BadToken(
        "vihf/xmldsig-6.4/3",
        "says HMAC, as if the public key were a secret",
        "annonce un HMAC, comme si la clé publique était un secret",
        "XML Signature 1.1, 6.3.1",
        attacked(attacks.declared_method(n.HMAC_SHA256)),
    ),
    BadToken(
        "vihf/saml-5.4.5/1",
        "holds a bare key instead of a certificate",
        "contient une clé nue au lieu d'un certificat",
        f"{CORE}5.4.5",
        attacked(attacks.bare_key),
    ),
    BadToken(
        "vihf/saml-5.4.5/2",
        "has no KeyInfo",
        "n'a pas de KeyInfo",
        VIHF,
        attacked(attacks.no_key_information),
    ),
    BadToken(
        "vihf/saml-5.4.5/3",
        "shows the certificate of somebody else than signed",
        "montre le certificat d'un autre que le signataire",
        "XML Signature 1.1, 3.2.2",
        _certificate_of_another,
        keys=True,
    ),
)
