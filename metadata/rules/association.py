"""Associations as such: their types and their ends. # ITI TF-3 4.2.2"""

from typing import Final

from metadata import vocabulary as v
from metadata.errors import ErrorCode
from metadata.model import Association
from metadata.rules.book import METADATA, MUST, NONE, Mark, Marks, On, Shape, in_each, mark, rule
from metadata.rules.case import Case, View
from metadata.rules.slots import UPDATE_SLOTS

TYPES: Final = frozenset({v.HAS_MEMBER, *v.RELATIONSHIPS})
UPDATE_TYPES: Final = frozenset({v.UPDATE_AVAILABILITY_STATUS, v.SUBMIT_ASSOCIATION})
UNRESOLVED: Final = in_each(ErrorCode.UNRESOLVED_REFERENCE, "ITI-41", "ITI-42", "ITI-61")
BY_SHORT_NAME: Final = {urn.rpartition(":")[2].lower(): urn for urn in TYPES}


@rule(
    id="association.type.unknown",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2",
    en="associationType {got} of {object} is not one of XDS.b{hint}",
    fr="associationType {got} de {object} n'existe pas dans XDS.b{hint_fr}",
    on=On.ASSOCIATION,
)
def type_unknown(association: Association, _case: Case) -> Marks:
    if association.type in TYPES or association.type in UPDATE_TYPES:
        return NONE
    meant = BY_SHORT_NAME.get(association.type.rpartition(":")[2].lower())  # the short names of XDS.a
    hint, hint_fr = (f"; write {meant}", f" ; écrire {meant}") if meant else ("", "")
    return mark("/@associationType", got=association.type or "absent", hint=hint, hint_fr=hint_fr)


@rule(
    id="association.update",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2",
    en="{got} in {object} belongs to Update Document Set [ITI-57] and cannot be submitted here",
    fr="{got} dans {object} relève de Update Document Set [ITI-57] et ne peut être soumis ici",
    on=On.OBJECT,
    only={Shape.ASSOCIATION},
)
def update(view: View, _case: Case) -> Marks:
    if view.o.association_type in UPDATE_TYPES:
        return mark("/@associationType", got=view.o.association_type)
    return [Mark(f"/Slot[@name='{name}']", {"got": f"Slot {name}"}) for name in view.slots if name in UPDATE_SLOTS]


@rule(
    id="association.end.missing",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2",
    en="Association {object} has no {got}",
    fr="l'Association {object} n'a pas de {got}",
    on=On.ASSOCIATION,
)
def end_missing(association: Association, _case: Case) -> Marks:
    ends = {"sourceObject": association.source, "targetObject": association.target}
    return [Mark(f"/@{name}", {"got": name}) for name, end in ends.items() if not end]


@rule(
    id="association.end.unresolved",
    level=MUST,
    code=UNRESOLVED,
    spec="ITI TF-3 4.2.1.5",
    en="{got} is the {end} of Association {object} but no object of the submission has this id; what the registry "
    "holds already is named by urn:uuid:",
    fr="{got} est le {end} de l'Association {object} mais aucun objet de la soumission n'a cet id ; ce que le registre "
    "détient déjà est désigné par urn:uuid:",
    on=On.ASSOCIATION,
)
def end_unresolved(association: Association, case: Case) -> Marks:
    ends = (("sourceObject", association.source), ("targetObject", association.target))
    return [
        Mark(f"/@{name}", {"got": end, "end": name})
        for name, end in ends
        if end and end not in case.objects and not end.startswith("urn:uuid:")
    ]


@rule(
    id="association.end.same",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2",
    en="Association {object} leads from {got} to itself",
    fr="l'Association {object} mène de {got} à lui-même",
    on=On.ASSOCIATION,
)
def end_same(association: Association, _case: Case) -> Marks:
    same = association.source and association.source == association.target
    return mark("/@targetObject", got=association.target) if same else NONE


@rule(
    id="association.target.set",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.1",
    en="Association {object} has the SubmissionSet {got} as targetObject; a SubmissionSet is never a target",
    fr="l'Association {object} a pour targetObject le SubmissionSet {got} ; un SubmissionSet n'est jamais une cible",
    on=On.ASSOCIATION,
)
def target_set(association: Association, case: Case) -> Marks:
    if association.source == association.target or association.type in v.RELATIONSHIPS:
        return NONE
    is_set = case.shape(association.target) is Shape.SUBMISSION_SET
    return mark("/@targetObject", got=association.target) if is_set else NONE


@rule(
    id="association.source.set",
    level=MUST,
    code=UNRESOLVED,
    spec="ITI TF-2 3.42.4.1.3.5",
    en="{got} leads from the SubmissionSet {source}; a SubmissionSet is the source of HasMember only",
    fr="{got} part du SubmissionSet {source} ; un SubmissionSet n'est source que de HasMember",
    on=On.ASSOCIATION,
)
def source_set(association: Association, case: Case) -> Marks:
    if association.type not in v.RELATIONSHIPS or case.shape(association.source) is not Shape.SUBMISSION_SET:
        return NONE
    return mark("/@associationType", got=association.type, source=association.source)


def kind_of_end(shape: Shape | None) -> str:
    """What stands at an end, in the words of the standard; `UUID` for what is not in the message."""
    return "UUID" if shape is None else shape.word
