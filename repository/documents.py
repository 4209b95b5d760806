"""Where document bytes are kept: the `DocumentStore` protocol, which `LocalStore` and `ObstoreStore` follow.

An object is written once, under a random key, and never changed: the key says nothing of the document, so that erasing
one is erasing one file. What `commit` has acknowledged survives a power cut.
"""

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

READ_SIZE: Final = 512 << 10
"""Bytes per piece handed out by a store."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is known of the bytes of one document once they are stored."""

    size: int
    """Bytes."""
    sha1: str
    """40 hexadecimal digits, lower case: the `hash` of the DocumentEntry; ITI TF-3 4.2.3.2.10."""
    sha256: str
    """64 hexadecimal digits, lower case: tells two contents apart, and serves scrubbing."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    key: str
    size: int
    """Bytes."""
    modified: datetime
    """UTC."""


class DocumentWriter(Protocol):
    """One new object. Nothing of it can be read before `commit`; `abort` leaves nothing behind."""

    def write(self, piece: bytes | memoryview) -> None:
        """Takes the next bytes; they may be overwritten by the caller afterwards."""
        ...

    def commit(self) -> Content:
        """Makes the object durable and readable. Raises OSError, the object then being gone."""
        ...

    def abort(self) -> None:
        """Drops what was written. Does nothing after `commit`, or when called again."""
        ...


class DocumentStore(Protocol):
    """Immutable objects by key. Every method may raise OSError when the storage fails."""

    def open_write(self, key: str) -> DocumentWriter:
        """Raises FileExistsError when the key is taken: objects are never overwritten."""
        ...

    def open_read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to, not including, `end`. Raises FileNotFoundError at once when there is none."""
        ...

    def stat(self, key: str) -> StoredObject:
        """Raises FileNotFoundError."""
        ...

    def delete(self, key: str) -> None:
        """Removes an object; one that is not there is no error."""
        ...

    def list(self) -> Iterator[StoredObject]:
        """Every object, in no order."""
        ...

    def drop_unfinished(self, before: datetime) -> int:
        """Removes what writers that died left unfinished and untouched since `before`; how many."""
        ...


def new_key() -> str:
    """A fresh random object key: `<hh>/<hh>/<32 hexadecimal digits>`, 65 536 directories."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name[2:4]}/{name}"


def open_store(url: str) -> DocumentStore:
    """The store that `url` names: a directory (path or `file:///…`), or `s3://`, `az://`, `gs://`, `memory://`.

    Raises ValueError for anything else, and ImportError with advice when the extra `objects` is not installed.
    """
    scheme = urlsplit(url).scheme
    if scheme == "file" or len(scheme) < 2:  # a path, or the drive letter of one
        from repository.localstore import LocalStore  # both stores follow the protocol of this module

        return LocalStore(Path(unquote(urlsplit(url).path) if scheme == "file" else url))
    from repository.objectstore import ObstoreStore  # obstore is an optional dependency

    return ObstoreStore.open(url)


class Digest:
    """Size, SHA-1 and SHA-256 of a stream, in one pass."""

    __slots__ = ("_sha1", "_sha256", "_size")

    def __init__(self) -> None:
        self._size = 0
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self._sha256 = hashlib.sha256()

    def update(self, piece: bytes | memoryview) -> None:
        self._size += len(piece)
        self._sha1.update(piece)
        self._sha256.update(piece)

    def content(self) -> Content:
        return Content(self._size, self._sha1.hexdigest(), self._sha256.hexdigest())
