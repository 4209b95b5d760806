"""One run: cases in, outcomes out, whatever pytest and the target do."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

import conformance
from conformance.model import Case, Exchange, Outcome, Verdict
from conformance.runner.patience import Patience
from conformance.runner.plugin import Cases
from conformance.trial import Session, judge

_ROOT: Final = Path(conformance.__file__).with_name("cases") / "cases.book"
"""What pytest is told to collect: a file that only our plugin knows."""
_QUIET: Final = (
    "--noconftest",
    "--strict-config",
    "--capture=no",
    *(
        word
        for plugin in (
            "terminal",
            "terminalprogress",
            "python",
            "unittest",
            "doctest",
            "cacheprovider",
            "logging",
            "junitxml",
            "warnings",
            "faulthandler",
            "unraisableexception",
            "threadexception",
            "setuponly",
            "setupplan",
            "stepwise",
            "pastebin",
        )
        for word in ("-p", f"no:{plugin}")
    ),
)
"""pytest collects and runs; what it would print or write is ours to print and write."""


@dataclass(frozen=True, slots=True)
class Running:
    """What a run came to."""

    outcomes: tuple[Outcome, ...]
    """In the order of the cases; of an interrupted run, those that had ended. Without bytes, where `keep` took them."""
    finished: bool
    problems: tuple[str, ...] = ()
    """What the runner itself could not do."""


def run(
    cases: Sequence[Case],
    session: Session,
    *,
    jobs: int = 1,
    keep: Callable[[Outcome], object] | None = None,
    told: Callable[[Outcome], None] = lambda _: None,
) -> Running:
    """Judges `cases`, `jobs` at a time. Each outcome is handed to `keep` (which stores its bytes) and to `told`.

    Both are called from the threads that run cases, one at a time.
    """
    patience, ended, lock = Patience(), dict[str, Outcome](), threading.Lock()

    def one(case: Case) -> Outcome:
        if why := patience.lost:
            return Outcome(case, Verdict.NOT_RUN, why)
        outcome = judge(case, session)
        patience.saw(outcome)
        if keep is not None:
            keep(outcome)
            outcome = replace(outcome, exchanges=tuple(without_bytes(outcome)))
        return outcome

    def end(outcome: Outcome) -> None:
        with lock:
            ended[outcome.case.id] = outcome
            told(outcome)

    plugin = Cases(_ROOT, cases, one, end, jobs)
    with _untouched():
        code = pytest.main([*_QUIET, "-c", os.devnull, "--rootdir", str(_ROOT.parent), str(_ROOT)], plugins=[plugin])
    with lock:
        outcomes = tuple(ended[case.id] for case in cases if case.id in ended)
    return Running(outcomes, code is not pytest.ExitCode.INTERRUPTED, tuple(plugin.problems))


def without_bytes(outcome: Outcome) -> Iterator[Exchange]:
    """The exchanges of an outcome whose bytes are kept elsewhere: what is counted afterwards stays."""
    for each in outcome.exchanges:
        yield replace(
            each,
            request=replace(each.request, head=b"", body=b""),
            response=replace(each.response, head=b"", body=b"") if each.response else None,
        )


@contextmanager
def _untouched() -> Iterator[None]:
    """Keeps settings and plugins that are meant for somebody's own tests away from this run."""
    own = {"PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": ""}
    before = {name: os.environ.get(name) for name in own}
    os.environ.update(own)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
