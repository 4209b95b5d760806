"""What is noticed of the frame of an acknowledgement."""

import socket
import threading

import pytest

from conformance.wire.mllp import conversation, exchange


def answered(reply: bytes) -> tuple[bytes, str]:
    """What an exchange makes of a feed that answers `reply` and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            peer, _ = listener.accept()
            with peer:
                peer.recv(65536)
                peer.sendall(reply)

        threading.Thread(target=serve, daemon=True).start()
        done = exchange(f"127.0.0.1:{listener.getsockname()[1]}", b"MSH|", 5, number=1, label="ITI-8")
    return done.response.body if done.response else b"", done.trouble


def test_a_framed_acknowledgement_is_taken_out_of_its_frame() -> None:
    assert answered(b"\x0bMSA|AA\x1c\r") == (b"MSA|AA", "")


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (b"MSA|AA\x1c\r", "does not begin with its start block"),
        (b"\x0bMSA|AA", "closed before the acknowledgement ended"),
        (b"", "closed before the acknowledgement ended"),
    ],
)
def test_a_frame_that_is_not_whole_is_told(reply: bytes, trouble: str) -> None:
    assert trouble in answered(reply)[1]


def conversed(*replies: bytes, asked: int) -> list[tuple[bytes, str]]:
    """What a conversation makes of a feed that answers a message with each of `replies` and then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            peer, _ = listener.accept()
            with peer:
                for reply in replies:
                    peer.recv(65536)
                    peer.sendall(reply)

        threading.Thread(target=serve, daemon=True).start()
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        done = conversation(address, [b"MSH|%d" % n for n in range(asked)], 5, number=3, label="ITI-8")
    assert [each.number for each in done] == list(range(3, 3 + len(done)))
    return [(each.response.body if each.response else b"", each.trouble) for each in done]


def test_messages_go_one_after_the_other_over_one_connection() -> None:
    assert conversed(b"\x0bA\x1c\r", b"\x0bB\x1c\r", asked=2) == [(b"A", ""), (b"B", "")]


def test_a_conversation_ends_where_the_feed_hangs_up() -> None:
    first, second = conversed(b"\x0bA\x1c\r", asked=3)
    assert first == (b"A", "")
    assert second[0] == b""
    assert second[1]


def test_a_feed_that_is_not_there_is_told_once() -> None:
    (done,) = conversation("127.0.0.1:1", [b"MSH|", b"MSH|"], 5, number=1, label="ITI-8")
    assert "cannot be reached" in done.trouble
