"""Files as they are given on the command line: read within bounds, or refused with a sentence."""

import sys
from pathlib import Path
from typing import Final

from conformance.judging.judge import MAX_BYTES

STANDARD_INPUT: Final = "-"


class FileRefused(ValueError):
    """A file that cannot be looked at; the sentence says why."""


def read(name: str) -> bytes:
    """The bytes of a file, or of standard input for `-`. Raises `FileRefused`."""
    data = sys.stdin.buffer.read(MAX_BYTES + 1) if name == STANDARD_INPUT else _from_disk(Path(name))
    if len(data) > MAX_BYTES:
        raise FileRefused(f"{shown(name)} is larger than the {MAX_BYTES >> 20} MB that are read")
    return data


def _from_disk(path: Path) -> bytes:
    if path.is_dir():
        raise FileRefused(f"{path} is a directory; name the files in it, as in {path}/*.xml")
    if path.exists() and not path.is_file():
        raise FileRefused(f"{path} is no regular file; send its content to carnet lint -")
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileRefused(f"{path} cannot be read: {error.strerror}") from None


def shown(name: str) -> str:
    """How a file is called in what is printed."""
    return "standard input" if name == STANDARD_INPUT else name
