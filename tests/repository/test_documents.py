"""One contract, kept by every store."""

import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repository.documents import Content, DocumentStore, new_key, open_store
from repository.localstore import LocalStore
from repository.objectstore import ObstoreStore

STORES: dict[str, Callable[[Path], DocumentStore]] = {
    "local": lambda path: LocalStore(path),
    "obstore-memory": lambda path: ObstoreStore(obstore.store.MemoryStore()),
    "obstore-local": lambda path: ObstoreStore(obstore.store.LocalStore(str(path))),
}


@pytest.fixture(params=STORES)
def documents(request: pytest.FixtureRequest, tmp_path: Path) -> DocumentStore:
    return STORES[request.param](tmp_path)


def put(documents: DocumentStore, *pieces: bytes | memoryview, key: str | None = None) -> str:
    key = key or new_key()
    writer = documents.open_write(key)
    for piece in pieces:
        writer.write(piece)
    writer.commit()
    return key


def keys(documents: DocumentStore) -> set[str]:
    return {found.key for found in documents.list()}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=3000), max_size=8))
def test_what_is_read_is_what_was_written(documents: DocumentStore, pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    key = put(documents, *pieces)
    assert b"".join(documents.open_read(key)) == whole
    assert documents.stat(key).size == len(whole)


def test_commit_tells_size_and_both_hashes(documents: DocumentStore) -> None:
    writer = documents.open_write(new_key())
    writer.write(b"the quick brown ")
    writer.write(memoryview(b"fox\r\n"))
    whole = b"the quick brown fox\r\n"
    assert writer.commit() == Content(len(whole), hashlib.sha1(whole).hexdigest(), hashlib.sha256(whole).hexdigest())


def test_a_piece_may_be_overwritten_by_its_owner_afterwards(documents: DocumentStore) -> None:
    buffer = bytearray(b"first")
    key = new_key()
    writer = documents.open_write(key)
    writer.write(memoryview(buffer))
    buffer[:] = b"again"
    writer.write(memoryview(buffer))
    writer.commit()
    assert b"".join(documents.open_read(key)) == b"firstagain"


def test_an_empty_document_is_a_document(documents: DocumentStore) -> None:
    key = put(documents)
    assert b"".join(documents.open_read(key)) == b""
    assert keys(documents) == {key}


@pytest.mark.parametrize(("start", "end"), [(0, 1), (3, 7), (9, 10), (0, None), (4, None), (10, None), (5, 5), (2, 99)])
def test_a_range_is_that_part_of_the_document(documents: DocumentStore, start: int, end: int | None) -> None:
    key = put(documents, b"0123456789")
    assert b"".join(documents.open_read(key, start, end)) == b"0123456789"[start:end]


def test_nothing_is_seen_before_commit(documents: DocumentStore) -> None:
    key = new_key()
    writer = documents.open_write(key)
    writer.write(b"x" * 100_000)
    with pytest.raises(FileNotFoundError):
        documents.open_read(key)
    with pytest.raises(FileNotFoundError):
        documents.stat(key)
    assert keys(documents) == set()
    writer.commit()
    assert keys(documents) == {key}


def test_abort_leaves_nothing(documents: DocumentStore, tmp_path: Path) -> None:
    key = new_key()
    writer = documents.open_write(key)
    writer.write(b"x" * 10_000_000)
    writer.abort()
    writer.abort()
    assert keys(documents) == set()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_abort_after_commit_takes_nothing_back(documents: DocumentStore) -> None:
    key = new_key()
    writer = documents.open_write(key)
    writer.write(b"kept")
    writer.commit()
    writer.abort()
    assert b"".join(documents.open_read(key)) == b"kept"


def test_an_object_is_never_overwritten(documents: DocumentStore) -> None:
    key = put(documents, b"first")
    with pytest.raises(FileExistsError):
        documents.open_write(key)
    assert b"".join(documents.open_read(key)) == b"first"


def test_delete_removes_and_is_content_with_nothing_to_remove(documents: DocumentStore) -> None:
    key = put(documents, b"gone soon")
    documents.delete(key)
    documents.delete(key)
    with pytest.raises(FileNotFoundError):
        documents.open_read(key)
    assert keys(documents) == set()


def test_list_gives_every_object_with_its_size_and_age(documents: DocumentStore) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    written = {put(documents, b"x" * n): n for n in range(20)}
    found = list(documents.list())
    assert {each.key: each.size for each in found} == written
    assert all(before < each.modified < before + timedelta(minutes=5) for each in found)


def test_a_reader_that_stops_early_closes_its_file(tmp_path: Path) -> None:
    documents = LocalStore(tmp_path)
    key = put(documents, b"x" * 3_000_000)
    open_before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        pieces = documents.open_read(key)
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]
    for _ in range(5):
        documents.open_read(key)
    assert len(os.listdir("/proc/self/fd")) == open_before


