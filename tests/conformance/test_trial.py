"""The verdict that a case comes to."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conformance.book import Book, case
from conformance.model import SHOULD, Case, Level, Verdict
from conformance.runner.preflight import afterthoughts
from conformance.target import Target, TargetError, check
from conformance.trial import FULL_PATIENT, UNKNOWN_PATIENTS, NotRun, NotSupported, Session, Trial, judge

TEXTS = {"title": "Does", "requirement": "It is required.", "section": "ITI TF-2 3.42", "passing": "<x/>"}
NOWHERE = Target(registry="http://127.0.0.1:9/registry", repository="http://127.0.0.1:9/repository", timeout=5)


def outcome(run, target: Target = NOWHERE, **more):  # type: ignore[no-untyped-def]
    book = Book()
    case("toy/1/1", **(TEXTS | more), book=book)(run)
    return judge(book["toy/1/1"], Session(target))


def checking(*held: bool, level: Level | None = None):  # type: ignore[no-untyped-def]
    def run(trial: Trial) -> None:
        for each in held:
            trial.check("it holds", each, got="something else", **({"level": level} if level else {}))

    return run


def test_a_case_passes_when_all_its_checks_hold() -> None:
    assert outcome(checking(True, True)).verdict is Verdict.PASS


def test_a_case_fails_with_the_first_check_that_does_not() -> None:
    came = outcome(checking(True, False))
    assert (came.verdict, came.reason) == (Verdict.FAIL, "not so: it holds; got something else")


def test_a_should_that_does_not_hold_is_a_warning() -> None:
    assert outcome(checking(False, level=SHOULD)).verdict is Verdict.WARN
    assert outcome(checking(False), level=SHOULD).verdict is Verdict.WARN


def test_a_case_that_checks_nothing_is_an_error_and_never_green() -> None:
    came = outcome(lambda trial: None)
    assert (came.verdict, came.reason) == (Verdict.ERROR, "the case checked nothing")


def test_an_exception_in_a_case_is_an_error_of_the_suite_with_its_place() -> None:
    def broken(trial: Trial) -> None:
        raise KeyError("oops")

    came = outcome(broken)
    assert came.verdict is Verdict.ERROR
    assert "KeyError" in came.reason
    assert "test_trial.py" in came.reason


def test_what_a_case_lacks_makes_it_not_run_and_says_what_to_give() -> None:
    came = outcome(checking(True), needs=["feed"])
    assert (came.verdict, came.reason) == (Verdict.NOT_RUN, "it needs --feed HOST:PORT")


def test_a_feature_that_the_target_declares_to_lack_is_not_supported() -> None:
    without = Target(registry=NOWHERE.registry, lacks=frozenset({"folders"}))
    assert outcome(checking(True), without, optional="folders").verdict is Verdict.NOT_SUPPORTED


@pytest.mark.parametrize(("raised", "verdict"), [(NotRun, Verdict.NOT_RUN), (NotSupported, Verdict.NOT_SUPPORTED)])
def test_a_case_can_end_itself(raised: type[Exception], verdict: Verdict) -> None:
    def run(trial: Trial) -> None:
        raise raised("because")

    assert (outcome(run).verdict, outcome(run).reason) == (verdict, "because")


@pytest.mark.parametrize("raised", [NotRun, NotSupported])
def test_a_failure_that_was_seen_is_not_lost_when_the_case_ends_itself_afterwards(raised: type[Exception]) -> None:
    def run(trial: Trial) -> None:
        trial.check("it holds", False)
        raise raised("because")

    assert outcome(run).verdict is Verdict.FAIL


def test_a_target_that_is_not_there_fails_the_case_with_a_sentence() -> None:
    def run(trial: Trial) -> None:
        trial.register(trial.submission(trial.entry())).succeeds()

    came = outcome(run)
    assert came.verdict is Verdict.FAIL
    assert "nobody listens there" in came.reason
    assert len(came.exchanges) == 1


def test_a_preparation_that_is_refused_makes_the_case_not_run() -> None:
    def run(trial: Trial) -> None:
        trial.registered(trial.entry())

    came = outcome(run)
    assert came.verdict is Verdict.NOT_RUN
    assert "its preparation failed" in came.reason


def test_each_case_has_a_patient_of_its_own() -> None:
    session = Session(NOWHERE)
    made = {Trial(Case("a/1/1", "", "", "", SHOULD, "", "", frozenset(), print), session).patient for _ in range(50)}
    assert len(made) == 50


def test_given_patients_are_taken_in_turn_and_a_case_that_needs_more_is_not_run() -> None:
    target = Target(registry=NOWHERE.registry, patients=("1^^^&1.2.3&ISO", "2^^^&1.2.3&ISO"))

    def run(trial: Trial) -> None:
        trial.check("two patients", trial.patient != trial.new_patient())
        trial.new_patient()

    came = outcome(run, target)
    assert came.verdict is Verdict.NOT_RUN
    assert "another patient" in came.reason


class TestWhatTheTargetWasNotTold:
    """A refusal for want of something that we were to give is no failure of the target."""

    STRANGE = "Failure: XDSUnknownPatientId (C1^^^&1.2.3&ISO)"

    @staticmethod
    def got(text: str) -> Callable[[Trial], None]:
        def run(trial: Trial) -> None:
            trial.check("the status is Success", False, got=text)

        return run

    def test_patients_of_our_making_that_nobody_announced(self) -> None:
        came = outcome(self.got(self.STRANGE))
        assert (came.verdict, came.reason) == (Verdict.NOT_RUN, UNKNOWN_PATIENTS)

    def test_the_same_as_preparation(self) -> None:
        def run(trial: Trial) -> None:
            raise NotRun(f"its preparation failed: {self.STRANGE}")

        assert outcome(run).reason == UNKNOWN_PATIENTS

    @pytest.mark.parametrize("known", [{"feed": "127.0.0.1:9"}, {"patients": ("1^^^&1.2.3&ISO",)}])
    def test_patients_that_the_target_was_said_to_know_fail(self, known: dict[str, Any]) -> None:
        assert outcome(self.got(self.STRANGE), replace(NOWHERE, **known)).verdict is Verdict.FAIL

    def test_a_given_patient_that_earlier_runs_have_filled(self) -> None:
        full = "Failure: XDSTooManyResults (more than 5000)"
        came = outcome(self.got(full), replace(NOWHERE, patients=("1^^^&1.2.3&ISO",)))
        assert (came.verdict, came.reason) == (Verdict.NOT_RUN, FULL_PATIENT)
        assert outcome(self.got(full)).verdict is Verdict.FAIL


def test_the_warnings_say_once_what_to_give() -> None:
    came = [outcome(TestWhatTheTargetWasNotTold.got(TestWhatTheTargetWasNotTold.STRANGE)) for _ in range(3)]
    assert afterthoughts(came) == [f"3 of 3 cases were not run: {UNKNOWN_PATIENTS}"]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"patients": ("4711",)}, "--patient 4711"),
        ({"feed": "127.0.0.1"}, "--feed 127.0.0.1"),
        ({"feed": "a:b"}, "a:b"),
    ],
)
def test_what_no_message_can_carry_is_told_before_a_run(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(TargetError, match=named):
        check(replace(NOWHERE, **wrong))


def test_what_a_target_needs_to_be_told_is_checked_against_what_can_be_sent() -> None:
    check(replace(NOWHERE, patients=("4711^^^&1.2.3.4&ISO",), feed="[::1]:2575"))
