import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.queries.patterns import like_exactly, like_pattern, matches

_TEXT = st.text(alphabet="ab%_^\\é", max_size=12)


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("", "", True),
        ("", "a", False),
        ("%", "", True),
        ("%%", "anything", True),
        ("a%", "a", True),
        ("_", "é", True),
        ("_", "", False),
        ("a_c", "abc", True),
        ("%b%", "abc", True),
        ("%B%", "abc", False),
        ("a%c%e", "abcde", True),
        ("a%c%e", "abcd", False),
        ("%a%", "%ab", True),
        ("a.c", "abc", False),
    ],
)
def test_percent_is_any_run_and_underscore_any_character(pattern: str, text: str, matched: bool) -> None:
    assert matches(pattern, text) is matched


@given(_TEXT, _TEXT)
def test_patterns_match_what_the_same_regular_expression_matches(pattern: str, text: str) -> None:
    expression = "".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in pattern)
    assert matches(pattern, text) is (re.fullmatch(expression, text, re.DOTALL) is not None)


def test_a_pattern_of_many_wildcards_ends_soon() -> None:
    assert not matches("%a" * 120 + "b", "a" * 2_000)


def test_wildcards_pass_into_sql_and_everything_else_is_literal() -> None:
    assert like_pattern("a%_\\") == "%\na%_\\\\\n%"
    assert like_exactly("C:MASQUE_PS^^1%\\") == "%\nC:MASQUE\\_PS^^1\\%\\\\\n%"
