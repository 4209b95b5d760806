"""The two keys every table is built on: `pat`, which places a patient's rows together, and the 16-byte `Key`.

Both are computed by the application from what stands on the wire, never looked up, so that one statement finds a row
and the rows of one patient stay together on every engine.
"""

import uuid
from hashlib import blake2b
from typing import Any, Final

import sqlalchemy as sa

NIL: Final = uuid.UUID(int=0)
"""The `ref` of a tombstone; no object has it."""


class Key(sa.types.TypeDecorator[uuid.UUID]):
    """A UUID column: native `uuid` on PostgreSQL and its family, 16 bytes on SQLite."""

    impl = sa.LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.LargeBinary(16))
        return dialect.type_descriptor(sa.Uuid(as_uuid=True))

    def process_bind_param(self, value: uuid.UUID | None, dialect: sa.Dialect) -> Any:
        return value.bytes if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> uuid.UUID | None:
        if value is not None and dialect.name == "sqlite":
            return uuid.UUID(bytes=value)
        return value  # type: ignore[no-any-return]


def pat_of(patient_id: str, salt: int = 0) -> int:
    """The 63-bit hash of a canonical CX (`id^^^&oid&ISO`): first column of every row of this patient.

    `salt` is 0, or 1, 2, … once a collision is proven: the patient row holds the whole id, so that nobody is ever shown
    on a hash alone.
    """
    digest = blake2b(patient_id.encode(), digest_size=8, salt=bytes([salt])).digest()
    return int.from_bytes(digest, "big") >> 1


def key_of(unique_id: str) -> uuid.UUID:
    """The key of a uniqueId in `locator` and `stored_document`.

    All uniqueIds share one key space: a DocumentEntry and a SubmissionSet may not have the same one.
    """
    return uuid.UUID(bytes=blake2b(b"uid:" + unique_id.encode(), digest_size=16).digest())
