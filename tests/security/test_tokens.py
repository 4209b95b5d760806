"""Signing with keys on a token: SoftHSM stands for the card."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from dmp.authority import Authority
from security.certificates import TrustStore, Usage
from security.dsg import DMP_LEGACY, STRICT, SetPolicy, sign_set, verify_set
from security.issuing import CertifiedKey
from security.tokens import Token, TokenError, TokenSigner
from security.xmlsignature import names as n
from security.xmlsignature import sign_assertion, verify
from security.xmlsignature.algorithms import check_value
from security.xmlsignature.signing import sign_octets
from tests.security.corpus.bench import Bench, plain_assertion
from tests.security.corpus.sets import DOCUMENTS, EXPECTED, LETTER, SET

pkcs11 = pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed: pip install carnet[tokens]")
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
pytestmark = pytest.mark.skipif(
    not MODULE.exists() or shutil.which("softhsm2-util") is None,
    reason="SoftHSM is not installed: apt-get install softhsm2",
)
PIN = "1234"
Cards = dict[str, tuple[CertifiedKey, CertifiedKey]]


@pytest.fixture(scope="module")
def cards(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Cards:
    """Tokens `doctor` (RSA) and `curve` (P-256), each with a signature and an authentication key, as a card has."""
    directory = tmp_path_factory.mktemp("softhsm")
    (directory / "tokens").mkdir()
    (directory / "softhsm2.conf").write_text(f"directories.tokendir = {directory / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(directory / "softhsm2.conf")  # read once, when the library is loaded
    doctor = authority.identities["doctor"]
    signing, connecting = Bench(authority, Usage.SIGN), Bench(authority, Usage.AUTH)
    persons = authority.hierarchy.persons
    held = {
        "doctor": (doctor.signature, doctor.authentication),
        "curve": (signing.issued(persons), connecting.issued(persons)),
    }
    # The library sees the tokens that are there when it is loaded.
    for label, pair in held.items():
        _softhsm("--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", PIN)
        for identifier, certified in zip(("01", "02"), pair, strict=True):
            _import_key(directory, label, identifier, certified)
    for label, pair in held.items():
        _write_certificates(label, dict(zip(("01", "02"), pair, strict=True)))
    return held


def _softhsm(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)


def _import_key(directory: Path, label: str, identifier: str, certified: CertifiedKey) -> None:
    file = directory / "key.pem"
    file.write_bytes(certified.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    _softhsm("--import", str(file), "--token", label, "--label", identifier, "--id", identifier, "--pin", PIN)
    file.unlink()


def _write_certificates(label: str, held: dict[str, CertifiedKey]) -> None:
    certificates = {identifier: certified.certificate for identifier, certified in held.items()}
    certificates["0a"] = held["01"].chain[0]
    token = next(each for each in pkcs11.lib(str(MODULE)).get_tokens() if each.label.strip() == label)
    with token.open(user_pin=PIN, rw=True) as session:
        for identifier, certificate in certificates.items():
            session.create_object(
                {
                    pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                    pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    pkcs11.Attribute.TOKEN: True,
                    pkcs11.Attribute.ID: bytes.fromhex(identifier),
                    pkcs11.Attribute.SUBJECT: certificate.subject.public_bytes(),
                    pkcs11.Attribute.VALUE: certificate.public_bytes(Encoding.DER),
                }
            )


@pytest.fixture(scope="module")
def tokens(cards: Cards) -> Iterator[dict[str, Token]]:
    found = {label: Token.open(MODULE, PIN, label=label) for label in cards}
    yield found
    for token in found.values():
        token.close()


@pytest.fixture
def card(tokens: dict[str, Token], request: pytest.FixtureRequest) -> TokenSigner:
    return tokens[request.param].signer()


@pytest.mark.parametrize("card", ["doctor", "curve"], indirect=True)
def test_a_card_signs_an_assertion(card: TokenSigner, at: datetime) -> None:
    signed = sign_assertion(plain_assertion("_a", "x", at), card)
    assert verify(signed, card.certificate).element.get("ID") == "_a"
    assert len(etree.tostring(signed)) > 2000


@pytest.mark.parametrize(
    ("card", "policy"), [("doctor", STRICT), ("curve", STRICT), ("doctor", DMP_LEGACY)], indirect=["card"]
)
def test_a_card_signs_a_set(card: TokenSigner, policy: SetPolicy, authority: Authority, pki: Path) -> None:
    canonical = {LETTER} if policy is DMP_LEGACY else ()
    data = sign_set(SET, DOCUMENTS, card, at=authority.at, policy=policy, canonical=canonical)
    verdict = verify_set(data, EXPECTED, TrustStore.load(pki), at=authority.at)
    assert verdict.certificate == card.certificate
    assert [each.subject for each in card.chain] == [authority.hierarchy.persons.certificate.subject]


@pytest.mark.parametrize("method", [n.RSA_SHA1, n.RSA_SHA256, n.RSA_SHA512, n.RSA_PSS_SHA256])
@pytest.mark.parametrize("card", ["doctor"], indirect=True)
def test_every_method_of_rsa_verifies(card: TokenSigner, method: str) -> None:
    check_value(card.certificate, method, sign_octets(card.key, method, b"octets"), b"octets")


@pytest.mark.parametrize("card", ["doctor"], indirect=True)
def test_a_token_that_does_not_hash_is_given_the_digest(card: TokenSigner) -> None:
    card.key._mechanisms = frozenset({"RSA_PKCS"})
    for method in (n.RSA_SHA1, n.RSA_SHA256, n.RSA_SHA384, n.RSA_SHA512):
        check_value(card.certificate, method, sign_octets(card.key, method, b"octets"), b"octets")
    with pytest.raises(TokenError, match="SHA256_RSA_PKCS_PSS"):
        sign_octets(card.key, n.RSA_PSS_SHA256, b"octets")


def test_the_usage_chooses_the_key(tokens: dict[str, Token], authority: Authority) -> None:
    doctor, token = authority.identities["doctor"], tokens["doctor"]
    assert token.signer().certificate == doctor.signature.certificate
    assert token.signer(Usage.AUTH).certificate == doctor.authentication.certificate
    with pytest.raises(TokenError, match="0 keys with a certificate for SERVER"):
        token.signer(Usage.SERVER)


def test_the_key_says_what_it_is(tokens: dict[str, Token]) -> None:
    key = tokens["doctor"].signer().key
    assert (key.key_size, isinstance(key.public_key(), rsa.RSAPublicKey)) == (2048, True)
    curve = tokens["curve"].signer().key
    assert (curve.key_size, isinstance(curve.public_key(), ec.EllipticCurvePublicKey)) == (256, True)


def test_what_is_wrong_is_said_without_the_pin(tokens: dict[str, Token], tmp_path: Path) -> None:
    with pytest.raises(TokenError, match="open in this process already"):
        Token.open(MODULE, PIN, label="doctor")
    tokens["curve"].close()
    with pytest.raises(TokenError, match="is the token there and the PIN right") as refused:
        Token.open(MODULE, "98765", label="curve")
    assert "98765" not in str(refused.value)
    with Token.open(MODULE, PIN, label="curve") as again:
        assert again.signer().key.sign(b"x", signature_algorithm=ec.ECDSA(SHA256()))
    for label in (None, "nobody"):
        with pytest.raises(TokenError, match="name one by its label"):
            Token.open(MODULE, PIN, label=label)
    (tmp_path / "x.so").write_bytes(b"")
    with pytest.raises(TokenError, match=r"x\.so"):
        Token.open(tmp_path / "x.so", PIN)
