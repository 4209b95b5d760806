"""Who writes in France: national identifiers of professionals and structures, and the XCN and XON that carry them.

A PS_IdNat or Struct_IdNat is one character that says which register the number is from, and the number.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final, Self

from dmp.ins import AUTHORITIES as INS_AUTHORITIES
from metadata.datatypes import XCN, XON, DatatypeError
from metadata.model import Author

PROFESSIONALS: Final = "1.2.250.1.71.4.2.1"
"""Authority of PS_IdNat."""
STRUCTURES: Final = "1.2.250.1.71.4.2.2"
"""Authority of Struct_IdNat."""
SIREN: Final = "1.3.2"
"""Authority of a service numérique référencé (SNR)."""

# component 13 of an XCN, component 7 of an XON                      # CI-SIS Partage de documents de santé
IDNPS: Final = "IDNPS"
"""National identifier of a professional."""
EI: Final = "EI"
"""Internal number of an employee."""
NH: Final = "NH"
"""INS."""
RI: Final = "RI"
"""Device, software, SNR."""
IDNST: Final = "IDNST"
"""National identifier of a structure."""
SIREN_TYPE: Final = "SIREN"

PERSON: Final = "D"
"""Component 10 of the XCN of a person."""
SYSTEM: Final = "U"
"""The same of a device."""


class IdentifierError(ValueError):
    """Not an identifier of its kind; says what would be right, without the text itself."""


class PersonRegister(Enum):
    """First character of a PS_IdNat: where the number is from. # CI-SIS Structuration minimale, PS_IdNat"""

    ADELI = "0"
    CABINET_ADELI = "1"
    FINESS = "3"
    SIREN = "4"
    SIRET = "5"
    CABINET_RPPS = "6"
    RPPS = "8"

    @property
    def is_national(self) -> bool:
        """A number of the person; the others are a structure's, with the number that it gave to its employee."""
        return self in (PersonRegister.ADELI, PersonRegister.RPPS)


class StructureRegister(Enum):
    """First character of a Struct_IdNat. # CI-SIS Structuration minimale, Struct_IdNat"""

    CABINET_ADELI = "0"
    FINESS = "1"
    SIREN = "2"
    SIRET = "3"
    CABINET_RPPS = "4"
    """RPPS number and rank of the practice, called RPPS-rang."""
    TECHNICAL = ""
    """No prefix."""


_PERSONS: Final = {
    PersonRegister.ADELI: r"[0-9A-Z]{9}",
    PersonRegister.CABINET_ADELI: r"[0-9A-Z]+/.+",
    PersonRegister.FINESS: r"[0-9A-Z]{9}/.+",
    PersonRegister.SIREN: r"[0-9]{9}/.+",
    PersonRegister.SIRET: r"[0-9]{14}/.+",
    PersonRegister.CABINET_RPPS: r"[0-9]+/.+",
    PersonRegister.RPPS: r"[0-9]{11}",
}
_STRUCTURES: Final = {
    StructureRegister.CABINET_ADELI: r"[0-9A-Z]{9,}",
    StructureRegister.FINESS: r"[0-9A-Z]{9}",
    StructureRegister.SIREN: r"[0-9]{9}",
    StructureRegister.SIRET: r"[0-9]{14}",
    StructureRegister.CABINET_RPPS: r"[0-9]{14}",
    StructureRegister.TECHNICAL: r"[A-Z][0-9A-Z]*",
}


@dataclass(frozen=True, slots=True)
class PsIdNat:
    """National identifier of a professional."""

    register: PersonRegister
    number: str
    internal: str = ""
    """The number within the structure, for the registers that are not `is_national`."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `IdentifierError`."""
        register = next((r for r in PersonRegister if text[:1] == r.value), None)
        if register is None:
            raise IdentifierError("a PS_IdNat begins with 0 (ADELI), 1, 3, 4, 5, 6 (employees) or 8 (RPPS)")
        if not re.fullmatch(_PERSONS[register], text[1:]):
            form = "11 digits" if register is PersonRegister.RPPS else "the number"
            if not register.is_national:
                form = "the number of the structure, / and the number of the employee"
            raise IdentifierError(f"a PS_IdNat of {register.name} is {register.value} and {form}")
        number, _, internal = text[1:].partition("/")
        return cls(register, number, internal)

    @property
    def has_valid_key(self) -> bool:
        """Whether the last digit of an RPPS number is right (Luhn); true of every other number, which has none."""
        return self.register is not PersonRegister.RPPS or _luhn(self.number)

    @property
    def type(self) -> str:
        """Component 13 of its XCN."""
        return IDNPS if self.register.is_national else EI

    def __str__(self) -> str:
        return f"{self.register.value}{self.number}" + (f"/{self.internal}" if self.internal else "")


