"""The French rules on metadata broken, one at a time. # CI-SIS Partage de documents de santé, DMP TD2.1"""

from dmp.lot_rules import LOT
from dmp.rules import FRENCH
from dmp.vihf.caller import VihfCaller
from tests.conformance.mutants.patching import Gone, nothing, replace, silence
from tests.conformance.mutants.table import mutant

SHARING = "CI-SIS Partage de documents de santé"
TD21 = "DMP TD2.1"


@mutant("dmp", breaks="ANS Référentiel INS", caught_by=("ins/structure/10", "ins/structure/11"))
def patient_that_is_no_ins_accepted() -> None:
    """A patientId under an OID of the INS may have any form."""
    silence("fr.patientId.structure", book=FRENCH)


@mutant("dmp", breaks="ANS Référentiel INS", caught_by=("ins/key/1",))
def ins_key_not_checked() -> None:
    """An INS with a wrong key is taken without a word."""
    silence("fr.patientId.key", book=FRENCH)


@mutant("dmp", breaks="ANS Référentiel INS", caught_by=("ins/oid/4",))
def patient_of_any_authority_accepted() -> None:
    """A patientId may be of an authority that is none of the INS, or of production."""
    silence("domain.patient.authority")


@mutant("dmp", breaks=TD21, caught_by=("dmp/td2.1/token/3", "dmp/td3.1/b/5"))
def submission_for_another_patient_accepted() -> None:
    """A submission may be about another patient than the VIHF."""
    _known("fr.lot.patient")
    replace(VihfCaller, "require_patient", nothing)


@mutant("dmp", breaks=TD21, caught_by=("dsg/dmp-legacy/institution/1",))
def author_of_another_structure_accepted() -> None:
    """No author needs to be of the structure of the VIHF."""
    _known("fr.lot.institution")
    replace(VihfCaller, "require_structure", nothing)


def _known(rule_id: str) -> None:
    if rule_id not in LOT:
        raise Gone(rule_id)


@mutant("dmp", breaks=SHARING, caught_by=("dmp/metadata/title/1",))
def title_not_needed() -> None:
    """A document needs no title."""
    silence("fr.title.missing", book=FRENCH)


@mutant("dmp", breaks=SHARING, caught_by=("dmp/metadata/author/1",))
def author_not_needed() -> None:
    """A document needs no author."""
    silence("fr.author.missing", book=FRENCH)


@mutant("dmp", breaks=SHARING, caught_by=("dmp/metadata/legalAuthenticator/1",))
def legal_authenticator_not_needed() -> None:
    """A document needs no legalAuthenticator."""
    silence("fr.legalAuthenticator.missing", book=FRENCH)


@mutant("dmp", breaks=SHARING, caught_by=("dmp/metadata/serviceStartTime/1",))
def service_start_time_not_needed() -> None:
    """A document needs no serviceStartTime."""
    silence("fr.serviceStartTime.missing", book=FRENCH)


@mutant("dmp", breaks=SHARING, caught_by=("dmp/metadata/SubmissionSet.author/1",))
def author_of_the_lot_not_needed() -> None:
    """A SubmissionSet needs no author."""
    silence("fr.ss.author.missing", book=FRENCH)


@mutant("dmp", breaks=SHARING, caught_by=("dmp/metadata/authorPerson/1", "dmp/metadata/authorPerson/2"))
def author_without_name_accepted() -> None:
    """The authorPerson of a professional needs no name."""
    silence("fr.person.name", book=FRENCH)


@mutant("dmp", breaks=SHARING, caught_by=("dmp/metadata/uniqueId/1", "dmp/metadata/uniqueId/2"))
def unique_id_that_is_no_oid_accepted() -> None:
    """The uniqueId of a document need not be an OID."""
    silence("fr.uniqueId.oid", book=FRENCH)


@mutant("dmp", breaks=SHARING, caught_by=("dmp/metadata/confidentialityCode/2",))
def confidentiality_level_not_needed() -> None:
    """confidentialityCode need not hold one of N, R, V."""
    silence("fr.confidentialityCode.level", book=FRENCH)


@mutant("dmp", breaks="DMP EX_2.1-1050", caught_by=("dmp/metadata/confidentialityCode/4",))
def masked_and_invisible_at_once_accepted() -> None:
    """A document may be masked to professionals and invisible to the patient at once."""
    silence("fr.confidentialityCode.cumul", book=FRENCH)


@mutant("dmp", breaks=SHARING, caught_by=("dmp/metadata/typeCode/1",))
def unknown_type_code_accepted() -> None:
    """A typeCode need not be of the value set."""
    silence("domain.typeCode.unknown")


@mutant("dmp", breaks=SHARING, caught_by=("dmp/metadata/classCode/1",))
def unknown_class_code_accepted() -> None:
    """A classCode need not be of the value set."""
    silence("domain.classCode.unknown")


@mutant("dmp", breaks=SHARING, caught_by=("dmp/metadata/healthcareFacilityTypeCode/1",))
def unknown_facility_type_accepted() -> None:
    """A healthcareFacilityTypeCode need not be of the value set."""
    silence("domain.healthcareFacilityTypeCode.unknown")


@mutant("dmp", breaks=SHARING, caught_by=("dmp/metadata/practiceSettingCode/1",))
def unknown_practice_setting_accepted() -> None:
    """A practiceSettingCode need not be of the value set."""
    silence("domain.practiceSettingCode.unknown")


@mutant("dmp", breaks=SHARING, caught_by=("dmp/metadata/mimeType/1",))
def unknown_mime_type_accepted() -> None:
    """A mimeType need not be one that the DMP takes."""
    silence("domain.mimeType.unknown")
