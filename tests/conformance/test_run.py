"""`carnet conformance run`, as a person or CI calls it: what it writes and what it exits with."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

GOOD = """
from conformance.book import case
from conformance.passing import SUCCESS

@case("own/good/1", title="Looks", requirement="It holds.", section="ITI TF-2 3.42", passing=SUCCESS)
def good(trial):
    trial.check("it holds", True)
"""
BAD = """
@case("own/bad/1", title="Fails", requirement="It holds.", section="ITI TF-2 3.42", passing=SUCCESS)
def bad(trial):
    trial.check("it holds", False, got="<b>something else</b>")
"""
ODD = """
@case("own/odd/1", title="Warns", requirement="It should hold.", section="ITI TF-2 3.42", passing=SUCCESS)
def odd(trial):
    from conformance.model import SHOULD
    trial.check("it should hold", False, level=SHOULD)
"""
BROKEN = """
@case("own/broken/1", title="Breaks", requirement="It holds.", section="ITI TF-2 3.42", passing=SUCCESS)
def broken(trial):
    raise RuntimeError("the suite's own fault")
"""
SLOW = """
@case("own/slow/1", title="Waits", requirement="It holds.", section="ITI TF-2 3.42", passing=SUCCESS)
def slow(trial):
    import time
    open("begun", "w").close()
    time.sleep(5)
    trial.check("it holds", True)
