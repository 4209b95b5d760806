"""Associations and how they hold one message together. # ITI TF-3 4.2.2"""

from collections import Counter
from typing import Final

from metadata import vocabulary as v
from metadata.errors import ErrorCode
from metadata.model import Association
from metadata.rules.book import METADATA, MUST, NONE, Mark, Marks, On, Shape, in_each, mark, rule
from metadata.rules.case import Case, View
from metadata.rules.slots import UPDATE_SLOTS
from metadata.translate import Submission

TYPES: Final = frozenset({v.HAS_MEMBER, *v.RELATIONSHIPS})
UPDATE_TYPES: Final = frozenset({v.UPDATE_AVAILABILITY_STATUS, v.SUBMIT_ASSOCIATION})
DOCUMENTED: Final = v.RELATIONSHIPS - {v.IS_SNAPSHOT_OF}
"""The types that a documentation Classification may accompany."""
STATUSES: Final = frozenset({"Original", "Reference"})
UNRESOLVED: Final = in_each(ErrorCode.UNRESOLVED_REFERENCE, "ITI-41", "ITI-42", "ITI-61")
BY_SHORT_NAME: Final = {urn.rpartition(":")[2].lower(): urn for urn in TYPES}
STATUS_AT: Final = "/Slot[@name='SubmissionSetStatus']"


# --- type and ends --------------------------------------------------------------------------------------------------


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
    spec="ITI TF-2 3.42.4.1.2",
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
    spec="ITI TF-3 4.2.4.1",
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
    # A signature of the whole SubmissionSet is accepted: so the French DMP signs its submissions.
    if association.source == association.target or association.type == v.SIGNS:
        return NONE
    is_set = case.shape(association.target) is Shape.SUBMISSION_SET
    return mark("/@targetObject", got=association.target) if is_set else NONE


@rule(
    id="association.source.set",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.1",
    en="{got} leads from the SubmissionSet {source}; a SubmissionSet is the source of HasMember only",
    fr="{got} part du SubmissionSet {source} ; un SubmissionSet n'est source que de HasMember",
    on=On.ASSOCIATION,
)
def source_set(association: Association, case: Case) -> Marks:
    if association.type not in v.RELATIONSHIPS or case.shape(association.source) is not Shape.SUBMISSION_SET:
        return NONE
    return mark("/@associationType", got=association.type, source=association.source)


@rule(
    id="association.member.ends",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.1",
    en="HasMember {object} leads from a {source} to a {target}; it leads from the SubmissionSet to a DocumentEntry, a "
    "Folder or an Association, or from a Folder to a DocumentEntry",
    fr="HasMember {object} mène d'un {source} à un {target} ; il mène du SubmissionSet à un DocumentEntry, un Folder "
    "ou une Association, ou d'un Folder à un DocumentEntry",
    on=On.ASSOCIATION,
)
def member_ends(association: Association, case: Case) -> Marks:
    if association.type != v.HAS_MEMBER or association.source == association.target:
        return NONE
    source, target = case.shape(association.source), case.shape(association.target)
    if target is Shape.SUBMISSION_SET or Shape.PACKAGE in (source, target):  # other rules speak of those
        return NONE
    if source in (None, Shape.SUBMISSION_SET) or (source is Shape.FOLDER and target in (None, Shape.ENTRY)):
        return NONE
    return mark(source=_word(source), target=_word(target))


@rule(
    id="association.relationship.ends",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.2",
    en="{got} {object} leads from a {source} to a {target}; it leads from a DocumentEntry to a DocumentEntry",
    fr="{got} {object} mène d'un {source} à un {target} ; il mène d'un DocumentEntry à un DocumentEntry",
    on=On.ASSOCIATION,
)
def relationship_ends(association: Association, case: Case) -> Marks:
    if association.type not in v.RELATIONSHIPS or association.source == association.target:
        return NONE
    source, target = case.shape(association.source), case.shape(association.target)
    if Shape.SUBMISSION_SET in (source, target) or Shape.PACKAGE in (source, target):
        return NONE
    if source in (None, Shape.ENTRY) and target in (None, Shape.ENTRY):
        return NONE
    return mark(got=association.type, source=_word(source), target=_word(target))


