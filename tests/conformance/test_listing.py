"""`carnet conformance list`, `explain` and `coverage`: what they say, to people and to programs."""

import json

import pytest
from click.testing import CliRunner, Result

from conformance.book import load
from conformance.cli import conformance
from conformance.requirements import BadRequirement, coverage, requirements
from conformance.requirements import _requirement as read_requirement


def said(*words: str) -> Result:
    return CliRunner().invoke(conformance, words)


def test_list_tells_the_cases_whose_ids_begin_so_one_on_a_line() -> None:
    lines = said("list", "iti-43").stdout.splitlines()
    assert len(lines) > 10
    assert all(line.startswith("iti-43/") and line.count("\t") == 4 for line in lines)


def test_list_can_be_read_by_programs() -> None:
    told = json.loads(said("list", "--profile", "dmp", "--json").stdout)
    assert {profile for each in told for profile in each["profiles"]} >= {"dmp"}
    assert all(each["requirement"] and each["section"] for each in told)


def test_list_answers_a_mistyped_id_with_the_nearest() -> None:
    result = said("list", "iti-188")
    assert result.exit_code == 2
    assert "did you mean iti-18?" in result.output


def test_explain_tells_the_requirement_its_section_and_a_passing_answer() -> None:
    case = next(each for each in load() if each.id.startswith("iti-42/") and each.covers)
    told = " ".join(said("explain", case.id).stdout.split())
    assert case.title in told
    assert case.section in told
    assert "a passing answer" in told


def test_explain_speaks_french_of_the_dmp() -> None:
    case = next(each for each in load() if each.id.startswith("vihf/"))
    assert case.title_fr.split()[0] in said("explain", case.id, "--language", "fr").stdout


def test_explain_can_show_the_code_of_the_case() -> None:
    assert "def " in said("explain", "iti-42/4.1.3.3/1", "--source").stdout


def test_coverage_tells_each_requirement_with_its_cases_and_those_that_have_none() -> None:
    lines = {line.split("\t")[0]: line for line in said("coverage").stdout.splitlines()}
    assert lines.keys() == requirements().keys()
    bare = {line.split("\t")[0] for line in said("coverage", "--uncovered").stdout.splitlines()}
    assert bare == {name for name, line in lines.items() if line.endswith("\tnone")}


def test_every_requirement_that_a_case_covers_is_one() -> None:
    assert coverage(load())


def test_a_requirement_that_lacks_something_stops_the_run() -> None:
    with pytest.raises(BadRequirement, match="has or lacks text"):
        read_requirement({"id": "a", "section": "b", "level": "MUST", "asks": "IHE"}, "x.toml")
    with pytest.raises(BadRequirement, match="level is MUST or SHOULD"):
        read_requirement({"id": "a", "section": "b", "level": "MAY", "asks": "IHE", "text": "c"}, "x.toml")
