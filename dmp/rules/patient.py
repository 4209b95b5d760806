"""The patient: INS in patientId, the local id, the snapshot of traits. # CI-SIS Partage de documents de santé"""

import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from dmp.ins import AUTHORITIES, IDENTIFIER_TYPE, Flaw, Ins
from dmp.nomenclature import is_signature
from dmp.rules.book import ANS_INS, SHARING, TD21, demand
from metadata.datatypes import CX, DatatypeError
from metadata.model import DocumentEntry
from metadata.rules import MUST, SHOULD
from metadata.rules.book import NONE, Mark, Marks, On, mark
from metadata.rules.case import Case
from metadata.rules.forms import PATIENT_FIELD
from metadata.translate import Submission

INFO_AT: Final = "/Slot[@name='sourcePatientInfo']"
LOCAL: Final = "PI"
"""Component 5 of a patient id that the source gave itself."""
FIELDS: Final = frozenset({"3", "5", "7", "8", "11", "13", "14", "15", "16", "18", "21"})
"""The PID fields that sourcePatientInfo may hold in France; all but PID-5 once at most."""
BIRTH_NAME, USED_NAME = "L", "D"
_SEX: Final = re.compile("[MFUOA]")
_DAY: Final = re.compile("[0-9]{8}")


@lru_cache(4096)
def _judged(patient_id: str) -> tuple[Ins, frozenset[Flaw]] | None:
    ins = Ins.of(patient_id)
    return None if ins is None else (ins, ins.flaws)


@lru_cache(4096)
def _identifier_type(patient_id: str) -> str | None:
    """Component 5; None for what is not a CX."""
    cx = _cx(patient_id)
    return None if cx is None else cx.identifier_type


def _cx(text: str) -> CX | None:
    try:
        return CX.parse(text, lenient=True)
    except DatatypeError:
        return None


def _patients(case: Case, wrong: Callable[[str, Ins, frozenset[Flaw]], bool]) -> Marks:
    """Each INS of the message of which something is wrong, once."""
    marks: dict[str, Mark] = {}
    for x in case.described:
        if x.patient_id and x.patient_id not in marks:
            judged = _judged(x.patient_id)
            if judged is not None and wrong(x.patient_id, *judged):
                marks[x.patient_id] = Mark("", {"got": x.patient_id}, x.entry_uuid)
    return list(marks.values())


@demand(
    id="fr.patientId.structure",
    lenient=MUST,
    spec=ANS_INS,
    en="patientId {got} is not an INS: write thirteen characters and the key of two digits, ^^^&OID&ISO^NH "
    "(an INS-C has 22 digits)",
    fr="patientId {got} n'est pas un INS : écrire treize caractères et la clé de deux chiffres, ^^^&OID&ISO^NH "
    "(un INS-C a 22 chiffres)",
    on=On.SUBMISSION,
)
def structure(_submission: Submission, case: Case) -> Marks:
    return _patients(case, lambda _text, _ins, flaws: Flaw.STRUCTURE in flaws)


@demand(
    id="fr.patientId.key",
    lenient=SHOULD,
    spec=ANS_INS,
    en="the key of the INS {got} is wrong; it is 97 less the rest of the thirteen characters by 97 (2A counts as 19, "
    "2B as 18)",
    fr="la clé de l'INS {got} est fausse ; c'est 97 moins le reste des treize caractères par 97 (2A vaut 19, 2B "
    "vaut 18)",
    on=On.SUBMISSION,
)
def key(_submission: Submission, case: Case) -> Marks:
    # Numbers with a wrong key go round in documentation and test data.
    return _patients(case, lambda _text, _ins, flaws: Flaw.KEY in flaws)