@dataclass(frozen=True, slots=True)
class StructIdNat:
    """National identifier of a structure."""

    register: StructureRegister
    number: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `IdentifierError`."""
        register = next(
            (r for r in StructureRegister if r.value and text.startswith(r.value)), StructureRegister.TECHNICAL
        )
        number = text[len(register.value) :]
        if not re.fullmatch(_STRUCTURES[register], number):
            raise IdentifierError(
                "a Struct_IdNat is 1 and FINESS (9), 2 and SIREN (9), 3 and SIRET (14), 4 and RPPS-rang (14), 0 and "
                "the ADELI number of a practice, or a technical id that begins with a letter"
            )
        return cls(register, number)

    def __str__(self) -> str:
        return self.register.value + self.number


def _luhn(digits: str) -> bool:
    doubled = (2 * int(d) if n % 2 else int(d) for n, d in enumerate(reversed(digits)))
    return sum(d - 9 * (d > 9) for d in doubled) % 10 == 0


# --- XCN and XON ----------------------------------------------------------------------------------------------------


class Party(Enum):
    """What an XCN names."""

    PROFESSIONAL = "professional"
    PATIENT = "patient"
    DEVICE = "device"
    OTHER = "other person"


def party(xcn: XCN) -> Party:
    """A device by its types, everyone else by who assigned the id."""
    if xcn.identifier_type == RI or xcn.name_type == SYSTEM:
        return Party.DEVICE
    if xcn.authority in INS_AUTHORITIES:
        return Party.PATIENT
    return Party.PROFESSIONAL if xcn.authority == PROFESSIONALS else Party.OTHER


def identifier_type(authority: str, identifier: str) -> str:
    """Component 13 of the XCN of a person with this id."""
    if authority in INS_AUTHORITIES:
        return NH
    return IDNPS if authority == PROFESSIONALS and "/" not in identifier else EI


def person(authority: str, identifier: str, family: str, given: str) -> XCN:
    """A professional or a patient; without an identifier, its authority (an OID) is the id."""
    kind = identifier_type(authority, identifier)
    own = authority if identifier else ""
    return XCN(identifier or authority, family, given, authority=own, name_type=PERSON, identifier_type=kind)


def device(authority: str, identifier: str, software: str, model: str) -> XCN:
    """A device or a program."""
    own = authority if identifier else ""
    return XCN(identifier or authority, software, model, authority=own, name_type=SYSTEM, identifier_type=RI)


def structure(name: str, authority: str, identifier: str) -> XON:
    """A care structure, or the publisher of a service (SNR) under the authority `SIREN`."""
    if not identifier:
        return XON(name, authority)
    return XON(name, identifier, authority, {STRUCTURES: IDNST, SIREN: SIREN_TYPE}.get(authority, ""))


@lru_cache(1024)
def person_of(text: str | None) -> XCN | None:
    """The XCN in an authorPerson or legalAuthenticator; None for nothing, and for what is no XCN."""
    try:
        return XCN.parse(text) if text else None
    except DatatypeError:
        return None


@lru_cache(1024)
def structure_of(text: str) -> XON | None:
    """The XON in an authorInstitution; None for what is no XON."""
    try:
        return XON.parse(text, lenient=True)
    except DatatypeError:
        return None


def structures(authors: Iterable[Author]) -> frozenset[str]:
    """The identifiers of the institutions of `authors`, whoever assigned them. # DMP EX_2.1-1140"""
    institutions = (structure_of(text) for author in authors for text in author.institutions)
    return frozenset(i.id for i in institutions if i is not None and i.id)