"""
KNOWN = """
[[expected]]
id = "own/bad/1"
verdict = "FAIL"
reason = "known"
"""


def conform(where: Path, url: str, cases: str, *options: str, select: str = "own") -> subprocess.CompletedProcess[str]:
    (where / "own.py").write_text(cases)
    command = [sys.executable, "-m", "carnet", "conformance", "run", "--registry", url, "--cases", "own.py"]
    return subprocess.run(
        [*command, "--select", select, "--out", "out", *options], cwd=where, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("cases", "options", "code"),
    [
        (GOOD, (), 0),
        (GOOD + ODD, (), 0),
        (GOOD + ODD, ("--fail-on", "warn"), 3),
        (GOOD + BAD, (), 3),
        (GOOD + BAD, ("--expected", "known.toml"), 0),
        (GOOD + BAD.replace("False", "True"), ("--expected", "known.toml"), 7),
        (GOOD + BAD + BROKEN, (), 6),
    ],
)
def test_the_exit_code_says_what_the_run_came_to(
    carnet: Any, tmp_path: Path, cases: str, options: tuple[str, ...], code: int
) -> None:
    (tmp_path / "known.toml").write_text(KNOWN)
    done = conform(tmp_path, carnet.registry, cases, *options)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_the_results_are_three_files_and_the_bytes(carnet: Any, tmp_path: Path) -> None:
    done = conform(tmp_path, carnet.registry, GOOD, select="iti-42/4.1.3.3/1")
    assert done.returncode == 0, done.stdout + done.stderr
    out = tmp_path / "out"
    assert {each.name for each in out.iterdir()} == {"report.html", "junit.xml", "result.json", "exchanges"}
    told = json.loads((out / "result.json").read_text())
    assert [each["verdict"] for each in told["cases"]] == ["PASS"]
    assert len(etree.parse(out / "junit.xml").findall(".//testcase")) == 1
    kept = sorted(each.name for each in (out / "exchanges/iti-42/4.1.3.3/1").iterdir())
    assert kept[:2] == ["01-request.headers", "01-request.xml"]
    assert b"RegistryResponse" in (out / "exchanges/iti-42/4.1.3.3/1/01-response.xml").read_bytes()


def test_a_selection_without_a_case_is_a_wrong_command_line_and_names_the_nearest(carnet: Any, tmp_path: Path) -> None:
    done = conform(tmp_path, carnet.registry, GOOD, select="iti-45")
    assert done.returncode == 2
    assert "iti-45 selects no case; did you mean iti-4" in done.stderr


def test_cases_that_cannot_run_are_no_success(carnet: Any, tmp_path: Path) -> None:
    done = conform(tmp_path, carnet.registry, GOOD, select="iti-41")
    assert done.returncode == 4
    assert "nothing was tested" in done.stderr


def test_a_target_where_nobody_listens_is_told_before_any_case(tmp_path: Path) -> None:
    done = conform(tmp_path, "http://127.0.0.1:9/registry", GOOD)
    assert done.returncode == 5
    assert "nobody listens there" in done.stderr


def test_a_case_that_does_not_load_stops_the_run(carnet: Any, tmp_path: Path) -> None:
    done = conform(tmp_path, carnet.registry, GOOD + "\nundefined\n")
    assert done.returncode == 2
    assert "own.py does not load: NameError" in done.stderr


def test_a_dry_run_says_what_would_run_and_sends_nothing(tmp_path: Path) -> None:
    done = conform(tmp_path, "http://127.0.0.1:9/registry", GOOD + BAD, "--dry-run")
    assert (done.returncode, done.stdout) == (0, "own/bad/1  Fails\nown/good/1  Looks\n")
    assert not (tmp_path / "out").exists()


def test_an_interrupted_run_keeps_what_had_ended(carnet: Any, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(GOOD + SLOW)
    command = [sys.executable, "-m", "carnet", "conformance", "run", "--registry", carnet.registry, "--cases", "own.py"]
    with subprocess.Popen(
        [*command, "--select", "own", "--out", "out", "--jobs", "1"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    ) as process:
        while not (tmp_path / "begun").exists() and process.poll() is None:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 130, out
    assert "Traceback" not in out
    told = json.loads((tmp_path / "out" / "result.json").read_text())
    assert [each["id"] for each in told["cases"]] == ["own/good/1"]
    assert told["finished"] is False


def test_a_password_is_nowhere_in_the_results(carnet: Any, tmp_path: Path) -> None:
    done = conform(tmp_path, carnet.registry, GOOD, "--password", "hunter2hunter2", select="iti-42/4.1.3.3/1")
    assert done.returncode == 0
    for file in (tmp_path / "out").rglob("*"):
        assert file.is_dir() or b"hunter2" not in file.read_bytes(), file
    assert "hunter2" not in done.stdout + done.stderr


def test_known_failures_can_be_written_by_the_run(carnet: Any, tmp_path: Path) -> None:
    assert conform(tmp_path, carnet.registry, GOOD + BAD, "--update-expected", "new.toml").returncode == 3
    assert "own/bad/1" in (tmp_path / "new.toml").read_text()
    assert conform(tmp_path, carnet.registry, GOOD + BAD, "--expected", "new.toml").returncode == 0


def test_a_known_failure_is_not_told_as_news(carnet: Any, tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text(KNOWN)
    told = conform(tmp_path, carnet.registry, GOOD + BAD, "--expected", "known.toml").stdout
    assert "own/bad/1" not in told
    assert "1 failed as expected" in told
    told = conform(tmp_path, carnet.registry, GOOD + BAD, "--expected", "known.toml", "-v").stdout
    assert "(expected)" in told


def test_the_reasons_of_known_failures_survive_their_update(carnet: Any, tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text(KNOWN.replace('"known"', '"it comes with 4.2"'))
    conform(tmp_path, carnet.registry, GOOD + BAD + ODD, "--update-expected", "known.toml", "--fail-on", "warn")
    told = (tmp_path / "known.toml").read_text()
    assert "it comes with 4.2" in told
    assert "own/odd/1" in told


def test_known_failures_of_a_case_that_there_is_not_are_a_mistake(carnet: Any, tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text(KNOWN.replace("own/bad/1", "own/bda/1"))
    done = conform(tmp_path, carnet.registry, GOOD + BAD, "--expected", "known.toml")
    assert done.returncode == 2
    assert "own/bda/1 is no case" in done.stderr


def test_settings_meant_for_somebodys_own_tests_do_not_reach_the_run(carnet: Any, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("raise RuntimeError('not mine')")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    assert conform(tmp_path, carnet.registry, GOOD).returncode == 0
