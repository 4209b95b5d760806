"""Writes records at the end of the journal, wherever other processes have brought it meanwhile."""

import contextlib
import logging
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from security.audit.chain import BrokenRecord, Mark, follow, read_record, write_record
from security.audit.files import START, HeadFile, Place, file_name, journal_files, sync_directory

_log = logging.getLogger(__name__)

Entry = tuple[str, bytes]
"""Time of the record, message."""

_READ: Final = 1 << 20


class Writer:
    """One process's hand on the journal; used by one thread at a time. Each method raises OSError."""

    def __init__(self, directory: Path, rotate: int) -> None:
        """`rotate`: bytes after which a new file is begun; one is begun each day in any case."""
        self._directory = directory
        self._rotate = rotate
        self._head = HeadFile(directory)
        self._file = -1
        self._tail: Place | None = None

    def write(self, batch: Sequence[Entry], *, durable: bool) -> None:
        """All of the batch, or, when it raises, nothing of it. `durable`: it is on the disk on return."""
        with self._head.locked():
            tail = self._arrive(batch[0][0][:10].replace("-", ""))
            lines: list[bytes] = []
            mark = tail.mark
            for when, message in batch:
                line, mark = write_record(mark, when, message)
                lines.append(line)
            data = b"".join(lines)
            try:
                _write_all(self._file, data)
                if durable:
                    os.fdatasync(self._file)
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(self._file, tail.offset)
                raise
            self._tail = Place(tail.file, tail.offset + len(data), mark)
            if durable:
                self._head.write(self._tail)

    def unsynced(self) -> tuple[int, Place] | None:
        """A file of its own to synchronise, and the place that `synced` may then be told."""
        if self._tail is None or self._file < 0:
            return None
        return os.dup(self._file), self._tail

    def synced(self, place: Place) -> None:
        """Everything up to `place` is on the disk."""
        with self._head.locked():
            head = self._head.read()
            if head is None or head.mark.sequence < place.mark.sequence:
                self._head.write(place)

    def close(self) -> None:
        self._head.close()
        if self._file >= 0:
            os.close(self._file)
        self._file, self._tail = -1, None

    def _arrive(self, day: str) -> Place:
        """The end of the journal, in a file that takes records of this day."""
        head = self._head.read() or self._rebuilt()
        tail = self._tail
        if tail is None or tail.file != head.file:
            tail = self._open(head)
        tail = self._caught_up(tail)
        # never back to an earlier day: clocks are set, and a record may have waited over midnight
        while not tail.file or tail.file[:8] < day or tail.offset >= self._rotate:
            tail = self._caught_up(self._begin(tail.mark, max(day, tail.file[:8])))
        return tail

    def _open(self, place: Place) -> Place:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        if place.file:
            try:
                self._file = os.open(self._directory / place.file, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
            except FileNotFoundError:
                _log.error("audit journal: %s has vanished; the records it held are missing", place.file)
                place = Place("", 0, place.mark)
        self._tail = place
        return place

    def _begin(self, mark: Mark, day: str) -> Place:
        """A new file for the records after `mark`: the one before it is on the disk first, then the head moves."""
        if self._file >= 0:
            os.fdatasync(self._file)
        name = file_name(day, mark.sequence + 1)
        file = os.open(self._directory / name, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if self._file >= 0:
            os.close(self._file)
        self._file = file
        sync_directory(self._directory)
        self._tail = Place(name, 0, mark)
        self._head.write(self._tail)
        return self._tail

    def _caught_up(self, tail: Place) -> Place:
        """The end after what others have written since `tail`; what nobody finished is put aside."""
        if self._file < 0:
            return tail
        size = os.fstat(self._file).st_size
        if size == tail.offset:
            return tail
        if size < tail.offset:
            _log.error("audit journal: %s was cut from %d to %d bytes", tail.file, tail.offset, size)
            # what is left of it stays as it is; the gap shows in every verification from now on
            os.close(self._file)
            self._file = -1
            return Place("", 0, tail.mark)
        data = _read_all(self._file, tail.offset, size)
        place = tail
        for line in data.splitlines(keepends=True):
            try:
                if not line.endswith(b"\n"):
                    raise BrokenRecord("the line is not finished")
                mark = follow(place.mark, line[:-1]).mark
            except BrokenRecord as error:
                self._put_aside(place, data[place.offset - tail.offset :], error)
                break
            place = Place(place.file, place.offset + len(line), mark)
        self._tail = place
        return place

    def _put_aside(self, place: Place, rest: bytes, error: BrokenRecord) -> None:
        """What follows `place` was begun by a writer that died, and promised to nobody; its bytes are kept."""
        aside = self._directory / f"{place.file}.torn-{time.time_ns()}"
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            _write_all(handle, rest)
            os.fsync(handle)
        finally:
            os.close(handle)
        _log.warning("audit journal: %d bytes after record %s put aside in %s: %s",
                     len(rest), place.mark.sequence, aside.name, error)  # fmt: skip
        os.ftruncate(self._file, place.offset)

    def _rebuilt(self) -> Place:
        """Where the journal ends by its last file, when there is no head: at the very first start, or after a loss."""
        files = journal_files(self._directory)
        if not files:
            return START
        _log.error("audit journal: the head is missing; nothing says whether records are missing at the end")
        for name in reversed(files):
            with open(self._directory / name, "rb") as file:
                place = None
                offset = 0
                for line in file:
                    offset += len(line)
                    with contextlib.suppress(BrokenRecord):
                        if line.endswith(b"\n"):
                            place = Place(name, offset, read_record(line[:-1]).mark)
                if place is not None:
                    self._head.write(place)
                    return place
        return START


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _read_all(file: int, start: int, end: int) -> bytes:
    pieces = []
    while start < end:
        piece = os.pread(file, min(_READ, end - start), start)
        if not piece:
            break
        pieces.append(piece)
        start += len(piece)
    return b"".join(pieces)
