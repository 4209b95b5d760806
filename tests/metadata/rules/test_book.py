"""The book as a whole: nothing undocumented, nothing untested, every code legal where it is used."""

import re
import runpy
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from metadata.errors import ErrorCode, RegistryResponse
from metadata.rules import BOOK, METADATA, MUST, SHOULD, Rule, RuleBook, check, finding, named, rule
from metadata.rules.book import MAX_SHOWN, On, in_each, mark
from metadata.rules.page import CHAPTERS, render
from metadata.translate import Submission

Sample = Any  # of conftest.py
HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "rules.md"

SUBMITTING = {"ITI-41", "ITI-42", "ITI-61"}
QUERY, RETRIEVE = {"ITI-18"}, {"ITI-43"}
C = ErrorCode
LEGAL: dict[ErrorCode, set[str]] = {  # ITI TF-3 Table 4.2.4.1-2
    C.MISSING_DOCUMENT: {"ITI-41"},
    C.MISSING_DOCUMENT_METADATA: {"ITI-41"},
    C.REGISTRY_NOT_AVAILABLE: {"ITI-41"},
    C.REGISTRY_ERROR: SUBMITTING | QUERY,
    C.REPOSITORY_ERROR: {"ITI-41"} | RETRIEVE,
    C.REGISTRY_METADATA_ERROR: {"ITI-42", "ITI-61"},
    C.REPOSITORY_METADATA_ERROR: {"ITI-41"},
    C.REGISTRY_BUSY: SUBMITTING | QUERY,
    C.REPOSITORY_BUSY: {"ITI-41"} | RETRIEVE,
    C.REGISTRY_OUT_OF_RESOURCES: SUBMITTING | QUERY,
    C.REPOSITORY_OUT_OF_RESOURCES: {"ITI-41"} | RETRIEVE,
    C.REGISTRY_DUPLICATE_UNIQUE_ID_IN_MESSAGE: {"ITI-42", "ITI-61"},
    C.REPOSITORY_DUPLICATE_UNIQUE_ID_IN_MESSAGE: {"ITI-41"},
    C.DUPLICATE_UNIQUE_ID_IN_REGISTRY: SUBMITTING,
    C.NON_IDENTICAL_HASH: SUBMITTING,
    C.NON_IDENTICAL_SIZE: SUBMITTING,
    C.UNKNOWN_PATIENT_ID: SUBMITTING | QUERY,
    C.PATIENT_ID_DOES_NOT_MATCH: SUBMITTING,
    C.DEPRECATED_DOCUMENT: SUBMITTING,
    C.UNRESOLVED_REFERENCE: SUBMITTING,
    C.EXTRA_METADATA_NOT_SAVED: SUBMITTING,
    C.UNKNOWN_STORED_QUERY: QUERY,
    C.STORED_QUERY_MISSING_PARAM: QUERY,
    C.STORED_QUERY_PARAM_NUMBER: QUERY,
    C.TOO_MANY_RESULTS: QUERY | RETRIEVE,
    C.RESULT_NOT_SINGLE_PATIENT: QUERY | RETRIEVE,
    C.DOCUMENT_UNIQUE_ID_ERROR: RETRIEVE,
    C.UNKNOWN_REPOSITORY_ID: RETRIEVE,
}
CONTEXT_BEGINS_WITH_THE_ID = {
    C.UNKNOWN_PATIENT_ID,
    C.REGISTRY_DUPLICATE_UNIQUE_ID_IN_MESSAGE,
    C.DUPLICATE_UNIQUE_ID_IN_REGISTRY,
    C.NON_IDENTICAL_HASH,
    C.NON_IDENTICAL_SIZE,
    C.PATIENT_ID_DOES_NOT_MATCH,
}
SPEC = re.compile(r"ITI TF-[123] (?:\d+(?:\.\d+)+|Appendix [A-Z](?:\.\d+)*)|ebRIM 3\.0 \d+(?:\.\d+)*|Carnet")


def _breaks() -> set[str]:
    """The ids in the tables named BREAKS beside this file: each is broken there by one test."""
    return {id_ for file in HERE.glob("test_*.py") if file.name != "test_book.py" for id_ in _table(file)}


def _table(file: Path) -> set[str]:
    return set(runpy.run_path(str(file)).get("BREAKS", ()))


def test_the_committed_page_is_the_one_the_book_makes() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == render(), "run: python -m metadata.rules.page > docs/rules.md"


def test_each_rule_is_broken_by_a_test() -> None:
    missing = {r.id for r in BOOK} - _breaks()
    assert not missing, f"add to a BREAKS table in {HERE.name}/, or the rule cannot be seen to work: {sorted(missing)}"


def test_no_table_breaks_a_rule_that_is_not_in_the_book() -> None:
    assert _breaks() - {r.id for r in BOOK} == set()


@pytest.mark.parametrize("each", BOOK, ids=lambda r: r.id)
def test_a_rule_is_completely_described(each: Rule) -> None:
    assert re.fullmatch(r"[A-Za-z]+(\.[A-Za-z]+(-[a-z]+)*)+", each.id), "an id is words between dots"
    assert SPEC.fullmatch(each.spec), f"{each.spec}: write ITI TF-3 4.2.3.2.10"
    assert each.en
    assert each.fr
    assert each.en != each.fr
    assert any(each.id.partition(".")[0] in words for words in CHAPTERS.values()), "give it a chapter in page.py"


