"""Rules of the affinity domain: each is broken by spoiling one thing, and each says what was probably meant."""

from collections.abc import Callable
from typing import Any

import pytest

from metadata import vocabulary as v
from metadata.affinity import CODED, AffinityDomain, Limits
from metadata.rules.domain import coded

Sample = Any  # of conftest.py


def _code(id_: str, scheme: str) -> Callable[[Sample], None]:
    return lambda s: s.code(id_, scheme, node_representation="unheard-of")


BREAKS: dict[str, Callable[[Sample], None]] = {
    "domain.classCode.unknown": _code("letter", v.ENTRY_CLASS_CODE),
    "domain.confidentialityCode.unknown": _code("letter", v.ENTRY_CONFIDENTIALITY_CODE),
    "domain.eventCodeList.unknown": _code("letter", v.ENTRY_EVENT_CODE),
    "domain.formatCode.unknown": _code("letter", v.ENTRY_FORMAT_CODE),
    "domain.healthcareFacilityTypeCode.unknown": _code("letter", v.ENTRY_FACILITY_CODE),
    "domain.practiceSettingCode.unknown": _code("letter", v.ENTRY_PRACTICE_SETTING_CODE),
    "domain.typeCode.unknown": _code("letter", v.ENTRY_TYPE_CODE),
    "domain.contentTypeCode.unknown": _code("set", v.SUBMISSION_SET_CONTENT_TYPE_CODE),
    "domain.codeList.unknown": _code("folder", v.FOLDER_CODE),
    "domain.associationDocumentation.unknown": _code("append", v.ASSOCIATION_DOCUMENTATION),
    "domain.authorSpecialty.unknown": lambda s: s.author_slot("letter", "authorSpecialty", "SM99^^^&2.999.32.9&ISO"),
    "domain.mimeType.unknown": lambda s: s.attr("letter", mime_type="text/html"),
    "domain.patient.authority": lambda s: s.patient("ann7^^^&2.999.99&ISO"),
    "domain.required": lambda s: s.no_code("letter", v.ENTRY_AUTHOR),
}


@pytest.mark.parametrize("rule_id", BREAKS)
def test_one_spoiled_thing_breaks_its_rule_and_no_other(rule_id: str, sample: Sample) -> None:
    BREAKS[rule_id](sample)
    assert sample.broken() == [rule_id]


@pytest.mark.parametrize("rule_id", BREAKS)
def test_an_open_domain_takes_what_a_closed_one_refuses(rule_id: str, sample: Sample) -> None:
    sample.drop("replace")  # what it replaces has a patient of its own
    BREAKS[rule_id](sample)
    sample.domain = AffinityDomain.open()
    assert sample.broken() == []


def test_every_coded_attribute_has_its_rule() -> None:
    assert {f"domain.{attribute}.unknown" for attribute in CODED} <= BREAKS.keys()


def test_a_misspelt_code_is_answered_with_the_nearest_one(sample: Sample) -> None:
    sample.code("letter", v.ENTRY_TYPE_CODE, node_representation="34133-8")
    (finding,) = sample.findings()
    assert finding.message() == (
        "typeCode 34133-8 of coding scheme 2.999.32.6 is not in the value set of this affinity domain; "
        "the nearest is 34133-9 of 2.999.32.6"
    )
    assert "le plus proche est 34133-9 de 2.999.32.6" in finding.message("fr")


def test_a_code_in_another_letter_case_is_answered_with_the_right_one(sample: Sample) -> None:
    sample.code("letter", v.ENTRY_PRACTICE_SETTING_CODE, node_representation="Etablissement")
    (finding,) = sample.findings()
    assert finding.message().endswith("the nearest is ETABLISSEMENT of 2.999.32.5")


def test_a_known_code_under_another_coding_scheme_is_answered_with_the_scheme(sample: Sample) -> None:
    sample.agree_codes("classCode", ("11", "1.2.250.1.213.1.1.4.1"))
    messages = [f.message() for f in sample.findings()]
    assert len(messages) == 2  # letter and note
    assert all(m.endswith("; it is there under coding scheme 1.2.250.1.213.1.1.4.1") for m in messages)


def test_an_unknown_coding_scheme_is_answered_with_those_of_the_domain(sample: Sample) -> None:
    sample.agree_codes("formatCode", ("urn:ihe:pcc:xphr:2007", "1.3.6.1.4.1.19376.1.2.3"))
    assert sample.findings()[0].message().endswith("; its coding schemes are 1.3.6.1.4.1.19376.1.2.3")


def test_parameters_of_a_mime_type_are_not_part_of_the_agreement(sample: Sample) -> None:
    sample.attr("letter", mime_type="Text/Plain; charset=utf-8")
    assert sample.broken() == []


def test_a_patient_of_another_authority_is_named_first_in_the_error(sample: Sample) -> None:
    sample.patient("ann7^^^&2.999.99&ISO")
    (finding,) = sample.findings()  # once, though four objects have this patient
    error = finding.error()
    assert error.code == "XDSUnknownPatientId"
    assert error.context.startswith("ann7^^^&2.999.99&ISO is not known")
    assert "write 2.999.31" in error.context


def test_a_domain_waives_a_rule(sample: Sample) -> None:
    sample.slot("letter", "languageCode", "français")
    sample.agree(waived=frozenset({"de.languageCode.format"}))
    assert sample.broken() == []


def test_a_domain_sets_other_limits(sample: Sample) -> None:
    sample.agree(limits=Limits(slot_value=20))
    assert sample.broken() == ["slot.value.length"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("SM26^^^&1.2.250.1.71.4.2.5&ISO", ("SM26", "1.2.250.1.71.4.2.5")),
        ("G15_10/SM26^Médecin - Qualifié^1.2.250.1.213.1.1.4.5", ("G15_10/SM26", "1.2.250.1.213.1.1.4.5")),
        ("Médecine interne", ("", "")),
        ("Médecine^interne", ("", "")),
    ],
)
def test_the_code_of_an_author_specialty_is_found_in_both_forms(value: str, expected: tuple[str, str]) -> None:
    assert coded(value) == expected
