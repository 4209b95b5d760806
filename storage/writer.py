"""Group commit: the writes that wait for the disk together share one transaction and one fsync.

There is no thread here. The first caller to come leads: it opens the transaction, takes the units that have queued up
behind it, commits them as one and hands the next lead to whoever came meanwhile. A lone caller pays no hand-over, and
under load the batch grows by itself, because callers queue while the leader waits for the disk.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import sqlalchemy as sa

T = TypeVar("T")

BATCH: Final = 64
"""Units in one transaction at most."""


class _Unit:
    """One caller's work, and what came of it."""

    __slots__ = ("done", "error", "result", "turn", "work")

    def __init__(self, work: Callable[[sa.Connection], Any]) -> None:
        self.work = work
        self.result: Any = None
        self.error: BaseException | None = None
        self.done = False
        self.turn = threading.Event()

    def finish(self, error: BaseException | None = None) -> None:
        """`error` is what befell the whole batch; it wins, because then nothing of this unit was kept."""
        self.error = error or self.error
        self.done = True
        self.turn.set()


class GroupCommit:
    """Runs units of work one after the other on a single connection, many to a transaction.

    A unit's result or exception reaches its caller only after the COMMIT: an answer is a promise. A unit that raises
    is rolled back alone (to its savepoint); if the COMMIT fails, nobody is acknowledged.
    """

    def __init__(self, engine: sa.Engine, batch: int = BATCH) -> None:
        self._engine = engine
        self._batch = batch
        self._mutex = threading.Lock()
        self._queue: deque[_Unit] = deque()
        self._led = False
        self._connection: sa.Connection | None = None

    def run(self, work: Callable[[sa.Connection], T]) -> T:
        """The result of `work`, once it is on the disk. Raises what `work` raised, or what the database refused."""
        unit = _Unit(work)
        with self._mutex:
            waits = self._led
            if waits:
                self._queue.append(unit)
            self._led = True
        if waits:
            unit.turn.wait()
        if not unit.done:
            self._lead(unit)
        if unit.error is not None:
            raise unit.error
        return cast(T, unit.result)

    def close(self) -> None:
        """Gives the connection back. Callers still at work keep theirs until they have finished."""
        with self._mutex:
            if self._led:
                return
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _lead(self, own: _Unit) -> None:
        batch = [own]
        failure: BaseException | None = None
        try:
            self._commit(batch)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the followers must hear of it
            failure = error
            self._drop()
        for unit in batch[1:]:
            unit.finish(failure)
        own.finish(failure)
        with self._mutex:
            heir = self._queue.popleft() if self._queue else None
            self._led = heir is not None
        if heir is not None:
            heir.turn.set()

    def _commit(self, batch: list[_Unit]) -> None:
        """Fills `batch` and runs it. Raises only what fails the batch as a whole."""
        if self._connection is None:
            self._connection = self._engine.connect()
        connection = self._connection
        with connection.begin() as transaction:
            # BEGIN IMMEDIATE may have waited for another process: whoever queued meanwhile comes along
            with self._mutex:
                while self._queue and len(batch) < self._batch:
                    batch.append(self._queue.popleft())
            if len(batch) > 1:
                for unit in batch:
                    _run_in_savepoint(connection, unit)
                return
            try:
                batch[0].result = batch[0].work(connection)
            except BaseException as error:  # noqa: BLE001 - it belongs to the caller, and is raised there
                batch[0].error = error
                transaction.rollback()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()


def _run_in_savepoint(connection: sa.Connection, unit: _Unit) -> None:
    # by the driver: Core's nested transactions take longer than the work of a small unit
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - the connection is open
    driver.execute("SAVEPOINT unit")
    try:
        unit.result = unit.work(connection)
    except BaseException as error:  # noqa: BLE001 - it belongs to the unit's caller, and is raised there
        unit.error = error
        driver.execute("ROLLBACK TO unit")
    driver.execute("RELEASE unit")
