"""What changed from one run to another."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from conformance.model import Verdict
from conformance.results import noise
from conformance.results.expected import broken_checks, was_tested
from conformance.results.stored import StoredCase, StoredRun


class Change(Enum):
    """How a case differs between two runs."""

    BROKEN = "broken"
    """It came to a worse verdict."""
    FIXED = "fixed"
    """It came to a better verdict."""
    REASON = "changed reason"
    """It still does not pass, but breaks something else."""
    NEW = "new"
    """It was not in the older run, or was not tested there."""
    DISAPPEARED = "disappeared"
    """It is not in the newer run, or was not tested there: tests vanish more easily than bugs."""


_RANK: Final = {Verdict.PASS: 0, Verdict.WARN: 1, Verdict.FAIL: 2, Verdict.ERROR: 3}
_VARIES: Final = (
    (re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"), "<uuid>"),
    (re.compile(r"\b[0-2](?:\.\d+){4,}"), "<oid>"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?"), "<time>"),
    (re.compile(r"\b[0-9a-fA-F]{16,}\b"), "<digits>"),
    (re.compile(r"\d{6,}"), "<digits>"),
    (re.compile(r"\b\d+(?:\.\d+)? ?(?:ms|s)\b"), "<duration>"),
)
"""What is another at every run: ids made for it, and times."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One case that is not as it was."""

    id: str
    title: str
    change: Change
    old: Verdict | None
    """None: it was not there."""
    new: Verdict | None
    old_reason: str = ""
    new_reason: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs beside each other."""

    old: StoredRun
    new: StoredRun
    differences: tuple[Difference, ...]
    same: int
    """Cases that came to the same."""
    remarks: tuple[str, ...]
    """What makes the comparison less than it seems."""

    def of(self, change: Change) -> tuple[Difference, ...]:
        """The differences of a kind, by id."""
        return tuple(difference for difference in self.differences if difference.change is change)

    def broke(self, *, warnings: bool = False) -> bool:
        """Whether something that held does not any more; with *warnings*, a SHOULD counts too."""
        counted = {Verdict.FAIL, Verdict.ERROR} | ({Verdict.WARN} if warnings else set())
        return any(difference.new in counted for difference in self.of(Change.BROKEN))


def compare(old: StoredRun, new: StoredRun) -> Comparison:
    """The differences between two runs, the worst first."""
    before = {case.case.id: case for case in old.cases}
    after = {case.case.id: case for case in new.cases}
    differences = []
    for id_ in sorted(before.keys() | after.keys()):
        was, is_ = before.get(id_), after.get(id_)
        change = _change(was, is_)
        told = is_ or was
        if change and told:
            differences.append(
                Difference(
                    id_,
                    told.case.title,
                    change,
                    was.verdict if was else None,
                    is_.verdict if is_ else None,
                    was.reason if was else "",
                    is_.reason if is_ else "",
                )
            )
    order = list(Change)
    differences.sort(key=lambda difference: order.index(difference.change))
    same = len(before.keys() & after.keys()) - sum(1 for d in differences if d.old and d.new)
    return Comparison(old, new, tuple(differences), same, _remarks(old, new))


def _change(was: StoredCase | None, is_: StoredCase | None) -> Change | None:
    then = was if was and was_tested_or_erred(was) else None
    now = is_ if is_ and was_tested_or_erred(is_) else None
    if then is None and now is None:
        # not tested in either, or only listed in one: nothing can be said of the target
        return None if was and is_ else (Change.NEW if is_ else Change.DISAPPEARED)
    if then is None:
        return Change.NEW
    if now is None:
        return Change.DISAPPEARED
    difference = _RANK[now.verdict] - _RANK[then.verdict]
    if difference:
        return Change.BROKEN if difference > 0 else Change.FIXED
    if now.verdict is not Verdict.PASS and _essence(then) != _essence(now):
        return Change.REASON
    return None


def was_tested_or_erred(case: StoredCase) -> bool:
    """Whether the case was tried, be it that the suite failed."""
    return was_tested(case) or case.verdict is Verdict.ERROR


def _essence(case: StoredCase) -> tuple[str, ...]:
    """What broke, without what is another at every run."""
    return tuple(_steady(text) for text in (*broken_checks(case), case.reason))


def _steady(text: str) -> str:
    text = noise.steady(text)
    for pattern, word in _VARIES:
        text = pattern.sub(word, text)
    return " ".join(text.split())


def _remarks(old: StoredRun, new: StoredRun) -> tuple[str, ...]:
    remarks = []
    if old.profile != new.profile:
        remarks.append(f"the profiles differ: {old.profile} and {new.profile}")
    if old.selection != new.selection:
        chosen = (", ".join(run.selection) or "all cases" for run in (old, new))
        remarks.append("the selections differ: {} and {}".format(*chosen))
    if old.carnet != new.carnet:
        remarks.append(f"the versions of the suite differ: {old.carnet} and {new.carnet}")
    remarks += [f"the {name} run was interrupted" for name, run in (("older", old), ("newer", new)) if not run.finished]
    if old.started > new.started:
        remarks.append("the run given as the older one is the newer one")
    return tuple(remarks)


def as_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison for programs."""
    return {
        "schema": 1,
        "old": _run(comparison.old),
        "new": _run(comparison.new),
        "same": comparison.same,
        "remarks": list(comparison.remarks),
        "counts": {change.value: len(comparison.of(change)) for change in Change},
        "differences": [
            {
                "id": difference.id,
                "title": difference.title,
                "change": difference.change.value,
                "old": difference.old.value if difference.old else None,
                "new": difference.new.value if difference.new else None,
                "old_reason": difference.old_reason,
                "new_reason": difference.new_reason,
            }
            for difference in comparison.differences
        ],
    }


def _run(run: StoredRun) -> Mapping[str, Any]:
    return {
        "folder": str(run.folder),
        "started": run.started.isoformat(),
        "profile": run.profile,
        "carnet": run.carnet,
        "cases": len(run.cases),
    }
