"""The client against a real server of ours, and against servers that answer nonsense."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from soap.client import SoapClient, SoapFault, TransportError
from soap.envelope import write_response
from soap.faults import sender
from soap.message import Limits, OutgoingPart
from soap.mtom import MtomWriter

SAY = b'<Say xmlns="urn:toy"/>'


@contextmanager
def answering(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """A server that reads one request's head, and its body up to Content-Length, then sends raw bytes and closes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            received = b""
            while b"</soap12:Envelope>" not in received and (piece := connection.recv(65536)):
                received += piece
            connection.sendall(answer(received))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/toy"
    finally:
        listener.close()
        thread.join(10)


def http(content: bytes, kind: str = "application/soap+xml", status: str = "200 OK", missing: int = 0) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(content) + missing}\r\n\r\n"
    return head.encode() + content


def asked(url: str, **options: Any) -> TransportError:
    with pytest.raises(TransportError) as error:
        SoapClient(url, timeout=5, **options).call("urn:say", SAY)
    return error.value


def test_a_simple_call_gives_the_body(served: Any) -> None:
    client = SoapClient(served.url)
    with client.call("urn:say", SAY, headers=[b'<t xmlns="urn:t"/>']) as response:
        assert (response.status, response.mtom, response.body.tag) == (200, False, "{urn:toy}Kept")
        assert list(response.attachments) == []
        assert response.addressing.action == "urn:sayResponse"


@pytest.mark.parametrize("length", [None, 3_000_000])
def test_parts_are_streamed_out(served: Any, length: int | None) -> None:
    part = OutgoingPart("d@toy", "text/plain", (b"x" * 1000 for _ in range(3000)), length)
    with SoapClient(served.url).call("urn:keep", b'<Keep xmlns="urn:toy"/>', parts=[part], mtom=True) as response:
        assert (response.mtom, response.body.text) == (True, "3000000")


@pytest.mark.parametrize("extra", [b"", b' length="1"'])
def test_parts_are_streamed_in(served: Any, extra: bytes) -> None:
    body = b'<Fetch xmlns="urn:toy" size="3000000"%b/>' % extra
    with SoapClient(served.url).call("urn:fetch", body, mtom=True) as response:
        ((content_id, content),) = ((p.content_id, b"".join(map(bytes, p.chunks()))) for p in response.attachments)
        assert (content_id, content) == ("d@toy", bytes(3_000_000))


def test_a_fault_is_raised_with_its_parts(served: Any) -> None:
    with pytest.raises(SoapFault) as fault:
        SoapClient(served.url).call("urn:nothing", SAY)
    assert (fault.value.code, fault.value.subcodes, fault.value.status) == ("Sender", ("ActionNotSupported",), 400)
    assert "not supported by this endpoint" in fault.value.reason


def test_connections_are_kept_and_shared_by_threads(served: Any) -> None:
    client = SoapClient(served.url, pool=4)

    def call(number: int) -> int:
        if number % 3 == 0:
            with client.call("urn:fetch", b'<Fetch xmlns="urn:toy" size="400000"/>', mtom=True) as response:
                return sum(len(piece) for part in response.attachments for piece in part.chunks())
        with client.call("urn:say", SAY) as response:
            return response.status

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(call, range(60))) == [400_000 if n % 3 == 0 else 200 for n in range(60)]
    assert client._pool.num_connections <= 8
    client.close()


def test_an_answer_left_early_costs_only_its_connection(served: Any) -> None:
    client = SoapClient(served.url, pool=1)
    for _ in range(3):
        with client.call("urn:fetch", b'<Fetch xmlns="urn:toy" size="5000000"/>', mtom=True) as response:
            next(iter(next(iter(response.attachments)).chunks()))
    with client.call("urn:say", SAY) as response:
        assert response.status == 200


@pytest.mark.parametrize("extra", [b"", b' length="1"'])
def test_an_answer_that_breaks_off_is_transport_trouble(served: Any, extra: bytes) -> None:
    body = b'<Fetch xmlns="urn:toy" size="3000000" break="1"%b/>' % extra
    with SoapClient(served.url).call("urn:fetch", body, mtom=True) as response:
        part = next(iter(response.attachments))
        with pytest.raises(TransportError, match="broke"):
            list(part.chunks())


@pytest.mark.parametrize("watch", [None, lambda crossing: None])
def test_what_a_part_raises_comes_through(served: Any, watch: Any) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 1_000_000
        raise FileNotFoundError("gone")

    part = OutgoingPart("d@toy", "text/plain", broken())
    with pytest.raises(FileNotFoundError):
        SoapClient(served.url, on_exchange=watch).call("urn:keep", b'<Keep xmlns="urn:toy"/>', parts=[part], mtom=True)


def test_parts_need_mtom() -> None:
    with pytest.raises(ValueError, match="mtom=True"):
        SoapClient("http://127.0.0.1/").call("urn:keep", SAY, parts=[OutgoingPart("d", "a/b", [])])


