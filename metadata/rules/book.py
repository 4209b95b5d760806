"""Rules, the book that holds them, and the findings they give.

A rule is everything that is to be known of one demand of the standard: a stable id, a level, the IHE error code for
each transaction, the section, the sentence in English and in French, and the function that looks. The server, the
linter and the documentation read the same book.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, TypeVar

from metadata.errors import ErrorCode, RegistryError


class Level(Enum):
    """How much a rule weighs."""

    MUST = "MUST"
    """Broken: the message is refused."""
    SHOULD = "SHOULD"
    """Broken: the message is accepted and the sender is told in a warning."""


MUST: Final = Level.MUST
SHOULD: Final = Level.SHOULD


class On(Enum):
    """What the function of a rule is given."""

    SUBMISSION = "message"
    """The `Submission`, once."""
    OBJECT = "ebRIM object"
    """Each object as a `View`: slots, classifications and identifiers as received."""
    ENTRY = "DocumentEntry"
    SUBMISSION_SET = "SubmissionSet"
    FOLDER = "Folder"
    ASSOCIATION = "Association"
    CALL = "own inputs"
    """Nothing: another part of Carnet looks, and raises the rule by its name."""


class Shape(Enum):
    """What a RegistryObject turns out to be."""

    ENTRY = On.ENTRY
    SUBMISSION_SET = On.SUBMISSION_SET
    FOLDER = On.FOLDER
    ASSOCIATION = On.ASSOCIATION
    PACKAGE = On.OBJECT
    """A RegistryPackage that is neither SubmissionSet nor Folder, or both."""

    @property
    def word(self) -> str:
        """The name that the standard gives it."""
        return "RegistryPackage" if self is Shape.PACKAGE else str(self.value.value)


Codes = Mapping[str, ErrorCode]
"""Transaction → the code that a breach has in it. Its keys are the transactions the rule belongs to."""

METADATA: Final[Codes] = {
    "ITI-41": ErrorCode.REPOSITORY_METADATA_ERROR,
    "ITI-42": ErrorCode.REGISTRY_METADATA_ERROR,
    "ITI-61": ErrorCode.REGISTRY_METADATA_ERROR,
}
"""Bad metadata, found by whichever of the two actors looks."""


def in_each(code: ErrorCode, *transactions: str) -> Codes:
    """The same code in several transactions."""
    return dict.fromkeys(transactions, code)


@dataclass(frozen=True, slots=True)
class Mark:
    """One breach as the function of a rule reports it."""

    at: str
    """XPath below its object: `/Slot[@name='hash']`; empty for the object itself."""
    values: Mapping[str, object]
    """What the sentence needs."""
    object_id: str | None = None
    """The object it is about, where that is not the subject of the rule."""


Marks = Sequence[Mark]
NONE: Final[Marks] = ()
"""Nothing wrong."""


def mark(at: str = "", *, on: str | None = None, **values: object) -> tuple[Mark]:
    """One breach, as the tuple that a rule returns."""
    return (Mark(at, values, on),)


@dataclass(frozen=True, eq=False, slots=True)
class Rule:
    """One demand, with all that is said about it."""

    id: str
    """Stable for ever; a withdrawn id is not used again."""
    level: Level
    codes: Codes
    spec: str
    """`ITI TF-3 4.2.3.2.10`."""
    en: str
    """The sentence, with `{got}` and the other values of the mark."""
    fr: str
    on: On
    check: Callable[[Any, Any], Marks] | None = None
    only: frozenset[Shape] = frozenset()
    """For `On.OBJECT`: the shapes it looks at; empty means all."""
    needs_facts: bool = False
    """Whether it asks what the registry holds."""

    @property
    def transactions(self) -> tuple[str, ...]:
        return tuple(self.codes)

    def sentence(self, language: str) -> str:
        """The template in `language`; English for every language but French."""
        return self.fr if language.startswith("fr") else self.en


MAX_SHOWN: Final = 120
"""Characters of a received value that a sentence repeats."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule: which, where, and with what values."""

    rule: Rule
    at: str
    """XPath in the message, or a name that helps the sender find the place."""
    object_id: str
    """Id of the object, symbolic or `urn:uuid:`; empty when it is about the whole message."""
    values: Mapping[str, object]
    transaction: str

    @property
    def code(self) -> ErrorCode:
        """The IHE error code in this transaction."""
        return self.rule.codes[self.transaction]

    def message(self, language: str = "en") -> str:
        """The sentence, in English (`en`) or French (`fr`)."""
        shown = {name: _shown(value) for name, value in self.values.items()}
        return self.rule.sentence(language).format_map(_Values(shown, object=self.object_id))

    def error(self, language: str = "en") -> RegistryError:
        """What goes on the wire: the sentence, then the rule and its section. # ITI TF-3 4.2.4.1"""
        context = f"{self.message(language)} [{self.rule.id}, {self.rule.spec}]"
        return RegistryError(self.code, context, self.at, warning=self.rule.level is SHOULD)


