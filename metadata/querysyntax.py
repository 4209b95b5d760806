"""Values of stored query parameters: the little language inside `rim:Value`; ITI TF-2 3.18.4.1.2.3.4-5.

    123                     a number
    'O''Brien'              a string, an apostrophe inside is doubled
    ('a','b')               a list

Read more freely than written, because clients differ:

* `"a"` is a string too: some examples of the standard quote so.
* White space outside quotes means nothing; inside it is kept.
* A bare literal where a list is due, and a list of one where a bare literal is due, are both read: what counts is how
  many values there are.
* An empty value and `()` hold no value at all: for a required parameter the same as leaving it out.
* A list may be spread over several Values, each with its own parentheses or, when it holds one value, without.

Never read: a list without parentheses, a comma with nothing beside it, a string that does not end, bare words.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

VALUE_LENGTH = 256
"""Longest `rim:Value` in characters (rim:LongName): longer lists are spread over several."""

_SPACE = " \t\r\n"
_LITERAL = re.compile(
    r"""[ \t\r\n]*(?:'([^']*+(?:''[^']*+)*+)'|"([^"]*+(?:""[^"]*+)*+)"|([+-]?[0-9]+(?:\.[0-9]+)?))[ \t\r\n]*"""
)


class QuerySyntaxError(ValueError):
    """A parameter value that is not a literal or a list of literals; the message says where and what was expected."""

    def __init__(self, what: str, position: int) -> None:
        super().__init__(f"{what} at character {position + 1}")
        self.position = position
        """Zero-based."""


def parse(value: str) -> tuple[str, ...]:
    """The values in the text of one `rim:Value`, unquoted, in order; raises `QuerySyntaxError` and nothing else.

    Numbers come as the text they were written in.
    """
    start = len(value) - len(value.lstrip(_SPACE))
    if start == len(value):
        return ()
    if value[start] == "(":
        return tuple(_items(value, start + 1))
    text, end = _literal(value, start)
    if end != len(value):
        raise QuerySyntaxError(f"{value[end]!r} after the value: a list needs parentheses, ('a','b')", end)
    return (text,)


def _items(value: str, start: int) -> Iterator[str]:
    """The literals of a list, from behind its opening parenthesis."""
    position = _skip(value, start)
    if value[position : position + 1] == ")":
        _nothing_after(value, position + 1)
        return
    while True:
        text, position = _literal(value, position)
        yield text
        follower = value[position : position + 1]
        if follower == ")":
            _nothing_after(value, position + 1)
            return
        if follower != ",":
            what = f"{follower!r} instead of ',' or ')'" if follower else "missing ')'"
            raise QuerySyntaxError(what, position)
        position += 1


def _literal(value: str, position: int) -> tuple[str, int]:
    """One string or number and the position behind it and its white space."""
    match = _LITERAL.match(value, position)
    if match is None:
        raise _no_literal(value, position)
    single, double, number = match.groups()
    if single is not None:
        return single.replace("''", "'"), match.end()
    if double is not None:
        return double.replace('""', '"'), match.end()
    return number, match.end()


def _no_literal(value: str, position: int) -> QuerySyntaxError:
    position = _skip(value, position)
    found = value[position : position + 1]
    if not found:
        return QuerySyntaxError("missing value", position)
    if found in "'\"":
        return QuerySyntaxError(f"the string that begins with {found} never ends", position)
    if found in ",()":
        return QuerySyntaxError(f"{found!r} where a value was expected", position)
    return QuerySyntaxError("text without quotes: write 'text', an apostrophe inside doubled", position)


def _nothing_after(value: str, position: int) -> None:
    position = _skip(value, position)
    if position != len(value):
        raise QuerySyntaxError(f"{value[position]!r} after the closing parenthesis", position)


def _skip(value: str, position: int) -> int:
    while position < len(value) and value[position] in _SPACE:
        position += 1
    return position


def parse_values(values: Iterable[str]) -> tuple[str, ...]:
    """The values of one Slot: those of its `rim:Value` elements one after the other, alternatives of one OR."""
    return tuple(text for value in values for text in parse(value))


def quote(text: str) -> str:
    """`O'Brien` → `'O''Brien'`."""
    return "'" + text.replace("'", "''") + "'"


def write_lists(texts: Sequence[str]) -> tuple[str, ...]:
    """Parenthesised lists of strings, as few as `VALUE_LENGTH` allows, never split inside a value.

    Raises `ValueError` for a text that no `rim:Value` can hold.
    """
    lists: list[str] = []
    line = ""
    for text in texts:
        literal = quote(text)
        if len(literal) + 2 > VALUE_LENGTH:
            raise ValueError(f"query values hold at most {VALUE_LENGTH} characters with their quotes: {text[:40]}…")
        if line and len(line) + len(literal) + 3 > VALUE_LENGTH:
            lists.append(f"({line})")
            line = ""
        line = f"{line},{literal}" if line else literal
    lists.append(f"({line})")
    return tuple(lists)
