"""The patterns of `$…AuthorPerson` and `$…ReferenceIdList`: `%` any run of characters, `_` any one; no escape exists.

SQL LIKE narrows the rows down; `matches` then decides, value by value: in the database a `%` may run across the values
of one column. # ITI TF-2 3.18.4.1.2.3.7.1
"""

from typing import Final

ESCAPE: Final = "\\"
MOST_IN_SQL: Final = 50
"""Alternatives that go into one statement: more make an expression that engines refuse."""


def like_pattern(pattern: str) -> str:
    """The LIKE pattern, with `ESCAPE`, for a column that holds a value of `pattern` on one of its lines."""
    return "%\n" + pattern.replace(ESCAPE, ESCAPE * 2) + "\n%"


def like_exactly(line: str) -> str:
    """The LIKE pattern, with `ESCAPE`, for a column that holds `line` as one of its lines; `_` and `%` are literal."""
    escaped = line.replace(ESCAPE, ESCAPE * 2).replace("%", ESCAPE + "%").replace("_", ESCAPE + "_")
    return "%\n" + escaped + "\n%"


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of `text` is of `pattern`. At most len(pattern) × len(text) steps, whatever the pattern."""
    if "%" not in pattern and "_" not in pattern:
        return pattern == text
    at, position = 0, 0
    star, resume = -1, 0
    while position < len(text):
        # a % before all else: in the text it may stand for itself, which must not hide the wildcard
        if at < len(pattern) and pattern[at] == "%":
            star, resume = at, position
            at += 1
        elif at < len(pattern) and pattern[at] in ("_", text[position]):
            at += 1
            position += 1
        elif star >= 0:
            resume += 1
            at, position = star + 1, resume
        else:
            return False
    return not pattern[at:].strip("%")
