"""The patient of a DocumentEntry, and who answers for it. # ITI TF-3 4.2.3.2.14, 4.2.3.2.16, 4.2.3.2.22"""

from typing import Final

from metadata import vocabulary as v
from metadata.model import DocumentEntry
from metadata.rules import forms
from metadata.rules.book import METADATA, MUST, NONE, SHOULD, Mark, Marks, On, mark, rule
from metadata.rules.case import Case

PATIENT_ID_AT: Final = f"/ExternalIdentifier[@identificationScheme='{v.ENTRY_PATIENT_ID}']"
DISCOURAGED_FIELDS: Final = frozenset({"2", "4", "12", "19"})
SINGLE_FIELDS: Final = frozenset({"7", "8"})


@rule(
    id="de.patientId.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.16",
    en="patientId {got} of {object} is not a CX: write id^^^&OID&ISO",
    fr="patientId {got} de {object} n'est pas un CX : écrire id^^^&OID&ISO",
    on=On.ENTRY,
)
def patient_id_format(entry: DocumentEntry, _case: Case) -> Marks:
    if not entry.patient_id or forms.canonical(entry.patient_id) is not None:
        return NONE
    return mark(PATIENT_ID_AT, got=entry.patient_id)


@rule(
    id="de.patientId.components",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.16",
    en="patientId {got} of {object} has more than id^^^&OID&ISO; leave the rest out",
    fr="patientId {got} de {object} a plus que id^^^&OID&ISO ; omettre le reste",
    on=On.ENTRY,
)
def patient_id_components(entry: DocumentEntry, _case: Case) -> Marks:
    # The French DMP writes ^NH and dates here: its profile waives this rule.
    patient_id = entry.patient_id
    if not patient_id or forms.is_strict_cx(patient_id) or forms.canonical(patient_id) is None:
        return NONE
    return mark(PATIENT_ID_AT, got=patient_id)


@rule(
    id="de.sourcePatientId.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.22",
    en="sourcePatientId {got} of {object} is not a CX: write id^^^&OID&ISO",
    fr="sourcePatientId {got} de {object} n'est pas un CX : écrire id^^^&OID&ISO",
    on=On.ENTRY,
)
def source_patient_id_format(entry: DocumentEntry, _case: Case) -> Marks:
    if not entry.source_patient_id or forms.canonical(entry.source_patient_id) is not None:
        return NONE
    return mark("/Slot[@name='sourcePatientId']", got=entry.source_patient_id)


@rule(
    id="de.sourcePatientId.components",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.22",
    en="sourcePatientId {got} of {object} has more than id^^^&OID&ISO; leave the rest out",
    fr="sourcePatientId {got} de {object} a plus que id^^^&OID&ISO ; omettre le reste",
    on=On.ENTRY,
)
def source_patient_id_components(entry: DocumentEntry, _case: Case) -> Marks:
    # The French DMP asks for ^PI here: its profile waives this rule.
    source = entry.source_patient_id
    if not source or forms.is_strict_cx(source) or forms.canonical(source) is None:
        return NONE
    return mark("/Slot[@name='sourcePatientId']", got=source)


@rule(
    id="de.sourcePatientInfo.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.23",
    en="value {got} of sourcePatientInfo is not of the form PID-n|data, n being 1 to 39",
    fr="la valeur {got} de sourcePatientInfo n'est pas de la forme PID-n|données, n allant de 1 à 39",
    on=On.ENTRY,
)
def source_patient_info_format(entry: DocumentEntry, _case: Case) -> Marks:
    # Values are named by position: they may hold the patient's name, which no message repeats.
    return [
        Mark("/Slot[@name='sourcePatientInfo']", {"got": n})
        for n, value in enumerate(entry.source_patient_info, 1)
        if value and not forms.PATIENT_FIELD.fullmatch(value)
    ]


@rule(
    id="de.sourcePatientInfo.field",
    level=SHOULD,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.23",
    en="sourcePatientInfo holds {got}; PID-2, PID-4, PID-12 and PID-19 should be left out",
    fr="sourcePatientInfo contient {got} ; PID-2, PID-4, PID-12 et PID-19 devraient être omis",
    on=On.ENTRY,
)
def source_patient_info_field(entry: DocumentEntry, _case: Case) -> Marks:
    return [
        Mark("/Slot[@name='sourcePatientInfo']", {"got": f"PID-{number}"})
        for number in patient_fields(entry)
        if number in DISCOURAGED_FIELDS
    ]


@rule(
    id="de.sourcePatientInfo.repeated",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.23",
    en="sourcePatientInfo holds {got} more than once; a patient has one birth date (PID-7) and one sex (PID-8)",
    fr="sourcePatientInfo contient plusieurs fois {got} ; un patient a une date de naissance (PID-7) et un sexe "
    "(PID-8)",
    on=On.ENTRY,
)
def source_patient_info_repeated(entry: DocumentEntry, _case: Case) -> Marks:
    numbers = patient_fields(entry)
    return [
        Mark("/Slot[@name='sourcePatientInfo']", {"got": f"PID-{number}"})
        for number in sorted(SINGLE_FIELDS)
        if numbers.count(number) > 1
    ]


@rule(
    id="de.legalAuthenticator.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.14",
    en="legalAuthenticator {got} is not an XCN: write id^family^given^^^^^^&OID&ISO, with id or family name at least",
    fr="legalAuthenticator {got} n'est pas un XCN : écrire id^nom^prénom^^^^^^&OID&ISO, avec au moins l'id ou le nom",
    on=On.ENTRY,
)
def legal_authenticator_format(entry: DocumentEntry, _case: Case) -> Marks:
    if not entry.legal_authenticator or forms.is_xcn(entry.legal_authenticator):
        return NONE
    return mark("/Slot[@name='legalAuthenticator']", got=entry.legal_authenticator)


def patient_fields(entry: DocumentEntry) -> list[str]:
    """The numbers n of the PID-n that sourcePatientInfo holds, in order."""
    matches = [forms.PATIENT_FIELD.fullmatch(value) for value in entry.source_patient_info]
    return [match[1] for match in matches if match]
