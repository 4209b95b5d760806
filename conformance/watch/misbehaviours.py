"""What the watch can do wrong on demand: the table of kinds, how one is written, and which exchange it strikes."""

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import Enum
from typing import Final

from metadata.errors import ErrorCode

TRANSACTIONS: Final = ("ITI-41", "ITI-42", "ITI-18", "ITI-43")
LONGEST: Final = 3600.0
"""Seconds of the slowest answer."""
FAULT_CODES: Final = ("Receiver", "Sender")


class MisbehaviourError(ValueError):
    """What was asked for is not a misbehaviour; says how one is written."""


class Stage(Enum):
    """Where in an exchange a misbehaviour takes hold."""

    CONNECTION = "the TLS handshake"
    ANSWER = "another answer: the message is not taken in"
    HTTP = "no SOAP answer: the message is not taken in"
    SPOILED = "the answer is spoiled on its way: the message was taken in"


class Value(Enum):
    """What may stand after `=`."""

    NONE = ""
    SECONDS = "SECONDS"
    FAULT = "Receiver or Sender"
    CODE = "an IHE error code"


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to misbehave."""

    name: str
    stage: Stage
    what: str
    """What the client sees."""
    expected: str
    """What a good client makes of it."""
    value: Value = Value.NONE
    default: str = ""
    """What an absent value means; with `value` and without default it must be given."""
    only: frozenset[str] = frozenset(TRANSACTIONS)
    """The transactions that can be answered so."""


_MTOM: Final = frozenset({"ITI-41", "ITI-43"})
_READING: Final = frozenset({"ITI-18", "ITI-43"})

KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind(
            "fault",
            Stage.ANSWER,
            "a SOAP fault, code Receiver (HTTP 500) or Sender (HTTP 400)",
            "tells its user, with the reason; sends again only after Receiver",
            Value.FAULT,
            "Receiver",
        ),
        Kind(
            "partial-success",
            Stage.ANSWER,
            "the status PartialSuccess: ITI-43 without the last document, the others with an error beside",
            "shows what came, and says what did not; never takes it for Success",
        ),
        Kind(
            "busy",
            Stage.ANSWER,
            "Failure with XDSRegistryBusy or XDSRepositoryBusy",
            "keeps the message and sends it again later",
        ),
        Kind(
            "out-of-resources",
            Stage.ANSWER,
            "Failure with XDSRegistryOutOfResources or XDSRepositoryOutOfResources",
            "keeps the message, and tells somebody",
        ),
        Kind(
            "error",
            Stage.ANSWER,
            "Failure with the error code of your choice",
            "shows the code and its context",
            Value.CODE,
        ),
        Kind(
            "not-found",
            Stage.ANSWER,
            "ITI-18: Success without results; ITI-43: XDSDocumentUniqueIdError for each document",
            "says that there is nothing, which is no error",
            only=_READING,
        ),
        Kind(
            "slow",
            Stage.SPOILED,
            "nothing for so many seconds, then the answer",
            "waits, shows that it waits, gives up by a timeout of its own",
            Value.SECONDS,
            "30",
        ),
        Kind(
            "drip",
            Stage.SPOILED,
            "the answer, in small pieces over so many seconds",
            "reads on, within a timeout for the whole",
            Value.SECONDS,
            "30",
        ),
        Kind(
            "reset",
            Stage.SPOILED,
            "the connection is reset where the answer should be",
            "says that the outcome is not known; may send the same message again",
        ),
        Kind(
            "truncated",
            Stage.SPOILED,
            "half of the answer, then the end of the connection",
            "sees that it is not whole, and shows nothing of it as a result",
        ),
        Kind(
            "bad-boundary",
            Stage.SPOILED,
            "a multipart answer whose Content-Type announces another boundary",
            "says that the answer cannot be read",
            only=_MTOM,
        ),
        Kind(
            "bad-cid",
            Stage.SPOILED,
            "xop:Include refers to parts that are not there",
            "says that the document is missing; does not show another part in its place",
            only=frozenset({"ITI-43"}),
        ),
        Kind(
            "altered-document",
            Stage.SPOILED,
            "one byte of each document is another one, so that its hash is wrong",
            "compares with the hash of the DocumentEntry, and warns",
            only=frozenset({"ITI-43"}),
        ),
        Kind("invalid-xml", Stage.SPOILED, "the envelope is not well-formed", "says that the answer cannot be read"),
        Kind("soap11", Stage.SPOILED, "the envelope is in SOAP 1.1", "refuses it: ITI transactions are SOAP 1.2"),
        Kind("wrong-action", Stage.SPOILED, "wsa:Action is that of another transaction", "refuses the answer"),
        Kind(
            "wrong-relates-to",
            Stage.SPOILED,
            "wsa:RelatesTo names another message",
            "refuses the answer: it belongs to somebody else",
        ),
        Kind("no-relates-to", Stage.SPOILED, "wsa:RelatesTo is missing", "refuses the answer, or takes it knowingly"),
        Kind(
            "http-500-html",
            Stage.HTTP,
            "HTTP 500 with a page in HTML, as a proxy in front of a broken server writes it",
            "shows the HTTP status, not the page; does not crash on what is no XML",
        ),
        Kind(
            "http-503",
            Stage.HTTP,
            "HTTP 503 with Retry-After, and a line of text",
            "sends again later",
        ),
        Kind("empty", Stage.HTTP, "HTTP 200 without a body", "says that the answer is empty"),
        Kind(
            "expired-certificate",
            Stage.CONNECTION,
            "a server certificate that expired yesterday",
            "refuses the connection; whoever sends its message all the same is told so here",
            only=frozenset(),
        ),
    )
}

_WRITTEN: Final = re.compile(
    r"(?P<kind>[a-z0-9-]+)(=(?P<value>[^:@]*))?(:(?P<transaction>[A-Za-z0-9.-]+))?(@(?P<first>\d{1,6})(?P<more>\+|-\d{1,6})?)?"
)
_SHORT: Final = {name[4:]: name for name in TRANSACTIONS}
_HOW: Final = "write KIND[=VALUE][:TRANSACTION][@N], as in busy, slow=30:ITI-43, fault=Sender:ITI-41@2"


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """One thing to do wrong, and when."""

    kind: Kind
    value: str = ""
    transaction: str = ""
    """Empty: in every transaction that the kind knows."""
    first: int = 1
    """Of the exchanges of `transaction`, from 1."""
    last: int | None = None
    """None: for good."""

    @classmethod
    def parse(cls, text: str) -> "Misbehaviour":
        """Raises `MisbehaviourError`."""
        written = _WRITTEN.fullmatch(text.strip())
        if written is None:
            raise MisbehaviourError(f"{_shown(text)} cannot be read; {_HOW}")
        kind = _kind(written["kind"])
        first, last = _occurrences(written["first"], written["more"], text)
        return cls(kind, _value(kind, written["value"]), _transaction(kind, written["transaction"] or ""), first, last)

    @property
    def seconds(self) -> float:
        return float(self.value)

    def strikes(self, transaction: str, occurrence: int) -> bool:
        """Whether it is for the exchange that is number `occurrence` of its transaction."""
        wanted = self.kind.only if not self.transaction else {self.transaction}
        return transaction in wanted and self.first <= occurrence and (self.last is None or occurrence <= self.last)

    def __str__(self) -> str:
        text = self.kind.name + (f"={self.value}" if self.value else "")
        text += f":{self.transaction}" if self.transaction else ""
        if (self.first, self.last) == (1, None):
            return text
        if self.last is None:
            return f"{text}@{self.first}+"
        return f"{text}@{self.first}" + ("" if self.last == self.first else f"-{self.last}")


def _kind(name: str) -> Kind:
    found = KINDS.get(name)
    if found is None:
        near = get_close_matches(name, KINDS, n=1)
        advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(KINDS)}"
        raise MisbehaviourError(f"there is no misbehaviour {_shown(name)}; {advice}")
    return found


def _occurrences(first: str | None, more: str | None, text: str) -> tuple[int, int | None]:
    if first is None:
        return 1, None
    begin = int(first)
    end = None if more == "+" else int(more[1:]) if more else begin
    if begin < 1 or (end is not None and end < begin):
        raise MisbehaviourError(f"{_shown(text)}: after @ stands 2 (the second), 2-4 or 2+ (from the second on)")
    return begin, end


def _value(kind: Kind, given: str | None) -> str:
    if kind.value is Value.NONE:
        if given is not None:
            raise MisbehaviourError(f"{kind.name} takes no value")
        return ""
    value = given or kind.default
    if not value:
        raise MisbehaviourError(f"{kind.name} needs {kind.value.value}: {kind.name}=…")
    match kind.value:
        case Value.SECONDS:
            return _seconds(kind, value)
        case Value.FAULT:
            return _one_of(kind, value, FAULT_CODES)
        case _:
            return value if re.fullmatch(r"DMP[A-Za-z]{1,60}", value) else _one_of(kind, value, list(ErrorCode))


def _seconds(kind: Kind, value: str) -> str:
    if not re.fullmatch(r"\d{1,4}(\.\d{1,3})?", value) or not 0 < float(value) <= LONGEST:
        raise MisbehaviourError(f"{kind.name}={_shown(value)}: seconds, more than 0 and at most {LONGEST:g}")
    return value


def _one_of(kind: Kind, value: str, known: Sequence[str]) -> str:
    for each in known:
        if value.lower() == each.lower():
            return str(each)
    near = get_close_matches(value, known, n=1)
    advice = f"did you mean {near[0]}?" if near else f"it is {kind.value.value}"
    raise MisbehaviourError(f"{kind.name}={_shown(value)}: {advice}")


def _transaction(kind: Kind, given: str) -> str:
    if not given:
        return ""
    if kind.stage is Stage.CONNECTION:
        raise MisbehaviourError(f"{kind.name} is about connections, before there is a transaction: leave :{given} out")
    name = given.upper()
    name = _SHORT.get(name, name)
    if name not in TRANSACTIONS:
        raise MisbehaviourError(f"{_shown(given)} is not a transaction; there are {', '.join(TRANSACTIONS)}")
    if name not in kind.only:
        raise MisbehaviourError(f"{kind.name} is for {' and '.join(sorted(kind.only))}, not for {name}")
    return name


def _shown(text: str) -> str:
    return repr(text[:60])


@dataclass(slots=True)
class Agenda:
    """What is to go wrong from now on, and how many exchanges of each transaction there were since it was set.

    Used from many threads.
    """

    planned: tuple[Misbehaviour, ...] = ()
    _seen: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def set(self, planned: Iterable[Misbehaviour]) -> None:
        """Replaces all; counting begins again."""
        with self._lock:
            self.planned = tuple(planned)
            self._seen.clear()

    def take(self, transaction: str) -> tuple[Misbehaviour, ...]:
        """Those that strike the next exchange of `transaction`."""
        with self._lock:
            occurrence = self._seen[transaction] = self._seen.get(transaction, 0) + 1
            return tuple(each for each in self.planned if each.strikes(transaction, occurrence))

    def connection(self) -> tuple[Misbehaviour, ...]:
        """Those that strike the next connection."""
        with self._lock:
            occurrence = self._seen[""] = self._seen.get("", 0) + 1
            return tuple(
                each
                for each in self.planned
                if each.kind.stage is Stage.CONNECTION
                and each.first <= occurrence
                and (each.last is None or occurrence <= each.last)
            )
