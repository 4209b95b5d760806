"""GetSubmissionSetAndContents, GetFolderAndContents, GetFoldersForDocument and GetRelatedDocuments: along the links.

Nothing is returned that has an end outside what is returned. # ITI TF-2 3.18.4.1.2.3.7.10-13
"""

from collections.abc import Iterable

import sqlalchemy as sa

from metadata.storedqueries import StoredQuery
from registry.queries import filters, get
from registry.queries.places import (
    HAS_MEMBER,
    Place,
    associations_at,
    associations_from,
    associations_to,
    fetch,
    locate,
)
from registry.queries.results import Results
from registry.queries.shelves import ASSOCIATIONS, ENTRIES, FOLDERS, SOURCE, SUBMISSION_SETS, TARGET, TYPE, RawKey, Row
from registry.tables import ASSOCIATION_TYPE_NUMBER, Located


def get_submission_set_and_contents(connection: sa.Connection, query: StoredQuery, _limit: int) -> Results:
    results = Results()
    sets = get.submission_sets(connection, query)
    results.put(SUBMISSION_SETS, fetch(connection, SUBMISSION_SETS, sets))
    memberships = _memberships(associations_from(connection, sets))
    members = locate(connection, [row[TARGET] for row in memberships], get.ANY_OBJECT)
    entries = [place for place in members if place.kind == Located.ENTRY_UUID]
    folders = [place for place in members if place.kind == Located.FOLDER_UUID]
    results.put(ENTRIES, fetch(connection, ENTRIES, entries, filters.entries_by_content(query)))
    results.put(FOLDERS, fetch(connection, FOLDERS, folders))

    inside = _ids(row for rows in results.rows.values() for row in rows)
    links = fetch(connection, ASSOCIATIONS, [p for p in members if p.kind == Located.ASSOCIATION_UUID])
    links = [row for row in links if row[SOURCE] in inside and row[TARGET] in inside]
    inside |= _ids(links)
    results.put(ASSOCIATIONS, (row for row in memberships if row[TARGET] in inside))
    results.put(ASSOCIATIONS, links)
    return results


def get_folder_and_contents(connection: sa.Connection, query: StoredQuery, _limit: int) -> Results:
    results = Results()
    folders = get.folders(connection, query)
    results.put(FOLDERS, fetch(connection, FOLDERS, folders))
    memberships = _memberships(associations_from(connection, folders))
    entries = locate(connection, [row[TARGET] for row in memberships], (Located.ENTRY_UUID,))
    results.put(ENTRIES, fetch(connection, ENTRIES, entries, filters.entries_by_content(query)))
    inside = _ids(results.of(ENTRIES))
    results.put(ASSOCIATIONS, (row for row in memberships if row[TARGET] in inside))
    return results


def get_folders_for_document(connection: sa.Connection, query: StoredQuery, _limit: int) -> Results:
    results = Results()
    memberships = _memberships(associations_to(connection, get.documents(connection, query)))
    folders = locate(connection, [row[SOURCE] for row in memberships], (Located.FOLDER_UUID,))
    results.put(FOLDERS, fetch(connection, FOLDERS, folders))
    return results


def get_related_documents(connection: sa.Connection, query: StoredQuery, _limit: int) -> Results:
    results = Results()
    types = {ASSOCIATION_TYPE_NUMBER.get(urn) for urn in query.any_of("$AssociationTypes")}
    asked = get.documents(connection, query)
    links = [row for row in associations_at(connection, asked) if row[TYPE] in types]
    places = _entries_at_the_ends(connection, asked, links)
    entries = fetch(connection, ENTRIES, places, filters.entries_by_content(query))
    inside = _ids(entries)
    related = [row for row in links if row[SOURCE] in inside and row[TARGET] in inside]
    ends = {end for row in related for end in (row[SOURCE], row[TARGET])}
    results.put(ENTRIES, (row for row in entries if row[1] in ends))
    results.put(ASSOCIATIONS, related)
    return results


def _entries_at_the_ends(connection: sa.Connection, asked: list[Place], links: list[Row]) -> list[Place]:
    if not links:
        return []
    known = {place.id for place in asked}
    others = {end for row in links for end in (row[SOURCE], row[TARGET]) if end not in known}
    return [*asked, *locate(connection, list(others), (Located.ENTRY_UUID,))]


def _memberships(associations: Iterable[Row]) -> list[Row]:
    return [row for row in associations if row[TYPE] == HAS_MEMBER]


def _ids(rows: Iterable[Row]) -> set[RawKey]:
    return {row[1] for row in rows}
