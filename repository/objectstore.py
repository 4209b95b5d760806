"""Documents in an object store: S3, Azure Blob Storage, Google Cloud Storage, through obstore (the extra `objects`)."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Final, Self

try:
    import obstore
    from obstore.exceptions import BaseError, NotFoundError
    from obstore.store import MemoryStore, ObjectStore, from_url
except ImportError as missing:  # pragma: no cover - depends on how Carnet was installed
    raise ImportError("this document store needs obstore: install carnet with the extra `objects`") from missing

from repository.documents import READ_SIZE, Content, Digest, DocumentWriter, StoredObject

_SCHEMES: Final = ("s3://", "s3a://", "az://", "azure://", "abfs://", "abfss://", "gs://", "https://")
_BUFFER: Final = 8 << 20
"""Bytes gathered before one part of a multipart upload leaves."""


class ObstoreStore:
    """Objects in a bucket, under the prefix of the URL; what obstore raises comes out as OSError.

    A completed upload is durable. A process that dies leaves at most an incomplete upload: give the bucket a lifecycle
    rule that aborts those, because they cannot be listed here.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def open(cls, url: str) -> Self:
        """`s3://bucket/prefix`, `az://container/prefix` or `gs://bucket/prefix`; credentials come from the environment.

        `memory://` forgets everything with the process. Raises ValueError for another URL.
        """
        if url.startswith("memory:"):
            return cls(MemoryStore())
        if not url.startswith(_SCHEMES):
            raise ValueError(
                f"{url!r} names no document store: write a directory, or s3://, az:// or gs:// and a bucket"
            )
        return cls(from_url(url))

    def open_write(self, key: str) -> DocumentWriter:
        with suppress(FileNotFoundError):
            self.stat(key)
            raise FileExistsError(f"the object {key} is there already")
        return _ObstoreWriter(self._store, key)

    def open_read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        size = self.stat(key).size
        end = size if end is None else min(end, size)
        if start >= end:
            return iter(())
        with _os_errors():
            found = obstore.get(self._store, key, options={"range": (start, end)})
        return _pieces(found)

    def stat(self, key: str) -> StoredObject:
        with _os_errors():
            meta = obstore.head(self._store, key)
        return StoredObject(key, meta["size"], meta["last_modified"])

    def delete(self, key: str) -> None:
        with suppress(FileNotFoundError), _os_errors():
            obstore.delete(self._store, key)

    def list(self) -> Iterator[StoredObject]:
        with _os_errors():
            for batch in obstore.list(self._store):
                for meta in batch:
                    yield StoredObject(meta["path"], meta["size"], meta["last_modified"])

    def drop_unfinished(self, before: datetime) -> int:  # noqa: ARG002 - of the protocol
        """Nothing can be seen of them: 0."""
        return 0


class _ObstoreWriter:
    __slots__ = ("_digest", "_file", "_key", "_open", "_store")

    def __init__(self, store: ObjectStore, key: str) -> None:
        self._store = store
        self._key = key
        self._digest = Digest()
        self._open = True
        with _os_errors():
            self._file = obstore.open_writer(store, key, buffer_size=_BUFFER)

    def write(self, piece: bytes | memoryview) -> None:
        self._digest.update(piece)
        with _os_errors():
            self._file.write(bytes(piece))  # obstore keeps a reference until the part leaves

    def commit(self) -> Content:
        try:
            with _os_errors():
                self._file.close()
        except OSError:
            self.abort()
            raise
        self._open = False
        return self._digest.content()

    def abort(self) -> None:
        """Ends the upload and deletes it: obstore has no other end, and a key nobody knows is read by nobody."""
        if self._open:
            self._open = False
            with suppress(OSError), _os_errors():
                self._file.close()
            with suppress(FileNotFoundError), _os_errors():
                obstore.delete(self._store, self._key)


@contextmanager
def _os_errors() -> Iterator[None]:
    try:
        yield
    except NotFoundError as error:
        raise FileNotFoundError(str(error)) from error
    except BaseError as error:
        raise OSError(str(error)) from error


def _pieces(found: "obstore.GetResult") -> Iterator[bytes]:
    with _os_errors():
        for piece in found.stream(min_chunk_size=READ_SIZE):
            yield bytes(piece)
