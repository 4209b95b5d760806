"""The command: its exit codes, its lines, its files."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from client import sample
from client.consumer import DocumentConsumer
from client.documents import Wishes, prepare
from client.source import DocumentSource
from conformance.model import Verdict
from conformance.watch.cli import watch as command
from conformance.watch.forwarding import Forwarding
from dmp.authority import Authority
from dmp.authority_files import write
from security.identities import TEST_PASSWORD
from security.issuing import KeyKind

PATIENT = "p1^^^&2.999.7&ISO"


class Running:
    """The command in a process of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.out = folder / "out"
        words = ["--port", "0", "--out", str(self.out), "--ready-file", str(folder / "told.json"), *options]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "carnet", "conformance", "watch", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "COLUMNS": "60"},
        )
        self._told = folder / "told.json"

    @property
    def told(self) -> Any:
        """The ready file, once it is there."""
        while not self._told.exists():
            assert self.process.poll() is None, self.process.communicate()[0]
            time.sleep(0.02)
        return json.loads(self._told.read_text())

    def send(self) -> Any:
        letter = prepare(sample.fresh().letter, Wishes(patient_id=PATIENT))
        return DocumentSource(self.told["repository"]).submit(letter)

    def ended(self, by: signal.Signals | None = None) -> tuple[int, str]:
        if by is not None:
            self.process.send_signal(by)
        text, _ = self.process.communicate(timeout=30)
        return self.process.returncode, text


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(*options: str) -> Running:
        started.append(Running(tmp_path, *options))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.communicate()


def test_a_good_message_ends_with_0(running: Callable[..., Running]) -> None:
    run = running("--count", "1")
    assert run.told["repository_unique_id"].startswith("2.25.")
    assert run.told["pid"] == run.process.pid
    assert run.send().response.succeeded
    code, text = run.ended()
    assert code == 0, text
    assert "PASS" in text
    assert "Exchanges: 1 (1 PASS)" in text
    assert not (run.out.parent / "told.json").exists()
    assert {"watch.json", "result.json", "junit.xml", "report.html", "exchanges"} <= {p.name for p in run.out.iterdir()}


def test_a_broken_message_ends_with_3_and_is_told_as_json(running: Callable[..., Running]) -> None:
    run = running("--count", "1", "--json")
    request = urllib.request.Request(run.told["registry"], b"<x/>", {"Content-Type": "application/soap+xml"})
    with pytest.raises(OSError, match="400"):
        urllib.request.urlopen(request, timeout=20)
    code, text = run.ended()
    assert code == 3, text
    [row] = [json.loads(line) for line in text.splitlines()]
    assert row["verdict"] == Verdict.FAIL.value
    assert row["remarks"]


def test_an_interruption_before_anything_came_ends_with_130(running: Callable[..., Running]) -> None:
    run = running()
    assert run.told
    code, text = run.ended(signal.SIGINT)
    assert code == 130, text
    assert "No message came" in text


def test_a_stop_before_anything_came_ends_with_4(running: Callable[..., Running]) -> None:
    run = running()
    assert run.told
    assert run.ended(signal.SIGTERM)[0] == 4


def test_ctrl_c_after_a_good_message_ends_with_0(running: Callable[..., Running]) -> None:
    run = running("--misbehave", "busy:ITI-41@2")
    assert run.send().response.succeeded
    code, text = run.ended(signal.SIGINT)
    assert code == 0, text
    assert "Misbehaves: busy:ITI-41@2" in text
    assert "\x1b" not in text


def test_the_command_line_is_checked(tmp_path: Path) -> None:
    out = ["--out", str(tmp_path / "out")]
    for words, told in (
        (["--misbehave", "bussy"], "did you mean busy"),
        (["--tls-cert", str(tmp_path / "none.pem")], "does not exist"),
        (["--tls-key", __file__], "go together"),
        (["--identity", "x.p12"], "goes with --forward"),
    ):
        result = CliRunner().invoke(command, [*out, *words])
        assert result.exit_code == 2
        assert told in result.output


def test_a_taken_port_is_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        words = ["--port", str(taken.getsockname()[1]), "--out", str(tmp_path / "out")]
        result = CliRunner().invoke(command, words)
    assert result.exit_code == 1
    assert "--port (0: any free one)" in result.output
    assert "Traceback" not in result.output


def test_misbehaviours_are_listed() -> None:
    result = CliRunner().invoke(command, ["--list-misbehaviours"])
    assert result.exit_code == 0
    assert "slow=30" in result.output
    assert "a good client:" in result.output


# --- the recording proxy --------------------------------------------------------------------------------------------


def test_messages_are_handed_on_and_answers_back(watch: Any, tmp_path: Path) -> None:
    real = watch()
    proxy = watch(forwarding=Forwarding(real.session.about.registry, real.session.about.repository))
    document = prepare(sample.fresh().letter, Wishes(patient_id=PATIENT))
    assert DocumentSource(proxy.session.about.repository).submit(document).response.succeeded
    consumer = DocumentConsumer(proxy.session.about.registry, proxy.session.about.repository)
    [entry] = consumer.find_documents(PATIENT).entries
    assert consumer.fetch_to(entry, tmp_path / "back.xml").verified
    assert proxy.received(1) == real.received(1)
    assert [each.verdict for each in proxy.seen(3)] == [Verdict.PASS] * 3
    response = proxy.seen(3)[2].response
    assert (proxy.folder / response.body).read_bytes() == (real.folder / real.seen(3)[2].response.body).read_bytes()


def test_a_wrong_answer_of_the_system_behind_is_told(watch: Any) -> None:
    real = watch("no-relates-to", "wrong-action")
    proxy = watch(forwarding=Forwarding(real.session.about.registry, real.session.about.repository))
    document = prepare(sample.fresh().letter, Wishes(patient_id=PATIENT))
    DocumentSource(proxy.session.about.repository).submit(document)
    [seen] = proxy.seen(1)
    assert seen.verdict is Verdict.FAIL
    assert {remark.part for remark in seen.remarks if remark.part.startswith("response")}


def test_a_system_behind_that_is_not_there_is_a_502(watch: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    proxy = watch(forwarding=Forwarding(f"http://127.0.0.1:{port}/registry", ""))
    answer = proxy.post("registry", b"<x/>")
    assert answer.status == 502
    assert b"127.0.0.1" in answer.body
    assert proxy.post("repository", b"<x/>").status == 502


def test_a_password_of_the_command_line_is_in_no_file(
    running: Callable[..., Running], tmp_path_factory: pytest.TempPathFactory
) -> None:
    pki = tmp_path_factory.mktemp("pki")
    write(Authority.make(datetime.now(UTC), KeyKind.P256), pki)
    run = running(
        "--forward-registry",
        "https://127.0.0.1:9/registry",
        "--trust",
        str(pki),
        "--identity",
        str(pki / "identities" / "doctor.p12"),
        "--password",
        TEST_PASSWORD,
    )
    assert run.told
    assert run.ended(signal.SIGTERM)[0] == 4
    files = [path for path in run.out.rglob("*") if path.is_file()]
    assert len(files) >= 4
    assert "--password" in (run.out / "watch.json").read_text()
    assert [path for path in files if f"password {TEST_PASSWORD}".encode() in path.read_bytes()] == []
