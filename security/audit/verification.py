"""Is the journal whole? Every record is read; the first broken place is told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from security.audit.chain import GENESIS, BrokenRecord, Mark, follow
from security.audit.files import Place, first_sequence, journal_files, standing_still

_LONGEST: Final = 64 << 20
"""Bytes of a line: no record is so long, and a file without line feeds must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where the journal is not what was written."""

    file: str
    line: int
    """From 1; 0 when it is about the file as a whole, or the end of the journal."""
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.reason}" if self.line else f"{self.file}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification has found."""

    files: int
    records: int
    """Read before the first broken place."""
    begins: int
    """Sequence of the first record; 0 when there is none."""
    ends: Mark
    """To be noted elsewhere: as long as it fits, nothing up to it was changed."""
    broken: Broken | None
    aside: tuple[str, ...] = ()
    """Files of unfinished records, left by writers that were killed."""


def verify(directory: Path, marks: Iterable[Mark] = ()) -> Verdict:
    """Reads the whole journal, also while it is being written.

    `marks` were noted earlier and have to fit. Where the oldest files were moved away, the mark of their last record
    takes their place. Whoever can write the directory can also write a new chain: only marks kept elsewhere, and the
    records at the collector, show that. Raises OSError.
    """
    wanted = {mark.sequence: mark.hash for mark in marks}
    with standing_still(directory) as head:
        files = journal_files(directory)
        sizes = {name: (directory / name).stat().st_size for name in files}
    if head is None and not files:
        return Verdict(0, 0, 0, GENESIS, Broken(str(directory), 0, "there is no journal here"))
    reading = _Reading(wanted, head)
    for name in files:
        reading.read(name, _lines(directory / name, sizes[name]))
        if reading.broken is not None:
            break
    else:
        reading.finish()
    aside = tuple(sorted(path.name for path in directory.glob("*.torn-*")))
    return Verdict(len(files), reading.records, reading.begins, reading.last, reading.broken, aside)


class _Reading:
    """What is known after the records read so far."""

    def __init__(self, wanted: dict[int, str], head: Place | None) -> None:
        self.records = 0
        self.begins = 0
        self.last = GENESIS
        self.broken: Broken | None = None
        self._wanted, self._head = wanted, head

    def read(self, name: str, lines: Iterator[bytes]) -> None:
        offset = 0
        for number, line in enumerate(lines, 1):
            offset += len(line)
            try:
                self._take(line, name, offset, begins=number == 1)
            except BrokenRecord as error:
                self.broken = Broken(name, number, str(error))
                return

    def _take(self, line: bytes, name: str, offset: int, *, begins: bool) -> None:
        if not line.endswith(b"\n"):
            raise BrokenRecord("the last record is not finished: it was cut, or its writer was killed")
        line = line[:-1]
        if not self.records:
            self.last = self._before(first_sequence(name))
        record = follow(self.last, line)
        if begins and record.mark.sequence != first_sequence(name):
            raise BrokenRecord(f"the file begins with record {record.mark.sequence}, and is named after another")
        self._fits(Place(name, offset, record.mark))
        self.begins = self.begins or record.mark.sequence
        self.records += 1
        self.last = record.mark

    def _before(self, first: int) -> Mark:
        """What the first record there is has to follow; by the name of its file."""
        if first == 1:
            return GENESIS
        noted = self._wanted.get(first - 1)
        if noted is None:
            raise BrokenRecord(
                f"the journal begins with record {first}: the files before it are missing;"
                f" if they were archived, give the mark of record {first - 1}"
            )
        return Mark(first - 1, noted)

    def _fits(self, place: Place) -> None:
        mark = place.mark
        if self._wanted.get(mark.sequence, mark.hash) != mark.hash:
            raise BrokenRecord(f"record {mark.sequence} is not the one whose mark was noted")
        head = self._head
        if head is None or head.mark.sequence != mark.sequence or head == place:
            return
        # a file that was just begun: the head stands at its start
        if head != Place(head.file, 0, mark) or first_sequence(head.file) != mark.sequence + 1:
            raise BrokenRecord(f"record {mark.sequence} is not the one that the head names, or not where it says")

    def finish(self) -> None:
        """What was written or noted beyond the last record is missing."""
        reason = ""
        if self._head is None:
            reason = "the head is missing or unreadable: nothing says where the journal should end"
        else:
            known = max(self._head.mark.sequence, *self._wanted, 0)
            if known > self.last.sequence:
                reason = f"records {self.last.sequence + 1} to {known} are missing at the end"
        if reason:
            self.broken = Broken("the end of the journal", 0, reason)


def _lines(path: Path, size: int) -> Iterator[bytes]:
    """The lines of the first `size` bytes; what is written meanwhile is for the next time."""
    with open(path, "rb") as file:
        while size > 0:
            line = file.readline(min(size, _LONGEST))
            if not line:
                return
            size -= len(line)
            yield line
