"""`carnet signature make` and `check`, as a vendor uses them."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from client import sample
from dmp.cli_signature import signature
from security.dsg import DMP_LEGACY, STRICT

Run = Callable[..., Result]
POLICIES = pytest.mark.parametrize("policy", [DMP_LEGACY.name, STRICT.name])


@pytest.fixture
def run() -> Run:
    def invoke(*args: str | Path) -> Result:
        return CliRunner().invoke(signature, [str(each) for each in args])

    return invoke


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    file = tmp_path / "letter.xml"
    file.write_bytes(sample.fresh().letter)
    return file


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    file = tmp_path / "scan.pdf"
    file.write_bytes(os.urandom(2000))
    return file


@pytest.fixture
def make(run: Run, pki: Path, tmp_path: Path) -> Callable[..., Path]:
    """`make(identity, file, …)`: the signature document as a file."""

    def made(identity: str, *args: str | Path) -> Path:
        result = run("make", "--identity", pki / "identities" / f"{identity}.p12", *args)
        assert result.exit_code == 0, result.output
        file = tmp_path / "signature.xml"
        file.write_bytes(result.stdout_bytes)
        return file

    return made


@POLICIES
def test_what_is_made_is_accepted(make: Callable[..., Path], run: Run, letter: Path, pki: Path, policy: str) -> None:
    result = run("check", make("doctor", letter, "--policy", policy), letter, "--trust", pki)
    assert result.exit_code == 0, result.output
    assert f"politique {policy}" in result.stdout
    assert "signature acceptée" in result.stdout
    assert "refusé" not in result.stdout


@POLICIES
def test_a_document_that_is_no_cda_is_signed_under_the_id_given(
    make: Callable[..., Path], run: Run, scan: Path, pki: Path, policy: str
) -> None:
    assert "give it: --id OID" in run("make", "--identity", pki / "identities" / "doctor.p12", scan).output
    file = make("doctor", scan, "--id", "2.999.1", "--set", "2.999.2", "--policy", policy)
    assert b'URI="urn:oid:2.999.1"' in file.read_bytes()
    assert b'URI="urn:oid:2.999.2"' in file.read_bytes()
    assert run("check", file, scan, "--id", "2.999.1", "--trust", pki).exit_code == 0


def test_every_check_is_told_after_the_first_that_fails(
    make: Callable[..., Path], run: Run, letter: Path, pki: Path
) -> None:
    file = make("bad/doctor-revoked", letter)
    letter.write_bytes(letter.read_bytes().replace(b"LYON", b"NICE"))
    result = run("check", file, letter, "--trust", pki, "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert not told["accepted"]
    assert [c["rule"] for c in told["checks"] if c["verdict"] == "refused"] == [
        "lot.certificate",
        "lot.document-digest",
    ]
    assert "a été révoqué par" in told["checks"][2]["detail"]


def test_without_trust_and_documents_nothing_is_claimed_of_them(
    make: Callable[..., Path], run: Run, letter: Path
) -> None:
    told = json.loads(run("check", make("doctor", letter), "--json").stdout)
    assert told["accepted"]
    assert [c["verdict"] for c in told["checks"]].count("not_checked") == 4


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        (b"<Signature ", b"<Other ", ["lot.malformed"]),
        (b"AA==", b"AQ==", ["lot.digest", "lot.manifest-set"]),
        (b"1.2.840.10065.1.12.1.14", b"1.2.840.10065.1.12.1.1", ["lot.purpose"]),
        (b"SigningTime>20", b"SigningTime>30", ["lot.digest", "lot.signing-time", "lot.signing-time"]),
    ],
)
def test_what_is_altered_is_named(
    make: Callable[..., Path], run: Run, letter: Path, pki: Path, old: bytes, new: bytes, rules: list[str]
) -> None:
    file = make("doctor", letter)
    content = file.read_bytes()
    assert old in content
    file.write_bytes(content.replace(old, new))
    told = json.loads(run("check", file, letter, "--trust", pki, "--json").stdout)
    assert [c["rule"] for c in told["checks"] if c["verdict"] == "refused"] == rules


def test_it_is_judged_as_of_the_time_given(make: Callable[..., Path], run: Run, letter: Path, pki: Path) -> None:
    result = run("check", make("doctor", letter), letter, "--trust", pki, "--at", "2090-01-01T00:00:00Z")
    assert result.exit_code == 1
    assert "a expiré le" in result.stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--id", "one"), "one is not an OID"),
        (("--policy", "lax"), "'lax' is not one of"),
    ],
)
def test_a_wrong_option_is_told(run: Run, letter: Path, pki: Path, args: tuple[str, str], message: str) -> None:
    result = run("make", "--identity", pki / "identities" / "doctor.p12", letter, *args)
    assert result.exit_code == 2
    assert message in result.output


def test_a_missing_identity_is_a_sentence(run: Run, letter: Path, tmp_path: Path) -> None:
    result = run("make", "--identity", tmp_path / "nobody.p12", letter)
    assert result.exit_code == 1
    assert "there is no such file" in result.output
