"""What the suite says: cases, the checks they make, the verdicts they reach."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from conformance.trial import Trial


class Verdict(Enum):
    """What a case comes to; there are no others."""

    PASS = "PASS"  # noqa: S105 - no password
    """Every MUST was checked and held, and at least one check could have failed."""
    WARN = "WARN"
    """The MUSTs hold, a SHOULD does not."""
    FAIL = "FAIL"
    """The target broke a requirement."""
    NOT_SUPPORTED = "NOT SUPPORTED"
    """The target says that it lacks something optional: in its declaration, or by a legal answer."""
    NOT_RUN = "NOT RUN"
    """Not tested, and why: something it needs was not given, or its preparation was refused."""
    ERROR = "ERROR"
    """The suite is at fault: an exception, or a case that checked nothing."""


class Level(Enum):
    """How much a requirement weighs."""

    MUST = "MUST"
    SHOULD = "SHOULD"


MUST: Final = Level.MUST
SHOULD: Final = Level.SHOULD


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that is tested, with all that is said about it."""

    id: str
    """`iti-42/4.1.3.3/2`: transaction, section, ordinal. Stable for ever; a withdrawn id is not used again."""
    title: str
    """What it does, in one sentence: `Replaces a document and asks for the old entry's status`."""
    requirement: str
    """What is required, in our own words, whole sentence."""
    section: str
    """`ITI TF-2 3.42.4.1.3.3`; where the requirement comes from."""
    level: Level
    asks: str
    """Who asks: `IHE`, `CI-SIS`, `DMP`, `W3C`, `IETF`."""
    passing: str
    """How a passing answer looks: an XML excerpt or a sentence."""
    profiles: frozenset[str]
    """`ihe`, `dmp`."""
    run: Callable[["Trial"], None]
    covers: tuple[str, ...] = ()
    """Requirement ids (`conformance/requirements`) and rule ids (docs/rules*.md) that it exercises."""
    needs: frozenset[str] = frozenset()
    """What must have been given for it, by the words of `Target.has`."""
    optional: str = ""
    """The optional feature that it is about: a target may declare that it lacks it."""
    title_fr: str = ""
    requirement_fr: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One assertion on one answer."""

    text: str
    """What was looked for: `the status is Success`."""
    held: bool
    level: Level = MUST
    exchange: int = 0
    """Number of the exchange it judges, from 1; 0: none in particular."""
    where: str = ""
    """XPath in the answer, or the MIME part or header."""
    expected: str = ""
    got: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One side of an exchange, as it crossed the wire."""

    head: bytes
    """Request or status line and headers, as sent; empty for MLLP."""
    body: bytes
    content_type: str = ""
    truncated: bool = False
    """The other side sent more than the suite keeps."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what came back."""

    number: int
    """From 1, in the order sent."""
    label: str
    """`ITI-42 Register Document Set-b`."""
    url: str
    request: Message
    response: Message | None
    """None when nothing came."""
    status: int = 0
    """HTTP status; 0 for MLLP or no answer."""
    trouble: str = ""
    """What went wrong below HTTP: `no answer within 30 s`, `the connection was reset`."""
    preparation: bool = False
    """It only set the scene; it was not what the case is about."""
    started: datetime | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one case came to."""

    case: Case
    verdict: Verdict
    reason: str = ""
    """Why, for every verdict but PASS: the first broken check, or what was missing."""
    checks: tuple[Check, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    seconds: float = 0.0
    left: tuple[str, ...] = field(default=())
    """What it left behind in the target: `patient 4711…, 2 documents`."""
