"""The repository's identifier is an OID of its own, and stays."""

import re
from pathlib import Path

from carnet.identity import repository_unique_id


def test_it_is_an_oid_made_from_a_uuid(tmp_path: Path) -> None:
    assert re.fullmatch(r"2\.25\.[1-9][0-9]{20,38}", repository_unique_id(tmp_path))


def test_it_stays_the_same(tmp_path: Path) -> None:
    assert repository_unique_id(tmp_path) == repository_unique_id(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["repository-unique-id"]


def test_two_data_directories_have_two(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert repository_unique_id(tmp_path / "a") != repository_unique_id(tmp_path / "b")
