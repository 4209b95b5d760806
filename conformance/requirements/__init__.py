"""The requirements that a black box can see, and which cases cover them.

Those on behaviour stand in the TOML files of this room, in our own words; those on content are the rules of the rule
books, each a requirement by itself.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from conformance.model import Case, Level
from dmp.lot_rules import LOT
from dmp.rules import FRENCH_STRICT
from metadata.rules import BOOK, RuleBook

_FIELDS: Final = {"id", "section", "level", "asks", "text"}


class BadRequirement(ValueError):
    """A catalogue that does not read; nothing runs until it is mended."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One demand."""

    id: str
    section: str
    level: Level
    asks: str
    """Who: `IHE`, `CI-SIS`, `DMP`."""
    text: str
    """In our own words."""
    catalogue: str
    """The file, or the rule book, that it stands in."""


@dataclass(frozen=True, slots=True)
class Covered:
    """A requirement and the ids of the cases that exercise it."""

    requirement: Requirement
    cases: tuple[str, ...]


def requirements() -> dict[str, Requirement]:
    """All of them, by id. Raises `BadRequirement`."""
    found: dict[str, Requirement] = {}
    for one in (*_catalogues(), *_rules()):
        if one.id in found:
            raise BadRequirement(f"requirement {one.id} stands in {found[one.id].catalogue} and in {one.catalogue}")
        found[one.id] = one
    return found


def coverage(cases: Iterable[Case]) -> list[Covered]:
    """Every requirement with its cases. Raises `BadRequirement` for a case that covers what nobody demands."""
    known, by = requirements(), dict[str, list[str]]()
    for case in cases:
        for each in case.covers:
            if each not in known:
                raise BadRequirement(f"case {case.id} covers {each}, which is neither a requirement nor a rule")
            by.setdefault(each, []).append(case.id)
    return [Covered(one, tuple(by.get(one.id, ()))) for one in known.values()]


def _catalogues() -> Iterator[Requirement]:
    for file in sorted(resources.files(__name__).iterdir(), key=lambda each: each.name):
        if not file.name.endswith(".toml"):
            continue
        try:
            held = tomllib.loads(file.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise BadRequirement(f"{file.name}: {error}") from None
        for told in held.get("requirement", ()):
            yield _requirement(told, file.name)


def _requirement(told: Mapping[str, Any], file: str) -> Requirement:
    if told.keys() != _FIELDS:
        wrong = sorted(told.keys() ^ _FIELDS)
        raise BadRequirement(f"{file}: {told.get('id', 'a requirement')} has or lacks {', '.join(wrong)}")
    try:
        level = Level(told["level"])
    except ValueError:
        raise BadRequirement(f"{file}: {told['id']}: level is MUST or SHOULD, not {told['level']}") from None
    return Requirement(told["id"], told["section"], level, told["asks"], told["text"], file.removesuffix(".toml"))


def _rules() -> Iterator[Requirement]:
    books: tuple[tuple[str, str, RuleBook], ...] = (
        ("rules", "IHE", BOOK),
        ("rules-dmp", "CI-SIS", FRENCH_STRICT),
        ("rules-signature", "DMP", LOT),
    )
    seen = set[str]()
    for name, asks, book in books:
        for rule in book:
            if rule.id not in seen:
                seen.add(rule.id)
                yield Requirement(rule.id, rule.spec, Level(rule.level.value), asks, rule.en, name)
