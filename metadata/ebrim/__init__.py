"""ebRIM 3.0 as it stands on the wire: RegistryObjectList ↔ plain values.

This is the layer below `metadata.model`: slots, classifications and identifiers in the order received, unknown ones
included. `metadata.translate` makes DocumentEntries of it, and ebRIM of DocumentEntries. Left behind is only what ebRIM
allows and XDS gives no meaning: ContentVersionInfo, the comment of a VersionInfo, lid, home, status and objectType of a
Classification or ExternalIdentifier, comments, attributes of other namespaces.

`values` holds the objects, `reading` makes them of elements, `writing` makes bytes of them.
"""

from metadata.ebrim.reading import parse_objects, parse_submit_objects_request
from metadata.ebrim.values import (
    Classification,
    EbrimError,
    ExternalIdentifier,
    Kind,
    LocalizedString,
    RegistryObject,
    Slot,
)
from metadata.ebrim.writing import (
    splice_slot,
    submit_objects_request,
    write_content,
    write_list,
    write_object,
    write_opening,
    write_slot,
)

__all__ = [
    "Classification",
    "EbrimError",
    "ExternalIdentifier",
    "Kind",
    "LocalizedString",
    "RegistryObject",
    "Slot",
    "parse_objects",
    "parse_submit_objects_request",
    "splice_slot",
    "submit_objects_request",
    "write_content",
    "write_list",
    "write_object",
    "write_opening",
    "write_slot",
]
