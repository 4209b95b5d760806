"""What checks of tokens, signatures and certificates say, in both languages.

`security` speaks English and `dmp` French: here is what each sentence is in the other language. A sentence that stands
in no table stays as it is, and a test finds it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from dmp.phrases.certificates import CERTIFICATES
from dmp.phrases.datatypes import DATATYPES
from dmp.phrases.messages import MESSAGES
from dmp.phrases.names import NAMES
from dmp.phrases.sets import SETS
from dmp.phrases.signatures import SIGNATURES
from dmp.phrases.tokens import TOKENS
from dmp.phrases.vihf import VIHF

__all__ = ["PHRASES", "in_english", "in_french"]

PHRASES: Final = (*TOKENS, *VIHF, *SIGNATURES, *SETS, *CERTIFICATES, *NAMES, *MESSAGES, *DATATYPES)
"""(English, French), `{}` for each value, in the same order."""

_FEW: Final = 16
"""Characters: a sentence with fewer of its own takes one word for each value."""
_LONGEST: Final = 2000
"""Characters; what is longer is somebody's text, and stays as it is."""
_DEPTH: Final = 3
"""A value may be a sentence in turn, so many times."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    parts: tuple[str, ...]
    """What stands around the values."""
    words: bool
    """Each value is one word."""
    other: str
    """The same in the other language."""

    def values(self, text: str) -> list[str] | None:
        """The values in `text`, None when it is another sentence. In one pass: the text may be anybody's."""
        if len(self.parts) == 1:
            return [] if text == self.parts[0] else None
        first, *between, last = self.parts
        end = len(text) - len(last)
        if end < len(first) or not (text.startswith(first) and text.endswith(last)):
            return None
        found, at = [], len(first)
        for part in between:
            place = text.find(part, at, end)
            if place < 0:
                return None
            found.append(text[at:place])
            at = place + len(part)
        found.append(text[at:end])
        return None if self.words and any(each.split() != [each] for each in found) else found


def _sentences(pairs: Iterable[tuple[str, str]]) -> tuple[_Sentence, ...]:
    """Those with the most words of their own first, as they tell most."""
    return tuple(
        _Sentence(tuple(one.split("{}")), _takes_words(one), other)
        for one, other in sorted(pairs, key=lambda pair: -len(pair[0].replace("{}", "")))
    )


def _takes_words(sentence: str) -> bool:
    return len(sentence.replace("{}", "")) < _FEW and not sentence.endswith((": {}", ": « {} »"))


_TO_FRENCH: Final = _sentences(PHRASES)
_TO_ENGLISH: Final = _sentences((french, english) for english, french in PHRASES)


def in_french(text: str) -> str:
    """The sentence in French."""
    return _said(text, french=True) if len(text) <= _LONGEST else text


def in_english(text: str) -> str:
    """The sentence in English."""
    return _said(text, french=False) if len(text) <= _LONGEST else text


@lru_cache(maxsize=1024)
def _said(text: str, *, french: bool, depth: int = 0) -> str:
    for sentence in _TO_FRENCH if french else _TO_ENGLISH:
        values = sentence.values(text)
        if values is not None:
            deeper = depth < _DEPTH
            said = (_said(v, french=french, depth=depth + 1) if deeper and " " in v else v for v in values)
            return sentence.other.format(*said)
    return text
