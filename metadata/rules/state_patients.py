"""That documents, their relatives and their Folders have one patient; merges are heeded. # ITI TF-3 4.2.2"""

from metadata import vocabulary as v
from metadata.model import Association, DocumentEntry, Folder
from metadata.rules import forms
from metadata.rules.book import MUST, NONE, Marks, On, Shape, mark, rule
from metadata.rules.case import Case
from metadata.rules.held import (
    OTHER_PATIENT,
    held_target,
    kind,
)


@rule(
    id="registry.folder.patient",
    level=MUST,
    code=OTHER_PATIENT,
    spec="ITI TF-3 4.2.2.1.3",
    en="{got} is the patient of DocumentEntry {target} and {expected} that of Folder {source}; both must be the same",
    fr="{got} est le patient du DocumentEntry {target} et {expected} celui du Folder {source} ; les deux doivent être "
    "identiques",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def folder_patient(association: Association, case: Case) -> Marks:
    if association.type != v.HAS_MEMBER or kind(association.source, case) is not Shape.FOLDER:
        return NONE
    return _one_patient(association, case)


@rule(
    id="registry.membership.patient",
    level=MUST,
    code=OTHER_PATIENT,
    spec="ITI TF-3 4.2.2.1.4",
    en="{got} is the patient of Folder {source} and of DocumentEntry {target}, {expected} that of the SubmissionSet "
    "that puts the one into the other; all must be the same",
    fr="{got} est le patient du Folder {source} et du DocumentEntry {target}, {expected} celui du SubmissionSet qui "
    "met l'un dans l'autre ; tous doivent être identiques",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def membership_patient(association: Association, case: Case) -> Marks:
    source, target, the_set = association.source, association.target, case.submission_set
    if association.type != v.HAS_MEMBER or kind(source, case) is not Shape.FOLDER or the_set is None:
        return NONE
    if source in case.objects or target in case.objects:  # submission.patient.mismatch, registry.folder.patient
        return NONE
    own = forms.canonical(the_set.patient_id) if the_set.patient_id else None
    own = None if own is None else case.facts.survivor(own)
    theirs = _patient(source, case)
    if None in (own, theirs) or own == theirs or theirs != _patient(target, case):
        return NONE
    return mark("/@sourceObject", got=theirs, expected=own, source=source, target=target)


@rule(
    id="registry.relationship.patient",
    level=MUST,
    code=OTHER_PATIENT,
    spec="ITI TF-2 3.42.4.1.3.5",
    en="{got} is the patient of DocumentEntry {target} and {expected} that of {source}; related documents have one "
    "patient",
    fr="{got} est le patient du DocumentEntry {target} et {expected} celui de {source} ; des documents liés ont un "
    "seul patient",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def relationship_patient(association: Association, case: Case) -> Marks:
    return _one_patient(association, case) if held_target(association, case) is not None else NONE


@rule(
    id="registry.replacement.folder",
    level=MUST,
    code=OTHER_PATIENT,
    spec="ITI TF-2 3.42.4.1.3.5",
    en="{got} is the patient of {source}, which replaces a document of Folder {folder}, whose patient is {expected}; "
    "it would come into that Folder",
    fr="{got} est le patient de {source}, qui remplace un document du Folder {folder}, dont le patient est {expected} "
    "; il entrerait dans ce Folder",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def replacement_folder(association: Association, case: Case) -> Marks:
    if association.type not in v.REPLACEMENTS:
        return NONE
    own = _patient(association.source, case)
    held = case.facts.objects.get(association.target.lower())
    if own is None or held is None or held.patient_id != own:  # another patient breaks registry.relationship.patient
        return NONE
    for folder in case.facts.folders_of.get(association.target.lower(), ()):
        if folder.approved and folder.patient_id != own:
            return mark(got=own, source=association.source, folder=folder.entry_uuid, expected=folder.patient_id)
    return NONE


def _patient(end: str, case: Case) -> str | None:
    """The surviving patient of a DocumentEntry or Folder, here or in the registry."""
    x: DocumentEntry | Folder | None = case.entries.get(end) or case.folders.get(end)
    if x is not None:
        patient_id = forms.canonical(x.patient_id) if x.patient_id else None
        return None if patient_id is None else case.facts.survivor(patient_id)
    held = case.facts.objects.get(end.lower())
    return None if held is None else held.patient_id


def _one_patient(association: Association, case: Case) -> Marks:
    source, target = association.source, association.target
    if source in case.objects and target in case.objects:  # submission.patient.mismatch
        return NONE
    first, second = _patient(source, case), _patient(target, case)
    if first is None or second is None or first == second:
        return NONE
    return mark("/@targetObject", got=second, expected=first, source=source, target=target)
