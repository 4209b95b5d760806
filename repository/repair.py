"""What is left over when a process dies or a registry stays silent, put right: the sweeper and the reconciler.

Plain functions; the server calls them now and then, one process at a time. Running them twice, or while submissions
arrive, does no harm.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Final

import sqlalchemy as sa

from repository import store
from repository.documents import DocumentStore
from repository.forwarding import RegistryUnavailable
from repository.tables import State
from storage import Database

WINDOW: Final = timedelta(hours=24)
"""How long a client may retry, and a submission may last: nothing younger is taken for lost."""
_log = logging.getLogger(__name__)
_LISTED: Final = 500
_ASKED: Final = 10_000
"""Documents that one run asks the registry about."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep removed."""

    unfinished: int
    """Files of writers that died."""
    condemned: int
    """Documents whose deletion had been begun."""
    orphans: int
    """Objects that no document needs."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a reconciliation settled."""

    registered: int
    given_up: int
    """Absent from the registry twice, after the window: to be deleted by the next sweep."""
    waiting: int
    """Still without an answer."""


def sweep(
    documents: DocumentStore, database: Database, *, window: timedelta = WINDOW, now: datetime | None = None
) -> Swept:
    """Deletes what no document needs and is older than `window`, and ends the deletions that were begun.

    Raises OSError when the store fails, and what the database raises.
    """
    before = (now or datetime.now(UTC)) - window
    unfinished = documents.drop_unfinished(before)
    with database.read() as connection:
        condemned = store.condemned(connection)
    for held in condemned:
        documents.delete(held.object_key)
        database.write(partial(store.forget, unique_id=held.unique_id, object_key=held.object_key))
    return Swept(unfinished, len(condemned), _sweep_orphans(documents, database, before))


def _sweep_orphans(documents: DocumentStore, database: Database, before: datetime) -> int:
    # a row is always written within the window after its object: an old object without one has lost its submission
    old = (held.key for held in documents.list() if held.modified < before)
    orphans = 0
    while keys := list(islice(old, _LISTED)):
        with database.read() as connection:
            known = store.known_objects(connection, keys)
        for key in keys:
            if key not in known:
                documents.delete(key)
                orphans += 1
    return orphans


def reconcile(
    database: Database,
    holds: Callable[[str], bool],
    *,
    older_than: timedelta,
    window: timedelta = WINDOW,
    now: float | None = None,
) -> Reconciled:
    """Asks the registry about the documents whose submission got no answer for `older_than` (twice its timeout).

    One that is registered is settled; one that is absent twice, `older_than` apart and after `window`, is given up.
    `holds(unique_id)` is `RegistryLink.holds`; when it raises `RegistryUnavailable` the rest waits for the next run.
    """
    seconds = time.time() if now is None else now
    with database.read() as connection:
        rows = store.pending(connection, int(seconds - older_than.total_seconds()), _ASKED)
    registered = given_up = 0
    for held, asked in rows:
        try:
            found = holds(held.unique_id)
        except RegistryUnavailable as error:
            _log.warning("the registry cannot be asked about %d pending documents: %s", len(rows), error)
            break
        if found:
            registered += database.write(_change(held, state=State.REGISTERED, asked=None))
        elif seconds - held.stored <= window.total_seconds():
            continue
        elif asked is None:
            database.write(_change(held, asked=int(seconds)))
        elif seconds - asked >= older_than.total_seconds():
            given_up += database.write(_change(held, state=State.TO_DELETE, asked=None))
    return Reconciled(registered, given_up, len(rows) - registered - given_up)


def _change(held: store.HeldDocument, **values: int | None) -> Callable[[sa.Connection], bool]:
    return lambda connection: store.swap_pending(connection, held, values)
