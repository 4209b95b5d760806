"""Conditions of the FindXxx queries as SQL: built once per shape, then only filled with values.

A shape is what decides the text of a statement: which columns are compared, how, and with how many patterns. Building
a statement takes longer than running it, so statements are kept by shape.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from metadata.querytimes import TimeRange
from registry.queries.lists import filled, places_for, within
from registry.queries.patterns import ESCAPE, MOST_IN_SQL, like_exactly, like_pattern, matches
from registry.queries.shelves import RawKey, Row, raw
from registry.queries.times import Doubt
from registry.tables import EntryKind, PatientState, patient, patient_alias
from storage.statements import Statement

VISIBLE: Final = (PatientState.ACTIVE, PatientState.SEEN)
"""Patients whose objects a query may show; those of a merged patient are shown under the survivor."""


class Shape(NamedTuple):
    """One condition without its values."""

    kind: str
    """`in`, `from`, `to`, `absent or from`, `absent or to`, `on-demand or from`, `on-demand or to`, `like`."""
    column: str
    size: int = 0
    """Patterns of a `like`, places of an `in`, longer periods around a `from`."""


Check = Callable[[Any], bool]
Contents = Callable[[Sequence[Row]], Mapping[RawKey, bytes]]
"""Reads the fragments of rows, by key."""
Columns = tuple[sa.ColumnElement[Any], ...]


@dataclass(slots=True)
class Conditions:
    """The conditions of one query, gathered parameter by parameter."""

    shapes: list[Shape] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    checks: list[tuple[str, Check]] = field(default_factory=list)
    """Column and what its text must pass after SQL has narrowed the rows down."""
    doubts: list[Doubt] = field(default_factory=list)

    def one_of(self, column: str, values: Sequence[Any]) -> None:
        """The column holds one of the values; no values, no condition."""
        if values:
            self.values.update(filled(f"v{len(self.shapes)}", values))
            self.shapes.append(Shape("in", column, places_for(values)))

    def during(self, column: str, slot: str, times: TimeRange, unless: str = "") -> None:
        """The time lies in the range; rows of which `unless` is true pass anyway. For `slot` see `Doubt`."""
        if times.starts:
            first, *around = times.starts
            name = f"v{len(self.shapes)}"
            self.values.update((f"{name}_{i}", start) for i, start in enumerate(around))
            self._add(Shape(f"{unless}from", column, len(around)), first)
        if times.last is not None:
            self._add(Shape(f"{unless}to", column), times.last)
        if times.doubtful:
            self.doubts.append(Doubt(column, slot, times, unless, times.doubtful))

    def lines(self, column: str, prefix: str, groups: Iterable[Sequence[str]]) -> None:
        """For each group: one line of the column is `prefix` and one of its texts, exactly."""
        for group in groups:
            lines = [prefix + text for text in group]
            self._like(column, [like_exactly(line) for line in lines])
            self.checks.append((column, _holds_a_line(lines)))

    def patterns(self, column: str, prefix: str, groups: Iterable[Sequence[str]]) -> None:
        """For each group: one line of the column is `prefix` and a text that one of its patterns matches."""
        for group in groups:
            self._like(column, [like_pattern(prefix + pattern) for pattern in group])
            self.checks.append((column, _holds_a_match(prefix, group)))

    @property
    def checked_columns(self) -> tuple[str, ...]:
        """The columns a row must bring, behind those of its shelf, for `passing`."""
        return tuple(dict.fromkeys((*(column for column, _ in self.checks), *(doubt.column for doubt in self.doubts))))

    def passing(self, rows: Sequence[Row], contents: Contents) -> Sequence[Row]:
        """The rows that pass the checks, without the columns that only served them."""
        columns = self.checked_columns
        if not columns:
            return rows
        checks = [(columns.index(column) - len(columns), check) for column, check in self.checks]
        passed = [row for row in rows if all(check(row[at]) for at, check in checks)]
        return [row[: -len(columns)] for row in self._undoubted(passed, columns, contents)]

    def _undoubted(self, rows: list[Row], columns: tuple[str, ...], contents: Contents) -> list[Row]:
        doubts = [(columns.index(doubt.column) - len(columns), doubt) for doubt in self.doubts]
        doubtful = {row[1]: row for row in rows if any(row[at] in doubt.values for at, doubt in doubts)}
        if not doubtful:
            return rows
        read = contents(list(doubtful.values())) if any(doubt.slot for doubt in self.doubts) else {}
        fails = {
            key
            for key, row in doubtful.items()
            for at, doubt in doubts
            if row[at] in doubt.values and not doubt.passes(row[at], read.get(key, b">"))
        }
        return [row for row in rows if row[1] not in fails]

    def _like(self, column: str, patterns: list[str]) -> None:
        if len(patterns) <= MOST_IN_SQL:
            number = len(self.shapes)
            self.shapes.append(Shape("like", column, len(patterns)))
            self.values.update((f"v{number}_{i}", pattern) for i, pattern in enumerate(patterns))

    def _add(self, shape: Shape, value: Any) -> None:
        self.values[f"v{len(self.shapes)}"] = value
        self.shapes.append(shape)


def _holds_a_line(lines: list[str]) -> Check:
    wrapped = [f"\n{line}\n" for line in lines]
    return lambda text: any(line in text for line in wrapped)


def _holds_a_match(prefix: str, patterns: Sequence[str]) -> Check:
    start = len(prefix)

    def check(text: str) -> bool:
        lines = [line[start:] for line in text.split("\n") if line and line.startswith(prefix)]
        return any(matches(pattern, line) for pattern in patterns for line in lines)

    return check


@lru_cache(maxsize=512)
def of_patient(
    table: sa.Table, columns: Columns, shapes: tuple[Shape, ...], checked: tuple[str, ...], limited: bool
) -> Statement:
    """Rows of one patient that meet all conditions. Values: `pat`, `pid`, `limit` if so, and those of the conditions.

    The patient is found by hash and confirmed by the whole id; those merged into the patient come along.
    """
    pat = sa.bindparam("pat", type_=sa.BigInteger())
    chain = sa.union_all(
        sa.select(pat), sa.select(patient_alias.c.subsumed).where(patient_alias.c.pat == pat)
    ).scalar_subquery()
    known = sa.exists().where(
        patient.c.pat == pat,
        patient.c.pid == sa.bindparam("pid", type_=sa.Text()),
        sa.or_(*(patient.c.state == int(state) for state in VISIBLE)),
    )
    found = _select(table, columns, shapes, checked).where(table.c.pat.in_(chain), known)
    return Statement(found.limit(sa.bindparam("limit", type_=sa.Integer())) if limited else found)


@lru_cache(maxsize=128)
def by_ids(
    table: sa.Table, columns: Columns, shapes: tuple[Shape, ...], checked: tuple[str, ...], places: int
) -> Statement:
    """Rows of one patient by id that meet all conditions. Values: `pat`, list `id` and those of the conditions."""
    pat = sa.bindparam("pat", type_=sa.BigInteger())
    ids = within(raw(table.c.id), "id", places)
    return Statement(_select(table, columns, shapes, checked).where(table.c.pat == pat, ids))


def _select(table: sa.Table, columns: Columns, shapes: tuple[Shape, ...], checked: tuple[str, ...]) -> sa.Select[Any]:
    clauses = [_clause(table, shape, number) for number, shape in enumerate(shapes)]
    return sa.select(*columns, *(table.c[name] for name in checked)).where(*clauses)


def _clause(table: sa.Table, shape: Shape, number: int) -> sa.ColumnElement[bool]:
    column: sa.ColumnElement[Any] = table.c[shape.column]
    value: sa.BindParameter[Any] = sa.bindparam(f"v{number}", type_=column.type)
    match shape.kind:
        case "in":
            return within(column, f"v{number}", shape.size)
        case "from":
            return _since(column, value, shape.size)
        case "to":
            return column <= value
        case "absent or from":
            return column.is_(None) | _since(column, value, shape.size)
        case "absent or to":
            return column.is_(None) | (column <= value)
        case "on-demand or from":
            return (table.c.kind == int(EntryKind.ON_DEMAND)) | _since(column, value, shape.size)
        case "on-demand or to":
            return (table.c.kind == int(EntryKind.ON_DEMAND)) | (column <= value)
        case "like":
            patterns = (sa.bindparam(f"v{number}_{i}", type_=sa.Text()) for i in range(shape.size))
            return sa.or_(*(column.like(pattern, escape=ESCAPE) for pattern in patterns))
    raise AssertionError(f"no condition of kind {shape.kind}")


def _since(column: sa.ColumnElement[Any], value: sa.BindParameter[Any], around: int) -> sa.ColumnElement[bool]:
    """From the value on, or at the start of one of the longer periods around it."""
    return (column >= value) | within(column, str(value.key), around) if around else column >= value
