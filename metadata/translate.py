"""RegistryObject ↔ DocumentEntry, SubmissionSet, Folder, Association.

The only place that knows which slot, classification scheme or identification scheme carries which attribute
(ITI TF-3 4.2.3). Reading never raises: an attribute that is missing or misplaced is `None`, of a repeated one the first
counts, and the rules look at the RegistryObject for what is lost here. Writing gives a complete RegistryObject; the ids
of its inner Classifications and ExternalIdentifiers follow from its own, so the same value gives the same bytes.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from metadata import vocabulary as v
from metadata.ebrim import Classification, ExternalIdentifier, Kind, LocalizedString, RegistryObject, Slot
from metadata.model import Association, Author, Code, DocumentEntry, Folder, SubmissionSet, XdsObject

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
        v.REFERENCE_ID_LIST,
        "URI",
        "documentAvailability",
    }
)
"""The Slots that ITI TF-3 4.2.3.2 defines; any other is extra metadata. So for the three sets below."""
SUBMISSION_SET_SLOTS: Final = frozenset({"submissionTime", "intendedRecipient"})
FOLDER_SLOTS: Final = frozenset({"lastUpdateTime"})
ASSOCIATION_SLOTS: Final = frozenset({"SubmissionSetStatus", "PreviousVersion"})

_URI_PART: Final = re.compile(r"(\d+)\|(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Submission:
    """One message's objects, as received and as the standard names them."""

    objects: tuple[RegistryObject, ...]
    submission_sets: tuple[SubmissionSet, ...] = ()
    entries: tuple[DocumentEntry, ...] = ()
    folders: tuple[Folder, ...] = ()
    associations: tuple[Association, ...] = ()
    unmarked_packages: tuple[RegistryObject, ...] = ()
    """RegistryPackages classified as neither SubmissionSet nor Folder, or as both."""

    @classmethod
    def of(cls, objects: Iterable[RegistryObject]) -> "Submission":
        """Sort `objects` by what they are, in the order received."""
        objects = tuple(objects)
        submission_sets: list[SubmissionSet] = []
        entries: list[DocumentEntry] = []
        folders: list[Folder] = []
        associations: list[Association] = []
        unmarked: list[RegistryObject] = []
        for o in objects:
            if o.kind is Kind.EXTRINSIC_OBJECT:
                entries.append(entry(o))
            elif o.kind is Kind.ASSOCIATION:
                associations.append(association(o))
            elif is_submission_set(o) == is_folder(o):
                unmarked.append(o)
            elif is_folder(o):
                folders.append(folder(o))
            else:
                submission_sets.append(submission_set(o))
        return cls(
            objects, tuple(submission_sets), tuple(entries), tuple(folders), tuple(associations), tuple(unmarked)
        )


def is_submission_set(o: RegistryObject) -> bool:
    """Whether `o` bears the SubmissionSet mark; # ITI TF-3 4.2.1.2"""
    return _has_node(o, v.SUBMISSION_SET_NODE)


def is_folder(o: RegistryObject) -> bool:
    """Whether `o` bears the Folder mark; # ITI TF-3 4.2.1.2"""
    return _has_node(o, v.FOLDER_NODE)


# --- reading --------------------------------------------------------------------------------------------------------


def entry(o: RegistryObject) -> DocumentEntry:
    """The DocumentEntry that an ExtrinsicObject carries; # ITI TF-3 4.2.3.2"""
    slots = _slots(o.slots)
    codes = _by_scheme(o)
    identifiers = _identifiers(o)
    return DocumentEntry(
        entry_uuid=o.id,
        unique_id=identifiers.get(v.ENTRY_UNIQUE_ID),
        patient_id=identifiers.get(v.ENTRY_PATIENT_ID),
        mime_type=o.mime_type,
        class_code=_code(codes, v.ENTRY_CLASS_CODE),
        type_code=_code(codes, v.ENTRY_TYPE_CODE),
        format_code=_code(codes, v.ENTRY_FORMAT_CODE),
        healthcare_facility_type_code=_code(codes, v.ENTRY_FACILITY_CODE),
        practice_setting_code=_code(codes, v.ENTRY_PRACTICE_SETTING_CODE),
        confidentiality_codes=_codes(codes, v.ENTRY_CONFIDENTIALITY_CODE),
        event_codes=_codes(codes, v.ENTRY_EVENT_CODE),
        authors=_authors(codes, v.ENTRY_AUTHOR),
        legal_authenticator=_first(slots, "legalAuthenticator"),
        title=_localized(o.name),
        comments=_localized(o.description),
        creation_time=_first(slots, "creationTime"),
        service_start_time=_first(slots, "serviceStartTime"),
        service_stop_time=_first(slots, "serviceStopTime"),
        language_code=_first(slots, "languageCode"),
        hash=_first(slots, "hash"),
        size=_first(slots, "size"),
        repository_unique_id=_first(slots, "repositoryUniqueId"),
        source_patient_id=_first(slots, "sourcePatientId"),
        source_patient_info=slots.get("sourcePatientInfo", ()),
        reference_ids=slots.get(v.REFERENCE_ID_LIST, ()),
        uri=_uri(slots.get("URI", ())),
        document_availability=_first(slots, "documentAvailability"),
        object_type=o.object_type or "",
        logical_id=o.lid,
        version=o.version_name,
        availability_status=o.status,
        home_community_id=o.home,
        limited_metadata=_has_node(o, v.ENTRY_LIMITED_METADATA),
        extra=_extra(slots, ENTRY_SLOTS),
    )


