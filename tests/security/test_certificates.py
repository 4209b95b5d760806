"""Which certificate is believed for which usage, and why the others are not."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from security.certificates import CertificateRefused, Reason, TrustStore, TrustStoreError, Usage
from security.issuing import AUTHENTICATION, SIGNATURE, CertifiedKey, Issuer, KeyKind, Request, Validity, new_key
from security.keyfiles import certificates_pem

OK, WRONG = None, Reason.WRONG_USAGE
EXPIRED, FUTURE, SELF, REVOKED = Reason.EXPIRED, Reason.NOT_YET_VALID, Reason.SELF_SIGNED, Reason.REVOKED
MATRIX = {
    # certificate                AUTH     SIGN     SEAL     SERVER
    "card authentication": (OK, WRONG, OK, WRONG),
    "card authentication P-256": (OK, WRONG, OK, WRONG),
    "card signature": (WRONG, OK, OK, WRONG),
    "organisation server": (OK, WRONG, OK, OK),
    "organisation seal": (WRONG, OK, OK, WRONG),
    "expired": (EXPIRED, EXPIRED, EXPIRED, EXPIRED),
    "future": (FUTURE, FUTURE, FUTURE, FUTURE),
    "self-signed": (SELF, SELF, SELF, WRONG),
    "revoked": (REVOKED, WRONG, REVOKED, REVOKED),
    "wrong EKU": (WRONG, WRONG, WRONG, WRONG),
    "wrong KU": (WRONG, WRONG, WRONG, WRONG),
    "authority as leaf": (WRONG, WRONG, WRONG, WRONG),
}


def refusal(store: TrustStore, certificate: x509.Certificate, usage: Usage, at: datetime) -> Reason | None:
    try:
        store.validate(certificate, usage, at=at)
    except CertificateRefused as refused:
        return refused.reason
    return None


@pytest.fixture
def store(trust_directory: Path) -> TrustStore:
    return TrustStore.load(trust_directory)


@pytest.mark.parametrize("usage", list(Usage), ids=lambda usage: usage.name)
@pytest.mark.parametrize("label", MATRIX)
def test_each_certificate_serves_only_what_it_was_issued_for(
    house: Any, store: TrustStore, at: datetime, label: str, usage: Usage
) -> None:
    certificate = house.holders[label].certificate
    assert refusal(store, certificate, usage, at) is MATRIX[label][list(Usage).index(usage)]


@pytest.mark.parametrize("usage", [Usage.AUTH, Usage.SIGN], ids=lambda usage: usage.name)
@pytest.mark.parametrize("label", [*MATRIX, "stranger", "child of leaf"])
def test_another_validator_agrees(house: Any, trust_directory: Path, at: datetime, label: str, usage: Usage) -> None:
    store = TrustStore.load(trust_directory)
    certificate = house.holders[label].certificate
    ours = refusal(store, certificate, usage, at) is None
    assert ours is _believed_elsewhere(house, trust_directory, certificate, usage, at)


@pytest.mark.parametrize("case", ["revoked intermediate", "stale list", "no list"])
def test_another_validator_agrees_on_lists(house: Any, trust_directory: Path, at: datetime, case: str) -> None:
    gone = {house.authority.certificate.serial_number: at - timedelta(days=1)}
    lists = {
        "revoked intermediate": (
            "root",
            house.root.crl(gone, at=at, days=1),
        ),
        "stale list": ("authority", house.authority.crl({}, at=at - timedelta(days=9), days=1)),
        "no list": ("authority", None),
    }
    name, crl = lists[case]
    path = trust_directory / "crls" / f"{name}.crl"
    path.unlink()
    if crl is not None:
        path.write_bytes(crl.public_bytes(Encoding.DER))
    card = house.holders["card signature"].certificate
    assert refusal(TrustStore.load(trust_directory), card, Usage.SIGN, at) is not None
    assert not _believed_elsewhere(house, trust_directory, card, Usage.SIGN, at)


def _believed_elsewhere(
    house: Any, trust_directory: Path, certificate: x509.Certificate, usage: Usage, at: datetime
) -> bool:
    """What pyhanko-certvalidator says, with the same anchors and lists."""
    context = ValidationContext(
        trust_roots=[_asn1(house.root.certificate)],
        other_certs=[_asn1(house.authority.certificate)],
        crls=[path.read_bytes() for path in (trust_directory / "crls").iterdir()],
        moment=at,
        revocation_mode="require",
        allow_fetching=False,
    )
    validator = CertificateValidator(_asn1(certificate), validation_context=context)
    wanted = {Usage.AUTH: ("digital_signature", "client_auth"), Usage.SIGN: ("non_repudiation", "email_protection")}
    key_usage, extended = wanted[usage]
    try:
        asyncio.run(validator.async_validate_usage({key_usage}, {extended}, extended_optional=usage is Usage.SIGN))
    except (PathError, ValidationError):
        return False
    return _asn1(certificate).ca is not True


def test_a_stranger_of_the_same_name_is_not_believed(house: Any, store: TrustStore, at: datetime) -> None:
    certificate = house.holders["stranger"].certificate
    with pytest.raises(CertificateRefused, match="an authority of that name is known, but did not sign it") as refused:
        store.validate(certificate, Usage.AUTH, at=at)
    assert refused.value.reason is Reason.UNKNOWN_ISSUER


def test_a_stranger_is_not_believed_beside_the_real_intermediate(
    house: Any, trust_directory: Path, at: datetime
) -> None:
    strange = certificates_pem(house.stranger.certificate)
    (trust_directory / "intermediates" / "stranger.pem").write_bytes(strange)
    store = TrustStore.load(trust_directory)
    assert refusal(store, house.holders["stranger"].certificate, Usage.AUTH, at) is Reason.BAD_CHAIN
    assert refusal(store, house.holders["card authentication"].certificate, Usage.AUTH, at) is None


def test_a_leaf_is_no_authority(house: Any, trust_directory: Path, at: datetime) -> None:
    child = house.holders["child of leaf"].certificate
    assert refusal(TrustStore.load(trust_directory), child, Usage.SIGN, at) is Reason.UNKNOWN_ISSUER
    leaf = certificates_pem(house.holders["card signature"].certificate)
    (trust_directory / "intermediates" / "leaf.pem").write_bytes(leaf)
    assert refusal(TrustStore.load(trust_directory), child, Usage.SIGN, at) is Reason.BAD_CHAIN


def test_a_critical_extension_that_nobody_knows_refuses(house: Any, store: TrustStore, at: datetime) -> None:
    issuer = house.authority
    template = house.holders["card signature"].certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(template.subject)
        .issuer_name(template.issuer)
        .public_key(template.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(template.not_valid_before_utc)
        .not_valid_after(template.not_valid_after_utc)
    )
    for extension in template.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    strange = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    plain = builder.add_extension(strange, critical=False).sign(issuer.certified.key, SHA256())
    critical = builder.add_extension(strange, critical=True).sign(issuer.certified.key, SHA256())
    assert refusal(store, plain, Usage.SIGN, at) is None
    assert refusal(store, critical, Usage.SIGN, at) is Reason.BAD_CHAIN


def test_a_small_rsa_key_is_refused(house: Any, store: TrustStore, at: datetime) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    request = Request(x509.Name([]), SIGNATURE, Validity.around(at, days=1))
    small = house.authority.issue(request, key)
    assert refusal(store, small.certificate, Usage.SIGN, at) is Reason.WEAK


def test_what_is_not_a_certificate_is_malformed(store: TrustStore, house: Any, at: datetime) -> None:
    der = house.holders["card signature"].certificate.public_bytes(Encoding.DER)
    for wrong in (b"", b"junk", der[:-1], der + b"\0", der + b"\0" * 9000):
        with pytest.raises(CertificateRefused) as refused:
            store.validate(wrong, Usage.SIGN, at=at)
        assert refused.value.reason is Reason.MALFORMED


def test_every_flipped_byte_is_refused(store: TrustStore, house: Any, at: datetime) -> None:
    der = house.holders["card authentication P-256"].certificate.public_bytes(Encoding.DER)
    for place in range(len(der)):
        flipped = der[:place] + bytes([der[place] ^ 1]) + der[place + 1 :]
        with pytest.raises(CertificateRefused):
            store.validate(flipped, Usage.AUTH, at=at)


def test_an_expired_authority_ends_those_below_it(house: Any, trust_directory: Path, at: datetime) -> None:
    short = Validity(at - timedelta(days=9), at - timedelta(days=1))
    old = house.root.authority(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Old")]), short, new_key(KeyKind.P256)
    )
    (trust_directory / "intermediates" / "old.pem").write_bytes(certificates_pem(old.certificate))
    request = Request(x509.Name([]), SIGNATURE, Validity.around(at, days=9))
    leaf = old.issue(request, new_key(KeyKind.P256)).certificate
    assert refusal(TrustStore.load(trust_directory), leaf, Usage.SIGN, at) is Reason.BAD_CHAIN


def test_an_authority_kept_for_one_usage_serves_no_other(house: Any, trust_directory: Path, at: datetime) -> None:
    folder = trust_directory / "intermediates"
    (folder / "sign").mkdir()
    (folder / "authority.pem").rename(folder / "sign" / "authority.pem")
    store = TrustStore.load(trust_directory)
    assert refusal(store, house.holders["card signature"].certificate, Usage.SIGN, at) is None
    assert refusal(store, house.holders["organisation server"].certificate, Usage.AUTH, at) is Reason.UNKNOWN_ISSUER


def test_what_was_believed_says_why(house: Any, store: TrustStore, at: datetime) -> None:
    certificate = house.holders["card signature"].certificate
    believed = store.validate(certificate, Usage.SIGN, at=at)
    assert [each.subject.rfc4514_string() for each in believed.chain] == [
        "CN=card signature",
        "CN=Authority",
        "CN=Root",
    ]
    assert [(each.source, each.issuer) for each in believed.evidence] == [("crl", "CN=Authority"), ("crl", "CN=Root")]
    assert str(believed.subject) == "CN=card signature"


def test_a_verdict_is_remembered_for_five_minutes_and_no_further(house: Any, store: TrustStore, at: datetime) -> None:
    certificate = house.holders["card signature"].certificate
    first = store.validate(certificate, Usage.SIGN, at=at)
    assert store.validate(certificate, Usage.SIGN, at=at + timedelta(seconds=299)) is first
    assert store.validate(certificate, Usage.SIGN, at=at - timedelta(seconds=1)) is not first
    assert first.until == at + timedelta(seconds=300)
    assert refusal(store, certificate, Usage.AUTH, at) is Reason.WRONG_USAGE


def test_a_verdict_ends_with_the_certificate_and_with_the_list(
    issue: Callable[..., CertifiedKey], store: TrustStore, at: datetime
) -> None:
    soon = at + timedelta(seconds=60)
    certificate = issue(AUTHENTICATION, validity=Validity(at - timedelta(days=1), soon)).certificate
    assert store.validate(certificate, Usage.AUTH, at=at).until == soon
    assert refusal(store, certificate, Usage.AUTH, soon + timedelta(seconds=1)) is Reason.EXPIRED
    last = at + timedelta(days=7) - timedelta(seconds=10)
    longer = issue(AUTHENTICATION, validity=Validity.around(at, days=30)).certificate
    assert store.validate(longer, Usage.AUTH, at=last).until == at + timedelta(days=7)
    assert refusal(store, longer, Usage.AUTH, at + timedelta(days=7)) is Reason.CRL_STALE


def test_many_useless_intermediates_do_not_hide_the_right_one(house: Any, trust_directory: Path, at: datetime) -> None:
    key = new_key(KeyKind.P256)
    junk = [
        Issuer.root(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Junk {number}")]), Validity.around(at, days=1), key
        )
        for number in range(200)
    ]
    pem = certificates_pem(*(each.certificate for each in junk))
    (trust_directory / "intermediates" / "junk.pem").write_bytes(pem)
    store = TrustStore.load(trust_directory)
    assert refusal(store, house.holders["card signature"].certificate, Usage.SIGN, at) is None


def test_a_directory_that_is_no_trust_store_says_so(tmp_path: Path, trust_directory: Path) -> None:
    with pytest.raises(TrustStoreError, match="anchors holds no certificate"):
        TrustStore.load(tmp_path / "nothing")
    (trust_directory / "anchors" / "readme.pem").write_text("not a certificate")
    with pytest.raises(TrustStoreError, match=r"readme\.pem: not a certificate in PEM or DER"):
        TrustStore.load(trust_directory)


def test_der_files_serve_as_pem_files_do(house: Any, trust_directory: Path, at: datetime) -> None:
    (trust_directory / "anchors" / "root.pem").unlink()
    der = house.root.certificate.public_bytes(Encoding.DER)
    (trust_directory / "anchors" / "root.cer").write_bytes(der)
    crl = x509.load_der_x509_crl((trust_directory / "crls" / "root.crl").read_bytes())
    (trust_directory / "crls" / "root.crl").write_bytes(crl.public_bytes(Encoding.PEM))
    store = TrustStore.load(trust_directory)
    assert refusal(store, house.holders["card signature"].certificate, Usage.SIGN, at) is None


def _asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
