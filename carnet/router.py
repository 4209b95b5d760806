"""Which path is answered by what. Everything that is not SOAP is a GET."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import parse_qs

from carnet.health import Health

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[..., Any]
Wsgi: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
XML = "text/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer."""

    status: str
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Router:
    """The WSGI application in front of the services."""

    services: Mapping[str, Wsgi]
    """`/registry` → the SOAP service."""
    description: Callable[[str, str, str], bytes | None]
    """(path, `wsdl` or `xsd`, wanted name or the service's own URL) → the file, `None` when there is no such one."""
    page: Callable[[str], bytes]
    """The landing page, for the base URL the browser used."""
    metrics: Callable[[], tuple[bytes, str]]
    health: Health

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path, method = environ.get("PATH_INFO") or "/", environ["REQUEST_METHOD"]
        service = self.services.get(path)
        if service is not None and method == "POST":
            return service(environ, start_response)
        if service is not None and method in ("GET", "HEAD"):
            return _send(self._describe(path, environ), method, start_response)
        if service is not None:
            return _send(_not_allowed("POST, GET", "POST a SOAP 1.2 message, or GET ?wsdl"), method, start_response)
        return _send(self._plain(path, method, environ), method, start_response)

    def _plain(self, path: str, method: str, environ: Environ) -> Answer:
        answers: dict[str, Callable[[], Answer]] = {
            "/": lambda: Answer("200 OK", "text/html; charset=utf-8", self.page(base_url(environ))),
            "/health/live": lambda: Answer("200 OK", JSON, b'{"status": "live"}\n'),
            "/health/ready": self._ready,
            "/metrics": self._metrics,
        }
        if path not in answers:
            known = ", ".join([*self.services, *answers])
            return Answer("404 Not Found", TEXT, f"There is nothing at this path. There is: {known}\n".encode())
        if method not in ("GET", "HEAD"):
            return _not_allowed("GET", "this page can only be read; SOAP messages go to " + ", ".join(self.services))
        return answers[path]()

    def _describe(self, path: str, environ: Environ) -> Answer:
        asked = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        for kind in ("wsdl", "xsd"):
            for key in asked:
                if key.lower() != kind:
                    continue
                wanted = base_url(environ) + path if kind == "wsdl" else asked[key][0]
                file = self.description(path, kind, wanted)
                if file is None:
                    return Answer("404 Not Found", TEXT, b"There is no such schema; the WSDL names those there are.\n")
                return Answer("200 OK", XML, file)
        return _not_allowed("POST, GET", "POST a SOAP 1.2 message here, or GET ?wsdl for its description")

    def _ready(self) -> Answer:
        readiness = self.health.readiness()
        status = "200 OK" if readiness.ready else "503 Service Unavailable"
        return Answer(status, JSON, json.dumps(readiness.told()).encode() + b"\n", (("Cache-Control", "no-store"),))

    def _metrics(self) -> Answer:
        body, content_type = self.metrics()
        return Answer("200 OK", content_type, body)


def base_url(environ: Environ) -> str:
    """`http://host:port` as the client wrote it."""
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return f"{environ['wsgi.url_scheme']}://{host}"


def _not_allowed(allowed: str, advice: str) -> Answer:
    return Answer("405 Method Not Allowed", TEXT, f"Not this method: {advice}.\n".encode(), (("Allow", allowed),))


def _send(answer: Answer, method: str, start_response: StartResponse) -> Iterable[bytes]:
    headers = [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body))), *answer.headers]
    start_response(answer.status, [*headers, ("X-Content-Type-Options", "nosniff")])
    return [] if method == "HEAD" else [answer.body]
