"""DocumentEntry, SubmissionSet, Folder, Association → RegistryObject, complete.

The ids of the inner Classifications and ExternalIdentifiers follow from that of the object, so the same value gives the
same bytes.
"""

from collections.abc import Mapping
from uuid import UUID, uuid5

from metadata import vocabulary as v
from metadata.ebrim import Classification, ExternalIdentifier, Kind, LocalizedString, RegistryObject, Slot
from metadata.model import Association, Author, Code, DocumentEntry, Folder, SubmissionSet, XdsObject
from metadata.translate.names import AUTHOR_SLOTS, CODING_SCHEME


def to_ebrim(x: XdsObject) -> RegistryObject:
    """The RegistryObject that carries `x`; the inverse of `entry`, `submission_set`, `folder` and `association`."""
    match x:
        case DocumentEntry():
            return _entry_to_ebrim(x)
        case SubmissionSet():
            return _submission_set_to_ebrim(x)
        case Folder():
            return _folder_to_ebrim(x)
        case Association():
            return _association_to_ebrim(x)


class _Parts:
    """The inner elements of one object, gathered in the order in which they will stand."""

    def __init__(self, parent: str) -> None:
        self.parent = parent
        self.slots: list[Slot] = []
        self.classifications: list[Classification] = []
        self.identifiers: list[ExternalIdentifier] = []

    def slot(self, name: str, *values: str | None) -> None:
        present = tuple(value for value in values if value is not None)
        if present:
            self.slots.append(Slot(name, present))

    def extras(self, slots: Mapping[str, tuple[str, ...]]) -> None:
        self.slots.extend(Slot(name, values) for name, values in slots.items())

    def code(self, scheme: str, *codes: Code | None) -> None:
        for one in codes:
            if one is not None:
                self._classify(scheme, one.code, (Slot(CODING_SCHEME, (one.scheme,)),), _text(one.display or None))

    def authors(self, scheme: str, authors: tuple[Author, ...]) -> None:
        for one in authors:
            person = () if one.person is None else (one.person,)
            values = (person, one.institutions, one.roles, one.specialties, one.telecommunications)
            slots = tuple(Slot(name, value) for name, value in zip(AUTHOR_SLOTS, values, strict=True) if value)
            self._classify(scheme, "", slots, ())

    def node(self, node: str) -> None:
        self.classifications.append(Classification(self._id("c", len(self.classifications)), self.parent, node=node))

    def identifier(self, scheme: str, value: str | None) -> None:
        if value is not None:
            name = (LocalizedString(v.EXTERNAL_IDENTIFIER_NAMES[scheme]),)
            id_ = self._id("e", len(self.identifiers))
            self.identifiers.append(ExternalIdentifier(id_, self.parent, scheme, value, name))

    def _classify(
        self, scheme: str, representation: str, slots: tuple[Slot, ...], name: tuple[LocalizedString, ...]
    ) -> None:
        id_ = self._id("c", len(self.classifications))
        self.classifications.append(Classification(id_, self.parent, scheme, None, representation, slots, name))

    def _id(self, letter: str, number: int) -> str:
        label = f"{letter}{number + 1}"
        try:
            return (
                uuid5(UUID(self.parent), label).urn if self.parent.startswith("urn:uuid:") else f"{self.parent}.{label}"
            )
        except ValueError:  # not a UUID after all: the rules say so of the object itself
            return f"{self.parent}.{label}"


