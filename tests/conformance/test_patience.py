"""When the runner stops waiting for a target that says nothing."""

from conformance.model import MUST, Case, Exchange, Message, Outcome, Verdict
from conformance.runner.patience import ENOUGH, Patience

CASE = Case("x/1", "t", "r", "s", MUST, "IHE", "p", frozenset({"ihe"}), lambda _: None)
SILENT = Exchange(1, "x", "https://x", Message(b"", b""), None, trouble="TLS failed: alert")


def outcome(verdict: Verdict, *exchanges: Exchange) -> Outcome:
    return Outcome(CASE, verdict, exchanges=exchanges)


def test_after_some_cases_without_an_answer_the_target_is_lost() -> None:
    patience = Patience()
    for _ in range(ENOUGH):
        assert not patience.lost
        patience.saw(outcome(Verdict.FAIL, SILENT))
    assert "TLS failed" in patience.lost


def test_cases_that_pass_because_nobody_answered_do_not_count() -> None:
    patience = Patience()
    for _ in range(2 * ENOUGH):
        patience.saw(outcome(Verdict.PASS, SILENT))
    assert not patience.lost
