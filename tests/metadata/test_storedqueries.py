import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

import schemas
from metadata.escaping import UnwritableText
from metadata.querytimes import TimeRange
from metadata.storedqueries import ReturnType, StoredQuery, adhoc_query_request
from metadata.storedqueries_catalogue import BY_ID, BY_NAME, CATALOGUE, Definition, Form, Parameter
from metadata.storedqueries_page import page
from metadata.storedqueries_reading import read
from metadata.vocabulary import APPROVED, HAS_MEMBER, ON_DEMAND, QUERY, STABLE

PATIENT = "ann7^^^&2.999.31&ISO"
SAMPLES: Mapping[Form, Sequence[str]] = {
    Form.PATIENT: [PATIENT],
    Form.CODE: ["34133-9^^2.16.840.1.113883.6.1", "it's^^2.999.1"],
    Form.TIME: ["20240101000000", "20231231235959"],
    Form.STATUS: [APPROVED],
    Form.PERSON: ["%^O'Brien^%", "D_8%"],
    Form.REFERENCE: ["acc-7^^^&2.999.31.5&ISO^urn:ihe:iti:xds:2013:accession"],
    Form.OBJECT_TYPE: [STABLE, ON_DEMAND],
    Form.ENTRY_UUID: ["urn:uuid:0d9f5a0e-9a1f-4b41-8c43-7e2f7f6f0b11"],
    Form.UNIQUE_ID: ["2.999.31.100.1", "2.999.31^é"],
    Form.OID: ["2.999.31.9"],
    Form.ASSOCIATION_TYPE: [HAS_MEMBER],
    Form.INTEGER: ["1"],
}


def read_back(name: str, parameters: Mapping[str, Any], return_type: str = "LeafClass") -> StoredQuery:
    request = etree.fromstring(adhoc_query_request(name, parameters, return_type))
    schemas.schema(f"{{{QUERY}}}AdhocQueryRequest").assertValid(request)
    query, findings = read(request)
    assert query is not None, [finding.message() for finding in findings]
    return query


def test_the_catalogue_has_the_fourteen_queries_under_ids_of_their_own() -> None:
    assert len(CATALOGUE) == len(BY_ID) == len(BY_NAME) == 14
    assert BY_NAME["FindDocuments"].id == "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"


@pytest.mark.parametrize("definition", CATALOGUE, ids=lambda d: d.name)
def test_names_of_parameters_are_unique_and_pairs_are_of_them(definition: Definition) -> None:
    names = [p.name for p in definition.parameters]
    assert len(set(names)) == len(names)
    assert set(definition.exactly_one) <= set(names)
    assert all(name.startswith("$") for name in names)


@pytest.mark.parametrize("definition", CATALOGUE, ids=lambda d: d.name)
def test_every_parameter_is_written_and_read_back(definition: Definition) -> None:
    one_of = definition.exactly_one[:1]
    needed = {p.name: _value(p) for p in definition.parameters if p.required or p.name in one_of}
    for parameter in definition.parameters:
        given_ids = (
            needed
            if parameter.name not in definition.exactly_one
            else {name: value for name, value in needed.items() if name not in definition.exactly_one}
        )
        query = read_back(definition.name, {**given_ids, parameter.name: _value(parameter)})
        assert query.definition is definition
        assert list(query.any_of(parameter.name)) == list(SAMPLES[parameter.form][: 9 if parameter.multiple else 1])


def _value(parameter: Parameter) -> str | Sequence[str]:
    samples = SAMPLES[parameter.form]
    return samples if parameter.multiple else samples[0]


def _find(**more: Any) -> StoredQuery:
    return read_back(
        "FindDocuments", {"XDSDocumentEntryPatientId": PATIENT, "$XDSDocumentEntryStatus": [APPROVED], **more}
    )


def test_values_come_in_the_form_in_which_they_are_compared() -> None:
    query = _find(XDSDocumentEntryPatientId="ann7^^^NS&2.999.31&ISO^NH", XDSDocumentEntryCreationTimeFrom="2024")
    assert query.one("$XDSDocumentEntryPatientId") == PATIENT
    assert query.times("$XDSDocumentEntryCreationTime") == TimeRange("2024", "")


