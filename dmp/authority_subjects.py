"""Whom the test authority certifies: the names and private extensions of cards and structures.

Nobody of these exists. The RPPS numbers are of the range of test identities and their keys are right.
"""

from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID, ObjectIdentifier

_CARD_TYPE: Final = ObjectIdentifier("1.2.250.1.71.1.2.5")
_PROFESSION: Final = ObjectIdentifier("1.2.250.1.71.1.2.7")
_SAVOIR_FAIRE: Final = ObjectIdentifier("1.2.250.1.71.4.2.5")


@dataclass(frozen=True, slots=True)
class Person:
    """The holder of a card of a health professional (CPS)."""

    family: str
    given: str
    identifier: str
    """PS_IdNat: `8` and the RPPS number."""
    title: str
    """The profession, as the card writes it."""
    profession: int
    """Code of TRE_G15."""
    savoir_faire: str | None = None
    """Code of TRE_R38, for a doctor."""

    def subject(self) -> x509.Name:
        """The last RDN holds three attributes, as on cards of IGC-Santé."""
        return x509.Name(
            [
                _rdn(NameOID.COUNTRY_NAME, "FR"),
                _rdn(NameOID.TITLE, self.title),
                x509.RelativeDistinguishedName(
                    [
                        x509.NameAttribute(NameOID.GIVEN_NAME, self.given),
                        x509.NameAttribute(NameOID.SURNAME, self.family),
                        x509.NameAttribute(NameOID.COMMON_NAME, self.identifier),
                    ]
                ),
            ]
        )

    def extensions(self) -> tuple[x509.ExtensionType, ...]:
        """Card type (83: a card of the current kind), profession, and the doctor's speciality."""
        profession = bytes((0x02, 0x01, self.profession))  # DER INTEGER below 128
        found = [_private(_CARD_TYPE, b"\x04\x01\x83"), _private(_PROFESSION, profession)]
        if self.savoir_faire:
            code = self.savoir_faire.encode()
            inner = bytes((0x0C, len(code))) + code  # DER UTF8String in a SEQUENCE
            found.append(_private(_SAVOIR_FAIRE, bytes((0x30, len(inner))) + inner))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Employee:
    """The holder of a CPE without a name: a card of the structure, told apart by a number."""

    structure: "Structure"
    number: str

    def subject(self) -> x509.Name:
        """No SN and no GN: O is read as the family name and CN as the given name (PDT-INF-617)."""
        return x509.Name(
            [
                _rdn(NameOID.COUNTRY_NAME, "FR"),
                _rdn(NameOID.ORGANIZATION_NAME, self.structure.name),
                _rdn(NameOID.ORGANIZATIONAL_UNIT_NAME, self.structure.identifier),
                _rdn(NameOID.COMMON_NAME, f"3{self.structure.identifier[1:]}/{self.number}"),
            ]
        )

    def extensions(self) -> tuple[x509.ExtensionType, ...]:
        return (_private(_CARD_TYPE, b"\x04\x01\x83"),)


@dataclass(frozen=True, slots=True)
class Structure:
    """A health structure and the software that acts for it."""

    name: str
    """Raison sociale."""
    identifier: str
    """Struct_IdNat: `1` and the FINESS number."""
    department: str

    def subject(self, label: str) -> x509.Name:
        """`label` says which certificate of the structure it is."""
        return x509.Name(
            [
                _rdn(NameOID.COUNTRY_NAME, "FR"),
                _rdn(NameOID.STATE_OR_PROVINCE_NAME, self.department),
                _rdn(NameOID.ORGANIZATION_NAME, self.name),
                _rdn(NameOID.ORGANIZATIONAL_UNIT_NAME, self.identifier),
                _rdn(NameOID.COMMON_NAME, label),
            ]
        )

    def extensions(self) -> tuple[x509.ExtensionType, ...]:
        return ()


def authority_name(label: str) -> x509.Name:
    return x509.Name(
        [
            _rdn(NameOID.COUNTRY_NAME, "FR"),
            _rdn(NameOID.ORGANIZATION_NAME, "CARNET"),
            _rdn(NameOID.ORGANIZATIONAL_UNIT_NAME, "CARNET TEST"),
            _rdn(NameOID.COMMON_NAME, f"TEST AC {label}"),
        ]
    )


HOSPITAL: Final = Structure("HOPITAL DE LA CHARTREUSE TEST", "10B0990017", "Rhône (69)")
CLINIC: Final = Structure("CLINIQUE DES LILAS TEST", "10B0990025", "Loire-Atlantique (44)")
"""Another structure, to act under a name that is not one's own."""

DOCTOR: Final = Person("FONTAINE", "CLAIRE", "899900101017", "Médecin", 10, "SM26")
NURSE: Final = Person("MARCHAND", "PAUL", "899900202021", "Infirmier", 60)
PHARMACIST: Final = Person("LEROUX", "INÈS", "899900303035", "Pharmacien", 21)
SECRETARY: Final = Employee(HOSPITAL, "CPE0001")


def _rdn(oid: ObjectIdentifier, value: str) -> x509.RelativeDistinguishedName:
    return x509.RelativeDistinguishedName([x509.NameAttribute(oid, value)])


def _private(oid: ObjectIdentifier, der: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(oid, der)