@rule(
    id="association.relationship.source",
    level=MUST,
    code=UNRESOLVED,
    spec="ITI TF-3 4.2.2.2",
    en="{got} is the sourceObject of {type} {object}; it must be a DocumentEntry of this submission",
    fr="{got} est le sourceObject de {type} {object} ; ce doit être un DocumentEntry de cette soumission",
    on=On.ASSOCIATION,
)
def relationship_source(association: Association, case: Case) -> Marks:
    source = association.source
    if association.type not in v.RELATIONSHIPS or source in case.objects or not source.startswith("urn:uuid:"):
        return NONE
    return mark("/@sourceObject", got=source, type=association.type)


@rule(
    id="association.replacement.target",
    level=MUST,
    code=UNRESOLVED,
    spec="ITI TF-3 4.2.2.2.2",
    en="{got} is the targetObject of {type} {object}; it must be a DocumentEntry that the registry holds already, not "
    "one of this submission",
    fr="{got} est le targetObject de {type} {object} ; ce doit être un DocumentEntry que le registre détient déjà, non "
    "un de cette soumission",
    on=On.SUBMISSION,
)
def replacement_target(submission: Submission, case: Case) -> Marks:
    found = [a for a in submission.associations if a.type in _HELD_TARGET and a.target in case.entries]
    if not found:
        return NONE
    circular = _on_a_cycle(submission, case)
    return [
        Mark("/@targetObject", {"got": a.target, "type": a.type}, a.entry_uuid)
        for a in found
        if a.source != a.target and a.entry_uuid not in circular
    ]


@rule(
    id="association.replacement.repeated",
    level=MUST,
    code=in_each(ErrorCode.DEPRECATED_DOCUMENT, "ITI-41", "ITI-42", "ITI-61"),
    spec="ITI TF-3 4.2.2.2.2",
    en="{got} is replaced {count} times in this submission; the first replacement deprecates it",
    fr="{got} est remplacé {count} fois dans cette soumission ; le premier remplacement le rend obsolète",
    on=On.SUBMISSION,
)
def replacement_repeated(submission: Submission, _case: Case) -> Marks:
    # The text does not say it; the second replacement would find its target deprecated.
    targets = [a.target for a in submission.associations if a.type in v.REPLACEMENTS and a.target]
    if len(set(targets)) == len(targets):
        return NONE
    replaced = Counter(targets)
    last = {a.target: a.entry_uuid for a in submission.associations if a.type in v.REPLACEMENTS}
    return [
        Mark("/@targetObject", {"got": target, "count": count}, last[target])
        for target, count in replaced.items()
        if count > 1
    ]


@rule(
    id="association.cycle",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.2",
    en="the relationships {got} lead in a circle; a document cannot come after itself",
    fr="les relations {got} forment un cercle ; un document ne peut venir après lui-même",
    on=On.SUBMISSION,
)
def cycle(submission: Submission, case: Case) -> Marks:
    circular = _on_a_cycle(submission, case)
    if not circular:
        return NONE
    ids = [a.entry_uuid for a in submission.associations if a.entry_uuid in circular]
    return mark(on=ids[0], got=", ".join(ids))


@rule(
    id="association.append.transformed",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.2.1",
    en="{got} is itself a transformation (XFRM) and nothing can be appended to it; append to its original",
    fr="{got} est lui-même une transformation (XFRM) et rien ne peut y être ajouté ; ajouter à son original",
    on=On.SUBMISSION,
)
def append_to_transformed(submission: Submission, case: Case) -> Marks:
    if len(submission.associations) < 2:
        return NONE
    transformed = {a.source for a in submission.associations if a.type == v.XFRM}
    return [
        Mark("/@targetObject", {"got": a.target}, a.entry_uuid)
        for a in submission.associations
        if a.type == v.APND and a.target in transformed and a.target in case.entries
    ]


