"""INS, the national identity of a patient: OIDs, structure, key, and the CX that carries it.

An INS is a NIR (numéro d'inscription au répertoire) or, until one is given, a NIA (numéro d'immatriculation
d'attente): thirteen characters and a key of two, under an OID that says which, and in which environment.

    S AA MM DD CCC NNN KK    sex, year, month, department, commune, order, key

The INS-C was calculated from a health card until 2023: twenty-two digits, kept for documents of that time.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from metadata.datatypes import CX, DatatypeError, is_oid

# CI-SIS Référentiel INS, liste des OID
_ROOT: Final = "1.2.250.1.213.1.4."
NIR: Final = _ROOT + "8"
NIA: Final = _ROOT + "9"
NIR_TEST: Final = _ROOT + "10"
"""What all test platforms of the DMP use."""
NIR_DEMO: Final = _ROOT + "11"
"""Demonstration cards."""
INS_C: Final = _ROOT + "2"
INS_A: Final = _ROOT + "1"
"""Planned before the INS-C, never used."""

MATRICULES: Final = frozenset({NIR, NIA, NIR_TEST, NIR_DEMO})
"""Under these stands a NIR or a NIA."""
LEGACY: Final = frozenset({INS_C, INS_A})
AUTHORITIES: Final = MATRICULES | {INS_C}
"""Every OID under which an INS was ever written into a document."""

IDENTIFIER_TYPE: Final = "NH"
"""Component 5 of the CX of an INS."""

_MATRICULE: Final = re.compile(r"[1-478][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{8}", re.ASCII)
_INS_C: Final = re.compile(r"[0-9]{22}", re.ASCII)
_CORSICA: Final = {"2A": "19", "2B": "18"}
_MONTHS: Final = frozenset({*range(1, 13), *range(20, 43), *range(50, 100)})
"""From 20 on, a month that is not known."""


class Flaw(Enum):
    """What is wrong with an INS."""

    AUTHORITY = "authority"
    """The OID is none of an INS."""
    STRUCTURE = "structure"
    """Length, or a character where it cannot stand."""
    MONTH = "month"
    KEY = "key"


def key_of(first13: str) -> str:
    """The key, two digits 01 to 97, of the thirteen characters before it.

    Raises ValueError unless they are digits, or digits with 2A or 2B (Corsica) as the department.
    """
    department = first13[5:7]
    digits = first13[:5] + _CORSICA.get(department, department) + first13[7:]
    if len(digits) != 13 or not (digits.isascii() and digits.isdigit()):
        raise ValueError("the key is calculated from thirteen characters, digits but for the department 2A or 2B")
    return f"{97 - int(digits) % 97:02d}"


@dataclass(frozen=True, slots=True)
class Ins:
    """One national identity, well-formed or not: `flaws` says."""

    matricule: str
    """Key included; no spaces."""
    oid: str

    @classmethod
    def of(cls, patient_id: str) -> Self | None:
        """The INS in a CX, whatever stands after component 4; None for a CX of another authority, or what is none."""
        try:
            cx = CX.parse(patient_id, lenient=True)
        except DatatypeError:
            return None
        return cls(cx.id, cx.authority) if cx.authority in AUTHORITIES | LEGACY else None

    @property
    def flaws(self) -> frozenset[Flaw]:
        """Everything that is wrong; empty for a well-formed INS."""
        if self.oid == INS_C:
            return frozenset() if _INS_C.fullmatch(self.matricule) else frozenset({Flaw.STRUCTURE})
        if self.oid not in MATRICULES:
            return frozenset({Flaw.AUTHORITY})
        if not _MATRICULE.fullmatch(self.matricule):
            return frozenset({Flaw.STRUCTURE})
        found = set()
        if int(self.matricule[3:5]) not in _MONTHS:
            found.add(Flaw.MONTH)
        if key_of(self.matricule[:13]) != self.matricule[13:]:
            found.add(Flaw.KEY)
        return frozenset(found)

    @property
    def is_legacy(self) -> bool:
        return self.oid in LEGACY

    def same_person(self, other: "Ins") -> bool:
        """The same matricule, under any OID of a NIR or NIA; the INSi service answers with that of production in tests.

        A person who passes from NIA to NIR gets another matricule; the identity feed merges the two.
        """
        one_family = self.oid == other.oid or {self.oid, other.oid} <= MATRICULES
        return one_family and self.matricule == other.matricule

    @property
    def canonical(self) -> str:
        """`matricule^^^&OID&ISO`: for comparison, as the registry does."""
        return CX(self.matricule, self.oid).canonical

    def __str__(self) -> str:
        """The CX as the DMP writes it, `NH` in component 5."""
        return str(CX(self.matricule, self.oid, IDENTIFIER_TYPE))


def same_patient(first: str, second: str) -> bool:
    """Whether two CX are of one patient: equal up to component 4, or the same INS under two OIDs of it."""
    one, other = Ins.of(first), Ins.of(second)
    if one is not None and other is not None:
        return one.same_person(other)
    try:
        return CX.parse(first, lenient=True).canonical == CX.parse(second, lenient=True).canonical
    except DatatypeError:
        return False


ENVIRONMENTS: Final = {
    "production": frozenset({NIR, NIA}),
    "test": frozenset({NIR_TEST}),
    "demo": frozenset({NIR_DEMO}),
}
"""The OIDs of each environment."""


@dataclass(frozen=True, slots=True)
class InsPolicy:
    """Which INS an installation takes."""

    authorities: frozenset[str]
    """OIDs."""

    @classmethod
    def of(cls, *words: str) -> Self:
        """Of environments and OIDs: `InsPolicy.of("test")`, `InsPolicy.of("test", "1.2.250.1.213.1.4.8")`.

        Raises ValueError for a word that is neither, or when there is none.
        """
        return cls(frozenset(oid for word in words for oid in _authorities(word)) or _nothing())

    @classmethod
    def parse(cls, text: str) -> Self:
        """The same, the words separated by commas, as in a setting."""
        return cls.of(*filter(None, (word.strip() for word in text.split(","))))

    def accepts(self, patient_id: str) -> bool:
        """Whether `patient_id`, a CX, is a well-formed INS of this environment."""
        ins = Ins.of(patient_id)
        return ins is not None and ins.oid in self.authorities and not ins.flaws

    def candidates(self, matricule: str) -> Iterable[Ins]:
        """`matricule` under each OID of this policy, the lowest first: for whoever is given the number alone."""
        return (Ins(matricule, oid) for oid in sorted(self.authorities, key=_arc))


def _authorities(word: str) -> frozenset[str]:
    if word in ENVIRONMENTS:
        return ENVIRONMENTS[word]
    if is_oid(word) and word in AUTHORITIES | LEGACY:
        return frozenset({word})
    raise ValueError(f"{word} is neither an environment ({', '.join(ENVIRONMENTS)}) nor an OID of the INS ({_ROOT}n)")


def _nothing() -> frozenset[str]:
    raise ValueError(f"no environment is named; write one of {', '.join(ENVIRONMENTS)}, or OIDs of the INS")


def _arc(oid: str) -> int:
    return int(oid.rpartition(".")[2])


TEST: Final = InsPolicy.of("test")
"""What is taken when nobody says otherwise: no real patient can be written into a trial by mistake."""
