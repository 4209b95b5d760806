"""The stored queries of ITI-18 over what the watch remembers; ITI TF-2 3.18.4.1.2.3.7."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from conformance.watch.memory import canonical
from metadata.datatypes import DTM, DatatypeError
from metadata.model import Association, Code, DocumentEntry, Folder, SubmissionSet, XdsObject
from metadata.storedqueries import StoredQuery
from metadata.vocabulary import HAS_MEMBER

Objects = Sequence[XdsObject]

_DE: Final = "$XDSDocumentEntry"
_SS: Final = "$XDSSubmissionSet"
_FOLDER: Final = "$XDSFolder"


def find(query: StoredQuery, held: Objects) -> list[XdsObject]:
    """What of `held` answers the query, in the order submitted."""
    wanted = set(map(_uuid, _QUERIES[query.definition.name](query, held)))
    return [x for x in held if x.entry_uuid in wanted]


def like(pattern: str, text: str) -> bool:
    """Whether `text` is of a pattern of SQL LIKE; at most len(pattern) × len(text) steps."""
    reached = {0}
    for wanted in pattern:
        if wanted == "%":
            reached = set(range(min(reached, default=len(text) + 1), len(text) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(text) and wanted in ("_", text[at])}
        if not reached:
            return False
    return len(text) in reached


def _uuid(x: XdsObject) -> str:
    return x.entry_uuid


def _codes(*codes: Code | None) -> tuple[str, ...]:
    return tuple(str(code) for code in codes if code is not None)


_CODED: Final[Mapping[str, Callable[[DocumentEntry], tuple[str, ...]]]] = {
    "ClassCode": lambda x: _codes(x.class_code),
    "TypeCode": lambda x: _codes(x.type_code),
    "PracticeSettingCode": lambda x: _codes(x.practice_setting_code),
    "HealthcareFacilityTypeCode": lambda x: _codes(x.healthcare_facility_type_code),
    "EventCodeList": lambda x: _codes(*x.event_codes),
    "ConfidentialityCode": lambda x: _codes(*x.confidentiality_codes),
    "FormatCode": lambda x: _codes(x.format_code),
    "Status": lambda x: (x.availability_status or "",),
    "Type": lambda x: (x.object_type,),
}
_TIMES: Final[Mapping[str, Callable[[DocumentEntry], str | None]]] = {
    "CreationTime": lambda x: x.creation_time,
    "ServiceStartTime": lambda x: x.service_start_time,
    "ServiceStopTime": lambda x: x.service_stop_time,
}


def _entry(query: StoredQuery, x: DocumentEntry) -> bool:
    """The conditions on entries that the query has; those that it lacks hold."""
    return (
        all(_some(query.every(_DE + name), of(x)) for name, of in _CODED.items())
        and all(_within(query, _DE + name, of(x)) for name, of in _TIMES.items())
        and _some(query.every(_DE + "AuthorPerson"), [a.person for a in x.authors if a.person], like)
        and _some(query.every(_DE + "ReferenceIdList"), x.reference_ids, like)
    )


def _same(wanted: str, got: str) -> bool:
    return wanted == got


def _some(
    groups: Iterable[tuple[str, ...]], values: Collection[str], matches: Callable[[str, str], bool] = _same
) -> bool:
    """Every group finds one of its alternatives among the values."""
    return all(any(matches(wanted, got) for wanted in group for got in values) for group in groups)


def _within(query: StoredQuery, name: str, value: str | None) -> bool:
    wanted = query.times(name)
    if not wanted:
        return True
    if value is None and "Service" in name:
        # a document that does not say when it was served may be of any time
        return True
    try:
        DTM.parse(value or "")
    except DatatypeError:
        return False
    return wanted.holds(value or "")


def _entries(held: Objects) -> Iterator[DocumentEntry]:
    return (x for x in held if isinstance(x, DocumentEntry))


def _sets(held: Objects) -> Iterator[SubmissionSet]:
    return (x for x in held if isinstance(x, SubmissionSet))


def _folders(held: Objects) -> Iterator[Folder]:
    return (x for x in held if isinstance(x, Folder))


def _links(held: Objects) -> Iterator[Association]:
    return (x for x in held if isinstance(x, Association))


def _status(query: StoredQuery, name: str, x: SubmissionSet | Folder) -> bool:
    return _some(query.every(name), (x.availability_status or "",))


def _patients(query: StoredQuery, name: str, x: DocumentEntry | SubmissionSet | Folder) -> bool:
    return canonical(x.patient_id) in query.any_of(name)


def _find_documents(query: StoredQuery, held: Objects) -> Iterable[XdsObject]:
    return (x for x in _entries(held) if _patients(query, _DE + "PatientId", x) and _entry(query, x))


def _find_submission_sets(query: StoredQuery, held: Objects) -> Iterable[XdsObject]:
    for x in _sets(held):
        if (
            _patients(query, _SS + "PatientId", x)
            and _status(query, _SS + "Status", x)
            and _some(query.every(_SS + "SourceId"), (x.source_id or "",))
            and _some(query.every(_SS + "ContentType"), _codes(x.content_type_code))
            and _some(query.every(_SS + "AuthorPerson"), [a.person for a in x.authors if a.person], like)
            and _within(query, _SS + "SubmissionTime", x.submission_time)
        ):
            yield x


def _find_folders(query: StoredQuery, held: Objects) -> Iterable[XdsObject]:
    for x in _folders(held):
        if (
            _patients(query, _FOLDER + "PatientId", x)
            and _status(query, _FOLDER + "Status", x)
            and _some(query.every(_FOLDER + "CodeList"), _codes(*x.codes))
            and _within(query, _FOLDER + "LastUpdateTime", x.last_update_time)
        ):
            yield x


def _get_all(query: StoredQuery, held: Objects) -> Iterable[XdsObject]:
    found: list[XdsObject] = [x for x in _entries(held) if _patients(query, "$patientId", x) and _entry(query, x)]
    found += [x for x in _sets(held) if _patients(query, "$patientId", x) and _status(query, _SS + "Status", x)]
    found += [x for x in _folders(held) if _patients(query, "$patientId", x) and _status(query, _FOLDER + "Status", x)]
    return [*found, *_touching(found, held)]


def _touching(found: Iterable[XdsObject], held: Objects) -> list[Association]:
    uuids = set(map(_uuid, found))
    return [x for x in _links(held) if x.source in uuids or x.target in uuids]


def _among(found: Iterable[XdsObject], held: Objects) -> list[Association]:
    uuids = set(map(_uuid, found))
    return [x for x in _links(held) if x.source in uuids and x.target in uuids]


def _by_id(query: StoredQuery, stem: str, among: Iterable[DocumentEntry | SubmissionSet | Folder]) -> list[XdsObject]:
    uuids, ids = query.any_of(stem + "EntryUUID"), query.any_of(stem + "UniqueId")
    return [x for x in among if x.entry_uuid in uuids or x.unique_id in ids]


def _get_documents(query: StoredQuery, held: Objects) -> list[XdsObject]:
    return _by_id(query, _DE, _entries(held))


def _get_folders(query: StoredQuery, held: Objects) -> Iterable[XdsObject]:
    return _by_id(query, _FOLDER, _folders(held))


def _get_associations(query: StoredQuery, held: Objects) -> Iterable[XdsObject]:
    uuids = query.any_of("$uuid")
    return (x for x in _links(held) if x.source in uuids or x.target in uuids)


def _get_documents_and_associations(query: StoredQuery, held: Objects) -> Iterable[XdsObject]:
    found = _get_documents(query, held)
    return [*found, *_touching(found, held)]


def _get_submission_sets(query: StoredQuery, held: Objects) -> Iterable[XdsObject]:
    sets = {x.entry_uuid: x for x in _sets(held)}
    uuids = query.any_of("$uuid")
    links = [x for x in _links(held) if x.type == HAS_MEMBER and x.target in uuids and x.source in sets]
    return [*(sets[x.source] for x in links), *links]


def _members(source: str, held: Objects) -> set[str]:
    return {x.target for x in _links(held) if x.type == HAS_MEMBER and x.source == source}


def _get_submission_set_and_contents(query: StoredQuery, held: Objects) -> Iterable[XdsObject]:
    found: list[XdsObject] = []
    for package in _by_id(query, _SS, _sets(held)):
        members = _members(package.entry_uuid, held)
        found += [package, *(x for x in _entries(held) if x.entry_uuid in members and _entry(query, x))]
        found += [x for x in _folders(held) if x.entry_uuid in members]
    # what puts a document into a Folder of the set is a member of the set itself
    found += _among(found, held)
    return [*found, *_among(found, held)]


def _get_folder_and_contents(query: StoredQuery, held: Objects) -> Iterable[XdsObject]:
    found: list[XdsObject] = []
    for package in _by_id(query, _FOLDER, _folders(held)):
        members = _members(package.entry_uuid, held)
        found += [package, *(x for x in _entries(held) if x.entry_uuid in members and _entry(query, x))]
    return [*found, *(x for x in _among(found, held) if x.type == HAS_MEMBER)]


def _get_folders_for_document(query: StoredQuery, held: Objects) -> Iterable[XdsObject]:
    entries = set(map(_uuid, _get_documents(query, held)))
    return [x for x in _folders(held) if _members(x.entry_uuid, held) & entries]


def _get_related_documents(query: StoredQuery, held: Objects) -> Iterable[XdsObject]:
    origins = set(map(_uuid, _get_documents(query, held)))
    entries = {x.entry_uuid: x for x in _entries(held)}
    types = query.any_of("$AssociationTypes")
    links = [
        x
        for x in _links(held)
        if x.type in types and {x.source, x.target} & origins and x.source in entries and x.target in entries
    ]
    ends = {end for x in links for end in (x.source, x.target)}
    return [*links, *(entries[end] for end in ends if _entry(query, entries[end]))]


_QUERIES: Final[Mapping[str, Callable[[StoredQuery, Objects], Iterable[XdsObject]]]] = {
    "FindDocuments": _find_documents,
    "FindDocumentsByReferenceId": _find_documents,
    "FindSubmissionSets": _find_submission_sets,
    "FindFolders": _find_folders,
    "GetAll": _get_all,
    "GetDocuments": _get_documents,
    "GetFolders": _get_folders,
    "GetAssociations": _get_associations,
    "GetDocumentsAndAssociations": _get_documents_and_associations,
    "GetSubmissionSets": _get_submission_sets,
    "GetSubmissionSetAndContents": _get_submission_set_and_contents,
    "GetFolderAndContents": _get_folder_and_contents,
    "GetFoldersForDocument": _get_folders_for_document,
    "GetRelatedDocuments": _get_related_documents,
}
