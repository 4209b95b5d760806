"""The parameters of the queries as conditions on columns; ITI TF-2 3.18.4.1.2.3.7."""

from collections.abc import Iterable
from typing import Final

from metadata.storedqueries import StoredQuery
from metadata.vocabulary import ON_DEMAND, STABLE
from registry.queries.conditions import Conditions
from registry.queries.times import UNLESS_ABSENT, UNLESS_ON_DEMAND
from registry.tables import STATUS_NUMBER, EntryKind

_KINDS: Final = {STABLE: int(EntryKind.STABLE), ON_DEMAND: int(EntryKind.ON_DEMAND)}
_ENTRY: Final = "$XDSDocumentEntry"
_SINGLE_CODES: Final = {
    "$XDSDocumentEntryClassCode": "class_code",
    "$XDSDocumentEntryTypeCode": "type_code",
    "$XDSDocumentEntryPracticeSettingCode": "practice_code",
    "$XDSDocumentEntryHealthcareFacilityTypeCode": "facility_code",
    "$XDSDocumentEntryFormatCode": "format_code",
}


def entries_by_content(query: StoredQuery) -> Conditions:
    """The filters that GetAll and the …AndContents queries put on DocumentEntries."""
    conditions = Conditions()
    conditions.one_of("kind", [_KINDS[urn] for urn in query.any_of("$XDSDocumentEntryType")])
    conditions.one_of("format_code", query.any_of("$XDSDocumentEntryFormatCode"))
    conditions.lines("tokens", "C:", query.every("$XDSDocumentEntryConfidentialityCode"))
    return conditions


def entries_of_all(query: StoredQuery) -> Conditions:
    """The filters that GetAll puts on DocumentEntries."""
    conditions = entries_by_content(query)
    conditions.one_of("status", statuses(query.any_of("$XDSDocumentEntryStatus")))
    return conditions


def entries(query: StoredQuery) -> Conditions:
    """FindDocuments and FindDocumentsByReferenceId."""
    conditions = Conditions()
    conditions.one_of("status", statuses(query.any_of("$XDSDocumentEntryStatus")))
    conditions.one_of("kind", [_KINDS[urn] for urn in query.any_of("$XDSDocumentEntryType")])
    for parameter, column in _SINGLE_CODES.items():
        conditions.one_of(column, query.any_of(parameter))
    # nobody knows when an On-Demand document will be created, nor the service time of an entry without one
    # ITI TF-2 3.18.4.1.2.3.7.1 note 6, 3.18.4.1.2.3.3.1
    conditions.during("created", "creationTime", query.times(_ENTRY + "CreationTime"), UNLESS_ON_DEMAND)
    conditions.during("svc_start", "serviceStartTime", query.times(_ENTRY + "ServiceStartTime"), UNLESS_ABSENT)
    conditions.during("svc_stop", "serviceStopTime", query.times(_ENTRY + "ServiceStopTime"), UNLESS_ABSENT)
    conditions.lines("tokens", "E:", query.every("$XDSDocumentEntryEventCodeList"))
    conditions.lines("tokens", "C:", query.every("$XDSDocumentEntryConfidentialityCode"))
    conditions.patterns("tokens", "R:", query.every("$XDSDocumentEntryReferenceIdList"))
    conditions.patterns("authors", "", query.every("$XDSDocumentEntryAuthorPerson"))
    return conditions


def submission_sets(query: StoredQuery) -> Conditions:
    """FindSubmissionSets."""
    conditions = Conditions()
    conditions.one_of("status", statuses(query.any_of("$XDSSubmissionSetStatus")))
    conditions.one_of("source", query.any_of("$XDSSubmissionSetSourceId"))
    conditions.one_of("content_type", query.any_of("$XDSSubmissionSetContentType"))
    conditions.during("submitted", "submissionTime", query.times("$XDSSubmissionSetSubmissionTime"))
    conditions.patterns("authors", "", query.every("$XDSSubmissionSetAuthorPerson"))
    return conditions


def folders(query: StoredQuery) -> Conditions:
    """FindFolders."""
    conditions = Conditions()
    conditions.one_of("status", statuses(query.any_of("$XDSFolderStatus")))
    conditions.during("updated", "", query.times("$XDSFolderLastUpdateTime"))
    conditions.lines("tokens", "F:", query.every("$XDSFolderCodeList"))
    return conditions


def with_status(urns: Iterable[str]) -> Conditions:
    """GetAll, for SubmissionSets and Folders."""
    conditions = Conditions()
    conditions.one_of("status", statuses(urns))
    return conditions


def statuses(urns: Iterable[str]) -> list[int]:
    """availabilityStatus as the tables write it."""
    return [STATUS_NUMBER[urn] for urn in urns]
