"""What checks of tokens, signatures and certificates say, in both languages.

`security` speaks English and `dmp` French: here is what each sentence is in the other language. A sentence that stands
in no table stays as it is, and a test finds it.
"""

import re
from collections.abc import Iterable
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
_Compiled = tuple[tuple[re.Pattern[str], str], ...]


def _compiled(pairs: Iterable[tuple[str, str]]) -> _Compiled:
    """The most telling first: what has the most words of its own. What has few takes one word for each value."""
    found = sorted(pairs, key=lambda pair: -len(pair[0].replace("{}", "")))
    return tuple(
        (re.compile(_value(one).join(map(re.escape, one.split("{}"))), re.DOTALL), other) for one, other in found
    )


def _value(sentence: str) -> str:
    few = len(sentence.replace("{}", "")) < _FEW and not sentence.endswith((": {}", ": « {} »"))
    return r"(\S+?)" if few else "(.*?)"


_TO_FRENCH: Final = _compiled(PHRASES)
_TO_ENGLISH: Final = _compiled((french, english) for english, french in PHRASES)


def in_french(text: str) -> str:
    """The sentence in French."""
    return _said(text, french=True)


def in_english(text: str) -> str:
    """The sentence in English."""
    return _said(text, french=False)


@lru_cache(maxsize=1024)
def _said(text: str, *, french: bool) -> str:
    for pattern, other in _TO_FRENCH if french else _TO_ENGLISH:
        found = pattern.fullmatch(text)
        if found is not None:
            return other.format(*(_said(each, french=french) if " " in each else each for each in found.groups()))
    return text
