"""What the registry stores: one row per object, the rows of one patient together, everything else under `locator`.

`pat` (`storage.pat_of`) leads every primary key, so that one index serves every FindXxx query and the same tables
spread over many machines. An attribute that a stored query filters on is a column; the rest of an object lies in `obj`,
the packed fragment (`registry.fragments`), which never changes after registration. Times are integers yyyymmddhhmmss,
UTC, padded to the start of their period; NULL = absent.
"""

from enum import IntEnum, IntFlag
from typing import Final

import sqlalchemy as sa

from metadata import vocabulary as v
from storage import NAMING, Key

metadata: Final = sa.MetaData(naming_convention=NAMING)


class PatientState(IntEnum):
    """The numbers below are in databases: never renumber, never reuse."""

    ACTIVE = 1
    MERGED = 2
    """Subsumed by `survivor`."""
    CLOSED = 3
    """Rows kept, submissions refused; may be reopened."""
    SEEN = 4
    """Named by a submission, not (yet) announced by the patient identity feed."""
    ERASED = 9


class Located(IntEnum):
    """What a key of `locator` is."""

    ENTRY_UUID = 1
    ENTRY_UNIQUE_ID = 2
    SUBMISSION_SET_UUID = 3
    SUBMISSION_SET_UNIQUE_ID = 4
    ASSOCIATION_UUID = 5
    FOLDER_UUID = 6
    FOLDER_UNIQUE_ID = 7
    TOMBSTONE = 9
    """Erased: the key may not come back. `pat` is 0, `ref` is NIL."""


class LocatorFlag(IntFlag):
    MORE = 1
    """Further entries with this uniqueId stand in `locator_more`."""


class EntryKind(IntEnum):
    STABLE = 1
    ON_DEMAND = 2


STATUS: Final = {
    1: v.APPROVED,
    2: v.DEPRECATED,
    3: "urn:asip:ci-sis:2010:StatusType:Archived",
    4: "urn:asip:ci-sis:2010:StatusType:Deleted",
}
"""availabilityStatus by number."""
STATUS_NUMBER: Final = {urn: number for number, urn in STATUS.items()}
APPROVED: Final = STATUS_NUMBER[v.APPROVED]
DEPRECATED: Final = STATUS_NUMBER[v.DEPRECATED]

ASSOCIATION_TYPE: Final = {
    1: v.HAS_MEMBER,
    2: v.RPLC,
    3: v.XFRM,
    4: v.APND,
    5: v.XFRM_RPLC,
    6: v.SIGNS,
    7: v.IS_SNAPSHOT_OF,
    8: v.UPDATE_AVAILABILITY_STATUS,
    9: v.SUBMIT_ASSOCIATION,
}
"""associationType by number."""
ASSOCIATION_TYPE_NUMBER: Final = {urn: number for number, urn in ASSOCIATION_TYPE.items()}

# on SQLite an INTEGER key is the rowid: one tree instead of two; for narrow tables `sqlite_with_rowid=False` does it
_PAT: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

patient: Final = sa.Table(
    "patient",
    metadata,
    sa.Column("pat", _PAT, primary_key=True, autoincrement=False),
    sa.Column("pid", sa.Text, nullable=False),  # canonical CX: nobody is shown on a hash alone
    sa.Column("state", sa.SmallInteger, nullable=False),  # PatientState
    sa.Column("survivor", sa.BigInteger),  # pat of the patient who subsumed this one, chains flattened
    sa.Column("updated", sa.BigInteger, nullable=False),
)

patient_alias: Final = sa.Table(  # who was merged into `pat`, directly or in a chain
    "patient_alias",
    metadata,
    sa.Column("pat", sa.BigInteger, primary_key=True),
    sa.Column("subsumed", sa.BigInteger, primary_key=True),
    sqlite_with_rowid=False,
)

locator: Final = sa.Table(  # every id of the affinity domain; also what makes them unique
    "locator",
    metadata,
    sa.Column("key", Key, primary_key=True),  # the entryUUID, or key_of(uniqueId)
    sa.Column("kind", sa.SmallInteger, nullable=False),  # Located
    sa.Column("flags", sa.SmallInteger, nullable=False, server_default="0"),  # LocatorFlag
    sa.Column("pat", sa.BigInteger, nullable=False),
    sa.Column("ref", Key, nullable=False),  # with pat: the row
    sqlite_with_rowid=False,
)

