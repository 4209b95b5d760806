"""What the how-to says to write is taken, and what it says to run runs."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from carnet.cli import main
from carnet.config import read
from carnet.metrics import Metrics
from metadata import affinity

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "howto.md").read_text(encoding="utf-8")


def blocks(language: str, page: str = PAGE) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.M | re.S)


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("text", [b for b in blocks("toml") if b.startswith("# carnet.toml")])
def test_each_configuration_is_one_that_carnet_reads(text: str, tmp_path: Path) -> None:
    file = tmp_path / "carnet.toml"
    file.write_text(text, encoding="utf-8")
    assert str(file) in read(environment={}, file=file).origins.values()


def test_the_affinity_domain_is_one_that_carnet_reads(tmp_path: Path) -> None:
    [text] = [b for b in blocks("toml") if b.startswith("# domain.toml")]
    file = tmp_path / "domain.toml"
    file.write_text(text, encoding="utf-8")
    assert affinity.load(file).patient_authorities == {"2.999.20"}


def test_each_option_that_it_gives_to_a_command_is_one_of_that_command() -> None:
    given = {
        (word, option)
        for block in blocks("sh")
        for command in re.split(r"\||(?<!\\)\n", block)
        for word, rest in re.findall(r"\bcarnet (serve|config|migrate|find|fetch)\b(.*)", command, re.S)
        for option in re.findall(r"(?<=\s)--[a-z-]+", rest)
    }
    assert ("serve", "--registry-url") in given
    for word, option in sorted(given):
        assert re.search(rf"{option}\b", CliRunner().invoke(main, [word, "--help"]).output), f"carnet {word} {option}"


def test_each_metric_is_one_that_is_counted() -> None:
    counted = Metrics().text()[0].decode()
    named = set(re.findall(r"carnet_[a-z_]+(?=`)", PAGE))
    assert named >= {"carnet_requests_total", "carnet_request_seconds"}
    for name in named:
        assert f"# TYPE {name} " in counted, name


def test_a_backup_taken_as_it_says_from_a_running_server_has_every_document(
    start_carnet: Callable[..., Any], tmp_path: Path
) -> None:
    back_up, _, find_all = blocks("sh", section("Back up and restore"))
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    def run(command: str, **variables: str) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=tmp_path,
            env=environment | variables,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    serving = start_carnet(tmp_path)
    try:
        (tmp_path / "carnet-data").symlink_to(tmp_path / "data")
        (tmp_path / "data" / "repository-unique-id").write_text(serving.repository_unique_id)
        (tmp_path / "note.txt").write_text("Consultation du 4 novembre.\n")
        run("carnet send note.txt --patient 'P1^^^&2.999.20&ISO'", CARNET_REPOSITORY=serving.repository)
        run(back_up)
    finally:
        assert serving.stop() == 0

    restored = tmp_path / "elsewhere"
    restored.mkdir()
    (tmp_path / "backup").rename(restored / "data")
    serving = start_carnet(restored)
    try:
        services = {"CARNET_REGISTRY": serving.registry, "CARNET_REPOSITORY": serving.repository}
        assert "hash and size agree" in run(find_all, **services)
    finally:
        assert serving.stop() == 0
    [note] = (tmp_path / "restored").iterdir()
    assert note.read_text() == "Consultation du 4 novembre.\n"
