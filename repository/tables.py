"""The repository's tables: which object holds which document, how far its submission has come, proofs of signatures."""

from enum import IntEnum
from typing import Final

import sqlalchemy as sa

from storage import NAMING, Key

metadata: Final = sa.MetaData(naming_convention=NAMING)


class State(IntEnum):
    """How far a stored document has come. The numbers are in databases: never renumber, never reuse."""

    STORED = 1
    """Durable; the registry has not answered yet, or nobody knows what it answered."""
    REGISTERED = 2
    TO_DELETE = 3
    """Refused: the object goes first, then the row."""
    CONTESTED = 4
    """As STORED, but more than one submission relies on it: a refusal of one of them says nothing of the others."""
    ERASED = 9
    """The content was destroyed on purpose; the row stays, so that a late retry cannot bring it back."""


PENDING: Final = (State.STORED, State.CONTESTED)
"""The registry's word is missing."""
RETRIEVABLE: Final = (State.STORED, State.REGISTERED, State.CONTESTED)
"""A registry may have published a document before this repository learns of it."""

stored_document: Final = sa.Table(
    "stored_document",
    metadata,
    sa.Column("key", Key, primary_key=True, comment="key_of(uid)"),
    sa.Column("uid", sa.Text, nullable=False, comment="DocumentEntry.uniqueId"),
    sa.Column("object_key", sa.Text, nullable=False),
    sa.Column("state", sa.SmallInteger, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("sha1", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("mime", sa.Text, nullable=False, comment="mimeType as registered, parameters included"),
    sa.Column("submission", Key, comment="key_of(uid of the SubmissionSet)"),
    sa.Column("stored", sa.BigInteger, nullable=False, comment="seconds since 1970, UTC"),
    sa.Column("asked", sa.BigInteger, comment="when the registry was first asked in vain; seconds since 1970"),
)

_UNSETTLED: Final = stored_document.c.state.in_((State.STORED, State.TO_DELETE, State.CONTESTED))
sa.Index(
    "ix_stored_document_unsettled",
    stored_document.c.state,
    stored_document.c.stored,
    sqlite_where=_UNSETTLED,
    postgresql_where=_UNSETTLED,
)
# the sweeper asks which of the objects it lists are known
sa.Index("ix_stored_document_object_key", stored_document.c.object_key)

submission_evidence: Final = sa.Table(
    "submission_evidence",
    metadata,
    sa.Column("key", Key, primary_key=True, comment="key_of(uid)"),
    sa.Column("document", Key, primary_key=True, comment="key_of(document_uid)"),
    sa.Column("uid", sa.Text, nullable=False, comment="SubmissionSet.uniqueId"),
    sa.Column("document_uid", sa.Text, nullable=False, comment="DocumentEntry.uniqueId of the signature document"),
    sa.Column("policy", sa.Text, nullable=False, comment="dmp-legacy or strict"),
    sa.Column("signer", sa.Text, nullable=False, comment="identifier of the person or structure that signed"),
    sa.Column("verified", sa.BigInteger, nullable=False, comment="time of the verdict; seconds since 1970, UTC"),
    sa.Column("evidence", sa.LargeBinary, nullable=False, comment="JSON"),
)
# evidence goes with its signature document
sa.Index("ix_submission_evidence_document", submission_evidence.c.document)
