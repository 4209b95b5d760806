"""query:AdhocQueryResponse: the answer of ITI-18; ITI TF-2 3.18.4.1.3, ITI TF-3 4.2.4."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from metadata.ebrim import RegistryObject, parse_objects
from metadata.errors import RegistryError, RegistryResponse
from metadata.escaping import attribute, encode
from metadata.responses.registry import ResponseError, error_list, outcome
from metadata.vocabulary import QUERY, RIM, RS, SUCCESS

_RESPONSE: Final = f"{{{QUERY}}}AdhocQueryResponse"
_OBJECT_LIST: Final = f"{{{RIM}}}RegistryObjectList"
_OBJECT_REF: Final = f"{{{RIM}}}ObjectRef"
_END: Final = b"</rim:RegistryObjectList></query:AdhocQueryResponse>"


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """One result of a query that asked for references."""

    id: str
    """entryUUID."""
    home: str | None = None


@dataclass(frozen=True, slots=True)
class AdhocQueryResponse:
    """What a registry answered to a query."""

    status: str
    errors: tuple[RegistryError, ...] = ()
    objects: tuple[RegistryObject, ...] = ()
    """LeafClass."""
    object_refs: tuple[ObjectRef, ...] = ()
    """ObjectRef; a registry may add some to a LeafClass answer too."""

    @property
    def succeeded(self) -> bool:
        return self.status == SUCCESS


def adhoc_query_response(
    fragments: Iterable[bytes], errors: Sequence[RegistryError] = (), status: str | None = None
) -> Iterator[bytes]:
    """`query:AdhocQueryResponse` in pieces: a head, each of `fragments` as it is, an end.

    Fragments are elements with the prefix `rim`, which is declared here: `write_object` and `write_object_ref` make
    them. The RegistryObjectList stands even when empty, as the schema demands. Without `status` it follows from
    `errors`.
    """
    told = status or RegistryResponse.of(tuple(errors)).status
    yield encode(
        f'<query:AdhocQueryResponse xmlns:query="{QUERY}" xmlns:rim="{RIM}" xmlns:rs="{RS}"'
        f' status="{attribute(told)}">{error_list(errors)}<rim:RegistryObjectList>'
    )
    yield from fragments
    yield _END


def write_object_ref(entry_uuid: str, home: str | None = None) -> bytes:
    """One `rim:ObjectRef`, a fragment."""
    at_home = "" if home is None else f' home="{attribute(home)}"'
    return encode(f'<rim:ObjectRef id="{attribute(entry_uuid)}"{at_home}/>')


def parse_adhoc_query_response(element: etree._Element) -> AdhocQueryResponse:
    """What `element` answers. Raises `ResponseError` if it is not a `query:AdhocQueryResponse`.

    A missing RegistryObjectList is read as an empty one.
    """
    if element.tag != _RESPONSE:
        raise ResponseError(f"{element.tag!r} received where query:AdhocQueryResponse should stand")
    told = outcome(element)
    results = element.find(_OBJECT_LIST)
    if results is None:
        return AdhocQueryResponse(told.status, told.errors)
    refs = tuple([ObjectRef(ref.get("id", "").strip(), ref.get("home")) for ref in results.iterchildren(_OBJECT_REF)])
    return AdhocQueryResponse(told.status, told.errors, parse_objects(results), refs)
