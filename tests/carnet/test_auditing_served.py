"""The audit trail of a server that runs: each exchange, start and stop, whatever becomes of the process."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lxml import etree

from carnet.cli import main
from client import demo
from security.audit.files import START
from security.audit.reading import head_of, records_after
from security.audit.verification import verify
from soap.client import SoapFault

PATIENTS_NAME = b"Jeanne"


def messages(directory: Path) -> list[etree._Element]:
    """Of a journal that nobody writes any more."""
    assert verify(directory).broken is None
    return [etree.fromstring(record.message) for record, _ in records_after(directory, START, head_of(directory))]


def kinds(found: list[etree._Element]) -> Counter[str]:
    """How often each EventTypeCode."""
    return Counter(each.get("csd-code", "") for message in found for each in message.iter("EventTypeCode"))


def mllp(address: str, message: str) -> bytes:
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(b"\x0b" + message.encode() + b"\x1c\r")
        return connection.recv(65_536)


@pytest.fixture
def audited(tmp_path: Path, start_carnet: Callable[..., Any]) -> Iterator[Any]:
    serving = start_carnet(tmp_path, "--mllp-port", "0")
    yield serving
    serving.stop()


def test_every_exchange_leaves_its_record_and_start_and_stop_theirs(audited: Any, tmp_path: Path) -> None:
    list(demo.run(audited.registry, audited.repository))
    admit = "MSH|^~\\&|APP|FAC|REG|HOSP|20260305||ADT^A01|MSG-1|P|2.3.1\rEVN||20260305\rPID|||p9^^^&2.999.7&ISO||"
    assert b"AA" in mllp(audited.mllp, admit + PATIENTS_NAME.decode())
    assert audited.stop() == 0
    found = kinds(messages(tmp_path / "data" / "audit"))
    lines = [line.split()[1] for line in audited.log.read_text().splitlines() if " outcome=" in line]
    assert {*lines} == {"ITI-41", "ITI-42", "ITI-18", "ITI-43", "ITI-8"}
    assert found == {**Counter(lines), "110120": 1, "110121": 1}
    written = b"".join(path.read_bytes() for path in (tmp_path / "data" / "audit").iterdir())
    assert b"p9^^^&amp;2.999.7&amp;ISO" in written
    assert PATIENTS_NAME not in written
    assert b"Palpitations" not in written, "the content of a document"


def test_what_was_answered_is_recorded_even_if_the_server_is_killed_at_that_moment(
    audited: Any, tmp_path: Path
) -> None:
    step = next(iter(demo.run(audited.registry, audited.repository)))
    os.killpg(audited.process.pid, signal.SIGKILL)
    audited.process.wait(20)
    content = b"".join(path.read_bytes() for path in (tmp_path / "data" / "audit").glob("*.journal"))
    assert step.transaction == "ITI-41"
    assert content.count(b'csd-code=\\"ITI-41\\"') == 1


def test_a_repository_and_a_registry_apart_each_record_their_side(
    tmp_path: Path, start_carnet: Callable[..., Any]
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    registry = start_carnet(tmp_path / "a", "--only", "registry")
    try:
        repository = start_carnet(tmp_path / "b", "--only", "repository", "--registry-url", registry.registry)
        try:
            next(iter(demo.run(registry.registry, repository.repository)))
        finally:
            repository.stop()
    finally:
        registry.stop()
    sent, received = (
        [message for message in messages(tmp_path / side / "data" / "audit") if kinds([message])["ITI-42"]]
        for side in ("b", "a")
    )
    assert [message[0][0].get("originalText") for message in (*sent, *received)] == ["Export", "Import"]
    objects = [
        [each.get("ParticipantObjectID") for each in message.iter("ParticipantObjectIdentification")]
        for message in (*sent, *received)
    ]
    assert objects[0] == objects[1]
    assert len(objects[0]) == 2


def test_the_collector_gets_the_records_of_a_server_from_its_start_to_its_stop(
    tmp_path: Path, start_carnet: Callable[..., Any]
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as collector:
        collector.bind(("127.0.0.1", 0))
        collector.settimeout(30)
        url = f"udp://127.0.0.1:{collector.getsockname()[1]}"
        serving = start_carnet(tmp_path, "--audit-collector", url, "--audit-source-id", "REG1")
        assert b"Application Start" in collector.recv(65_536)
        next(demo.run(serving.registry, serving.repository))
        submitted = collector.recv(65_536)
        serving.stop()
        stopped = collector.recv(65_536)
    assert submitted.startswith(b"<85>1 ")
    assert b'csd-code="ITI-41"' in submitted
    assert b'AuditSourceID="REG1"' in submitted
    assert b"Application Stop" in stopped


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--audit-collector", "arr.example:6514"], "write tls://HOST:PORT or udp://HOST:PORT"),
        (["--audit-collector", "tls://arr.example"], "needs --audit-ca FILE"),
        (["--audit-collector", "tls://arr.example", "--audit-ca", "/nowhere.pem"], "/nowhere.pem"),
        (["--audit-collector", "tls://arr.example", "--audit-ca", "/x", "--audit-cert", "/y"], "go together"),
    ],
)
def test_a_collector_that_cannot_be_used_keeps_the_server_from_starting(
    tmp_path: Path, options: list[str], told: str
) -> None:
    arguments = ["serve", "--port", "0", "--data", str(tmp_path), *options]
    done = subprocess.run(
        [sys.executable, "-m", "carnet", *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_without_audit_there_is_no_journal(tmp_path: Path, start_carnet: Callable[..., Any]) -> None:
    start_carnet(tmp_path, "--audit", "false").stop()
    assert not (tmp_path / "data" / "audit").exists()


def test_where_everything_has_to_be_recorded_nothing_is_done_while_nothing_can_be(
    tmp_path: Path, start_carnet: Callable[..., Any]
) -> None:
    (tmp_path / "blocked").write_bytes(b"")
    configuration = tmp_path / "carnet.toml"
    configuration.write_text(f'audit-failure = "refuse"\naudit-directory = "{tmp_path}/blocked"\n')
    serving = start_carnet(tmp_path, "--config", str(configuration))
    base = serving.registry.removesuffix("registry")
    try:
        with pytest.raises(urllib.error.HTTPError) as unready:
            urllib.request.urlopen(base + "health/ready", timeout=10)
        assert b"audit journal cannot be written" in unready.value.read()
        with pytest.raises(SoapFault, match="audit trail cannot be written"):
            next(demo.run(serving.registry, serving.repository))
        (tmp_path / "blocked").unlink()
        time.sleep(1.1)  # each worker tries again once a second
        list(demo.run(serving.registry, serving.repository))
    finally:
        serving.stop()
    assert verify(tmp_path / "blocked").broken is None


# --- the command


@pytest.fixture
def journal(audited: Any, tmp_path: Path) -> Path:
    assert audited.stop() == 0
    return tmp_path / "data" / "audit"


def test_the_command_says_that_a_journal_is_whole_and_gives_its_mark(journal: Path) -> None:
    told = CliRunner().invoke(main, ["audit", "verify", str(journal)])
    assert told.exit_code == 0
    assert "whole: records 1 to 2 in 1 files" in told.output
    mark = told.output.split()[-1]
    assert CliRunner().invoke(main, ["audit", "verify", str(journal), "--mark", mark]).exit_code == 0
    assert CliRunner().invoke(main, ["audit", "verify", str(journal), "--mark", "2:" + "0" * 64]).exit_code == 1


def test_the_command_finds_the_journal_of_the_configuration(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARNET_DATA", str(journal.parent))
    assert CliRunner().invoke(main, ["audit", "verify"]).exit_code == 0


def test_the_command_tells_the_first_broken_place(journal: Path) -> None:
    (file,) = journal.glob("*.journal")
    file.write_bytes(file.read_bytes().replace(b"Application Stop", b"Application Stxp"))
    told = CliRunner().invoke(main, ["audit", "verify", str(journal)])
    assert told.exit_code == 1
    assert f"BROKEN after 1 good records: {file.name}, line 2" in told.output


def test_the_command_shows_the_messages(journal: Path) -> None:
    told = CliRunner().invoke(main, ["audit", "show", str(journal), "--after", "1"])
    (line,) = told.output.splitlines()
    assert line.startswith("2 ")
    assert "Application Stop" in line


def test_a_mark_that_is_none_is_refused() -> None:
    told = CliRunner().invoke(main, ["audit", "verify", "--mark", "12"])
    assert told.exit_code == 2
    assert "write SEQUENCE:HASH" in told.output