# --- SubmissionSetStatus ------------------------------------------------------------------------ ITI TF-3 4.2.2.1.1


@rule(
    id="association.status.missing",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.1.1",
    en="HasMember {object} from the SubmissionSet to DocumentEntry {target} has no Slot SubmissionSetStatus; write "
    "Original",
    fr="HasMember {object} du SubmissionSet au DocumentEntry {target} n'a pas de Slot SubmissionSetStatus ; écrire "
    "Original",
    on=On.OBJECT,
    only={Shape.ASSOCIATION},
)
def status_missing(view: View, case: Case) -> Marks:
    o = view.o
    if o.association_type != v.HAS_MEMBER or "SubmissionSetStatus" in view.slots:
        return NONE
    if case.shape(o.source or "") is not Shape.SUBMISSION_SET or case.shape(o.target or "") is not Shape.ENTRY:
        return NONE
    return mark(target=o.target)


@rule(
    id="association.status.unknown",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.1.1",
    en="SubmissionSetStatus {got} of {object} is neither Original nor Reference",
    fr="SubmissionSetStatus {got} de {object} n'est ni Original ni Reference",
    on=On.ASSOCIATION,
)
def status_unknown(association: Association, _case: Case) -> Marks:
    status = association.submission_set_status
    return NONE if not status or status in STATUSES else mark(STATUS_AT, got=status)


@rule(
    id="association.status.original",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.1.1",
    en="SubmissionSetStatus of {object} is Original but {got} is not in this submission; write Reference",
    fr="SubmissionSetStatus de {object} vaut Original mais {got} n'est pas dans cette soumission ; écrire Reference",
    on=On.ASSOCIATION,
)
def status_original(association: Association, case: Case) -> Marks:
    target = association.target
    if association.submission_set_status != "Original" or association.type != v.HAS_MEMBER or target in case.objects:
        return NONE
    if case.shape(association.source) is not Shape.SUBMISSION_SET or not target.startswith("urn:uuid:"):
        return NONE
    return mark(STATUS_AT, got=target)


@rule(
    id="association.status.reference",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.1.1",
    en="SubmissionSetStatus of {object} is Reference but {got} is in this submission; write Original",
    fr="SubmissionSetStatus de {object} vaut Reference mais {got} est dans cette soumission ; écrire Original",
    on=On.ASSOCIATION,
)
def status_reference(association: Association, case: Case) -> Marks:
    if association.submission_set_status != "Reference" or case.shape(association.target) is not Shape.ENTRY:
        return NONE
    if case.shape(association.source) is not Shape.SUBMISSION_SET:
        return NONE
    return mark(STATUS_AT, got=association.target)


@rule(
    id="association.status.misplaced",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.1.1",
    en="{object} carries SubmissionSetStatus {got}; only a HasMember from the SubmissionSet to a DocumentEntry does",
    fr="{object} porte SubmissionSetStatus {got} ; seul un HasMember du SubmissionSet à un DocumentEntry le porte",
    on=On.ASSOCIATION,
)
def status_misplaced(association: Association, case: Case) -> Marks:
    status = association.submission_set_status
    if status not in STATUSES:
        return NONE
    source, target = case.shape(association.source), case.shape(association.target)
    if association.type == v.HAS_MEMBER and source is Shape.SUBMISSION_SET:
        # Original on the way to a Folder or an Association is tolerated: many toolkits write it everywhere.
        if target in (None, Shape.ENTRY, Shape.SUBMISSION_SET, Shape.PACKAGE) or status == "Original":
            return NONE
    elif source is Shape.PACKAGE:  # it may have been meant as the SubmissionSet
        return NONE
    elif association.type == v.SIGNS and status == "Original":
        return NONE  # tolerated: the French DMP writes it on its signatures
    return mark(STATUS_AT, got=status)


