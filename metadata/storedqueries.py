"""One stored query as a value, and as the AdhocQueryRequest a Document Consumer sends; ITI TF-2 3.18.4.1.2."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from metadata.escaping import attribute, encode
from metadata.escaping import text as content
from metadata.querysyntax import VALUE_LENGTH, quote, write_lists
from metadata.querytimes import TimeRange
from metadata.storedqueries_catalogue import BY_ID, BY_NAME, METADATA_LEVEL, Definition, Form, Parameter
from metadata.vocabulary import QUERY, RIM


class ReturnType(StrEnum):
    """ResponseOption/@returnType: what an answer holds; ITI TF-2 3.18.4.1.2.3.1."""

    OBJECT_REF = "ObjectRef"
    LEAF_CLASS = "LeafClass"


@dataclass(frozen=True, slots=True)
class StoredQuery:
    """A stored query whose parameters were checked and brought into the form in which they are compared."""

    definition: Definition
    return_type: ReturnType
    conditions: Mapping[str, tuple[tuple[str, ...], ...]]
    """By parameter: all groups must match (AND), in a group one value must (OR). Absent parameters are not here.

    Patient ids are canonical CX, UUIDs trimmed and in lower case, times DTM as precise as given, text that may hold
    letters beyond ASCII in Unicode normal form C.
    """
    home_community_id: str | None = None
    metadata_level: int = 1

    def every(self, name: str) -> tuple[tuple[str, ...], ...]:
        """The AND groups of a parameter; empty when there is no condition."""
        return self.conditions.get(name, ())

    def any_of(self, name: str) -> tuple[str, ...]:
        """The alternatives of a parameter that is given once; empty when there is no condition."""
        groups = self.conditions.get(name, ())
        return groups[0] if groups else ()

    def one(self, name: str) -> str | None:
        """The value of a single-valued parameter."""
        values = self.any_of(name)
        return values[0] if values else None

    def times(self, stem: str) -> TimeRange:
        """The range between `…From` and `…To` of the parameters that begin with `stem`."""
        return TimeRange(self.one(stem + "From") or "", self.one(stem + "To") or "")


ParameterValue = str | int | Sequence[str] | Sequence[Sequence[str]]
"""One value; several alternatives (OR); or several groups of alternatives (AND), where the parameter allows that."""


def adhoc_query_request(
    name: str,
    parameters: Mapping[str, ParameterValue],
    return_type: str = ReturnType.LEAF_CLASS,
    *,
    home: str | None = None,
) -> bytes:
    """`query:AdhocQueryRequest` with its namespaces declared.

    `name` is the name of a stored query or its id; the names of parameters may go without `$`. Raises `ValueError` for
    a name that the catalogue lacks, several values where one is allowed, or a value too long; `UnwritableText` for one
    that XML cannot carry. What is required is for the registry to check: a consumer may want to see its answer.
    """
    definition = BY_NAME.get(name) or BY_ID.get(name)
    if definition is None:
        raise ValueError(f"{name} is not a stored query; there are {', '.join(BY_NAME)}")
    slots = "".join(
        slot for given, value in parameters.items() for slot in _slots(_parameter(definition, given), value)
    )
    at_home = f' home="{attribute(home)}"' if home else ""
    text = (
        f'<query:AdhocQueryRequest xmlns:query="{QUERY}" xmlns:rim="{RIM}">'
        f'<query:ResponseOption returnComposedObjects="true" returnType="{attribute(return_type)}"/>'
        f'<rim:AdhocQuery id="{definition.id}"{at_home}>{slots}</rim:AdhocQuery></query:AdhocQueryRequest>'
    )
    return encode(text)


def _parameter(definition: Definition, name: str) -> Parameter:
    name = name if name.startswith("$") else "$" + name
    parameter = METADATA_LEVEL if name == METADATA_LEVEL.name else definition.parameter(name)
    if parameter is None:
        known = ", ".join(p.name for p in definition.parameters)
        raise ValueError(f"{definition.name} has no parameter {name}; it has {known}")
    return parameter


def _slots(parameter: Parameter, value: ParameterValue) -> Iterator[str]:
    groups = _groups(value)
    if len(groups) > 1 and not parameter.conjunctive:
        raise ValueError(f"{parameter.name} cannot be repeated (AND)")
    for group in groups:
        written = "".join(f"<rim:Value>{content(v)}</rim:Value>" for v in _values(parameter, group))
        yield f'<rim:Slot name="{parameter.name}"><rim:ValueList>{written}</rim:ValueList></rim:Slot>'


def _groups(value: ParameterValue) -> list[tuple[str, ...]]:
    if isinstance(value, str | int):
        return [(str(value),)]
    alternatives: list[str] = []
    groups: list[tuple[str, ...]] = []
    for item in value:
        if isinstance(item, str):
            alternatives.append(item)
        else:
            groups.append(tuple(item))
    if alternatives and groups:
        raise ValueError("a parameter has either values or groups of values")
    return groups or [tuple(alternatives)]


def _values(parameter: Parameter, group: tuple[str, ...]) -> tuple[str, ...]:
    if parameter.multiple:
        return write_lists(group)
    if len(group) != 1:
        raise ValueError(f"{parameter.name} takes one value, not {len(group)}")
    if parameter.form in (Form.TIME, Form.INTEGER) and group[0].isascii() and group[0].isdigit():
        return group
    literal = quote(group[0])
    if len(literal) > VALUE_LENGTH:
        raise ValueError(f"{parameter.name} is longer than the {VALUE_LENGTH} characters of a rim:Value")
    return (literal,)
