"""The cases of ITI-18 beside the catalogue of the registry: two readings of one standard that must agree."""

import re
from pathlib import Path

import pytest

from conformance import book
from conformance.cases import iti18_errors, iti18_find_documents
from conformance.messages.names import QUERIES
from conformance.requirements import requirements
from metadata.storedqueries_catalogue import BY_NAME

CASES = Path(iti18_errors.__file__).parent
OF_ITI_18 = [case for case in book.load() if case.id.startswith("iti-18/")]


def test_every_query_is_known_in_good_order() -> None:
    assert iti18_errors.GOOD.keys() == QUERIES.keys() == BY_NAME.keys()
    assert {name: BY_NAME[name].id for name in QUERIES} == dict(QUERIES)


@pytest.mark.parametrize("query", BY_NAME)
def test_a_query_in_good_order_holds_what_is_required_and_nothing_else(query: str) -> None:
    held = {name for name, _ in iti18_errors.GOOD[query][1]}
    either = held & set(BY_NAME[query].exactly_one)
    required = {each.name for each in BY_NAME[query].parameters if each.required}
    assert held - either == required
    assert len(either) == bool(BY_NAME[query].exactly_one)


def test_every_parameter_of_every_query_is_asked_by_some_case() -> None:
    text = "".join(file.read_text("utf-8") for file in [*CASES.glob("iti18_*.py"), CASES / "_population.py"])
    named = set(re.findall(r"\$[A-Za-z]+", text))
    named |= {str(each) for each in iti18_find_documents.CODE_PARAMETERS}
    named |= {bound for each in iti18_find_documents.TIME_PARAMETERS for bound in (each.since, each.until)}
    wanted = {each.name for definition in BY_NAME.values() for each in definition.parameters}
    assert sorted(wanted - named) == []


PUBLISHED = {
    "3.18.4.1.2",
    *(f"3.18.4.1.2.3.{last}" for last in range(1, 10)),
    *(f"3.18.4.1.2.3.{last}" for last in ("3.1", "3.2", "6.1", "6.2", "9.1", "9.2")),
    *(f"3.18.4.1.2.3.7.{query}" for query in range(1, 15)),
    *(f"3.18.4.1.2.{last}" for last in range(4, 8)),
    "3.18.4.1.3",
}
"""The subsections of ITI TF-2 3.18 that say what a registry does, as Revision 20.1 numbers them."""


def cited(section: str) -> set[str]:
    """The numbers of subsections of 3.18 in a citation."""
    return set(re.findall(r"\b3\.18[.0-9]*[0-9]", section))


def test_cases_requirements_and_rules_cite_subsections_that_are_published() -> None:
    wrong = {
        each.id: each.section
        for each in (*OF_ITI_18, *(r for r in requirements().values() if r.id.startswith(("iti-18.", "query."))))
        if cited(each.section) - PUBLISHED
    }
    assert len(OF_ITI_18) > 300
    assert wrong == {}


def test_a_case_about_one_query_cites_it() -> None:
    """Ids were given before the text was at hand, and stay: of the other sections they may differ."""
    silent = [
        case.id
        for case in OF_ITI_18
        for query in re.findall(r"iti-18/(4\.1\.2\.3\.7\.[0-9]+)/", case.id)
        if f"3.18.{query}" not in cited(case.section) and "3.18.4.1.3" not in cited(case.section)
    ]
    assert silent == []
