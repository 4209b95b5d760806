"""`carnet pki`, as people use it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dmp.cli import commands


def pki(*words: str) -> Result:
    return CliRunner().invoke(commands["pki"], words)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    result = pki("init", str(tmp_path / "pki"), "--key", "p256")
    assert result.exit_code == 0, result.output
    return tmp_path / "pki"


def listed(directory: Path) -> dict[str, dict[str, str]]:
    result = pki("list", str(directory), "--json")
    assert result.exit_code == 0, result.output
    return {entry["name"]: entry for entry in json.loads(result.output)}


def test_init_says_what_to_do_next(tmp_path: Path) -> None:
    result = pki("init", str(tmp_path / "new"), "--key", "p256")
    assert f"--trust {tmp_path / 'new'}" in result.output
    assert "doctor.p12" in result.output
    assert (tmp_path / "new" / ".gitignore").read_text() == "*\n"


def test_init_replaces_nothing_unless_told(directory: Path, tmp_path: Path) -> None:
    before = (directory / "anchors" / "root.pem").read_bytes()
    refused = pki("init", str(directory))
    assert refused.exit_code == 1
    assert "is not empty; add --force to replace it" in refused.output
    assert (directory / "anchors" / "root.pem").read_bytes() == before
    assert pki("init", str(directory), "--force", "--key", "p256").exit_code == 0
    assert (directory / "anchors" / "root.pem").read_bytes() != before


def test_init_never_writes_over_what_is_no_authority(tmp_path: Path) -> None:
    (tmp_path / "anchors").mkdir()
    result = pki("init", str(tmp_path), "--force")
    assert result.exit_code == 1
    assert "give a directory that is empty or new" in result.output


def test_list_shows_who_is_refused_and_why(directory: Path) -> None:
    entries = listed(directory)
    assert entries["doctor"]["verdict"] == entries["doctor-auth"]["verdict"] == entries["server"]["verdict"] == "ok"
    assert (entries["doctor"]["usage"], entries["hospital"]["usage"]) == ("SIGN", "SEAL")
    wrong = {name: entry["verdict"] for name, entry in entries.items() if "hospital-" in name}
    assert wrong == {"hospital-auth": "ok"} | {
        f"bad/hospital-{flaw}{half}": reason
        for half in ("", "-auth")
        for flaw, reason in {
            "expired": "expired",
            "not-yet-valid": "not-yet-valid",
            "revoked": "revoked",
            "wrong-usage": "wrong-usage",
            "wrong-key-usage": "wrong-usage",
            "self-signed": "self-signed",
            "stranger": "unknown-issuer",
        }.items()
    }
    assert "899900101017" in pki("list", str(directory)).output


def test_revoke_takes_both_certificates_of_an_identity_or_one(directory: Path) -> None:
    assert pki("revoke", str(directory), "nurse", "pharmacist-auth").exit_code == 0
    verdicts = {name: entry["verdict"] for name, entry in listed(directory).items()}
    assert verdicts["nurse"] == verdicts["nurse-auth"] == verdicts["pharmacist-auth"] == "revoked"
    assert verdicts["pharmacist"] == verdicts["doctor"] == "ok"


def test_revoke_names_who_is_there_when_it_finds_nobody(directory: Path) -> None:
    result = pki("revoke", str(directory), "surgeon")
    assert result.exit_code == 1
    assert "there is no surgeon" in result.output
    assert "nurse-auth" in result.output


def test_crl_issues_lists_that_hold_as_long_as_asked(directory: Path) -> None:
    result = pki("crl", str(directory), "--days", "2")
    assert result.exit_code == 0
    assert "persons.crl" in result.output
    assert listed(directory)["bad/doctor-revoked"]["verdict"] == "revoked"


def test_a_broken_list_is_named(directory: Path) -> None:
    (directory / "crls" / "persons.crl").write_bytes(b"junk")
    result = pki("list", str(directory))
    assert "persons.crl: not a certificate revocation list" in result.output
    assert listed(directory)["doctor"]["verdict"] == "crl-missing"


@pytest.mark.parametrize("word", ["list", "crl"])
def test_a_directory_without_an_authority_gets_a_sentence(tmp_path: Path, word: str) -> None:
    result = pki(word, str(tmp_path / "nothing"))
    assert result.exit_code == 1
    assert "holds no test authority; make one with carnet pki init" in result.output
