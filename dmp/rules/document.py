"""What the header of a CDA document must have in common with its DocumentEntry; `dmp.coherence` looks.

Off by default: the official sample message breaks most of it.
"""

from dmp.rules.book import STRUCTURE, told


def _as(name: str, element: str) -> str:
    return told(
        id=f"fr.cda.{name}",
        spec=STRUCTURE,
        en=f"{name} {{got}} of {{object}} is not what the document says in {element}: {{expected}}",
        fr=f"{name} {{got}} de {{object}} n'est pas ce que le document dit dans {element} : {{expected}}",
    )


def _named(name: str, element: str) -> str:
    """The same without the values, which are the patient's or people's."""
    return told(
        id=f"fr.cda.{name}",
        spec=STRUCTURE,
        en=f"{name} of {{object}} is not what the document says in {element}: {{got}} differs",
        fr=f"{name} de {{object}} n'est pas ce que le document dit dans {element} : {{got}} diffère",
    )


UNREADABLE = told(
    id="fr.cda.unreadable",
    spec=STRUCTURE,
    en="the document of {object} cannot be read as CDA: it is well-formed XML, a ClinicalDocument with a body, without "
    "DOCTYPE",
    fr="le document de {object} ne peut pas être lu comme un CDA : c'est du XML bien formé, un ClinicalDocument avec "
    "un corps, sans DOCTYPE",
)
UNIQUE_ID = _as("uniqueId", "id")
CREATION_TIME = _as("creationTime", "effectiveTime")
TYPE_CODE = _as("typeCode", "code")
FORMAT_CODE = _as("formatCode", "templateId, nonXMLBody")
TITLE = _as("title", "title")
CONFIDENTIALITY_CODE = _as("confidentialityCode", "confidentialityCode")
LANGUAGE_CODE = _as("languageCode", "languageCode")
PATIENT_ID = _as("patientId", "recordTarget/patientRole/id")
SOURCE_PATIENT_ID = _as("sourcePatientId", "recordTarget/patientRole/id")
SOURCE_PATIENT_INFO = _named("sourcePatientInfo", "recordTarget/patientRole/patient")
AUTHOR = _as("author", "author/assignedAuthor/id")
AUTHOR_INSTITUTION = _as("authorInstitution", "author/assignedAuthor/representedOrganization/id")
LEGAL_AUTHENTICATOR = _as("legalAuthenticator", "legalAuthenticator/assignedEntity/id")
SERVICE_START_TIME = _as("serviceStartTime", "documentationOf/serviceEvent/effectiveTime")
SERVICE_STOP_TIME = _as("serviceStopTime", "documentationOf/serviceEvent/effectiveTime/high")
EVENT_CODES = _as("eventCodeList", "documentationOf/serviceEvent/code")
PRACTICE_SETTING_CODE = _as("practiceSettingCode", "documentationOf//standardIndustryClassCode")
FACILITY_CODE = _as("healthcareFacilityTypeCode", "componentOf//healthCareFacility/code")
REFERENCE_IDS = _as("referenceIdList", "inFulfillmentOf/order")
REPLACED = told(
    id="fr.cda.replacement",
    spec=STRUCTURE,
    en="{object} replaces {got}; the document says in relatedDocument[@typeCode='RPLC'] that it replaces {expected}",
    fr="{object} remplace {got} ; le document dit dans relatedDocument[@typeCode='RPLC'] qu'il remplace {expected}",
)
