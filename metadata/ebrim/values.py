"""The objects of ebRIM 3.0 as plain values, in the order in which they stand on the wire."""

from dataclasses import dataclass, field
from enum import StrEnum


class EbrimError(ValueError):
    """The element is not what the reader was called for, or the value cannot be written as XML 1.0."""


class Kind(StrEnum):
    """The ebRIM element that carries an object."""

    EXTRINSIC_OBJECT = "ExtrinsicObject"
    REGISTRY_PACKAGE = "RegistryPackage"
    ASSOCIATION = "Association"


@dataclass(frozen=True, slots=True)
class Slot:
    name: str
    values: tuple[str, ...]
    """As received, surrounding white space removed."""
    slot_type: str | None = None
    """slotType; kept as received, means nothing in XDS."""


@dataclass(frozen=True, slots=True)
class LocalizedString:
    value: str
    lang: str | None = None
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class Classification:
    id: str
    classified_object: str
    scheme: str | None = None
    """classificationScheme; goes with `node_representation`."""
    node: str | None = None
    """classificationNode."""
    node_representation: str | None = None
    slots: tuple[Slot, ...] = ()
    name: tuple[LocalizedString, ...] = ()
    description: tuple[LocalizedString, ...] = ()


@dataclass(frozen=True, slots=True)
class ExternalIdentifier:
    id: str
    registry_object: str
    scheme: str
    """identificationScheme."""
    value: str
    name: tuple[LocalizedString, ...] = ()
    slots: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class RegistryObject:
    """An ExtrinsicObject, a RegistryPackage or an Association."""

    kind: Kind
    id: str
    lid: str | None = None
    home: str | None = None
    status: str | None = None
    object_type: str | None = None
    mime_type: str | None = None
    """ExtrinsicObject only."""
    is_opaque: str | None = None
    """ExtrinsicObject only; kept as received, means nothing in XDS."""
    slots: tuple[Slot, ...] = ()
    name: tuple[LocalizedString, ...] = ()
    description: tuple[LocalizedString, ...] = ()
    version_name: str | None = None
    classifications: tuple[Classification, ...] = ()
    """A node Classification that stood beside the RegistryPackage is here too: both placings mean the same."""
    external_identifiers: tuple[ExternalIdentifier, ...] = ()
    association_type: str | None = None
    source: str | None = None
    """sourceObject; Association only."""
    target: str | None = None
    """targetObject; Association only."""
    path: str = field(default="", compare=False)
    """Where it stood, for messages: `/RegistryObjectList/ExtrinsicObject[1]`. Not part of its value."""