def _entry_to_ebrim(x: DocumentEntry) -> RegistryObject:
    parts = _Parts(x.entry_uuid)
    parts.slot("creationTime", x.creation_time)
    parts.slot("documentAvailability", x.document_availability)
    parts.slot("hash", x.hash)
    parts.slot("languageCode", x.language_code)
    parts.slot("legalAuthenticator", x.legal_authenticator)
    parts.slot("repositoryUniqueId", x.repository_unique_id)
    parts.slot("serviceStartTime", x.service_start_time)
    parts.slot("serviceStopTime", x.service_stop_time)
    parts.slot("size", x.size)
    parts.slot("sourcePatientId", x.source_patient_id)
    parts.slot("sourcePatientInfo", *x.source_patient_info)
    parts.slot(v.REFERENCE_ID_LIST, *x.reference_ids)
    parts.slot("URI", x.uri)
    parts.extras(x.extra)
    parts.authors(v.ENTRY_AUTHOR, x.authors)
    parts.code(v.ENTRY_CLASS_CODE, x.class_code)
    parts.code(v.ENTRY_CONFIDENTIALITY_CODE, *x.confidentiality_codes)
    parts.code(v.ENTRY_EVENT_CODE, *x.event_codes)
    parts.code(v.ENTRY_FORMAT_CODE, x.format_code)
    parts.code(v.ENTRY_FACILITY_CODE, x.healthcare_facility_type_code)
    parts.code(v.ENTRY_PRACTICE_SETTING_CODE, x.practice_setting_code)
    parts.code(v.ENTRY_TYPE_CODE, x.type_code)
    if x.limited_metadata:
        parts.node(v.ENTRY_LIMITED_METADATA)
    parts.identifier(v.ENTRY_PATIENT_ID, x.patient_id)
    parts.identifier(v.ENTRY_UNIQUE_ID, x.unique_id)
    return RegistryObject(
        Kind.EXTRINSIC_OBJECT,
        x.entry_uuid,
        lid=x.logical_id,
        home=x.home_community_id,
        status=x.availability_status,
        object_type=x.object_type or None,
        mime_type=x.mime_type,
        slots=tuple(parts.slots),
        name=_text(x.title),
        description=_text(x.comments),
        version_name=x.version,
        classifications=tuple(parts.classifications),
        external_identifiers=tuple(parts.identifiers),
    )


def _submission_set_to_ebrim(x: SubmissionSet) -> RegistryObject:
    parts = _Parts(x.entry_uuid)
    parts.slot("submissionTime", x.submission_time)
    parts.slot("intendedRecipient", *x.intended_recipients)
    parts.extras(x.extra)
    parts.authors(v.SUBMISSION_SET_AUTHOR, x.authors)
    parts.code(v.SUBMISSION_SET_CONTENT_TYPE_CODE, x.content_type_code)
    parts.node(v.SUBMISSION_SET_NODE)
    if x.limited_metadata:
        parts.node(v.SUBMISSION_SET_LIMITED_METADATA)
    parts.identifier(v.SUBMISSION_SET_PATIENT_ID, x.patient_id)
    parts.identifier(v.SUBMISSION_SET_SOURCE_ID, x.source_id)
    parts.identifier(v.SUBMISSION_SET_UNIQUE_ID, x.unique_id)
    return RegistryObject(
        Kind.REGISTRY_PACKAGE,
        x.entry_uuid,
        home=x.home_community_id,
        status=x.availability_status,
        object_type=v.REGISTRY_PACKAGE_TYPE,
        slots=tuple(parts.slots),
        name=_text(x.title),
        description=_text(x.comments),
        classifications=tuple(parts.classifications),
        external_identifiers=tuple(parts.identifiers),
    )


def _folder_to_ebrim(x: Folder) -> RegistryObject:
    parts = _Parts(x.entry_uuid)
    parts.slot("lastUpdateTime", x.last_update_time)
    parts.extras(x.extra)
    parts.code(v.FOLDER_CODE, *x.codes)
    parts.node(v.FOLDER_NODE)
    if x.limited_metadata:
        parts.node(v.FOLDER_LIMITED_METADATA)
    parts.identifier(v.FOLDER_PATIENT_ID, x.patient_id)
    parts.identifier(v.FOLDER_UNIQUE_ID, x.unique_id)
    return RegistryObject(
        Kind.REGISTRY_PACKAGE,
        x.entry_uuid,
        lid=x.logical_id,
        home=x.home_community_id,
        status=x.availability_status,
        object_type=v.REGISTRY_PACKAGE_TYPE,
        slots=tuple(parts.slots),
        name=_text(x.title),
        description=_text(x.comments),
        version_name=x.version,
        classifications=tuple(parts.classifications),
        external_identifiers=tuple(parts.identifiers),
    )


def _association_to_ebrim(x: Association) -> RegistryObject:
    parts = _Parts(x.entry_uuid)
    parts.slot("SubmissionSetStatus", x.submission_set_status)
    parts.slot("PreviousVersion", x.previous_version)
    parts.extras(x.extra)
    parts.code(v.ASSOCIATION_DOCUMENTATION, x.documentation)
    return RegistryObject(
        Kind.ASSOCIATION,
        x.entry_uuid,
        home=x.home_community_id,
        status=x.availability_status,
        object_type=v.ASSOCIATION_TYPE,
        slots=tuple(parts.slots),
        classifications=tuple(parts.classifications),
        association_type=x.type,
        source=x.source,
        target=x.target,
    )


def _text(value: str | None) -> tuple[LocalizedString, ...]:
    return () if value is None else (LocalizedString(value),)
