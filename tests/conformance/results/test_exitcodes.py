"""Which code a run ends with."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from conformance.model import Verdict
from conformance.results.exitcodes import ExitCode, exit_code
from conformance.results.expected import Expected

TODAY = date(2026, 11, 20)
KNOWN = Expected.parse('[[expected]]\nid = "a/1"\nreason = "known"\nuntil = 2026-12-31\n')


@pytest.fixture
def came(request: Any) -> Any:
    """Outcomes of the verdicts named, the first with the id `a/1`."""
    conftest = request.getfixturevalue("samples_of")

    def outcomes(*verdicts: Verdict) -> list[Any]:
        return [
            replace(conftest(verdict), case=replace(conftest(verdict).case, id=f"a/{n}"))
            for n, verdict in enumerate(verdicts, 1)
        ]

    return outcomes


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ((Verdict.PASS,), ExitCode.DONE),
        ((Verdict.PASS, Verdict.WARN, Verdict.NOT_RUN), ExitCode.DONE),
        ((Verdict.PASS, Verdict.FAIL), ExitCode.FAILED),
        ((), ExitCode.NOTHING_TESTED),
        ((Verdict.NOT_RUN, Verdict.NOT_SUPPORTED), ExitCode.NOTHING_TESTED),
        ((Verdict.ERROR, Verdict.FAIL), ExitCode.SUITE_ERROR),
        ((Verdict.ERROR, Verdict.NOT_RUN), ExitCode.SUITE_ERROR),
    ],
)
def test_the_worst_verdict_decides(came: Any, verdicts: tuple[Verdict, ...], code: ExitCode) -> None:
    assert exit_code(came(*verdicts)) is code


def test_a_warning_fails_the_run_only_when_asked_to(came: Any) -> None:
    assert exit_code(came(Verdict.WARN)) is ExitCode.DONE
    assert exit_code(came(Verdict.WARN), fail_on="warn") is ExitCode.FAILED


def test_an_expected_failure_keeps_the_run_green(came: Any) -> None:
    assert exit_code(came(Verdict.FAIL, Verdict.PASS), KNOWN, today=TODAY) is ExitCode.DONE


def test_an_expected_failure_beside_an_unexpected_one_does_not(came: Any) -> None:
    assert exit_code(came(Verdict.FAIL, Verdict.FAIL), KNOWN, today=TODAY) is ExitCode.FAILED


def test_an_expected_failure_counts_again_after_its_day(came: Any) -> None:
    assert exit_code(came(Verdict.FAIL), KNOWN, today=date(2026, 12, 31)) is ExitCode.DONE
    assert exit_code(came(Verdict.FAIL), KNOWN, today=date(2027, 1, 1)) is ExitCode.FAILED


def test_an_expected_failure_that_passes_is_a_surprise(came: Any) -> None:
    assert exit_code(came(Verdict.PASS), KNOWN, today=TODAY) is ExitCode.FIXED


def test_a_new_failure_wins_over_a_fixed_one(came: Any) -> None:
    assert exit_code(came(Verdict.PASS, Verdict.FAIL), KNOWN, today=TODAY) is ExitCode.FAILED


def test_the_codes_are_those_of_the_documentation() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "DONE": 0,
        "USAGE": 2,
        "FAILED": 3,
        "NOTHING_TESTED": 4,
        "UNREACHABLE": 5,
        "SUITE_ERROR": 6,
        "FIXED": 7,
        "INTERRUPTED": 130,
    }
