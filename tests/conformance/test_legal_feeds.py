"""Feeds that do less than the framework recommends, and nothing that it forbids: no case of ITI-8 may fail for that."""

import pytest

from conformance.model import Verdict
from tests.conformance.mutants.judging import cases_of, outcomes
from tests.conformance.mutants.nursery import Nursery


@pytest.mark.parametrize(
    ("mutant", "warned"),
    [
        ("error-in-the-old-form", {"iti-8/C.2.3/9", "iti-8/C.2.3/10"}),
        ("one-message-a-connection", {"iti-8/C.2.1/3"}),
    ],
)
def test_what_is_recommended_alone_is_warned_of(nursery: Nursery, mutant: str, warned: set[str]) -> None:
    server = nursery.start(mutant)
    try:
        came = outcomes(server, [case for case in cases_of("ihe") if case.id.startswith("iti-8/")], jobs=4)
    finally:
        server.stop()
    assert {each.case.id for each in came if each.verdict is Verdict.WARN} == warned
    assert not [f"{each.case.id}: {each.reason}" for each in came if each.verdict in (Verdict.FAIL, Verdict.ERROR)]
