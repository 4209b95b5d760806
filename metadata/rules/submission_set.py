"""The values of a SubmissionSet. # ITI TF-3 4.2.3.3"""

from metadata import vocabulary as v
from metadata.datatypes import is_oid
from metadata.model import SubmissionSet
from metadata.rules import forms
from metadata.rules.book import METADATA, MUST, NONE, Mark, Marks, On, mark, rule
from metadata.rules.case import Case


@rule(
    id="ss.uniqueId.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.3.12",
    en="uniqueId {got} of the SubmissionSet is not an OID of at most 64 characters",
    fr="uniqueId {got} du SubmissionSet n'est pas un OID d'au plus 64 caractères",
    on=On.SUBMISSION_SET,
)
def unique_id_format(submission_set: SubmissionSet, _case: Case) -> Marks:
    return _oid(submission_set.unique_id, v.SUBMISSION_SET_UNIQUE_ID)


@rule(
    id="ss.sourceId.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.3.9",
    en="sourceId {got} of the SubmissionSet is not an OID of at most 64 characters",
    fr="sourceId {got} du SubmissionSet n'est pas un OID d'au plus 64 caractères",
    on=On.SUBMISSION_SET,
)
def source_id_format(submission_set: SubmissionSet, _case: Case) -> Marks:
    return _oid(submission_set.source_id, v.SUBMISSION_SET_SOURCE_ID)


@rule(
    id="ss.patientId.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.3.8",
    en="patientId {got} of the SubmissionSet is not a CX: write id^^^&OID&ISO",
    fr="patientId {got} du SubmissionSet n'est pas un CX : écrire id^^^&OID&ISO",
    on=On.SUBMISSION_SET,
)
def patient_id_format(submission_set: SubmissionSet, _case: Case) -> Marks:
    patient_id = submission_set.patient_id
    if not patient_id or forms.canonical(patient_id) is not None:
        return NONE
    return mark(_identifier(v.SUBMISSION_SET_PATIENT_ID), got=patient_id)


@rule(
    id="ss.patientId.components",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.3.8",
    en="patientId {got} of the SubmissionSet has more than id^^^&OID&ISO; leave the rest out",
    fr="patientId {got} du SubmissionSet a plus que id^^^&OID&ISO ; omettre le reste",
    on=On.SUBMISSION_SET,
)
def patient_id_components(submission_set: SubmissionSet, _case: Case) -> Marks:
    patient_id = submission_set.patient_id
    if not patient_id or forms.is_strict_cx(patient_id) or forms.canonical(patient_id) is None:
        return NONE
    return mark(_identifier(v.SUBMISSION_SET_PATIENT_ID), got=patient_id)


@rule(
    id="ss.submissionTime.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.3.10",
    en="submissionTime {got} is not a DTM: write YYYY[MM[DD[hh[mm[ss]]]]], UTC, a day that exists",
    fr="submissionTime {got} n'est pas un DTM : écrire AAAA[MM[JJ[hh[mm[ss]]]]], en UTC, un jour qui existe",
    on=On.SUBMISSION_SET,
)
def submission_time_format(submission_set: SubmissionSet, _case: Case) -> Marks:
    time = submission_set.submission_time
    return NONE if not time or forms.dtm_start(time) is not None else mark("/Slot[@name='submissionTime']", got=time)


@rule(
    id="ss.intendedRecipient.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.3.7",
    en="value {got} of intendedRecipient is not organization|person|telecommunication (XON|XCN|XTN, one of them at "
    "least)",
    fr="la valeur {got} de intendedRecipient n'est pas organisation|personne|télécommunication (XON|XCN|XTN, l'un "
    "d'eux au moins)",
    on=On.SUBMISSION_SET,
)
def intended_recipient_format(submission_set: SubmissionSet, _case: Case) -> Marks:
    return [
        Mark("/Slot[@name='intendedRecipient']", {"got": value})
        for value in submission_set.intended_recipients
        if value and not forms.is_recipient(value)
    ]


@rule(
    id="ss.title.length",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.3.11",
    en="the title of the SubmissionSet has {got} characters; at most {limit} are allowed",
    fr="le titre du SubmissionSet a {got} caractères ; {limit} au plus sont permis",
    on=On.SUBMISSION_SET,
)
def title_length(submission_set: SubmissionSet, case: Case) -> Marks:
    title, limit = submission_set.title, case.domain.limits.submission_set_title
    return NONE if not title or len(title) <= limit else mark("/Name", got=len(title), limit=limit)


def _oid(value: str | None, scheme: str) -> Marks:
    return NONE if not value or is_oid(value) else mark(_identifier(scheme), got=value)


def _identifier(scheme: str) -> str:
    return f"/ExternalIdentifier[@identificationScheme='{scheme}']"
