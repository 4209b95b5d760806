"""The codes of audit records, and which of them each transaction takes; DICOM PS3.16 CID 400-403, ITI TF-2 3.20.7."""

from dataclasses import dataclass
from typing import Final

from metadata.vocabulary import SUBMISSION_SET_NODE
from security.audit.message import Code

EXPORT: Final = Code("110106", "DCM", "Export")
IMPORT: Final = Code("110107", "DCM", "Import")
PATIENT_RECORD: Final = Code("110110", "DCM", "Patient Record")
QUERY: Final = Code("110112", "DCM", "Query")
APPLICATION_ACTIVITY: Final = Code("110100", "DCM", "Application Activity")
SECURITY_ALERT: Final = Code("110113", "DCM", "Security Alert")
USER_AUTHENTICATION: Final = Code("110114", "DCM", "User Authentication")

SOURCE: Final = Code("110153", "DCM", "Source Role ID")
DESTINATION: Final = Code("110152", "DCM", "Destination Role ID")
APPLICATION: Final = Code("110150", "DCM", "Application")

START: Final = Code("110120", "DCM", "Application Start")
STOP: Final = Code("110121", "DCM", "Application Stop")
LOGIN: Final = Code("110122", "DCM", "Login")
NODE: Final = Code("110126", "DCM", "Node Authentication")

PATIENT_NUMBER: Final = Code("2", "RFC-3881", "Patient Number")
REPORT_NUMBER: Final = Code("9", "RFC-3881", "Report Number")
USER_IDENTIFIER: Final = Code("11", "RFC-3881", "User Identifier")
URI: Final = Code("12", "RFC-3881", "URI")
SUBMISSION_SET_NUMBER: Final = Code(SUBMISSION_SET_NODE, "IHE XDS Metadata", "submission set classificationNode")
TRANSACTIONS: Final = "IHE Transactions"


@dataclass(frozen=True, slots=True)
class Rule:
    """How a transaction is audited by the actor that receives it."""

    name: str
    event: Code
    action: str
    outward: bool = False
    """The data goes to the peer: it is the destination, and this side the source."""


RULES: Final = {
    "ITI-8": Rule("Patient Identity Feed", PATIENT_RECORD, "C"),
    "ITI-18": Rule("Registry Stored Query", QUERY, "E"),
    "ITI-41": Rule("Provide and Register Document Set-b", IMPORT, "C"),
    "ITI-42": Rule("Register Document Set-b", IMPORT, "C"),
    "ITI-43": Rule("Retrieve Document Set", EXPORT, "R", outward=True),
    "ITI-44": Rule("Patient Identity Feed", PATIENT_RECORD, "C"),
}
