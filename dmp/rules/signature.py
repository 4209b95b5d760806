"""The signature of the submission set, as its DocumentEntry tells it. # DMP TD2.1

Who signed what, and whether the signature holds, is seen elsewhere: here are only its metadata.
"""

from collections.abc import Callable, Sequence
from typing import Any

from dmp.identifiers import Party, party, person_of
from dmp.ins import Ins
from dmp.nomenclature import (
    SIGNATURE_CLASS,
    SIGNATURE_CONFIDENTIALITY,
    SIGNATURE_EVENT,
    SIGNATURE_FORMATS,
    SIGNATURE_LANGUAGE,
    SIGNATURE_TITLE,
    SIGNATURE_TYPE,
    is_signature,
    same_code,
)
from dmp.rules.book import TD21, demand
from metadata import vocabulary as v
from metadata.model import Author, Code, DocumentEntry
from metadata.rules import MUST, SHOULD, Level
from metadata.rules.book import NONE, Mark, Marks, On, mark
from metadata.rules.case import Case
from metadata.translate import Submission


def signatures(submission: Submission) -> tuple[DocumentEntry, ...]:
    """The entries of signatures in the message; a lot for the DMP has exactly one."""
    return tuple(entry for entry in submission.entries if is_signature(entry))


@demand(
    id="fr.signature.missing",
    lenient=MUST,
    spec=TD21,
    en="the submission has documents but no signature of the set: a document of its own, with typeCode E1762 (ASTM)",
    fr="la soumission a des documents mais pas de signature du lot : un document à part, de typeCode E1762 (ASTM)",
    on=On.SUBMISSION,
)
def missing(submission: Submission, _case: Case) -> Marks:
    if not submission.entries or signatures(submission) or _from_patient(submission):
        return NONE
    return mark()


def _from_patient(submission: Submission) -> bool:
    """What a patient puts into the own record is not signed."""
    authors = [person_of(author.person) for s in submission.submission_sets for author in s.authors]
    return any(author is not None and party(author) is Party.PATIENT for author in authors)


@demand(
    id="fr.signature.single",
    lenient=MUST,
    spec=TD21,
    en="the submission has {got} signatures of the set; it has one",
    fr="la soumission a {got} signatures du lot ; elle en a une",
    on=On.SUBMISSION,
)
def single(submission: Submission, _case: Case) -> Marks:
    found = signatures(submission)
    return NONE if len(found) < 2 else mark("", on=found[-1].entry_uuid, got=len(found))


@demand(
    id="fr.signature.alone",
    lenient=MUST,
    spec=TD21,
    en="{object} signs a submission without documents; there is nothing to sign",
    fr="{object} signe une soumission sans document ; il n'y a rien à signer",
    on=On.SUBMISSION,
)
def alone(submission: Submission, _case: Case) -> Marks:
    found = signatures(submission)
    return mark("", on=found[0].entry_uuid) if found and len(found) == len(submission.entries) else NONE


@demand(
    id="fr.signature.signs",
    lenient=MUST,
    spec=TD21,
    en="no Association signs leads from the signature {object} to the SubmissionSet (nor, as in IHE DSG, to a "
    "document)",
    fr="aucune Association signs ne va de la signature {object} au SubmissionSet (ni, comme dans IHE DSG, à un "
    "document)",
    on=On.SUBMISSION,
)
def signs(submission: Submission, _case: Case) -> Marks:
    found = signatures(submission)
    signed = {s.entry_uuid for s in submission.submission_sets} | {e.entry_uuid for e in submission.entries}
    sources = {a.source for a in submission.associations if a.type == v.SIGNS and a.target in signed}
    return [Mark("", {}, entry.entry_uuid) for entry in found if entry.entry_uuid not in sources]


# --- its entry ------------------------------------------------------------------------------------------------------


