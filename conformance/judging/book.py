"""The rules of judging itself: the wire, envelopes, answers, tokens; those of metadata are in the rule books."""

import re
from dataclasses import dataclass
from typing import Final

from conformance.judging.remark import Remark
from conformance.model import Level
from dmp.phrases import in_english, in_french

_LONGEST: Final = 160
"""Characters of a received value that a sentence repeats."""
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
OWN: Final[dict[str, "OwnRule"]] = {}
"""Every rule of this room by its id, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Both:
    """A value that is words, and so another one in each language."""

    en: str
    fr: str


def told(words: object) -> Both:
    """What another room says, in either language; in French quoted, where only a library has words for it."""
    text = str(words)
    english, french = in_english(text), in_french(text)
    unknown = english == french and " " in text
    return Both(english, f"« {text} »" if unknown else french)


@dataclass(frozen=True, slots=True)
class OwnRule:
    """One demand; called with a place and the values of its sentence, it gives the remark that it is broken."""

    id: str
    level: Level
    section: str
    en: str
    fr: str
    code: str = ""

    def __call__(self, where: str = "", *, part: str = "", **values: object) -> Remark:
        en = clean(self.en.format_map({name: short(_in(value, french=False)) for name, value in values.items()}))
        fr = clean(self.fr.format_map({name: short(_in(value, french=True)) for name, value in values.items()}))
        return Remark(self.id, self.level, self.section, clean(where), en, fr, clean(part), self.code)


def _in(value: object, *, french: bool) -> object:
    if not isinstance(value, Both):
        return value
    return value.fr if french else value.en


def rule(id: str, level: Level, section: str, en: str, fr: str, *, code: str = "") -> OwnRule:  # noqa: A002
    """Enter a rule into the book. Raises ValueError if its id is taken."""
    if id in OWN:
        raise ValueError(f"rule {id} stands twice in the book")
    OWN[id] = OwnRule(id, level, section, en, fr, code)
    return OWN[id]


def short(value: object) -> str:
    """A received value as a sentence repeats it."""
    text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def clean(text: str) -> str:
    """Without what would move the cursor or turn the writing of a terminal: all that is shown came from outside."""
    return _UNPRINTABLE.sub(" ", text)
