"""No case may fail against a server that is right, however unusual its answers look. No false alarms."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import groupby

import pytest

from conformance.model import Case, Verdict
from conformance.trial import Session, judge
from tests.conformance.mutants.every import LEGAL, MUTANTS
from tests.conformance.mutants.judging import cases_of, named, outcomes, target_of
from tests.conformance.mutants.nursery import Nursery, Server
from tests.conformance.unusual.forms import FORMS
from tests.conformance.unusual.proxy import between

PER_TRANSACTION = 3
"""Cases of one transaction that are tried against each form, beside those that look closely."""


@pytest.fixture(scope="module")
def server(nursery: Nursery) -> Server:
    return nursery.start(server="ihe")


@pytest.fixture(scope="module")
def usual(server: Server) -> dict[str, Verdict]:
    """What each case comes to when nothing is unusual."""
    session = Session(target_of(server))
    return {case.id: judge(case, session).verdict for case in _selection(cases_of("ihe"))}


def _selection(cases: Sequence[Case]) -> Iterator[Case]:
    """Those that look at answers most closely, as the mutants of the wire show, and some of every transaction."""
    close = {m.caught_by[0] for m in MUTANTS.values() if m.concern in ("wire", "repository")}
    for _, shelf in groupby(sorted(cases, key=_transaction), key=_transaction):
        some = list(shelf)
        step = max(1, len(some) // PER_TRANSACTION)
        yield from (case for place, case in enumerate(some) if case.id in close or place % step == 0)


def _transaction(case: Case) -> str:
    return case.id.partition("/")[0]


def _false_alarms(server: Server, form: str, cases: Sequence[Case], usual: dict[str, Verdict]) -> list[str]:
    """Cases that come to something worse than they do against the same server without its form."""
    with between(server.told["registry"], FORMS[form]) as base:
        target = replace(target_of(server), registry=f"{base}/registry", repository=f"{base}/repository")
        session = Session(target)
        with ThreadPoolExecutor(4) as pool:
            outcomes = list(pool.map(lambda case: judge(case, session), cases))
    return [
        f"{outcome.case.id}: {outcome.verdict.value}, {outcome.reason}"
        for outcome in outcomes
        if outcome.verdict is not usual[outcome.case.id]
    ]


@pytest.mark.parametrize("form", FORMS)
def test_no_false_alarm_about(form: str, server: Server, usual: dict[str, Verdict]) -> None:
    cases = list(_selection(cases_of("ihe")))
    assert not _false_alarms(server, form, cases, usual)


@pytest.mark.parametrize("name", LEGAL)
def test_no_false_alarm_about_what_is_allowed(name: str, nursery: Nursery) -> None:
    server = nursery.start(name)
    try:
        came = outcomes(server, named(LEGAL[name].caught_by), jobs=2)
    finally:
        server.stop()
    assert not [
        f"{outcome.case.id}: {outcome.verdict.value}, {outcome.reason}"
        for outcome in came
        if outcome.verdict not in (Verdict.PASS, Verdict.WARN)
    ]


@pytest.fixture(scope="module")
def usual_of_all(server: Server) -> dict[str, Verdict]:
    """The same for every case."""
    cases, session = cases_of("ihe"), Session(target_of(server))
    with ThreadPoolExecutor(4) as pool:
        return dict(zip((c.id for c in cases), pool.map(lambda c: judge(c, session).verdict, cases), strict=True))


@pytest.mark.long
@pytest.mark.parametrize("form", FORMS)
def test_no_false_alarm_of_any_case_about(form: str, server: Server, usual_of_all: dict[str, Verdict]) -> None:
    assert not _false_alarms(server, form, cases_of("ihe"), usual_of_all)
