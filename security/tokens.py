"""Keys on a token or card, by PKCS#11: they sign where they are and never leave it.

Needs python-pkcs11 (`pip install carnet[tokens]`) and the library of the token's maker. TLS is out of its reach:
Python's ssl takes keys from files alone.
"""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from security.usages import Usage, misuse

PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


class TokenError(Exception):
    """A token cannot be used; says what is missing and what to do."""


# RFC 8017 9.2, note 1: the DigestInfo before each digest, for tokens that do not hash
_DIGEST_INFO: Final[Mapping[str, bytes]] = {
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """A key on a token and its certificates, for everything that signs (`security.xmlsignature.Signer`)."""

    certificate: x509.Certificate
    key: "TokenKey"
    chain: tuple[x509.Certificate, ...] = ()
    """Authorities found on the token, nearest first, without the root."""


class TokenKey:
    """A private key on a token; signs like a key of `cryptography`. May be used from many threads, one at a time."""

    def __init__(
        self, key: Any, public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, mechanisms: frozenset[str]
    ) -> None:
        """`mechanisms`: names of what the token can do, as PKCS#11 has them."""
        self._key, self._public, self._mechanisms = key, public, mechanisms
        self._lock = threading.Lock()  # a session answers one call at a time

    @property
    def key_size(self) -> int:
        """Bits."""
        return self._public.key_size

    def public_key(self) -> PublicKey:
        return self._public

    def sign(
        self,
        data: bytes,
        padding: padding.AsymmetricPadding | None = None,
        algorithm: hashes.HashAlgorithm | None = None,
        *,
        signature_algorithm: ec.ECDSA | None = None,
    ) -> bytes:
        """RSA with `padding` and `algorithm`, elliptic curves with `signature_algorithm` (DER). Raises `TokenError`."""
        if signature_algorithm is not None:
            return self._ecdsa(data, signature_algorithm)
        if padding is None or algorithm is None:
            raise TypeError("an RSA key signs with padding and algorithm")
        return self._rsa(data, padding, algorithm)

    def _ecdsa(self, data: bytes, chosen: ec.ECDSA) -> bytes:
        assert isinstance(chosen.algorithm, hashes.HashAlgorithm)  # noqa: S101 - the digest is always made here
        # PKCS#11 2.40, 2.3.6: r and s one after the other
        raw = self._sign(hashlib.new(chosen.algorithm.name, data).digest(), "ECDSA")
        half = len(raw) // 2
        return encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))

    def _rsa(self, data: bytes, chosen: padding.AsymmetricPadding, algorithm: hashes.HashAlgorithm) -> bytes:
        name = algorithm.name
        if isinstance(chosen, padding.PSS):
            return self._pss(data, name, algorithm.digest_size)
        hashing = f"{name.upper()}_RSA_PKCS"
        if hashing in self._mechanisms:
            return self._sign(data, hashing)
        return self._sign(_DIGEST_INFO[name] + hashlib.new(name, data).digest(), "RSA_PKCS")

    def _pss(self, data: bytes, name: str, size: int) -> bytes:
        from pkcs11 import MGF, Mechanism

        parameters = (getattr(Mechanism, f"{'SHA_1' if name == 'sha1' else name.upper()}"), MGF[name.upper()], size)
        return self._sign(data, f"{name.upper()}_RSA_PKCS_PSS", parameters)

    def _sign(self, data: bytes, mechanism: str, parameters: object = None) -> bytes:
        from pkcs11 import Mechanism
        from pkcs11.exceptions import PKCS11Error

        if mechanism not in self._mechanisms:
            raise TokenError(f"the token cannot sign with {mechanism}")
        try:
            with self._lock:
                return bytes(self._key.sign(data, mechanism=Mechanism[mechanism], mechanism_param=parameters))
        except PKCS11Error as error:
            raise TokenError(f"the token did not sign: {type(error).__name__}") from None


class Token:
    """An open token. PKCS#11 knows one login per process and token: it is opened once, and closing it ends its keys."""

    def __init__(self, session: Any, mechanisms: frozenset[str]) -> None:
        self._session, self._mechanisms = session, mechanisms

    @classmethod
    def open(cls, module: Path, pin: str, *, label: str | None = None) -> "Token":
        """`module` is the maker's PKCS#11 library, `label` that of the token where there are several.

        Raises `TokenError`; the PIN is in no message.
        """
        try:
            import pkcs11
            from pkcs11.exceptions import PKCS11Error, UserAlreadyLoggedIn
        except ImportError:
            raise TokenError("python-pkcs11 is not installed: pip install carnet[tokens]") from None
        try:
            found = [each for each in pkcs11.lib(str(module)).get_tokens() if label in (None, each.label.strip())]
            if len(found) != 1:
                labels = ", ".join(sorted(each.label.strip() for each in found)) or "none"
                raise TokenError(f"{module}: {len(found)} tokens fit ({labels}); name one by its label")
            session = found[0].open(user_pin=pin)
            return cls(session, frozenset(getattr(each, "name", "") for each in found[0].slot.get_mechanisms()))
        except UserAlreadyLoggedIn:
            raise TokenError(f"{module}: the token is open in this process already") from None
        except PKCS11Error as error:
            raise TokenError(f"{module}: {type(error).__name__}; is the token there and the PIN right?") from None
        except RuntimeError as error:
            raise TokenError(f"{module}: not a PKCS#11 library that can be loaded: {error}") from None

    def signer(self, usage: Usage = Usage.SIGN) -> TokenSigner:
        """The key whose certificate is for `usage`: a card has one to sign and one to authenticate.

        Raises `TokenError`.
        """
        if self._session is None:
            raise TokenError("the token was closed")
        return _signer(self._session, usage, self._mechanisms)

    def close(self) -> None:
        """Logs out. Does nothing when called again."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def __enter__(self) -> "Token":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _signer(session: Any, usage: Usage, mechanisms: frozenset[str]) -> TokenSigner:
    from pkcs11 import Attribute, ObjectClass

    held = {
        bytes(each[Attribute.ID]): x509.load_der_x509_certificate(bytes(each[Attribute.VALUE]))
        for each in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
    }
    keys = {bytes(each[Attribute.ID]): each for each in session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})}
    fitting = [identifier for identifier in held.keys() & keys.keys() if misuse(held[identifier], usage) is None]
    if len(fitting) != 1:
        raise TokenError(f"the token holds {len(fitting)} keys with a certificate for {usage.name}; one is needed")
    certificate = held[fitting[0]]
    public = certificate.public_key()
    if not isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise TokenError("the key is neither RSA nor of an elliptic curve")
    key = TokenKey(keys[fitting[0]], public, mechanisms)
    return TokenSigner(certificate, key, _chain(certificate, list(held.values())))


def _chain(certificate: x509.Certificate, held: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    chain: list[x509.Certificate] = []
    below = certificate
    while len(chain) < len(held):
        above = next((each for each in held if each.subject == below.issuer and each.subject != each.issuer), None)
        if above is None:
            break
        chain.append(above)
        below = above
    return tuple(chain)
