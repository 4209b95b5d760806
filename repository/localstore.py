"""Documents as files of this machine, durable before they are acknowledged."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import Final

from repository.documents import READ_SIZE, Content, Digest, DocumentWriter, StoredObject

_WRITE_BEHIND: Final = 16 << 20
"""Bytes written before the disk is set to work on them, while the rest of a large document arrives."""


class LocalStore:
    """Objects as files under one directory.

    A writer fills a file in `incoming/`, on the same file system; commit is fsync, rename, fsync of the directory.
    """

    def __init__(self, root: Path) -> None:
        """Makes `root` when it is missing. Raises OSError when it cannot be written."""
        self.root = root
        self.incoming = root / "incoming"
        self.incoming.mkdir(parents=True, exist_ok=True)
        self._root = str(root)
        self._durable = {self._root}
        """Directories known to be there after a power cut."""

    def open_write(self, key: str) -> DocumentWriter:
        path = self._path(key)
        if os.path.exists(path):
            raise FileExistsError(f"the object {key} is there already")
        self._make_directory(os.path.dirname(path))
        return _LocalWriter(os.path.join(self.incoming, os.path.basename(path)), path)

    def open_read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        file = FileIO(self._path(key))
        if start:
            file.seek(start)
        return _pieces(file, None if end is None else end - start)

    def stat(self, key: str) -> StoredObject:
        status = os.stat(self._path(key))
        return StoredObject(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))

    def delete(self, key: str) -> None:
        # no fsync: a file that comes back after a power cut has no row, the sweeper removes it
        with suppress(FileNotFoundError):
            os.unlink(self._path(key))

    def list(self) -> Iterator[StoredObject]:
        for first in _directories(self.root):
            for second in _directories(first):
                for name in sorted(os.listdir(second)):
                    with suppress(FileNotFoundError):  # deleted meanwhile
                        yield self.stat(f"{first.name}/{second.name}/{name}")

    def drop_unfinished(self, before: datetime) -> int:
        dropped = 0
        for path in self.incoming.iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    dropped += 1
        return dropped

    def _path(self, key: str) -> str:
        # text: each step of a Path costs more than the call to the system that it prepares
        if not all(part.isalnum() for part in key.split("/")):
            raise ValueError(f"{key!r} is no object key: letters and digits between slashes")
        return f"{self._root}/{key}"

    def _make_directory(self, directory: str) -> None:
        """Makes it once, its entry in the parent being durable; another process may have made it without fsync yet."""
        if directory in self._durable:
            return
        parent = os.path.dirname(directory)
        self._make_directory(parent)
        with suppress(FileExistsError):
            os.mkdir(directory, 0o700)
        _sync_directory(parent)
        self._durable.add(directory)


class _LocalWriter:
    __slots__ = ("_digest", "_file", "_final", "_unfinished", "_waiting", "_written")

    def __init__(self, unfinished: str, final: str) -> None:
        self._unfinished = unfinished
        self._final = final
        self._written = 0
        self._waiting = 0
        """Bytes that the kernel has not been asked to put on the disk."""
        self._digest = Digest()
        self._file = FileIO(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")

    def write(self, piece: bytes | memoryview) -> None:
        # hashing in a second thread was measured: 570 MB/s against 525, and it takes the core of another request
        self._digest.update(piece)
        self._written += len(piece)
        self._waiting += len(piece)
        written = self._file.write(piece)
        while written < len(piece):  # a raw file may take a part
            piece = memoryview(piece)[written:]
            written = self._file.write(piece)
        if self._waiting >= _WRITE_BEHIND:
            self._write_behind()

    def _write_behind(self) -> None:
        # of dirty pages, this advice makes Linux begin to write: fsync of 200 MB then takes 4 ms instead of 95
        if sys.platform == "linux":
            os.posix_fadvise(self._file.fileno(), self._written - self._waiting, self._waiting, os.POSIX_FADV_DONTNEED)
        self._waiting = 0

    def commit(self) -> Content:
        try:
            os.fsync(self._file.fileno())
            self._file.close()
            os.rename(self._unfinished, self._final)
        except OSError:
            self.abort()
            raise
        try:
            _sync_directory(os.path.dirname(self._final))
        except OSError:
            with suppress(FileNotFoundError):
                os.unlink(self._final)
            raise
        return self._digest.content()

    def abort(self) -> None:
        self._file.close()
        with suppress(FileNotFoundError):
            os.unlink(self._unfinished)


def _pieces(file: FileIO, length: int | None) -> Iterator[bytes]:
    """Reads up to `length` bytes, or to the end; closes the file, also when the reader goes away."""
    with file:
        while length is None or length > 0:
            piece = file.read(READ_SIZE if length is None else min(READ_SIZE, length))
            if not piece:
                return
            if length is not None:
                length -= len(piece)
            yield piece


def _sync_directory(directory: str) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _directories(parent: Path) -> Iterator[Path]:
    """The two-digit ones, in order: `incoming` is none."""
    for name in sorted(os.listdir(parent)):
        if len(name) == 2 and (parent / name).is_dir():
            yield parent / name
