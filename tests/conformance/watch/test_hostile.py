"""Whatever is sent, the watch goes on, within its bounds."""

import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.judging import Remark
from conformance.model import MUST, Verdict
from conformance.results.folder import ResultsFolder
from conformance.watch import showing
from conformance.watch.finding import like
from conformance.watch.memory import Memory
from conformance.watch.recording import About, Recorder
from conformance.watch.seen import Seen
from metadata.model import DocumentEntry, SubmissionSet
from metadata.translate import Submission, to_ebrim


def said(bench: Any, data: bytes) -> bytes:
    """All that comes back to raw bytes, after which our side says no more."""
    place = urlsplit(bench.base)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


POST = b"POST /registry HTTP/1.1\r\nHost: x\r\nContent-Type: application/soap+xml\r\n"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"hello\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nbad header\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 70_000 + b"\r\n\r\n", b"431"),
        (POST + b"Content-Length: 99999999999999\r\n\r\n", b"413"),
        (POST + b"Content-Length: -5\r\n\r\n", b"400"),
        (POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", b"400"),
        (POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (POST + b"Transfer-Encoding: gzip\r\n\r\n", b"400"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n", b"400"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffff\r\n", b"413"),
        (POST + b"Content-Length: 50\r\n\r\n<too short/>", b"400"),
        (b"GET /nowhere HTTP/1.1\r\n\r\n", b"404"),
        (b"PUT /registry HTTP/1.1\r\n\r\n", b"405"),
        (b"GET /registry?xsd=../../etc/passwd HTTP/1.1\r\n\r\n", b"404"),
        (b"POST /misbehave HTTP/1.1\r\nContent-Length: 900000\r\n\r\n", b"413"),
    ],
)
def test_a_bad_request_has_its_status(watch: Any, data: bytes, status: bytes) -> None:
    bench = watch()
    assert said(bench, data).split(b" ", 2)[1] == status
    assert bench.submitted()
    bench.session.close()
    assert not list(bench.folder.glob("exchanges/.incoming-*"))


def test_chunks_are_put_together(watch: Any) -> None:
    bench = watch()
    answer = said(bench, POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\n<x/\r\n1\r\n>\r\n0\r\n\r\n")
    assert b"Sender" in answer
    assert bench.received(1) == b"<x/>"


def test_requests_follow_each_other_on_one_connection(watch: Any) -> None:
    bench = watch()
    one = POST + b"Content-Length: 4\r\n\r\n<x/>"
    assert said(bench, one * 3).count(b"HTTP/1.1 400") == 3
    assert len(bench.seen(3)) == 3


def test_a_client_that_waits_to_be_told_to_continue_is_told(watch: Any) -> None:
    bench = watch()
    answer = said(bench, POST + b"Expect: 100-continue\r\nContent-Length: 4\r\n\r\n<x/>")
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    data=st.binary(max_size=300), content_type=st.sampled_from(["application/soap+xml", "multipart/related; x=y", ""])
)
def test_any_bytes_are_answered_and_judged(hostile: Any, data: bytes, content_type: str) -> None:
    answer = hostile.post("repository", data, content_type)
    assert 400 <= answer.status <= 500
    assert hostile.heard.get(timeout=20).verdict in (Verdict.FAIL, Verdict.WARN)


@pytest.fixture
def hostile(watch: Any) -> Any:
    return watch(profile="dmp")


def test_a_document_type_declaration_is_not_read(watch: Any) -> None:
    bench = watch()
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    assert bench.post("registry", bomb).status == 400
    assert bench.seen(1)[0].verdict is Verdict.FAIL


def test_what_a_client_writes_cannot_steer_the_terminal(watch: Any) -> None:
    bench = watch()
    bench.post("registry", b"<x/>")
    [seen] = bench.seen(1)
    from dataclasses import replace

    evil = Remark("a.b", MUST, "S 1", "\x1b[2J/x", "red \x1b[31m[bold]text\x07", "rouge")
    text = "\n".join(line.plain for line in showing.lines(replace(seen, remarks=(evil,)), "en"))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[bold]text" in text


