"""The four objects of XDS metadata as plain values.

A field holds what stands on the wire: HL7 data types stay text here and are taken apart by `metadata.datatypes`, so
that a wrong value can be shown to whoever sent it. Optional attributes are `None` or an empty tuple when absent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from metadata.vocabulary import STABLE


@dataclass(frozen=True, slots=True)
class Code:
    """A coded value; `ITI TF-3 4.2.3.1.2`."""

    code: str
    scheme: str
    """Coding scheme: an OID, or a legacy name."""
    display: str = ""

    def __str__(self) -> str:
        return f"{self.code}^^{self.scheme}"


@dataclass(frozen=True, slots=True)
class Author:
    """One author: one Classification with its sub-slots; `ITI TF-3 4.2.3.1.4`."""

    person: str | None = None
    """XCN."""
    institutions: tuple[str, ...] = ()
    """XON, one per institution."""
    roles: tuple[str, ...] = ()
    """Coded String or plain text."""
    specialties: tuple[str, ...] = ()
    """Coded String or plain text."""
    telecommunications: tuple[str, ...] = ()
    """XTN."""


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """What the registry says of one document; `ITI TF-3 4.2.3.2`."""

    entry_uuid: str
    """`urn:uuid:…`, or a symbolic id in a submission."""
    unique_id: str | None
    patient_id: str | None
    """CX."""
    mime_type: str | None
    class_code: Code | None = None
    type_code: Code | None = None
    format_code: Code | None = None
    healthcare_facility_type_code: Code | None = None
    practice_setting_code: Code | None = None
    confidentiality_codes: tuple[Code, ...] = ()
    event_codes: tuple[Code, ...] = ()
    """eventCodeList."""
    authors: tuple[Author, ...] = ()
    legal_authenticator: str | None = None
    """XCN."""
    title: str | None = None
    comments: str | None = None
    creation_time: str | None = None
    """DTM, UTC."""
    service_start_time: str | None = None
    service_stop_time: str | None = None
    language_code: str | None = None
    hash: str | None = None
    """SHA-1 of the document bytes, 40 hexadecimal digits."""
    size: str | None = None
    """Bytes of the document, as written on the wire."""
    repository_unique_id: str | None = None
    source_patient_id: str | None = None
    """CX."""
    source_patient_info: tuple[str, ...] = ()
    """`PID-n|data`, one value each."""
    reference_ids: tuple[str, ...] = ()
    """referenceIdList: CXi."""
    uri: str | None = None
    document_availability: str | None = None
    object_type: str = STABLE
    logical_id: str | None = None
    version: str | None = None
    availability_status: str | None = None
    home_community_id: str | None = None
    limited_metadata: bool = False
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Slots that the standard does not define, in the order received."""


@dataclass(frozen=True, slots=True)
class SubmissionSet:
    """What was submitted together, by whom and when; `ITI TF-3 4.2.3.3`."""

    entry_uuid: str
    unique_id: str | None
    patient_id: str | None
    """CX."""
    source_id: str | None
    """OID of the Document Source."""
    submission_time: str | None
    """DTM, UTC."""
    content_type_code: Code | None = None
    authors: tuple[Author, ...] = ()
    intended_recipients: tuple[str, ...] = ()
    """`XON|XCN|XTN`."""
    title: str | None = None
    comments: str | None = None
    availability_status: str | None = None
    home_community_id: str | None = None
    limited_metadata: bool = False
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Folder:
    """A named collection of DocumentEntries of one patient; `ITI TF-3 4.2.3.4`."""

    entry_uuid: str
    unique_id: str | None
    patient_id: str | None
    """CX."""
    codes: tuple[Code, ...] = ()
    """codeList."""
    title: str | None = None
    comments: str | None = None
    last_update_time: str | None = None
    """DTM; written by the registry."""
    logical_id: str | None = None
    version: str | None = None
    availability_status: str | None = None
    home_community_id: str | None = None
    limited_metadata: bool = False
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Association:
    """A directed link between two objects; `ITI TF-3 4.2.2`."""

    entry_uuid: str
    type: str
    """associationType URN."""
    source: str
    """entryUUID or symbolic id of the sourceObject."""
    target: str
    submission_set_status: str | None = None
    """`Original` or `Reference`, on SubmissionSet → DocumentEntry HasMember only."""
    previous_version: str | None = None
    documentation: Code | None = None
    availability_status: str | None = None
    home_community_id: str | None = None
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


XdsObject = DocumentEntry | SubmissionSet | Folder | Association
