"""XML Signature 1.1 with lxml and cryptography alone: canonical forms, digests, signature values."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from conformance.messages.dmp import names as n
from conformance.messages.dmp.holders import der
from security.issuing import CertifiedKey, PrivateKey

_DIGESTS: Final[Mapping[str, str]] = {n.SHA1: "sha1", n.SHA256: "sha256", n.SHA384: "sha384", n.SHA512: "sha512"}
_HASHES: Final[Mapping[str, type[hashes.HashAlgorithm]]] = {
    n.RSA_SHA1: hashes.SHA1,
    n.RSA_SHA256: hashes.SHA256,
    n.ECDSA_SHA256: hashes.SHA256,
}


def parse(xml: bytes | str) -> etree._Element:
    """Of what we wrote ourselves; comments and instructions are kept, as some of them are attacks."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(xml.encode() if isinstance(xml, str) else xml, parser)


def text(element: etree._Element) -> str:
    """An element as text, without what follows it."""
    written: str = etree.tostring(element, encoding="unicode", with_tail=False)
    return written


def canonical(element: etree._Element, algorithm: str) -> bytes:
    """Canonical octets of an element in its place: inclusive forms render the namespaces of its ancestors."""
    comments = algorithm.endswith("#WithComments")
    exclusive = algorithm.startswith(n.EXCLUSIVE)
    # lxml is right on a tree of its own alone: on a subtree it invents xmlns="" and adds what follows
    alone = parse(etree.tostring(element, with_tail=False))
    return etree.tostring(alone, method="c14n", exclusive=exclusive, with_comments=comments)


def canonical_document(xml: bytes) -> bytes:
    """A whole document in inclusive form with comments; comments and instructions around the root belong to it."""
    return etree.tostring(parse(xml).getroottree(), method="c14n", with_comments=True)


def digest(algorithm: str, octets: bytes) -> str:
    """Base64, as DigestValue has it."""
    return b64encode(hashlib.new(_DIGESTS.get(algorithm, "sha256"), octets).digest()).decode()


def method_for(key: PrivateKey) -> str:
    return n.RSA_SHA256 if isinstance(key, rsa.RSAPrivateKey) else n.ECDSA_SHA256


def value(key: PrivateKey, method: str, octets: bytes) -> str:
    """Base64 of the signature; for ECDSA r and s side by side, as XML Signature 1.1 6.4.3 has it."""
    algorithm = _HASHES.get(method, hashes.SHA256)()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(octets, ec.ECDSA(algorithm)))
        size = (key.key_size + 7) // 8
        return b64encode(r.to_bytes(size, "big") + s.to_bytes(size, "big")).decode()
    return b64encode(key.sign(octets, padding.PKCS1v15(), algorithm)).decode()


def certificate(one: x509.Certificate) -> str:
    return f"<X509Certificate>{b64encode(der(one)).decode()}</X509Certificate>"


def complete(signature: etree._Element, signer: CertifiedKey) -> None:
    """Makes the digests of same-document references and the value true to what stands there.

    A reference that leads nowhere keeps its digest; an algorithm nobody knows is signed as if it were SHA-256.
    """
    signed_info, signature_value = _child(signature, "SignedInfo"), _child(signature, "SignatureValue")
    form = _child(signed_info, "CanonicalizationMethod").get("Algorithm", "")
    root = signature.getroottree().getroot()
    for reference in signed_info.findall(f"{{{n.DS}}}Reference"):
        uri = reference.get("URI", "")
        targets = root.xpath("//*[@Id = $id]", id=uri[1:]) if uri.startswith("#") else []
        if targets:
            method = _child(reference, "DigestMethod").get("Algorithm", "")
            _child(reference, "DigestValue").text = digest(method, canonical(targets[0], _known(form)))
    method = _child(signed_info, "SignatureMethod").get("Algorithm", "")
    signature_value.text = value(signer.key, method, canonical(signed_info, _known(form)))


def _known(form: str) -> str:
    return form if form.startswith((n.EXCLUSIVE, n.INCLUSIVE)) else n.EXCLUSIVE


def _child(parent: etree._Element, name: str) -> etree._Element:
    found = parent.find(f"{{{n.DS}}}{name}")
    if found is None:
        raise ValueError(f"{parent.tag!r} has no {name}")
    return found


def zero_value() -> str:
    """A signature value out of thin air."""
    return b64encode(b64decode("AA==") * 256).decode()


def prefixed(old: etree._Element, parent: etree._Element | None = None) -> etree._Element:
    """A copy with the prefix `ds` on all that is of XML Signature; what else there is has no prefix."""
    namespace = etree.QName(old).namespace or ""
    prefixes: dict[str | None, str] = {"ds": namespace} if namespace == n.DS else {None: namespace}
    attributes = {str(name): str(value) for name, value in old.attrib.items()}
    if parent is None:
        new = etree.Element(old.tag, attributes, nsmap=prefixes)
    else:
        new = etree.SubElement(parent, old.tag, attributes, nsmap=prefixes)
    new.text = old.text
    for child in old:
        prefixed(child, new)
    return new
