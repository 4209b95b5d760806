"""What a verifier wanted kept with a submission: written with its documents, in one transaction, and gone with them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from repository.tables import submission_evidence
from repository.verification import Evidence
from storage import key_of
from storage.statements import Statement

_row = submission_evidence.c
_INSERT: Final = Statement(
    {
        dialect: insert(submission_evidence).on_conflict_do_nothing(index_elements=["key", "document"])
        for dialect, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
    }
)


@dataclass(frozen=True, slots=True)
class StoredEvidence:
    """The proof of one signature of one SubmissionSet, as it was kept."""

    unique_id: str
    """Of the SubmissionSet."""
    document: str
    """uniqueId of the signature document."""
    policy: str
    signer: str
    verified_at: datetime
    """When the verdict was given, UTC, to the second."""
    content: bytes
    """JSON."""


def keep(connection: sa.Connection, unique_id: str, evidence: Evidence) -> None:
    """Keeps `evidence` of the SubmissionSet `unique_id`; what is there already, from a first try, stays."""
    _INSERT.change(
        connection,
        [
            {
                "key": key_of(unique_id),
                "document": key_of(evidence.document),
                "uid": unique_id,
                "document_uid": evidence.document,
                "policy": evidence.policy,
                "signer": evidence.signer,
                "verified": int(evidence.verified_at.timestamp()),
                "evidence": evidence.content,
            }
        ],
    )


def forget(connection: sa.Connection, unique_id: str) -> None:
    """Removes what depends on the document `unique_id`, which was given up."""
    connection.execute(sa.delete(submission_evidence).where(_row.document == key_of(unique_id)))


def evidence_of(connection: sa.Connection, unique_id: str) -> tuple[StoredEvidence, ...]:
    """What was kept with the SubmissionSet `unique_id`, the newest first; empty for one that was not signed."""
    rows = connection.execute(
        sa.select(submission_evidence).where(_row.key == key_of(unique_id)).order_by(_row.verified.desc())
    )
    return tuple(
        StoredEvidence(
            row.uid,
            row.document_uid,
            row.policy,
            row.signer,
            datetime.fromtimestamp(row.verified, UTC),
            row.evidence,
        )
        for row in rows
        if row.uid == unique_id
    )