@pytest.mark.parametrize("each", BOOK, ids=lambda r: r.id)
def test_the_codes_of_a_rule_are_legal_in_its_transactions(each: Rule) -> None:
    assert each.codes, "a rule belongs to a transaction"
    for transaction, code in each.codes.items():
        assert transaction in LEGAL[code], f"{code} is not for {transaction}"


@pytest.mark.parametrize("each", BOOK, ids=lambda r: r.id)
def test_both_sentences_say_the_same_values(each: Rule) -> None:
    def names(template: str) -> set[str]:
        return {name.removesuffix("_fr") for _, name, _, _ in Formatter().parse(template) if name}

    assert names(each.en) == names(each.fr)


@pytest.mark.parametrize(
    "each", [r for r in BOOK if CONTEXT_BEGINS_WITH_THE_ID & set(r.codes.values())], ids=lambda r: r.id
)
def test_a_code_about_an_id_has_the_id_in_front(each: Rule) -> None:
    assert each.en.startswith("{got}")
    assert each.fr.startswith("{got}")


def test_a_finding_tells_everything_on_the_wire(sample: Sample) -> None:
    sample.slot("letter", "hash", "a9993e36")
    (found,) = sample.findings()
    error = found.error()
    assert error.code == "XDSRegistryMetadataError"
    assert error.context == (
        "hash is not a SHA-1 value of 40 hexadecimal digits: a9993e36 [de.hash.format, ITI TF-3 4.2.3.2.10]"
    )
    assert error.location == "/RegistryObjectList/ExtrinsicObject[@id='letter']/Slot[@name='hash']"
    assert not error.warning
    assert found.object_id == "letter"
    assert found.error("fr").context.startswith("hash n'est pas une empreinte SHA-1")


def test_the_code_depends_on_the_transaction(sample: Sample) -> None:
    sample.slot("letter", "hash", "a9993e36")
    sample.transaction = "ITI-41"
    assert [f.error().code for f in sample.findings()] == ["XDSRepositoryMetadataError"]


def test_a_broken_should_is_a_warning_and_the_answer_is_success(sample: Sample) -> None:
    sample.unique_id("letter", "letter 1")
    response = RegistryResponse.of(tuple(f.error() for f in sample.findings()))
    assert response.succeeded
    assert [e.warning for e in response.errors] == [True]


def test_five_mistakes_are_told_at_once(sample: Sample) -> None:
    sample.slot("letter", "hash", "a9993e36")
    sample.slot("letter", "size", "three")
    sample.no_slot("note", "languageCode")
    sample.attr("folder", name=())
    sample.drop("set-note")
    assert sorted(sample.broken()) == [
        "de.hash.format",
        "de.languageCode.missing",
        "de.size.format",
        "folder.title.missing",
        "submission.member.single",
    ]


def test_a_long_value_is_shown_in_part() -> None:
    message = finding("de.size.format", got="9" * 500 + "x").message()
    assert len(message) < 100 + MAX_SHOWN
    assert message.endswith("…")


def test_no_message_repeats_the_demographics_of_a_patient(sample: Sample) -> None:
    sample.slot("letter", "sourcePatientInfo", "Martin^Alice", "PID-19|2700175000000", "PID-8|F", "PID-8|M")
    told = " ".join(f.message() + f.message("fr") + f.at for f in sample.findings())
    assert not re.search(r"Martin|Alice|27001", told)


def test_a_finding_raised_by_name_takes_the_first_transaction_of_its_rule() -> None:
    assert finding("de.hash.format", got="x").transaction == "ITI-41"
    assert finding("de.hash.format", got="x", transaction="ITI-42").code == "XDSRegistryMetadataError"


def test_a_sentence_whose_value_is_lacking_is_still_a_sentence() -> None:
    assert finding("de.hash.format").message() == "hash is not a SHA-1 value of 40 hexadecimal digits: "


def test_an_id_stands_once_in_a_book() -> None:
    book = RuleBook()
    said: dict[str, Any] = {"id": "x.y", "level": MUST, "code": METADATA, "spec": "Carnet", "en": "a", "fr": "b"}
    named(**said, book=book)
    with pytest.raises(ValueError, match=r"x\.y stands twice"):
        named(**said, book=book)
    with pytest.raises(ValueError, match="stands twice"):
        BOOK + RuleBook.of(BOOK)


def _french(level: Any = MUST) -> RuleBook:
    book = RuleBook()

    @rule(
        id="dmp.title.missing",
        level=level,
        code=in_each(ErrorCode.REGISTRY_METADATA_ERROR, "ITI-42"),
        spec="Carnet",
        en="the DMP wants a title",
        fr="le DMP veut un titre",
        on=On.ENTRY,
        book=book,
    )
    def title_missing(entry: Any, _case: Any) -> Any:
        return () if entry.title else mark("/Name")

    return book


def test_a_profile_adds_rules_of_its_own(sample: Sample) -> None:
    sample.attr("letter", name=())
    submission = Submission.of(sample.objects.values())
    french = _french()

    def ids(**more: Any) -> list[str]:
        return [f.rule.id for f in check(submission, sample.domain, transaction="ITI-42", **more)]

    assert ids() == []
    assert ids(extra=tuple(french)) == ["dmp.title.missing"]
    assert ids(book=BOOK + french) == ["dmp.title.missing"]
    sample.agree(rules=tuple(french))
    assert sample.broken() == ["dmp.title.missing"]


def test_a_rule_is_silent_in_other_transactions(sample: Sample) -> None:
    sample.attr("letter", name=())
    sample.agree(rules=tuple(_french(SHOULD)))
    sample.transaction = "ITI-41"
    assert sample.broken() == []
