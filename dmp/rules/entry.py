"""DocumentEntry and SubmissionSet as the DMP wants them. # CI-SIS Partage de documents de santé"""

import re
from collections.abc import Callable
from typing import Any, Final

from dmp.nomenclature import (
    CONFIDENTIALITY,
    DICOM_FORMATS,
    FRENCH_FORMATS,
    IHE_FORMATS,
    INVISIBLE_PATIENT,
    MASQUE_PS,
    REFERENCE_ID_TYPES,
    URN,
    class_code,
    is_signature,
    same_code,
)
from dmp.rules.book import SHARING, TD21, demand
from metadata import vocabulary as v
from metadata.datatypes import CXi, DatatypeError, is_oid
from metadata.model import DocumentEntry, Folder, SubmissionSet
from metadata.rules import MUST, SHOULD
from metadata.rules.book import NONE, Mark, Marks, On, mark
from metadata.rules.case import Case

MAX_CONFIDENTIALITY_CODES: Final = 4
LANGUAGE: Final = "fr-FR"
FORMAT_SCHEMES: Final = (IHE_FORMATS, FRENCH_FORMATS, DICOM_FORMATS, URN)
_SECOND: Final = re.compile("[0-9]{14}")


def _required(name: str, has: Callable[[Any], object], at: str, on: On, words: str, mots: str) -> None:
    """A rule that an optional attribute of IHE is there."""
    holder = on.value
    prefix = "fr.ss" if on is On.SUBMISSION_SET else "fr"

    def missing(x: Any, _case: Case) -> Marks:
        return NONE if has(x) else mark(at)

    demand(
        id=f"{prefix}.{name}.missing",
        lenient=MUST,
        spec=SHARING,
        en=f"{holder} {{object}} has no {name}: give {words}",
        fr=f"{holder} {{object}} n'a pas l'attribut {name} : donner {mots}",
        on=on,
    )(missing)


_required(
    "title",
    lambda x: x.title,
    "/Name",
    On.ENTRY,
    "a Name of at most 128 characters",
    "un Name de 128 caractères au plus",
)
_required("author", lambda x: x.authors, "", On.ENTRY, "at least one author", "au moins un auteur")
_required(
    "legalAuthenticator",
    lambda x: x.legal_authenticator,
    "",
    On.ENTRY,
    "the XCN of who answers for the document, in a Slot",
    "le XCN du responsable du document, dans un Slot",
)
_required(
    "serviceStartTime",
    lambda x: x.service_start_time,
    "",
    On.ENTRY,
    "the start of the documented act, in UTC",
    "le début de l'acte documenté, en UTC",
)
_required("author", lambda x: x.authors, "", On.SUBMISSION_SET, "the author of the set", "l'auteur du lot")


@demand(
    id="fr.ss.author.single",
    lenient=SHOULD,
    spec=SHARING,
    en="the SubmissionSet has {got} authors; a submission to the DMP has one",
    fr="le SubmissionSet a {got} auteurs ; un lot de soumission au DMP en a un",
    on=On.SUBMISSION_SET,
)
def single_author(submission_set: SubmissionSet, _case: Case) -> Marks:
    count = len(submission_set.authors)
    return NONE if count < 2 else mark("", got=count)


@demand(
    id="fr.uniqueId.oid",
    lenient=MUST,
    spec=SHARING,
    en="uniqueId {got} of {object} is not an OID of at most 64 characters; an extension (^…) or a UUID is not taken in "
    "France",
    fr="uniqueId {got} de {object} n'est pas un OID d'au plus 64 caractères ; ni extension (^…) ni UUID ne sont admis "
    "en France",
    on=On.ENTRY,
)
def unique_id_oid(entry: DocumentEntry, _case: Case) -> Marks:
    if not entry.unique_id or is_oid(entry.unique_id):
        return NONE
    return mark(f"/ExternalIdentifier[@identificationScheme='{v.ENTRY_UNIQUE_ID}']", got=entry.unique_id)


