"""The cases of ITI-18 beside the catalogue of the registry: two readings of one standard that must agree."""

import re
from pathlib import Path

import pytest

from conformance import book
from conformance.cases import iti18_errors, iti18_find_documents
from conformance.messages.names import QUERIES
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


def test_ids_read_as_the_section_that_is_cited_first() -> None:
    assert len(OF_ITI_18) > 300
    wrong = [
        case.id for case in OF_ITI_18 if case.section.partition(";")[0] != f"ITI TF-2 3.18.{case.id.split('/')[1]}"
    ]
    assert wrong == []
