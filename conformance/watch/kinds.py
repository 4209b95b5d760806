"""The table of what the watch can do wrong: what a client sees, and what a good one makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

TRANSACTIONS: Final = ("ITI-41", "ITI-42", "ITI-18", "ITI-43")


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