@demand(
    id="fr.patientId.month",
    lenient=SHOULD,
    spec=ANS_INS,
    en="the INS {got} has no such month of birth: characters 4 and 5 are 01 to 12, or 20 to 42 or 50 to 99 for a month "
    "that is not known",
    fr="l'INS {got} n'a pas un mois de naissance possible : les caractères 4 et 5 valent 01 à 12, ou 20 à 42 ou 50 à "
    "99 pour un mois inconnu",
    on=On.SUBMISSION,
)
def month(_submission: Submission, case: Case) -> Marks:
    return _patients(case, lambda _text, _ins, flaws: Flaw.MONTH in flaws)


@demand(
    id="fr.patientId.type",
    lenient=SHOULD,
    spec=TD21,
    en="component 5 of the patientId {got} is not NH; an INS is written id^^^&OID&ISO^NH",
    fr="le composant 5 du patientId {got} n'est pas NH ; un INS s'écrit id^^^&OID&ISO^NH",
    on=On.SUBMISSION,
)
def identifier_type(_submission: Submission, case: Case) -> Marks:
    return _patients(case, lambda text, _ins, _flaws: _identifier_type(text) != IDENTIFIER_TYPE)


@demand(
    id="fr.patientId.legacy",
    lenient=SHOULD,
    spec=ANS_INS,
    en="patientId {got} is an identifier that France has given up (INS-C, INS-A); call the INSi service for the INS",
    fr="patientId {got} est un identifiant abandonné (INS-C, INS-A) ; appeler le téléservice INSi pour obtenir l'INS",
    on=On.SUBMISSION,
)
def legacy(_submission: Submission, case: Case) -> Marks:
    return _patients(case, lambda _text, ins, _flaws: ins.is_legacy)


@demand(
    id="fr.sourcePatientId.type",
    lenient=SHOULD,
    spec=TD21,
    en="component 5 of the sourcePatientId {got} is not {expected}; write PI for an id of the source, NH for an INS",
    fr="le composant 5 du sourcePatientId {got} n'est pas {expected} ; écrire PI pour un identifiant local, NH pour un "
    "INS",
    on=On.ENTRY,
)
def source_patient_id_type(entry: DocumentEntry, _case: Case) -> Marks:
    cx = _cx(entry.source_patient_id) if entry.source_patient_id else None
    if cx is None:
        return NONE
    expected = IDENTIFIER_TYPE if cx.authority in AUTHORITIES else LOCAL
    if cx.identifier_type == expected:
        return NONE
    return mark("/Slot[@name='sourcePatientId']", got=entry.source_patient_id, expected=expected)


@demand(
    id="fr.sourcePatientInfo.missing",
    lenient=SHOULD,
    spec=SHARING,
    en="{object} has no sourcePatientInfo; give name (PID-5), birth date (PID-7) and sex (PID-8) of the patient",
    fr="{object} n'a pas de sourcePatientInfo ; donner nom (PID-5), date de naissance (PID-7) et sexe (PID-8) du "
    "patient",
    on=On.ENTRY,
)
def info_missing(entry: DocumentEntry, _case: Case) -> Marks:
    if entry.source_patient_info or is_signature(entry):
        return NONE
    return mark(INFO_AT)


def _fields(entry: DocumentEntry) -> list[tuple[str, str]]:
    """(n, data) of each PID-n|data. No sentence below repeats the data: they are the patient's."""
    matches = [PATIENT_FIELD.fullmatch(value) for value in entry.source_patient_info]
    return [(match[1], match[2]) for match in matches if match]


def _name_types(entry: DocumentEntry) -> list[str]:
    """Component 7 of each PID-5."""
    return [[*data.split("^"), *[""] * 7][6] for number, data in _fields(entry) if number == "5"]


@demand(
    id="fr.sourcePatientInfo.birth-name",
    lenient=SHOULD,
    spec=SHARING,
    en="sourcePatientInfo of {object} has {got} birth names; write one, as PID-5|NAME^GIVEN^^^^^L",
    fr="sourcePatientInfo de {object} a {got} noms de naissance ; en écrire un, PID-5|NOM^PRÉNOM^^^^^L",
    on=On.ENTRY,
)
def birth_name(entry: DocumentEntry, _case: Case) -> Marks:
    count = _name_types(entry).count(BIRTH_NAME)
    return NONE if count == 1 or not entry.source_patient_info else mark(INFO_AT, got=count)