def _expected(
    name: str,
    lenient: Level,
    got: Callable[[DocumentEntry], object],
    expected: Sequence[str],
    at: str,
    strict: Level = MUST,
) -> None:
    """A rule that one attribute of a signature has one of the values expected."""

    def unlike(entry: DocumentEntry, _case: Case) -> Marks:
        if not is_signature(entry) or (value := str(got(entry) or "")) in expected:
            return NONE
        return mark(at, got=value or '""')

    words, mots = " or ".join(expected), " ou ".join(expected)
    demand(
        id=f"fr.signature.{name}",
        lenient=lenient,
        strict=strict,
        spec=TD21,
        en=f"{name} of the signature {{object}} is {{got}}; write {words}",
        fr=f"{name} de la signature {{object}} vaut {{got}} ; écrire {mots}",
        on=On.ENTRY,
    )(unlike)


def _at(scheme: str) -> str:
    return f"/Classification[@classificationScheme='{scheme}']"


_expected("mimeType", MUST, lambda e: e.mime_type, ("text/xml",), "/@mimeType")
_expected("classCode", MUST, lambda e: e.class_code, (str(SIGNATURE_CLASS),), _at(v.ENTRY_CLASS_CODE))
_expected("typeCode", MUST, lambda e: e.type_code, (str(SIGNATURE_TYPE),), _at(v.ENTRY_TYPE_CODE))
_expected("formatCode", MUST, lambda e: e.format_code, tuple(map(str, SIGNATURE_FORMATS)), _at(v.ENTRY_FORMAT_CODE))
_expected("languageCode", SHOULD, lambda e: e.language_code, (SIGNATURE_LANGUAGE,), "/Slot[@name='languageCode']")
_expected("title", SHOULD, lambda e: e.title, (SIGNATURE_TITLE,), "/Name", strict=SHOULD)


@demand(
    id="fr.signature.eventCodeList",
    lenient=SHOULD,
    spec=TD21,
    en=f"eventCodeList of the signature {{object}} lacks the purpose {SIGNATURE_EVENT}",
    fr=f"eventCodeList de la signature {{object}} n'a pas l'objet {SIGNATURE_EVENT}",
    on=On.ENTRY,
)
def event(entry: DocumentEntry, _case: Case) -> Marks:
    if not is_signature(entry) or any(same_code(code, SIGNATURE_EVENT) for code in entry.event_codes):
        return NONE
    return mark(_at(v.ENTRY_EVENT_CODE))


@demand(
    id="fr.signature.confidentialityCode",
    lenient=MUST,
    spec=TD21,
    en="confidentialityCodes of the signature {object} are {got}; write N, MASQUE_PS and INVISIBLE_PATIENT, since a "
    "signature is shown to nobody",
    fr="les confidentialityCodes de la signature {object} sont {got} ; écrire N, MASQUE_PS et INVISIBLE_PATIENT, car "
    "une signature n'est montrée à personne",
    on=On.ENTRY,
)
def confidentiality(entry: DocumentEntry, _case: Case) -> Marks:
    given = {(code.code, code.scheme) for code in entry.confidentiality_codes}
    if not is_signature(entry) or {(code.code, code.scheme) for code in SIGNATURE_CONFIDENTIALITY} <= given:
        return NONE
    return mark(_at(v.ENTRY_CONFIDENTIALITY_CODE), got=", ".join(code.code for code in entry.confidentiality_codes))


@demand(
    id="fr.signature.times",
    lenient=SHOULD,
    spec=TD21,
    en="creationTime, serviceStartTime and serviceStopTime of the signature {object} are not the same: all three are "
    "the time of signing",
    fr="creationTime, serviceStartTime et serviceStopTime de la signature {object} ne sont pas identiques : tous trois "
    "sont l'heure de la signature",
    on=On.ENTRY,
)
def times(entry: DocumentEntry, _case: Case) -> Marks:
    same = entry.creation_time == entry.service_start_time == entry.service_stop_time
    return NONE if same or not is_signature(entry) else mark("/Slot[@name='creationTime']")


