"""XCN, XON and XTN: persons, organisations and how to reach them; and the recipients made of the three."""

from dataclasses import dataclass
from typing import Final, Self

from metadata.datatypes.hd import HD
from metadata.datatypes.hl7 import DatatypeError, components, escape, join, unescape
from metadata.datatypes.identifiers import is_oid

_MAIL: Final = "Internet"


@dataclass(frozen=True, slots=True)
class XCN:
    """A person, or a device; ITI TF-3 Table 4.2.3.1.7-2. Components that are no field here are passed over."""

    id: str = ""
    family: str = ""
    given: str = ""
    second: str = ""
    suffix: str = ""
    prefix: str = ""
    degree: str = ""
    authority: str = ""
    """Component 9: OID of who assigned the id."""
    name_type: str = ""
    """Component 10: `D` for the customary name, `L` for the legal one, `U` for none of a person."""
    identifier_type: str = ""
    """Component 13: `IDNPS`, `NH` and the like, asked for in France."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `DatatypeError` if there is neither id nor family name, or the authority is not `&OID&ISO`."""
        parts = components(text, 13)
        if not parts[0].strip() and not parts[1].strip():
            raise DatatypeError("a person has neither id (component 1) nor family name (component 2)")
        authority = HD.parse(parts[8]).oid if parts[8] else ""
        id_, family, given, second, suffix, prefix, degree = map(unescape, parts[:7])
        name_type, identifier_type = unescape(parts[9]), unescape(parts[12])
        return cls(id_, family, given, second, suffix, prefix, degree, authority, name_type, identifier_type)

    def __str__(self) -> str:
        names = (self.id, self.family, self.given, self.second, self.suffix, self.prefix, self.degree)
        authority = f"&{self.authority}&ISO" if self.authority else ""
        return join([*map(escape, names), "", authority, escape(self.name_type), "", "", escape(self.identifier_type)])


@dataclass(frozen=True, slots=True)
class XON:
    """An organisation; ITI TF-3 Table 4.2.3.1.7-2."""

    name: str
    id: str = ""
    """Component 10: an OID, or an id that `authority` assigned."""
    authority: str = ""
    """Component 6: OID of who assigned the id; absent when the id is an OID itself."""
    identifier_type: str = ""
    """Component 7: not of XDS, but asked for in France (`IDNST`)."""

    @classmethod
    def parse(cls, text: str, *, lenient: bool = False) -> Self:
        """Raises `DatatypeError` if `text` is not an XON as XDS constrains it; `lenient` passes over other components.

        Component 7 is accepted either way, and so is an authority beside an OID or without id. An id that is no OID
        needs one.
        """
        parts = components(text, 10)
        if not parts[0].strip():
            raise DatatypeError("an organisation has no name (component 1)")
        authority = HD.parse(parts[5], lenient=lenient).oid if parts[5] else ""
        if parts[9] and not authority and not lenient and not is_oid(unescape(parts[9]).strip()):
            raise DatatypeError(
                f"the id {parts[9]} of an organisation (component 10) is no OID and has no authority (6)"
            )
        for number, part in enumerate(parts, 1):
            if part and not lenient and number not in (1, 6, 7, 10):
                raise DatatypeError(
                    f"component {number} of an organisation is not empty; name is 1, authority 6, id 10"
                )
        return cls(unescape(parts[0]), unescape(parts[9]), authority, unescape(parts[6]))

    @property
    def oid(self) -> str | None:
        """The id, when it is an OID."""
        return self.id if is_oid(self.id) else None

    def __str__(self) -> str:
        authority = f"&{self.authority}&ISO" if self.authority else ""
        kind = escape(self.identifier_type)
        return join([escape(self.name), "", "", "", "", authority, kind, "", "", escape(self.id)])


@dataclass(frozen=True, slots=True)
class XTN:
    """A telephone number or a mail address; ITI TF-3 Table 4.2.3.1.7-2."""

    type: str
    """Component 3: `PH`, `CP`, `FX`…, or `Internet` for mail."""
    use: str = ""
    """Component 2: `WPN`, `PRN`…; `NET` or nothing for mail."""
    mail: str = ""
    """Component 4."""
    country: str = ""
    """Component 5."""
    area: str = ""
    """Component 6."""
    local: str = ""
    """Component 7."""
    extension: str = ""
    """Component 8."""
    unformatted: str = ""
    """Component 12: the whole number as people write it; not of XDS, but of later HL7, and accepted."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `DatatypeError` if type, mail address and number do not go together, or anything else is filled."""
        parts = [unescape(part) for part in components(text, 12)]
        _, use, kind, mail, country, area, local, extension = parts[:8]
        if kind == _MAIL:
            if not mail:
                raise DatatypeError(f"a telecommunication of type {kind} has no address; write ^^Internet^name@domain")
            if use not in ("", "NET"):
                raise DatatypeError(f"the use (component 2) of type {kind} is neither empty nor NET")
            if country or area or local or extension or parts[11]:
                raise DatatypeError(f"a telecommunication of type {kind} has a telephone number too; write it apart")
        elif not kind:
            raise DatatypeError("the type (component 3) is missing; write ^^PH^^^^number or ^^Internet^name@domain")
        elif mail:
            raise DatatypeError(f"a telecommunication of type {kind} has a mail address; its type is Internet")
        elif not local and not parts[11]:
            raise DatatypeError("a telephone number is neither in component 7 nor in component 12")
        for number, part in enumerate(parts, 1):
            if part and (number in (1, 9, 10, 11) or number > 12):
                raise DatatypeError(
                    f"component {number} of a telecommunication is not empty; type is 3, number 7, mail 4"
                )
        return cls(kind, use, mail, country, area, local, extension, parts[11])

    def __str__(self) -> str:
        formatted = (self.use, self.type, self.mail, self.country, self.area, self.local, self.extension)
        return join(["", *map(escape, formatted), "", "", "", escape(self.unformatted)])


@dataclass(frozen=True, slots=True)
class IntendedRecipient:
    """`XON|XCN|XTN`, at least one of them; ITI TF-3 4.2.3.3.7."""

    organization: XON | None = None
    person: XCN | None = None
    telecommunication: XTN | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `DatatypeError` if there is nothing, too much, or one part is wrong."""
        parts = text.split("|")
        if len(parts) > 3:
            raise DatatypeError(
                f"a recipient has {len(parts)} parts; it is written organisation|person|telecommunication"
            )
        organization, person, telecommunication, *_ = [*parts, "", ""]
        if not any(parts):
            raise DatatypeError("a recipient names no organisation, no person and no telecommunication")
        return cls(
            XON.parse(organization) if organization else None,
            XCN.parse(person) if person else None,
            XTN.parse(telecommunication) if telecommunication else None,
        )

    def __str__(self) -> str:
        parts = (self.organization, self.person, self.telecommunication)
        return join(["" if part is None else str(part) for part in parts], "|")
