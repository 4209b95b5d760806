"""Signing: with any key that can sign, in a file or on a token."""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from security.xmlsignature import names as n
from security.xmlsignature.algorithms import SIGNATURE_METHODS, Scheme


class SigningKey(Protocol):
    """What a private key of `cryptography` can do, and a key on a token as well (`security.tokens`)."""

    @property
    def key_size(self) -> int: ...

    def public_key(self) -> Any: ...

    def sign(self, data: bytes, *args: Any, **named: Any) -> bytes:
        """RSA: `padding`, `algorithm`; elliptic curve: `signature_algorithm`. ECDSA values are DER."""
        ...


class Signer(Protocol):
    """A key and the certificates that go with it, as `security.issuing.CertifiedKey` has them."""

    @property
    def certificate(self) -> x509.Certificate: ...

    @property
    def key(self) -> SigningKey: ...

    @property
    def chain(self) -> Sequence[x509.Certificate]:
        """Nearest authority first, without the root."""
        ...


_PLACEHOLDER: Final = "placeholder"
"""What signxml replaces by the signature."""


def method_for(key: SigningKey) -> str:
    """The signature method of `strict` for a key; raises ValueError for one that it does not have."""
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        return n.RSA_SHA256
    if isinstance(public, ec.EllipticCurvePublicKey):
        return n.ECDSA_SHA384 if public.key_size == 384 else n.ECDSA_SHA256
    raise ValueError("the key is neither RSA nor of an elliptic curve; no signature method goes with it")


def sign_octets(key: SigningKey, method: str, octets: bytes) -> bytes:
    """A signature value as XML writes it."""
    wanted = SIGNATURE_METHODS[method]
    if wanted.scheme is Scheme.ECDSA:
        half = (key.key_size + 7) // 8
        r, s = decode_dss_signature(key.sign(octets, signature_algorithm=ec.ECDSA(wanted.hash)))
        return r.to_bytes(half) + s.to_bytes(half)
    scheme: padding.AsymmetricPadding = padding.PKCS1v15()
    if wanted.scheme is Scheme.PSS:
        scheme = padding.PSS(padding.MGF1(wanted.hash), wanted.hash.digest_size)
    return key.sign(octets, padding=scheme, algorithm=wanted.hash)


def sign_assertion(assertion: etree._Element, signer: Signer, method: str | None = None) -> etree._Element:
    """A copy of a SAML assertion with its signature after the Issuer: enveloped, exclusive, SHA-256.

    Raises ValueError for something that is not an assertion with an ID and an Issuer, or is signed already.
    """
    # Here, as who only verifies needs none of it.
    from signxml.algorithms import (
        CanonicalizationMethod,
        DigestAlgorithm,
        SignatureConstructionMethod,
        SignatureMethod,
    )
    from signxml.signer import XMLSigner

    if assertion.tag != n.SAML_ASSERTION or not assertion.get("ID") or not len(assertion):
        raise ValueError("not a SAML 2.0 Assertion with an ID")
    if assertion[0].tag != n.SAML_ISSUER or assertion.find(n.SIGNATURE) is not None:
        raise ValueError("the assertion must begin with its Issuer and must not be signed yet")
    copy = etree.fromstring(etree.tostring(assertion, with_tail=False))
    copy.insert(1, etree.Element(n.SIGNATURE, {"Id": _PLACEHOLDER}, nsmap={"ds": n.DS}))
    return XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod(method or method_for(signer.key)),
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    ).sign(copy, key=signer.key, cert=[signer.certificate], reference_uri=f"#{copy.get('ID')}")  # type: ignore[arg-type]