def test_two_stores_on_one_directory_see_the_same_objects(tmp_path: Path) -> None:
    first, second = LocalStore(tmp_path), LocalStore(tmp_path)
    key = put(first, b"shared")
    assert b"".join(second.open_read(key)) == b"shared"
    put(second, b"more", key=key[:6] + "0" * 32)
    assert len(keys(first)) == 2


def test_unfinished_files_go_once_they_are_old(tmp_path: Path) -> None:
    documents = LocalStore(tmp_path)
    documents.open_write(new_key()).write(b"a process died here")
    assert documents.drop_unfinished(datetime.now(UTC) - timedelta(hours=1)) == 0
    assert documents.drop_unfinished(datetime.now(UTC) + timedelta(seconds=1)) == 1
    assert list(documents.incoming.iterdir()) == []


def test_a_failing_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = LocalStore(tmp_path)
    key = new_key()
    writer = documents.open_write(key)
    writer.write(b"x")

    def no_space(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        writer.commit()
    assert keys(documents) == set()
    assert list(documents.incoming.iterdir()) == []


def test_file_then_name_then_directory_reach_the_disk_in_this_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = LocalStore(tmp_path)
    key = new_key()
    writer = documents.open_write(key)
    steps: list[str] = []
    fsync, rename = os.fsync, os.rename

    def recorded_fsync(handle: int) -> None:
        steps.append("fsync " + os.path.relpath(os.readlink(f"/proc/self/fd/{handle}"), tmp_path))
        fsync(handle)

    def recorded_rename(source: Path, target: Path) -> None:
        steps.append(f"rename to {os.path.relpath(target, tmp_path)}")
        rename(source, target)

    monkeypatch.setattr(os, "fsync", recorded_fsync)
    monkeypatch.setattr(os, "rename", recorded_rename)
    writer.commit()
    directory, name = key.rsplit("/", 1)
    assert steps == [f"fsync incoming/{name}", f"rename to {key}", f"fsync {directory}"]


def test_a_new_directory_reaches_the_disk_before_its_first_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    LocalStore(tmp_path)._make_directory(str(tmp_path / "ab" / "cd"))  # made by another process
    documents = LocalStore(tmp_path)
    synced: list[str] = []
    fsync = os.fsync

    def recorded(handle: int) -> None:
        synced.append(os.path.relpath(os.readlink(f"/proc/self/fd/{handle}"), tmp_path))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", recorded)
    documents.open_write("ab/cd/" + "0" * 32)
    assert synced == [".", "ab"]
    documents.open_write("ab/cd/" + "1" * 32)
    assert synced == [".", "ab"]


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "ab//cd", "", "ab/cd/..", "ab/c d"])
def test_a_key_cannot_leave_the_store(tmp_path: Path, key: str) -> None:
    documents = LocalStore(tmp_path)
    with pytest.raises(ValueError, match="no object key"):
        documents.open_read(key)


def test_keys_are_random_and_spread() -> None:
    made = {new_key() for _ in range(1000)}
    assert len(made) == 1000
    assert all(key[:2] + key[3:5] == key[6:10] and len(key) == 38 for key in made)


def test_a_url_names_a_store(tmp_path: Path) -> None:
    assert isinstance(open_store(str(tmp_path / "a")), LocalStore)
    assert isinstance(open_store((tmp_path / "b").as_uri()), LocalStore)
    assert isinstance(open_store("memory://"), ObstoreStore)
    with pytest.raises(ValueError, match="names no document store"):
        open_store("ftp://example.org/documents")
