"""What is noticed of the frame of an acknowledgement."""

import socket
import threading

import pytest

from conformance.wire.mllp import exchange


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
