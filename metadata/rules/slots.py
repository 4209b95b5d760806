"""Slots as such, in objects and in their Classifications. # ITI TF-3 4.2.3.1.1, 4.2.3.1.6"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from metadata import vocabulary as v
from metadata.ebrim import Classification, Slot
from metadata.errors import ErrorCode
from metadata.rules import forms
from metadata.rules.book import METADATA, MUST, NONE, SHOULD, Mark, Marks, On, Shape, in_each, rule
from metadata.rules.case import Case, View, classification_at
from metadata.translate import ASSOCIATION_SLOTS, ENTRY_SLOTS, FOLDER_SLOTS, SUBMISSION_SET_SLOTS, is_in_parts

SINGLE: Final = frozenset(
    {
        *(ENTRY_SLOTS - {"sourcePatientInfo", v.REFERENCE_ID_LIST, "URI"}),
        "submissionTime",
        "lastUpdateTime",
        "SubmissionSetStatus",
        "PreviousVersion",
        "authorPerson",
    }
)
"""Slots that hold one value. URI is not among them: its old form in numbered parts, `1|http://…`, is accepted;
`values_repeated` refuses several of any other form."""

UPDATE_SLOTS: Final = frozenset({"PreviousVersion", "AssociationPropagation", "OriginalStatus", "NewStatus"})
"""Slots of an Association that belong to metadata update; `association.update` speaks of them."""

KNOWN: Final = {
    Shape.ENTRY: ENTRY_SLOTS,
    Shape.SUBMISSION_SET: SUBMISSION_SET_SLOTS,
    Shape.FOLDER: FOLDER_SLOTS,
    Shape.ASSOCIATION: ASSOCIATION_SLOTS | UPDATE_SLOTS,
    Shape.PACKAGE: SUBMISSION_SET_SLOTS | FOLDER_SLOTS,
}


@rule(
    id="slot.name.repeated",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.6",
    en="Slot {got} stands {count} times in one element; put all its values into one Slot",
    fr="le Slot {got} figure {count} fois dans un même élément ; mettre toutes ses valeurs dans un seul Slot",
    on=On.OBJECT,
)
def name_repeated(view: View, _case: Case) -> Marks:
    o = view.o
    marks = _repeated(o.slots, "") if len(view.slots) != len(o.slots) else []
    for c in o.classifications:
        if len(c.slots) > 1 and len({slot.name for slot in c.slots}) < len(c.slots):
            marks += _repeated(c.slots, classification_at(c))
    return marks


@rule(
    id="slot.name.unknown",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.6",
    en="Slot {got} is neither an attribute of a {shape} nor extra metadata; the name of an extra Slot is a URN that "
    "does not begin with urn:ihe:",
    fr="le Slot {got} n'est ni un attribut de {shape} ni une métadonnée additionnelle ; le nom d'un Slot additionnel "
    "est une URN qui ne commence pas par urn:ihe:",
    on=On.OBJECT,
)
def name_unknown(view: View, _case: Case) -> Marks:
    known = KNOWN[view.shape]
    if view.slots.keys() <= known:
        return NONE
    return [
        Mark(_at(None, name), {"got": name or "''", "shape": view.shape.word})
        for name in view.slots
        if name not in known and not is_extra(name)
    ]


@rule(
    id="slot.values.missing",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.9",
    en="Slot {got} has no value; leave out a Slot that has nothing to say",
    fr="le Slot {got} n'a pas de valeur ; omettre un Slot qui n'a rien à dire",
    on=On.OBJECT,
)
def values_missing(view: View, _case: Case) -> Marks:
    # An empty Value beside others is accepted; a Slot of empty ones says nothing. intendedRecipient may have none.
    return [
        Mark(_at(c, slot.name), {"got": slot.name})
        for c, slot in view.every_slot
        if not any(slot.values) and (slot.values or slot.name != "intendedRecipient")  # ITI TF-3 4.2.3.3.7
    ]


@rule(
    id="slot.values.repeated",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.9",
    en="Slot {got} has {count} values; it holds one",
    fr="le Slot {got} a {count} valeurs ; il n'en porte qu'une",
    on=On.OBJECT,
)
def values_repeated(view: View, _case: Case) -> Marks:
    return [
        Mark(_at(c, slot.name), {"got": slot.name, "count": len(slot.values)})
        for c, slot in view.every_slot
        if len(slot.values) > 1 and (slot.name in SINGLE or (slot.name == "URI" and not is_in_parts(slot.values)))
    ]


@rule(
    id="slot.value.length",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.1",
    en="a value of Slot {got} has {count} characters; at most {limit} are allowed",
    fr="une valeur du Slot {got} a {count} caractères ; {limit} au plus sont permis",
    on=On.OBJECT,
)
def value_length(view: View, case: Case) -> Marks:
    limit = case.domain.limits.slot_value
    return [
        Mark(_at(c, slot.name), {"got": slot.name, "count": len(value), "limit": limit})
        for c, slot in view.every_slot
        for value in slot.values
        if len(value) > limit
    ]


@rule(
    id="slot.extra.dropped",
    level=SHOULD,
    code=in_each(ErrorCode.EXTRA_METADATA_NOT_SAVED, "ITI-41", "ITI-42", "ITI-61"),
    spec="ITI TF-3 4.2.3.1.6",
    en="extra metadata Slot {got} is not kept by this registry",
    fr="la métadonnée additionnelle {got} n'est pas conservée par ce registre",
    on=On.OBJECT,
)
def extra_dropped(view: View, case: Case) -> Marks:
    if case.domain.extra_metadata == "store" or view.slots.keys() <= KNOWN[view.shape]:
        return NONE
    known = KNOWN[view.shape]
    return [Mark(_at(None, name), {"got": name}) for name in view.slots if name not in known and is_extra(name)]


def is_extra(name: str) -> bool:
    """Whether `name` is one for extra metadata: a URN outside `urn:ihe:`. # ITI TF-3 4.2.3.1.6"""
    return not name.lower().startswith("urn:ihe:") and forms.URN.fullmatch(name) is not None


def _repeated(slots: Iterable[Slot], at: str) -> list[Mark]:
    counts = Counter(slot.name for slot in slots)
    return [Mark(f"{at}/Slot[@name='{name}'][2]", {"got": name, "count": n}) for name, n in counts.items() if n > 1]


def _at(c: Classification | None, name: str) -> str:
    return f"{'' if c is None else classification_at(c)}/Slot[@name='{name}']"
