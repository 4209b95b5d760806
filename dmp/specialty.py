"""authorSpecialty as France writes it: an HL7 CE, `code^label^coding scheme`. # NOS JDV_J01"""

import re
from dataclasses import dataclass
from typing import Final, Self

from dmp.nomenclature import NO_PROFESSION, SPECIALTIES
from metadata.datatypes import DatatypeError, escape, is_oid, unescape

_MEMBERS: Final = "1.2.250.1.213.1.6.1."
OTHER_SCHEMES: Final = frozenset({_MEMBERS + "107", _MEMBERS + "109", _MEMBERS + "4"})
"""Other roles in care, titles such as osteopath or psychologist, and one more of the value set."""

PROFESSIONS: Final = frozenset(
    str(code)
    for code in (
        *(10, 21, 26, 28, 31, 32, 35, 36, 37, 38, 39, 40, 50, 60, 69, 70),
        *(80, 81, 82, 83, 84, 85, 86, 91, 92, 94, 95, 96, 98),
    )
)
"""TRE_G15, 1.2.250.1.71.1.2.7."""
IN_TRAINING: Final = frozenset({"10", "21", "40", "50"})
"""TRE_G16: those who may sign while they study."""
AUTHORS_WITHOUT_PROFESSION: Final = frozenset(
    {"ALIM_AM", "DISPOSITIF", "EXP_PATIENT", "SECRETARIAT_MEDICAL", "AUTOMATE", "SNR", "LOGICIEL_DUI"}
)

_PROFESSIONAL: Final = re.compile(r"G1([56])_([0-9]{2})(?:/[0-9A-Z]+)?")


@dataclass(frozen=True, slots=True)
class Specialty:
    """What an author is: profession and savoir-faire, or what stands in their place."""

    code: str
    label: str
    scheme: str
    """OID."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `DatatypeError` for anything but code, label and the OID of a coding scheme."""
        parts = text.split("^")
        if len(parts) != 3 or not parts[0].strip() or not is_oid(parts[2]):
            raise DatatypeError("an authorSpecialty is written code^label^OID of the coding scheme")
        return cls(unescape(parts[0]), unescape(parts[1]), parts[2])

    @property
    def is_known(self) -> bool:
        """Whether the value set can hold it. Of savoir-faire only the form is looked at: new ones come every year."""
        if self.scheme == SPECIALTIES:
            found = _PROFESSIONAL.fullmatch(self.code)
            return found is not None and found[2] in (PROFESSIONS if found[1] == "5" else IN_TRAINING)
        if self.scheme == NO_PROFESSION:
            return self.code in AUTHORS_WITHOUT_PROFESSION
        return self.scheme in OTHER_SCHEMES

    def __str__(self) -> str:
        return f"{escape(self.code)}^{escape(self.label)}^{self.scheme}"
