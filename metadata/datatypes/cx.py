"""CX and CXi: identifiers of patients, and of what documents refer to."""

from dataclasses import dataclass
from typing import Self

from metadata.datatypes.hd import HD
from metadata.datatypes.hl7 import DatatypeError, components, escape, join, unescape


@dataclass(frozen=True, slots=True)
class CX:
    """A patient id, `id^^^&OID&ISO`; ITI TF-3 Table 4.2.3.1.7-2."""

    id: str
    authority: str
    """OID of the assigning authority."""
    identifier_type: str = ""
    """Component 5: not of XDS, but French identifiers carry it (`NH`, `PI`)."""

    @classmethod
    def parse(cls, text: str, *, lenient: bool = False) -> Self:
        """Raises `DatatypeError` if `text` is not a CX as XDS constrains it.

        `lenient` accepts what real systems add: an identifier type in component 5 (`^NH`), dates and more after it,
        and a namespace before the OID. Only the identifier type is kept of that.
        """
        parts = components(text, 5)
        if not lenient:
            _only(parts, "id^^^&OID&ISO", 1, 4)
        if not parts[0].strip():
            raise DatatypeError("the id is empty; a patient id is written id^^^&OID&ISO")
        if not parts[3]:
            raise DatatypeError("there is no assigning authority; a patient id is written id^^^&OID&ISO")
        return cls(unescape(parts[0]), HD.parse(parts[3], lenient=lenient).oid, unescape(parts[4]))

    @property
    def canonical(self) -> str:
        """`id^^^&OID&ISO`: what two spellings of one patient id have in common, for comparison and hashing."""
        return f"{escape(self.id.strip())}^^^&{self.authority}&ISO"

    def __str__(self) -> str:
        return join([escape(self.id), "", "", f"&{self.authority}&ISO", escape(self.identifier_type)])


@dataclass(frozen=True, slots=True)
class CXi:
    """An entry of referenceIdList, `id^^^&OID&ISO^type`; ITI TF-3 Table 4.2.3.1.7-2."""

    id: str
    identifier_type: str
    """`urn:ihe:iti:xds:2013:accession` and the like, or one that the affinity domain defines."""
    authority: HD | None = None
    """A namespace, a universal ID of any type, or both; absent when the id is globally unique."""

    @classmethod
    def parse(cls, text: str, *, lenient: bool = False) -> Self:
        """Raises `DatatypeError` if `text` is not a CXi; `lenient` accepts and drops other components."""
        parts = components(text, 5)
        if not lenient:
            _only(parts, "id^^^&OID&ISO^type", 1, 4, 5)
        if not parts[0].strip():
            raise DatatypeError("the id is empty; a reference id is written id^^^&OID&ISO^type")
        if not parts[4].strip():
            raise DatatypeError("the identifier type is missing; a reference id is written id^^^&OID&ISO^type")
        authority = HD.of_reference(parts[3]) if parts[3] else None
        return cls(unescape(parts[0]), unescape(parts[4]), authority)

    def __str__(self) -> str:
        authority = "" if self.authority is None else str(self.authority)
        return join([escape(self.id), "", "", authority, escape(self.identifier_type)])


def _only(parts: list[str], form: str, *allowed: int) -> None:
    for number, part in enumerate(parts, 1):
        if part and number not in allowed:
            raise DatatypeError(f"component {number} is not empty; it is written {form}")
    if "&" in parts[0]:
        raise DatatypeError(r"the id holds a bare &; inside a value it is written \T" + "\\")
