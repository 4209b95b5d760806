"""The AffinityDomain as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from metadata import vocabulary as v

if TYPE_CHECKING:
    from metadata.rules.book import Rule

CodeSet = frozenset[tuple[str, str]]
"""(code, coding scheme) pairs."""


OF_PROFILES: Final = ("fr.", "lot.")
"""First words of the ids of rules that stand in the books of a profile: whoever has them says which may be waived."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Lengths in characters that a community may set otherwise than the standard."""

    slot_value: int = 256
    """rim:Value. # ITI TF-3 4.2.3.1.1"""
    entry_title: int = 127
    """DocumentEntry.title: fewer than 128. # ITI TF-3 4.2.3.2.24"""
    submission_set_title: int = 255
    """SubmissionSet.title: fewer than 256. # ITI TF-3 4.2.3.3.11"""
    folder_title: int = 256
    """Folder.title. # ITI TF-3 4.2.3.4.8"""


@dataclass(frozen=True, slots=True)
class AffinityDomain:
    """The agreement of one community. Every default is the most open one."""

    name: str = "open"
    """For people: the start-up line, `carnet config`."""
    patient_authorities: frozenset[str] = frozenset()
    """OIDs of the assigning authorities whose patient ids are taken; empty: any."""
    codes: Mapping[str, CodeSet] = field(default_factory=dict)
    """Attribute, one of `ATTRIBUTES`, → its value set; an attribute that is absent takes any code."""
    mime_types: frozenset[str] = frozenset()
    """Lower case; empty: any."""
    extra_metadata: Literal["store", "drop"] = "store"
    """What is done with slots beyond the standard. # ITI TF-3 4.2.3.1.6"""
    required: frozenset[str] = frozenset()
    """Attributes that this domain asks for though the standard does not, such as `DocumentEntry.author`."""
    waived: frozenset[str] = frozenset()
    """Ids of rules that this domain does not apply."""
    rules: tuple["Rule", ...] = ()
    """Rules of this domain beside the book's: a national profile."""
    limits: Limits = Limits()

    @classmethod
    def open(cls) -> "AffinityDomain":
        """A domain that takes any code, any MIME type and the patient ids of any authority."""
        return cls()


CODED: Final[Mapping[str, str]] = {
    "classCode": v.ENTRY_CLASS_CODE,
    "confidentialityCode": v.ENTRY_CONFIDENTIALITY_CODE,
    "eventCodeList": v.ENTRY_EVENT_CODE,
    "formatCode": v.ENTRY_FORMAT_CODE,
    "healthcareFacilityTypeCode": v.ENTRY_FACILITY_CODE,
    "practiceSettingCode": v.ENTRY_PRACTICE_SETTING_CODE,
    "typeCode": v.ENTRY_TYPE_CODE,
    "contentTypeCode": v.SUBMISSION_SET_CONTENT_TYPE_CODE,
    "codeList": v.FOLDER_CODE,
    "associationDocumentation": v.ASSOCIATION_DOCUMENTATION,
}
"""Coded attribute → its classificationScheme. `codeList` is of Folders, `associationDocumentation` of Associations."""

ATTRIBUTES: Final = (*CODED, "authorSpecialty")
"""The attributes that can have a value set. authorSpecialty is a sub-slot, checked where it carries a code."""

DEMANDABLE: Final[Mapping[str, str]] = {
    "DocumentEntry.author": "authors",
    "DocumentEntry.comments": "comments",
    "DocumentEntry.eventCodeList": "event_codes",
    "DocumentEntry.homeCommunityId": "home_community_id",
    "DocumentEntry.legalAuthenticator": "legal_authenticator",
    "DocumentEntry.referenceIdList": "reference_ids",
    "DocumentEntry.serviceStartTime": "service_start_time",
    "DocumentEntry.serviceStopTime": "service_stop_time",
    "DocumentEntry.sourcePatientInfo": "source_patient_info",
    "DocumentEntry.title": "title",
    "DocumentEntry.URI": "uri",
    "SubmissionSet.author": "authors",
    "SubmissionSet.comments": "comments",
    "SubmissionSet.homeCommunityId": "home_community_id",
    "SubmissionSet.intendedRecipient": "intended_recipients",
    "SubmissionSet.title": "title",
    "Folder.comments": "comments",
    "Folder.homeCommunityId": "home_community_id",
}
"""Optional attributes that a domain may ask for → the field of the model that holds each."""
