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
    f"FindDocuments {_ENTRY}ClassCode": ("class-code", ()),
    f"FindDocuments {_ENTRY}TypeCode": ("type-code", ()),
    f"FindDocuments {_ENTRY}PracticeSettingCode": ("practice-setting-code", ()),
    f"FindDocuments {_ENTRY}HealthcareFacilityTypeCode": ("facility-type-code", ()),
    f"FindDocuments {_ENTRY}FormatCode": ("format-code", ()),
    f"FindDocuments {_ENTRY}EventCodeList": ("event-code", ()),
    f"FindDocuments {_ENTRY}ConfidentialityCode": ("confidentiality-code", ()),
    f"FindDocuments {_ENTRY}AuthorPerson": ("author", ()),
    f"FindDocuments {_ENTRY}CreationTimeFrom": ("creation-time-from", ()),
    f"FindDocuments {_ENTRY}CreationTimeTo": ("creation-time-to", ()),
    f"FindDocuments {_ENTRY}ServiceStartTimeFrom": ("service-start-from", ()),
    f"FindDocuments {_ENTRY}ServiceStartTimeTo": ("service-start-to", ()),
    f"FindDocuments {_ENTRY}ServiceStopTimeFrom": ("service-stop-from", ()),
    f"FindDocuments {_ENTRY}ServiceStopTimeTo": ("service-stop-to", ()),
    f"FindDocumentsByReferenceId {_ENTRY}ReferenceIdList": ("reference-id", ()),
    "FindSubmissionSets $XDSSubmissionSetSourceId": ("source-id", ()),
    "FindSubmissionSets $XDSSubmissionSetSubmissionTimeFrom": ("submission-time-from", ()),
    "FindSubmissionSets $XDSSubmissionSetSubmissionTimeTo": ("submission-time-to", ()),
    "FindSubmissionSets $XDSSubmissionSetAuthorPerson": ("set-author", ()),
    "FindSubmissionSets $XDSSubmissionSetContentType": ("content-type", ()),
    "FindFolders $XDSFolderLastUpdateTimeFrom": ("last-update-from", ()),
    "FindFolders $XDSFolderLastUpdateTimeTo": ("last-update-to", ()),
    "FindFolders $XDSFolderCodeList": ("folder-code", ()),
    f"GetAll {_ENTRY}FormatCode": ("get-all-format-code", ()),
    f"GetAll {_ENTRY}ConfidentialityCode": ("get-all-confidentiality-code", ()),
    f"GetSubmissionSetAndContents {_ENTRY}FormatCode": ("set-and-contents-format-code", ()),
    f"GetSubmissionSetAndContents {_ENTRY}ConfidentialityCode": ("set-and-contents-confidentiality-code", ()),
    f"GetFolderAndContents {_ENTRY}FormatCode": ("folder-and-contents-format-code", ()),
    f"GetFolderAndContents {_ENTRY}ConfidentialityCode": ("folder-and-contents-confidentiality-code", ()),
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
