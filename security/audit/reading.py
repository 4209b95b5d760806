"""Reads the journal by position: what a shipper does, while others write."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from security.audit.chain import BrokenRecord, Record, read_record
from security.audit.files import START, Place, first_sequence, journal_files, standing_still

_log = logging.getLogger(__name__)


class PositionFile:
    """How far something has come in the journal, kept beside it."""

    def __init__(self, path: Path) -> None:
        self.path: Final = path

    def read(self) -> Place:
        """The beginning of the journal, when nothing is kept that can be read."""
        try:
            return Place.read(self.path.read_bytes()) or START
        except OSError:
            return START

    def write(self, place: Place) -> None:
        """Not synchronised: an older position only means that records are sent twice. Raises OSError."""
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(file, place.written(), 0)
        finally:
            os.close(file)


def head_of(directory: Path) -> Place:
    """How far the journal is on the disk. Raises OSError."""
    with standing_still(directory) as head:
        return head or START


def records_after(directory: Path, place: Place, head: Place) -> Iterator[tuple[Record, Place]]:
    """The records after `place`, up to `head`, each with its own place. Raises OSError.

    A line that is broken is passed over and logged: it must not keep the others from being seen elsewhere.
    """
    for name in journal_files(directory):
        first = first_sequence(name)
        if place.file and (first, name) < (first_sequence(place.file), place.file):
            continue
        if first > head.mark.sequence and name != head.file:
            return
        offset = place.offset if name == place.file else 0
        end = head.offset if name == head.file else (directory / name).stat().st_size
        with open(directory / name, "rb") as file:
            file.seek(offset)
            while offset < end:
                line = file.readline(end - offset)
                if not line:
                    break
                offset += len(line)
                try:
                    record = read_record(line.removesuffix(b"\n"))
                except BrokenRecord as error:
                    _log.error("audit journal: %s before byte %d: %s; not sent", name, offset, error)
                    continue
                if record.mark.sequence > place.mark.sequence:
                    yield record, Place(name, offset, record.mark)
        if name == head.file:
            return
