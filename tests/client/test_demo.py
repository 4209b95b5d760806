import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.request import Request, urlopen

import pytest

from client import demo
from client.demo import DemoFailed, Step


def test_the_demonstration_does_every_transaction_and_shows_it(carnet: Any) -> None:
    steps = list(demo.run(carnet.registry, carnet.repository))
    assert [(s.transaction, s.passed) for s in steps] == [
        ("ITI-41", True),
        ("ITI-18", True),
        ("ITI-42", True),
        ("ITI-41", True),
        ("ITI-18", True),
        ("ITI-18", True),
        ("ITI-41", True),
        ("ITI-18", True),
        ("ITI-18", True),
        ("ITI-18", True),
        ("ITI-43", True),
    ]
    for step in steps:
        assert step.request.startswith("POST http://127.0.0.1:")
        assert "Envelope" in step.request
        assert step.response.startswith("HTTP 200")
        assert "Envelope" in step.response
    assert "Content-Type: text/xml" in steps[0].request
    assert "identical" in steps[-1].verdict


class Tampering(BaseHTTPRequestHandler):
    """Stands before a repository and changes one letter of what it gives out."""

    target = ""

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        request = Request(self.target, self.rfile.read(length), {"Content-Type": self.headers["Content-Type"]})
        with urlopen(request) as answer:
            body = answer.read().replace(b"Palpitations", b"palpitations")
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def tampering(carnet: Any) -> Iterator[str]:
    handler = type("Handler", (Tampering,), {"target": carnet.repository})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/repository"
    server.shutdown()
    server.server_close()
    thread.join()


def test_bytes_that_differ_are_shown_and_raised(carnet: Any, tampering: str) -> None:
    shown: list[Step] = []

    def watch() -> None:
        for step in demo.run(carnet.registry, tampering):
            shown.append(step)

    with pytest.raises(DemoFailed, match="not those that were sent"):
        watch()
    assert [step.passed for step in shown] == [True] * 10 + [False]
    assert shown[-1].transaction == "ITI-43"


def test_a_service_that_refuses_is_shown_and_raised(carnet: Any) -> None:
    shown: list[Step] = []

    def watch() -> None:
        for step in demo.run(carnet.registry, carnet.registry.replace("/registry", "/nowhere")):
            shown.append(step)

    with pytest.raises(Exception, match="HTTP 404"):
        watch()
    assert shown == []
