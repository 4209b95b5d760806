"""The recorded bytes of a case, sent again."""

import os
import shlex
import socket
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conformance.model import Message, Outcome, Verdict
from conformance.results.commands import replay as command
from conformance.results.folder import ResultsFolder
from conformance.results.replay import Elsewhere, Replayed, ReplayError, bytes_of, chosen, replay, save, url_of

Samples = Callable[[Verdict], Outcome]
ID = "iti-42/4.1.3.3/1"


@pytest.fixture
def url(recorder: Any) -> str:
    return f"http://127.0.0.1:{recorder.server_port}/registry"


@pytest.fixture
def run(tmp_path: Path, run_of: Any, samples_of: Samples) -> Any:
    """A run with a case that passed and one that failed, against a target that is not there any more."""
    outcomes = samples_of(Verdict.PASS), samples_of(Verdict.FAIL), samples_of(Verdict.NOT_RUN)
    return ResultsFolder.create(tmp_path / "run").write(run_of(*outcomes))


def invoke(*words: str) -> Any:
    return CliRunner().invoke(command, list(words))


def test_the_same_bytes_go_out(run: Any, recorder: Any, url: str, samples_of: Samples) -> None:
    sent = samples_of(Verdict.PASS).exchanges[0].request
    result = invoke(ID, "--run", str(run.folder), "--registry", url)
    head, _, body = recorder.seen[-1].partition(b"\r\n\r\n")
    assert body == sent.body
    for line in sent.head.strip().splitlines()[1:]:
        if not line.startswith(b"Host:"):
            assert line in head.splitlines()
    assert result.exit_code == 0, result.output
    assert result.output.count("HTTP 200 Success") == 2


def test_an_answer_that_differs_is_shown_beside_the_recorded_one(run: Any, url: str) -> None:
    result = invoke("iti-42/4.1.3.3/2", "--run", str(run.folder), "--exchange", "2", "--registry", url)
    assert result.exit_code == 3
    for words in (
        "recorded  HTTP 200 Failure",
        "now       HTTP 200 Success",
        '-        <rs:RegistryError errorCode="XDS',
    ):
        assert words in result.output


def test_a_target_that_is_gone_is_told_in_a_sentence(run: Any) -> None:
    result = invoke(ID, "--run", str(run.folder), "--registry", "http://127.0.0.1:9/registry")
    assert result.exit_code == 5
    assert "the connection was refused" in result.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["iti-42/4.1.3.3/3"], "did you mean iti-42/4.1.3.3/"),
        ([ID, "--exchange", "7"], "no exchange 7"),
        (["iti-8/4.1/1"], "it sent nothing"),
        ([ID, "--registry", "http://127.0.0.1:9/", "--trust", __file__], "no certificate"),
    ],
)
def test_what_cannot_be_replayed_is_refused_in_one_sentence(run: Any, words: list[str], says: str) -> None:
    result = invoke(*words, "--run", str(run.folder))
    assert result.exit_code == 2
    assert says in result.output


def test_a_run_that_is_not_there_is_refused_in_one_sentence(tmp_path: Path) -> None:
    result = invoke(ID, "--run", str(tmp_path))
    assert result.exit_code == 2
    assert "cannot be read" in result.output


def test_a_request_for_another_target_changes_its_line_and_host_alone(run: Any) -> None:
    stored = run.cases[0].exchanges[0]
    to = "https://other.example:8443/xds/registry?a=b"
    message, recorded = bytes_of(run, stored, to), run.read(stored.request.head)
    before, after = recorded.splitlines(), message.head.splitlines()
    assert after[0] == b"POST /xds/registry?a=b HTTP/1.1"
    changed = [(old, new) for old, new in zip(before[1:], after[1:], strict=True) if old != new]
    assert changed == [(b"Host: localhost:8080", b"Host: other.example:8443")]
    assert bytes_of(run, stored, stored.url).head == recorded


