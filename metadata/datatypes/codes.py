"""Codes outside of a Classification: in author roles and specialties, and in queries."""

from dataclasses import dataclass
from typing import Self

from metadata.datatypes.hd import HD
from metadata.datatypes.hl7 import DatatypeError, components, escape, unescape
from metadata.model import Code


@dataclass(frozen=True, slots=True)
class CodedString:
    """A coded value in one string, `code^^^&OID&ISO`; ITI TF-3 Table 4.2.3.1.7-2."""

    code: str
    scheme: str
    """OID of the coding scheme."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `DatatypeError` for anything else; plain text, which authorRole may hold as well, is one of these."""
        parts = components(text, 4)
        if not parts[0].strip() or not parts[3]:
            raise DatatypeError("code or coding scheme missing; a coded string is written code^^^&OID&ISO")
        if any(parts[1:3]) or any(parts[4:]):
            raise DatatypeError("components besides 1 and 4 are filled; a coded string is written code^^^&OID&ISO")
        return cls(unescape(parts[0]), HD.parse(parts[3]).oid)

    def __str__(self) -> str:
        return f"{escape(self.code)}^^^&{self.scheme}&ISO"


def parse_query_code(text: str) -> Code:
    """The code of a query parameter, `code^^scheme`; `str()` of a Code writes it. # ITI TF-2 3.18.4.1.2.3.4

    Raises `DatatypeError` if either half is missing or there is anything else.
    """
    parts = text.split("^")
    if len(parts) != 3 or not parts[0] or parts[1] or not parts[2]:
        raise DatatypeError("a code in a query is written code^^scheme")
    return Code(parts[0], parts[2])
