"""ITI-43: documents as they were provided, and an error for each that is not there."""

from typing import Any

import pytest
import sqlalchemy as sa
from lxml import etree

from metadata.responses import DocumentRequest, RetrieveResponse, parse_retrieve_response, write_retrieve_request
from repository.retrieve import retrieve
from repository.tables import State, stored_document
from soap.message import Addressing, Packaging, Peer, Reply, Request

OURS = "2.999.31.1"


def ask(bench: Any, *asked: tuple[str, str] | tuple[str, str, str]) -> Reply:
    body = etree.fromstring(write_retrieve_request(DocumentRequest(*each) for each in asked))
    request = Request(body, None, Addressing(), b"", Packaging.MTOM, (), Peer("127.0.0.1"))
    return retrieve(bench.repository, request)


def answer(reply: Reply) -> RetrieveResponse:
    assert isinstance(reply.body, bytes)
    return parse_retrieve_response(etree.fromstring(reply.body))


def contents(reply: Reply) -> list[bytes]:
    """The bytes of each document in the order of the answer, found by its reference."""
    parts = {f"cid:{part.content_id}": b"".join(part.chunks) for part in reply.parts}
    return [parts[document.href or ""] for document in answer(reply).documents]


@pytest.fixture
def held(bench: Any, message_of: Any) -> Any:
    """A bench that holds three documents."""
    message = message_of(doc1=b"first\r\n", doc2=b"", doc3=b"third\n\n")
    message.entry("doc2", mime_type="text/xml; charset=UTF-8")
    assert bench.provide(message.request()).outcome == "Success"
    return bench


def test_documents_come_back_in_the_order_asked_byte_for_byte(held: Any) -> None:
    reply = ask(held, (OURS, "2.999.31.100.3"), (OURS, "2.999.31.100.1"), (OURS, "2.999.31.100.2"))
    assert reply.outcome == "Success"
    assert contents(reply) == [b"third\n\n", b"first\r\n", b""]
    assert [part.length for part in reply.parts] == [7, 7, 0]
    assert answer(reply).response.errors == ()


def test_the_mime_type_is_the_one_registered_parameters_included(held: Any) -> None:
    reply = ask(held, (OURS, "2.999.31.100.2"))
    (document,) = answer(reply).documents
    (part,) = reply.parts
    assert document.mime_type == part.content_type == "text/xml; charset=UTF-8"


def test_a_mime_type_that_no_header_can_carry_stays_in_the_answer(bench: Any, message: Any) -> None:
    bench.provide(message.entry(mime_type="text/plain; title=é").request())
    reply = ask(bench, (OURS, "2.999.31.100.1"))
    assert answer(reply).documents[0].mime_type == "text/plain; title=é"
    assert [part.content_type for part in reply.parts] == ["application/octet-stream"]


def test_some_found_is_a_partial_success(held: Any) -> None:
    reply = ask(held, (OURS, "2.999.31.100.1"), (OURS, "2.999.77"), ("2.999.9", "2.999.31.100.1"))
    assert reply.outcome == "PartialSuccess"
    assert contents(reply) == [b"first\r\n"]
    errors = answer(reply).response.errors
    assert [(error.code, error.location) for error in errors] == [
        ("XDSDocumentUniqueIdError", "2.999.77"),
        ("XDSUnknownRepositoryId", "2.999.31.100.1"),
    ]
    assert reply.error_codes == ("XDSDocumentUniqueIdError", "XDSUnknownRepositoryId")


def test_none_found_is_a_failure(held: Any) -> None:
    reply = ask(held, (OURS, "2.999.77"), (OURS, "2.999.78"))
    assert reply.outcome == "Failure"
    assert [error.location for error in answer(reply).response.errors] == ["2.999.77", "2.999.78"]
    assert list(reply.parts) == []


def test_one_document_asked_for_twice_comes_twice(held: Any) -> None:
    reply = ask(held, (OURS, "2.999.31.100.1"), (OURS, "2.999.31.100.1"))
    assert contents(reply) == [b"first\r\n", b"first\r\n"]
    assert len({part.content_id for part in reply.parts}) == 2


def test_the_home_community_of_the_request_is_echoed(held: Any) -> None:
    reply = ask(held, (OURS, "2.999.31.100.1", "urn:oid:2.999.5"), (OURS, "2.999.31.100.3"))
    document, other = answer(reply).documents
    assert document.home_community_id == "urn:oid:2.999.5"
    assert (document.repository_unique_id, document.document_unique_id) == (OURS, "2.999.31.100.1")
    assert other.home_community_id is None


def test_many_documents_are_found_at_once(bench: Any, message_of: Any) -> None:
    names = [f"doc{n}" for n in range(1, 701)]
    bench.provide(message_of(**{name: name.encode() for name in names}).request())
    reply = ask(bench, *[(OURS, f"2.999.31.100.{n}") for n in range(1, 701)])
    assert contents(reply) == [name.encode() for name in names]


@pytest.mark.parametrize("state", [State.STORED, State.REGISTERED, State.CONTESTED])
def test_what_a_registry_may_have_published_is_handed_out(held: Any, state: State) -> None:
    set_state(held, state)
    assert ask(held, (OURS, "2.999.31.100.1")).outcome == "Success"


@pytest.mark.parametrize("state", [State.TO_DELETE, State.ERASED])
def test_what_was_refused_or_erased_is_not(held: Any, state: State) -> None:
    set_state(held, state)
    assert ask(held, (OURS, "2.999.31.100.1")).error_codes == ("XDSDocumentUniqueIdError",)


@pytest.mark.parametrize("damage", ["gone", "cut"])
def test_a_damaged_document_is_an_error_and_the_others_come(held: Any, damage: str) -> None:
    path = held.documents.root / held.rows()["2.999.31.100.1"].object_key
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(b"fir")
    reply = ask(held, (OURS, "2.999.31.100.1"), (OURS, "2.999.31.100.3"))
    assert reply.outcome == "PartialSuccess"
    assert reply.error_codes == ("XDSDocumentUniqueIdError",)
    assert [error.location for error in answer(reply).response.errors] == ["2.999.31.100.1"]
    assert contents(reply) == [b"third\n\n"]


def test_a_database_that_fails_is_an_error_of_the_repository_about_each_document(held: Any) -> None:
    held.repository.database.write(lambda c: stored_document.drop(c))
    reply = ask(held, (OURS, "2.999.31.100.1"), (OURS, "2.999.31.100.2"))
    assert reply.outcome == "Failure"
    assert reply.error_codes == ("XDSRepositoryError",)
    assert [error.location for error in answer(reply).response.errors] == ["2.999.31.100.1", "2.999.31.100.2"]


def set_state(bench: Any, state: State) -> None:
    bench.repository.database.write(lambda c: c.execute(sa.update(stored_document).values(state=state)))
