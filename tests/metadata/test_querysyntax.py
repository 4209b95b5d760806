import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from metadata.querysyntax import VALUE_LENGTH, QuerySyntaxError, parse, parse_values, quote, write_lists


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("123", ("123",)),
        ("-1.5", ("-1.5",)),
        ("'abc'", ("abc",)),
        ("'O''Brien'", ("O'Brien",)),
        ("''''", ("'",)),
        ("''", ("",)),
        ('"abc"', ("abc",)),
        ('"say ""so"" it\'s"', ('say "so" it\'s',)),
        ("('a')", ("a",)),
        ("('a','b')", ("a", "b")),
        ("(1,'b',2)", ("1", "b", "2")),
        ("( 'a' ,\n\t'b' )", ("a", "b")),
        ("  'a'  ", ("a",)),
        ("(' a ')", (" a ",)),
        ("('a,b','(c)','d''e')", ("a,b", "(c)", "d'e")),
        ("('^Smith^%_')", ("^Smith^%_",)),
        ("()", ()),
        ("( )", ()),
        ("", ()),
        (" \n", ()),
    ],
)
def test_a_value_reads_as_its_literals(written: str, values: tuple[str, ...]) -> None:
    assert parse(written) == values


@pytest.mark.parametrize(
    ("written", "complaint", "position"),
    [
        ("'abc", "never ends", 0),
        ("('a','b", "never ends", 5),
        ('"abc', "never ends", 0),
        ("'abc''", "never ends", 0),
        ("('a'", "missing ')'", 4),
        ("('a',", "missing value", 5),
        ("('a',)", "')' where a value", 5),
        ("(,'a')", "',' where a value", 1),
        ("('a','b'))", "')' after the closing parenthesis", 9),
        ("(('a'))", "'(' where a value", 1),
        ("('a' 'b')", "instead of ',' or ')'", 5),
        ("'a','b'", "a list needs parentheses", 3),
        ("abc", "text without quotes", 0),
        ("urn:uuid:1", "text without quotes", 0),
        ("12ab", "after the value", 2),
        ("'a'x", "after the value", 3),
        ("(", "missing value", 1),
    ],
)
def test_a_malformed_value_is_refused_with_the_place(written: str, complaint: str, position: int) -> None:
    with pytest.raises(QuerySyntaxError, match="character") as caught:
        parse(written)
    assert complaint in str(caught.value)
    assert caught.value.position == position


def test_several_values_of_a_slot_are_one_list() -> None:
    assert parse_values(["('a','b')", "('c')", "'d'"]) == ("a", "b", "c", "d")


def test_an_apostrophe_is_doubled_when_written() -> None:
    assert quote("d'Artagnan") == "'d''Artagnan'"


def test_a_long_list_is_split_between_values_and_never_inside_one() -> None:
    ids = [f"urn:uuid:{n:08d}-0000-4000-8000-000000000000" for n in range(16)]
    lists = write_lists(ids)
    assert len(lists) > 1
    assert all(len(text) <= VALUE_LENGTH and text.startswith("(") and text.endswith(")") for text in lists)
    assert parse_values(lists) == tuple(ids)


def test_a_value_longer_than_a_slot_can_hold_is_not_written() -> None:
    assert write_lists(["x" * 252]) == ("('" + "x" * 252 + "')",)
    with pytest.raises(ValueError, match="256"):
        write_lists(["x" * 253])


@given(st.lists(st.text(max_size=100)))
def test_what_is_written_is_read_back(texts: list[str]) -> None:
    lists = write_lists(texts)
    assert parse_values(lists) == tuple(texts)
    assert all(len(text) <= VALUE_LENGTH for text in lists)


@given(st.one_of(st.text(), st.text(alphabet="'\"(), \n1a-.")))
@example("'" * 9_999)
@example("(" + "1," * 5_000)
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    with contextlib.suppress(QuerySyntaxError):
        assert all(isinstance(value, str) for value in parse(text))
