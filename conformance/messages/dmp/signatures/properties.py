"""Signatures that say something wrong of themselves: when, by whom, what for."""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Final

from lxml import etree

from conformance.messages.dmp import xmldsig
from conformance.messages.dmp.holders import der
from conformance.messages.dmp.signature import LEGACY
from conformance.messages.dmp.signatures.forge import (
    DSG,
    XADES,
    BadSignature,
    Make,
    Signing,
    before,
    local,
    parent,
    remove,
    write,
)
from conformance.model import SHOULD


def _at(offset: timedelta) -> Make:
    return lambda signing: signing.signed(at=datetime.now(UTC) + offset)


def _named_another(signing: Signing) -> bytes:
    """Signed by the holder; the properties have the digest of another's certificate."""
    other = signing.given_keys.other(signing.holder).certificate
    algorithm = "sha1" if signing.style is LEGACY else "sha256"
    digest = b64encode(hashlib.new(algorithm, der(other)).digest()).decode()

    def edit(root: etree._Element) -> None:
        local(local(root, "CertDigest"), "DigestValue").text = digest

    return signing.signed(before=edit)


def _shown_another(signing: Signing) -> bytes:
    """Signed by the holder; KeyInfo shows the certificate of another."""
    other = signing.given_keys.other(signing.holder).certificate
    own = xmldsig.certificate(signing.holder.certificate).encode()
    return signing.signed().replace(own, xmldsig.certificate(other).encode())


def _two_times(root: etree._Element) -> None:
    first = local(root, "SigningTime")
    second = etree.fromstring(etree.tostring(first, with_tail=False))
    first.addnext(second)


def _no_certificate(root: etree._Element) -> None:
    local(root, "SigningCertificate" if _is_legacy(root) else "SigningCertificateV2").clear()


def _is_legacy(root: etree._Element) -> bool:
    return any(etree.QName(each).localname == "SignatureProperties" for each in root.iter("{*}*"))


PROPERTIES: Final = (
    BadSignature(
        "signing-time/1",
        "signed tomorrow",
        "signé demain",
        XADES + "5.2.1",
        _at(timedelta(days=1)),
        covers=("lot.signing-time",),
    ),
    BadSignature(
        "signing-time/2",
        "signed before the certificate of the signer was valid",
        "signé avant que le certificat du signataire soit valide",
        XADES + "5.2.1",
        _at(-timedelta(days=3650)),
        covers=("lot.signing-time",),
    ),
    BadSignature(
        "signing-time/3",
        "signed at a time without its zone",
        "signé à une heure sans fuseau",
        XADES + "5.2.1",
        before(write("SigningTime", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"))),
        level=SHOULD,
        covers=("lot.signing-time",),
    ),
    BadSignature(
        "signing-time/4",
        "whose signature does not say when",
        "dont la signature ne dit pas quand",
        XADES + "5.2.1",
        before(lambda root: remove(local(root, "SigningTime"))),
        covers=("lot.structure",),
    ),
    BadSignature(
        "signing-time/7",
        "whose signature has an empty time",
        "dont la signature porte une heure vide",
        XADES + "5.2.1",
        before(write("SigningTime", "")),
        covers=("lot.signing-time",),
    ),
    BadSignature(
        "signing-time/5",
        "whose signature says two times",
        "dont la signature donne deux heures",
        XADES + "5.2.1",
        before(_two_times),
        covers=("lot.structure",),
    ),
    BadSignature(
        "signing-time/6",
        "signed on a day that does not exist",
        "signé un jour qui n'existe pas",
        XADES + "5.2.1",
        before(write("SigningTime", "2026-02-30T00:00:00Z")),
        covers=("lot.signing-time",),
    ),
    BadSignature(
        "signing-certificate/1",
        "whose signature names another certificate than it shows",
        "dont la signature désigne un autre certificat que celui qu'elle montre",
        XADES + "5.2.2",
        _named_another,
        keys=True,
        covers=("lot.signing-certificate",),
    ),
    BadSignature(
        "signing-certificate/2",
        "whose signature shows the certificate of somebody else than signed",
        "dont la signature montre le certificat d'un autre que le signataire",
        XADES + "5.2.2",
        _shown_another,
        keys=True,
        covers=("lot.value",),
    ),
    BadSignature(
        "signing-certificate/3",
        "whose signature names no certificate in its properties",
        "dont la signature ne désigne aucun certificat dans ses propriétés",
        XADES + "5.2.2",
        before(_no_certificate),
        covers=("lot.signing-certificate",),
    ),
    BadSignature(
        "signing-certificate/4",
        "whose signature names another serial number",
        "dont la signature désigne un autre numéro de série",
        XADES + "5.2.2",
        before(write("X509SerialNumber", "1")),
        styles=(LEGACY,),
        covers=("lot.signing-certificate",),
    ),
    BadSignature(
        "signing-certificate/5",
        "whose signature names another issuer",
        "dont la signature désigne un autre émetteur",
        XADES + "5.2.2",
        before(write("X509IssuerName", "CN=UNE AUTRE AUTORITE,C=FR")),
        styles=(LEGACY,),
        covers=("lot.signing-certificate",),
    ),
    BadSignature(
        "purpose/1",
        "whose signature is for verification, and its entry says source",
        "dont la signature a pour objet la vérification, et sa fiche dit source",
        "ITI TF-3 5.5.2, 5.5.6.1.5; DMP TD2.1",
        lambda signing: signing.signed(purpose="1.2.840.10065.1.12.1.5"),
        covers=("lot.purpose",),
    ),
    BadSignature(
        "purpose/2",
        "whose signature has no purpose",
        "dont la signature n'a pas d'objet",
        "DMP TD2.1",
        before(lambda root: remove(local(root, "SignatureProperty"))),
        styles=(LEGACY,),
        covers=("lot.purpose",),
    ),
    BadSignature(
        "purpose/3",
        "whose purpose aims at something else",
        "dont l'objet vise autre chose",
        "DMP TD2.1",
        before(lambda root: local(root, "SignatureProperty").set("Target", "#nothing")),
        styles=(LEGACY,),
        level=SHOULD,
        covers=("lot.purpose",),
    ),
    BadSignature(
        "policy/1",
        "whose signature names no policy",
        "dont la signature ne désigne aucune politique",
        "DMP TD2.1; " + XADES + "5.2.9",
        before(lambda root: remove(local(root, "SignaturePolicyIdentifier"))),
        styles=(LEGACY,),
        level=SHOULD,
        covers=("lot.signature-policy",),
    ),
    BadSignature(
        "qualifying-properties/1",
        "whose properties aim at another signature",
        "dont les propriétés visent une autre signature",
        XADES + "4.3.1",
        before(lambda root: local(root, "QualifyingProperties").set("Target", "#nothing")),
        covers=("lot.structure",),
    ),
    BadSignature(
        "qualifying-properties/2",
        "whose signature has no XAdES properties",
        "dont la signature n'a pas de propriétés XAdES",
        DSG,
        before(lambda root: remove(parent(local(root, "QualifyingProperties")))),
        covers=("lot.structure",),
    ),
)
