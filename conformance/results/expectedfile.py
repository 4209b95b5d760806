"""Rewrites a file of known failures after a run, keeping what a person wrote in it."""

from collections.abc import Sequence
from typing import Any

import tomlkit

from conformance.model import Verdict
from conformance.results.expected import Came, Expected, broken_checks, was_tested


def rewritten(expected: Expected, outcomes: Sequence[Came], verdicts: Sequence[Verdict]) -> str:
    """The text of the file after this run; see `Expected.updated`."""
    document = tomlkit.parse(expected.text)
    tables: Any = document.setdefault("expected", tomlkit.aot())
    came = {outcome.case.id: outcome for outcome in outcomes}
    for index in reversed(range(len(tables))):
        entry = expected.entries[str(tables[index]["id"]).strip()]
        outcome = came.get(entry.id)
        if outcome is None or not was_tested(outcome) or entry.foresees(outcome):
            continue
        if outcome.verdict in verdicts or (outcome.verdict is Verdict.WARN and entry.verdict is Verdict.WARN):
            _fails_otherwise(tables[index], outcome)
        else:
            del tables[index]
    new = [one for id_, one in sorted(came.items()) if id_ not in expected.entries and one.verdict in verdicts]
    for outcome in new:
        if expected.entries and tables and not tables[-1].as_string().endswith("\n\n"):
            tables[-1].add(tomlkit.nl())
        tables.append(_table(outcome))
    if not tables:
        del document["expected"]
    return tomlkit.dumps(document)


def _fails_otherwise(table: Any, outcome: Came) -> None:
    """The old reason was given for another failure: a person must look again."""
    table["verdict"] = outcome.verdict.value
    table["check"] = _checks(outcome)
    table["reason"] = ""
    table.pop("rule", None)
    table.pop("until", None)


def _table(outcome: Came) -> Any:
    table = tomlkit.table()
    table["id"] = outcome.case.id
    table["verdict"] = outcome.verdict.value
    table["check"] = _checks(outcome)
    table["reason"] = ""
    return table


def _checks(outcome: Came) -> str | list[str]:
    checks = list(broken_checks(outcome))
    return checks[0] if len(checks) == 1 else checks
