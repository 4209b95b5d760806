"""The two French books: one set of rules, weighed as the DMP's reality has it, or as its specification has it.

Official sample messages and certified software break some of what is written. Those rules warn in `FRENCH` and refuse
in `FRENCH_STRICT`; a rule is written down once, with both of its levels.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final, TypeVar

from metadata.rules import METADATA, MUST, SHOULD, Level, RuleBook, named
from metadata.rules.book import Codes, On, Shape, rule

FRENCH: Final = RuleBook()
"""Lenient: what certified software sends is accepted, with warnings where it strays."""
FRENCH_STRICT: Final = RuleBook()
"""Every demand as it is written."""

# the sources that rules cite; the page of rules says what they are
ANS_INS: Final = "ANS Référentiel INS"
SHARING: Final = "CI-SIS Partage de documents de santé"
STRUCTURE: Final = "CI-SIS Structuration minimale"
TD21: Final = "DMP TD2.1"

_Check = TypeVar("_Check", bound=Callable[..., Any])


def demand(
    *,
    id: str,  # noqa: A002 - the word of the standard for it
    lenient: Level,
    strict: Level = MUST,
    spec: str,
    en: str,
    fr: str,
    on: On,
    only: Iterable[Shape] = (),
    code: Codes = METADATA,
) -> Callable[[_Check], _Check]:
    """Enter the decorated function into both books, under the same id."""
    enter = rule(id=id, level=lenient, code=code, spec=spec, en=en, fr=fr, on=on, only=only, book=FRENCH)

    def both(check: _Check) -> _Check:
        entered = enter(check)
        FRENCH_STRICT.add(replace(FRENCH[id], level=strict))
        return entered

    return both


def told(*, id: str, spec: str, en: str, fr: str) -> str:  # noqa: A002 - as above
    """Enter a rule that `dmp.coherence` raises by its id: a warning in one book, a refusal in the other."""
    named(id=id, level=SHOULD, code=_PROVIDE, spec=spec, en=en, fr=fr, book=FRENCH)
    FRENCH_STRICT.add(replace(FRENCH[id], level=MUST))
    return id


_PROVIDE: Final = {"ITI-41": METADATA["ITI-41"]}
"""Only there are the document's bytes at hand."""
