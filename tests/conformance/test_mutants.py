"""The proof that the suite notices: each mutant is started, and the cases named for it must come to FAIL."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from conformance.model import Verdict
from metadata.rules import RuleBook
from tests.conformance.mutants.every import MUTANTS, SERVERS
from tests.conformance.mutants.judging import cases_of, named, notices, outcomes
from tests.conformance.mutants.matrix import RELATED
from tests.conformance.mutants.nursery import ROOT, Nursery
from tests.conformance.mutants.page import PAGE
from tests.conformance.mutants.patching import Gone, replace, replace_item, silence, without, wrap

pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")  # cases speak old TLS on purpose


@pytest.mark.parametrize("name", MUTANTS)
def test_the_suite_catches(name: str, nursery: Nursery) -> None:
    mutant = MUTANTS[name]
    assert mutant.caught_by, f"no case is named that catches {name}: {mutant.about}"
    server = nursery.start(name)
    try:
        came = outcomes(server, named(mutant.caught_by))
    finally:
        server.stop()
    for outcome in came:
        assert notices(outcome), f"{outcome.case.id}: {outcome.verdict.value}, {outcome.reason}"


@pytest.mark.parametrize("kind", SERVERS)
def test_the_cases_that_catch_a_mutant_pass_without_it(kind: str, nursery: Nursery) -> None:
    ids = {case for mutant in MUTANTS.values() if mutant.server == kind for case in mutant.caught_by}
    server = nursery.start(server=kind)
    try:
        came = outcomes(server, named(sorted(ids)), jobs=4)
    finally:
        server.stop()
    assert not [
        f"{outcome.case.id}: {outcome.verdict.value}, {outcome.reason}"
        for outcome in came
        if outcome.verdict not in (Verdict.PASS, Verdict.WARN)
    ]


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_names_cases_of_its_profile(name: str) -> None:
    known = {case.id for case in cases_of(MUTANTS[name].server)}
    assert set(MUTANTS[name].caught_by) <= known


def test_the_page_names_every_mutant_and_the_cases_that_catch_it() -> None:
    rows = {
        line.split("`")[1]: line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")
    }
    assert list(rows.keys() ^ MUTANTS.keys()) == [], "run make mutants: docs/conformance-mutants.md is of other mutants"
    for mutant in MUTANTS.values():
        row = rows[mutant.name]
        assert mutant.about in row
        for case in mutant.caught_by:
            assert f"`{case}`" in row, f"run make mutants: {mutant.name} is caught by {case}"


def test_every_concern_says_which_cases_could_notice_it() -> None:
    assert {mutant.concern for mutant in MUTANTS.values()} == {*RELATED, "rules", "hostile"}


def test_every_rule_in_the_table_is_one_that_cases_cover() -> None:
    covered = {name for kind in SERVERS for case in cases_of(kind) for name in case.covers}
    named_here = {name.removeprefix("without-") for name, mutant in MUTANTS.items() if mutant.concern == "rules"}
    assert named_here <= covered


def test_the_script_lists_the_mutants() -> None:
    script = ROOT / "tests" / "conformance" / "mutants" / "serve.py"
    listed = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True).stdout
    assert all(f"  {name} " in listed for name in MUTANTS)


def test_the_script_refuses_a_mutant_that_there_is_not() -> None:
    script = ROOT / "tests" / "conformance" / "mutants" / "serve.py"
    ended = subprocess.run([sys.executable, str(script), "no-such-mutant"], capture_output=True, text=True)
    assert ended.returncode == 1
    assert "no-such-mutant" in ended.stderr


class TestPatchesThatFindNothingToChange:
    """A function that was renamed must break the bench, not make a healthy server."""

    def test_a_name_that_is_gone(self) -> None:
        with pytest.raises(Gone):
            replace(SimpleNamespace(f=1), "g", 2)
        with pytest.raises(Gone):
            wrap(SimpleNamespace(f=len), "g", len)

    def test_a_name_that_is_no_function_any_more(self) -> None:
        with pytest.raises(Gone):
            wrap(SimpleNamespace(f=1), "f", len)

    def test_a_key_that_is_gone(self) -> None:
        with pytest.raises(Gone):
            replace_item({"a": 1}, "b", 2)

    def test_a_rule_that_is_gone(self) -> None:
        with pytest.raises(Gone):
            silence("no.such.rule", book=RuleBook())

    def test_nothing_to_leave_out(self) -> None:
        with pytest.raises(Gone):
            without([1, 2], lambda one: one == 3)
