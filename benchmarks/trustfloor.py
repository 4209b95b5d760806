"""The least that anybody must do to verify a signed submission: parse, canonicalise, digest, check the two values.

A bare loop without a check of anything else. Keys are read beforehand.
"""

import hashlib
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from lxml import etree

from security.dsg import DMP_LEGACY, SetPolicy
from security.xmlsignature import names as n

_HASHING: Final[dict[bool, tuple[Callable[[bytes], "hashlib._Hash"], HashAlgorithm]]] = {
    False: (hashlib.sha256, SHA256()),
    True: (hashlib.sha1, SHA1()),
}


@dataclass(frozen=True, slots=True)
class Bare:
    """Whose signatures are checked, and under which policy the set is signed."""

    key: RSAPublicKey
    legacy: bool

    @classmethod
    def of(cls, certificate: x509.Certificate, policy: SetPolicy) -> "Bare":
        key = certificate.public_key()
        assert isinstance(key, RSAPublicKey)
        return cls(key, policy is DMP_LEGACY)

    def message(self, raw: bytes) -> None:
        """The envelope, and the assertion in it."""
        assertion = etree.fromstring(raw).find(f".//{n.SAML_ASSERTION}")
        assert assertion is not None
        signature = assertion[1]
        self.key.verify(b64decode(signature[1].text or ""), _exclusive(signature[0]), padding.PKCS1v15(), SHA256())
        assertion.remove(signature)
        assert hashlib.sha256(_exclusive(assertion)).digest() == b64decode(signature[0][2][-1].text or "")

    def set(self, data: bytes) -> None:
        """The signature document; its manifest is digested, the documents in it are not compared."""
        hashing, algorithm = _HASHING[self.legacy]
        root = etree.fromstring(data)
        canonical = _alone if self.legacy else _exclusive
        for reference, target in zip(root[0].findall(n.REFERENCE), (root[3][0], root[-1][0][0]), strict=True):
            assert hashing(canonical(target)).digest() == b64decode(reference[-1].text or "")
        self.key.verify(b64decode(root[1].text or ""), canonical(root[0]), padding.PKCS1v15(), algorithm)

    def documents(self, contents: tuple[bytes, ...]) -> None:
        """Under dmp-legacy the digest of an XML document is that of its canonical form; else it is known already."""
        if self.legacy:
            for content in contents:
                tree = etree.fromstring(content).getroottree()
                hashlib.sha1(etree.tostring(tree, method="c14n", with_comments=True), usedforsecurity=False).digest()


def _exclusive(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def _alone(element: etree._Element) -> bytes:
    """Inclusive, in the way that is right for inherited default namespaces."""
    alone = etree.fromstring(etree.tostring(element, with_tail=False))
    return etree.tostring(alone, method="c14n", with_comments=True)