@demand(
    id="fr.creationTime.precision",
    lenient=SHOULD,
    spec=SHARING,
    en="creationTime {got} is not to the second; write AAAAMMJJhhmmss, in UTC",
    fr="creationTime {got} n'est pas à la seconde ; écrire AAAAMMJJhhmmss, en UTC",
    on=On.ENTRY,
)
def creation_time_precision(entry: DocumentEntry, _case: Case) -> Marks:
    return _to_the_second(entry.creation_time, "creationTime")


@demand(
    id="fr.ss.submissionTime.precision",
    lenient=SHOULD,
    spec=SHARING,
    en="submissionTime {got} is not to the second; write AAAAMMJJhhmmss, in UTC",
    fr="submissionTime {got} n'est pas à la seconde ; écrire AAAAMMJJhhmmss, en UTC",
    on=On.SUBMISSION_SET,
)
def submission_time_precision(submission_set: SubmissionSet, _case: Case) -> Marks:
    return _to_the_second(submission_set.submission_time, "submissionTime")


def _to_the_second(time: str | None, slot: str) -> Marks:
    return NONE if not time or _SECOND.fullmatch(time) else mark(f"/Slot[@name='{slot}']", got=time)


@demand(
    id="fr.languageCode.unknown",
    lenient=SHOULD,
    spec=SHARING,
    en="languageCode {got} of {object} is not fr-FR",
    fr="languageCode {got} de {object} n'est pas fr-FR",
    on=On.ENTRY,
)
def language(entry: DocumentEntry, _case: Case) -> Marks:
    if not entry.language_code or entry.language_code == LANGUAGE or is_signature(entry):
        return NONE
    return mark("/Slot[@name='languageCode']", got=entry.language_code)


# --- codes ----------------------------------------------------------------------------------------------------------


def _code_at(scheme: str) -> str:
    return f"/Classification[@classificationScheme='{scheme}']"


@demand(
    id="fr.classCode.type",
    lenient=SHOULD,
    spec="NOS ASS_X04",
    en="classCode {got} does not go with typeCode {type}; its class is {expected}",
    fr="classCode {got} ne va pas avec typeCode {type} ; sa classe est {expected}",
    on=On.ENTRY,
)
def class_of_type(entry: DocumentEntry, _case: Case) -> Marks:
    if entry.class_code is None or entry.type_code is None:
        return NONE
    expected = class_code(entry.type_code.code)
    if expected is None or same_code(expected, entry.class_code):
        return NONE
    values = {"got": entry.class_code.code, "type": entry.type_code.code, "expected": expected.code}
    return [Mark(_code_at(v.ENTRY_CLASS_CODE), values)]


@demand(
    id="fr.formatCode.scheme",
    lenient=SHOULD,
    spec="NOS JDV_J60",
    en="formatCode {got} is of coding scheme {scheme}; France has 1.3.6.1.4.1.19376.1.2.3 (IHE), "
    "1.2.250.1.213.1.1.4.2.282 (France), 1.2.840.10008.2.6.1 (DICOM) and URN (signature)",
    fr="formatCode {got} est du système de codes {scheme} ; la France emploie 1.3.6.1.4.1.19376.1.2.3 (IHE), "
    "1.2.250.1.213.1.1.4.2.282 (France), 1.2.840.10008.2.6.1 (DICOM) et URN (signature)",
    on=On.ENTRY,
)
def format_scheme(entry: DocumentEntry, _case: Case) -> Marks:
    code = entry.format_code
    if code is None or not code.scheme or code.scheme in FORMAT_SCHEMES:
        return NONE
    return mark(_code_at(v.ENTRY_FORMAT_CODE), got=code.code, scheme=code.scheme)


@demand(
    id="fr.confidentialityCode.level",
    lenient=MUST,
    spec=SHARING,
    en="{object} has no confidentialityCode N, R or V; it stands always, beside MASQUE_PS and the like",
    fr="{object} n'a pas de confidentialityCode N, R ou V ; il figure toujours, à côté de MASQUE_PS et des autres",
    on=On.ENTRY,
)
def confidentiality_level(entry: DocumentEntry, _case: Case) -> Marks:
    schemes = {code.scheme for code in entry.confidentiality_codes}
    return NONE if not schemes or CONFIDENTIALITY in schemes else mark(_code_at(v.ENTRY_CONFIDENTIALITY_CODE))


