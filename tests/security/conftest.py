"""Certificates of every kind, made once: the authority of security tests, on P-256 where nothing asks for RSA."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from security.issuing import (
    AUTHENTICATION,
    SEAL,
    SIGNATURE,
    CertifiedKey,
    Issuer,
    KeyKind,
    Purpose,
    Request,
    Validity,
    new_key,
    self_signed,
)
from security.keyfiles import certificates_pem

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


@dataclass(frozen=True)
class House:
    """A root, an authority under it, a stranger of the same names, and what they issued."""

    root: Issuer
    authority: Issuer
    strange_root: Issuer
    stranger: Issuer
    holders: dict[str, CertifiedKey]


@pytest.fixture(scope="session")
def at() -> datetime:
    """The clock of these tests."""
    return AT


def _hierarchy(kind: KeyKind) -> tuple[Issuer, Issuer]:
    validity = Validity(AT - timedelta(days=100), AT + timedelta(days=3650))
    root = Issuer.root(name("Root"), validity, new_key(kind))
    return root, root.authority(name("Authority"), validity, new_key(kind))


@pytest.fixture(scope="session")
def issue(house: House) -> Callable[..., CertifiedKey]:
    """`issue(purpose)`: one more certificate of the good authority."""

    def one_more(purpose: Purpose = SIGNATURE, **changes: object) -> CertifiedKey:
        wanted = {"subject": name("More"), "purpose": purpose, "validity": Validity.around(AT, days=30), **changes}
        return house.authority.issue(Request(**wanted), new_key(KeyKind.P256))  # type: ignore[arg-type]

    return one_more


@pytest.fixture(scope="session")
def house() -> House:
    root, authority = _hierarchy(KeyKind.RSA)
    strange_root, stranger = _hierarchy(KeyKind.P256)
    good = Validity.around(AT, days=365)
    past = Validity(AT - timedelta(days=20), AT - timedelta(days=2))
    future = Validity(AT + timedelta(days=2), AT + timedelta(days=20))
    server = Purpose(
        frozenset({"digital_signature", "key_encipherment"}),
        (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH),
    )
    wrong_eku = Purpose(SEAL.key_usage, (ExtendedKeyUsageOID.CODE_SIGNING,))
    wrong_ku = Purpose(frozenset({"key_encipherment"}), AUTHENTICATION.extended + SIGNATURE.extended)
    both = Purpose(SEAL.key_usage, AUTHENTICATION.extended + SIGNATURE.extended)
    asked = {
        "card authentication": (AUTHENTICATION, good, KeyKind.RSA),
        "card authentication P-256": (AUTHENTICATION, good, KeyKind.P256),
        "card signature": (SIGNATURE, good, KeyKind.RSA),
        "organisation server": (server, good, KeyKind.RSA),
        "organisation seal": (Purpose(SEAL.key_usage), good, KeyKind.RSA),
        "revoked": (server, good, KeyKind.P256),
        "expired": (both, past, KeyKind.P256),
        "future": (both, future, KeyKind.P256),
        "wrong EKU": (wrong_eku, good, KeyKind.P256),
        "wrong KU": (wrong_ku, good, KeyKind.P256),
    }
    holders = {
        label: authority.issue(Request(name(label), purpose, validity), new_key(kind))
        for label, (purpose, validity, kind) in asked.items()
    }
    key = new_key(KeyKind.P256)
    holders["self-signed"] = self_signed(Request(name("self-signed"), both, good), key)
    holders["authority as leaf"] = authority.certified
    holders["stranger"] = stranger.issue(Request(name("stranger"), both, good), key)
    leaf = Issuer(holders["card signature"])
    holders["child of leaf"] = leaf.issue(Request(name("child of leaf"), both, good), key)
    return House(root, authority, strange_root, stranger, holders)


@pytest.fixture
def trust_directory(house: House, tmp_path: Path) -> Path:
    """`anchors/`, `intermediates/` and `crls/` of the good authority, fresh at `AT`."""
    directory = tmp_path / "trust"
    write_trust(house, directory)
    return directory


def write_trust(house: House, directory: Path) -> None:
    for kind in ("anchors", "intermediates", "crls"):
        (directory / kind).mkdir(parents=True)
    (directory / "anchors" / "root.pem").write_bytes(certificates_pem(house.root.certificate))
    (directory / "intermediates" / "authority.pem").write_bytes(certificates_pem(house.authority.certificate))
    revoked = {house.holders["revoked"].certificate.serial_number: AT - timedelta(days=1)}
    for file, crl in (
        ("root.crl", house.root.crl({}, at=AT, days=7)),
        ("authority.crl", house.authority.crl(revoked, at=AT, days=7)),
    ):
        (directory / "crls" / file).write_bytes(crl.public_bytes(Encoding.DER))
