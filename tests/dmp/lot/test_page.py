from pathlib import Path

from dmp.lot_page import render
from dmp.lot_policy import LotLeniency
from dmp.lot_rules import LOT
from security.dsg import Leniency

PAGE = Path(__file__).parents[3] / "docs" / "rules-signature.md"


def test_the_committed_page_is_the_one_the_book_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run: python -m dmp.lot_page > docs/rules-signature.md"


def test_every_rule_and_every_leniency_is_on_the_page() -> None:
    page = render()
    assert all(f"`{rule.id}`" in page for rule in LOT)
    assert all(f"* `{each}`" in page for each in (*Leniency, *LotLeniency))
