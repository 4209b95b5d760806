"""Writes `docs/queries.md`, the reference of the stored queries, from the catalogue.

python -m metadata.storedqueries_page > docs/queries.md
"""

import sys
from collections.abc import Iterator

from metadata.querysyntax import VALUE_LENGTH
from metadata.storedqueries_catalogue import CATALOGUE, METADATA_LEVEL, Definition, Form, Parameter
from metadata.vocabulary import APPROVED, DEPRECATED, HAS_MEMBER, ON_DEMAND, STABLE

_INTRODUCTION = f"""\
# Stored queries

The registry answers the fourteen stored queries of *Registry Stored Query* (ITI-18, ITI TF-2 3.18). This page is
written from the catalogue the registry itself uses: `python -m metadata.storedqueries_page > docs/queries.md`.

## How a parameter is written

A parameter is a `rim:Slot` of the `rim:AdhocQuery`. Its `rim:Value` holds one value, or a list in parentheses:

| written | means |
|---|---|
| `20240131` | a number, or a time |
| `'text'` | a string; an apostrophe inside is doubled: `'O''Brien'` |
| `('a','b')` | a list: any of the values will do (OR) |

* A `rim:Value` holds at most {VALUE_LENGTH} characters: a longer list goes into several Values of the same Slot, each
  with its own parentheses.
* Where the tables say *AND*, the Slot may be repeated: each of the Slots must match. No other Slot may be repeated.
* Comparison is exact, and upper and lower case differ, unless the form says otherwise. Codes, names and reference ids
  are compared in Unicode normal form C (ITI TF-2 Appendix F), uniqueIds and patient ids as they are.
* `From` is included in a range of times, `To` is not, where both are as precise as the time of the metadata. A `To`
  that is less precise takes in its whole period: `2024` the year to its end. A time of the metadata that is less
  precise than the query is found when the range meets its period (ITI TF-2 3.18.4.1.2.3.3.2).
* A DocumentEntry without a serviceStartTime or serviceStopTime is not held back by conditions on it; the creationTime
  of an On-Demand DocumentEntry neither.

## What is taken more freely than the standard writes it

* `"text"` is a string as well. White space outside quotes means nothing.
* A list of one value where one value is due, and one value without parentheses where a list is due.
* Times as numbers or as strings.
* A patient id that carries more than id and assigning authority (`…&ISO^NH`), where the affinity domain waives
  `de.patientId.components` and so has objects with such ids, as that of `--profile dmp` does; elsewhere it is refused
  (ITI TF-1 10.1.2.6).
* White space around UUIDs, URNs and ids, and in a UUID behind `urn:uuid:`; UUIDs in upper case.
* A status that is not known, beside one that is.
* Unknown parameters, if their name begins with `$`, `$targetCommunityIdList` (ITI TF-2 3.18.4.1.2.3.8) among them;
  `{METADATA_LEVEL.name}` (1 or 2) is one without effect here.
* An optional parameter with an empty list or an empty string sets no condition.
* `startIndex`, `maxResults`, `federated` and `returnComposedObjects` have no effect; there is no paging. Ask for
  `ObjectRef` first, then fetch the objects in portions.

## What an answer holds

`returnType="LeafClass"`: the complete objects. `returnType="ObjectRef"`: one `rim:ObjectRef` each. Any other is
refused, the `RegistryObject` of the schema too. No object comes twice, and the order means nothing. Where a query says
*one patient only*, LeafClass objects of several patients are refused with `XDSResultNotSinglePatient`.

Objects of a patient whose id was merged into another are found under the surviving id, and carry it. The errors are on
[their own page](errors.md), the rules behind them on [the page of rules](rules.md).

## Forms of values
"""

_FORMS = {
    Form.PATIENT: "`'id^^^&oid&ISO'`; id and assigning authority are compared",
    Form.CODE: "`'code^^scheme'`; a code alone is refused",
    Form.TIME: "`YYYY[MM[DD[hh[mm[ss]]]]]`, UTC; a shorter one is its whole period",
    Form.STATUS: f"`{APPROVED}`, `{DEPRECATED}`",
    Form.PERSON: "compared with the text of each authorPerson; `%` is any run of characters, `_` any one",
    Form.REFERENCE: "the same, with the text of each value of referenceIdList",
    Form.OBJECT_TYPE: f"`{STABLE}` (Stable), `{ON_DEMAND}` (On-Demand)",
    Form.ENTRY_UUID: "`urn:uuid:…`",
    Form.UNIQUE_ID: "the uniqueId as submitted",
    Form.OID: "the OID as submitted",
    Form.ASSOCIATION_TYPE: f"`{HAS_MEMBER}` and so on",
    Form.INTEGER: "digits",
}


def page() -> str:
    """The page as Markdown."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    yield "| form | written |"
    yield "|---|---|"
    for form in Form:
        yield f"| {form.value} | {_FORMS[form]} |"
    yield ""
    yield "## The queries"
    for definition in CATALOGUE:
        yield ""
        yield from _query(definition)


def _query(definition: Definition) -> Iterator[str]:
    yield f"### {definition.name}"
    yield ""
    yield f"`{definition.id}` · ITI TF-2 {definition.section}"
    yield ""
    one_patient = " *One patient only.*" if definition.single_patient else ""
    yield f"Returns: {definition.returns}.{one_patient}"
    yield ""
    yield "| parameter | needed | values | form |"
    yield "|---|---|---|---|"
    for parameter in definition.parameters:
        cells = (f"`{parameter.name}`", _needed(definition, parameter), _values(parameter), parameter.form.value)
        yield f"| {' | '.join(cells)} |"


def _needed(definition: Definition, parameter: Parameter) -> str:
    if parameter.name in definition.exactly_one:
        return "this or the other id"
    if parameter.default == (STABLE,):
        return "optional; Stable only without it"
    return "**required**" if parameter.required else "optional"


def _values(parameter: Parameter) -> str:
    if not parameter.multiple:
        return "one"
    return "list, AND" if parameter.conjunctive else "list"


if __name__ == "__main__":
    sys.stdout.write(page())
