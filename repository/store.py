"""The rows of `stored_document`: claimed by a submission, settled by the registry's answer, or given up.

Each step is one compare-and-swap, so that two submissions of one document never delete it under each other.
"""

import time
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from repository import evidence
from repository.documents import Content
from repository.tables import PENDING, RETRIEVABLE, State, stored_document
from storage import key_of
from storage.statements import Statement

_BATCH: Final = 500
"""Bound variables in one statement."""
_row = stored_document.c
_INSERT: Final = Statement(
    {
        dialect: insert(stored_document).on_conflict_do_nothing(index_elements=["key"])
        for dialect, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
    }
)


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document of a submission, durable under a key of its own."""

    unique_id: str
    object_key: str
    content: Content
    mime_type: str
    submission: uuid.UUID | None
    """`key_of` the SubmissionSet's uniqueId."""


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """One row."""

    unique_id: str
    object_key: str
    state: State
    content: Content
    mime_type: str
    submission: uuid.UUID | None
    stored: int
    """Seconds since 1970."""


class OtherContent(Exception):
    """The uniqueId belongs to a document with other bytes, or to one that was erased (`held.state`)."""

    def __init__(self, held: HeldDocument, document: NewDocument) -> None:
        super().__init__(document.unique_id)
        self.held = held
        self.document = document


def claim(connection: sa.Connection, document: NewDocument, state: State) -> HeldDocument | None:
    """Writes the row of a document: STORED before the registry is asked, REGISTERED in one transaction with it.

    Returns the row of before when the same content is held already: then that object serves both submissions, and the
    new one is not needed. Raises `OtherContent`.
    """
    row = {"key": key_of(document.unique_id), "uid": document.unique_id, **_values(document, state)}
    while not _INSERT.change(connection, [row]):
        held = find(connection, [document.unique_id]).get(document.unique_id)
        if held is None:
            continue  # it was there a moment ago
        if held.object_key == document.object_key:
            return None  # of a transaction whose outcome was unknown: it was kept
        if held.state is State.TO_DELETE:
            if _swap(connection, held, _values(document, state)):
                return None
        elif held.state is State.ERASED or held.content.sha256 != document.content.sha256:
            raise OtherContent(held, document)
        elif held.state is State.REGISTERED:
            return held
        elif state is State.REGISTERED:
            if _swap(connection, held, {"state": state, "asked": None}):
                return held
        elif _swap(connection, held, {"state": State.CONTESTED, "stored": int(time.time()), "asked": None}):
            return held
    return None


def settle(connection: sa.Connection, unique_ids: Collection[str]) -> None:
    """The registry has published these documents."""
    connection.execute(
        sa.update(stored_document)
        .where(_row.key.in_([key_of(unique_id) for unique_id in unique_ids]), _row.state.in_(PENDING))
        .values(state=State.REGISTERED, asked=None)
    )


def condemn(connection: sa.Connection, documents: Sequence[NewDocument]) -> list[NewDocument]:
    """The registry has refused these documents; returns those whose object nobody else relies on."""
    return [
        document
        for document in documents
        if connection.execute(
            sa.update(stored_document)
            .where(
                _row.key == key_of(document.unique_id),
                _row.object_key == document.object_key,
                _row.state == State.STORED,
            )
            .values(state=State.TO_DELETE)
        ).rowcount
    ]


def forget(connection: sa.Connection, unique_id: str, object_key: str) -> None:
    """Removes the row of a condemned document, its object being gone, and what was kept because of it."""
    gone = connection.execute(
        sa.delete(stored_document).where(
            _row.key == key_of(unique_id), _row.object_key == object_key, _row.state == State.TO_DELETE
        )
    )
    if gone.rowcount:
        evidence.forget(connection, unique_id)


def find(connection: sa.Connection, unique_ids: Collection[str]) -> Mapping[str, HeldDocument]:
    """The rows of these uniqueIds, whatever their state."""
    return {
        held.unique_id: held
        for batch in batches(unique_ids)
        for held in _select(connection, _row.key.in_([key_of(unique_id) for unique_id in batch]))
        if held.unique_id in batch
    }


def retrievable(connection: sa.Connection, unique_ids: Collection[str]) -> Mapping[str, HeldDocument]:
    """Those of `find` that may be handed out."""
    return {uid: held for uid, held in find(connection, unique_ids).items() if held.state in RETRIEVABLE}


def known_objects(connection: sa.Connection, object_keys: Collection[str]) -> set[str]:
    """Which of these objects a document needs."""
    rows = connection.execute(
        sa.select(_row.object_key).where(_row.object_key.in_(object_keys), _row.state != State.ERASED)
    )
    return {row.object_key for row in rows}


def condemned(connection: sa.Connection) -> list[HeldDocument]:
    """Documents whose deletion was begun."""
    return list(_select(connection, _row.state == State.TO_DELETE))


def pending(connection: sa.Connection, before: int, limit: int) -> list[tuple[HeldDocument, int | None]]:
    """Those without the registry's word since `before` (seconds since 1970), oldest first; and when it was asked."""
    rows = connection.execute(
        sa.select(stored_document)
        .where(_row.state.in_(PENDING), _row.stored < before)
        .order_by(_row.stored)
        .limit(limit)
    )
    return [(_held(row), row.asked) for row in rows]


def swap_pending(connection: sa.Connection, held: HeldDocument, values: Mapping[str, Any]) -> bool:
    """Writes `values` if nobody has touched the row since it was read."""
    return _swap(connection, held, values)


def batches(values: Collection[str]) -> Iterator[tuple[str, ...]]:
    remaining = iter(dict.fromkeys(values))
    while batch := tuple(islice(remaining, _BATCH)):
        yield batch


def _values(document: NewDocument, state: State) -> dict[str, Any]:
    return {
        "object_key": document.object_key,
        "state": int(state),
        "size": document.content.size,
        "sha1": document.content.sha1,
        "sha256": document.content.sha256,
        "mime": document.mime_type,
        "submission": document.submission,
        "stored": int(time.time()),
        "asked": None,
    }


def _swap(connection: sa.Connection, held: HeldDocument, values: Mapping[str, Any]) -> bool:
    changed = connection.execute(
        sa.update(stored_document)
        .where(
            _row.key == key_of(held.unique_id),
            _row.object_key == held.object_key,
            _row.state == held.state,
            _row.stored == held.stored,
        )
        .values(**values)
    )
    return bool(changed.rowcount)


def _select(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> Iterator[HeldDocument]:
    return (_held(row) for row in connection.execute(sa.select(stored_document).where(*where)))


def _held(row: Any) -> HeldDocument:
    return HeldDocument(
        unique_id=row.uid,
        object_key=row.object_key,
        state=State(row.state),
        content=Content(row.size, row.sha1, row.sha256),
        mime_type=row.mime,
        submission=row.submission,
        stored=row.stored,
    )
