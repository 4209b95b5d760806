"""The book of cases: ids, strictness, selection."""

from pathlib import Path

import pytest

from conformance.book import BadCase, Book, UnknownSelector, case, load, matches, select
from conformance.model import Case
from conformance.trial import Trial

TEXTS = {"title": "Does", "requirement": "It is required.", "section": "ITI TF-2 3.42", "passing": "<x/>"}
KNOWN_IDS = Path(__file__).with_name("ids.txt")
DOCUMENTS = """
ITI RFC SOAP WS-Addressing WS-Security SAML XML Namespaces XOP MTOM XAdES ebRIM ebRS HL7 W3C OWASP
ANS CI-SIS DMP IGC-Santé NOS PDT-INF-579
"""
"""What a section may be of."""


def nothing(trial: Trial) -> None: ...


def entered(*ids: str) -> Book:
    book = Book()
    for each in ids:
        case(each, **TEXTS, book=book)(nothing)
    return book


def test_an_id_is_entered_once() -> None:
    book = entered("iti-42/4.1/1")
    with pytest.raises(BadCase, match="taken"):
        case("iti-42/4.1/1", **TEXTS, book=book)(nothing)


@pytest.mark.parametrize("wrong", ["iti-42", "", "ITI-42/1", "iti 42/1", "/1", "iti-42//1", "iti-42/../1"])
def test_an_id_is_transaction_section_ordinal(wrong: str) -> None:
    with pytest.raises(BadCase, match="not transaction/section/ordinal"):
        entered(wrong)


@pytest.mark.parametrize("missing", TEXTS)
def test_a_case_says_what_it_does_and_what_is_required(missing: str) -> None:
    with pytest.raises(BadCase, match=f"no {missing}"):
        case("iti-42/4.1/1", **(TEXTS | {missing: " "}), book=Book())(nothing)


def test_a_selector_matches_whole_segments() -> None:
    assert matches("iti-42/4.1/1", "iti-42")
    assert matches("iti-42/4.1/1", "ITI-42/4.1")
    assert matches("iti-42/4.1/1", "iti-42/4.1/1")
    assert not matches("iti-42/4.1/1", "iti-4")
    assert not matches("iti-42/4.1/1", "iti-42/4")


def chosen(book: Book, *selectors: str, but: tuple[str, ...] = ()) -> list[str]:
    return [each.id for each in select(book, selectors, but)]


def test_without_a_selector_all_are_selected_and_some_can_be_left_out() -> None:
    book = entered("iti-42/4.1/1", "iti-42/4.2/1", "iti-18/4.1/1")
    assert chosen(book) == ["iti-18/4.1/1", "iti-42/4.1/1", "iti-42/4.2/1"]
    assert chosen(book, "iti-42", but=("iti-42/4.2",)) == ["iti-42/4.1/1"]


def test_the_order_is_that_of_the_ids_with_numbers_as_numbers() -> None:
    ids = ["iti-8/4.1/1", "iti-18/4.1/2", "iti-18/4.1/10", "iti-18/4.10/1", "soap/xml/1"]
    assert chosen(entered(*reversed(ids))) == ids


def test_a_selector_that_selects_nothing_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownSelector, match=r"iti-41 selects no case; did you mean iti-4"):
        select(entered("iti-42/4.1/1"), ["iti-41"])


def test_a_file_of_cases_that_does_not_load_stops_everything(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("from conformance.book import case\ncase('mine/1/1')\n")
    with pytest.raises(BadCase, match=r"mine\.py does not load: TypeError"):
        load([tmp_path])


def test_every_case_of_the_suite_loads() -> None:
    assert len(load()) > 0


def test_cases_of_the_dmp_profile_speak_french_too() -> None:
    silent = [each.id for each in load() if "dmp" in each.profiles and not (each.title_fr and each.requirement_fr)]
    assert not silent


def test_every_need_of_a_case_is_one_that_can_be_given() -> None:
    from conformance.target import NEEDS

    assert {need for each in load() for need in each.needs} <= NEEDS.keys()


def test_no_id_disappears() -> None:
    """Ids are for ever: tests/conformance/ids.txt lists all that ever were; add new ones, never take one out."""
    from conformance.book import WITHDRAWN

    listed = KNOWN_IDS.read_text().split()
    assert listed == sorted(set(listed))
    now = {each.id for each in load()}
    assert not set(listed) - now - WITHDRAWN, "withdrawn? enter them in conformance.book.WITHDRAWN"
    assert not now - set(listed), "new? write them into tests/conformance/ids.txt"


def document(case: Case) -> str:
    return case.section.split(" ", 1)[0].rstrip(";")


def test_every_section_names_its_document() -> None:
    known = set(DOCUMENTS.split())
    assert {document(each) for each in load()} <= known
