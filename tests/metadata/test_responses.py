"""The bodies that answer: each is valid against its schema, and read back as it was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

import schemas
from metadata import vocabulary as v
from metadata.ebrim import RegistryObject, write_object
from metadata.errors import ErrorCode, RegistryError, RegistryResponse
from metadata.responses import (
    AdhocQueryResponse,
    DocumentRequest,
    ObjectRef,
    ResponseError,
    RetrievedDocument,
    RetrieveResponse,
    adhoc_query_response,
    parse_adhoc_query_response,
    parse_registry_response,
    parse_retrieve_request,
    parse_retrieve_response,
    write_object_ref,
    write_registry_response,
    write_retrieve_request,
    write_retrieve_response,
)

TEXTS = st.text("aZ9 .-|^&<>\"'\n\r\téœ😀", max_size=8)
STRIPPED = TEXTS.map(str.strip)
ERRORS = st.lists(st.builds(RegistryError, STRIPPED, TEXTS.filter(bool), TEXTS, st.booleans()), max_size=3).map(tuple)
RESPONSES = st.builds(RegistryResponse, st.sampled_from([v.SUCCESS, v.FAILURE, v.PARTIAL_SUCCESS]), ERRORS)
OPTIONAL = st.none() | STRIPPED
DOCUMENTS = st.builds(
    RetrievedDocument, STRIPPED, STRIPPED, STRIPPED, TEXTS, st.none(), OPTIONAL, OPTIONAL, OPTIONAL
) | (st.builds(RetrievedDocument, STRIPPED, STRIPPED, STRIPPED, st.none(), st.binary(max_size=40), OPTIONAL))

FAILED = RegistryResponse.of((RegistryError(ErrorCode.UNKNOWN_PATIENT_ID, "p1^^^&2.999&ISO is not known"),))


def read(written: bytes) -> etree._Element:
    element = etree.fromstring(written)
    schema = schemas.schema(str(element.tag))
    assert schema.validate(element), schema.error_log
    return element


# --- RegistryResponse -----------------------------------------------------------------------------------------------


@given(RESPONSES, OPTIONAL)
def test_a_response_is_written_and_read_back_the_same(response: RegistryResponse, request_id: str | None) -> None:
    element = etree.fromstring(write_registry_response(response, request_id))
    assert parse_registry_response(element) == response
    assert element.get("requestId") == request_id


def test_a_response_is_valid_and_tells_its_highest_severity() -> None:
    element = read(write_registry_response(FAILED))
    assert element[0].get("highestSeverity") == v.SEVERITY_ERROR
    warned = RegistryResponse.of((RegistryError(ErrorCode.EXTRA_METADATA_NOT_SAVED, "urn:x", warning=True),))
    assert warned.succeeded
    assert read(write_registry_response(warned))[0].get("highestSeverity") == v.SEVERITY_WARNING
    assert len(read(write_registry_response(RegistryResponse.of()))) == 0


def test_an_error_that_repeats_a_control_character_is_told_all_the_same() -> None:
    response = RegistryResponse.of((RegistryError("X", "got \x00 and \ud800", "/a\x1f"),))
    (error,) = parse_registry_response(read(write_registry_response(response))).errors
    assert error == RegistryError("X", "got \ufffd and \ufffd", "/a\ufffd")


def test_an_error_may_tell_its_story_as_content() -> None:
    element = etree.fromstring(
        f'<RegistryResponse xmlns="{v.RS}" status="{v.FAILURE}"><ResponseSlotList/><RegistryErrorList>'
        '<RegistryError errorCode="XDSRegistryError"> out of <!-- no -->order </RegistryError>'
        f'<RegistryError errorCode="W" codeContext="c" severity="{v.SEVERITY_WARNING}" location="l">x</RegistryError>'
        "</RegistryErrorList></RegistryResponse>"
    )
    assert parse_registry_response(element) == RegistryResponse(
        v.FAILURE, (RegistryError("XDSRegistryError", "out of order"), RegistryError("W", "c", "l", warning=True))
    )


# --- AdhocQueryResponse ---------------------------------------------------------------------------------------------


def test_objects_are_joined_as_they_are(registry_objects: tuple[RegistryObject, ...]) -> None:
    pieces = list(adhoc_query_response(write_object(o) for o in registry_objects))
    assert pieces[1:-1] == [write_object(o) for o in registry_objects]
    answer = parse_adhoc_query_response(read(b"".join(pieces)))
    assert answer == AdhocQueryResponse(v.SUCCESS, (), answer.objects)
    assert [o.id for o in answer.objects] == ["letter", "set", "member"]


def test_references_are_told_from_objects(registry_objects: tuple[RegistryObject, ...]) -> None:
    refs = [ObjectRef("urn:uuid:0d9f5a0e-9a1f-4b41-8c43-7e2f7f6f0b11"), ObjectRef("urn:uuid:2", "urn:oid:2.999")]
    fragments = [*(write_object_ref(ref.id, ref.home) for ref in refs), write_object(registry_objects[0])]
    answer = parse_adhoc_query_response(read(b"".join(adhoc_query_response(fragments))))
    assert answer.object_refs == tuple(refs)
    assert len(answer.objects) == 1


def test_a_failure_holds_an_empty_list_of_objects() -> None:
    element = read(b"".join(adhoc_query_response((), FAILED.errors)))
    assert [etree.QName(child).localname for child in element] == ["RegistryErrorList", "RegistryObjectList"]
    assert parse_adhoc_query_response(element) == AdhocQueryResponse(v.FAILURE, FAILED.errors)
    assert not parse_adhoc_query_response(element).succeeded


def test_a_status_given_is_the_one_written() -> None:
    element = read(b"".join(adhoc_query_response((), FAILED.errors, v.PARTIAL_SUCCESS)))
    assert parse_adhoc_query_response(element).status == v.PARTIAL_SUCCESS


def test_an_answer_without_list_or_status_is_an_empty_failure() -> None:
    assert parse_adhoc_query_response(
        etree.fromstring(f'<AdhocQueryResponse xmlns="{v.QUERY}"/>')
    ) == AdhocQueryResponse(v.FAILURE)


# --- RetrieveDocumentSet --------------------------------------------------------------------------------------------


@given(st.lists(st.builds(DocumentRequest, STRIPPED, STRIPPED, OPTIONAL), min_size=1, max_size=3).map(tuple))
def test_a_retrieve_request_is_written_and_read_back_the_same(requests: tuple[DocumentRequest, ...]) -> None:
    assert parse_retrieve_request(read(write_retrieve_request(requests))) == requests


@given(RESPONSES, st.lists(DOCUMENTS, max_size=3).map(tuple))
def test_a_retrieve_response_is_written_and_read_back_the_same(
    response: RegistryResponse, documents: tuple[RetrievedDocument, ...]
) -> None:
    element = etree.fromstring(write_retrieve_response(response, documents))
    assert parse_retrieve_response(element) == RetrieveResponse(response, documents)


def test_a_retrieve_response_with_a_hit_and_a_miss_is_valid() -> None:
    missing = RegistryError(ErrorCode.DOCUMENT_UNIQUE_ID_ERROR, "2.999.2 is not held here", "2.999.2")
    document = RetrievedDocument(
        "2.999.31.1", "2.999.1", "text/plain", "cid:part-1@carnet", home_community_id="urn:oid:2"
    )
    response = RegistryResponse(v.PARTIAL_SUCCESS, (missing,))
    element = read(write_retrieve_response(response, [document]))
    assert [etree.QName(child).localname for child in element[1]] == [
        "HomeCommunityId",
        "RepositoryUniqueId",
        "DocumentUniqueId",
        "mimeType",
        "Document",
    ]
    assert element[1][4][0].get("href") == "cid:part-1@carnet"


def test_an_on_demand_document_carries_its_new_ids_in_their_place() -> None:
    document = RetrievedDocument(
        "2.999.1",
        "2.999.2",
        "text/xml",
        content=b"<a/>",
        new_repository_unique_id="2.999.3",
        new_document_unique_id="2.999.4",
    )
    element = read(write_retrieve_response(RegistryResponse.of(), [document]))
    assert [child.text for child in element[1]] == ["2.999.1", "2.999.2", "2.999.3", "2.999.4", "text/xml", "PGEvPg=="]


def test_inline_content_may_be_broken_into_lines() -> None:
    element = etree.fromstring(
        write_retrieve_response(RegistryResponse.of(), [RetrievedDocument("1", "2", "a/b", content=b"abcd")])
    )
    element[1][-1].text = "\n YWJj\r\n ZA==\n"
    assert parse_retrieve_response(element).documents[0].content == b"abcd"
    element[1][-1].text = "YWJjZ"
    with pytest.raises(ResponseError, match="nor base64"):
        parse_retrieve_response(element)


@pytest.mark.parametrize(
    "parse", [parse_registry_response, parse_adhoc_query_response, parse_retrieve_request, parse_retrieve_response]
)
def test_another_element_is_refused(parse: object) -> None:
    with pytest.raises(ResponseError, match="should stand"):
        parse(etree.fromstring("<a/>"))  # type: ignore[operator]


def test_a_retrieve_response_without_outcome_is_refused() -> None:
    with pytest.raises(ResponseError, match="holds no rs:RegistryResponse"):
        parse_retrieve_response(etree.fromstring(f'<RetrieveDocumentSetResponse xmlns="{v.XDS}"/>'))
