"""A value that follows its files."""

import os
import threading
from pathlib import Path

import pytest

from security.watching import Watched, state_of


def watch(path: Path, told: list[str], interval: float = 3600) -> Watched[int]:
    return Watched(
        lambda: int(path.read_text()),
        lambda: state_of([path]),
        interval=interval,
        failed=lambda error: told.append(str(error)),
    )


def replace(path: Path, text: str) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(text)
    beside.replace(path)


def test_a_changed_file_gives_a_new_value(tmp_path: Path) -> None:
    path = tmp_path / "value"
    path.write_text("1")
    watched = watch(path, [])
    assert watched.current == 1
    assert not watched.refresh()
    replace(path, "2")
    assert watched.refresh()
    assert watched.current == 2
    watched.close()


def test_a_file_that_is_wrong_at_the_start_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "value"
    path.write_text("x")
    with pytest.raises(ValueError, match="invalid literal"):
        watch(path, [])


def test_a_broken_file_leaves_the_last_good_value_and_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "value"
    path.write_text("1")
    told: list[str] = []
    watched = watch(path, told)
    replace(path, "x")
    assert not watched.refresh()
    assert not watched.refresh()
    assert watched.current == 1
    assert len(told) == 1
    replace(path, "3")
    assert watched.refresh()
    assert watched.current == 3
    watched.close()


def test_the_thread_sees_the_change_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "value"
    path.write_text("1")
    loaded = threading.Event()

    def load() -> int:
        value = int(path.read_text())
        if value == 2:
            loaded.set()
        return value

    watched = Watched(load, lambda: state_of([path]), interval=0.01)
    assert watched.current == 1
    replace(path, "2")
    assert loaded.wait(20)
    watched.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_watches_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "value"
    path.write_text("1")
    watched = watch(path, [], interval=0.01)
    assert watched.current == 1
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            before = watched.current
            replace(path, "2")
            for _ in range(2000):
                if watched.current == 2:
                    break
                threading.Event().wait(0.01)
            os.write(write, f"{before} {watched.current}".encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 100) == b"1 2"
    watched.close()
