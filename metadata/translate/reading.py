"""RegistryObject → DocumentEntry, SubmissionSet, Folder, Association.

Reading never raises: an attribute that is missing or misplaced is `None`, and of a repeated one the first counts. The
rules look at the RegistryObject itself for what is lost here.
"""

import re
from typing import Final

from metadata import vocabulary as v
from metadata.ebrim import Classification, LocalizedString, RegistryObject, Slot
from metadata.model import Association, Author, Code, DocumentEntry, Folder, SubmissionSet
from metadata.translate.names import ASSOCIATION_SLOTS, CODING_SCHEME, ENTRY_SLOTS, FOLDER_SLOTS, SUBMISSION_SET_SLOTS

_URI_PART: Final = re.compile(r"[0-9]{1,4}\|.*", re.DOTALL)


def is_submission_set(o: RegistryObject) -> bool:
    """Whether `o` bears the SubmissionSet mark; # ITI TF-3 4.2.1.2"""
    return _has_node(o, v.SUBMISSION_SET_NODE)


def is_folder(o: RegistryObject) -> bool:
    """Whether `o` bears the Folder mark; # ITI TF-3 4.2.1.2"""
    return _has_node(o, v.FOLDER_NODE)


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
    if len(values) > 1 and is_in_parts(values):
        parts = [value.partition("|") for value in values]
        return "".join(part[2] for part in sorted(parts, key=lambda part: int(part[0])))
    return values[0] if values else None


def is_in_parts(values: tuple[str, ...]) -> bool:
    """Whether all values of Slot URI are numbered parts of one."""
    return all(_URI_PART.fullmatch(value) for value in values)
