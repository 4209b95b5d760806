"""Content-Type values as they are sent."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soap.mime import MimeError, parse_header_block, parse_media_type


def test_quoted_and_bare_parameters_are_read() -> None:
    media = parse_media_type(
        'Multipart/Related; boundary=uuid:1+id=1;type = "application/xop+xml" ; START="<a@b>"; x="a\\"b;c=\\\\"'
    )
    assert media.name == "multipart/related"
    assert media.parameters == {
        "boundary": "uuid:1+id=1",
        "type": "application/xop+xml",
        "start": "<a@b>",
        "x": 'a"b;c=\\',
    }


def test_a_bare_media_type_as_value_is_read() -> None:
    # Axis2 leaves the quotes of start-info out
    media = parse_media_type("multipart/related; start-info=application/soap+xml; boundary=MIMEBoundary_1")
    assert media.get("start-info") == "application/soap+xml"


def test_the_first_of_a_repeated_parameter_counts() -> None:
    assert parse_media_type("a/b; charset=x; charset=y").get("charset") == "x"


def test_nothing_stays_nothing() -> None:
    assert parse_media_type(" ").name == ""
    assert parse_media_type("a/b; ;").parameters == {}


def test_pieces_and_charsets_of_rfc_2231_are_joined() -> None:
    media = parse_media_type(
        "a/b; boundary*0=one; boundary*1=\"two\"; start*=utf-8''%3Ca%C3%A9%3E; x*0*=iso-8859-1'fr'%E9; x*1=b"
    )
    assert media.parameters == {"boundary": "onetwo", "start": "<aé>", "x": "éb"}


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "/b",
        "a/b; =x",
        'a/b; x="open',
        'a/b; x="y"z',
        "a/b; x*1=y",
        "a/b; x*z=y",
        "a/b; x*=nonsense''%41",
        "a/b, c/d",
    ],
)
def test_what_breaks_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(MimeError):
        parse_media_type(text)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60))
def test_any_text_survives_as_a_quoted_string(value: str) -> None:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    assert parse_media_type(f'a/b; x="{quoted}"; y=z').parameters == {"x": value, "y": "z"}


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(MimeError):
        parse_media_type(text)


def test_the_first_of_a_repeated_header_counts() -> None:
    assert parse_header_block(b"A: 1\r\na: 2\r\nB:3") == {"a": "1", "b": "3"}
