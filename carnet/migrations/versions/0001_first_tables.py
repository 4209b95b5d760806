"""The first tables of the registry and the repository."""

import sqlalchemy as sa
from alembic import op

from storage import Key

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WITH_FRAGMENTS = ("document_entry", "submission_set", "folder", "association")


def upgrade() -> None:
    op.create_table(
        "association",
        sa.Column("pat", sa.BigInteger(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("type", sa.SmallInteger(), nullable=False),
        sa.Column("src", Key(), nullable=False),
        sa.Column("tgt", Key(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("original", sa.Boolean(), nullable=True),
        sa.Column("home", sa.Text(), nullable=True),
        sa.Column("obj", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("pat", "id", name=op.f("pk_association")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_association_src", "association", ["pat", "src"], unique=False)
    op.create_index("ix_association_tgt", "association", ["pat", "tgt"], unique=False)
    op.create_table(
        "document_entry",
        sa.Column("pat", sa.BigInteger(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("lid", Key(), nullable=False),
        sa.Column("ver", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("home", sa.Text(), nullable=True),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("repo", sa.Text(), nullable=True),
        sa.Column("hash", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("class_code", sa.Text(), nullable=True),
        sa.Column("type_code", sa.Text(), nullable=True),
        sa.Column("format_code", sa.Text(), nullable=True),
        sa.Column("facility_code", sa.Text(), nullable=True),
        sa.Column("practice_code", sa.Text(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=True),
        sa.Column("svc_start", sa.BigInteger(), nullable=True),
        sa.Column("svc_stop", sa.BigInteger(), nullable=True),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("registered", sa.BigInteger(), nullable=False),
        sa.Column("obj", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pat", "id", name=op.f("pk_document_entry")),
    )
    op.create_table(
        "folder",
        sa.Column("pat", sa.BigInteger(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("lid", Key(), nullable=False),
        sa.Column("ver", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("home", sa.Text(), nullable=True),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.Column("registered", sa.BigInteger(), nullable=False),
        sa.Column("obj", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pat", "id", name=op.f("pk_folder")),
    )
    op.create_table(
        "locator",
        sa.Column("key", Key(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("flags", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("pat", sa.BigInteger(), nullable=False),
        sa.Column("ref", Key(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_locator")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "locator_more",
        sa.Column("key", Key(), nullable=False),
        sa.Column("ref", Key(), nullable=False),
        sa.Column("pat", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "ref", name=op.f("pk_locator_more")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "patient",
        sa.Column("pat", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("pid", sa.Text(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("survivor", sa.BigInteger(), nullable=True),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pat", name=op.f("pk_patient")),
    )
    op.create_table(
        "patient_alias",
        sa.Column("pat", sa.BigInteger(), nullable=False),
        sa.Column("subsumed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pat", "subsumed", name=op.f("pk_patient_alias")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "submission_set",
        sa.Column("pat", sa.BigInteger(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("home", sa.Text(), nullable=True),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("submitted", sa.BigInteger(), nullable=True),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("registered", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("obj", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pat", "id", name=op.f("pk_submission_set")),
    )
    op.create_table(
        "stored_document",
        sa.Column("key", Key(), nullable=False, comment="key_of(uid)"),
        sa.Column("uid", sa.Text(), nullable=False, comment="DocumentEntry.uniqueId"),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha1", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False, comment="mimeType as registered, parameters included"),
        sa.Column("submission", Key(), nullable=True, comment="key_of(uid of the SubmissionSet)"),
        sa.Column("stored", sa.BigInteger(), nullable=False, comment="seconds since 1970, UTC"),
        sa.Column(
            "asked",
            sa.BigInteger(),
            nullable=True,
            comment="when the registry was first asked in vain; seconds since 1970",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_stored_document")),
    )
    op.create_index("ix_stored_document_object_key", "stored_document", ["object_key"], unique=False)
    op.create_index(
        "ix_stored_document_unsettled",
        "stored_document",
        ["state", "stored"],
        unique=False,
        sqlite_where=sa.text("state IN (1, 3, 4)"),
        postgresql_where=sa.text("state IN (1, 3, 4)"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in WITH_FRAGMENTS:  # compressed already
            op.execute(f"ALTER TABLE {table} ALTER COLUMN obj SET STORAGE EXTERNAL")


def downgrade() -> None:
    for table in (
        "stored_document",
        "submission_set",
        "patient_alias",
        "patient",
        "locator_more",
        "locator",
        "folder",
        "document_entry",
        "association",
    ):
        op.drop_table(table)
