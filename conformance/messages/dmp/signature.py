"""The signature of the submission set: XAdES around a Manifest of the documents. # DMP TD2.1; ITI TF-3 5.5

`dmp-legacy` is the form of the official messages (XAdES 1.1.1, RSA-SHA1, inclusive canonicalisation with comments,
XML documents digested in that form); `strict` that of IHE DSG (XAdES 1.3.2, SHA-256, exclusive, documents as bytes).
Either is written as text without its digests; `signed` fills them in, after whatever an edit did to it.
"""

import hashlib
import uuid
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.sax.saxutils import escape

from cryptography import x509
from lxml import etree

from conformance.messages.dmp import names as n
from conformance.messages.dmp import xmldsig
from conformance.messages.dmp.holders import der, issuer_name
from security.issuing import CertifiedKey

Edit = Callable[[etree._Element], object]
"""Changes the Signature element that it is given."""


@dataclass(frozen=True, slots=True)
class Style:
    """One of the two forms."""

    name: str
    canonicalization: str
    digest: str
    xades: str
    stated: str
    """Transforms of the references of SignedInfo, as text."""


LEGACY: Final = Style("dmp-legacy", n.INCLUSIVE_WITH_COMMENTS, n.SHA1, n.XADES_111, "")
STRICT: Final = Style(
    "strict",
    n.EXCLUSIVE,
    n.SHA256,
    n.XADES_132,
    f'<Transforms><Transform Algorithm="{n.EXCLUSIVE}"/></Transforms>',
)
STYLES: Final = {style.name: style for style in (LEGACY, STRICT)}

_SIGNATURE: Final = """\
<Signature xmlns="http://www.w3.org/2000/09/xmldsig#" Id="{id}"><SignedInfo>\
<CanonicalizationMethod Algorithm="{canonicalization}"/><SignatureMethod Algorithm="{method}"/>\
<Reference Type="http://www.w3.org/2000/09/xmldsig#Manifest" URI="#IHEManifest">{stated}\
<DigestMethod Algorithm="{digest}"/><DigestValue/></Reference>\
<Reference Type="{properties_type}" URI="#{properties}">{stated}<DigestMethod Algorithm="{digest}"/><DigestValue/>\
</Reference></SignedInfo><SignatureValue/><KeyInfo><X509Data>{certificates}</X509Data></KeyInfo>\
<Object><Manifest Id="IHEManifest">{manifest}</Manifest></Object>{objects}</Signature>"""
_REFERENCE: Final = """\
<Reference URI="urn:oid:{oid}">{transforms}<DigestMethod Algorithm="{method}"/><DigestValue>{digest}</DigestValue>\
</Reference>"""
_CANONICAL: Final = f'<Transforms><Transform Algorithm="{n.INCLUSIVE_WITH_COMMENTS}"/></Transforms>'

_LEGACY_OBJECTS: Final = """\
<Object><SignatureProperties><SignatureProperty Id="purposeOfSignature" Target="#{id}">{purpose}</SignatureProperty>\
</SignatureProperties></Object>\
<Object><QualifyingProperties xmlns="http://uri.etsi.org/01903/v1.1.1#" Target="#{id}">\
<SignedProperties Id="{properties}"><SignedSignatureProperties><SigningTime>{at}</SigningTime>\
<SigningCertificate>{certs}</SigningCertificate>\
<SignaturePolicyIdentifier><SignaturePolicyImplied/></SignaturePolicyIdentifier></SignedSignatureProperties>\
<SignedDataObjectProperties/></SignedProperties></QualifyingProperties></Object>"""
_LEGACY_CERT: Final = """\
<Cert><CertDigest><DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>\
<DigestValue>{digest}</DigestValue></CertDigest><IssuerSerial>\
<X509IssuerName xmlns="http://www.w3.org/2000/09/xmldsig#">{issuer}</X509IssuerName>\
<X509SerialNumber xmlns="http://www.w3.org/2000/09/xmldsig#">{serial}</X509SerialNumber></IssuerSerial></Cert>"""

