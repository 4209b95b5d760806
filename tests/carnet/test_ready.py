"""The ready file is whole or absent; the banner says what a person needs first."""

import json
from dataclasses import replace
from pathlib import Path

from carnet.ready import DEFAULT_REPOSITORY, Endpoints, banner, host_of, remove_ready_file, write_ready_file
from carnet.standing import OPEN
from client.options import REPOSITORY

ENDPOINTS = Endpoints(
    "http://127.0.0.1:8080/",
    "http://127.0.0.1:8080/registry",
    "http://127.0.0.1:8080/repository",
    "127.0.0.1:2575",
    "2.25.7",
)


def test_the_ready_file_holds_what_the_contract_says(tmp_path: Path) -> None:
    path = tmp_path / "new" / "ready.json"
    write_ready_file(path, ENDPOINTS, 4711)
    assert json.loads(path.read_text()) == {
        "registry": "http://127.0.0.1:8080/registry",
        "repository": "http://127.0.0.1:8080/repository",
        "mllp": "127.0.0.1:2575",
        "repository_unique_id": "2.25.7",
        "pid": 4711,
    }
    assert [entry.name for entry in path.parent.iterdir()] == ["ready.json"]


def test_removing_it_twice_does_no_harm(tmp_path: Path) -> None:
    write_ready_file(tmp_path / "ready.json", ENDPOINTS, 1)
    remove_ready_file(tmp_path / "ready.json")
    remove_ready_file(tmp_path / "ready.json")
    assert not (tmp_path / "ready.json").exists()


def test_an_address_of_every_interface_is_told_as_the_loopback_one() -> None:
    assert host_of("0.0.0.0", 80) == "127.0.0.1:80"
    assert host_of("::", 80) == "[::1]:80"
    assert host_of("10.0.0.1", 80) == "10.0.0.1:80"


def test_the_banner_names_endpoints_data_and_a_command_to_try(tmp_path: Path) -> None:
    text = banner(ENDPOINTS, OPEN, data=tmp_path, database="SQLite", notes=("Any code is accepted.",))
    for expected in (
        ENDPOINTS.registry,
        ENDPOINTS.repository,
        "127.0.0.1:2575",
        str(tmp_path),
        "Any code",
        "carnet send",
    ):
        assert str(expected) in text


def test_the_banner_of_a_registry_alone_has_no_repository(tmp_path: Path) -> None:
    alone = Endpoints("http://127.0.0.1:1/", "http://127.0.0.1:1/registry", None, None, None)
    text = banner(alone, OPEN, data=tmp_path, database="SQLite")
    assert "Repository" not in text
    assert "carnet send" not in text


def test_the_command_to_try_names_the_repository_only_where_it_is_not_the_usual_one(tmp_path: Path) -> None:
    assert f"--repository {ENDPOINTS.repository}" not in banner(ENDPOINTS, OPEN, data=tmp_path, database="SQLite")
    elsewhere = replace(ENDPOINTS, repository="http://127.0.0.1:9/repository")
    assert "--repository http://127.0.0.1:9/repository" in banner(elsewhere, OPEN, data=tmp_path, database="SQLite")
    assert DEFAULT_REPOSITORY == REPOSITORY
