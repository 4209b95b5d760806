"""Whatever a target does, `carnet conformance run` ends with verdicts and a documented exit code: no stack trace."""

import json
import socket
import ssl
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conformance.model import Verdict
from conformance.results.exitcodes import ExitCode
from dmp.authority import Authority
from tests.conformance.bad_targets import BAD, answering, listening

CASES = ("iti-42/4.1.3.3/1", "iti-42/4.1.3.3.2/1")
"""One that must succeed and one that must be refused: neither can come to PASS against any of these."""
PATIENT = "42^^^&1.2.250.1.999.1&ISO"


@dataclass(frozen=True)
class Ran:
    """What the command came to."""

    code: int
    told: str
    out: Path

    @property
    def verdicts(self) -> dict[str, tuple[Verdict, str]]:
        """Case → verdict and reason, of result.json."""
        result: dict[str, Any] = json.loads((self.out / "result.json").read_text())
        return {each["id"]: (Verdict(each["verdict"]), each["reason"]) for each in result["cases"]}


def run(port: int, out: Path, *options: str, scheme: str = "http", host: str = "127.0.0.1") -> Ran:
    """The command, in a process of its own, against whoever listens there."""
    base = f"{scheme}://{host}:{port}"
    command = [sys.executable, "-m", "carnet", "conformance", "run", "--timeout", "1", "--out", str(out)]
    command += ["--registry", f"{base}/registry", "--repository", f"{base}/repository", "--patient", PATIENT]
    command += [word for case in CASES for word in ("--select", case)]
    ended = subprocess.run([*command, *options], capture_output=True, text=True, timeout=60)
    return Ran(ended.returncode, ended.stdout + ended.stderr, out)


@pytest.mark.parametrize("what", BAD)
def test_every_case_fails_with_a_sentence_against_a_target_that(what: str, tmp_path: Path) -> None:
    with listening(BAD[what]) as port:
        ran = run(port, tmp_path / "out")
    assert "Traceback" not in ran.told
    assert ran.code == ExitCode.FAILED, ran.told
    assert set(ran.verdicts) == set(CASES)
    for verdict, reason in ran.verdicts.values():
        assert verdict in (Verdict.FAIL, Verdict.NOT_RUN)
        assert reason
        assert "\n" not in reason
        assert len(reason) < 1000
    assert (ran.out / "junit.xml").exists()
    report = (ran.out / "report.html").read_bytes()
    assert b"Traceback" not in report


def test_nobody_listens(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        ran = run(unused.getsockname()[1], tmp_path / "out")
    assert ran.code == ExitCode.UNREACHABLE
    assert "Traceback" not in ran.told
    assert "nobody listens" in ran.told


def test_a_name_that_does_not_resolve(tmp_path: Path) -> None:
    ran = run(80, tmp_path / "out", host="nowhere.invalid")
    assert ran.code == ExitCode.UNREACHABLE
    assert "Traceback" not in ran.told


def test_plain_http_where_the_url_says_https(tmp_path: Path) -> None:
    def puzzled(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with listening(puzzled) as port:
        ran = run(port, tmp_path / "out", scheme="https")
    assert ran.code == ExitCode.UNREACHABLE
    assert "Traceback" not in ran.told
    assert "TLS" in ran.told


def _context(authority: Authority, directory: Path) -> ssl.SSLContext:
    from dmp.authority_files import write

    write(authority, directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "server.pem", directory / "server.key")
    return context


def test_an_expired_certificate(tmp_path: Path) -> None:
    old = _context(Authority.make(datetime.now(UTC) - timedelta(days=20 * 365)), tmp_path / "old")
    with listening(answering("200 OK", "text/html", b""), tls=old) as port:
        ran = run(port, tmp_path / "out", "--trust", str(tmp_path / "old" / "anchors"), scheme="https")
    assert ran.code == ExitCode.UNREACHABLE
    assert "Traceback" not in ran.told
    assert "expired" in ran.told


def test_a_certificate_of_an_authority_that_is_not_trusted(tmp_path: Path) -> None:
    strange = _context(Authority.make(datetime.now(UTC)), tmp_path / "strange")
    with listening(answering("200 OK", "text/html", b""), tls=strange) as port:
        ran = run(port, tmp_path / "out", scheme="https")
    assert ran.code == ExitCode.UNREACHABLE
    assert "Traceback" not in ran.told
    assert "certificate" in ran.told


def test_a_feed_that_answers_nothing_leaves_its_cases_not_run(tmp_path: Path) -> None:
    with (
        listening(BAD["answers a login page"]) as port,
        listening(BAD["does not speak HTTP"]) as feed,
    ):
        base = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "carnet", "conformance", "run", "--timeout", "1", "--out", str(tmp_path / "o")]
        command += ["--registry", base, "--repository", base, "--feed", f"127.0.0.1:{feed}", "--select", CASES[0]]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode in (ExitCode.NOTHING_TESTED, ExitCode.FAILED)
    assert "Traceback" not in ended.stdout + ended.stderr
