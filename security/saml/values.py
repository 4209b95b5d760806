"""An assertion as frozen values: what is left of the XML once it was read from what was signed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from security.saml import names as n


@dataclass(frozen=True, slots=True)
class CE:
    """An HL7 v3 coded value inside an AttributeValue, as `hl7:Role` and `hl7:PurposeOfUse` are."""

    element: str
    """Local name of the element that carries the code."""
    code: str
    system: str
    """OID of the code system."""
    system_name: str = ""
    display: str = ""


@dataclass(frozen=True, slots=True)
class II:
    """An HL7 v3 instance identifier inside an AttributeValue, `hl7:id`."""

    root: str
    extension: str


@dataclass(frozen=True, slots=True)
class Opaque:
    """An AttributeValue of another shape; nothing is made of it."""

    tag: str


AttributeValue: TypeAlias = str | CE | II | Opaque


@dataclass(frozen=True, slots=True)
class Attribute:
    """A `saml:Attribute`; SAML 2.0 Core 2.7.3.1."""

    name: str
    values: tuple[AttributeValue, ...]

    @classmethod
    def of(cls, name: str, *values: AttributeValue) -> "Attribute":
        return cls(name, values)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A `saml:SubjectConfirmation` and its data; SAML 2.0 Core 2.4.1."""

    method: str
    not_before: datetime | None = None
    not_on_or_after: datetime | None = None
    recipient: str = ""
    address: str = ""
    certificates: tuple[bytes, ...] = ()
    """DER, of the KeyInfo of holder-of-key."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """SAML 2.0 Core 2.5.1."""

    not_before: datetime | None = None
    not_on_or_after: datetime | None = None
    audiences: tuple[frozenset[str], ...] = ()
    """One per AudienceRestriction: the receiver must be in each."""
    one_time_use: bool = False
    unknown: tuple[str, ...] = ()
    """Tags of conditions that are not understood: whoever has one cannot accept the assertion."""


@dataclass(frozen=True, slots=True)
class Authentication:
    """A `saml:AuthnStatement`; SAML 2.0 Core 2.7.2."""

    instant: datetime
    contexts: tuple[str, ...]
    """AuthnContextClassRef, or AuthnContextDeclRef where there is no class: one or more per AuthnContext, empty for
    neither."""
    declarations: tuple[str, ...] = ()
    """Text of AuthnContextDecl."""
    session_not_on_or_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Assertion:
    """A SAML 2.0 assertion, as far as gates look at it. Equal however it was written."""

    id: str
    issue_instant: datetime
    issuer: str
    name_id: str
    issuer_format: str = ""
    name_id_format: str = ""
    alias: str = ""
    """NameID/@SPProvidedID."""
    version: str = "2.0"
    confirmations: tuple[Confirmation, ...] = ()
    conditions: Conditions | None = None
    authentications: tuple[Authentication, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    """In the order of the message; a name may be there twice."""

    def values(self, name: str) -> tuple[AttributeValue, ...]:
        """All values under a name, whether of one attribute or of several."""
        return tuple(value for each in self.attributes if each.name == name for value in each.values)

    def texts(self, name: str) -> tuple[str, ...]:
        """The values under a name that are text."""
        return tuple(value for value in self.values(name) if isinstance(value, str))

    def codes(self, name: str) -> tuple[CE, ...]:
        """The values under a name that are coded."""
        return tuple(value for value in self.values(name) if isinstance(value, CE))

    def repeated(self, names: Iterable[str] | None = None) -> str | None:
        """A name, of `names` or of all, that several attributes bear; compared without regard to case."""
        wanted = None if names is None else {name.lower() for name in names}
        seen: set[str] = set()
        for each in self.attributes:
            name = each.name.lower()
            if name in seen and (wanted is None or name in wanted):
                return each.name
            seen.add(name)
        return None

    @property
    def patient(self) -> str:
        """The `resource-id`, a CX; empty when there is none."""
        return next(iter(self.texts(n.RESOURCE_ID)), "")
