from pathlib import Path

from metadata.errors import ErrorCode
from metadata.errors_page import page
from metadata.rules import BOOK


def test_the_page_of_errors_is_current() -> None:
    written = Path(__file__).parents[2] / "docs" / "errors.md"
    assert written.read_text("utf-8") == page(), "run: python -m metadata.errors_page > docs/errors.md"


def test_every_code_and_every_rule_stands_on_the_page() -> None:
    text = page()
    assert [code for code in ErrorCode if f"## {code}\n" not in text] == []
    assert [rule.id for rule in BOOK if f"`{rule.id}" not in text] == []
