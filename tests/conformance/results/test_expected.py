"""Known failures: read strictly, matched narrowly, rewritten without losing what a person wrote."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from conformance.model import Check, Outcome, Verdict
from conformance.results.expected import Expected, ExpectedError, Mark

TODAY = date(2026, 11, 20)
Samples = Callable[[Verdict], Outcome]
ID = "iti-42/4.1.3.3/2"


def marks(text: str, *outcomes: Outcome) -> dict[str, Mark]:
    return Expected.parse(text).judge(outcomes, TODAY)


def entry(**values: str) -> str:
    return "\n".join(["[[expected]]", f'id = "{ID}"', *(f"{key} = {value}" for key, value in values.items())])


@pytest.fixture
def failed(samples_of: Samples) -> Outcome:
    return samples_of(Verdict.FAIL)


def test_a_failure_that_nobody_expects_is_unexpected(failed: Outcome) -> None:
    assert marks("", failed) == {ID: Mark.UNEXPECTED}


def test_the_check_that_was_expected_to_break_is_expected(failed: Outcome) -> None:
    assert marks(entry(check='"the error is XDSRegistryMetadataError"'), failed) == {ID: Mark.EXPECTED}


def test_the_same_case_breaking_at_another_check_is_unexpected(failed: Outcome) -> None:
    assert marks(entry(check='"the status is Failure"'), failed) == {ID: Mark.UNEXPECTED}


def test_a_check_that_breaks_beside_the_expected_one_is_unexpected(failed: Outcome) -> None:
    worse = replace(failed, checks=(*failed.checks, Check("nothing was kept", False)))
    listed = entry(check='"the error is XDSRegistryMetadataError"')
    assert marks(listed, worse) == {ID: Mark.UNEXPECTED}
    both = entry(check='["nothing was kept", "the error is XDSRegistryMetadataError"]')
    assert marks(both, worse) == {ID: Mark.EXPECTED}


def test_a_rule_must_be_named_by_what_broke(failed: Outcome) -> None:
    assert marks(entry(rule='"XDSRegistryError"'), failed) == {ID: Mark.EXPECTED}
    assert marks(entry(rule='"XDSUnknownPatientId"'), failed) == {ID: Mark.UNEXPECTED}


def test_an_entry_without_check_or_rule_expects_any_failure_of_the_case(failed: Outcome) -> None:
    assert marks(entry(), failed) == {ID: Mark.EXPECTED}


def test_a_failure_without_checks_is_known_by_its_reason(failed: Outcome) -> None:
    bare = replace(failed, checks=(), reason="the connection was reset")
    assert marks(entry(check='"the connection was reset"'), bare) == {ID: Mark.EXPECTED}
    assert marks(entry(check='"no answer"'), bare) == {ID: Mark.UNEXPECTED}


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.WARN])
def test_an_expected_failure_that_is_none_any_more_is_fixed(failed: Outcome, verdict: Verdict) -> None:
    assert marks(entry(), replace(failed, verdict=verdict)) == {ID: Mark.FIXED}


@pytest.mark.parametrize("verdict", [Verdict.NOT_RUN, Verdict.NOT_SUPPORTED])
def test_a_case_that_was_not_tested_is_neither_fixed_nor_failed(failed: Outcome, verdict: Verdict) -> None:
    assert marks(entry(), replace(failed, verdict=verdict)) == {}


def test_an_expected_warning_that_fails_is_unexpected(failed: Outcome) -> None:
    assert marks(entry(verdict='"WARN"'), failed) == {ID: Mark.UNEXPECTED}


def test_an_expectation_expires_after_its_day(failed: Outcome) -> None:
    assert marks(entry(until="2026-11-20"), failed) == {ID: Mark.EXPECTED}
    assert marks(entry(until="2026-11-19"), failed) == {ID: Mark.EXPIRED}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("expected = 1", "other than"),
        ("[[expect]]", "expect"),
        ("[[expected]]\nreason = 'x'", "no id"),
        ("[[expected]]\nid = 'a'\nverdict = 'ERROR'", "only FAIL and WARN"),
        ("[[expected]]\nid = 'a'\nuntill = 2027-01-01", "untill"),
        ("[[expected]]\nid = 'a'\nuntil = 'soon'", "not a day"),
        ("[[expected]]\nid = 'a'\nuntil = 2027-01-01T10:00:00Z", "not a day"),
        ("[[expected]]\nid = 'a'\ncheck = 3", "check"),
        ("[[expected]]\nid = 'a'\nreason = 3", "reason"),
        ("[[expected]]\nid = 'a'\n[[expected]]\nid = 'a'", "twice"),
        ("[[expected]", "not TOML"),
    ],
)
def test_a_file_that_says_something_wrong_is_refused(text: str, says: str) -> None:
    with pytest.raises(ExpectedError, match=says):
        Expected.parse(text)


def test_a_file_that_is_not_there_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ExpectedError, match="cannot be read"):
        Expected.load(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ExpectedError, match="UTF-8"):
        Expected.load(tmp_path / "bytes.toml")


def test_ids_that_no_case_has_and_reasons_nobody_wrote_are_told() -> None:
    expected = Expected.parse('[[expected]]\nid = "a/1"\nreason = "x"\n[[expected]]\nid = "a/2"\n')
    assert expected.unknown(["a/1"]) == ("a/2",)
    assert expected.without_reason() == ("a/2",)


def test_an_update_enters_what_failed_without_a_reason(failed: Outcome, samples_of: Samples) -> None:
    text = Expected.none().updated([failed, samples_of(Verdict.PASS), samples_of(Verdict.WARN)])
    assert tomllib.loads(text) == {
        "expected": [{"id": ID, "verdict": "FAIL", "check": "the error is XDSRegistryMetadataError", "reason": ""}]
    }
    assert marks(text, failed) == {ID: Mark.EXPECTED}


def test_an_update_enters_warnings_when_they_fail_the_run(samples_of: Samples) -> None:
    warned = samples_of(Verdict.WARN)
    assert warned.case.id in Expected.parse(Expected.none().updated([warned], warnings=True)).entries
    assert Expected.none().updated([warned]).strip() == ""


def test_an_update_keeps_reasons_comments_and_dates(failed: Outcome) -> None:
    text = "# our gaps\n" + entry(reason='"with our 4.2"  # promised', until="2027-03-31") + "\n"
    assert Expected.parse(text).updated([failed]) == text


def test_an_update_takes_out_what_passed_and_leaves_what_was_not_tested(failed: Outcome) -> None:
    other = '[[expected]]\nid = "iti-18/1/1"\nreason = "kept"\n'
    text = entry(reason='"gone"') + "\n" + other
    after = Expected.parse(Expected.parse(text).updated([replace(failed, verdict=Verdict.PASS)]))
    assert list(after.entries) == ["iti-18/1/1"]
    assert after.entries["iti-18/1/1"].reason == "kept"
    left = Expected.parse(Expected.parse(text).updated([replace(failed, verdict=Verdict.NOT_RUN)]))
    assert list(left.entries) == [ID, "iti-18/1/1"]


def test_an_update_blanks_the_reason_of_a_case_that_fails_otherwise(failed: Outcome) -> None:
    text = entry(check='"the status is Failure"', reason='"an old story"', until="2027-03-31")
    after = Expected.parse(Expected.parse(text).updated([failed])).entries[ID]
    assert (after.reason, after.until, after.checks) == ("", None, ("the error is XDSRegistryMetadataError",))


def test_an_update_of_an_updated_file_changes_nothing(failed: Outcome, samples_of: Samples) -> None:
    before = '# ours\n[[expected]]\nid = "iti-18/1/1"\nreason = "kept"  # promised\n'
    outcomes = [failed, samples_of(Verdict.WARN)]
    once = Expected.parse(before).updated(outcomes, warnings=True)
    assert once.startswith(before + "\n[[expected]]\n")
    assert Expected.parse(once).updated(outcomes, warnings=True) == once
