"""ITI-18 from the request element to the answer; ITI TF-2 3.18.4.1.3."""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from lxml import etree

from metadata.affinity import AffinityDomain
from metadata.errors import RegistryError
from metadata.responses import adhoc_query_response
from metadata.rules.book import Finding, finding
from metadata.rules.query import FOREIGN_PATIENT, LENIENT, SINGLE_PATIENT, TOO_MANY_RESULTS, UNKNOWN_PATIENT
from metadata.storedqueries import ReturnType, StoredQuery
from metadata.storedqueries_reading import read
from metadata.vocabulary import FAILURE
from registry.queries import contents, find, get
from registry.queries.places import hidden_and_merged
from registry.queries.policy import QueryPolicy
from registry.queries.results import Results
from soap.message import Reply
from storage import Database

_Execution = Callable[[sa.Connection, StoredQuery, int], Results]

_EXECUTIONS: Final[Mapping[str, _Execution]] = {
    "FindDocuments": find.find_documents,
    "FindDocumentsByReferenceId": find.find_documents,
    "FindSubmissionSets": find.find_submission_sets,
    "FindFolders": find.find_folders,
    "GetAll": find.get_all,
    "GetDocuments": get.get_documents,
    "GetFolders": get.get_folders,
    "GetAssociations": get.get_associations,
    "GetDocumentsAndAssociations": get.get_documents_and_associations,
    "GetSubmissionSets": get.get_submission_sets,
    "GetSubmissionSetAndContents": contents.get_submission_set_and_contents,
    "GetFolderAndContents": contents.get_folder_and_contents,
    "GetFoldersForDocument": contents.get_folders_for_document,
    "GetRelatedDocuments": contents.get_related_documents,
}


_UNPACKING = threading.Lock()

Permit = Callable[[Collection[str]], None]
"""Is asked about patients, as canonical CX: the one that a query names, before anything is looked for, or those whose
objects were found by id, before anything is shown. Raises to refuse."""


class Queries:
    """Answers the stored queries of one registry. Safe to share between threads."""

    def __init__(self, database: Database, domain: AffinityDomain, policy: QueryPolicy | None = None) -> None:
        self._database = database
        self._domain = domain
        self._policy = policy or QueryPolicy()
        # a domain whose objects carry more in a patient id is asked with more in it, too
        self._waived = LENIENT if "de.patientId.components" in domain.waived else frozenset()

    def answer(self, request: etree._Element, permit: Permit | None = None) -> Reply:
        """The answer to a `query:AdhocQueryRequest` that its schema has accepted. What `permit` raises is raised."""
        query, findings = read(request, self._waived)
        if query is None:
            return self.refusal(findings)
        if permit is not None and query.definition.name in find.PATIENT:
            permit((find.patient_id(query),))
        found = self.run(query)
        if isinstance(found, Finding):
            return self.refusal([found], query)
        if permit is not None and found.patient_ids:
            permit(found.patient_ids)
        with _UNPACKING:
            pieces = list(found.leaf_objects() if query.return_type is ReturnType.LEAF_CLASS else found.references())
        shown = {"patient_ids": tuple(sorted(found.patient_ids))}
        return Reply(adhoc_query_response(pieces), notes=_notes(query, found), audit=shown)

    def run(self, query: StoredQuery) -> Results | Finding:
        """What the query finds, or the rule that forbids to return it."""
        limit = self._limit(query)
        with self._database.read() as connection:
            results = _EXECUTIONS[query.definition.name](connection, query, limit)
            if query.definition.name not in find.PATIENT:
                results = _visible(connection, results)
            elif not results.count and self._policy.unknown_patient == "error":
                unknown = self._unknown_patient(connection, find.patient_id(query))
                if unknown is not None:
                    return unknown
        if results.count > limit:
            return finding(TOO_MANY_RESULTS.id, limit=limit)
        if query.definition.single_patient and query.return_type is ReturnType.LEAF_CLASS:
            # ITI TF-2 3.18.4.1.2.3.7.5 note 3 and its like: not applied to ObjectRef
            patients = len(results.patients)
            if patients > 1:
                return finding(SINGLE_PATIENT.id, count=patients)
        return results

    def refusal(self, findings: Iterable[Finding], query: StoredQuery | None = None) -> Reply:
        """A Failure that says everything that is wrong."""
        errors = tuple(found.error(self._policy.language) for found in findings)
        return failure(errors, {} if query is None else {"query": query.definition.name})

    def _unknown_patient(self, connection: sa.Connection, patient_id: str) -> Finding | None:
        authority, allowed = patient_id.rsplit("&", 2)[1], self._domain.patient_authorities
        if allowed and authority not in allowed:
            return finding(FOREIGN_PATIENT.id, got=patient_id, allowed=", ".join(sorted(allowed)))
        return None if find.is_known(connection, patient_id) else finding(UNKNOWN_PATIENT.id, got=patient_id)

    def _limit(self, query: StoredQuery) -> int:
        if query.return_type is ReturnType.LEAF_CLASS:
            return self._policy.max_leaf_objects
        return self._policy.max_references


def failure(errors: tuple[RegistryError, ...], notes: Mapping[str, Any] | None = None) -> Reply:
    """An AdhocQueryResponse without objects. # ITI TF-2 3.18.4.1.3"""
    codes = tuple(dict.fromkeys(str(error.code) for error in errors))
    body = adhoc_query_response((), errors, FAILURE)
    return Reply(body, outcome="Failure", error_codes=codes, notes=notes or {})


def _visible(connection: sa.Connection, results: Results) -> Results:
    """Without the objects of closed and erased patients; those of merged ones with their survivors."""
    pats = {row[0] for rows in results.rows.values() for row in rows}
    if not pats:
        return results
    hidden, merged, seen = hidden_and_merged(connection, pats)
    if not hidden:
        return Results(results.rows, merged, seen)
    rows = {shelf: [row for row in held if row[0] not in hidden] for shelf, held in results.rows.items()}
    return Results(rows, merged, seen)


def _notes(query: StoredQuery, results: Results) -> dict[str, Any]:
    counts = {shelf.name: len(rows) for shelf, rows in results.rows.items() if rows}
    return {"query": query.definition.name, "return_type": query.return_type.value, **counts}
