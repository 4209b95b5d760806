"""Which refusals of a database mean "try again", and how long to wait before."""

import random
import sqlite3
import time
from collections.abc import Callable
from typing import Final, TypeVar

import sqlalchemy as sa

T = TypeVar("T")

TRIES: Final = 5
_AGAIN: Final = frozenset({"40001", "40P01", "55P03"})  # serialization failure, deadlock, lock not available


class CommitUnknown(Exception):
    """The connection was lost during COMMIT: the transaction may have been kept or not.

    Whoever wrote must look before answering.
    """


def passes(error: BaseException) -> bool:
    """Whether the same transaction may succeed when run again."""
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return bool(code & 0xFF == sqlite3.SQLITE_BUSY)
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return state in _AGAIN or state.startswith("08") or error.connection_invalidated


def retried(attempt: Callable[[], T]) -> T:
    """Runs `attempt` up to five times, with 5 to 200 ms between, as long as what it raises may pass."""
    for n in range(TRIES - 1):
        try:
            return attempt()
        except sa.exc.DBAPIError as error:
            if not passes(error):
                raise
            time.sleep(random.uniform(0.005, min(0.2, 0.02 * 2**n)))  # noqa: S311 - jitter, not a secret
    return attempt()
