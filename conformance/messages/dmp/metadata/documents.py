"""Metadata that say something else than the header of the document. # CI-SIS Structuration minimale

A target that does not compare them lacks the optional feature `cda-coherence`: the specification of the DMP leaves it.
"""

from dataclasses import replace
from typing import Any, Final

from conformance.messages.dmp import ins
from conformance.messages.dmp import names as n
from conformance.messages.dmp.lot import Lot
from conformance.messages.dmp.metadata.row import BadMetadata, Change, coded, entry, should
from conformance.messages.objects import new_oid

_SECTION: Final = "CI-SIS Structuration minimale; Partage de documents de santé"


def _row(name: str, says: str, says_fr: str, change: Change) -> BadMetadata:
    return should(
        f"cda.{name}/1",
        f"whose {name} is not {says} of its header",
        f"dont {name} n'est pas {says_fr} de son en-tête",
        f"fr.cda.{name}",
        change,
        _SECTION,
    )


def _author(**changes: Any) -> Change:
    def change(lot: Lot) -> Lot:
        return lot.document(authors=tuple(replace(each, **changes) for each in lot.documents[0].authors))

    return change


def _everywhere(attribute: str, code: tuple[str, str, str]) -> Change:
    """In the entry of the signature as well, which has the codes of the documents."""
    return lambda lot: lot.coded(attribute, code).signature_coded(attribute, code)


def _about_another(lot: Lot) -> Lot:
    """The document is about another patient than its entry."""
    own, other = lot.set.patient.partition("^")[0].encode(), ins.matricule().encode()
    return lot.document(content=lot.documents[0].content.replace(own, other))


_NURSE: Final = f"899900202021^MARCHAND^PAUL^^^^^^&{n.PS_IDNAT}&ISO^D^^^IDNPS"
_PLACE: Final = f"AUTRE STRUCTURE^^^^^&{n.STRUCT_IDNAT}&ISO^IDNST^^^10B0990025"

DOCUMENTS: Final[tuple[BadMetadata, ...]] = (
    _row("uniqueId", "the id", "l'id", lambda lot: lot.document(unique_id=new_oid())),
    _row("creationTime", "the effectiveTime", "l'effectiveTime", entry(creation_time="20240305101500")),
    _row("title", "the title", "le title", entry(title="Un autre titre")),
    _row(
        "typeCode",
        "the code",
        "le code",
        coded("typeCode", ("34112-3", n.LOINC, "CR hospitalier (séjour)")),
    ),
    _row(
        "formatCode",
        "what follows from the body",
        "ce qui découle du corps",
        coded("formatCode", ("urn:ihe:iti:xds-sd:pdf:2008", n.IHE_FORMATS, "PDF")),
    ),
    _row(
        "confidentialityCode",
        "the confidentialityCode",
        "le confidentialityCode",
        coded("confidentialityCode", ("R", n.CONFIDENTIALITIES, "Restreint")),
    ),
    _row(
        "sourcePatientId",
        "the second id of the patient",
        "le second id du patient",
        entry(source_patient=f"999^^^&{n.OWN_ROOT}.2&ISO^PI"),
    ),
    _row(
        "sourcePatientInfo",
        "the patient",
        "le patient",
        entry(source_patient_info=("PID-5|PATIENT-ESSAI^CAMILLE^^^^^L", "PID-7|19800101", "PID-8|F")),
    ),
    _row("author", "the author", "l'auteur", _author(person=_NURSE)),
    _row("authorInstitution", "the author's structure", "la structure de l'auteur", _author(institutions=(_PLACE,))),
    _row(
        "legalAuthenticator",
        "the legalAuthenticator",
        "le legalAuthenticator",
        entry(legal_authenticator=f"899900303035^LEROUX^INES^^^^^^&{n.PS_IDNAT}&ISO^D^^^IDNPS"),
    ),
    _row("languageCode", "the languageCode", "le languageCode", entry(language="en-GB")),
    _row("patientId", "the patient", "le patient", _about_another),
    _row(
        "serviceStopTime",
        "the end of the act",
        "la fin de l'acte",
        lambda lot: lot.document(service_stop_time=lot.documents[0].creation_time),
    ),
    should(
        "cda.document/1",
        "that is XML and no CDA",
        "qui est du XML et pas un CDA",
        "fr.cda.unreadable",
        entry(content=b'<?xml version="1.0" encoding="UTF-8"?>\n<letter/>\n'),
        _SECTION,
    ),
    _row("serviceStartTime", "the start of the act", "le début de l'acte", entry(service_start_time="20240305101500")),
    _row(
        "practiceSettingCode",
        "the practice setting",
        "le cadre de soins",
        _everywhere("practiceSettingCode", ("HAD", n.PRACTICE_SETTINGS, "Hospitalisation à domicile")),
    ),
    _row(
        "healthcareFacilityTypeCode",
        "the place of care",
        "le lieu de soins",
        _everywhere("healthcareFacilityTypeCode", ("SA25", n.SECTORS, "Laboratoire de biologie médicale")),
    ),
)
