"""The entry of the signature: what its metadata must say of it. # DMP TD2.1"""

from dataclasses import replace
from typing import Final

from conformance.messages.dmp import names as n
from conformance.messages.dmp.lot import MASKED, NORMAL, Lot
from conformance.messages.dmp.metadata.row import TD21, BadMetadata, Change, must, of_signature, should


def _coded(attribute: str, *codes: tuple[str, str, str]) -> Change:
    return lambda lot: lot.signature_coded(attribute, *codes)


def _other_author(lot: Lot) -> Lot:
    if lot.signature is None:
        return lot
    (author,) = lot.signature.authors
    return lot.of_signature(authors=(replace(author, person=_somebody()),))


def _somebody() -> str:
    return f"899900202021^MARCHAND^PAUL^^^^^^&{n.PS_IDNAT}&ISO^D^^^IDNPS"


def _must(name: str, wrong: str, wrong_fr: str, rule: str, change: Change) -> BadMetadata:
    return must(f"signature.{name}", wrong, wrong_fr, f"fr.signature.{rule}", change, TD21)


def _should(name: str, wrong: str, wrong_fr: str, rule: str, change: Change) -> BadMetadata:
    return should(f"signature.{name}", wrong, wrong_fr, f"fr.signature.{rule}", change, TD21)


SIGNATURE_ENTRIES: Final[tuple[BadMetadata, ...]] = (
    _must(
        "mimeType/1",
        "whose signature is a binary file",
        "dont la signature est un fichier binaire",
        "mimeType",
        of_signature(mime_type="application/pdf"),
    ),
    _must(
        "classCode/1",
        "whose signature is of the class of reports",
        "dont la signature est de la classe des comptes rendus",
        "classCode",
        _coded("classCode", ("10", n.CLASSES_OF_DOCUMENTS, "Compte rendu")),
    ),
    _must(
        "typeCode/1",
        "whose signature is of the type of letters",
        "dont la signature est du type des lettres",
        "typeCode",
        _coded("typeCode", ("11488-4", n.LOINC, "CR ou fiche de consultation ou de visite")),
    ),
    _must(
        "formatCode/1",
        "whose signature is of the format of texts",
        "dont la signature est du format des textes",
        "formatCode",
        _coded("formatCode", ("urn:ihe:iti:xds-sd:text:2008", n.IHE_FORMATS, "Texte")),
    ),
    _must(
        "confidentialityCode/1",
        "whose signature is visible to the patient",
        "dont la signature est visible du patient",
        "confidentialityCode",
        _coded("confidentialityCode", NORMAL, MASKED),
    ),
    _should(
        "languageCode/1",
        "whose signature is in French",
        "dont la signature est en français",
        "languageCode",
        of_signature(language="fr-FR"),
    ),
    _should(
        "title/1",
        "whose signature has another title than Source",
        "dont la signature a un autre titre que Source",
        "title",
        of_signature(title="Signature"),
    ),
    _should(
        "eventCodeList/1",
        "whose signature's entry says no purpose",
        "dont la fiche de la signature ne dit pas l'objet",
        "eventCodeList",
        _coded("eventCodeList"),
    ),
    _should(
        "serviceStartTime/1",
        "whose signature's times differ",
        "dont les heures de la signature diffèrent",
        "times",
        of_signature(service_start_time="20260101000000"),
    ),
    _should(
        "sourcePatientId/1",
        "whose signature has a local patient id",
        "dont la signature a un identifiant local du patient",
        "sourcePatientId",
        of_signature(source_patient=f"0456789999^^^&{n.OWN_ROOT}.2&ISO^PI"),
    ),
    _should(
        "sourcePatientInfo/1",
        "whose signature has traits of the patient",
        "dont la signature a des traits du patient",
        "sourcePatientInfo",
        of_signature(
            source_patient_info=("PID-5|PATIENT-ESSAI^CAMILLE^^^^^L", "PID-7|19790328", "PID-8|F"),
        ),
    ),
    _should(
        "comments/1",
        "whose signature has comments",
        "dont la signature a des commentaires",
        "comments",
        of_signature(comments="Signature du lot"),
    ),
    _should(
        "author/1",
        "whose signature has another author than the set",
        "dont la signature a un autre auteur que le lot",
        "author",
        _other_author,
    ),
    _should(
        "legalAuthenticator/1",
        "whose signature has another legalAuthenticator than author",
        "dont la signature a un autre responsable que son auteur",
        "legalAuthenticator",
        lambda lot: lot.of_signature(legal_authenticator=_somebody()),
    ),
    _should(
        "healthcareFacilityTypeCode/1",
        "whose signature is from another kind of place",
        "dont la signature vient d'un autre type de lieu",
        "healthcareFacilityTypeCode",
        _coded("healthcareFacilityTypeCode", ("SA25", n.SECTORS, "Laboratoire de biologie médicale")),
    ),
    _should(
        "practiceSettingCode/1",
        "whose signature is from another practice setting",
        "dont la signature vient d'un autre cadre de soins",
        "practiceSettingCode",
        _coded("practiceSettingCode", ("HAD", n.PRACTICE_SETTINGS, "Hospitalisation à domicile")),
    ),
)
