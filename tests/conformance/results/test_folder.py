"""The folder of a run: exact bytes, fixed names, nothing of anybody else's touched."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.model import Message, Outcome, Verdict
from conformance.results.expected import Expected, Mark
from conformance.results.folder import FolderError, ResultsFolder
from conformance.results.keeping import case_folder, ending
from conformance.results.stored import load

Samples = Callable[[Verdict], Outcome]


def test_every_message_is_kept_byte_for_byte(folder: ResultsFolder, samples_of: Samples) -> None:
    outcome = samples_of(Verdict.FAIL)
    folder.keep(outcome)
    kept = folder.path / "exchanges" / "iti-42" / "4.1.3.3" / "2"
    assert sorted(path.name for path in kept.iterdir()) == [
        "01-request.headers",
        "01-request.mime",
        "01-response.headers",
        "01-response.xml",
        "02-request.headers",
        "02-request.xml",
        "02-response.headers",
        "02-response.xml",
    ]
    first = outcome.exchanges[0]
    assert first.response is not None
    assert (kept / "01-request.mime").read_bytes() == first.request.body
    assert (kept / "01-request.headers").read_bytes() == first.request.head
    assert (kept / "01-response.xml").read_bytes() == first.response.body


def test_nobody_else_may_read_the_exchanges(folder: ResultsFolder) -> None:
    assert (folder.path / "exchanges").stat().st_mode & 0o077 == 0


def test_cases_are_kept_from_many_threads(folder: ResultsFolder, samples_of: Samples) -> None:
    outcome = samples_of(Verdict.PASS)
    many = [replace(outcome, case=replace(outcome.case, id=f"iti-42/1/{n}")) for n in range(60)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(folder.keep, many))
    assert len(list((folder.path / "exchanges").rglob("01-request.xml"))) == 60


def test_the_bytes_of_a_kept_case_are_not_needed_afterwards(
    folder: ResultsFolder, samples_of: Samples, run_of: Any
) -> None:
    outcome = samples_of(Verdict.PASS)
    folder.keep(outcome)
    light = replace(outcome, exchanges=tuple(replace(e, request=Message(b"", b"")) for e in outcome.exchanges))
    folder.write(run_of(light))
    stored = load(folder.path).cases[0].exchanges[0]
    assert load(folder.path).read(stored.request.body) == outcome.exchanges[0].request.body


def test_the_three_files_are_there_whatever_ran(folder: ResultsFolder, run_of: Any, every_verdict: Any) -> None:
    for outcomes in ((), every_verdict):
        folder.write(replace(run_of(), outcomes=tuple(outcomes)))
        assert {"result.json", "junit.xml", "report.html"} <= {path.name for path in folder.path.iterdir()}
        assert not list(folder.path.glob(".*.part"))


def test_marks_are_written_with_their_reasons(folder: ResultsFolder, samples_of: Samples, run_of: Any) -> None:
    known = Expected.parse('[[expected]]\nid = "iti-42/4.1.3.3/2"\nreason = "with 4.2"\nuntil = 2027-03-31\n')
    stored = folder.write(run_of(samples_of(Verdict.FAIL)), known).cases[0]
    assert (stored.mark, stored.expected_reason) == (Mark.EXPECTED, "with 4.2")
    assert load(folder.path).cases[0] == replace(stored, case=load(folder.path).cases[0].case)


def test_a_folder_by_time_is_made_and_latest_leads_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = ResultsFolder.create(), ResultsFolder.create()
    assert first.path != second.path
    assert Path("carnet-results/latest").resolve() == second.path.resolve()
    assert Path("carnet-results/.gitignore").read_text().endswith("*\n")


def test_the_results_of_an_earlier_run_are_replaced(tmp_path: Path, samples_of: Samples, run_of: Any) -> None:
    for verdict in (Verdict.FAIL, Verdict.PASS):
        folder = ResultsFolder.create(tmp_path / "out")
        folder.write(run_of(samples_of(verdict)))
    assert not (tmp_path / "out" / "exchanges" / "iti-42" / "4.1.3.3" / "2").exists()
    assert [case.verdict for case in load(tmp_path / "out").cases] == [Verdict.PASS]


def test_exchanges_that_no_run_made_are_left_alone(tmp_path: Path) -> None:
    own = tmp_path / "exchanges" / "letters.txt"
    own.parent.mkdir()
    own.write_text("mine")
    with pytest.raises(FolderError, match="no run put there"):
        ResultsFolder.create(tmp_path)
    assert own.read_text() == "mine"


def test_a_place_that_cannot_be_written_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError, match="cannot take the results"):
        ResultsFolder.create(tmp_path / "file" / "below")


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (b"<a/>", "application/soap+xml", "xml"),
        (b"\xef\xbb\xbf \r\n<a/>", "", "xml"),
        (b"--b\r\n", 'multipart/related; boundary="b"', "mime"),
        (b"\x0bMSH|^~\\&|", "", "hl7"),
        (b"MSH|^~\\&|", "text/plain", "hl7"),
        (b"Bad Gateway", "text/html", "bin"),
        (b"", "", "bin"),
    ],
)
def test_the_ending_says_what_the_bytes_are(body: bytes, content_type: str, kind: str) -> None:
    assert ending(Message(b"", body, content_type)) == kind


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_no_id_leaves_the_folder_and_no_two_share_one(one: str, other: str) -> None:
    root = Path("/results")
    place = root / case_folder(one)
    assert ".." not in place.parts
    assert place.is_relative_to(root / "exchanges")
    assert (case_folder(one) == case_folder(other)) == (one == other)


def test_secrets_are_in_the_bytes_alone(folder: ResultsFolder, samples_of: Samples, run_of: Any) -> None:
    outcome = samples_of(Verdict.FAIL)
    last = outcome.exchanges[-1]
    secret = replace(
        last.request, head=last.request.head.replace(b"\r\n\r\n", b"\r\nAuthorization: Bearer s3cr3t-t0ken\r\n\r\n")
    )
    told = replace(outcome.checks[-1], got="the server echoed s3cr3t-t0ken")
    folder.write(run_of(replace(outcome, checks=(told,), exchanges=(replace(last, request=secret),))))
    for name in ("result.json", "junit.xml", "report.html"):
        assert "s3cr3t-t0ken" not in (folder.path / name).read_text(encoding="utf-8"), name
    kept = folder.path / "exchanges" / "iti-42" / "4.1.3.3" / "2" / "02-request.headers"
    assert b"s3cr3t-t0ken" in kept.read_bytes()
    assert json.loads((folder.path / "result.json").read_text())["cases"][0]["checks"][0]["got"].startswith(
        "the server"
    )
