"""The parts of a body, whatever is wrong with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.results.report.parts import headers, parameter, split, unchunked

TYPE = 'multipart/related; type="application/xop+xml"; start="<b@x>"; boundary="--=_b 1"'
BODY = (
    b"preamble\r\n----=_b 1\r\nContent-ID: <a@x>\r\nContent-Type: text/plain\r\n\r\nfirst\r\n"
    b"----=_b 1  \r\ncontent-id: <b@x>\r\nContent-Type: application/xop+xml;\r\n charset=UTF-8\r\n\r\n<a/>\r\n"
    b"----=_b 1--\r\nepilogue"
)


def test_parts_are_told_apart_and_the_root_is_the_one_that_start_names() -> None:
    first, second = split(TYPE, BODY)
    assert (first.content_id, first.content, first.root) == ("<a@x>", b"first", False)
    assert (second.content_id, second.content, second.root) == ("<b@x>", b"<a/>", True)
    assert second.content_type == "application/xop+xml; charset=UTF-8"


def test_without_start_the_first_part_is_the_root() -> None:
    assert [part.root for part in split('multipart/related; boundary="--=_b 1"', BODY)] == [True, False]


@pytest.mark.parametrize(
    ("body", "contents"),
    [
        (BODY.replace(b"\r\n", b"\n"), [b"first", b"<a/>"]),
        (BODY[: BODY.index(b"----=_b 1--")], [b"first", b"<a/>\r\n"]),
        (BODY[: BODY.index(b"irst")], [b"f"]),
        (b"----=_b 1\r\n\r\nbare\r\n----=_b 1--", [b"bare"]),
        (b"----=_b 1\r\nno gap", [b"no gap"]),
        (b"nothing", []),
        (b"", []),
    ],
)
def test_a_body_that_is_not_right_is_read_as_far_as_it_goes(body: bytes, contents: list[bytes]) -> None:
    assert [part.content for part in split(TYPE, body)] == contents


@pytest.mark.parametrize(
    "content_type", ["", "multipart/related", "multipart/related; boundary=", 'x; boundary="', ";;"]
)
def test_without_a_boundary_there_are_no_parts(content_type: str) -> None:
    assert split(content_type, BODY) == ()


@given(st.text(max_size=80), st.binary(max_size=200))
def test_nothing_received_breaks_the_reader(content_type: str, body: bytes) -> None:
    split(content_type, body)
    split('multipart/related; boundary="b"', b"--b\r\n" + body)
    headers(body)
    unchunked(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", body)


def test_a_parameter_is_read_however_it_is_written() -> None:
    assert parameter("a/b; BOUNDARY=x", "boundary") == "x"
    assert parameter('a/b; boundary="x;y"', "boundary") == "x;y"
    assert parameter("a/b; boundary*=utf-8''x%20y", "boundary") == "x y"
    assert parameter("a/b;\r\n boundary=x", "boundary") == "x"


def test_a_chunked_body_is_shown_without_its_framing() -> None:
    head = b"POST / HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n"
    assert unchunked(head, b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n") == b"abcde"
    assert unchunked(b"POST / HTTP/1.1\r\n\r\n", b"3\r\nabc\r\n0\r\n\r\n") == b"3\r\nabc\r\n0\r\n\r\n"
    assert unchunked(head, b"zz not chunked") == b"zz not chunked"
    assert unchunked(head, b"ffff\r\nshort") == b"short"
