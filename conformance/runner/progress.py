"""What a person sees while cases run, and at the end: a live line on a terminal, plain lines in a log."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from conformance.model import Outcome, Verdict
from conformance.results.expected import Expected, Mark

STYLES: Final = {
    Verdict.PASS: "green",
    Verdict.WARN: "yellow",
    Verdict.FAIL: "bold red",
    Verdict.NOT_SUPPORTED: "dim",
    Verdict.NOT_RUN: "dim",
    Verdict.ERROR: "bold magenta",
}
_WORTH_TELLING: Final = (Verdict.FAIL, Verdict.ERROR, Verdict.WARN)


class Display:
    """A context: cases are told to it as they end."""

    def __init__(self, total: int, console: Console, expected: Expected, *, verbose: bool = False) -> None:
        self._console, self._expected, self._verbose = console, expected, verbose
        self._counts: Counter[Verdict] = Counter()
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[counts]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("cases", total=total, counts="")

    def __enter__(self) -> "Display":
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def told(self, outcome: Outcome) -> None:
        """One case has ended."""
        self._counts[outcome.verdict] += 1
        self._progress.update(self._task, advance=1, counts=counted(self._counts))
        known = self._expected.judge([outcome]).get(outcome.case.id) is Mark.EXPECTED
        if self._verbose or (outcome.verdict in _WORTH_TELLING and not known):
            self._console.print(line(outcome, known=known), soft_wrap=not self._console.is_terminal)


def line(outcome: Outcome, *, known: bool = False) -> Text:
    """One outcome on one line, with its reason below when there is one to act upon; a `known` failure is dimmed."""
    text = Text.assemble(
        (f"{outcome.verdict.value:<13} ", "dim" if known else STYLES[outcome.verdict]),
        (outcome.case.id, "bold"),
        f"  {outcome.case.title}",
        ("  (expected)" if known else "", "dim"),
    )
    if outcome.reason:
        text.append(f"\n{'':14}{outcome.reason}", style="dim")
    return text


def counted(counts: Mapping[Verdict, int]) -> Text:
    """`212 PASS  3 FAIL`, in colours."""
    pieces = [
        piece
        for verdict in Verdict
        if counts.get(verdict)
        for piece in ((f"{counts[verdict]} {verdict.value}", STYLES[verdict]), "  ")
    ]
    return Text.assemble(*pieces[:-1]) if pieces else Text()


def summary(console: Console, outcomes: Iterable[Outcome], marks: Mapping[str, Mark], warnings: Iterable[str]) -> None:
    """The end of a run: what could make it meaningless first, then a table by transaction."""
    for warning in warnings:
        console.print(Text.assemble(("warning ", "yellow"), warning))
    groups: dict[str, Counter[Verdict]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.case.id.partition("/")[0], Counter())[outcome.verdict] += 1
    seen = [verdict for verdict in Verdict if any(counts[verdict] for counts in groups.values())]
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    for verdict in seen:
        table.add_column(verdict.value, justify="right", style=STYLES[verdict])
    for name, counts in groups.items():
        table.add_row(name, *(str(counts[verdict] or "") for verdict in seen))
    console.print(table)
    expected = Counter(mark for mark in marks.values())
    for mark in (Mark.EXPECTED, Mark.FIXED, Mark.EXPIRED):
        if expected[mark]:
            console.print(f"{expected[mark]} {_MARKS[mark]}")


_MARKS: Final = {
    Mark.EXPECTED: "failed as expected",
    Mark.FIXED: "passed though expected to fail: take them off the list",
    Mark.EXPIRED: "failed as expected, but were accepted only until a day that has passed",
}


def console(*, error: bool = False) -> Console:
    """For people; plain and unwrapped when it does not lead to a terminal."""
    made = Console(stderr=error, highlight=False)
    return made if made.is_terminal or "COLUMNS" in os.environ else Console(stderr=error, highlight=False, width=160)