class _Values(dict[str, str]):
    """A value that a finding lacks shows as nothing: a sentence with a gap is better than no answer."""

    def __missing__(self, key: str) -> str:
        return ""


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


@dataclass(frozen=True, eq=False, slots=True)
class RuleBook:
    """Rules by id, in the order written. Books add up: `BOOK + french`."""

    rules: dict[str, Rule] = field(default_factory=dict)

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> "RuleBook":
        """A book of `rules`. Raises ValueError for an id that stands twice."""
        book = cls()
        for one in rules:
            book.add(one)
        return book

    def add(self, rule: Rule) -> None:
        """Enter one more. Raises ValueError if its id is taken."""
        if rule.id in self.rules:
            raise ValueError(f"rule {rule.id} stands twice in the book; ids are unique for ever")
        self.rules[rule.id] = rule

    def __add__(self, other: "RuleBook") -> "RuleBook":
        return RuleBook.of([*self, *other])

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules.values())

    def __len__(self) -> int:
        return len(self.rules)

    def __contains__(self, rule_id: str) -> bool:
        return rule_id in self.rules

    def __getitem__(self, rule_id: str) -> Rule:
        return self.rules[rule_id]


BOOK: Final = RuleBook()
"""The rules of IHE XDS.b as Carnet applies them."""

_Check = TypeVar("_Check", bound=Callable[..., Any])


def rule(
    *,
    id: str,  # noqa: A002 - the word of the standard for it
    level: Level,
    code: Codes,
    spec: str,
    en: str,
    fr: str,
    on: On,
    only: Iterable[Shape] = (),
    needs_facts: bool = False,
    book: RuleBook = BOOK,
) -> Callable[[_Check], _Check]:
    """Enter the decorated function into `book` as the check of a new rule; the function itself stays as it is.

    With `on=On.CALL` the function has inputs of its own and is called by whoever has them.
    """

    def enter(check: _Check) -> _Check:
        looks = None if on is On.CALL else check
        book.add(Rule(id, level, code, spec, en, fr, on, looks, frozenset(only), needs_facts))
        return check

    return enter


def named(
    *,
    id: str,  # noqa: A002 - as above
    level: Level,
    code: Codes,
    spec: str,
    en: str,
    fr: str,
    book: RuleBook = BOOK,
) -> Rule:
    """Enter a rule that has no function of its own and is raised with `finding(id, …)`."""
    entered = Rule(id, level, code, spec, en, fr, On.CALL)
    book.add(entered)
    return entered


def finding(
    rule_id: str,
    *,
    at: str = "",
    object_id: str = "",
    transaction: str | None = None,
    book: RuleBook = BOOK,
    **values: object,
) -> Finding:
    """The finding that rule `rule_id` is broken; `transaction` defaults to the first that the rule belongs to."""
    broken = book[rule_id]
    return Finding(broken, at, object_id, values, transaction or broken.transactions[0])
