"""The proof that a submission set was signed, kept with it."""

import sqlalchemy as sa
from alembic import op

from storage import Key

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "submission_evidence",
        sa.Column("key", Key(), nullable=False, comment="key_of(uid)"),
        sa.Column("document", Key(), nullable=False, comment="key_of(document_uid)"),
        sa.Column("uid", sa.Text(), nullable=False, comment="SubmissionSet.uniqueId"),
        sa.Column(
            "document_uid", sa.Text(), nullable=False, comment="DocumentEntry.uniqueId of the signature document"
        ),
        sa.Column("policy", sa.Text(), nullable=False, comment="dmp-legacy or strict"),
        sa.Column("signer", sa.Text(), nullable=False, comment="identifier of the person or structure that signed"),
        sa.Column("verified", sa.BigInteger(), nullable=False, comment="time of the verdict; seconds since 1970, UTC"),
        sa.Column("evidence", sa.LargeBinary(), nullable=False, comment="JSON"),
        sa.PrimaryKeyConstraint("key", "document", name=op.f("pk_submission_evidence")),
    )
    op.create_index("ix_submission_evidence_document", "submission_evidence", ["document"], unique=False)


def downgrade() -> None:
    op.drop_table("submission_evidence")
