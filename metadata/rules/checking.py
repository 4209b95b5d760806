"""Running the book over a message."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from metadata.affinity import AffinityDomain
from metadata.facts import Facts
from metadata.rules.book import BOOK, Finding, Mark, On, Rule, RuleBook, Shape
from metadata.rules.case import Case, View, path_of
from metadata.translate import Submission

_NO_FACTS = Facts()


def check(
    submission: Submission,
    domain: AffinityDomain,
    *,
    transaction: str,
    facts: Facts | None = None,
    extra: Sequence[Rule] = (),
    book: RuleBook = BOOK,
) -> list[Finding]:
    """Every rule of `transaction` that the message breaks; the MUSTs and the SHOULDs, as they come.

    Without `facts`: the rules that the message alone can break. With them: only those that ask what the registry holds.
    `extra` rules, and those of `domain.rules`, are run beside the book's; the ids in `domain.waived` are not run.
    """
    case = Case(submission, domain, transaction, facts or _NO_FACTS)
    plan = _plan(book, (*domain.rules, *extra), domain.waived, transaction, facts is not None)
    findings: list[Finding] = []
    for view in case.views:
        on_view, on_value = plan[view.shape]
        for rule, look in on_view:
            marks = look(view, case)
            if marks:
                findings += [_finding(rule, one, view, case) for one in marks]
        for rule, look in on_value:
            marks = look(view.value, case)
            if marks:
                findings += [_finding(rule, one, view, case) for one in marks]
    for rule, look in plan[None][0]:
        marks = look(submission, case)
        if marks:
            findings += [_finding(rule, one, None, case) for one in marks]
    return findings


_Looks = tuple[tuple[Rule, Any], ...]


@lru_cache(64)
def _plan(
    book: RuleBook, extra: tuple[Rule, ...], waived: frozenset[str], transaction: str, with_facts: bool
) -> dict[Shape | None, tuple[_Looks, _Looks]]:
    """For each shape the rules on the View and those on the value; under None those on the whole message."""
    rules = [
        rule
        for rule in (*book, *extra)
        if transaction in rule.codes
        and rule.needs_facts is with_facts
        and rule.check is not None
        and rule.id not in waived
    ]

    def looks(on: On, shape: Shape | None = None) -> _Looks:
        return tuple((r, r.check) for r in rules if r.on is on and (shape is None or not r.only or shape in r.only))

    plan: dict[Shape | None, tuple[_Looks, _Looks]] = {None: (looks(On.SUBMISSION), ())}
    for shape in Shape:
        plan[shape] = (looks(On.OBJECT, shape), () if shape is Shape.PACKAGE else looks(shape.value))
    return plan


def _finding(rule: Rule, mark: Mark, view: View | None, case: Case) -> Finding:
    if mark.object_id is not None:
        path, object_id = case.path(mark.object_id), mark.object_id
    elif view is not None:
        path, object_id = path_of(view.o), view.o.id
    else:
        path, object_id = "/RegistryObjectList", ""
    return Finding(rule, path + mark.at, object_id, mark.values, case.transaction)
