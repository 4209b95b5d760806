"""Distinguished names: many ways to write one name."""

import contextlib

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from security.names import DistinguishedName, DistinguishedNameError

CARD = frozenset(
    {
        ("2.5.4.3", "899900038839"),
        ("2.5.4.4", "TRAL"),
        ("2.5.4.42", "ADEMIS"),
        ("2.5.4.11", "Médecin"),
        ("2.5.4.10", "TEST"),
        ("2.5.4.6", "FR"),
    }
)


@pytest.mark.parametrize(
    "text",
    [
        "GN=ADEMIS+SN=TRAL+CN=899900038839,OU=Médecin,O=TEST,C=FR",
        "C=FR, O=TEST, OU=Médecin, CN=899900038839 + SN=TRAL + GN=ADEMIS",
        "CN=899900038839+2.5.4.4=#14045452414c+2.5.4.42=#14064144454d4953,OU=Médecin,O=TEST,C=FR",
        'CN=899900038839+OID.2.5.4.4=TRAL+givenName=ADEMIS,ou=M\\C3\\A9decin,O="TEST",C=FR',
        "C=FR;O=TEST;OU=#0C084DC3A9646563696E;surname=TRAL;GIVENNAME=ADEMIS;CN=#130C383939393030303338383339",
        "C=FR,O=TEST,OU=Me\u0301decin,SN=TRAL,G=ADEMIS,CN=899900038839",
    ],
)
def test_one_name_is_read_in_every_writing(text: str) -> None:
    assert DistinguishedName.parse(text).attributes == CARD


def test_a_name_equals_the_subject_of_its_certificate() -> None:
    subject = x509.Name(
        [
            x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COUNTRY_NAME, "FR")]),
            x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "TEST")]),
            x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Médecin")]),
            x509.RelativeDistinguishedName(
                [
                    x509.NameAttribute(NameOID.GIVEN_NAME, "ADEMIS"),
                    x509.NameAttribute(NameOID.SURNAME, "TRAL"),
                    x509.NameAttribute(NameOID.COMMON_NAME, "899900038839"),
                ]
            ),
        ]
    )
    assert DistinguishedName.of(subject) == DistinguishedName(CARD)
    assert DistinguishedName.parse(subject.rfc4514_string()) == DistinguishedName(CARD)


@pytest.mark.parametrize(
    "other",
    [
        "SN=TRAL,CN=899900038839,OU=Médecin,O=TEST,C=FR",
        "GN=ADEMIS,SN=TRAL,CN=899900038839,OU=Médecin,O=TEST,C=FR,L=PARIS",
        "GN=TRAL,SN=ADEMIS,CN=899900038839,OU=Médecin,O=TEST,C=FR",
        "GN=ADEMIS,SN=TRAL,CN=899900038838,OU=Médecin,O=TEST,C=FR",
        "GN=ADEMIS,SN=TRAL,CN=899900038839,OU=Médecin\\,O=TEST,C=FR",
    ],
)
def test_another_name_is_another(other: str) -> None:
    assert DistinguishedName.parse(other).attributes != CARD


def test_a_name_with_two_units_keeps_both() -> None:
    name = DistinguishedName.parse("CN=AC,OU=IGC-SANTE TEST,OU=0002 187512751,O=ASIP-SANTE,C=FR")
    assert name.values("2.5.4.11") == ["0002 187512751", "IGC-SANTE TEST"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "an empty name"),
        ("CN", "'CN' is not attribute=value"),
        ("XX=a", "'XX' is neither a known attribute nor an OID"),
        ("CN=#zz", "is not the DER of a string"),
        ("CN=#0c05ab", "is not the DER of a string"),
        ("CN=#3000", "is not the DER of a string"),
        ("CN=a\\", "ends inside a quotation or an escape"),
        ('CN="a', "ends inside a quotation or an escape"),
        ("CN=\\ff", "not UTF-8"),
        ("CN=" + "a" * 5000, "4096 are read"),
    ],
)
def test_what_is_no_name_is_told_so(text: str, sentence: str) -> None:
    with pytest.raises(DistinguishedNameError, match=sentence):
        DistinguishedName.parse(text)


VALUES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(
    lambda text: text.strip()
)


@given(st.dictionaries(st.sampled_from(["2.5.4.3", "2.5.4.10", "2.5.4.11", "1.2.3.4"]), VALUES, min_size=1))
def test_what_is_written_reads_back(values: dict[str, str]) -> None:
    text = ",".join(f"{oid}=#0c{_length(value)}{value.encode().hex()}" for oid, value in values.items())
    name = DistinguishedName.parse(text)
    assert DistinguishedName.parse(str(name)) == name


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(DistinguishedNameError):
        DistinguishedName.parse(text)


def _length(value: str) -> str:
    return f"{len(value.encode()):02x}"
