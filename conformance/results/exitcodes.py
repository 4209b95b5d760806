"""The exit codes of `carnet conformance`, and which one a run ends with."""

from collections.abc import Iterable
from datetime import date
from enum import IntEnum
from typing import Final, Literal

from conformance.model import Verdict
from conformance.results.expected import Came, Expected, Mark


class ExitCode(IntEnum):
    """What the command says to the program that called it; 1 is left to an uncaught exception of Python."""

    DONE = 0
    """Something was tested, and nothing failed that was not expected to."""
    USAGE = 2
    """The command line or a file it names is wrong."""
    FAILED = 3
    """At least one FAIL that nobody expected; with `--fail-on warn`, or a WARN."""
    NOTHING_TESTED = 4
    """No case was selected, or all are NOT RUN or NOT SUPPORTED."""
    UNREACHABLE = 5
    """The target does not answer, or what is looked at before the cases refused to go on."""
    SUITE_ERROR = 6
    """At least one ERROR: the suite is at fault, and the rest is not to be trusted."""
    FIXED = 7
    """The only surprise is a good one: an expected failure passed, and the list must be brought up to date."""
    INTERRUPTED = 130
    """Stopped by a person; what was written until then is valid."""


_UNTESTED: Final = {Verdict.NOT_RUN, Verdict.NOT_SUPPORTED}


def exit_code(
    outcomes: Iterable[Came],
    expected: Expected | None = None,
    fail_on: Literal["fail", "warn"] = "fail",
    today: date | None = None,
) -> ExitCode:
    """The code of a run that came to its end.

    An ERROR wins over a FAIL, a FAIL over an expected failure that passed. *today* decides which expected failures
    are still accepted; without it, the machine's date.
    """
    came = tuple(outcomes)
    marks = (expected or Expected.none()).judge(came, today)
    verdicts = {outcome.verdict for outcome in came}
    if Verdict.ERROR in verdicts:
        return ExitCode.SUITE_ERROR
    if not verdicts - _UNTESTED:
        return ExitCode.NOTHING_TESTED
    counted = {Verdict.FAIL, Verdict.WARN} if fail_on == "warn" else {Verdict.FAIL}
    surprises = {Mark.UNEXPECTED, Mark.EXPIRED}
    if any(outcome.verdict in counted and marks.get(outcome.case.id) in surprises for outcome in came):
        return ExitCode.FAILED
    return ExitCode.FIXED if Mark.FIXED in marks.values() else ExitCode.DONE
