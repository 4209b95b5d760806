"""Servers that do not answer as a SOAP service does at all."""

import socket
import time
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any

from carnet.router import Router
from tests.conformance.mutants.patching import wrap
from tests.conformance.mutants.table import mutant

HTTP = "SOAP 1.2 Part 2 7.5.2"
SILENCE = 40.0
"""Seconds."""

Start = Callable[..., Any]


def answer_posts(answer: Callable[[dict[str, Any], Start], Iterable[bytes]]) -> None:
    """`answer` is the WSGI application for everything that is POSTed."""

    def around(was: Any, self: Router, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST":
            told: Iterable[bytes] = was(self, environ, start)
            return told
        environ["wsgi.input"].read()
        return answer(environ, start)

    wrap(Router, "__call__", around)


def answer_with(status: str, content_type: str, body: bytes) -> None:
    def answer(_environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
        return [body]

    answer_posts(answer)


@mutant("ihe", breaks=HTTP, caught_by=("iti-42/4.1.3.3/1",))
def html_page() -> None:
    """Every message is answered by an HTML page and status 200."""
    answer_with("200 OK", "text/html", b"<!DOCTYPE html><html><body>Please log in<br></body></html>")


@mutant("ihe", breaks=HTTP, caught_by=("iti-42/4.1.3.3/1",))
def empty_200() -> None:
    """Every message is answered by status 200 and nothing else."""
    answer_with("200 OK", "application/soap+xml; charset=UTF-8", b"")


@mutant("ihe", breaks=HTTP, caught_by=("iti-42/4.1.3.3/1",))
def nothing_at_this_path() -> None:
    """Every message is answered by 404."""
    answer_with("404 Not Found", "text/plain", b"")


@mutant("ihe", breaks=HTTP, caught_by=("iti-42/4.1.3.3/1",))
def invalid_xml() -> None:
    """Every message is answered by XML that does not end."""
    answer_with(
        "200 OK",
        "application/soap+xml; charset=UTF-8",
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><a></b></s:Body>',
    )


@mutant("ihe", breaks="SOAP 1.2 Part 1 5", caught_by=("iti-42/4.1.3.3/1",))
def entity_bomb() -> None:
    """Every message is answered by a document type declaration with entities in entities."""
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE e [<!ENTITY e0 "ha">{entities}]><e>&e9;</e>'
    answer_with("200 OK", "application/soap+xml; charset=UTF-8", bomb.encode())


@mutant("ihe", breaks=HTTP, caught_by=("iti-42/4.1.3.3/1",))
def closed_connection() -> None:
    """The connection is closed without an answer."""

    def answer(environ: dict[str, Any], _start: Start) -> Iterable[bytes]:
        environ["gunicorn.socket"].shutdown(socket.SHUT_RDWR)
        raise ConnectionResetError

    answer_posts(answer)


@mutant("ihe", breaks=HTTP, caught_by=("iti-42/4.1.3.3/1",))
def silence() -> None:
    """Nothing is answered for forty seconds."""

    def answer(_environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        time.sleep(SILENCE)
        start("503 Service Unavailable", [("Content-Length", "0")])
        return []

    answer_posts(answer)


@mutant("ihe", breaks=HTTP, caught_by=("iti-42/4.1.3.3/1",))
def endless_answer() -> None:
    """The answer never ends."""

    def answer(_environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "application/soap+xml; charset=UTF-8")])
        return repeat(b"<!-- -->" * 8192)

    answer_posts(answer)


@mutant("ihe", breaks="RFC 9112 6.3", caught_by=("iti-42/4.1.3.3/1",))
def shorter_than_announced() -> None:
    """The answer ends before its Content-Length."""

    def answer(environ: dict[str, Any], _start: Start) -> Iterable[bytes]:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nContent-Length: 5000\r\n\r\n<s:Envelope"
        environ["gunicorn.socket"].sendall(head)
        environ["gunicorn.socket"].shutdown(socket.SHUT_RDWR)
        raise ConnectionResetError

    answer_posts(answer)
