"""The directory of a journal: its files, and the head that says how far it is on the disk.

`YYYYMMDD-SEQUENCE.journal` holds records from SEQUENCE on, one a line. `head` names the last file, an offset in it and
the record that ends there: everything before is on the disk, so that a journal that ends earlier was cut. It is also
what writers lock.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from security.audit.chain import GENESIS, Mark

HEAD: Final = "head"
_NAME: Final = re.compile(r"([0-9]{8})-([0-9]{18})\.journal")


@dataclass(frozen=True, slots=True)
class Place:
    """The end of a record: where it is, and its mark."""

    file: str
    """Name; empty before the first file."""
    offset: int
    mark: Mark

    def written(self) -> bytes:
        """Always of the same length, so that it is written over in one piece."""
        return (
            f'{{"file":"{self.file:40}","offset":{self.offset:18d},'
            f'"sequence":{self.mark.sequence:18d},"hash":"{self.mark.hash}"}}\n'
        ).encode()

    @classmethod
    def read(cls, content: bytes) -> "Place | None":
        """None for anything that `written` does not write."""
        try:
            told = json.loads(content)
            place = cls(told["file"].rstrip(), told["offset"], Mark.parse(f"{told['sequence']}:{told['hash']}"))
            if place != START:
                first_sequence(place.file)
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        return place if place.written() == content else None


START: Final = Place("", 0, GENESIS)


def file_name(day: str, first: int) -> str:
    """`day` as yyyymmdd; `first`: sequence of the first record."""
    return f"{day}-{first:018d}.journal"


def first_sequence(name: str) -> int:
    """Of a file by its name. Raises ValueError."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name} is no file of a journal")
    return int(found[2])


def journal_files(directory: Path) -> list[str]:
    """Their names in the order of their records."""
    names = [name for name in os.listdir(directory) if _NAME.fullmatch(name)]
    return sorted(names, key=lambda name: (first_sequence(name), name))


class HeadFile:
    """The head, locked by whoever reads or writes the journal. One for each process."""

    def __init__(self, directory: Path) -> None:
        """Raises OSError."""
        self._path = directory / HEAD
        self._file = self._open()

    def _open(self) -> int:
        return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Waits until nobody else reads or writes."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        while os.fstat(self._file).st_nlink == 0:
            # somebody deleted it: others will lock the new one
            os.close(self._file)
            self._file = self._open()
            fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def read(self) -> Place | None:
        return Place.read(os.pread(self._file, 1024, 0))

    def write(self, place: Place) -> None:
        """Raises OSError."""
        os.pwrite(self._file, place.written(), 0)

    def close(self) -> None:
        os.close(self._file)


@contextmanager
def standing_still(directory: Path) -> Iterator[Place | None]:
    """The head of a journal that nobody writes meanwhile; None when it is missing or unreadable. Changes nothing.

    Raises OSError.
    """
    try:
        file = os.open(directory / HEAD, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield Place.read(os.pread(file, 1024, 0))
    finally:
        os.close(file)


def sync_directory(directory: Path) -> None:
    """Makes new names in it durable."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
