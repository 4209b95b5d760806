"""The test authority in a directory: what lies where, who may read it, and new lists."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from dmp.authority import Authority
from dmp.authority_files import renew_crls, write
from security.identities import Identity
from security.issuing import KeyKind
from security.keyfiles import KeyFileError

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def small() -> Authority:
    return Authority.make(AT, KeyKind.P256)


@pytest.fixture
def directory(small: Authority, tmp_path: Path) -> Path:
    write(small, tmp_path / "pki")
    return tmp_path / "pki"


def read_crl(directory: Path, name: str) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl((directory / "crls" / f"{name}.crl").read_bytes())


def test_only_the_owner_reads_what_is_written(directory: Path) -> None:
    assert {path.stat().st_mode & 0o777 for path in directory.rglob("*") if path.is_file()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in directory.rglob("*") if path.is_dir()} == {0o700}


def test_the_directory_serves_as_a_trust_store(directory: Path) -> None:
    found = {str(path.relative_to(directory)) for kind in ("anchors", "intermediates", "crls") for path in
             (directory / kind).iterdir()}  # fmt: skip
    assert found == {
        "anchors/root.pem",
        "intermediates/persons.pem",
        "intermediates/organisations.pem",
        "crls/root.crl",
        "crls/persons.crl",
        "crls/organisations.crl",
    }


def test_one_file_name_is_both_keys_of_a_card(directory: Path, small: Authority) -> None:
    doctor = small.identities["doctor"]
    for name in ("doctor.p12", "doctor-auth.p12", "doctor.pem"):
        loaded = Identity.load(directory / "identities" / name)
        assert loaded.name == "doctor"
        assert loaded.signature.certificate == doctor.signature.certificate
        assert loaded.authentication.certificate == doctor.authentication.certificate
        assert loaded.authentication.key.public_key() == doctor.authentication.key.public_key()
        assert loaded.signature.chain == doctor.signature.chain


def test_an_identity_of_one_file_uses_its_key_for_both(directory: Path, tmp_path: Path) -> None:
    shutil.copy(directory / "identities" / "hospital.p12", tmp_path / "alone.p12")
    loaded = Identity.load(tmp_path / "alone.p12")
    assert loaded.signature == loaded.authentication


def test_a_missing_or_locked_identity_says_what_to_do(directory: Path) -> None:
    with pytest.raises(KeyFileError, match=r"nobody\.p12: there is no such file; carnet pki init"):
        Identity.load(directory / "identities" / "nobody.p12")
    with pytest.raises(KeyFileError, match="the password does not open it"):
        Identity.load(directory / "identities" / "doctor.p12", "wrong")


def test_renewed_lists_are_fresh_and_keep_what_they_held(directory: Path, small: Authority) -> None:
    before = read_crl(directory, "persons")
    later = AT + timedelta(days=400)
    renew_crls(directory, later, days=7)
    after = read_crl(directory, "persons")
    assert {entry.serial_number for entry in after} == {entry.serial_number for entry in before}
    assert after.next_update_utc == later + timedelta(days=7)
    assert after.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 2
    assert after.is_signature_valid(small.hierarchy.persons.certified.key.public_key())


def test_a_revoked_certificate_is_in_the_list_of_its_issuer_alone(directory: Path, small: Authority) -> None:
    nurse = small.identities["nurse"].signature.certificate
    renew_crls(directory, AT, revoke=(nurse,))
    assert nurse.serial_number in {entry.serial_number for entry in read_crl(directory, "persons")}
    assert nurse.serial_number not in {entry.serial_number for entry in read_crl(directory, "organisations")}


def test_a_strangers_certificate_is_not_ours_to_revoke(directory: Path, small: Authority) -> None:
    stranger = small.bad["doctor-stranger"].signature.certificate
    with pytest.raises(KeyFileError, match="was not issued by the authority"):
        renew_crls(directory, AT, revoke=(stranger,))


def test_a_directory_without_an_authority_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="holds no test authority; make one with carnet pki init"):
        renew_crls(tmp_path, AT)