@demand(
    id="fr.confidentialityCode.count",
    lenient=MUST,
    spec=SHARING,
    en="{object} has {got} confidentialityCodes; at most four are allowed",
    fr="{object} a {got} confidentialityCodes ; quatre au plus sont permis",
    on=On.ENTRY,
)
def confidentiality_count(entry: DocumentEntry, _case: Case) -> Marks:
    count = len(entry.confidentiality_codes)
    return NONE if count <= MAX_CONFIDENTIALITY_CODES else mark(_code_at(v.ENTRY_CONFIDENTIALITY_CODE), got=count)


@demand(
    id="fr.confidentialityCode.cumul",
    lenient=MUST,
    spec="DMP EX_2.1-1050",
    en="{object} is both MASQUE_PS and INVISIBLE_PATIENT, so that nearly nobody could see it; give one of them",
    fr="{object} est à la fois MASQUE_PS et INVISIBLE_PATIENT : presque personne ne pourrait le voir ; n'en donner "
    "qu'un",
    on=On.ENTRY,
)
def confidentiality_cumul(entry: DocumentEntry, _case: Case) -> Marks:
    # A platform may allow it (cumul-invisible_patient-masque_ps): waive the rule.
    given = {(code.code, code.scheme) for code in entry.confidentiality_codes}
    both = {(code.code, code.scheme) for code in (MASQUE_PS, INVISIBLE_PATIENT)}
    return NONE if not both <= given or is_signature(entry) else mark(_code_at(v.ENTRY_CONFIDENTIALITY_CODE))


@demand(
    id="fr.referenceIdList.type",
    lenient=SHOULD,
    spec="NOS JDV_J231",
    en="the reference id {got} has a type that the DMP does not take; it takes accession, order and studyInstanceUID",
    fr="l'identifiant de référence {got} a un type que le DMP n'accepte pas ; il accepte accession, order et "
    "studyInstanceUID",
    on=On.ENTRY,
)
def reference_id_type(entry: DocumentEntry, _case: Case) -> Marks:
    at = f"/Slot[@name='{v.REFERENCE_ID_LIST}']"
    return [Mark(at, {"got": text}) for text in entry.reference_ids if _other_reference(text)]


def _other_reference(text: str) -> bool:
    try:
        return CXi.parse(text, lenient=True).identifier_type not in REFERENCE_ID_TYPES
    except DatatypeError:
        return False


# --- what the DMP has no use for ------------------------------------------------------------------------------------


def _unused(id: str, holder: On, has: Callable[[Any], object], name: str, at: str) -> None:  # noqa: A002 - the standard's word
    def unused(x: Any, _case: Case) -> Marks:
        return mark(at) if has(x) else NONE

    demand(
        id=id,
        lenient=SHOULD,
        strict=SHOULD,
        spec=SHARING,
        en=f"{{object}} has {name}, which means nothing in the DMP; leave it out",
        fr=f"{{object}} a l'attribut {name}, qui ne signifie rien dans le DMP ; l'omettre",
        on=holder,
    )(unused)


_unused("fr.homeCommunityId.unused", On.ENTRY, lambda x: x.home_community_id, "homeCommunityId", "/@home")
_unused("fr.ss.homeCommunityId.unused", On.SUBMISSION_SET, lambda x: x.home_community_id, "homeCommunityId", "/@home")
_unused("fr.URI.unused", On.ENTRY, lambda x: x.uri, "URI", "/Slot[@name='URI']")
_unused(
    "fr.ss.intendedRecipient.unused",
    On.SUBMISSION_SET,
    lambda x: x.intended_recipients,
    "intendedRecipient",
    "/Slot[@name='intendedRecipient']",
)


@demand(
    id="fr.folder.unused",
    lenient=SHOULD,
    spec=TD21,
    en="{object} is a Folder; the DMP has none",
    fr="{object} est un Folder ; le DMP n'en a pas",
    on=On.FOLDER,
)
def no_folder(_folder: Folder, _case: Case) -> Marks:
    return mark()
