"""Parameters of stored queries from what a person types: short words for URNs, and the obvious filled in."""

from collections.abc import Mapping, Sequence
from typing import Final

from metadata.storedqueries import ParameterValue
from metadata.storedqueries_catalogue import BY_ID, BY_NAME, Definition, Form, Parameter
from metadata.vocabulary import (
    APND,
    APPROVED,
    DEPRECATED,
    HAS_MEMBER,
    IS_SNAPSHOT_OF,
    ON_DEMAND,
    RPLC,
    SIGNS,
    STABLE,
    XFRM,
    XFRM_RPLC,
)

STATUSES: Final = {"approved": (APPROVED,), "deprecated": (DEPRECATED,), "all": (APPROVED, DEPRECATED)}
_WORDS: Final[Mapping[Form, Mapping[str, str]]] = {
    Form.STATUS: {"approved": APPROVED, "deprecated": DEPRECATED},
    Form.OBJECT_TYPE: {"stable": STABLE, "on-demand": ON_DEMAND},
    Form.ASSOCIATION_TYPE: {
        "hasmember": HAS_MEMBER,
        "rplc": RPLC,
        "apnd": APND,
        "xfrm": XFRM,
        "xfrm_rplc": XFRM_RPLC,
        "signs": SIGNS,
        "issnapshotof": IS_SNAPSHOT_OF,
    },
}


def definition(name: str) -> Definition:
    """A stored query by name, in any case, or by id. Raises `ValueError`, which lists them."""
    found = BY_ID.get(name) or next((d for known, d in BY_NAME.items() if known.lower() == name.lower()), None)
    if found is None:
        raise ValueError(f"{name} is not a stored query; there are {', '.join(BY_NAME)}")
    return found


def parameters(
    query: Definition, given: Sequence[tuple[str, str]], *, patient_id: str | None, status: Sequence[str]
) -> dict[str, ParameterValue]:
    """What `given` (name, value) asks for; a name that repeats gives alternatives.

    Names may go without `$` and in any case, known URNs by their last word (`Approved`, `RPLC`). The patient and the
    status are filled in where the query has them and nobody said otherwise. Raises `ValueError` for an unknown name.
    """
    values: dict[Parameter, list[str]] = {}
    for name, value in given:
        parameter = _parameter(query, name)
        values.setdefault(parameter, []).append(_WORDS.get(parameter.form, {}).get(value.lower(), value))
    for parameter in query.parameters:
        if parameter.required and parameter not in values:
            if parameter.form is Form.PATIENT and patient_id:
                values[parameter] = [patient_id]
            elif parameter.form is Form.STATUS:
                values[parameter] = list(status)
    return {
        parameter.name: tuple(found) if parameter.multiple or len(found) > 1 else found[0]
        for parameter, found in values.items()
    }


def _parameter(query: Definition, name: str) -> Parameter:
    wanted = name.lstrip("$").lower()
    for parameter in query.parameters:
        if parameter.name.lstrip("$").lower() == wanted:
            return parameter
    known = ", ".join(parameter.name.lstrip("$") for parameter in query.parameters)
    raise ValueError(f"{query.name} has no parameter {name}; it has {known}")
