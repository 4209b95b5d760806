"""Signing a set: a signature document in either policy."""

import uuid
from base64 import b64encode
from collections.abc import Collection, Sequence
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from security.dsg import names as n
from security.dsg.documents import SetDocument, canonical_digest
from security.dsg.policies import DMP_LEGACY, SET_DIGEST, STRICT, SetPolicy
from security.xmlsignature import names as x
from security.xmlsignature.algorithms import der_of, digest
from security.xmlsignature.parsing import parse_own
from security.xmlsignature.signing import Signer, method_for, sign_octets
from security.xmlsignature.verification import canonical_element


def sign_set(
    set_uri: str,
    documents: Sequence[SetDocument],
    signer: Signer,
    *,
    at: datetime,
    policy: SetPolicy = STRICT,
    canonical: Collection[str] = (),
    purpose: str = n.SOURCE,
    signature_id: str | None = None,
) -> bytes:
    """The signature document of a set.

    `at` (aware) becomes the SigningTime; `canonical` are the URIs of the XML documents whose canonical form is signed,
    under dmp-legacy alone; `signature_id` becomes the Id of the Signature, by default a new one. Raises ValueError when
    the key or the documents do not go with the policy, `SignatureRefused` when one of `canonical` is not XML.
    """
    method = x.RSA_SHA1 if policy is DMP_LEGACY else method_for(signer.key)
    if method == x.RSA_SHA1 and not isinstance(signer.certificate.public_key(), rsa.RSAPublicKey):
        raise ValueError(f"{policy.name} is signed with RSA; the key is of another kind")
    if canonical and policy.document_transforms == {()}:
        raise ValueError(f"{policy.name} signs documents as they are, not in their canonical form")
    identifier = signature_id or f"_{uuid.uuid4()}"
    manifest = _manifest(set_uri, documents, policy, canonical)
    root = parse_own(_document(policy, method, identifier, manifest, signer, at, purpose).encode())
    signed_info, value = root[0], root[1]
    targets = {f"#{each.get('Id')}": each for each in root.iter() if each.get("Id")}
    for reference in signed_info.findall(x.REFERENCE):
        octets = canonical_element(targets[reference.get("URI", "")], (), policy.profile)
        _child(reference, x.DIGEST_VALUE).text = _base64(digest(policy.digest, octets))
    value.text = _base64(sign_octets(signer.key, method, canonical_element(signed_info, (), policy.profile)))
    return etree.tostring(root)


def _document(
    policy: SetPolicy, method: str, identifier: str, manifest: str, signer: Signer, at: datetime, purpose: str
) -> str:
    """Everything but the digests in SignedInfo and the value."""
    legacy = policy is DMP_LEGACY
    transform = policy.profile.canonicalization
    transforms = "" if legacy else f'<Transforms><Transform Algorithm="{transform}"/></Transforms>'
    end = f'{transforms}<DigestMethod Algorithm="{policy.digest}"/><DigestValue/></Reference>'
    properties_id = "S0-SignedProperties" if legacy else f"{identifier}-properties"
    certificates = (signer.certificate,) if legacy else (signer.certificate, *signer.chain)
    properties = _properties_111 if legacy else _properties_132
    return (
        f'<Signature xmlns="{x.DS}" Id={quoteattr(identifier)}><SignedInfo>'
        f'<CanonicalizationMethod Algorithm="{policy.profile.canonicalization}"/>'
        f'<SignatureMethod Algorithm="{method}"/>'
        f'<Reference Type="{n.MANIFEST_TYPE}" URI="#{n.MANIFEST_ID}">{end}'
        f'<Reference Type="{policy.properties_type}" URI={quoteattr("#" + properties_id)}>{end}'
        "</SignedInfo><SignatureValue/><KeyInfo><X509Data>"
        + "".join(f"<X509Certificate>{_base64(der_of(each))}</X509Certificate>" for each in certificates)
        + f"</X509Data></KeyInfo><Object>{manifest}</Object>"
        + properties(identifier, properties_id, signer, at, escape(purpose))
        + "</Signature>"
    )


