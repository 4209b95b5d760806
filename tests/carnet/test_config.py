"""Settings: command line, then environment, then file, then default; each value remembers where it came from."""

from pathlib import Path

import pytest

from carnet.config import ConfigurationError, read
from carnet.settings import Settings, table, variable_name


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "carnet.toml"
    path.write_text('port = 9001\nlog-format = "json"\nmax_envelope = "2 MiB"\nidempotent-retry = false\n')
    return path


def test_without_anything_every_setting_is_its_default() -> None:
    configuration = read({}, {})
    assert configuration.settings == Settings()
    assert set(configuration.origins.values()) == {"default"}


def test_the_command_line_wins_over_the_environment_over_the_file(file: Path) -> None:
    environment = {"CARNET_PORT": "9002", "CARNET_HOST": "::1", "CARNET_LOG_FORMAT": "console"}
    configuration = read({"port": "9003", "host": None}, environment, file)
    assert configuration.settings.port == 9003
    assert configuration.settings.host == "::1"
    assert configuration.settings.log_format == "console"
    assert configuration.settings.max_envelope == 2 << 20
    assert configuration.settings.idempotent_retry is False
    assert configuration.origins["port"] == "--port"
    assert configuration.origins["host"] == "CARNET_HOST"
    assert configuration.origins["log_format"] == "CARNET_LOG_FORMAT"
    assert configuration.origins["max_envelope"] == str(file)
    assert configuration.origins["workers"] == "default"


def test_the_file_can_be_named_in_the_environment(file: Path) -> None:
    assert read({}, {"CARNET_CONFIG": str(file)}).settings.port == 9001


@pytest.mark.parametrize("entry", table(), ids=lambda entry: entry.name)
def test_every_setting_can_be_set_in_the_environment(entry) -> None:  # type: ignore[no-untyped-def]
    # a choice that is not the default
    chosen = next((each for each in entry.metadata["choices"] if each != entry.default), None)
    value, expected = ("", None) if chosen is None else (chosen, chosen)
    if expected is None:
        kind = str(entry.type)
        value, expected = (
            ("false" if entry.default else "true", not entry.default) if "bool" in kind
            else ("4711", 4711) if "int" in kind
            else ("/x/y", Path("/x/y")) if "Path" in kind
            else ("some-text", "some-text")
        )  # fmt: skip
    configuration = read({}, {variable_name(entry.name): value})
    assert getattr(configuration.settings, entry.name) == expected
    assert configuration.origins[entry.name] == variable_name(entry.name)


def test_an_empty_variable_of_an_optional_setting_means_none() -> None:
    assert read({}, {"CARNET_MLLP_PORT": ""}).settings.mllp_port is None
    assert read({}, {"CARNET_CODES": ""}).settings.codes is None


def test_port_zero_is_allowed() -> None:
    assert read({"port": "0", "mllp_port": "0"}, {}).settings.port == 0


@pytest.mark.parametrize(
    ("variable", "value", "advice"),
    [
        ("CARNET_PORT", "eighty", "whole number"),
        ("CARNET_PORT", "65536", "port"),
        ("CARNET_PORT", "-1", "at least 0"),
        ("CARNET_WORKERS", "0", "at least 1"),
        ("CARNET_MAX_ENVELOPE", "2 MB", "16 MiB"),
        ("CARNET_LOG_FORMAT", "yaml", "console, json"),
        ("CARNET_IDEMPOTENT_RETRY", "maybe", "true or false"),
        ("CARNET_PATIENTS", "all", "any, feed"),
    ],
)
def test_a_wrong_value_is_told_with_its_variable_and_what_is_right(variable: str, value: str, advice: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read({}, {variable: value})
    assert variable in str(caught.value)
    assert advice in str(caught.value)


def test_a_mistyped_key_is_answered_with_the_nearest_one(tmp_path: Path) -> None:
    path = tmp_path / "carnet.toml"
    path.write_text("prot = 1")
    with pytest.raises(ConfigurationError, match="did you mean port"):
        read({}, {}, path)


def test_a_broken_file_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "carnet.toml"
    path.write_text("port = 1\nhost = \n")
    with pytest.raises(ConfigurationError, match="line 2"):
        read({}, {}, path)


def test_a_missing_file_is_told() -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        read({}, {}, Path("/nowhere/carnet.toml"))


def test_a_variable_that_names_no_setting_is_noted_and_does_no_harm() -> None:
    configuration = read({}, {"CARNET_PROT": "1"})
    assert configuration.settings == Settings()
    assert configuration.notes == ("CARNET_PROT is set but names no setting",)


def test_every_setting_says_in_one_sentence_what_it_is() -> None:
    for entry in table():
        sentence = entry.metadata["sentence"]
        assert sentence[0].isupper(), entry.name
        assert sentence.endswith("."), entry.name
        assert "\n" not in sentence, entry.name
