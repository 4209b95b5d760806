"""The ids that a registry gives: symbolic ids become UUIDs, wherever they stand. # ITI TF-2 3.42.4.1.3.7"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final
from uuid import UUID, uuid4

from metadata import vocabulary as v
from metadata.ebrim import Classification, ExternalIdentifier, Kind, RegistryObject

URN_UUID: Final = "urn:uuid:"
VERSION: Final = "1"
"""versionName of what ITI-42 registers; ITI-57 makes the next ones."""

_OBJECT_TYPE: Final = {Kind.REGISTRY_PACKAGE: v.REGISTRY_PACKAGE_TYPE, Kind.ASSOCIATION: v.ASSOCIATION_TYPE}


def parse(id_: str) -> UUID | None:
    """The UUID of an `urn:uuid:` id; None for a symbolic id."""
    if id_[:9].lower() != URN_UUID:
        return None
    try:
        return UUID(id_[9:])
    except ValueError:
        return None


def urn(id_: UUID) -> str:
    """`urn:uuid:…`, lower case."""
    return f"{URN_UUID}{id_}"


def assign(objects: Iterable[RegistryObject]) -> dict[str, UUID]:
    """Id as submitted → entryUUID: its own if it is one, else a new one."""
    return {o.id: parse(o.id) or uuid4() for o in objects}


def registered(o: RegistryObject, ids: Mapping[str, UUID], extra: frozenset[str] = frozenset()) -> RegistryObject:
    """`o` as it will be stored: ids and references resolved, objectType and version filled in.

    The Slots named in `extra` are left out. `ids` holds every id of the message; a reference that is not in it is the
    UUID of an object that the registry holds.
    """
    own = urn(ids[o.id])
    inner = _inner_ids(own)
    return RegistryObject(
        o.kind,
        own,
        None,
        o.home,
        None,
        _OBJECT_TYPE.get(o.kind, o.object_type),
        o.mime_type,
        o.is_opaque,
        tuple([s for s in o.slots if s.name not in extra]) if extra else o.slots,
        o.name,
        o.description,
        VERSION,
        tuple(
            [
                Classification(
                    inner(c.id), own, c.scheme, c.node, c.node_representation, c.slots, c.name, c.description
                )
                for c in o.classifications
            ]
        ),
        tuple(
            [ExternalIdentifier(inner(i.id), own, i.scheme, i.value, i.name, i.slots) for i in o.external_identifiers]
        ),
        o.association_type,
        None if o.source is None else urn(resolve(o.source, ids)),
        None if o.target is None else urn(resolve(o.target, ids)),
    )


def resolve(reference: str, ids: Mapping[str, UUID]) -> UUID:
    """The entryUUID that `reference` means. Raises KeyError for a symbolic id that is not of this message."""
    return ids.get(reference) or parse(reference) or ids[reference]


def _inner_ids(own: str) -> Callable[[str], str]:
    """Gives the Classifications and ExternalIdentifiers of one object their ids.

    A UUID stays; a symbolic id becomes the parent's UUID, counted on in its first 32 random bits. That is as unique as
    the parent's and packs far better than random ones, of which an entry would need a dozen.
    """
    first, rest = int(own[9:17], 16), own[17:]
    number = 0

    def inner(id_: str) -> str:
        nonlocal number
        number += 1
        if id_[:9].lower() == URN_UUID:
            return id_.lower()
        return f"{URN_UUID}{(first + number) & 0xFFFFFFFF:08x}{rest}"

    return inner
