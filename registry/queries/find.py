"""FindDocuments, FindDocumentsByReferenceId, FindSubmissionSets, FindFolders and GetAll: queries that name a patient.

One statement for each kind of object. The patient is found by hash and confirmed by the whole id in that statement, and
the patients merged into this one come along. # ITI TF-2 3.18.4.1.2.3.7.1-4, .14
"""

from typing import Final

import sqlalchemy as sa

from metadata.storedqueries import ReturnType, StoredQuery
from registry import patients
from registry.queries import filters
from registry.queries.conditions import VISIBLE, Conditions, of_patient
from registry.queries.places import contents
from registry.queries.results import Results
from registry.queries.shelves import (
    ASSOCIATIONS,
    ENTRIES,
    FOLDERS,
    SOURCE,
    SUBMISSION_SETS,
    TARGET,
    Row,
    Shelf,
    Survivor,
)
from storage import pat_of

PATIENT: Final = {
    "FindDocuments": "$XDSDocumentEntryPatientId",
    "FindDocumentsByReferenceId": "$XDSDocumentEntryPatientId",
    "FindSubmissionSets": "$XDSSubmissionSetPatientId",
    "FindFolders": "$XDSFolderPatientId",
    "GetAll": "$patientId",
}
"""The parameter that names the patient."""


def find_documents(connection: sa.Connection, query: StoredQuery, limit: int) -> Results:
    return _find(connection, query, limit, ENTRIES, filters.entries(query))


def find_submission_sets(connection: sa.Connection, query: StoredQuery, limit: int) -> Results:
    return _find(connection, query, limit, SUBMISSION_SETS, filters.submission_sets(query))


def find_folders(connection: sa.Connection, query: StoredQuery, limit: int) -> Results:
    return _find(connection, query, limit, FOLDERS, filters.folders(query))


def get_all(connection: sa.Connection, query: StoredQuery, limit: int) -> Results:
    results = _find(connection, query, limit, ENTRIES, filters.entries_of_all(query))
    for shelf, status in ((SUBMISSION_SETS, "$XDSSubmissionSetStatus"), (FOLDERS, "$XDSFolderStatus")):
        wanted = filters.with_status(query.any_of(status))
        _merge(results, _find(connection, query, limit, shelf, wanted))
    ends = {row[1] for rows in results.rows.values() for row in rows}
    associations = _find(connection, query, None, ASSOCIATIONS, Conditions()).of(ASSOCIATIONS)
    # the other end may be an object that was not asked for
    results.put(ASSOCIATIONS, (row for row in associations if row[SOURCE] in ends or row[TARGET] in ends))
    return results


def patient_id(query: StoredQuery) -> str:
    """Canonical CX of the patient the query names."""
    return query.one(PATIENT[query.definition.name]) or ""


def is_known(connection: sa.Connection, pid: str) -> bool:
    """Whether the registry has ever heard of the patient, from the feed or from a submission."""
    return patients.find(connection, (pid,))[pid].state is not None


def _find(
    connection: sa.Connection, query: StoredQuery, limit: int | None, shelf: Shelf, conditions: Conditions
) -> Results:
    pid = patient_id(query)
    pat = pat_of(pid)
    rows = _rows(connection, query, pid, pat, limit, shelf, conditions)
    if not rows:
        one = patients.find(connection, (pid,))[pid]
        if one.pat == pat or one.state not in VISIBLE:
            return Results()
        # two patients have the same hash, and this one came second
        pat = one.pat
        rows = _rows(connection, query, pid, pat, limit, shelf, conditions)
    survivors = {row[0]: Survivor(pat, pid) for row in rows if row[0] != pat}
    return Results({shelf: list(rows)}, survivors)


def _rows(
    connection: sa.Connection,
    query: StoredQuery,
    pid: str,
    pat: int,
    limit: int | None,
    shelf: Shelf,
    conditions: Conditions,
) -> list[Row]:
    whole = query.return_type is ReturnType.LEAF_CLASS or shelf is ASSOCIATIONS
    columns = shelf.columns if whole else shelf.reference_columns
    checked = conditions.checked_columns
    values = {**conditions.values, "pat": pat, "pid": pid}

    def selected(most: int | None) -> tuple[int, list[Row]]:
        """How many rows SQL finds, up to `most`, and those that pass."""
        statement = of_patient(shelf.table, columns, tuple(conditions.shapes), checked, most is not None)
        rows = statement.rows(connection, values if most is None else {**values, "limit": most})
        return len(rows), list(conditions.passing(rows, lambda held: contents(connection, shelf, held)))

    # a limit in SQL counts rows that the checks remove: of texts many, of times hardly any
    if limit is None or conditions.checks:
        return selected(None)[1]
    found, passed = selected(limit + 1)
    return selected(None)[1] if len(passed) <= limit < found else passed


def _merge(results: Results, more: Results) -> None:
    for shelf, rows in more.rows.items():
        results.put(shelf, rows)
    results.survivors = {**results.survivors, **more.survivors}
