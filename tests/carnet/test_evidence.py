"""`carnet signature evidence`, beside a server that runs or after it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from carnet import migrations
from carnet.evidence import signature
from repository import evidence
from storage import Database


@dataclass(frozen=True)
class Proof:
    document: str
    content: bytes
    policy: str = "strict"
    signer: str = "899900101017"
    verified_at: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data directory of a server with one signed set."""
    database = Database.open(f"sqlite:///{tmp_path / 'carnet.sqlite'}")
    migrations.upgrade(database)
    proof = Proof("2.999.2", b'{"chain": ["AA=="]}')
    database.write(lambda connection: evidence.keep(connection, "2.999.1", proof))
    database.close()
    return tmp_path


def test_evidence_is_printed(data: Path) -> None:
    result = CliRunner().invoke(signature, ["evidence", "2.999.1", "--data", str(data)])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == [
        {
            "submissionSet": "2.999.1",
            "signatureDocument": "2.999.2",
            "policy": "strict",
            "signer": "899900101017",
            "verifiedAt": "2026-03-01T12:00:00+00:00",
            "evidence": {"chain": ["AA=="]},
        }
    ]


def test_a_set_without_evidence_ends_with_1(data: Path) -> None:
    result = CliRunner().invoke(signature, ["evidence", "2.999.404", "--data", str(data)])
    assert result.exit_code == 1
    assert "no evidence is kept with the submission set 2.999.404" in result.output


def test_evidence_goes_with_its_document_alone(data: Path) -> None:
    database = Database.open(f"sqlite:///{data / 'carnet.sqlite'}")
    database.write(lambda connection: evidence.keep(connection, "2.999.1", Proof("2.999.3", b"{}")))
    database.write(lambda connection: evidence.forget(connection, "2.999.2"))
    with database.read() as connection:
        assert [each.document for each in evidence.evidence_of(connection, "2.999.1")] == ["2.999.3"]
    database.close()
