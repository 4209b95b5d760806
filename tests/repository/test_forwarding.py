"""A registry over real HTTP: what it answers, and the ways in which it does not."""

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from lxml import etree

from metadata.ebrim import parse_submit_objects_request
from metadata.errors import ErrorCode, RegistryError, RegistryResponse
from metadata.responses import adhoc_query_response, parse_registry_response, write_object_ref, write_registry_response
from metadata.vocabulary import LCM, PARTIAL_SUCCESS, QUERY
from repository.forwarding import RegistryUnavailable, SoapRegistry
from repository.provide import provide_and_register
from repository.repository import Repository
from repository.tables import State
from soap.client import SoapClient
from soap.faults import Fault
from soap.message import Operation, Packaging, Reply, Request
from soap.service import service

REGISTER = "urn:ihe:iti:2007:RegisterDocumentSet-b"
ASK = "urn:ihe:iti:2007:RegistryStoredQuery"
NOT_KNOWN = RegistryError(ErrorCode.UNKNOWN_PATIENT_ID, "p1 is not known", "/x")


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        pass


class Remote:
    """A registry service whose answer the test decides."""

    def __init__(self) -> None:
        self.answer: Callable[[Request], Reply] = lambda _request: Reply(write_registry_response(RegistryResponse.of()))
        self.requests: list[Request] = []
        self.raw: bytes | None = None
        """Answered as it is, instead of SOAP."""
        application = service(
            "registry",
            [
                Operation(
                    "ITI-42",
                    "R",
                    f"{{{LCM}}}SubmitObjectsRequest",
                    REGISTER,
                    REGISTER + "Response",
                    Packaging.SIMPLE,
                    self._handle,
                ),
                Operation(
                    "ITI-18",
                    "Q",
                    f"{{{QUERY}}}AdhocQueryRequest",
                    ASK,
                    ASK + "Response",
                    Packaging.SIMPLE,
                    self._handle,
                ),
            ],
        )

        def serve(environ: Any, start_response: Any) -> Any:
            environ["wsgi.input_terminated"] = False
            if self.raw is not None:
                start_response("502 Bad Gateway", [("Content-Type", "text/html")])
                return [self.raw]
            return application(environ, start_response)

        self.server = make_server("127.0.0.1", 0, serve, handler_class=Quiet)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.link = SoapRegistry(SoapClient(f"http://127.0.0.1:{self.server.server_port}/registry", timeout=5))

    def _handle(self, request: Request) -> Reply:
        self.requests.append(request)
        return self.answer(request)


@pytest.fixture
def registry() -> Iterator[Remote]:
    made = Remote()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_what_is_registered_arrives_as_it_was(registry: Remote, message_of: Any) -> None:
    objects = message_of(doc1=b"", doc2=b"").objects()
    assert registry.link.register(objects) == RegistryResponse.of()
    (request,) = registry.requests
    assert list(parse_submit_objects_request(request.body)) == objects
    assert request.addressing.action == REGISTER


def test_errors_and_warnings_come_through(registry: Remote, message: Any) -> None:
    said = RegistryResponse.of((NOT_KNOWN, RegistryError("Other", "a warning", "", warning=True)))
    registry.answer = lambda _request: Reply(write_registry_response(said))
    assert registry.link.register(message.objects()) == said


def test_a_fault_about_the_message_is_a_refusal(registry: Remote, message: Any) -> None:
    def refuse(_request: Request) -> Reply:
        raise Fault("Sender", "who are you", subcode="wsse:InvalidSecurity")

    registry.answer = refuse
    (error,) = registry.link.register(message.objects()).errors
    assert error.code == "XDSRegistryError"
    assert "who are you" in error.context


def test_a_fault_of_the_registry_leaves_the_outcome_open(registry: Remote, message: Any) -> None:
    def fail(_request: Request) -> Reply:
        raise Fault("Receiver", "disk")

    registry.answer = fail
    with pytest.raises(RegistryUnavailable, match="disk") as raised:
        registry.link.register(message.objects())
    assert raised.value.unknown


def test_an_answer_that_is_not_soap_leaves_the_outcome_open(registry: Remote, message: Any) -> None:
    registry.raw = b"<html>the proxy is tired</html>"
    with pytest.raises(RegistryUnavailable) as raised:
        registry.link.register(message.objects())
    assert raised.value.unknown


@pytest.mark.parametrize(
    "body",
    [
        write_registry_response(RegistryResponse(PARTIAL_SUCCESS)),
        write_registry_response(RegistryResponse("Success")),
        b'<x:Other xmlns:x="urn:x"/>',
    ],
)
def test_an_answer_of_no_known_meaning_leaves_the_outcome_open(registry: Remote, message: Any, body: bytes) -> None:
    registry.answer = lambda _request: Reply(body)
    with pytest.raises(RegistryUnavailable) as raised:
        registry.link.register(message.objects())
    assert raised.value.unknown


def test_a_registry_that_is_not_there_has_registered_nothing(message: Any) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        link = SoapRegistry(SoapClient(f"http://127.0.0.1:{unused.getsockname()[1]}/registry"))
        with pytest.raises(RegistryUnavailable) as raised:
            link.register(message.objects())
    assert not raised.value.unknown


def test_a_registry_that_stays_silent_leaves_the_outcome_open(message: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        link = SoapRegistry(SoapClient(f"http://127.0.0.1:{silent.getsockname()[1]}/registry", timeout=0.2))
        with pytest.raises(RegistryUnavailable) as raised:
            link.register(message.objects())
    assert raised.value.unknown


def test_holds_asks_for_the_document_by_its_unique_id(registry: Remote) -> None:
    found = [write_object_ref("urn:uuid:10b545ea-725c-446d-9b95-8aeb444eddf3")]
    registry.answer = lambda _request: Reply(adhoc_query_response(found))
    assert registry.link.holds("2.999.1")
    (request,) = registry.requests
    asked = etree.tostring(request.body)
    assert b"urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4" in asked
    assert b"('2.999.1')" in asked
    found.clear()
    assert not registry.link.holds("2.999.1")


def test_holds_does_not_take_a_refused_query_for_an_absence(registry: Remote) -> None:
    registry.answer = lambda _request: Reply(adhoc_query_response((), (NOT_KNOWN,)))
    with pytest.raises(RegistryUnavailable, match="XDSUnknownPatientId"):
        registry.link.holds("2.999.1")


def test_a_whole_submission_goes_over_soap(registry: Remote, remote: Any, message_of: Any) -> None:
    repository = Repository("2.999.31.1", remote.repository.database, remote.documents, registry.link)
    assert provide_and_register(repository, message_of().request()).outcome == "Success"
    assert remote.states() == {"2.999.31.100.1": State.REGISTERED}
    refused = RegistryResponse.of((NOT_KNOWN,))
    registry.answer = lambda _request: Reply(write_registry_response(refused))
    reply = provide_and_register(repository, message_of(doc9=b"new").entry("doc9", unique_id="2.999.9").request())
    assert isinstance(reply.body, bytes)
    assert parse_registry_response(etree.fromstring(reply.body)) == refused
    assert remote.states() == {"2.999.31.100.1": State.REGISTERED}
    assert remote.is_consistent()