def test_only_the_services_of_the_target_are_exchanged_for_others(run: Any) -> None:
    stored = run.cases[0].exchanges[0]
    assert url_of(run, stored, Elsewhere(registry="http://b/r")) == "http://b/r"
    assert url_of(run, stored, Elsewhere(repository="http://b/r")) == stored.url
    assert (
        url_of(run, replace(stored, url="http://else/where"), Elsewhere(registry="http://b/r")) == "http://else/where"
    )
    assert url_of(run, replace(stored, url="mllp://a:1"), Elsewhere(feed="b:2575")) == "mllp://b:2575"


def _curl_works() -> bool:
    try:
        return subprocess.run(["curl", "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.mark.skipif(not _curl_works(), reason="there is no curl here")
@pytest.mark.parametrize("way", ["--curl", "--save"])
def test_curl_sends_the_same_body_and_headers(
    run: Any, recorder: Any, url: str, tmp_path: Path, samples_of: Samples, way: str
) -> None:
    if way == "--curl":
        script = invoke(ID, "--run", str(run.folder), "--curl", "--registry", url).output
    else:
        local = replace(run, cases=tuple(_at(case, url) for case in run.cases))
        save(local, *chosen(local, ID), tmp_path / "saved")
        script = f"sh {shlex.quote(str(tmp_path / 'saved' / 'replay.sh'))}"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert "ResponseStatusType:Success" in done.stdout, done.stderr
    head, _, body = recorder.seen[-1].partition(b"\r\n\r\n")
    sent = samples_of(Verdict.PASS).exchanges[0].request
    assert body == sent.body
    assert next(line for line in sent.head.splitlines() if line.startswith(b"Content-Type")) in head


def _at(case: Any, url: str) -> Any:
    return replace(case, exchanges=tuple(replace(exchange, url=url) for exchange in case.exchanges))


def test_what_is_saved_is_the_exact_bytes(run: Any, tmp_path: Path) -> None:
    result = invoke("iti-42/4.1.3.3/2", "--run", str(run.folder), "--save", str(tmp_path / "saved"))
    assert result.exit_code == 0
    stored = run.cases[1].exchanges[0].request
    assert (tmp_path / "saved" / "01-request.mime").read_bytes() == run.read(stored.body)
    assert (tmp_path / "saved" / "01-request.headers").read_bytes() == run.read(stored.head)
    assert os.access(tmp_path / "saved" / "replay.sh", os.X_OK)


def test_a_hostile_recording_cannot_run_commands(run_of: Any, samples_of: Samples, tmp_path: Path) -> None:
    outcome = samples_of(Verdict.PASS)
    evil = "x'; touch owned; echo '\"$(touch owned)`touch owned`"
    head = f"POST /r HTTP/1.1\r\nX-Evil: {evil}\r\nContent-Type: text/xml\r\n\r\n".encode()
    one = replace(
        outcome.exchanges[0], request=Message(head, b"<a/>"), url=f"http://127.0.0.1:9/{evil}", label=f"a\n{evil}"
    )
    written = ResultsFolder.create(tmp_path / "evil").write(run_of(replace(outcome, exchanges=(one,))))
    save(written, *chosen(written, ID), tmp_path / "saved")
    script = invoke(ID, "--run", str(written.folder), "--curl").output
    for way in (["sh", str(tmp_path / "saved" / "replay.sh")], ["sh", "-c", script]):
        subprocess.run(way, cwd=tmp_path, capture_output=True, timeout=30, check=False)
    assert not list(tmp_path.rglob("owned"))


def test_credentials_are_for_the_person_to_give(run_of: Any, samples_of: Samples, tmp_path: Path) -> None:
    outcome = samples_of(Verdict.PASS)
    head = b"POST /r HTTP/1.1\r\nAuthorization: Bearer s3cr3t-t0ken\r\n\r\n"
    one = replace(outcome.exchanges[0], request=Message(head, b"<a/>"))
    written = ResultsFolder.create(tmp_path / "secret").write(run_of(replace(outcome, exchanges=(one,))))
    output = invoke(ID, "--run", str(written.folder), "--curl").output
    assert "s3cr3t" not in output
    assert '"Authorization: $AUTHORIZATION"' in output


def test_an_exchange_that_is_not_there_is_refused(run: Any) -> None:
    with pytest.raises(ReplayError, match="there are 1"):
        chosen(run, ID, 3)


ADT = b"MSH|^~\\&|SUITE|HERE|FEED|THERE|20261120091500||ADT^A01|77|P|2.3.1\rEVN||20261120091500\rPID|||1^^^&2.999&ISO\r"
ACK = "MSH|^~\\&|FEED|THERE|SUITE|HERE|{time}||ACK^A01|{id}|P|2.3.1\rMSA|{code}|77\r"
MCCI = (
    '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body><MCCI_IN000002UV01 '
    'xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0"><id root="2.999.1" extension="{id}"/><creationTime value="{time}"/>'
    '<acknowledgement><typeCode code="{code}"/><targetMessage><id root="2.999.2" extension="77"/></targetMessage>'
    "</acknowledgement></MCCI_IN000002UV01></soap:Body></soap:Envelope>"
)
THEN = {"time": "20261120091501", "id": "A-1"}
NOW = {"time": "20270101000000", "id": "B-22"}


def again(
    run_of: Any, passed: Outcome, folder: Path, request: Message, then: Message, now: bytes, *, scheme: str
) -> Replayed:
    """A request that was answered by `then` when it was recorded, and by the bytes `now` when it is sent again."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            peer, _ = listener.accept()
            with peer:
                heard = b""
                while request.body not in heard:
                    heard += peer.recv(65536)
                peer.sendall(now)

        threading.Thread(target=serve, daemon=True).start()
        url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
        one = replace(passed.exchanges[0], url=url, request=request, response=then, status=200 if request.head else 0)
        written = ResultsFolder.create(folder / "then").write(run_of(replace(passed, exchanges=(one,))))
        return next(replay(written, chosen(written, ID)[1], Elsewhere()))


@pytest.mark.parametrize(("code", "differences"), [("AA", ()), ("AE", ("-MSA|AA|77", "+MSA|AE|77"))])
def test_the_time_and_id_of_an_acknowledgement_are_no_difference(
    run_of: Any, samples_of: Samples, tmp_path: Path, code: str, differences: tuple[str, ...]
) -> None:
    kind = "x-application/hl7-v2+er7"
    then, now = ACK.format(code="AA", **THEN).encode(), ACK.format(code=code, **NOW).encode()
    got = again(
        run_of,
        samples_of(Verdict.PASS),
        tmp_path,
        Message(b"", ADT, kind),
        Message(b"", then, kind),
        b"\x0b" + now + b"\x1c\r",
        scheme="mllp",
    )
    assert (got.then.outcome, got.now.outcome) == ("AA", code)
    assert got.same is not bool(differences)
    assert set(differences) <= set(got.differences())
    assert bool(got.differences()) is bool(differences)


@pytest.mark.parametrize("code", ["CA", "CE"])
def test_an_acknowledgement_of_hl7_v3_is_held_to_what_it_says(
    run_of: Any, samples_of: Samples, tmp_path: Path, code: str
) -> None:
    kind = "application/soap+xml; charset=UTF-8"
    body = MCCI.format(code=code, **NOW).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    got = again(
        run_of,
        samples_of(Verdict.PASS),
        tmp_path,
        Message(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n", b"<a/>", kind),
        Message(b"HTTP/1.1 200 OK\r\n\r\n", MCCI.format(code="CA", **THEN).encode(), kind),
        head + body,
        scheme="http",
    )
    assert (got.then.outcome, got.now.outcome) == ("CA", code)
    assert (got.same, bool(got.differences())) == ((True, False) if code == "CA" else (False, True))