def _manifest(set_uri: str, documents: Sequence[SetDocument], policy: SetPolicy, canonical: Collection[str]) -> str:
    references = [_reference(set_uri, policy, SET_DIGEST, ())]
    for document in documents:
        if document.uri in canonical:
            octets = canonical_digest(document, policy.digest)
            references.append(_reference(document.uri, policy, octets, (x.C14N_WITH_COMMENTS,)))
        else:
            references.append(_reference(document.uri, policy, document.digest(policy.digest), ()))
    return f'<Manifest Id="{n.MANIFEST_ID}">{"".join(references)}</Manifest>'


def _reference(uri: str, policy: SetPolicy, octets: bytes, transforms: tuple[str, ...]) -> str:
    stated = "".join(f'<Transform Algorithm="{each}"/>' for each in transforms)
    return (
        f"<Reference URI={quoteattr(uri)}>"
        + (f"<Transforms>{stated}</Transforms>" if stated else "")
        + f'<DigestMethod Algorithm="{policy.digest}"/><DigestValue>{_base64(octets)}</DigestValue></Reference>'
    )


def _properties_111(identifier: str, properties_id: str, signer: Signer, at: datetime, purpose: str) -> str:
    """The purpose and XAdES 1.1.1, in the shape of the official sample."""
    target = quoteattr("#" + identifier)
    certs = "".join(
        f'<Cert><CertDigest><DigestMethod Algorithm="{x.SHA1}"/>'
        f"<DigestValue>{_base64(digest(x.SHA1, der_of(each)))}</DigestValue></CertDigest><IssuerSerial>"
        f'<X509IssuerName xmlns="{x.DS}">{escape(each.issuer.rfc4514_string())}</X509IssuerName>'
        f'<X509SerialNumber xmlns="{x.DS}">{each.serial_number}</X509SerialNumber></IssuerSerial></Cert>'
        for each in (signer.certificate, *signer.chain)
    )
    return (
        f'<Object><SignatureProperties><SignatureProperty Id="{n.PURPOSE_ID}" Target={target}>{purpose}'
        "</SignatureProperty></SignatureProperties></Object>"
        f'<Object><QualifyingProperties xmlns="{n.XADES_111}" Target={target}>'
        f"<SignedProperties Id={quoteattr(properties_id)}><SignedSignatureProperties>"
        f"<SigningTime>{at.isoformat(timespec='milliseconds')}</SigningTime>"
        f"<SigningCertificate>{certs}</SigningCertificate>"
        "<SignaturePolicyIdentifier><SignaturePolicyImplied/></SignaturePolicyIdentifier>"
        "</SignedSignatureProperties><SignedDataObjectProperties/></SignedProperties></QualifyingProperties></Object>"
    )


def _properties_132(identifier: str, properties_id: str, signer: Signer, at: datetime, purpose: str) -> str:
    """XAdES 1.3.2 (EN 319 132-1): the purpose is a commitment, and signed."""
    certs = "".join(
        f'<xades:Cert><xades:CertDigest><DigestMethod Algorithm="{x.SHA256}"/>'
        f"<DigestValue>{_base64(digest(x.SHA256, der_of(each)))}</DigestValue></xades:CertDigest></xades:Cert>"
        for each in (signer.certificate, *signer.chain)
    )
    return (
        f'<Object><xades:QualifyingProperties xmlns:xades="{n.XADES_132}" Target={quoteattr("#" + identifier)}>'
        f"<xades:SignedProperties Id={quoteattr(properties_id)}><xades:SignedSignatureProperties>"
        f"<xades:SigningTime>{at.isoformat(timespec='milliseconds')}</xades:SigningTime>"
        f"<xades:SigningCertificateV2>{certs}</xades:SigningCertificateV2></xades:SignedSignatureProperties>"
        "<xades:SignedDataObjectProperties><xades:CommitmentTypeIndication><xades:CommitmentTypeId>"
        f'<xades:Identifier Qualifier="OIDAsURN">urn:oid:{purpose}</xades:Identifier></xades:CommitmentTypeId>'
        "<xades:AllSignedDataObjects/></xades:CommitmentTypeIndication></xades:SignedDataObjectProperties>"
        "</xades:SignedProperties></xades:QualifyingProperties></Object>"
    )


def _child(parent: etree._Element, tag: str) -> etree._Element:
    found = parent.find(tag)
    assert found is not None  # noqa: S101 - written a few lines above
    return found


def _base64(octets: bytes) -> str:
    return b64encode(octets).decode()
