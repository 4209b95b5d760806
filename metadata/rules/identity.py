"""uniqueIds and patients within one message. # ITI TF-2 3.42.4.1.3.3"""

from collections import Counter

from metadata.errors import ErrorCode
from metadata.rules import forms
from metadata.rules.book import MUST, NONE, Mark, Marks, On, in_each, rule
from metadata.rules.case import Case
from metadata.translate import Submission


@rule(
    id="submission.uniqueId.repeated",
    level=MUST,
    code={
        "ITI-41": ErrorCode.REPOSITORY_DUPLICATE_UNIQUE_ID_IN_MESSAGE,
        "ITI-42": ErrorCode.REGISTRY_DUPLICATE_UNIQUE_ID_IN_MESSAGE,
        "ITI-61": ErrorCode.REGISTRY_DUPLICATE_UNIQUE_ID_IN_MESSAGE,
    },
    spec="ITI TF-3 4.2.4.1",
    en="{got} is the uniqueId of {count} objects of this submission: {objects}",
    fr="{got} est l'uniqueId de {count} objets de cette soumission : {objects}",
    on=On.SUBMISSION,
)
def unique_id_repeated(_submission: Submission, case: Case) -> Marks:
    # Two DocumentEntries of one uniqueId are refused even when hash and size agree: the text leaves it open, and no
    # sender gains from describing one document twice in one breath.
    ids = [x.unique_id for x in case.described if x.unique_id]
    if len(set(ids)) == len(ids):
        return NONE
    marks = []
    for unique_id, count in Counter(ids).items():
        if count > 1:
            objects = [x.entry_uuid for x in case.described if x.unique_id == unique_id]
            marks.append(Mark("", {"got": unique_id, "count": count, "objects": ", ".join(objects)}, objects[-1]))
    return marks


@rule(
    id="submission.patient.mismatch",
    level=MUST,
    code=in_each(ErrorCode.PATIENT_ID_DOES_NOT_MATCH, "ITI-41", "ITI-42", "ITI-61"),
    spec="ITI TF-3 4.1.4",
    en="{got} is the patientId of {object}; the SubmissionSet has {expected}, and both must be the same",
    fr="{got} est le patientId de {object} ; le SubmissionSet a {expected}, et les deux doivent être identiques",
    on=On.SUBMISSION,
)
def patient_mismatch(_submission: Submission, case: Case) -> Marks:
    the_set = case.submission_set
    if the_set is None or not the_set.patient_id:
        return NONE
    if len({x.patient_id for x in case.described}) == 1:
        return NONE
    expected = forms.canonical(the_set.patient_id)
    if expected is None:
        return NONE
    return [
        Mark("", {"got": x.patient_id, "expected": the_set.patient_id}, x.entry_uuid)
        for x in case.described
        if x.patient_id and forms.canonical(x.patient_id) not in (None, expected)
    ]
