"""What the watch does wrong on demand: how it is written, and which exchange it strikes."""

import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from conformance.watch.kinds import KINDS, TRANSACTIONS, Kind, Stage, Value
from metadata.errors import ErrorCode

LONGEST: Final = 3600.0
"""Seconds of the slowest answer."""
FAULT_CODES: Final = ("Receiver", "Sender")


class MisbehaviourError(ValueError):
    """What was asked for is not a misbehaviour; says how one is written."""


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
