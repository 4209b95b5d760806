"""Which language a sentence is in, by the words that only one of them has."""

import re
from collections.abc import Iterable

from conformance.judging import Remark

ENGLISH = frozenset(
    re.findall(
        r"\S+",
        "the is are not with of and which must has have it its there that be was one for than what who other this to "
        "by from only under where they would should but neither nor whose when while into more",
    )
)
FRENCH = frozenset(
    re.findall(
        r"\S+",
        "le la les est sont une des du dans pas qui que avec et ou aux sur au ne doit n'est d'une d'un ce cette ces "
        "par il elle n'a n'y seul seule être ni dont mais hors depuis lui même attendu vaut sous celui celle",
    )
)
_QUOTED = re.compile(r"\{\w+\}|Clinique des Tilleuls|«[^»]*»|(?<!\w)'[^']*'(?!\w)|\"[^\"]*\"")
_WORD = re.compile(r"(?<![\w-])[a-zà-ÿ]+(?:'[a-zà-ÿ]+)?(?![\w-])")


def foreign(text: str, words: frozenset[str]) -> set[str]:
    """The words of another language in a sentence; what it quotes left aside."""
    plain = _QUOTED.sub(" ", text.replace("’", "'"))
    return {word for word in _WORD.findall(plain) if word in words}


def mixed(remarks: Iterable[Remark]) -> list[tuple[str, str, str]]:
    """Rule, language and sentence of each remark that is not whole in it."""
    found = []
    for each in remarks:
        if words := foreign(each.en, FRENCH):
            found.append((each.rule, f"French {sorted(words)}", each.en))
        if words := foreign(each.fr, ENGLISH):
            found.append((each.rule, f"English {sorted(words)}", each.fr))
    return found
