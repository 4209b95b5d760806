"""GetDocuments, GetFolders, GetAssociations, GetDocumentsAndAssociations and GetSubmissionSets: queries by id.

Ids that the registry does not hold are passed over. # ITI TF-2 3.18.4.1.2.3.7.5-9
"""

from typing import Final

import sqlalchemy as sa

from metadata.storedqueries import StoredQuery
from registry.queries.places import (
    HAS_MEMBER,
    Place,
    associations_at,
    associations_to,
    entry_uuid_keys,
    fetch,
    locate,
    unique_id_keys,
)
from registry.queries.results import Results
from registry.queries.shelves import ASSOCIATIONS, ENTRIES, FOLDERS, SOURCE, SUBMISSION_SETS, TYPE
from registry.tables import Located

ANY_OBJECT: Final = (Located.ENTRY_UUID, Located.SUBMISSION_SET_UUID, Located.FOLDER_UUID, Located.ASSOCIATION_UUID)


def get_documents(connection: sa.Connection, query: StoredQuery, _limit: int) -> Results:
    results = Results()
    results.put(ENTRIES, fetch(connection, ENTRIES, documents(connection, query)))
    return results


def get_folders(connection: sa.Connection, query: StoredQuery, _limit: int) -> Results:
    results = Results()
    results.put(FOLDERS, fetch(connection, FOLDERS, folders(connection, query)))
    return results


def get_associations(connection: sa.Connection, query: StoredQuery, _limit: int) -> Results:
    results = Results()
    results.put(ASSOCIATIONS, associations_at(connection, named(connection, query)))
    return results


def get_documents_and_associations(connection: sa.Connection, query: StoredQuery, _limit: int) -> Results:
    results = Results()
    places = documents(connection, query)
    results.put(ENTRIES, fetch(connection, ENTRIES, places))
    results.put(ASSOCIATIONS, associations_at(connection, places))
    return results


def get_submission_sets(connection: sa.Connection, query: StoredQuery, _limit: int) -> Results:
    results = Results()
    memberships = [row for row in associations_to(connection, named(connection, query)) if row[TYPE] == HAS_MEMBER]
    sets = locate(connection, [row[SOURCE] for row in memberships], (Located.SUBMISSION_SET_UUID,))
    ids = {place.id for place in sets}
    results.put(SUBMISSION_SETS, fetch(connection, SUBMISSION_SETS, sets))
    results.put(ASSOCIATIONS, (row for row in memberships if row[SOURCE] in ids))
    return results


def named(connection: sa.Connection, query: StoredQuery) -> list[Place]:
    """Where the objects of `$uuid` lie."""
    return locate(connection, entry_uuid_keys(connection, query.any_of("$uuid")), ANY_OBJECT)


def documents(connection: sa.Connection, query: StoredQuery) -> list[Place]:
    """Where the DocumentEntries lie that the query names by entryUUID or by uniqueId."""
    return by_either_id(connection, query, "$XDSDocumentEntry", Located.ENTRY_UUID, Located.ENTRY_UNIQUE_ID)


def folders(connection: sa.Connection, query: StoredQuery) -> list[Place]:
    """Where the Folders lie that the query names."""
    return by_either_id(connection, query, "$XDSFolder", Located.FOLDER_UUID, Located.FOLDER_UNIQUE_ID)


def submission_sets(connection: sa.Connection, query: StoredQuery) -> list[Place]:
    """Where the SubmissionSet lies that the query names."""
    return by_either_id(
        connection, query, "$XDSSubmissionSet", Located.SUBMISSION_SET_UUID, Located.SUBMISSION_SET_UNIQUE_ID
    )


def by_either_id(
    connection: sa.Connection, query: StoredQuery, stem: str, by_uuid: Located, by_unique_id: Located
) -> list[Place]:
    """Where the objects lie that `…EntryUUID` or `…UniqueId` names."""
    entry_uuids = query.any_of(stem + "EntryUUID")
    if entry_uuids:
        return locate(connection, entry_uuid_keys(connection, entry_uuids), (by_uuid,))
    keys = unique_id_keys(connection, query.any_of(stem + "UniqueId"))
    return locate(connection, keys, (by_unique_id,))
