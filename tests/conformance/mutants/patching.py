"""How a mutant changes the server: every function here fails when what it changes is no longer there.

A name is replaced where it is looked up: a module that has `from x import f` keeps an `f` of its own.
"""

import dataclasses
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any, TypeVar

from metadata.rules import BOOK, RuleBook

T = TypeVar("T")


class Gone(Exception):
    """What a mutant changes is not in the server any more: write the mutant again."""


def replace(holder: Any, name: str, new: Any) -> None:
    """`holder.name` becomes `new`; `holder` is a module or a class."""
    if name not in vars(holder):
        raise Gone(f"{getattr(holder, '__name__', holder)} has no {name} of its own")
    setattr(holder, name, new)


def wrap(holder: Any, name: str, around: Callable[..., Any]) -> None:
    """`holder.name(…)` becomes `around(what it was, …)`."""
    if name not in vars(holder):
        raise Gone(f"{getattr(holder, '__name__', holder)} has no {name} of its own")
    was = getattr(holder, name)
    if not callable(was):
        raise Gone(f"{name} is no function")
    setattr(holder, name, lambda *given, **named: around(was, *given, **named))


def replace_item(mapping: MutableMapping[Any, Any], key: Any, new: Any) -> None:
    """`mapping[key]` becomes `new`."""
    if key not in mapping:
        raise Gone(f"there is no {key!r} to replace")
    mapping[key] = new


def silence(*rule_ids: str, book: RuleBook = BOOK) -> None:
    """These rules stay in the book and are never broken."""
    for rule_id in rule_ids:
        if rule_id not in book or book[rule_id].check is None:
            raise Gone(f"{rule_id} is no rule that looks")
        book.rules[rule_id] = dataclasses.replace(book[rule_id], check=lambda _subject, _case: ())


def without(items: Iterable[T], gone: Callable[[T], bool]) -> tuple[T, ...]:
    """The items but those that are `gone`, of which there must be one."""
    every = tuple(items)
    left = tuple(item for item in every if not gone(item))
    if len(left) == len(every):
        raise Gone("there is nothing to leave out")
    return left


def nothing(*_given: Any, **_named: Any) -> None:
    """A check that finds nothing wrong."""