def submission_set(o: RegistryObject) -> SubmissionSet:
    """The SubmissionSet that a RegistryPackage carries; # ITI TF-3 4.2.3.3"""
    slots = _slots(o.slots)
    codes = _by_scheme(o)
    identifiers = _identifiers(o)
    return SubmissionSet(
        entry_uuid=o.id,
        unique_id=identifiers.get(v.SUBMISSION_SET_UNIQUE_ID),
        patient_id=identifiers.get(v.SUBMISSION_SET_PATIENT_ID),
        source_id=identifiers.get(v.SUBMISSION_SET_SOURCE_ID),
        submission_time=_first(slots, "submissionTime"),
        content_type_code=_code(codes, v.SUBMISSION_SET_CONTENT_TYPE_CODE),
        authors=_authors(codes, v.SUBMISSION_SET_AUTHOR),
        intended_recipients=slots.get("intendedRecipient", ()),
        title=_localized(o.name),
        comments=_localized(o.description),
        availability_status=o.status,
        home_community_id=o.home,
        limited_metadata=_has_node(o, v.SUBMISSION_SET_LIMITED_METADATA),
        extra=_extra(slots, SUBMISSION_SET_SLOTS),
    )


def folder(o: RegistryObject) -> Folder:
    """The Folder that a RegistryPackage carries; # ITI TF-3 4.2.3.4"""
    slots = _slots(o.slots)
    identifiers = _identifiers(o)
    return Folder(
        entry_uuid=o.id,
        unique_id=identifiers.get(v.FOLDER_UNIQUE_ID),
        patient_id=identifiers.get(v.FOLDER_PATIENT_ID),
        codes=_codes(_by_scheme(o), v.FOLDER_CODE),
        title=_localized(o.name),
        comments=_localized(o.description),
        last_update_time=_first(slots, "lastUpdateTime"),
        logical_id=o.lid,
        version=o.version_name,
        availability_status=o.status,
        home_community_id=o.home,
        limited_metadata=_has_node(o, v.FOLDER_LIMITED_METADATA),
        extra=_extra(slots, FOLDER_SLOTS),
    )


def association(o: RegistryObject) -> Association:
    """The Association that a `rim:Association` carries; # ITI TF-3 4.2.2"""
    slots = _slots(o.slots)
    return Association(
        entry_uuid=o.id,
        type=o.association_type or "",
        source=o.source or "",
        target=o.target or "",
        submission_set_status=_first(slots, "SubmissionSetStatus"),
        previous_version=_first(slots, "PreviousVersion"),
        documentation=_code(_by_scheme(o), v.ASSOCIATION_DOCUMENTATION) if o.classifications else None,
        availability_status=o.status,
        home_community_id=o.home,
        extra=_extra(slots, ASSOCIATION_SLOTS),
    )


def code(c: Classification) -> Code:
    """The coded value of a Classification; # ITI TF-3 4.2.3.1.2"""
    scheme = next((slot.values[0] for slot in c.slots if slot.name == CODING_SCHEME and slot.values), "")
    return Code(c.node_representation or "", scheme, _localized(c.name) or "")


def author(c: Classification) -> Author:
    """The author of a Classification; # ITI TF-3 4.2.3.1.4"""
    slots = _slots(c.slots)
    return Author(
        _first(slots, "authorPerson"),
        slots.get("authorInstitution", ()),
        slots.get("authorRole", ()),
        slots.get("authorSpecialty", ()),
        slots.get("authorTelecommunication", ()),
    )


def _has_node(o: RegistryObject, node: str) -> bool:
    return any(c.node == node for c in o.classifications)


def _slots(slots: tuple[Slot, ...]) -> dict[str, tuple[str, ...]]:
    return {slot.name: slot.values for slot in reversed(slots)}  # reversed: the first of a repeated name stays


def _first(slots: dict[str, tuple[str, ...]], name: str) -> str | None:
    values = slots.get(name)
    return values[0] if values else None


def _extra(slots: dict[str, tuple[str, ...]], known: frozenset[str]) -> dict[str, tuple[str, ...]]:
    if slots.keys() <= known:
        return {}
    return {name: slots[name] for name in reversed(slots) if name not in known}


def _by_scheme(o: RegistryObject) -> dict[str, list[Classification]]:
    found: dict[str, list[Classification]] = {}
    for c in o.classifications:
        if c.scheme is not None:
            found.setdefault(c.scheme, []).append(c)
    return found


def _identifiers(o: RegistryObject) -> dict[str, str]:
    return {i.scheme: i.value for i in reversed(o.external_identifiers)}


def _code(codes: dict[str, list[Classification]], scheme: str) -> Code | None:
    found = codes.get(scheme)
    return code(found[0]) if found else None


def _codes(codes: dict[str, list[Classification]], scheme: str) -> tuple[Code, ...]:
    found = codes.get(scheme)
    return tuple([code(c) for c in found]) if found else ()


def _authors(codes: dict[str, list[Classification]], scheme: str) -> tuple[Author, ...]:
    found = codes.get(scheme)
    return tuple([author(c) for c in found]) if found else ()


def _localized(strings: tuple[LocalizedString, ...]) -> str | None:
    return strings[0].value if strings else None


def _uri(values: tuple[str, ...]) -> str | None:
    """The URI; one longer than a Value was once written in numbered parts, `1|http://…`, `2|…`."""
    parts = [_URI_PART.fullmatch(value) for value in values]
    if len(parts) > 1 and all(parts):
        return "".join(part[2] for part in sorted((p for p in parts if p), key=lambda p: int(p[1])))
    return values[0] if values else None


# --- writing --------------------------------------------------------------------------------------------------------


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
