"""What a query has found, as rows, on its way to the answer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from registry.queries.shelves import (
    ASSOCIATIONS,
    ENTRIES,
    FOLDERS,
    SUBMISSION_SETS,
    Row,
    Shelf,
    Survivors,
    references,
)


@dataclass(slots=True)
class Results:
    """Rows by shelf; no object stands here twice."""

    rows: dict[Shelf, list[Row]] = field(default_factory=dict)
    survivors: Survivors = field(default_factory=dict)
    """The merged patients among them."""
    patient_ids: frozenset[str] = frozenset()
    """Whose objects these are, for the audit trail, where the query itself names no patient."""

    def put(self, shelf: Shelf, rows: Iterable[Row]) -> None:
        """More rows; those already here, or twice among them, are passed over."""
        held = self.rows.setdefault(shelf, [])
        seen = {row[1] for row in held}
        for row in rows:
            if row[1] not in seen:
                seen.add(row[1])
                held.append(row)

    def of(self, shelf: Shelf) -> list[Row]:
        return self.rows.get(shelf, [])

    @property
    def count(self) -> int:
        return sum(map(len, self.rows.values()))

    @property
    def patients(self) -> set[int]:
        """Who the SubmissionSets, Folders and DocumentEntries belong to, merges applied."""
        owners = {row[0] for shelf in (SUBMISSION_SETS, FOLDERS, ENTRIES) for row in self.of(shelf)}
        return {self.survivors[pat].pat if pat in self.survivors else pat for pat in owners}

    def leaf_objects(self) -> Iterator[bytes]:
        """All objects, complete."""
        for shelf in (SUBMISSION_SETS, FOLDERS, ENTRIES, ASSOCIATIONS):
            if shelf in self.rows:
                yield from shelf.fragments(self.rows[shelf], self.survivors)

    def references(self) -> Iterator[bytes]:
        """All objects, as ObjectRef."""
        for rows in self.rows.values():
            yield from references(rows)
