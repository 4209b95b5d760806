"""The book of cases: how one is entered, how all are loaded, how some are selected.

@case(
    "iti-42/4.1.3.3/1",
    title="Registers one document entry",
    requirement="The registry stores the metadata of a valid submission and answers Success.",
    section="ITI TF-2 3.42.4.1.3.3",
    passing=SUCCESS,
)
def registers(trial: Trial) -> None:
    trial.register(Submission.of(trial.entry())).succeeds()
"""

import difflib
import importlib
import importlib.util
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance.model import MUST, Case, Level

if TYPE_CHECKING:
    from conformance.trial import Trial

Run = Callable[["Trial"], None]

_ID: Final = re.compile(r"[a-z0-9][a-z0-9.-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)+")

WITHDRAWN: Final[frozenset[str]] = frozenset()
"""Ids that were cases once: never used again."""


class BadCase(Exception):
    """A case that cannot be entered, or a module of cases that does not load: nothing runs until it is mended."""


class UnknownSelector(ValueError):
    """A selector that selects nothing."""


class Book:
    """Cases by id, in the order entered."""

    def __init__(self) -> None:
        self._cases: dict[str, Case] = {}

    def enter(self, one: Case) -> None:
        """Raises `BadCase` for an id that is malformed, taken or withdrawn, and for empty texts."""
        if not _ID.fullmatch(one.id):
            raise BadCase(f"case id {one.id!r} is not transaction/section/ordinal, such as iti-42/4.1.3.3/1")
        if one.id in self._cases or one.id in WITHDRAWN:
            raise BadCase(f"case id {one.id} is taken; ids are unique for ever")
        for name in ("title", "requirement", "section", "passing", "asks"):
            if not getattr(one, name).strip():
                raise BadCase(f"case {one.id} has no {name}")
        if not one.profiles:
            raise BadCase(f"case {one.id} belongs to no profile")
        self._cases[one.id] = one

    def __iter__(self) -> Iterator[Case]:
        return iter(self._cases.values())

    def __len__(self) -> int:
        return len(self._cases)

    def __contains__(self, case_id: str) -> bool:
        return case_id in self._cases

    def __getitem__(self, case_id: str) -> Case:
        return self._cases[case_id]

    def near(self, word: str) -> str:
        """The id or the beginning of ids that is most like `word`; empty if none is."""
        known = dict.fromkeys(prefix for one in self for prefix in _prefixes(one.id))
        found = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.4)
        return found[0] if found else ""


BOOK: Final = Book()
"""Every case that was loaded."""

IHE: Final = frozenset({"ihe"})
DMP: Final = frozenset({"dmp"})


def case(
    case_id: str,
    *,
    title: str,
    requirement: str,
    section: str,
    passing: str,
    level: Level = MUST,
    asks: str = "IHE",
    profiles: Iterable[str] = IHE,
    covers: Sequence[str] = (),
    needs: Iterable[str] = (),
    optional: str = "",
    title_fr: str = "",
    requirement_fr: str = "",
    book: Book = BOOK,
) -> Callable[[Run], Run]:
    """Enters the decorated function as a case; the words are those of `Case`. Raises `BadCase`.

    A table of like cases enters each row with `case(row.id, …)(functools.partial(run, row))`.
    """

    def enter(run: Run) -> Run:
        book.enter(
            Case(
                case_id,
                title,
                requirement,
                section,
                level,
                asks,
                passing,
                frozenset(profiles),
                run,
                tuple(covers),
                frozenset(needs),
                optional,
                title_fr,
                requirement_fr,
            )
        )
        return run

    return enter


def load(directories: Sequence[Path] = ()) -> Book:
    """The book with all cases of `conformance.cases`, and those of each `*.py` in `directories` (or a file).

    Raises `BadCase` when any of them does not load: a typo must never make a case quietly not run.
    """
    import conformance.cases as own

    for module in sorted(info.name for info in pkgutil.iter_modules(own.__path__)):
        importlib.import_module(f"conformance.cases.{module}")
    for place in directories:
        for file in sorted(place.glob("*.py")) if place.is_dir() else [place]:
            _load_file(file)
    return BOOK


def _load_file(file: Path) -> None:
    name = f"conformance_cases_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None or not file.is_file():
        raise BadCase(f"{file} is not a Python file with cases")
    if getattr(sys.modules.get(name), "__file__", None) == str(file):
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BadCase:
        raise
    except Exception as error:
        raise BadCase(f"{file} does not load: {type(error).__name__}: {error}") from error


def matches(case_id: str, selector: str) -> bool:
    """Whether `selector` is the id or the beginning of it, in whole segments: `iti-4` is not `iti-42`."""
    wanted = selector.lower().strip("/")
    return case_id.lower() == wanted or case_id.lower().startswith(wanted + "/")


def select(book: Iterable[Case], selectors: Sequence[str], but: Sequence[str] = ()) -> list[Case]:
    """The cases that any of `selectors` selects (none given: all), less those of `but`, in the order of their ids.

    Raises `UnknownSelector`, with the nearest id, for one that selects nothing.
    """
    cases = sorted(book, key=lambda each: _numbered(each.id))
    for selector in [*selectors, *but]:
        if not any(matches(one.id, selector) for one in cases):
            shelf = Book()
            for one in cases:
                shelf.enter(one)
            near = shelf.near(selector)
            raise UnknownSelector(f"{selector} selects no case" + (f"; did you mean {near}?" if near else ""))
    return [
        one
        for one in cases
        if (not selectors or any(matches(one.id, each) for each in selectors))
        and not any(matches(one.id, each) for each in but)
    ]


def _numbered(case_id: str) -> tuple[tuple[int, str], ...]:
    """Sorts 2 before 10, and iti-8 before iti-18."""
    return tuple((int(piece), "") if piece.isdigit() else (-1, piece) for piece in re.split(r"(\d+)", case_id) if piece)


def _prefixes(case_id: str) -> Iterator[str]:
    segments = case_id.lower().split("/")
    for count in range(1, len(segments) + 1):
        yield "/".join(segments[:count])
