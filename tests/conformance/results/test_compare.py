"""What changed from one run to another."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conformance.model import Check, Outcome, Verdict
from conformance.results.commands import compare as command
from conformance.results.compare import Change, Comparison, compare
from conformance.results.folder import ResultsFolder

Samples = Callable[[Verdict], Outcome]


@pytest.fixture
def stored(tmp_path: Path, run_of: Any) -> Callable[..., Any]:
    """`stored("old", outcome, …)`: a run in a folder of that name."""

    def made(name: str, *outcomes: Outcome, **changes: Any) -> Any:
        return ResultsFolder.create(tmp_path / name).write(replace(run_of(**changes), outcomes=outcomes))

    return made


def changes(comparison: Comparison) -> dict[str, Change]:
    return {difference.id: difference.change for difference in comparison.differences}


def at(outcome: Outcome, id_: str, **rest: Any) -> Outcome:
    return replace(outcome, case=replace(outcome.case, id=id_), **rest)


@pytest.mark.parametrize(
    ("old", "new", "change", "broke"),
    [
        (Verdict.PASS, Verdict.PASS, None, False),
        (Verdict.PASS, Verdict.FAIL, Change.BROKEN, True),
        (Verdict.PASS, Verdict.ERROR, Change.BROKEN, True),
        (Verdict.WARN, Verdict.FAIL, Change.BROKEN, True),
        (Verdict.PASS, Verdict.WARN, Change.BROKEN, False),
        (Verdict.FAIL, Verdict.PASS, Change.FIXED, False),
        (Verdict.FAIL, Verdict.WARN, Change.FIXED, False),
        (Verdict.PASS, Verdict.NOT_RUN, Change.DISAPPEARED, False),
        (Verdict.FAIL, Verdict.NOT_SUPPORTED, Change.DISAPPEARED, False),
        (Verdict.NOT_RUN, Verdict.FAIL, Change.NEW, False),
        (Verdict.NOT_RUN, Verdict.NOT_SUPPORTED, None, False),
    ],
)
def test_a_pair_of_verdicts_is_one_change(
    stored: Any, samples_of: Samples, old: Verdict, new: Verdict, change: Change | None, broke: bool
) -> None:
    comparison = compare(stored("old", at(samples_of(old), "a/1/1")), stored("new", at(samples_of(new), "a/1/1")))
    assert changes(comparison) == ({"a/1/1": change} if change else {})
    assert comparison.broke() is broke
    assert comparison.same == (0 if change else 1)


def test_a_should_that_broke_counts_when_asked_to(stored: Any, samples_of: Samples) -> None:
    old, new = (at(samples_of(verdict), "a/1/1") for verdict in (Verdict.PASS, Verdict.WARN))
    assert compare(stored("old", old), stored("new", new)).broke(warnings=True)


def test_cases_that_are_only_in_one_run_are_told(stored: Any, samples_of: Samples) -> None:
    passed = samples_of(Verdict.PASS)
    comparison = compare(
        stored("old", at(passed, "a/1/1"), at(passed, "a/1/2")), stored("new", at(passed, "a/1/2"), at(passed, "a/1/3"))
    )
    assert changes(comparison) == {"a/1/1": Change.DISAPPEARED, "a/1/3": Change.NEW}
    assert comparison.same == 1


def test_failing_for_another_reason_is_a_change(stored: Any, samples_of: Samples) -> None:
    failed = samples_of(Verdict.FAIL)
    other = replace(failed, checks=(Check("nothing was kept", False),), reason="nothing was kept: one document")
    assert changes(compare(stored("old", failed), stored("new", other))) == {failed.case.id: Change.REASON}


def test_ids_and_times_that_are_new_each_time_are_no_change(stored: Any, samples_of: Samples) -> None:
    failed = samples_of(Verdict.FAIL)
    runs = [
        replace(
            failed,
            reason=f"urn:uuid:{'0' * 7}{n}-1111-2222-3333-444444444444 of 2.25.{n}.4.5.6.7 at 2026-11-2{n}T09:30:00Z",
        )
        for n in (1, 2)
    ]
    assert changes(compare(stored("old", runs[0]), stored("new", runs[1]))) == {}


def test_runs_that_are_not_alike_are_compared_with_a_remark(stored: Any, samples_of: Samples) -> None:
    passed = samples_of(Verdict.PASS)
    old = stored("old", passed, profile="dmp", selection=("iti-18",), carnet="0.2.0", finished=False)
    remarks = " ".join(compare(old, stored("new", passed)).remarks)
    for words in ("profiles differ", "selections differ", "versions of the suite differ", "older run was interrupted"):
        assert words in remarks


def test_the_command_tells_the_changes_and_its_exit_code(stored: Any, samples_of: Samples) -> None:
    passed, failed = samples_of(Verdict.PASS), samples_of(Verdict.FAIL)
    old = stored("old", at(passed, "a/1/1"), at(failed, "a/1/2"), at(passed, "a/1/3"))
    new = stored("new", at(failed, "a/1/1"), at(passed, "a/1/2"))
    result = CliRunner().invoke(command, [str(old.folder), str(new.folder)])
    assert result.exit_code == 3
    for words in ("Broken (1)", "a/1/1  PASS → FAIL", "Fixed (1)", "Disappeared (1)", "0 the same", "find out why"):
        assert words in result.output
    assert CliRunner().invoke(command, [str(old.folder), str(old.folder / "result.json")]).exit_code == 0


def test_the_command_speaks_to_programs(stored: Any, samples_of: Samples) -> None:
    old, new = stored("old", samples_of(Verdict.PASS)), stored("new")
    result = CliRunner().invoke(command, [str(old.folder), str(new.folder), "--json"])
    told = json.loads(result.output)
    assert result.exit_code == 0
    assert told["counts"]["disappeared"] == 1
    assert told["differences"][0] == {
        "id": "iti-42/4.1.3.3/1",
        "title": "Registers a good submission",
        "change": "disappeared",
        "old": "PASS",
        "new": None,
        "old_reason": "",
        "new_reason": "",
    }


def test_a_folder_that_is_no_run_is_refused_in_one_sentence(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, [str(tmp_path), str(tmp_path)])
    assert result.exit_code == 2
    assert "cannot be read" in result.output
    assert "Traceback" not in result.output


def test_what_a_target_sent_does_not_steer_the_terminal(stored: Any, samples_of: Samples) -> None:
    failed = replace(samples_of(Verdict.FAIL), reason="\x1b]0;owned\x07\x1b[2J[bold]x[/bold]")
    old = at(samples_of(Verdict.PASS), failed.case.id)
    result = CliRunner().invoke(
        command, [str(stored("old", old).folder), str(stored("new", failed).folder)], color=True
    )
    assert "\x1b]" not in result.output
    assert "\x07" not in result.output
    assert "[bold]x[/bold]" in result.output


def test_an_acknowledgement_that_breaks_the_same_at_another_time_is_the_same(stored: Any, samples_of: Samples) -> None:
    """MSH-7 and MSH-10 of an ACK are another at every run, whatever their form."""
    failed = samples_of(Verdict.FAIL)
    ack = "MSH|^~\\&|FEED|THERE|SUITE|HERE|{}||ACK^A01|{}|P|2.3.1 / MSA|{}|77"

    def broken(*told: str) -> Outcome:
        got = ack.format(*told)
        return replace(failed, checks=(Check("MSA-1 is AA", False, got=got),), reason=f"MSA-1 is AA: got {got}")

    old, new = broken("2026112009", "A-1", "AE"), broken("2027", "B-2222", "AE")
    assert changes(compare(stored("old", old), stored("new", new))) == {}
    assert changes(compare(stored("a", old), stored("b", broken("2027", "A-1", "AR")))) == {
        failed.case.id: Change.REASON
    }
