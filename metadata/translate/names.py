"""The names of the Slots that carry attributes; those of classifications and identifiers are in the vocabulary."""

from typing import Final

from metadata.vocabulary import REFERENCE_ID_LIST

CODING_SCHEME: Final = "codingScheme"
AUTHOR_SLOTS: Final = ("authorPerson", "authorInstitution", "authorRole", "authorSpecialty", "authorTelecommunication")

ENTRY_SLOTS: Final = frozenset(
    {
        "creationTime",
        "serviceStartTime",
        "serviceStopTime",
        "languageCode",
        "legalAuthenticator",
        "hash",
        "size",
        "repositoryUniqueId",
        "sourcePatientId",
        "sourcePatientInfo",
        REFERENCE_ID_LIST,
        "URI",
        "documentAvailability",
    }
)
"""The Slots that ITI TF-3 4.2.3.2 defines; any other is extra metadata. So for the three sets below."""
SUBMISSION_SET_SLOTS: Final = frozenset({"submissionTime", "intendedRecipient"})
FOLDER_SLOTS: Final = frozenset({"lastUpdateTime"})
ASSOCIATION_SLOTS: Final = frozenset({"SubmissionSetStatus", "PreviousVersion"})
