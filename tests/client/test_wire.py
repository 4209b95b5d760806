from client.wire import request_excerpt, response_excerpt
from soap.tap import KEPT, Crossing

ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><a><b>1</b><c/></a></s:Body></s:Envelope>'
)


def crossing(body: str, **headers: str) -> Crossing:
    found = Crossing("http://127.0.0.1/repository", headers)
    found.send(body.encode())
    return found


def test_an_envelope_is_indented() -> None:
    lines = request_excerpt(crossing(ENVELOPE)).splitlines()
    assert lines[0] == "POST http://127.0.0.1/repository"
    assert "      <b>1</b>" in lines


def test_a_slot_stays_on_one_line() -> None:
    slot = '<r:Slot xmlns:r="urn:r" name="size"><r:ValueList><r:Value>43</r:Value></r:ValueList></r:Slot>'
    lines = request_excerpt(crossing(ENVELOPE.replace("<c/>", slot))).splitlines()
    assert f"      {slot}" in lines


def test_a_long_envelope_is_shortened_in_its_middle() -> None:
    body = ENVELOPE.replace("<c/>", "<c/>" * 100)
    lines = request_excerpt(crossing(body), lines=10).splitlines()
    assert len(lines) < 16
    assert lines[-1] == "</s:Envelope>"
    assert "  … 97 lines …" in lines


def test_mime_heads_are_shown_and_documents_only_begun() -> None:
    body = (
        f"--b\r\nContent-ID: <root>\r\n\r\n{ENVELOPE}\r\n--b\r\nContent-Type: text/plain\r\nContent-ID: <d1>\r\n\r\n"
        f"{'x' * 500}\r\n--b--\r\n"
    )
    lines = request_excerpt(crossing(body)).splitlines()
    assert "Content-ID: <root>" in lines
    assert "Content-Type: text/plain" in lines
    assert "x" * 120 + " …" in lines
    assert lines[-1] == "--b--"


def test_only_headers_that_matter_are_shown() -> None:
    shown = request_excerpt(crossing(ENVELOPE, **{"Content-Type": "application/soap+xml", "Accept": "x"}))
    assert "Content-Type: application/soap+xml" in shown
    assert "Accept" not in shown


def test_what_is_no_envelope_is_shown_as_it_is() -> None:
    found = crossing(ENVELOPE)
    found.answered(502, {"Content-Type": "text/html"})
    found.received(b"<html>Bad Gateway</html>")
    assert response_excerpt(found).splitlines() == [
        "HTTP 502",
        "Content-Type: text/html",
        "",
        "<html>Bad Gateway</html> … (24 bytes)",
    ]


def test_a_large_message_is_counted_but_not_kept() -> None:
    found = Crossing("http://127.0.0.1/", {})
    sent = found.send(iter([b"x" * 50_000, memoryview(b"y" * 50_000), b"z"]))
    assert not isinstance(sent, bytes)
    assert sum(len(piece) for piece in sent) == 100_001
    assert found.request_size == 100_001
    assert len(found.request) == KEPT
