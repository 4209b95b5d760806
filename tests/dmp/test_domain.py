"""The AffinityDomain of the DMP, its value sets, and the official message in it."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from dmp import nomenclature
from dmp.domain import domain
from dmp.ins import NIR_TEST, InsPolicy
from metadata.affinity import AffinityDomain, Limits, load
from metadata.ebrim import parse_submit_objects_request
from metadata.model import Code
from metadata.rules import check
from metadata.translate import Submission

Lot = Any  # of conftest.py
CODES = Path(str(files("dmp"))) / "codes"
ATTRIBUTES = (*nomenclature.COMPLETE, "formatCode")


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_a_value_set_is_a_file_that_anybody_can_use(attribute: str) -> None:
    assert load(CODES / f"{attribute}.toml").codes == {attribute: nomenclature.value_set(attribute)}


def test_every_file_of_codes_is_used() -> None:
    assert {file.stem for file in CODES.iterdir()} == {*ATTRIBUTES, "associations"}


def test_a_code_comes_with_its_name() -> None:
    assert nomenclature.code("classCode", "11", nomenclature.CLASSES) == Code("11", nomenclature.CLASSES, "Synthèse")
    nameless = nomenclature.code("typeCode", "11493-4", nomenclature.LOINC)
    assert nameless == Code("11493-4", nomenclature.LOINC, "11493-4")
    assert nomenclature.code("classCode", "11", "1.2") is None


def test_the_class_follows_from_the_type() -> None:
    assert nomenclature.class_code("34133-9") == Code("11", nomenclature.CLASSES, "Synthèse")
    assert nomenclature.class_code("27899-4") == Code("10", nomenclature.CLASSES, "Compte rendu")
    assert nomenclature.class_code("101881-1") is None


def test_every_associated_code_is_in_the_value_sets() -> None:
    types = {code for code, _ in nomenclature.value_set("typeCode")}
    for type_code in types:
        class_ = nomenclature.class_code(type_code)
        assert class_ is None or (class_.code, class_.scheme) in nomenclature.value_set("classCode")
    assert set(nomenclature._class_of_type()) <= types


@pytest.mark.parametrize(
    ("attribute", "literal"),
    [
        ("classCode", nomenclature.SIGNATURE_CLASS),
        ("typeCode", nomenclature.SIGNATURE_TYPE),
        ("formatCode", nomenclature.SIGNATURE_FORMAT),
        ("formatCode", nomenclature.DETACHED_SIGNATURE_FORMAT),
        ("formatCode", nomenclature.OTHER_CDA),
        ("confidentialityCode", nomenclature.NORMAL),
        ("confidentialityCode", nomenclature.MASQUE_PS),
        ("confidentialityCode", nomenclature.INVISIBLE_PATIENT),
        ("confidentialityCode", nomenclature.INVISIBLE_REPRESENTANTS_LEGAUX),
        ("practiceSettingCode", nomenclature.PATIENT_EXPRESSION),
    ],
)
def test_a_literal_is_in_the_value_set_with_the_same_name(attribute: str, literal: Code) -> None:
    assert nomenclature.code(attribute, literal.code, literal.scheme) == literal


def test_what_a_body_wraps_says_the_format_before_any_template() -> None:
    found = nomenclature.format_code(["1.2.250.1.213.1.1.1.13"], "application/pdf")
    assert found is not None
    assert found.code == "urn:ihe:iti:xds-sd:pdf:2008"
    of_template = nomenclature.format_code(["1.2.3", "1.2.250.1.213.1.1.1.13"], None)
    assert of_template is not None
    assert of_template.code == "urn:asip:ci-sis:vsm:2012"
    assert nomenclature.format_code(["1.2.3"], "image/png") is None


# --- the domain -----------------------------------------------------------------------------------------------------


def test_the_domain_takes_the_patients_of_its_environment(lot: Lot) -> None:
    assert domain().patient_authorities == {NIR_TEST}
    assert lot.broken(domain(ins=InsPolicy.of("production"))) == ["domain.patient.authority"]
    [found] = lot.findings(domain(ins=InsPolicy.of("production")))
    assert found.code == "XDSUnknownPatientId"
    lot.patient("0456789999^^^&1.2.250.1.999.1.1.7898.2&ISO^PI")
    assert lot.broken(domain()) == ["domain.patient.authority"]


@pytest.mark.parametrize(
    ("attribute", "code", "rule"),
    [
        ("class_code", Code("98", nomenclature.CLASSES, "?"), "domain.classCode.unknown"),
        ("type_code", Code("11488-5", nomenclature.LOINC, "?"), "domain.typeCode.unknown"),
        (
            "healthcare_facility_type_code",
            Code("SA99", nomenclature.FACILITIES, "?"),
            "domain.healthcareFacilityTypeCode",
        ),
        ("practice_setting_code", Code("VILLE", nomenclature.PRACTICE_SETTINGS, "?"), "domain.practiceSettingCode"),
    ],
)
def test_a_code_outside_the_value_sets_is_refused(lot: Lot, attribute: str, code: Code, rule: str) -> None:
    lot.change("document", **{attribute: code})
    assert any(id_.startswith(rule) for id_ in lot.broken(domain()))


def test_any_format_of_the_french_schemes_is_taken(lot: Lot) -> None:
    lot.change("document", format_code=Code("urn:ans:ci-sis:new:2027", nomenclature.FRENCH_FORMATS, "Nouveau"))
    assert lot.broken(domain()) == []


def test_a_document_is_xml_dicom_or_a_style_sheet(lot: Lot) -> None:
    lot.change("document", mime_type="application/pdf")
    assert lot.broken(domain()) == ["domain.mimeType.unknown"]


def test_given_codes_come_beside_those_of_the_dmp(lot: Lot) -> None:
    format_code = ("urn:x", nomenclature.FRENCH_FORMATS)
    base = AffinityDomain(
        name="mine",
        codes={"typeCode": frozenset({("T1", "1.2.3")}), "formatCode": frozenset({format_code})},
        waived=frozenset({"de.title.length"}),
    )
    ours = domain(base)
    assert ours.name == "mine"
    assert ("T1", "1.2.3") in ours.codes["typeCode"]
    assert ("27899-4", nomenclature.LOINC) in ours.codes["typeCode"]
    assert format_code in ours.codes["formatCode"]
    assert "de.title.length" in ours.waived
    assert lot.broken(ours) == []


def test_a_title_may_have_the_128_characters_of_france(lot: Lot) -> None:
    lot.change("document", title="é" * 128)
    assert lot.broken(domain()) == []
    lot.change("document", title="é" * 129)
    assert lot.broken(domain()) == ["de.title.length"]


def test_a_title_has_the_length_that_the_given_domain_says(lot: Lot) -> None:
    lot.change("document", title="é" * 100)
    assert lot.broken(domain(AffinityDomain(limits=Limits(entry_title=60)))) == ["de.title.length"]


# --- the official messages ------------------------------------------------------------------------------------------


@pytest.fixture
def official(samples: Path) -> Submission:
    """The metadata of the official TD2.1 message."""
    message = (samples / "dmp" / "TD2.1-alimentation-requete.xml").read_bytes()
    begin, end = message.index(b"<soap:Envelope"), message.index(b"</soap:Envelope>") + len(b"</soap:Envelope>")
    envelope = etree.fromstring(message[begin:end], etree.XMLParser(resolve_entities=False))
    [request] = envelope.iter("{urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0}SubmitObjectsRequest")
    return Submission.of(parse_submit_objects_request(request))


@pytest.mark.parametrize("strict", [False, True])
def test_the_official_message_breaks_no_rule(official: Submission, strict: bool) -> None:
    assert len(official.entries) == 2
    assert check(official, domain(strict=strict), transaction="ITI-41") == []


def test_the_official_message_passes_with_the_official_value_sets(official: Submission, samples: Path) -> None:
    base = load(samples / "jdv")
    refused = check(official, base, transaction="ITI-41")
    assert "domain.typeCode.unknown" in {f.rule.id for f in refused}, "the CI-SIS set lacks a code of the DMP"
    assert check(official, domain(base), transaction="ITI-41") == []


@pytest.mark.parametrize(
    ("number", "attribute"),
    [
        ("J02_XdsHealthcareFacilityTypeCode", "healthcareFacilityTypeCode"),
        ("J04_XdsPracticeSettingCode", "practiceSettingCode"),
        ("J07_XdsTypeCode", "typeCode"),
        ("J08_XdsConfidentialityCode", "confidentialityCode"),
    ],
)
def test_our_value_sets_hold_the_official_ones(number: str, attribute: str, samples: Path) -> None:
    official = load(samples / "jdv" / f"JDV_{number}_CISIS.xml").codes[attribute]
    assert official <= nomenclature.value_set(attribute)
