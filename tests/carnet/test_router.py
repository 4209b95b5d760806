"""Each path is answered by what it names; what does not exist says what does."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from carnet.health import Health
from carnet.router import Router


def soap(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b"<soap/>"]


def description(path: str, kind: str, wanted: str) -> bytes | None:
    return None if wanted == "none.xsd" else f"{path} {kind} {wanted}".encode()


@pytest.fixture
def router() -> Router:
    return Router(
        services={"/registry": soap},
        description=description,
        page=lambda base: base.encode(),
        metrics=lambda: (b"carnet_requests_total 1", "text/plain"),
        health=Health({"database": lambda: None}),
    )


def ask(router: Router, path: str, method: str = "GET", **environ: str) -> tuple[str, dict[str, str], bytes]:
    path, _, query = path.partition("?")
    told: list[Any] = []
    request = {
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_METHOD": method,
        "wsgi.url_scheme": "http",
        "HTTP_HOST": "carnet.test:1234",
        **environ,
    }
    body = b"".join(router(request, lambda status, headers: told.extend((status, dict(headers)))))
    return told[0], told[1], body


def test_a_post_goes_to_the_service(router: Router) -> None:
    assert ask(router, "/registry", "POST") == ("200 OK", {}, b"<soap/>")


def test_the_wsdl_is_told_where_the_client_found_the_service(router: Router) -> None:
    status, headers, body = ask(router, "/registry?wsdl")
    assert (status, body) == ("200 OK", b"/registry wsdl http://carnet.test:1234/registry")
    assert headers["Content-Type"].startswith("text/xml")


@pytest.mark.parametrize("query", ["WSDL", "wsdl=", "Wsdl&x=1"])
def test_the_wsdl_is_found_however_it_is_asked(router: Router, query: str) -> None:
    assert ask(router, "/registry?" + query)[0] == "200 OK"


def test_a_schema_is_given_by_its_name(router: Router) -> None:
    assert ask(router, "/registry?xsd=rim.xsd")[2] == b"/registry xsd rim.xsd"


def test_a_schema_that_is_not_there_is_not_found(router: Router) -> None:
    assert ask(router, "/registry?xsd=none.xsd")[0].startswith("404")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_a_service_says_what_it_takes(router: Router, method: str) -> None:
    status, headers, body = ask(router, "/registry", method)
    assert status.startswith("405")
    assert headers["Allow"] == "POST, GET"
    assert b"SOAP 1.2" in body


def test_an_unknown_path_says_which_there_are(router: Router) -> None:
    status, _, body = ask(router, "/xds")
    assert status.startswith("404")
    assert b"/registry" in body
    assert b"/health/ready" in body


def test_a_post_to_a_page_is_told_where_messages_go(router: Router) -> None:
    status, headers, body = ask(router, "/", "POST")
    assert status.startswith("405")
    assert headers["Allow"] == "GET"
    assert b"/registry" in body


def test_the_page_the_metrics_and_health_are_read(router: Router) -> None:
    assert ask(router, "/")[2] == b"http://carnet.test:1234"
    assert ask(router, "/metrics")[2].startswith(b"carnet_")
    assert json.loads(ask(router, "/health/live")[2]) == {"status": "live"}
    assert json.loads(ask(router, "/health/ready")[2]) == {"status": "ready", "checks": {"database": "ok"}}


def test_head_has_the_headers_and_no_body(router: Router) -> None:
    status, headers, body = ask(router, "/metrics", "HEAD")
    assert (status, body) == ("200 OK", b"")
    assert int(headers["Content-Length"]) > 0
