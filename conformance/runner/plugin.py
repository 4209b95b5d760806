"""The pytest plugin: cases are pytest items; pytest collects, orders, reports and stops them.

Cases wait for the network most of the time, so a few run ahead in threads; pytest takes their outcomes in order.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from conformance.model import Case, Outcome, Verdict

Judge = Callable[[Case], Outcome]
Told = Callable[[Outcome], None]


class Unmet(Exception):
    """The outcome of a case that did not pass, for pytest."""


class Cases:
    """Registered with pytest for one run."""

    def __init__(self, root: Path, cases: Sequence[Case], judge: Judge, told: Told, jobs: int) -> None:
        self._root, self._cases, self._judge, self._told = root, cases, judge, told
        self._pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="case")
        self.futures: dict[str, Future[Outcome]] = {}
        self.problems: list[str] = []
        """What pytest itself could not do: a run that has any is not to be trusted."""

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> "Shelf | None":
        if file_path != self._root:
            return None
        shelf: Shelf = Shelf.from_parent(parent, path=file_path)
        shelf.cases, shelf.run = self._cases, self
        return shelf

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            if isinstance(item, CaseItem):
                self.futures[item.case.id] = self._pool.submit(self._run, item.case)

    def _run(self, case: Case) -> Outcome:
        outcome = self._judge(case)
        self._told(outcome)
        return outcome

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problems.append(str(report.longrepr))

    def pytest_internalerror(self, excrepr: Any) -> bool:
        self.problems.append(str(excrepr))
        return True

    def pytest_sessionfinish(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


class Shelf(pytest.File):
    """All selected cases, as one collector."""

    cases: Sequence[Case]
    run: Cases

    def collect(self) -> Iterator["CaseItem"]:
        for case in self.cases:
            item: CaseItem = CaseItem.from_parent(self, name=case.id)
            item.case, item.run = case, self.run
            yield item


class CaseItem(pytest.Item):
    """One case."""

    case: Case
    run: Cases

    def runtest(self) -> None:
        outcome = self.run.futures[self.case.id].result()
        if outcome.verdict in (Verdict.NOT_RUN, Verdict.NOT_SUPPORTED):
            pytest.skip(outcome.reason)
        if outcome.verdict in (Verdict.FAIL, Verdict.ERROR):
            raise Unmet(outcome.reason)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:  # noqa: ARG002
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.case.id
