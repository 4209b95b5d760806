"""What `carnet rules` lists and explains: the rules of IHE, of the DMP, of signatures, and of the linter alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

import conformance.judging.judge  # noqa: F401 - its modules enter their rules
from conformance.judging.book import OWN
from dmp.lot_rules import LOT
from dmp.rules import FRENCH, FRENCH_STRICT
from dmp.waiving import why_not
from metadata.rules import BOOK
from metadata.rules.book import Rule

BOOKS: Final = ("ihe", "dmp", "signature", "lint")
_TITLES: Final = {
    "ihe": "IHE: every submission, query and retrieval (docs/rules.md)",
    "dmp": "The DMP: --profile dmp (docs/rules-dmp.md)",
    "signature": "The signature of a submission set (docs/rules-signature.md)",
    "lint": "The linter and the watch alone: the wire, tokens, CDA headers (docs/lint.md)",
}


_OWN: Final = "cannot be waived: carnet lint --level and --fail-on say what counts"


@dataclass(frozen=True, slots=True)
class Told:
    """One rule as the command tells it."""

    id: str
    book: str
    level: str
    section: str
    en: str
    fr: str
    codes: str = ""
    """`XDSRegistryMetadataError (ITI-42, ITI-61)`; empty for what is no answer of a server."""
    waiving: str = ""

    def sentence(self, language: str) -> str:
        return self.fr if language == "fr" else self.en


def every_rule() -> Iterator[Told]:
    """All of them, book by book."""
    for rule in BOOK:
        yield _told(rule, "ihe", "cannot be waived: it is part of what a service does" if rule.check is None else None)
    for rule in FRENCH:
        strict = FRENCH_STRICT[rule.id].level
        level = rule.level.value if strict is rule.level else f"{rule.level.value} ({strict.value} with strict)"
        yield _told(rule, "dmp", why_not(rule.id), level)
    for rule in LOT:
        yield _told(rule, "signature", why_not(rule.id))
    for own in OWN.values():
        yield Told(own.id, "lint", own.level.value, own.section, own.en, own.fr, waiving=_OWN)


def _told(rule: Rule, book: str, why_not_waived: str | None, level: str = "") -> Told:
    by_code: dict[str, list[str]] = {}
    for transaction, code in rule.codes.items():
        by_code.setdefault(str(code), []).append(transaction)
    codes = "; ".join(f"{code} ({', '.join(transactions)})" for code, transactions in by_code.items())
    waiving = why_not_waived or "an affinity domain may waive it: [rules] waive"
    en, fr = (text.replace("{detail}", "") for text in (rule.en, rule.fr))
    return Told(rule.id, book, level or rule.level.value, rule.spec, en, fr, codes, waiving)


def show_rules(names: Sequence[str], book: str, language: str) -> None:
    """The rules of a book, or those that `names` begin, and one alone with all that is known of it.

    Raises `click.UsageError` for a name that no rule has or begins with.
    """
    console = Console(highlight=False, markup=False, emoji=False)
    found = [each for each in every_rule() if book in ("all", each.book)]
    if names:
        _explain(console, [each for name in names for each in _named(name, found)], language)
        return
    for each_book in BOOKS:
        told = [each for each in found if each.book == each_book]
        if told:
            console.print(Text(_TITLES[each_book], "bold underline"))
        for each in told:
            console.print(_head(each))
            console.print(Padding(Text(each.sentence(language)), (0, 0, 0, 4)))
    console.print(Text(f"{len(found)} rules", "dim"))


def _named(name: str, found: Sequence[Told]) -> list[Told]:
    exact = [each for each in found if each.id == name]
    beginning = [each for each in found if each.id.startswith(name)]
    if not beginning:
        near = get_close_matches(name, [each.id for each in found], 1)
        advice = f"did you mean {near[0]}?" if near else "carnet rules lists them all"
        raise click.UsageError(f"no rule is called {name} or begins so; {advice}")
    return exact or beginning


def _explain(console: Console, found: Sequence[Told], language: str) -> None:
    for each in found:
        console.print(_head(each))
        lines = [each.sentence(language), each.en if language == "fr" else each.fr, _TITLES[each.book]]
        for line in (*lines, each.codes and f"answered by {each.codes}", each.waiving):
            if line:
                console.print(Padding(Text(line), (0, 0, 0, 4)))


def _head(told: Told) -> Text:
    return Text.assemble((told.id, "bold"), f"  {told.level}  ", (told.section, "dim"))