_STRICT_OBJECTS: Final = """\
<Object><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#{id}">\
<xades:SignedProperties Id="{properties}"><xades:SignedSignatureProperties>\
<xades:SigningTime>{at}</xades:SigningTime>\
<xades:SigningCertificateV2>{certs}</xades:SigningCertificateV2></xades:SignedSignatureProperties>\
<xades:SignedDataObjectProperties><xades:CommitmentTypeIndication><xades:CommitmentTypeId>\
<xades:Identifier Qualifier="OIDAsURN">urn:oid:{purpose}</xades:Identifier></xades:CommitmentTypeId>\
<xades:AllSignedDataObjects/></xades:CommitmentTypeIndication></xades:SignedDataObjectProperties>\
</xades:SignedProperties></xades:QualifyingProperties></Object>"""
_STRICT_CERT: Final = """\
<xades:Cert><xades:CertDigest><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>\
<DigestValue>{digest}</DigestValue></xades:CertDigest></xades:Cert>"""


def signed(
    set_id: str,
    documents: Sequence[tuple[str, bytes, bool]],
    signer: CertifiedKey,
    style: Style = LEGACY,
    *,
    at: datetime | None = None,
    purpose: str = n.SOURCE_PURPOSE,
    before: Edit | None = None,
    after: Edit | None = None,
) -> bytes:
    """The signature of the set `set_id` and `documents`: uniqueId, bytes, whether it is XML.

    `before` edits what will be signed, `after` what was signed.
    """
    root = xmldsig.parse(_unsigned(set_id, documents, signer, style, at or datetime.now(UTC), purpose))
    if before:
        before(root)
    xmldsig.complete(root, signer)
    if after:
        after(root)
    return etree.tostring(root.getroottree(), encoding="UTF-8")


def _unsigned(
    set_id: str,
    documents: Sequence[tuple[str, bytes, bool]],
    signer: CertifiedKey,
    style: Style,
    at: datetime,
    purpose: str,
) -> str:
    legacy = style is LEGACY
    identifier = f"_{uuid.uuid4()}"
    properties = "S0-SignedProperties" if legacy else f"{identifier}-properties"
    chain = (signer.certificate, *signer.chain)
    manifest = _REFERENCE.format(oid=set_id, transforms="", method=style.digest, digest="AA==")
    for unique_id, content, is_xml in documents:
        canonical = legacy and is_xml
        octets = xmldsig.canonical_document(content) if canonical else content
        manifest += _REFERENCE.format(
            oid=unique_id,
            transforms=_CANONICAL if canonical else "",
            method=style.digest,
            digest=xmldsig.digest(style.digest, octets),
        )
    shown = (signer.certificate,) if legacy else chain
    return _SIGNATURE.format(
        id=identifier,
        canonicalization=style.canonicalization,
        method=n.RSA_SHA1 if legacy else xmldsig.method_for(signer.key),
        stated=style.stated,
        digest=style.digest,
        properties_type=n.SIGNED_PROPERTIES_111 if legacy else n.SIGNED_PROPERTIES,
        properties=properties,
        certificates="".join(map(xmldsig.certificate, shown)),
        manifest=manifest,
        objects=(_LEGACY_OBJECTS if legacy else _STRICT_OBJECTS).format(
            id=identifier,
            purpose=purpose,
            properties=properties,
            at=instant(at),
            certs="".join(map(_legacy_cert if legacy else _strict_cert, chain)),
        ),
    )


def instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{at.microsecond // 1000:03d}Z"


def _legacy_cert(certificate: x509.Certificate) -> str:
    return _LEGACY_CERT.format(
        digest=b64encode(hashlib.sha1(der(certificate), usedforsecurity=False).digest()).decode(),
        issuer=escape(issuer_name(certificate)),
        serial=certificate.serial_number,
    )


def _strict_cert(certificate: x509.Certificate) -> str:
    return _STRICT_CERT.format(digest=b64encode(hashlib.sha256(der(certificate)).digest()).decode())