locator_more: Final = sa.Table(  # further DocumentEntries with the same uniqueId: normal in XDS
    "locator_more",
    metadata,
    sa.Column("key", Key, primary_key=True),
    sa.Column("ref", Key, primary_key=True),
    sa.Column("pat", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

document_entry: Final = sa.Table(
    "document_entry",
    metadata,
    sa.Column("pat", sa.BigInteger, primary_key=True),
    sa.Column("id", Key, primary_key=True),
    sa.Column("lid", Key, nullable=False),
    sa.Column("ver", sa.SmallInteger, nullable=False),
    sa.Column("status", sa.SmallInteger, nullable=False),  # STATUS
    sa.Column("kind", sa.SmallInteger, nullable=False),  # EntryKind
    sa.Column("home", sa.Text),  # homeCommunityId
    sa.Column("uid", sa.Text, nullable=False),
    sa.Column("repo", sa.Text),  # repositoryUniqueId
    sa.Column("hash", sa.Text),  # lower case
    sa.Column("size", sa.BigInteger),
    sa.Column("class_code", sa.Text),  # this and the next four: code^^scheme
    sa.Column("type_code", sa.Text),
    sa.Column("format_code", sa.Text),
    sa.Column("facility_code", sa.Text),
    sa.Column("practice_code", sa.Text),
    sa.Column("created", sa.BigInteger),
    sa.Column("svc_start", sa.BigInteger),
    sa.Column("svc_stop", sa.BigInteger),
    # "\nC:code^^scheme\nE:code^^scheme\nR:cxi\n": confidentialityCode, eventCodeList, referenceIdList
    sa.Column("tokens", sa.Text, nullable=False),
    sa.Column("authors", sa.Text, nullable=False),  # "\nauthorPerson\nauthorPerson\n", or empty
    sa.Column("registered", sa.BigInteger, nullable=False),
    sa.Column("obj", sa.LargeBinary, nullable=False),
)

submission_set: Final = sa.Table(
    "submission_set",
    metadata,
    sa.Column("pat", sa.BigInteger, primary_key=True),
    sa.Column("id", Key, primary_key=True),
    sa.Column("status", sa.SmallInteger, nullable=False),
    sa.Column("home", sa.Text),
    sa.Column("uid", sa.Text, nullable=False),
    sa.Column("source", sa.Text),  # sourceId
    sa.Column("submitted", sa.BigInteger),  # submissionTime
    sa.Column("content_type", sa.Text),
    sa.Column("authors", sa.Text, nullable=False),
    sa.Column("registered", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),  # what a retry of the same submission is known by
    sa.Column("obj", sa.LargeBinary, nullable=False),
)

folder: Final = sa.Table(
    "folder",
    metadata,
    sa.Column("pat", sa.BigInteger, primary_key=True),
    sa.Column("id", Key, primary_key=True),
    sa.Column("lid", Key, nullable=False),
    sa.Column("ver", sa.SmallInteger, nullable=False),
    sa.Column("status", sa.SmallInteger, nullable=False),
    sa.Column("home", sa.Text),
    sa.Column("uid", sa.Text, nullable=False),
    sa.Column("updated", sa.BigInteger, nullable=False),  # lastUpdateTime; not in obj, since it changes
    sa.Column("tokens", sa.Text, nullable=False),  # "\nF:code^^scheme\n": codeList
    sa.Column("registered", sa.BigInteger, nullable=False),
    sa.Column("obj", sa.LargeBinary, nullable=False),
)

# Lies under the source's patient and, when the target is another's (a member by reference, a merged patient), a second
# time under the target's: each end finds it with its own index.
association: Final = sa.Table(
    "association",
    metadata,
    sa.Column("pat", sa.BigInteger, primary_key=True),
    sa.Column("id", Key, primary_key=True),
    sa.Column("type", sa.SmallInteger, nullable=False),  # ASSOCIATION_TYPE
    sa.Column("src", Key, nullable=False),
    sa.Column("tgt", Key, nullable=False),
    sa.Column("status", sa.SmallInteger, nullable=False),
    sa.Column("original", sa.Boolean),  # SubmissionSetStatus: Original, Reference, absent
    sa.Column("home", sa.Text),
    sa.Column("obj", sa.LargeBinary),  # NULL when the columns say it all
    sa.Index("ix_association_src", "pat", "src"),
    sa.Index("ix_association_tgt", "pat", "tgt"),
    sqlite_with_rowid=False,
)

TABLES_WITH_FRAGMENTS: Final = (document_entry, submission_set, folder, association)

# fragments are compressed already; on Citus this must come before the table is distributed
for _table in TABLES_WITH_FRAGMENTS:
    sa.event.listen(
        _table,
        "after_create",
        sa.DDL(  # type: ignore[no-untyped-call]
            "ALTER TABLE %(table)s ALTER COLUMN obj SET STORAGE EXTERNAL"
        ).execute_if(dialect="postgresql"),
    )
