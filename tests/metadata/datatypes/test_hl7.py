import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.datatypes import escape, unescape

TEXTS = st.text("ab^&|~\\EFSTRX é", max_size=12)


@given(TEXTS)
def test_an_escaped_text_is_read_back_the_same(text: str) -> None:
    assert unescape(escape(text)) == text


@given(TEXTS)
def test_an_escaped_text_holds_no_delimiter(text: str) -> None:
    assert not set("^&|~") & set(escape(text))


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        (r"\F\\S\\T\\R\\E\ "[:-1], "|^&~\\"),
        (r"a\b", r"a\b"),
        (r"\X41\ "[:-1], r"\X41\ "[:-1]),
        (r"\E\S\E\ "[:-1], r"\S\ "[:-1]),
    ],
)
def test_only_the_escapes_of_the_delimiters_are_undone(escaped: str, text: str) -> None:
    assert unescape(escaped) == text
