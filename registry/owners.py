"""Whose a document is: what a repository beside the registry asks before it hands one out."""

from collections.abc import Collection

from registry import patients
from registry.queries.places import hidden_and_merged
from registry.store import locate, more
from registry.tables import Located, LocatorFlag
from storage import Database, key_of


def owners(database: Database, unique_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """uniqueId of a document → ids of the patients it is registered for, as canonical CX, merges applied.

    Documents that are not registered are left out, and patients whose objects nobody may see now.
    """
    named = {key_of(unique_id): unique_id for unique_id in unique_ids}
    with database.read() as connection:
        found = {key: row for key, row in locate(connection, named).items() if row.kind == Located.ENTRY_UNIQUE_ID}
        places = [(key, row.pat) for key, row in found.items()]
        # several DocumentEntries may share a document
        shared = [key for key, row in found.items() if row.flags & LocatorFlag.MORE]
        places += [(row.key, row.pat) for row in more(connection, shared)]
        pats = {pat for _, pat in places}
        if not pats:
            return {}
        hidden, merged, _ = hidden_and_merged(connection, pats)
        known = patients.at(connection, pats)
    told: dict[str, set[str]] = {}
    for key, pat in places:
        if pat not in hidden:
            told.setdefault(named[key], set()).add(merged[pat].patient_id if pat in merged else known[pat].pid)
    return {unique_id: frozenset(ids) for unique_id, ids in told.items()}
