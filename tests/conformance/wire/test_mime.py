"""Multipart messages: what is written is read back, byte for byte."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.wire.mime import BadMime, Package, Part, parameters, read


@given(st.binary(max_size=2000), st.binary(max_size=2000))
def test_any_bytes_come_back_as_they_were(root: bytes, document: bytes) -> None:
    package = Package(root, (Part(document, "d1@conformance", "application/pdf"),))
    parts = read(package.content_type, package.body())
    assert [part.content for part in parts] == [root, document]
    assert [part.content_id for part in parts] == ["root@conformance", "d1@conformance"]
    assert parts[1].content_type == "application/pdf"


def test_the_part_that_start_names_is_the_root_wherever_it_stands() -> None:
    body = b"--b\r\nContent-ID: <doc>\r\n\r\nd\r\n--b\r\nContent-ID: <root>\r\n\r\nr\r\n--b--\r\n"
    assert [part.content for part in read('multipart/related; boundary=b; start="<root>"', body)] == [b"r", b"d"]


@pytest.mark.parametrize(
    ("content_type", "body", "says"),
    [
        ("text/html", b"<html>", "no multipart with a boundary"),
        ("multipart/related", b"--b\r\n\r\n\r\n--b--", "no multipart with a boundary"),
        ("multipart/related; boundary=other", b"--b\r\n\r\n\r\n--b--", "no delimiter --other"),
        ("multipart/related; boundary=b", b"--b\r\n\r\nx", "closing delimiter"),
    ],
)
def test_a_body_that_is_not_what_it_says_is_told_in_a_sentence(content_type: str, body: bytes, says: str) -> None:
    with pytest.raises(BadMime, match=says):
        read(content_type, body)


@given(st.text(max_size=80), st.binary(max_size=300))
def test_nothing_that_is_received_raises_anything_else(content_type: str, body: bytes) -> None:
    with contextlib.suppress(BadMime):
        read(content_type, body)
    parameters(content_type)


def test_parameters_are_read_with_quotes_and_without() -> None:
    assert parameters('Multipart/Related; boundary="a;b"; TYPE="application/xop+xml"') == (
        "multipart/related",
        {"boundary": "a;b", "type": "application/xop+xml"},
    )
