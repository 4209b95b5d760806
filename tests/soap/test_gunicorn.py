"""What only a real server shows: keep-alive after refusals, chunked bodies, stalled and vanishing clients, memory."""

import socket
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest
from lxml import etree

from soap.client import SoapClient
from soap.message import Limits, OutgoingPart

SIMPLE = {"Content-Type": "application/soap+xml; charset=UTF-8"}


def status_of(connection: HTTPConnection) -> tuple[int, bytes]:
    response = connection.getresponse()
    return response.status, response.read()


def test_a_connection_serves_on_after_answers_and_small_refusals(served: Any, say: bytes) -> None:
    connection = HTTPConnection(served.host, served.port, timeout=10)
    local = None
    for content, expected in [
        (say, 200),
        (b"<junk", 400),
        (say, 200),
        (say.replace(b">urn:say<", b">urn:no<"), 400),
        (say, 200),
    ]:
        connection.request("POST", "/toy", content, SIMPLE)
        local = local or connection.sock.getsockname()
        assert connection.sock.getsockname() == local
        assert status_of(connection)[0] == expected
    assert [exchange["status"] for exchange in served.reported(5)] == [200, 400, 200, 400, 200]


@pytest.mark.parametrize("size", [10, 60_000, 20 << 20, 80 << 20])
def test_what_is_left_of_a_refused_message_never_becomes_the_next_request(served: Any, say: bytes, size: int) -> None:
    connection = HTTPConnection(served.host, served.port, timeout=10)
    hidden = b"POST /toy HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    content = hidden * (size // len(hidden) + 1)
    connection.putrequest("POST", "/toy")
    connection.putheader("Content-Type", "text/plain")
    connection.putheader("Content-Length", str(len(content)))
    connection.endheaders()
    try:
        connection.send(content)
    except OSError:
        assert size > Limits().drain
    if size <= Limits().drain:
        assert status_of(connection)[0] == 415
    else:
        connection.close()
    connection.request("POST", "/toy", say, SIMPLE)
    assert status_of(connection)[0] == 200
    assert [exchange["status"] for exchange in served.reported(2)] == [415, 200]


def test_chunked_bodies_of_either_packaging_are_read(served: Any, say: bytes, multipart: Any, root_part: Any) -> None:
    connection = HTTPConnection(served.host, served.port, timeout=10)
    content, content_type = multipart(root_part(), ("Content-ID: <d>", b"x" * 300_000))
    for _ in range(3):
        connection.request("POST", "/toy", iter([say[:100], say[100:]]), SIMPLE, encode_chunked=True)
        assert status_of(connection)[0] == 200
        pieces = (content[at : at + 7001] for at in range(0, len(content), 7001))
        connection.request("POST", "/toy", pieces, {"Content-Type": content_type}, encode_chunked=True)
        status, answer = status_of(connection)
        assert (status, b">300000<" in answer) == (200, True)


def test_a_client_that_stalls_is_told_so_and_its_thread_is_free_again(served: Any, say: bytes) -> None:
    head = b"POST /toy HTTP/1.1\r\nHost: x\r\nContent-Type: application/soap+xml\r\nContent-Length: 1000\r\n\r\n"
    stalled = [socket.create_connection((served.host, served.port), timeout=15) for _ in range(8)]
    for connection in stalled:
        connection.sendall(head + say[:100])
    answers = []
    for connection in stalled:
        response = HTTPResponse(connection)
        response.begin()
        answers.append((response.status, response.read()))
        connection.close()
    assert {status for status, _ in answers} == {408}
    assert all(b"sent nothing for 1 seconds" in content for _, content in answers)
    with SoapClient(served.url, timeout=10).call("urn:say", b'<Say xmlns="urn:toy"/>') as response:
        assert response.status == 200
    assert len(served.reported(9)) == 9


def test_a_client_that_vanishes_is_reported_and_nothing_else_happens(
    served: Any, multipart: Any, root_part: Any
) -> None:
    content, content_type = multipart(root_part(), ("Content-ID: <d>", b"x" * 3_000_000))
    head = f"POST /toy HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\nContent-Length: {len(content)}\r\n\r\n"
    with socket.create_connection((served.host, served.port), timeout=10) as connection:
        connection.sendall(head.encode() + content[:1_000_000])
    (exchange,) = served.reported(1)
    assert (exchange["transaction"], exchange["outcome"]) == ("Keep", "Fault")
    assert "before its Content-Length" in exchange["fault"]


def test_a_client_that_vanishes_while_it_is_answered_is_reported(served: Any, toy: Any) -> None:
    message = toy.message(b'<Fetch xmlns="urn:toy" size="90000000"/>', "urn:fetch")
    head = (
        f"POST /toy HTTP/1.1\r\nHost: x\r\nContent-Type: application/soap+xml\r\nContent-Length: {len(message)}\r\n\r\n"
    )
    with socket.create_connection((served.host, served.port), timeout=10) as connection:
        connection.sendall(head.encode() + message)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    (exchange,) = served.reported(1)
    assert (exchange["outcome"], exchange["fault"]) == ("Fault", "the connection was lost while answering")


def test_fifty_megabytes_in_and_out_take_no_memory(served: Any) -> None:
    client = SoapClient(served.url, timeout=30)

    def peak() -> int:
        with client.call("urn:memory", b'<Memory xmlns="urn:toy"/>') as response:
            return int(response.body.text or 0)

    def exchange(size: int) -> None:
        block = bytes(1 << 18)
        part = OutgoingPart("d@toy", "text/plain", (block for _ in range(size // len(block))), size)
        with client.call("urn:keep", b'<Keep xmlns="urn:toy"/>', parts=[part], mtom=True) as response:
            assert response.body.text == str(size)
        body = b'<Fetch xmlns="urn:toy" size="%d"/>' % size
        with client.call("urn:fetch", body, mtom=True) as response:
            (received,) = (sum(map(len, part.chunks())) for part in response.attachments)
            assert received == size

    exchange(4 << 20)
    before = peak()
    exchange(50 << 20)
    assert peak() - before < 10_000


def test_the_answer_is_the_same_message_as_in_process(served: Any, toy: Any, say: bytes) -> None:
    connection = HTTPConnection(served.host, served.port, timeout=10)
    connection.request("POST", "/toy", say, SIMPLE)
    status, content = status_of(connection)
    here = toy.post(say)
    assert status == here.status

    def shape(envelope: etree._Element) -> list[tuple[str, str | None]]:
        return [(str(e.tag), e.text) for e in envelope.iter() if not str(e.tag).endswith("}MessageID")]

    assert shape(etree.fromstring(content)) == shape(here.envelope)


def test_a_client_that_waits_for_leave_to_send_gets_it(served: Any, say: bytes) -> None:
    # .NET sends Expect with every larger message
    head = "POST /toy HTTP/1.1\r\nHost: x\r\nContent-Type: application/soap+xml\r\nExpect: 100-continue\r\n"
    with socket.create_connection((served.host, served.port), timeout=10) as connection:
        connection.sendall(f"{head}Content-Length: {len(say)}\r\n\r\n".encode())
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(say)
        response = HTTPResponse(connection)
        response.begin()
        assert (response.status, b"Kept" in response.read()) == (200, True)
