"""HD: who assigned an identifier."""

from dataclasses import dataclass
from typing import Self

from metadata.datatypes.hl7 import DatatypeError, escape, join, unescape
from metadata.datatypes.identifiers import Oid


@dataclass(frozen=True, slots=True)
class HD:
    """An assigning authority, `&OID&ISO`; the namespace is HL7's local name for it, which XDS leaves out."""

    oid: str = ""
    """universal ID; its type is always ISO."""
    namespace: str = ""

    @classmethod
    def parse(cls, text: str, *, lenient: bool = False) -> Self:
        """Raises `DatatypeError` if `text` is not `&OID&ISO`; `lenient` lets a namespace stand before it."""
        namespace, _, rest = text.partition("&")
        oid, _, kind = rest.partition("&")
        if not oid:
            raise DatatypeError("the assigning authority has no universal ID; it is written &OID&ISO")
        if kind != "ISO":
            raise DatatypeError("the universal ID type of the assigning authority is not ISO; it is written &OID&ISO")
        if namespace and not lenient:
            raise DatatypeError("the assigning authority has a namespace; it is written &OID&ISO, nothing before the &")
        try:
            return cls(Oid.parse(oid).value, unescape(namespace))
        except DatatypeError as error:
            raise DatatypeError(f"the assigning authority is {error}") from None

    def __str__(self) -> str:
        namespace = escape(self.namespace)
        return f"{namespace}&{self.oid}&ISO" if self.oid else join([namespace])
