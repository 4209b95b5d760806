"""Relationships between DocumentEntries: RPLC, XFRM, APND, XFRM_RPLC, signs, IsSnapshotOf. # ITI TF-3 4.2.2.2"""

from collections import Counter
from typing import Final

from metadata import vocabulary as v
from metadata.errors import ErrorCode
from metadata.model import Association
from metadata.rules.association import UNRESOLVED, kind_of_end
from metadata.rules.book import METADATA, MUST, NONE, Mark, Marks, On, Shape, in_each, mark, rule
from metadata.rules.case import Case
from metadata.translate import Submission

HELD_TARGET: Final = v.REPLACEMENTS | {v.IS_SNAPSHOT_OF}
"""The types whose target the registry must hold already."""


@rule(
    id="association.relationship.ends",
    level=MUST,
    code=UNRESOLVED,
    spec="ITI TF-2 3.42.4.1.3.5",
    en="{got} {object} leads from a {source} to a {target}; it leads from a DocumentEntry to a DocumentEntry",
    fr="{got} {object} mène d'un {source} à un {target} ; il mène d'un DocumentEntry à un DocumentEntry",
    on=On.ASSOCIATION,
)
def relationship_ends(association: Association, case: Case) -> Marks:
    if association.type not in v.RELATIONSHIPS or association.source == association.target:
        return NONE
    source, target = case.shape(association.source), case.shape(association.target)
    if source is Shape.SUBMISSION_SET or Shape.PACKAGE in (source, target):
        return NONE
    # A signature of the whole SubmissionSet is accepted: so the French DMP signs its submissions.
    signs_set = association.type == v.SIGNS and target is Shape.SUBMISSION_SET
    if source in (None, Shape.ENTRY) and (target in (None, Shape.ENTRY) or signs_set):
        return NONE
    return mark(got=association.type, source=kind_of_end(source), target=kind_of_end(target))


@rule(
    id="association.relationship.source",
    level=MUST,
    code=UNRESOLVED,
    spec="ITI TF-2 3.42.4.1.3.5",
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
    spec="ITI TF-2 3.42.4.1.3.5",
    en="{got} is the targetObject of {type} {object}; it must be a DocumentEntry that the registry holds already, not "
    "one of this submission",
    fr="{got} est le targetObject de {type} {object} ; ce doit être un DocumentEntry que le registre détient déjà, non "
    "un de cette soumission",
    on=On.SUBMISSION,
)
def replacement_target(submission: Submission, case: Case) -> Marks:
    found = [a for a in submission.associations if a.type in HELD_TARGET and a.target in case.entries]
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
    spec="ITI TF-3 4.2.2.2.3",
    en="{got} is replaced {count} times in this submission; the first replacement deprecates it",
    fr="{got} est remplacé {count} fois dans cette soumission ; le premier remplacement le rend obsolète",
    on=On.SUBMISSION,
)
def replacement_repeated(submission: Submission, _case: Case) -> Marks:
    # The text does not say it; the second replacement would find its target deprecated.
    targets = _replaced(submission)
    if len(set(targets)) == len(targets):
        return NONE
    replaced = Counter(targets)
    last = {_one_case(a.target): a.entry_uuid for a in submission.associations if a.type in v.REPLACEMENTS}
    return [
        Mark("/@targetObject", {"got": target, "count": count}, last[target])
        for target, count in replaced.items()
        if count > 1
    ]


@rule(
    id="association.replacement.used",
    level=MUST,
    code=in_each(ErrorCode.DEPRECATED_DOCUMENT, "ITI-41", "ITI-42", "ITI-61"),
    spec="ITI TF-3 4.2.2",
    en="{type} {object} leads to {got}, which this submission replaces and so deprecates; let it lead to the "
    "replacement",
    fr="{type} {object} mène à {got}, que cette soumission remplace et rend donc obsolète ; le faire mener au "
    "remplaçant",
    on=On.SUBMISSION,
)
def replaced_used(submission: Submission, case: Case) -> Marks:
    # The text does not say it; else an Approved addendum, or a Folder, would be left with a Deprecated document.
    replaced = {target for target in _replaced(submission) if target not in case.objects}
    if not replaced:
        return NONE
    return [
        Mark("/@targetObject", {"got": a.target, "type": a.type.rpartition(":")[2]}, a.entry_uuid)
        for a in submission.associations
        if _one_case(a.target) in replaced
        and a.type not in v.REPLACEMENTS
        and case.shape(a.source) not in (Shape.SUBMISSION_SET, Shape.PACKAGE)
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


@rule(
    id="association.documentation.forbidden",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.2",
    en="{got} {object} has a documentation Classification; only a relationship between two documents may have one",
    fr="{got} {object} a une Classification de documentation ; seule une relation entre deux documents peut en avoir "
    "une",
    on=On.ASSOCIATION,
)
def documentation_forbidden(association: Association, _case: Case) -> Marks:
    if association.documentation is None or association.type != v.HAS_MEMBER:
        return NONE
    at = f"/Classification[@classificationScheme='{v.ASSOCIATION_DOCUMENTATION}']"
    return mark(at, got=association.type.rpartition(":")[2])


def _replaced(submission: Submission) -> list[str]:
    """The targets of its replacements."""
    return [_one_case(a.target) for a in submission.associations if a.type in v.REPLACEMENTS and a.target]


def _one_case(reference: str) -> str:
    """A UUID in lower case; a symbolic id as it is."""
    return reference.lower() if reference.startswith("urn:uuid:") else reference


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
