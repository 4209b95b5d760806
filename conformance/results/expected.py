"""Known failures, written down by a person: which case fails, at which check, why, and until when.

[[expected]]
id = "iti-18/4.1.2.3.7.14/1"
verdict = "FAIL"
check = "the status is Success"
reason = "FindDocumentsByReferenceId comes with our 4.2"
until = 2027-03-31
"""

import datetime
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Final, Protocol

from conformance.model import Case, Check, Level, Verdict


class ExpectedError(ValueError):
    """The file of expected failures cannot be used; the sentence says where and why."""


class Came(Protocol):
    """What a case came to: an outcome of this run, or one read back from a folder."""

    @property
    def case(self) -> Case: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def reason(self) -> str: ...
    @property
    def checks(self) -> tuple[Check, ...]: ...


class Mark(Enum):
    """How an outcome stands to what was expected. A case that neither failed nor was expected to has none."""

    EXPECTED = "expected"
    UNEXPECTED = "unexpected"
    FIXED = "fixed"
    """It was expected to fail, and does not any more."""
    EXPIRED = "expired"
    """It fails as expected, but was accepted only until a day that has passed."""


_FAILING: Final = (Verdict.FAIL, Verdict.WARN)
_TESTED: Final = (Verdict.PASS, Verdict.WARN, Verdict.FAIL)


@dataclass(frozen=True, slots=True)
class Expectation:
    """One known failure."""

    id: str
    verdict: Verdict
    """FAIL or WARN."""
    checks: tuple[str, ...] = ()
    """Texts of the checks that break; empty: any."""
    rule: str = ""
    """A rule or requirement that every broken check must name; empty: any."""
    reason: str = ""
    """Why it is accepted; blank until a person has written it."""
    until: datetime.date | None = None
    """The last day on which it is accepted."""

    def foresees(self, outcome: Came) -> bool:
        """Whether this very failure was expected: the same verdict, and no broken check beyond those listed."""
        if outcome.verdict is not self.verdict:
            return False
        broken = broken_checks(outcome)
        if self.checks and not {_plain(text) for text in broken} <= {_plain(text) for text in self.checks}:
            return False
        return not self.rule or all(self.rule in text for text in _told(outcome))


@dataclass(frozen=True, slots=True)
class Expected:
    """A file of known failures."""

    entries: Mapping[str, Expectation] = field(default_factory=dict)
    """By case id."""
    text: str = ""
    """The file as it was, with its comments."""

    @classmethod
    def none(cls) -> "Expected":
        """Nothing is expected to fail."""
        return cls()

    @classmethod
    def load(cls, path: Path) -> "Expected":
        """Reads a file strictly: what it says wrongly would otherwise quietly not count.

        Raises ExpectedError.
        """
        try:
            return cls.parse(path.read_text(encoding="utf-8"), str(path))
        except OSError as error:
            raise ExpectedError(f"{path} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise ExpectedError(f"{path} is not text in UTF-8") from None

    @classmethod
    def parse(cls, text: str, name: str = "the file") -> "Expected":
        """As `load`, of a text; *name* is what its faults are reported under."""
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ExpectedError(f"{name} is not TOML: {error}") from None
        strange = document.keys() - {"expected"}
        tables = document.get("expected", [])
        if strange or not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise ExpectedError(f"{name} holds something other than [[expected]] tables: {', '.join(sorted(strange))}")
        entries: dict[str, Expectation] = {}
        for number, table in enumerate(tables, 1):
            entry = _read(table, f"{name}, [[expected]] number {number}")
            if entry.id in entries:
                raise ExpectedError(f"{name} has {entry.id} twice; one table can list several checks")
            entries[entry.id] = entry
        return cls(entries, text)

    def unknown(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Entries whose case is not among *ids*, all those of the book: a misspelt id would never be noticed."""
        known = set(ids)
        return tuple(sorted(id_ for id_ in self.entries if id_ not in known))

    def without_reason(self) -> tuple[str, ...]:
        """Entries whose reason nobody has written yet."""
        return tuple(sorted(entry.id for entry in self.entries.values() if not entry.reason))

    def judge(self, outcomes: Iterable[Came], today: datetime.date | None = None) -> dict[str, Mark]:
        """The marks of a run, by case id, for the cases that have one."""
        day = today or datetime.datetime.now(datetime.UTC).date()
        marks = {outcome.case.id: self._mark(outcome, day) for outcome in outcomes}
        return {id_: mark for id_, mark in marks.items() if mark}

    def _mark(self, outcome: Came, today: datetime.date) -> Mark | None:
        entry = self.entries.get(outcome.case.id)
        if entry is None:
            return Mark.UNEXPECTED if outcome.verdict in _FAILING else None
        if entry.foresees(outcome):
            return Mark.EXPIRED if entry.until and entry.until < today else Mark.EXPECTED
        if outcome.verdict is Verdict.PASS or (outcome.verdict is Verdict.WARN and entry.verdict is Verdict.FAIL):
            return Mark.FIXED
        return Mark.UNEXPECTED if outcome.verdict in _FAILING else None

    def updated(self, outcomes: Iterable[Came], *, warnings: bool = False) -> str:
        """The file as it would have to be for this run to hold no surprise.

        What fails is entered without a reason, for a person to write; what still fails the same way keeps its table,
        reason and comments; what passed is taken out; what was not tested stays. With *warnings*, a WARN is entered
        as well.
        """
        from conformance.results.expectedfile import rewritten

        return rewritten(self, tuple(outcomes), (Verdict.FAIL, Verdict.WARN) if warnings else (Verdict.FAIL,))


def broken_checks(outcome: Came) -> tuple[str, ...]:
    """Texts of the checks that decided the verdict; the reason when there are none."""
    level = Level.SHOULD if outcome.verdict is Verdict.WARN else Level.MUST
    texts = tuple(dict.fromkeys(c.text for c in outcome.checks if not c.held and c.level is level))
    return texts or (outcome.reason,)


def was_tested(outcome: Came) -> bool:
    """Whether the verdict says something of the target."""
    return outcome.verdict in _TESTED


def _told(outcome: Came) -> tuple[str, ...]:
    level = Level.SHOULD if outcome.verdict is Verdict.WARN else Level.MUST
    told = tuple(
        " ".join((c.text, c.where, c.expected, c.got)) for c in outcome.checks if not c.held and c.level is level
    )
    return told or (outcome.reason,)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _read(table: Mapping[str, Any], where: str) -> Expectation:
    strange = table.keys() - {"id", "verdict", "check", "rule", "reason", "until"}
    if strange:
        raise ExpectedError(
            f"{where} has {', '.join(sorted(strange))}; there are id, verdict, check, rule, reason, until"
        )
    id_ = _text(table, "id", where)
    if not id_:
        raise ExpectedError(f"{where} has no id")
    verdict = table.get("verdict", "FAIL")
    if verdict not in {"FAIL", "WARN"}:
        raise ExpectedError(f"{where} expects {verdict!r}; only FAIL and WARN can be expected")
    until = table.get("until")
    if isinstance(until, datetime.datetime) or not isinstance(until, datetime.date | None):
        raise ExpectedError(f"{where}: until is not a day, as 2027-03-31")
    return Expectation(
        id=id_,
        verdict=Verdict(verdict),
        checks=_texts(table, "check", where),
        rule=_text(table, "rule", where),
        reason=_text(table, "reason", where),
        until=until,
    )


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise ExpectedError(f"{where}: {key} is not a text")
    return value.strip()


def _texts(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = table.get(key, [])
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise ExpectedError(f"{where}: {key} is neither a text nor a list of texts")
    return tuple(one for one in values if one.strip())
