"""The 14 stored queries of ITI-18 as data; ITI TF-2 3.18.4.1.2.3.7."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from metadata.vocabulary import STABLE


class Form(Enum):
    """What the values of a parameter are, and how they are compared."""

    PATIENT = "patient id (CX)"
    CODE = "code^^scheme"
    TIME = "DTM, UTC"
    STATUS = "availabilityStatus URN"
    PERSON = "XCN pattern"
    REFERENCE = "CXi pattern"
    OBJECT_TYPE = "objectType UUID"
    ENTRY_UUID = "entryUUID"
    UNIQUE_ID = "uniqueId"
    OID = "OID"
    ASSOCIATION_TYPE = "associationType URN"
    INTEGER = "integer"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of one stored query."""

    name: str
    """Slot name, with its `$`."""
    form: Form
    required: bool = False
    multiple: bool = False
    """Takes a list: its values are alternatives (OR)."""
    conjunctive: bool = False
    """May be repeated: every Slot must match (AND)."""
    default: tuple[str, ...] = ()
    """What an absent parameter means; empty = no condition."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One stored query."""

    name: str
    id: str
    """AdhocQuery/@id."""
    section: str
    """Of ITI TF-2."""
    returns: str
    parameters: tuple[Parameter, ...]
    exactly_one: tuple[str, ...] = ()
    """Names of which one, and only one, must be given."""
    single_patient: bool = False
    """LeafClass results must all belong to one patient; ITI TF-2 3.18.4.1.3."""

    def parameter(self, name: str) -> Parameter | None:
        return next((p for p in self.parameters if p.name == name), None)


def _required(name: str, form: Form, *, multiple: bool = False, conjunctive: bool = False) -> Parameter:
    return Parameter(name, form, required=True, multiple=multiple, conjunctive=conjunctive)


def _range(stem: str) -> tuple[Parameter, Parameter]:
    return Parameter(stem + "From", Form.TIME), Parameter(stem + "To", Form.TIME)


def _list(name: str, form: Form) -> Parameter:
    return Parameter(name, form, multiple=True)


def _codes(name: str) -> Parameter:
    return Parameter(name, Form.CODE, multiple=True)


def _every_code(name: str) -> Parameter:
    return Parameter(name, Form.CODE, multiple=True, conjunctive=True)


_DE = "$XDSDocumentEntry"
_SS = "$XDSSubmissionSet"
_FOLDER = "$XDSFolder"
_OBJECT_TYPE = Parameter(_DE + "Type", Form.OBJECT_TYPE, multiple=True, default=(STABLE,))
_ENTRY_STATUS = _required(_DE + "Status", Form.STATUS, multiple=True)
_SET_STATUS = _required(_SS + "Status", Form.STATUS, multiple=True)
_FOLDER_STATUS = _required(_FOLDER + "Status", Form.STATUS, multiple=True)
_CONTENT_FILTERS = (_codes(_DE + "FormatCode"), _every_code(_DE + "ConfidentialityCode"), _OBJECT_TYPE)

_ENTRY_CONDITIONS = (
    _required(_DE + "PatientId", Form.PATIENT),
    _codes(_DE + "ClassCode"),
    _codes(_DE + "TypeCode"),
    _codes(_DE + "PracticeSettingCode"),
    *_range(_DE + "CreationTime"),
    *_range(_DE + "ServiceStartTime"),
    *_range(_DE + "ServiceStopTime"),
    _codes(_DE + "HealthcareFacilityTypeCode"),
    _every_code(_DE + "EventCodeList"),
    _every_code(_DE + "ConfidentialityCode"),
    _list(_DE + "AuthorPerson", Form.PERSON),
    _codes(_DE + "FormatCode"),
    _ENTRY_STATUS,
    _OBJECT_TYPE,
)


def _ids(stem: str) -> tuple[str, str]:
    return stem + "EntryUUID", stem + "UniqueId"