@demand(
    id="fr.signature.sourcePatientId",
    lenient=SHOULD,
    spec=TD21,
    en="sourcePatientId of the signature {object} is not an INS; it is the patientId",
    fr="sourcePatientId de la signature {object} n'est pas un INS ; c'est le patientId",
    on=On.ENTRY,
)
def source_patient_id(entry: DocumentEntry, _case: Case) -> Marks:
    if not is_signature(entry) or not entry.source_patient_id or Ins.of(entry.source_patient_id) is not None:
        return NONE
    return mark("/Slot[@name='sourcePatientId']")


def _absent(name: str, has: Callable[[DocumentEntry], Any], at: str, strict: Level) -> None:
    def present(entry: DocumentEntry, _case: Case) -> Marks:
        return mark(at) if has(entry) and is_signature(entry) else NONE

    demand(
        id=f"fr.signature.{name}",
        lenient=SHOULD,
        strict=strict,
        spec=TD21,
        en=f"the signature {{object}} has {name}; leave it out",
        fr=f"la signature {{object}} a l'attribut {name} ; l'omettre",
        on=On.ENTRY,
    )(present)


_absent("sourcePatientInfo", lambda e: e.source_patient_info, "/Slot[@name='sourcePatientInfo']", MUST)
_absent("comments", lambda e: e.comments, "/Description", SHOULD)


# --- beside the documents it signs ----------------------------------------------------------------------------------


@demand(
    id="fr.signature.author",
    lenient=SHOULD,
    spec=TD21,
    en="the authors of the signature {object} are not those of the SubmissionSet",
    fr="les auteurs de la signature {object} ne sont pas ceux du SubmissionSet",
    on=On.ENTRY,
)
def author(entry: DocumentEntry, case: Case) -> Marks:
    if case.submission_set is None or not case.submission_set.authors or not is_signature(entry):
        return NONE
    return NONE if _ids(entry.authors) == _ids(case.submission_set.authors) else mark()


def _ids(authors: Sequence[Author]) -> set[tuple[str, str]]:
    """Names are never compared: official messages exchange family and given name."""
    people = (person_of(author.person) for author in authors)
    return {(person.id, person.authority) for person in people if person is not None}


@demand(
    id="fr.signature.legalAuthenticator",
    lenient=SHOULD,
    spec=TD21,
    en="the legalAuthenticator of the signature {object} is not its author; both are the signer of the set",
    fr="le legalAuthenticator de la signature {object} n'est pas son auteur ; tous deux sont le signataire du lot",
    on=On.ENTRY,
)
def legal_authenticator(entry: DocumentEntry, _case: Case) -> Marks:
    signer = person_of(entry.legal_authenticator)
    if signer is None or not is_signature(entry) or (signer.id, signer.authority) in _ids(entry.authors):
        return NONE
    return mark("/Slot[@name='legalAuthenticator']")


def _as_documents(name: str, of: Callable[[DocumentEntry], Code | None], scheme: str) -> None:
    def unlike(entry: DocumentEntry, case: Case) -> Marks:
        code = of(entry)
        if code is None or not is_signature(entry):
            return NONE
        codes = [of(other) for other in case.submission.entries if not is_signature(other)]
        if not codes or any(other is not None and same_code(code, other) for other in codes):
            return NONE
        return mark(_at(scheme), got=code.code)

    demand(
        id=f"fr.signature.{name}",
        lenient=SHOULD,
        spec=TD21,
        en=f"{name} {{got}} of the signature {{object}} is that of none of the documents it signs",
        fr=f"{name} {{got}} de la signature {{object}} n'est celui d'aucun des documents qu'elle signe",
        on=On.ENTRY,
    )(unlike)


_as_documents("healthcareFacilityTypeCode", lambda e: e.healthcare_facility_type_code, v.ENTRY_FACILITY_CODE)
_as_documents("practiceSettingCode", lambda e: e.practice_setting_code, v.ENTRY_PRACTICE_SETTING_CODE)
