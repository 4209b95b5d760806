"""docs/lint.md says what is in the code."""

import re
from pathlib import Path

from click.testing import CliRunner

from carnet.cli import main
from conformance.judging.book import OWN
from conformance.lint.page import render, written

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "lint.md").read_text()


def test_the_table_of_rules_is_current() -> None:
    assert written(PAGE) == PAGE, "write it again: python -m conformance.lint.page docs/lint.md"


def test_every_rule_stands_in_the_table_once_in_both_languages() -> None:
    table = render()
    assert OWN
    for rule in OWN.values():
        assert table.count(f'<a id="{rule.id}">') == 1, rule.id
        assert rule.en != rule.fr
        assert set(re.findall(r"{(\w+)}", rule.en)) == set(re.findall(r"{(\w+)}", rule.fr)), rule.id


def test_every_option_is_told() -> None:
    shown = set(re.findall(r"(--[a-z-]+)", CliRunner().invoke(main, ["lint", "--help"]).output)) - {"--help"}
    assert {option for option in shown if option not in PAGE} == set()


def test_every_rule_of_its_own_is_broken_by_some_test() -> None:
    tests = "".join(path.read_text() for path in (ROOT / "tests" / "conformance" / "judging").glob("*.py"))
    untested = {id_ for id_ in OWN if id_ not in tests and not id_.startswith(("vihf.", "saml."))}
    assert untested == set()
