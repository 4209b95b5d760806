"""A client's connection has an end: silence and dripping give the thread back, slow but steady readers are served."""

import socket
import threading
from collections.abc import Iterator

import pytest

from carnet.connection import Connection, Stalled


@pytest.fixture
def pair() -> Iterator[tuple[Connection, socket.socket]]:
    ours, theirs = socket.socketpair()
    connection = Connection.adopt(ours, patience=0.2)
    with connection, theirs:
        yield connection, theirs


def test_a_silent_client_is_given_up(pair: tuple[Connection, socket.socket]) -> None:
    connection, _ = pair
    connection.setblocking(True)
    with pytest.raises(Stalled, match="sent nothing"):
        connection.recv(10)


def test_what_was_sent_is_received(pair: tuple[Connection, socket.socket]) -> None:
    connection, theirs = pair
    connection.setblocking(True)
    theirs.sendall(b"hello")
    assert connection.recv(10) == b"hello"


def receive_for_ever(connection: Connection) -> None:
    while connection.recv(10):
        pass


def test_a_dripping_client_is_given_up(pair: tuple[Connection, socket.socket]) -> None:
    connection, theirs = pair
    connection.setblocking(True)
    over = threading.Event()

    def drip() -> None:
        while not over.wait(0.05):
            theirs.sendall(b".")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        with pytest.raises(Stalled, match="bytes in"):
            receive_for_ever(connection)
    finally:
        over.set()
        thread.join()


def test_a_client_that_reads_nothing_is_given_up(pair: tuple[Connection, socket.socket]) -> None:
    connection, _ = pair
    connection.setblocking(True)
    with pytest.raises(Stalled, match="read nothing"):
        connection.sendall(bytes(8 << 20))


def test_a_client_that_reads_slowly_but_steadily_gets_everything(pair: tuple[Connection, socket.socket]) -> None:
    connection, theirs = pair
    connection.setblocking(True)
    whole = bytes(range(256)) * 4096 * 4
    received = bytearray()

    def read() -> None:
        # longer in all than the patience of one piece
        pause = threading.Event()
        while len(received) < len(whole):
            received.extend(theirs.recv(256 << 10))
            pause.wait(0.03)

    thread = threading.Thread(target=read)
    thread.start()
    connection.sendall(whole)
    thread.join()
    assert bytes(received) == whole


def test_the_server_can_still_poll_it(pair: tuple[Connection, socket.socket]) -> None:
    connection, _ = pair
    connection.setblocking(False)
    with pytest.raises(BlockingIOError):
        connection.recv(10)
