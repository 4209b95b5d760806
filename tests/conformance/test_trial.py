"""The verdict that a case comes to."""

import pytest

from conformance.book import Book, case
from conformance.model import SHOULD, Case, Level, Verdict
from conformance.target import Target
from conformance.trial import NotRun, NotSupported, Session, Trial, judge

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


def test_a_failure_that_was_seen_is_not_lost_when_a_preparation_fails_afterwards() -> None:
    def run(trial: Trial) -> None:
        trial.check("it holds", False)
        raise NotRun("because")

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