def test_nobody_there_means_that_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = asked(f"http://127.0.0.1:{port}/toy")
    assert not error.unknown
    assert "refused" in str(error)


def test_a_url_of_another_kind_is_refused() -> None:
    for url in ("ftp://127.0.0.1/", "/toy", "http://"):
        with pytest.raises(ValueError, match="http"):
            SoapClient(url)


ENVELOPE = write_response("urn:sayResponse", None, b"<Done/>")


@pytest.mark.parametrize(
    ("answer", "reason", "unknown"),
    [
        (http(b"<html><body>Sorry</body></html>", "text/html", "502 Bad Gateway"), "HTTP 502.*text/html.*Sorry", True),
        (http(b"no such page", "text/plain", "404 Not Found"), "HTTP 404", False),
        (http(b"", "a/b", "302 Found\r\nLocation: http://198.51.100.1/"), "HTTP 302 .Location: http://198", False),
        (http(b"", "", "202 Accepted"), "HTTP 202.*missing", True),
        (http(b"garbage"), "not well-formed", True),
        (http(b""), "not well-formed", True),
        (http(ENVELOPE, missing=10), "broke off", True),
        (http(ENVELOPE, status="500 Internal Server Error"), "HTTP 500 with a message that is no fault", True),
        (http(write_response("urn:sayResponse", "urn:uuid:other", b"<Done/>")), "another message", True),
        (http(b"--b\r\n\r\n", 'multipart/related; type="application/xop+xml"; boundary=b'), "ends before", True),
        (http(b"x", "multipart/related; boundary=b"), "MTOM needs type", True),
        (b"nothing like HTTP\r\n\r\n", "", True),
        (b"", "", True),
    ],
    ids=range(13),
)  # fmt: skip
def test_an_answer_that_is_not_soap_is_transport_trouble(answer: bytes, reason: str, unknown: bool) -> None:
    with answering(lambda request: answer) as url:
        error = asked(url)
    assert re.search(reason, str(error)), str(error)
    assert error.unknown is unknown


def test_a_server_that_keeps_silent_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(TransportError) as error:
            SoapClient(url, timeout=0.3).call("urn:say", SAY)
    assert error.value.unknown


def test_an_envelope_over_the_limit_is_not_taken_in() -> None:
    with answering(lambda request: http(ENVELOPE)) as url:
        assert "larger than 100 bytes" in str(asked(url, limits=Limits(root=100)))


def test_an_answer_without_relates_to_is_taken() -> None:
    with answering(lambda request: http(ENVELOPE)) as url:
        assert SoapClient(url).call("urn:say", SAY).body.tag == "Done"


IHE = "urn:ihe:iti:2007:RegistryStoredQuery"


@pytest.mark.parametrize(
    "action", ["urn:ihe:iti:2007:RegistryStoredQuery", "urn:ihe:iti:2007:RegisterDocumentSet-bResponse"]
)
def test_an_answer_with_another_action_is_taken_with_a_warning(action: str, caplog: pytest.LogCaptureFixture) -> None:
    with answering(lambda request: http(write_response(action, None, b"<Done/>"))) as url:
        assert SoapClient(url).call(IHE, SAY).body.tag == "Done"
    assert [record.getMessage() for record in caplog.records if record.name == "carnet.soap"] == [
        f"{url}: the answer has wsa:Action {action!r}; it should have '{IHE}Response'"
    ]


def test_an_answer_without_action_is_taken_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    content = re.sub(rb"<wsa:Action.*?</wsa:Action>", b"", write_response("urn:any", None, b"<Done/>"))
    with answering(lambda request: http(content)) as url:
        assert SoapClient(url).call(IHE, SAY).body.tag == "Done"
    assert "the answer has no wsa:Action" in caplog.text


def test_an_answer_with_its_action_is_taken_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    with answering(lambda request: http(write_response(f"{IHE}Response", None, b"<Done/>"))) as url:
        assert SoapClient(url).call(IHE, SAY).body.tag == "Done"
    assert not [record for record in caplog.records if record.name == "carnet.soap"]


def test_a_fault_inside_a_multipart_answer_is_a_fault() -> None:
    writer = MtomWriter()
    content = b"".join(writer.chunks(sender("no").envelope(), ()))
    with (
        answering(lambda request: http(content, writer.content_type(), "400 Bad Request")) as url,
        pytest.raises(SoapFault, match="Sender: no"),
    ):
        SoapClient(url).call("urn:keep", SAY, mtom=True)


def test_the_request_is_what_ihe_asks_for() -> None:
    seen: list[bytes] = []

    def answer(request: bytes) -> bytes:
        seen.append(request)
        return http(ENVELOPE)

    with answering(answer) as url:
        SoapClient(url).call("urn:say", SAY, message_id="urn:uuid:1")
    head, _, content = seen[0].partition(b"\r\n\r\n")
    assert b"content-type: application/soap+xml; charset=utf-8" in head.lower()
    assert b"<wsa:MessageID>urn:uuid:1</wsa:MessageID>" in content
    assert url.encode() in content
