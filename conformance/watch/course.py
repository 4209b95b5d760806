"""One exchange on its way: what arrived, what is known of it so far, what is to be sent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.judging import Judged, Remark
from conformance.watch.misbehaviours import Misbehaviour
from conformance.watch.operations import ACTIONS, ELEMENTS
from conformance.watch.reading import Head
from conformance.watch.recording import Spool

_NAMED: Final = re.compile(
    rb"<(?:[\w.-]+:)?("
    + b"|".join(name.encode() for name in ELEMENTS)
    + rb")[\s/>]|("
    + b"|".join(re.escape(action.encode()) for action in ACTIONS)
    + rb")[^\w-]"
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message that was received whole."""

    service: str
    """`registry` or `repository`."""
    head: Head
    body: Spool
    """Closed."""
    client: str
    url: str
    certificate: bytes | None = None
    """DER of the TLS client certificate."""
    expired: bool = False
    """It came over a connection whose server certificate had expired."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What is put on the wire, and how."""

    head: bytes
    body: Path
    size: int
    """Bytes of `body` that are sent."""
    wait: float = 0.0
    over: float = 0.0
    reset: bool = False
    close: bool = False
    """The connection ends after it."""


class Course:
    """What is known so far of one exchange."""

    def __init__(
        self, arrived: Arrived, transaction: str, judged: Judged | None, planned: Sequence[Misbehaviour]
    ) -> None:
        self.arrived, self.transaction, self.judged, self.planned = arrived, transaction, judged, planned
        self.outcome = ""
        self.codes: tuple[str, ...] = ()
        self.fault = ""
        self.trouble = ""
        self.noticed: tuple[Remark, ...] = ()
        self._answer: Spool | None = None

    @property
    def answer(self) -> Spool:
        if self._answer is None:
            raise LookupError("there is no answer yet")
        return self._answer

    def begin(self, spool: Spool, body: bytes) -> None:
        self._answer = spool
        if body:
            spool.write(body)


def transaction_of(service: str, beginning: bytes) -> str:
    """By the first name of a transaction in the message: its Action, or its body element."""
    for found in _NAMED.finditer(beginning):
        name = (found[1] or found[2]).decode()
        transaction = ELEMENTS.get(name) or ACTIONS.get(name, "")
        if transaction and (transaction in ("ITI-41", "ITI-43")) == (service == "repository"):
            return transaction
    return ""