def _by_ids(stem: str, *, multiple: bool) -> tuple[Parameter, Parameter]:
    entry_uuid, unique_id = _ids(stem)
    return (
        Parameter(entry_uuid, Form.ENTRY_UUID, multiple=multiple),
        Parameter(unique_id, Form.UNIQUE_ID, multiple=multiple),
    )


FIND_DOCUMENTS: Final = Definition(
    "FindDocuments",
    "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d",
    "3.18.4.1.2.3.7.1",
    "DocumentEntries of the patient that meet all conditions",
    _ENTRY_CONDITIONS,
)
FIND_SUBMISSION_SETS: Final = Definition(
    "FindSubmissionSets",
    "urn:uuid:f26abbcb-ac74-4422-8a30-edb644bbc1a9",
    "3.18.4.1.2.3.7.2",
    "SubmissionSets of the patient that meet all conditions",
    (
        _required(_SS + "PatientId", Form.PATIENT),
        _list(_SS + "SourceId", Form.OID),
        *_range(_SS + "SubmissionTime"),
        Parameter(_SS + "AuthorPerson", Form.PERSON),
        _codes(_SS + "ContentType"),
        _SET_STATUS,
    ),
)
FIND_FOLDERS: Final = Definition(
    "FindFolders",
    "urn:uuid:958f3006-baad-4929-a4de-ff1114824431",
    "3.18.4.1.2.3.7.3",
    "Folders of the patient that meet all conditions",
    (
        _required(_FOLDER + "PatientId", Form.PATIENT),
        *_range(_FOLDER + "LastUpdateTime"),
        _every_code(_FOLDER + "CodeList"),
        _FOLDER_STATUS,
    ),
)
GET_ALL: Final = Definition(
    "GetAll",
    "urn:uuid:10b545ea-725c-446d-9b95-8aeb444eddf3",
    "3.18.4.1.2.3.7.4",
    "SubmissionSets, DocumentEntries and Folders of the patient, and the Associations that begin or end at one of them",
    (
        _required("$patientId", Form.PATIENT),
        _ENTRY_STATUS,
        _SET_STATUS,
        _FOLDER_STATUS,
        *_CONTENT_FILTERS,
    ),
)
GET_DOCUMENTS: Final = Definition(
    "GetDocuments",
    "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4",
    "3.18.4.1.2.3.7.5",
    "DocumentEntries with one of the ids; unknown ids are passed over",
    _by_ids(_DE, multiple=True),
    exactly_one=_ids(_DE),
    single_patient=True,
)
GET_FOLDERS: Final = Definition(
    "GetFolders",
    "urn:uuid:5737b14c-8a1a-4539-b659-e03a34a5e1e4",
    "3.18.4.1.2.3.7.6",
    "Folders with one of the ids; unknown ids are passed over",
    _by_ids(_FOLDER, multiple=True),
    exactly_one=_ids(_FOLDER),
    single_patient=True,
)
GET_ASSOCIATIONS: Final = Definition(
    "GetAssociations",
    "urn:uuid:a7ae438b-4bc2-4642-93e9-be891f7bb155",
    "3.18.4.1.2.3.7.7",
    "Associations that begin or end at one of the objects",
    (_required("$uuid", Form.ENTRY_UUID, multiple=True),),
)
GET_DOCUMENTS_AND_ASSOCIATIONS: Final = Definition(
    "GetDocumentsAndAssociations",
    "urn:uuid:bab9529a-4a10-40b3-a01f-f68a615d247a",
    "3.18.4.1.2.3.7.8",
    "DocumentEntries with one of the ids, and the Associations that begin or end at one of them",
    _by_ids(_DE, multiple=True),
    exactly_one=_ids(_DE),
    single_patient=True,
)
GET_SUBMISSION_SETS: Final = Definition(
    "GetSubmissionSets",
    "urn:uuid:51224314-5390-4169-9b91-b1980040715a",
    "3.18.4.1.2.3.7.9",
    "SubmissionSets that hold one of the DocumentEntries or Folders, and the HasMember Associations that say so",
    (_required("$uuid", Form.ENTRY_UUID, multiple=True),),
    single_patient=True,
)
GET_SUBMISSION_SET_AND_CONTENTS: Final = Definition(
    "GetSubmissionSetAndContents",
    "urn:uuid:e8e3cb2c-e39c-46b9-99e4-c12f57260b83",
    "3.18.4.1.2.3.7.10",
    "The SubmissionSet, its DocumentEntries that pass the filters, its Folders, and the Associations among all these",
    (*_by_ids(_SS, multiple=False), *_CONTENT_FILTERS),
    exactly_one=_ids(_SS),
    single_patient=True,
)
GET_FOLDER_AND_CONTENTS: Final = Definition(
    "GetFolderAndContents",
    "urn:uuid:b909a503-523d-4517-8acf-8e5834dfc4c7",
    "3.18.4.1.2.3.7.11",
    "The Folder, its DocumentEntries that pass the filters, and the HasMember Associations between them",
    (*_by_ids(_FOLDER, multiple=False), *_CONTENT_FILTERS),
    exactly_one=_ids(_FOLDER),
    single_patient=True,
)
GET_FOLDERS_FOR_DOCUMENT: Final = Definition(
    "GetFoldersForDocument",
    "urn:uuid:10cae35a-c7f9-4cf5-b61e-fc3278ffb578",
    "3.18.4.1.2.3.7.12",
    "Folders that hold the DocumentEntry",
    _by_ids(_DE, multiple=False),
    exactly_one=_ids(_DE),
)
GET_RELATED_DOCUMENTS: Final = Definition(
    "GetRelatedDocuments",
    "urn:uuid:d90e5407-b356-4d91-a89f-873917b4b0e6",
    "3.18.4.1.2.3.7.13",
    "Associations of the given types between the DocumentEntry and others, and the DocumentEntries at their ends",
    (
        *_by_ids(_DE, multiple=False),
        _required("$AssociationTypes", Form.ASSOCIATION_TYPE, multiple=True),
        _OBJECT_TYPE,
    ),
    exactly_one=_ids(_DE),
)
FIND_DOCUMENTS_BY_REFERENCE_ID: Final = Definition(
    "FindDocumentsByReferenceId",
    "urn:uuid:12941a89-e02e-4be5-967c-ce4bfc8fe492",
    "3.18.4.1.2.3.7.14",
    "DocumentEntries of the patient that carry the reference ids and meet all conditions of FindDocuments",
    (
        *_ENTRY_CONDITIONS,
        _required(_DE + "ReferenceIdList", Form.REFERENCE, multiple=True, conjunctive=True),
    ),
)

CATALOGUE: Final[tuple[Definition, ...]] = (
    FIND_DOCUMENTS,
    FIND_SUBMISSION_SETS,
    FIND_FOLDERS,
    GET_ALL,
    GET_DOCUMENTS,
    GET_FOLDERS,
    GET_ASSOCIATIONS,
    GET_DOCUMENTS_AND_ASSOCIATIONS,
    GET_SUBMISSION_SETS,
    GET_SUBMISSION_SET_AND_CONTENTS,
    GET_FOLDER_AND_CONTENTS,
    GET_FOLDERS_FOR_DOCUMENT,
    GET_RELATED_DOCUMENTS,
    FIND_DOCUMENTS_BY_REFERENCE_ID,
)
BY_ID: Final[Mapping[str, Definition]] = {d.id: d for d in CATALOGUE}
BY_NAME: Final[Mapping[str, Definition]] = {d.name: d for d in CATALOGUE}

METADATA_LEVEL: Final = Parameter("$MetadataLevel", Form.INTEGER)
"""Understood by every query, and without effect here: there are no versions yet."""