# --- documentation --------------------------------------------------------------------------------------------------


@rule(
    id="association.documentation.forbidden",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.2",
    en="{got} {object} has a documentation Classification; only RPLC, XFRM, APND, XFRM_RPLC and signs may have one",
    fr="{got} {object} a une Classification de documentation ; seuls RPLC, XFRM, APND, XFRM_RPLC et signs peuvent en "
    "avoir une",
    on=On.ASSOCIATION,
)
def documentation_forbidden(association: Association, _case: Case) -> Marks:
    if association.documentation is None or association.type not in TYPES - DOCUMENTED:
        return NONE
    at = f"/Classification[@classificationScheme='{v.ASSOCIATION_DOCUMENTATION}']"
    return mark(at, got=association.type.rpartition(":")[2])


# --- who is a member of what --------------------------------------------------------------------- ITI TF-3 4.2.2.1


@rule(
    id="submission.member.single",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.1",
    en="{object} is linked to the SubmissionSet by {got} HasMember Associations; it needs exactly one",
    fr="{object} est lié au SubmissionSet par {got} Associations HasMember ; il en faut exactement une",
    on=On.SUBMISSION,
)
def member_single(_submission: Submission, case: Case) -> Marks:
    the_set = case.submission_set
    if the_set is None or len(case.objects) < len(case.views):  # repeated ids break object.id.repeated
        return NONE
    links = case.members
    return [
        Mark("", {"got": links.get(x.entry_uuid, 0)}, x.entry_uuid)
        for x in case.described
        if x is not the_set and links.get(x.entry_uuid) != 1
    ]


@rule(
    id="submission.member.folder",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.1.3",
    en="Association {object}, which puts {target} into a Folder, is linked to the SubmissionSet by {got} HasMember "
    "Associations; it needs exactly one",
    fr="l'Association {object}, qui met {target} dans un Folder, est liée au SubmissionSet par {got} Associations "
    "HasMember ; il en faut exactement une",
    on=On.SUBMISSION,
)
def member_folder(submission: Submission, case: Case) -> Marks:
    the_set = case.submission_set
    if the_set is None or len(case.objects) < len(case.views):
        return NONE
    links = case.members
    return [
        Mark("", {"got": links.get(a.entry_uuid, 0), "target": a.target}, a.entry_uuid)
        for a in submission.associations
        if a.type == v.HAS_MEMBER
        and links.get(a.entry_uuid) != 1
        and a.source != a.target
        and (a.source in case.folders or (a.source not in case.objects and a.source.startswith("urn:uuid:")))
    ]


_HELD_TARGET: Final = v.REPLACEMENTS | {v.IS_SNAPSHOT_OF}
"""Types whose target the registry must hold already."""


def _on_a_cycle(submission: Submission, case: Case) -> frozenset[str]:
    """Ids of the relationships that lie on a circle among the DocumentEntries of the message."""
    edges = [
        (a.source, a.target, a.entry_uuid)
        for a in submission.associations
        if a.type in v.RELATIONSHIPS and a.source != a.target and a.source in case.entries and a.target in case.entries
    ]
    following: dict[str, set[str]] = {}
    for source, target, _ in edges:
        following.setdefault(source, set()).add(target)
    return frozenset(id_ for source, target, id_ in edges if source in _reached(target, following))


def _reached(start: str, following: dict[str, set[str]]) -> set[str]:
    """What can be come to from `start`, itself included."""
    reached, ahead = {start}, [start]
    while ahead:
        new = following.get(ahead.pop(), set()) - reached
        reached |= new
        ahead += new
    return reached


def _word(shape: Shape | None) -> str:
    return "UUID" if shape is None else shape.word