def test_a_fault_of_the_watch_itself_is_told_and_it_goes_on(watch: Any) -> None:
    bench = watch()
    kept = bench.session.recorder.place
    bench.session.recorder.place = lambda *_: 1 / 0
    assert bench.post("registry", b"<x/>").status == 500
    bench.session.recorder.place = kept
    assert bench.submitted()
    assert bench.session.recorder.counts[Verdict.ERROR] == 1
    bench.session.close()
    [event] = bench.session.recorder.document()["connections"]
    assert event["detail"] == "ZeroDivisionError"
    assert not list(bench.folder.glob("exchanges/.incoming-*"))


def about() -> About:
    return About("1", "ihe", "en", "watch", "http://r", "http://d", {})


def seen_of(recorder: Recorder, number: int, size: int) -> Seen:
    from datetime import UTC, datetime

    spool = recorder.spool()
    spool.write(b"x" * size)
    request = recorder.place("ITI-18", number, "request", b"POST\r\n\r\n", spool, "text/plain")
    now = datetime.now(UTC)
    return Seen(number, now, 0.1, "c", "u", "ITI-18", "k", Verdict.PASS, (), ("x",), 200, "", (), (), "", request, None)


def test_the_folder_forgets_the_oldest_exchanges(tmp_path: Path) -> None:
    recorder = Recorder(ResultsFolder.create(tmp_path / "out"), about(), most_exchanges=3, most_bytes=250)
    for number in range(1, 6):
        recorder.keep(seen_of(recorder, number, 10))
    assert [each.number for each in recorder.seen()] == [3, 4, 5]
    recorder.keep(seen_of(recorder, 6, 240))
    assert [each.number for each in recorder.seen()] == [5, 6] or [each.number for each in recorder.seen()] == [6]
    recorder.close()
    left = sorted(path.name for path in (tmp_path / "out" / "exchanges" / "iti-18" / "watch").iterdir())
    assert "0006" in left
    assert "0001" not in left
    assert recorder.counts[Verdict.PASS] == 6


def entry(number: int) -> DocumentEntry:
    return DocumentEntry(f"Document{number}", f"1.2.{number}", "p^^^&1.2&ISO", "text/plain")


def test_the_memory_forgets_the_oldest_objects_and_documents(tmp_path: Path) -> None:
    memory = Memory(tmp_path, "1.2.3", most_objects=3, most_bytes=25)
    for number in range(1, 5):
        writing = memory.writing()
        writing.write(b"x" * 10)
        memory.keep(Submission.of([to_ebrim(entry(number))]), {f"Document{number}": writing.done()})
    assert [x.unique_id for x in memory.objects() if isinstance(x, DocumentEntry | SubmissionSet)] == [
        "1.2.2",
        "1.2.3",
        "1.2.4",
    ]
    assert memory.document("1.2.2") is None
    held = memory.document("1.2.3")
    assert held is not None
    assert held.path.read_bytes() == b"x" * 10
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("%", "", True),
        ("%a%", "xay", True),
        ("%a%", "xby", False),
        ("a_c", "abc", True),
        ("a_c", "abbc", False),
        ("%%%b", "aab", True),
        ("a", "ab", False),
        ("", "", True),
        ("_", "", False),
    ],
)
def test_patterns_are_those_of_like(pattern: str, text: str, matches: bool) -> None:
    assert like(pattern, text) is matches


@given(text=st.text(alphabet="ab%_", max_size=12), pattern=st.text(alphabet="ab%_", max_size=12))
def test_patterns_agree_with_regular_expressions(text: str, pattern: str) -> None:
    import re

    regex = "".join(".*" if c == "%" else "." if c == "_" else re.escape(c) for c in pattern)
    assert like(pattern, text) is (re.fullmatch(regex, text, re.DOTALL) is not None)
