"""Whose certificate it is: persons and structures are told apart by what their authority writes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from dmp.lot_signer import Signatory, SignerTrust
from dmp.source import person_of, submitter
from metadata.model import Author
from security.certificates import CertificateRefused, Usage
from security.refusals import Reason

Issued = Callable[..., x509.Certificate]
C, ST, O, OU, CN = (  # noqa: E741
    NameOID.COUNTRY_NAME,
    NameOID.STATE_OR_PROVINCE_NAME,
    NameOID.ORGANIZATION_NAME,
    NameOID.ORGANIZATIONAL_UNIT_NAME,
    NameOID.COMMON_NAME,
)


@pytest.fixture(scope="module")
def issued() -> Issued:
    key = ec.generate_private_key(ec.SECP256R1())

    def issue(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now)
        return builder.sign(key, SHA256())

    return issue


def test_a_card_names_a_person(authority: Any) -> None:
    found = Signatory.of(authority.identities["doctor"].signature.certificate)
    assert found == Signatory("899900101017", True, "FONTAINE", "CLAIRE")


def test_a_card_without_a_name_is_an_employee_s(authority: Any) -> None:
    found = Signatory.of(authority.identities["secretary"].signature.certificate)
    assert found is not None
    assert found.is_person
    assert (found.identifier, found.structure) == ("30B0990017/CPE0001", "10B0990017")
    assert (found.family, found.given) == ("HOPITAL DE LA CHARTREUSE TEST", "30B0990017-CPE0001")


def test_a_seal_names_a_structure(authority: Any) -> None:
    found = Signatory.of(authority.identities["hospital"].signature.certificate)
    assert found == Signatory("10B0990017", False, structure="10B0990017", organisation="HOPITAL DE LA CHARTREUSE TEST")


def test_a_structure_does_not_become_a_person_by_the_label_it_chose(issued: Issued) -> None:
    found = Signatory.of(issued((C, "FR"), (ST, "Rhône (69)"), (O, "X"), (OU, "10B0990017"), (CN, "899900101017")))
    assert found is not None
    assert not found.is_person
    stranger = Signatory.of(issued((C, "FR"), (O, "X"), (OU, "10B0990017"), (CN, "30B0990099/1")))
    assert stranger is not None
    assert not stranger.is_person


def test_a_server_names_neither(authority: Any, issued: Issued) -> None:
    assert Signatory.of(authority.server.certificate) is None
    assert Signatory.of(issued((CN, "899900101017"))) is None


@pytest.mark.parametrize(
    ("identity", "key", "usage", "believed"),
    [
        ("doctor", "signature", Usage.SIGN, True),
        ("doctor", "signature", Usage.SEAL, False),
        ("doctor", "authentication", Usage.SIGN, False),
        ("doctor", "authentication", Usage.SEAL, False),
        ("hospital", "signature", Usage.SEAL, True),
        ("hospital", "signature", Usage.SIGN, False),
        ("hospital", "authentication", Usage.SEAL, False),
        ("hospital", "authentication", Usage.SIGN, False),
        ("secretary", "signature", Usage.SIGN, True),
        ("secretary", "signature", Usage.SEAL, False),
    ],
)
def test_a_person_signs_and_a_structure_seals_and_nothing_else(
    authority: Any, trust: Any, identity: str, key: str, usage: Usage, believed: bool
) -> None:
    certificate = getattr(authority.identities[identity], key).certificate
    if believed:
        assert SignerTrust(trust).validate(certificate, usage, at=authority.at).certificate == certificate
        return
    with pytest.raises(CertificateRefused) as refused:
        SignerTrust(trust).validate(certificate, usage, at=authority.at)
    assert refused.value.reason is Reason.WRONG_USAGE


# --- who submits ----------------------------------------------------------------------------------------------------

OTHER = Author("801234500013^FONTANEL^Claire^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS", ("CABINET^^^^^^^^^2.999.1",))


def test_the_holder_of_a_card_submits_as_the_author_that_she_is(authority: Any) -> None:
    certificate = authority.identities["doctor"].signature.certificate
    herself = replace(OTHER, person=person_of(certificate), roles=("Médecin traitant",))
    assert submitter(certificate, (OTHER, herself)) == (herself,)
    assert submitter(certificate, (OTHER,)) == (Author(person_of(certificate), OTHER.institutions),)
    assert submitter(certificate, ()) == (Author(person_of(certificate)),)


def test_a_structure_submits_for_the_author_as_itself(authority: Any) -> None:
    (author,) = submitter(authority.identities["hospital"].signature.certificate, (OTHER,))
    assert author.person == OTHER.person
    assert author.institutions == ("HOPITAL DE LA CHARTREUSE TEST^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^10B0990017",)


def test_a_person_is_written_as_the_dmp_wants_it(authority: Any) -> None:
    written = person_of(authority.identities["doctor"].signature.certificate)
    assert written == "899900101017^FONTAINE^CLAIRE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    assert person_of(authority.identities["hospital"].signature.certificate) is None
