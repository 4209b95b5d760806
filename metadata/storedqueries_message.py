"""What an AdhocQueryRequest says, each value beside what is wrong with it; ITI TF-2 3.18.4.1.2.

This is the subject of the rules in `metadata.rules.query`: nothing is refused here, and nothing is raised.

How freely values are taken, beyond what `metadata.querysyntax` says:

* UUIDs, URNs, OIDs and ids are trimmed; UUIDs compare in lower case.
* Times may be numbers or strings, of any precision.
* Codes, names and reference ids compare in Unicode normal form C, whatever form they came in. # ITI TF-2 Appendix F
* A patient id that carries more than id and assigning authority (`…&ISO^NH`) is read, the rest does not take part: a
  rule refuses it, but where objects may carry such ids.
* A status that is not known is passed over, as long as another one is known.
* An empty string is no value; an optional parameter without values sets no condition.
* Parameters the catalogue lacks are passed over if their name begins with `$`.
* `startIndex`, `maxResults`, `federated` and `returnComposedObjects` are passed over.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from lxml import etree

from metadata.datatypes import CX, DTM, DatatypeError, is_uuid_urn
from metadata.querysyntax import QuerySyntaxError, parse_values
from metadata.storedqueries_catalogue import BY_ID, METADATA_LEVEL, Definition, Form, Parameter
from metadata.vocabulary import APPROVED, DEPRECATED, ON_DEMAND, QUERY, RIM, STABLE

STATUSES = frozenset({APPROVED, DEPRECATED})
_OBJECT_TYPES = frozenset({STABLE, ON_DEMAND})


@dataclass(frozen=True, slots=True)
class Wrong:
    """A value that is not of the form its parameter asks for."""

    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Argument:
    """One Slot of the AdhocQuery."""

    name: str
    number: int
    """Among the Slots, from 1."""
    parameter: Parameter | None
    """`None` for a name that the query does not know."""
    values: tuple[str, ...] = ()
    """The good values, in the form in which they are compared."""
    wrong: tuple[Wrong, ...] = ()
    malformed: str = ""
    """Why the text is no value or list."""
    count: int = 0
    """Values that are not empty, right or wrong, repeated ones too."""
    overlong: tuple[str, ...] = ()
    """Patient ids with components beyond id and assigning authority."""

    @property
    def path(self) -> str:
        return f"/AdhocQueryRequest/AdhocQuery/Slot[{self.number}]"


@dataclass(frozen=True, slots=True)
class QueryMessage:
    """An AdhocQueryRequest as received."""

    query_id: str
    return_type: str
    """ResponseOption/@returnType; `RegistryObject`, the default of the schema, when there is none."""
    home_community_id: str | None
    definition: Definition | None
    """`None` for an unknown query."""
    arguments: tuple[Argument, ...]

    def given(self, name: str) -> bool:
        """Whether a parameter has at least one value, right or wrong."""
        return any(a.name == name and (a.count or a.malformed) for a in self.arguments)


def parse_adhoc_query_request(request: etree._Element) -> QueryMessage:
    """The content of a `query:AdhocQueryRequest`. Absent pieces are empty: the schema is checked before this."""
    option = request.find(f"{{{QUERY}}}ResponseOption")
    adhoc_query = request.find(f"{{{RIM}}}AdhocQuery")
    return_type = "RegistryObject" if option is None else option.get("returnType", "RegistryObject").strip()
    if adhoc_query is None:
        return QueryMessage("", return_type, None, None, ())
    query_id = adhoc_query.get("id", "").strip().lower()
    definition = BY_ID.get(query_id)
    arguments = () if definition is None else tuple(_arguments(adhoc_query, definition))
    return QueryMessage(query_id, return_type, adhoc_query.get("home"), definition, arguments)


def _arguments(adhoc_query: etree._Element, definition: Definition) -> Iterator[Argument]:
    parameters = _parameters(definition.id)
    for number, slot in enumerate(adhoc_query.iterchildren(f"{{{RIM}}}Slot"), 1):
        name = slot.get("name", "").strip()
        parameter = parameters.get(name)
        if parameter is None:
            yield Argument(name, number, None)
        else:
            texts = [value.text or "" for value in slot.iter(f"{{{RIM}}}Value")]
            yield _argument(name, number, parameter, texts)


@cache
def _parameters(query_id: str) -> Mapping[str, Parameter]:
    return {p.name: p for p in (*BY_ID[query_id].parameters, METADATA_LEVEL)}


def _argument(name: str, number: int, parameter: Parameter, texts: list[str]) -> Argument:
    try:
        values = [value for value in parse_values(texts) if value.strip()]
    except QuerySyntaxError as error:
        return Argument(name, number, parameter, malformed=str(error))
    good: list[str] = []
    wrong: list[Wrong] = []
    for value in values:
        try:
            good.append(_comparable(parameter.form, value))
        except ValueError as error:
            wrong.append(Wrong(value, str(error)))
    known = [v for v in good if v in STATUSES] if parameter.form is Form.STATUS else good
    overlong = [v for v in values if parameter.form is Form.PATIENT and good and _is_overlong(v.strip())]
    return Argument(
        name,
        number,
        parameter,
        tuple(dict.fromkeys(known)),
        tuple(wrong),
        count=len(values),
        overlong=tuple(overlong),
    )


def _is_overlong(patient_id: str) -> bool:
    try:
        CX.parse(patient_id)
    except DatatypeError:
        return True
    return False


def _comparable(form: Form, value: str) -> str:
    """The value as it is compared; raises `ValueError` with the reason when it is not of its form."""
    match form:
        case Form.CODE:
            return _code(unicodedata.normalize("NFC", value))  # ITI TF-2 Appendix F
        case Form.PERSON | Form.REFERENCE:
            return unicodedata.normalize("NFC", value)
        case Form.PATIENT:
            return CX.parse(value.strip(), lenient=True).canonical
        case Form.TIME:
            return DTM.parse(value.strip()).value
        case Form.ENTRY_UUID:
            return _entry_uuid("".join(value.split()).lower())  # a sample of the standard has a blank in one
        case Form.OBJECT_TYPE:
            return _object_type(value.strip().lower())
        case Form.INTEGER:
            return _level(value.strip())
        case _:
            return value.strip()


def _code(value: str) -> str:
    # ITI TF-2 3.18.4.1.2.3.4: code^^scheme, both of them; the separate …Scheme parameters of old are gone
    code, _, scheme = value.partition("^^")
    if not code or not scheme or "^" in code or "^" in scheme:
        raise ValueError("not code^^scheme")
    return value


def _entry_uuid(value: str) -> str:
    if not is_uuid_urn(value):
        raise ValueError("not an entryUUID")
    return value


def _object_type(value: str) -> str:
    if value not in _OBJECT_TYPES:
        raise ValueError("not an object type")
    return value


def _level(value: str) -> str:
    if value not in ("1", "2"):
        raise ValueError("not a metadata level")
    return value
