"""Core statements for the few places that run thousands of times a second.

Executing a Core construct costs two to three times what its driver call costs: cache key, parameter processing, result
metadata. A `Statement` is a Core construct rendered once per dialect and handed to the driver with its parameters ever
after. It keeps Core's portability; it gives up Core's result types, so a result must have no `Key` column.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.dml import Insert

_KEEP_ROWCOUNT: Final = {"preserve_rowcount": True}


@dataclass(frozen=True, slots=True)
class _Rendered:
    sql: str
    positions: tuple[str, ...] | None
    """The names in order, for drivers that number their parameters; None for those that name them."""
    constants: Mapping[str, Any]
    """Values that the construct itself holds."""


class Statement:
    """One construct without expanding parameters; `constructs` are keyed by dialect name where dialects differ."""

    __slots__ = ("_constructs", "_rendered")

    def __init__(self, constructs: sa.Executable | Mapping[str, sa.Executable]) -> None:
        self._constructs = constructs
        self._rendered: dict[str, _Rendered] = {}

    def execute(self, connection: sa.Connection, values: Mapping[str, Any]) -> sa.CursorResult[Any]:
        """Once, with these parameters."""
        rendered = self._of(connection)
        return connection.exec_driver_sql(rendered.sql, _bound(rendered, values))

    def executemany(self, connection: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> int:
        """Once for each of `rows`; returns the number of rows that it changed in all."""
        rendered = self._of(connection)
        bound = [_bound(rendered, row) for row in rows]
        return connection.exec_driver_sql(rendered.sql, bound, _KEEP_ROWCOUNT).rowcount if bound else 0

    def _of(self, connection: sa.Connection) -> _Rendered:
        dialect = connection.dialect
        return self._rendered.get(dialect.name) or self._rendered.setdefault(dialect.name, self._render(dialect))

    def _render(self, dialect: sa.Dialect) -> _Rendered:
        constructs = self._constructs
        construct = constructs[dialect.name] if isinstance(constructs, Mapping) else constructs
        compiled = construct.compile(dialect=dialect)  # type: ignore[attr-defined]
        given = {} if isinstance(construct, Insert) else compiled.params
        positions = tuple(compiled.positiontup) if compiled.positional else None
        return _Rendered(str(compiled), positions, {k: v for k, v in given.items() if v is not None})


def _bound(rendered: _Rendered, values: Mapping[str, Any]) -> Any:
    """The parameters as the driver wants them. SQLite keeps a key as its 16 bytes, see `storage.keys.Key`."""
    if rendered.constants:
        values = {**rendered.constants, **values}
    if rendered.positions is None:
        return values
    return tuple(
        [value.bytes if type(value) is UUID else value for value in map(values.__getitem__, rendered.positions)]
    )
