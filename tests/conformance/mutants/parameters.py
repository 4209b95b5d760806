"""Stored queries that ignore one of their parameters: a row for each optional one."""

from dataclasses import replace as changed
from functools import partial
from typing import Any, Final

from metadata.storedqueries_catalogue import BY_NAME
from tests.conformance.mutants.patching import Gone
from tests.conformance.mutants.queries import edit_query
from tests.conformance.mutants.table import mutant

_ENTRY: Final = "$XDSDocumentEntry"
ROWS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    f"FindDocuments {_ENTRY}ClassCode": ("class-code", ("iti-18/4.1.2.3.7.1/10", "iti-18/4.1.2.3.7.1/142")),
    f"FindDocuments {_ENTRY}TypeCode": ("type-code", ("iti-18/4.1.2.3.7.1/20", "iti-18/4.1.2.3.7.1/21")),
    f"FindDocuments {_ENTRY}PracticeSettingCode": (
        "practice-setting-code",
        ("iti-18/4.1.2.3.7.1/30", "iti-18/4.1.2.3.7.1/31"),
    ),
    f"FindDocuments {_ENTRY}HealthcareFacilityTypeCode": (
        "facility-type-code",
        ("iti-18/4.1.2.3.7.1/40", "iti-18/4.1.2.3.7.1/41"),
    ),
    f"FindDocuments {_ENTRY}FormatCode": ("format-code", ("iti-18/4.1.2.3.7.1/50", "iti-18/4.1.2.3.7.1/140")),
    f"FindDocuments {_ENTRY}EventCodeList": ("event-code", ("iti-18/4.1.2.3.7.1/60", "iti-18/4.1.2.3.7.1/63")),
    f"FindDocuments {_ENTRY}ConfidentialityCode": (
        "confidentiality-code",
        ("iti-18/4.1.2.3.7.1/70", "iti-18/4.1.2.3.7.1/73"),
    ),
    f"FindDocuments {_ENTRY}AuthorPerson": ("author", ("iti-18/4.1.2.3.7.1/113", "iti-18/4.1.2.3.7.1/116")),
    f"FindDocuments {_ENTRY}CreationTimeFrom": (
        "creation-time-from",
        ("iti-18/4.1.2.3.7.1/80", "iti-18/4.1.2.3.7.1/82"),
    ),
    f"FindDocuments {_ENTRY}CreationTimeTo": ("creation-time-to", ("iti-18/4.1.2.3.7.1/81", "iti-18/4.1.2.3.7.1/141")),
    f"FindDocuments {_ENTRY}ServiceStartTimeFrom": (
        "service-start-from",
        ("iti-18/4.1.2.3.7.1/95", "iti-18/4.1.2.3.7.1/90"),
    ),
    f"FindDocuments {_ENTRY}ServiceStartTimeTo": (
        "service-start-to",
        ("iti-18/4.1.2.3.7.1/91", "iti-18/4.1.2.3.7.1/92"),
    ),
    f"FindDocuments {_ENTRY}ServiceStopTimeFrom": (
        "service-stop-from",
        ("iti-18/4.1.2.3.7.1/105", "iti-18/4.1.2.3.7.1/100"),
    ),
    f"FindDocuments {_ENTRY}ServiceStopTimeTo": (
        "service-stop-to",
        ("iti-18/4.1.2.3.7.1/101", "iti-18/4.1.2.3.7.1/102"),
    ),
    f"FindDocumentsByReferenceId {_ENTRY}ReferenceIdList": (
        "reference-id",
        ("iti-18/4.1.2.3.7.14/4", "iti-18/4.1.2.3.7.14/5"),
    ),
    "FindSubmissionSets $XDSSubmissionSetSourceId": ("source-id", ("iti-18/4.1.2.3.7.2/3", "iti-18/4.1.2.3.7.2/4")),
    "FindSubmissionSets $XDSSubmissionSetSubmissionTimeFrom": (
        "submission-time-from",
        ("iti-18/4.1.2.3.7.2/5", "iti-18/4.1.2.3.7.2/7"),
    ),
    "FindSubmissionSets $XDSSubmissionSetSubmissionTimeTo": (
        "submission-time-to",
        ("iti-18/4.1.2.3.7.2/6", "iti-18/4.1.2.3.7.2/31"),
    ),
    "FindSubmissionSets $XDSSubmissionSetAuthorPerson": (
        "set-author",
        ("iti-18/4.1.2.3.7.2/10", "iti-18/4.1.2.3.7.2/13"),
    ),
    "FindSubmissionSets $XDSSubmissionSetContentType": (
        "content-type",
        ("iti-18/4.1.2.3.7.2/20", "iti-18/4.1.2.3.7.2/22"),
    ),
    "FindFolders $XDSFolderLastUpdateTimeFrom": ("last-update-from", ("iti-18/4.1.2.3.7.3/20",)),
    "FindFolders $XDSFolderLastUpdateTimeTo": ("last-update-to", ("iti-18/4.1.2.3.7.3/21",)),
    "FindFolders $XDSFolderCodeList": ("folder-code", ("iti-18/4.1.2.3.7.3/10", "iti-18/4.1.2.3.7.3/13")),
    f"GetAll {_ENTRY}FormatCode": ("get-all-format-code", ("iti-18/4.1.2.3.7.4/6",)),
    f"GetAll {_ENTRY}ConfidentialityCode": (
        "get-all-confidentiality-code",
        ("iti-18/4.1.2.3.7.4/7", "iti-18/4.1.2.3.7.4/8"),
    ),
    f"GetSubmissionSetAndContents {_ENTRY}FormatCode": ("set-and-contents-format-code", ("iti-18/4.1.2.3.7.10/5",)),
    f"GetSubmissionSetAndContents {_ENTRY}ConfidentialityCode": (
        "set-and-contents-confidentiality-code",
        ("iti-18/4.1.2.3.7.10/7", "iti-18/4.1.2.3.7.10/6"),
    ),
    f"GetFolderAndContents {_ENTRY}FormatCode": (
        "folder-and-contents-format-code",
        ("iti-18/4.1.2.3.7.11/6", "iti-18/4.1.2.3.7.11/3"),
    ),
    f"GetFolderAndContents {_ENTRY}ConfidentialityCode": (
        "folder-and-contents-confidentiality-code",
        ("iti-18/4.1.2.3.7.11/4", "iti-18/4.1.2.3.7.11/5"),
    ),
}
"""Query and parameter → the word for it, and the cases that must notice that it is ignored."""


def _ignore(query_name: str, parameter: str) -> None:
    if BY_NAME[query_name].parameter(parameter) is None:
        raise Gone(f"{query_name} has no parameter {parameter}")

    def edit(query: Any) -> Any:
        if query.definition.name != query_name:
            return query
        return changed(query, conditions={n: v for n, v in query.conditions.items() if n != parameter})

    edit_query(edit)


for _asked, (_word, _cases) in ROWS.items():
    _query, _parameter = _asked.split(" ")
    mutant(
        "ihe",
        breaks=f"ITI TF-2 {BY_NAME[_query].section}",
        caught_by=_cases,
        name=f"{_word}-ignored",
        about=f"{_query} ignores {_parameter}.",
    )(partial(_ignore, _query, _parameter))