def test_text_comes_in_unicode_normal_form_c() -> None:
    query = _find(XDSDocumentEntryAuthorPerson=["%^E\N{COMBINING ACUTE ACCENT}lise^%"])
    assert query.any_of("$XDSDocumentEntryAuthorPerson") == ("%^Élise^%",)


def test_a_blank_that_has_slipped_into_a_uuid_is_passed_over() -> None:
    uuid = SAMPLES[Form.ENTRY_UUID][0]
    query = read_back("GetAssociations", {"$uuid": [f" {uuid.replace('uuid:', 'uuid: ').upper()}\n"]})
    assert query.any_of("$uuid") == (uuid,)


def test_groups_of_values_are_repeated_slots() -> None:
    query = _find(XDSDocumentEntryEventCodeList=[["E1^^2.9", "E2^^2.9"], ["E3^^2.9"]])
    assert query.every("$XDSDocumentEntryEventCodeList") == (("E1^^2.9", "E2^^2.9"), ("E3^^2.9",))


def test_without_a_type_only_stable_documents_are_meant() -> None:
    assert _find().any_of("$XDSDocumentEntryType") == (STABLE,)
    assert read_back("GetDocuments", {"XDSDocumentEntryUniqueId": ["2.999.1"]}).every("$XDSDocumentEntryType") == ()


def test_the_return_type_the_home_and_the_level_are_read() -> None:
    query = read_back("GetDocuments", {"XDSDocumentEntryUniqueId": ["2.999.1"], "MetadataLevel": 2}, "ObjectRef")
    assert (query.return_type, query.metadata_level, query.home_community_id) == (ReturnType.OBJECT_REF, 2, None)
    request = adhoc_query_request("GetAssociations", {"uuid": SAMPLES[Form.ENTRY_UUID]}, home="urn:oid:2.999.4")
    found, _ = read(etree.fromstring(request))
    assert found is not None
    assert found.home_community_id == "urn:oid:2.999.4"


@pytest.mark.parametrize(
    ("name", "parameters", "complaint"),
    [
        ("FindDocs", {}, "not a stored query"),
        ("FindDocuments", {"XDSDocumentEntryPatient": PATIENT}, "has no parameter"),
        ("FindDocuments", {"XDSDocumentEntryPatientId": [PATIENT, PATIENT]}, "takes one value"),
        ("FindDocuments", {"XDSDocumentEntryClassCode": [["a^^b"], ["c^^d"]]}, "cannot be repeated"),
        ("FindDocuments", {"XDSDocumentEntryEventCodeList": ["a^^b", ["c^^d"]]}, "either values or groups"),
        ("FindDocuments", {"XDSDocumentEntryPatientId": "x" * 300}, "256"),
    ],
)
def test_what_no_registry_could_take_is_not_written(name: str, parameters: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        adhoc_query_request(name, parameters)


def test_a_character_that_xml_cannot_hold_is_not_written() -> None:
    with pytest.raises(UnwritableText):
        adhoc_query_request("GetDocuments", {"XDSDocumentEntryUniqueId": ["\x00"]})


_XML_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="￾￿", include_characters="\t\n\r'\"(),%&<"),
    min_size=1,
    max_size=60,
).filter(str.strip)


@given(st.lists(_XML_TEXT, min_size=1, max_size=20, unique=True))
def test_any_text_survives_being_written_and_read(values: list[str]) -> None:
    query = _find(XDSDocumentEntryAuthorPerson=values)
    composed = dict.fromkeys(unicodedata.normalize("NFC", value) for value in values)
    assert query.any_of("$XDSDocumentEntryAuthorPerson") == tuple(composed)


def test_the_page_of_queries_is_current() -> None:
    written = Path(__file__).parents[2] / "docs" / "queries.md"
    assert written.read_text("utf-8") == page(), "run: python -m metadata.storedqueries_page > docs/queries.md"
