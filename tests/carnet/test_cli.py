"""The command: its words, its help, its documentation."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from carnet import __version__
from carnet.cli import main
from carnet.documentation import PAGES
from carnet.settings import key_name, option_name, table, variable_name

ROOT = Path(__file__).parents[2]


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for entry in table():
        monkeypatch.delenv(variable_name(entry.name), raising=False)
    return CliRunner()


def test_the_version_is_told(runner: CliRunner) -> None:
    assert runner.invoke(main, ["--version"]).output == f"carnet {__version__}\n"


def test_a_mistyped_word_is_answered_with_the_nearest_one(runner: CliRunner) -> None:
    result = runner.invoke(main, ["serv"])
    assert result.exit_code == 2
    assert "did you mean serve?" in result.output


def test_serve_has_the_options_of_the_contract(runner: CliRunner) -> None:
    shown = set(re.findall(r"^\s+(?:-h, )?(--[a-z-]+)", runner.invoke(main, ["serve", "--help"]).output, re.M))
    assert shown >= {
        "--profile", "--data", "--host", "--port", "--only", "--registry-url", "--config", "--codes", "--patients",
        "--mllp-port", "--database", "--documents", "--workers", "--ready-file", "--help",
        "--tls-cert", "--tls-key", "--trust", "--signature-policies", "--sandbox",
    }  # fmt: skip


def test_config_shows_each_value_and_where_it_came_from(runner: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "carnet.toml"
    file.write_text('log-format = "json"\n')
    result = runner.invoke(
        main, ["config", "--json", "--port", "0", "--config", str(file)], env={"CARNET_HOST": "127.0.0.2"}
    )
    told = json.loads(result.output)
    assert told["port"]["value"] == 0
    assert told["port"]["origin"] == "--port"
    assert (told["host"]["value"], told["host"]["origin"]) == ("127.0.0.2", "CARNET_HOST")
    assert (told["log-format"]["value"], told["log-format"]["origin"]) == ("json", str(file))
    assert (told["data"]["value"], told["data"]["origin"]) == ("carnet-data", "default")
    assert set(told) == {key_name(entry.name) for entry in table()}


def test_config_is_a_table_for_people(runner: CliRunner) -> None:
    result = runner.invoke(main, ["config", "--port", "9"], env={"COLUMNS": "160"})
    assert result.exit_code == 0
    assert re.search(r"^port\s+9\s+--port", result.output, re.M)


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_config_never_shows_the_password_of_the_database(runner: CliRunner, form: list[str]) -> None:
    result = runner.invoke(main, ["config", *form, "--database", "postgresql://carnet:secret@db/carnet"])
    assert "postgresql://carnet:***@db/carnet" in result.output
    assert "secret" not in result.output


def test_a_wrong_setting_is_one_sentence(runner: CliRunner) -> None:
    result = runner.invoke(main, ["config"], env={"CARNET_PORT": "eighty"})
    assert result.exit_code == 1
    assert result.output.startswith("Error: CARNET_PORT: port is 'eighty'; write a whole number")


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make docs` writes. In a process of its own: click remembers how a command was first called for help."""
    directory = tmp_path_factory.mktemp("docs")
    subprocess.run([sys.executable, "-m", "carnet.documentation", str(directory)], check=True, cwd=ROOT, timeout=60)
    return directory


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_generated_pages_are_those_of_the_code(generated: Path, name: str) -> None:
    written = (generated / name).read_text(encoding="utf-8")
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == written, "run `make docs`"


def test_every_setting_has_its_line_in_the_documentation() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    for entry in table():
        assert f"| `{key_name(entry.name)}` |" in page
        assert f"`{variable_name(entry.name)}`" in page
        assert not entry.metadata["option"] or f"`{option_name(entry.name)}`" in page
