"""The test authority: whom it certifies, and what is wrong with the bad ones."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dmp.authority import HOLDERS, SPOILED, Authority, Flaw
from security.issuing import KeyKind

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def small() -> Authority:
    return Authority.make(AT, KeyKind.P256)


def usage(certificate: x509.Certificate) -> tuple[bool, bool, list[x509.ObjectIdentifier]]:
    bits = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    extended = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    return bits.digital_signature, bits.content_commitment, list(extended)


def test_a_card_authenticates_with_one_certificate_and_signs_with_the_other(authority: Authority) -> None:
    doctor = authority.identities["doctor"]
    assert usage(doctor.authentication.certificate) == (True, False, [ExtendedKeyUsageOID.CLIENT_AUTH])
    assert usage(doctor.signature.certificate) == (False, True, [ExtendedKeyUsageOID.EMAIL_PROTECTION])
    assert doctor.signature.key != doctor.authentication.key


def test_a_structure_seals_with_both_usages(authority: Authority) -> None:
    seal = authority.identities["hospital"].signature.certificate
    assert usage(seal) == (True, True, [ExtendedKeyUsageOID.EMAIL_PROTECTION])


def test_a_card_names_its_holder_in_one_multi_valued_rdn(authority: Authority) -> None:
    subject = authority.identities["doctor"].signature.certificate.subject
    last = subject.rdns[-1]
    assert {attribute.oid for attribute in last} == {NameOID.GIVEN_NAME, NameOID.SURNAME, NameOID.COMMON_NAME}
    assert subject.get_attributes_for_oid(NameOID.TITLE)[0].value == "Médecin"


def test_the_rpps_number_in_a_card_has_its_right_key(authority: Authority) -> None:
    for name in ("doctor", "nurse", "pharmacist"):
        subject = authority.identities[name].signature.certificate.subject
        identifier = str(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
        digits = [int(digit) for digit in reversed(identifier[1:])]
        luhn = sum(digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(digits))
        assert identifier[0] == "8"
        assert len(digits) == 11
        assert luhn % 10 == 0


def test_a_secretary_has_a_card_without_a_name(authority: Authority) -> None:
    subject = authority.identities["secretary"].signature.certificate.subject
    assert not subject.get_attributes_for_oid(NameOID.SURNAME)
    assert "/" in str(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def test_persons_and_structures_have_different_issuers(authority: Authority) -> None:
    issuers = {name: identity.signature.certificate.issuer for name, identity in authority.identities.items()}
    assert issuers["doctor"] == issuers["secretary"] != issuers["hospital"]


def test_a_doctors_card_says_profession_and_speciality(authority: Authority) -> None:
    extensions = authority.identities["doctor"].signature.certificate.extensions
    values = {
        extension.oid.dotted_string: extension.value.value
        for extension in extensions
        if isinstance(extension.value, x509.UnrecognizedExtension)
    }
    assert values["1.2.250.1.71.1.2.7"] == b"\x02\x01\x0a"
    assert values["1.2.250.1.71.4.2.5"] == bytes.fromhex("30060c04534d3236")


def test_each_flaw_is_the_only_thing_wrong(small: Authority) -> None:
    assert set(small.bad) == {f"{name}-{flaw}" for name in SPOILED for flaw in Flaw}
    for name in SPOILED:
        good = small.identities[name].signature.certificate
        for flaw in Flaw:
            bad = small.bad[f"{name}-{flaw}"].signature.certificate
            assert bad.subject == good.subject
            assert bad.public_key() == good.public_key()
            wrong = {
                Flaw.EXPIRED: bad.not_valid_after_utc < AT,
                Flaw.NOT_YET_VALID: bad.not_valid_before_utc > AT,
                Flaw.REVOKED: bad.serial_number in small.revoked[HOLDERS[name].by],
                Flaw.WRONG_EXTENDED_USAGE: ExtendedKeyUsageOID.CODE_SIGNING in usage(bad)[2],
                Flaw.WRONG_KEY_USAGE: usage(bad)[:2] == (False, False),
                Flaw.SELF_SIGNED: bad.issuer == bad.subject,
                Flaw.STRANGER: bad.issuer == good.issuer
                and bad.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
                != good.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier),
            }
            assert [each for each, holds in wrong.items() if holds] == [flaw]


def test_the_clock_is_the_callers(small: Authority) -> None:
    certificate = small.identities["doctor"].signature.certificate
    assert certificate.not_valid_before_utc < AT < certificate.not_valid_after_utc
    assert all(crl.last_update_utc < AT for crl in small.crls().values())


def test_keys_can_be_on_p256(small: Authority) -> None:
    assert isinstance(small.identities["doctor"].signature.key, ec.EllipticCurvePrivateKey)
