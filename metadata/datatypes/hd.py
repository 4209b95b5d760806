"""HD: who assigned an identifier."""

from dataclasses import dataclass
from typing import Self

from metadata.datatypes.hl7 import DatatypeError, escape, join, unescape
from metadata.datatypes.identifiers import Oid


@dataclass(frozen=True, slots=True)
class HD:
    """An assigning authority, `&OID&ISO`; the namespace is HL7's local name for it, which XDS leaves out."""

    oid: str = ""
    """universal ID; an OID, but in a reference id of another `kind`."""
    namespace: str = ""
    kind: str = "ISO"
    """Universal ID type; only a reference id (CXi) may have another one than ISO."""

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

    @classmethod
    def of_reference(cls, text: str) -> Self:
        """The assigning authority of a CXi: a namespace, or a universal ID of any type, or both.

        Raises `DatatypeError` if there is neither, or a universal ID without its type.
        """
        namespace, _, rest = text.partition("&")
        universal, _, kind = rest.partition("&")
        if kind == "ISO":
            return cls.parse(text, lenient=True)
        if "&" in kind or bool(universal) != bool(kind) or not (namespace or universal):
            raise DatatypeError("the assigning authority is neither a namespace nor a universal ID with its type")
        return cls(unescape(universal), unescape(namespace), unescape(kind) or "ISO")

    def __str__(self) -> str:
        namespace = escape(self.namespace)
        return f"{namespace}&{escape(self.oid)}&{escape(self.kind)}" if self.oid else join([namespace])