@demand(
    id="fr.sourcePatientInfo.used-name",
    lenient=SHOULD,
    spec=SHARING,
    en="sourcePatientInfo of {object} has {got} used names (PID-5 of type D); one at most is allowed",
    fr="sourcePatientInfo de {object} a {got} noms utilisés (PID-5 de type D) ; un au plus est permis",
    on=On.ENTRY,
)
def used_name(entry: DocumentEntry, _case: Case) -> Marks:
    count = _name_types(entry).count(USED_NAME)
    return NONE if count < 2 else mark(INFO_AT, got=count)


@demand(
    id="fr.sourcePatientInfo.name-type",
    lenient=SHOULD,
    spec=SHARING,
    en="a name in sourcePatientInfo of {object} has type {got}; component 7 of PID-5 is L (birth name) or D (used "
    "name)",
    fr="un nom de sourcePatientInfo de {object} est de type {got} ; le composant 7 de PID-5 vaut L (nom de naissance) "
    "ou D (nom utilisé)",
    on=On.ENTRY,
)
def name_type(entry: DocumentEntry, _case: Case) -> Marks:
    return [Mark(INFO_AT, {"got": kind or '""'}) for kind in _name_types(entry) if kind not in (BIRTH_NAME, USED_NAME)]


@demand(
    id="fr.sourcePatientInfo.field",
    lenient=SHOULD,
    spec=SHARING,
    en="sourcePatientInfo of {object} holds {got}; France uses PID-3, 5, 7, 8, 11, 13, 14, 15, 16, 18 and 21",
    fr="sourcePatientInfo de {object} contient {got} ; la France emploie PID-3, 5, 7, 8, 11, 13, 14, 15, 16, 18 et 21",
    on=On.ENTRY,
)
def info_field(entry: DocumentEntry, _case: Case) -> Marks:
    return [Mark(INFO_AT, {"got": f"PID-{number}"}) for number, _ in _fields(entry) if number not in FIELDS]


@demand(
    id="fr.sourcePatientInfo.repeated",
    lenient=SHOULD,
    spec=SHARING,
    en="sourcePatientInfo of {object} holds {got} more than once; only PID-5 may stand twice",
    fr="sourcePatientInfo de {object} contient plusieurs fois {got} ; seul PID-5 peut figurer deux fois",
    on=On.ENTRY,
)
def info_repeated(entry: DocumentEntry, _case: Case) -> Marks:
    numbers = Counter(number for number, _ in _fields(entry) if number not in ("5", "7", "8"))  # IHE counts 7 and 8
    return [Mark(INFO_AT, {"got": f"PID-{number}"}) for number, count in numbers.items() if count > 1]


@demand(
    id="fr.sourcePatientInfo.birth-date",
    lenient=SHOULD,
    spec=SHARING,
    en="the birth date (PID-7) in sourcePatientInfo of {object} is not a day of eight digits, AAAAMMJJ",
    fr="la date de naissance (PID-7) dans sourcePatientInfo de {object} n'est pas un jour de huit chiffres, AAAAMMJJ",
    on=On.ENTRY,
)
def birth_date(entry: DocumentEntry, _case: Case) -> Marks:
    return [Mark(INFO_AT, {}) for number, data in _fields(entry) if number == "7" and not _DAY.fullmatch(data)]


@demand(
    id="fr.sourcePatientInfo.sex",
    lenient=SHOULD,
    spec=SHARING,
    en="the sex (PID-8) in sourcePatientInfo of {object} is not one of M, F, U, O, A",
    fr="le sexe (PID-8) dans sourcePatientInfo de {object} n'est pas M, F, U, O ou A",
    on=On.ENTRY,
)
def sex(entry: DocumentEntry, _case: Case) -> Marks:
    return [Mark(INFO_AT, {}) for number, data in _fields(entry) if number == "8" and not _SEX.fullmatch(data)]
