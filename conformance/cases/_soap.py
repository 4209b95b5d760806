"""The ordinary requests that the cases of SOAP, MTOM and HTTP make unusual or break."""

import functools
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from conformance import vouching
from conformance.answer import Answer
from conformance.book import case
from conformance.messages import names as n
from conformance.messages.envelope import Envelope
from conformance.messages.objects import new_uuid
from conformance.messages.requests import stored_query
from conformance.model import MUST, Level
from conformance.passing import NOTHING_FOUND
from conformance.trial import Trial

QUERY_ACTION: Final = n.ACTIONS["ITI-18"][0]
SIMPLE: Final = f'application/soap+xml; charset=UTF-8; action="{QUERY_ACTION}"'
FOREIGN: Final = "urn:conformance:nobody:knows:this"
"""A namespace that no target understands."""


def question(trial: Trial, body: bytes | None = None) -> Envelope:
    """A stored query that any registry answers with Success and nothing, as nobody registered what it asks for."""
    asked = body or stored_query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [new_uuid()])])
    return Envelope(asked, QUERY_ACTION, trial.url("ITI-18"), headers=vouched(trial, "ITI-18"))


def vouched(trial: Trial, transaction: str) -> tuple[bytes, ...]:
    """The header block with an assertion, where the target asks every caller for one."""
    target = trial.target
    if not target.xua:
        return ()
    return (vouching.header(target.identity, target.password, target.audience or trial.url(transaction)),)


def ask(
    trial: Trial, content: bytes, content_type: str = SIMPLE, http: Sequence[tuple[str, str]] = (), label: str = ""
) -> Answer:
    """Sends `content` to the registry as it is."""
    return trial.post("ITI-18", content, content_type, http=http, label=label)


def header(name: str = "Notice", attributes: str = "", text: str = "read me") -> bytes:
    """A header block that nobody knows; `attributes` may use the prefix soap."""
    return f'<x:{name} xmlns:x="{FOREIGN}" {attributes}>{text}</x:{name}>'.encode()


def is_answered(answer: Answer) -> Answer:
    """As the question is: Success, and nothing found."""
    answer.succeeds()
    return answer.check(
        "the HTTP status is 200", answer.exchange.status == 200, "HTTP status", 200, answer.exchange.status
    )


def says(answer: Answer, name: str, *values: str) -> Answer:
    """The answer has one addressing header of that name, with one of `values`; blanks around a URI are none of it."""
    xpath = f"/soap:Envelope/soap:Header/wsa:{name}"
    got = [(each.text or "").strip() for each in answer.xpath(xpath)]
    right = len(got) == 1 and got[0] in values
    return answer.check(f"{name} is {' or '.join(values)}", right, xpath, " or ".join(values), got)


def is_understood(answer: Answer) -> Answer:
    """The Action of the answer has to be understood. # ITI TF-2 V.3.2.2"""
    xpath = "/soap:Envelope/soap:Header/wsa:Action/@soap:mustUnderstand"
    got = [str(each).strip() for each in answer.xpath(xpath)]
    return answer.check("the Action must be understood", got in (["1"], ["true"]), xpath, "1 or true", got)


def chunked(content: bytes, sizes: Sequence[int] = (), *, extension: str = "", trailer: bytes = b"") -> bytes:
    """The chunked form of a body: pieces of `sizes`, then the rest in one. # RFC 9112 7.1"""
    out, at = bytearray(), 0
    for size in [*sizes, len(content)]:
        piece = content[at : at + size]
        at += size
        if piece:
            out += f"{len(piece):X}{extension}\r\n".encode() + piece + b"\r\n"
    return bytes(out) + b"0\r\n" + trailer + b"\r\n"


def an_uri() -> str:
    """Good as a MessageID, and no UUID."""
    return f"http://conformance.example/messages/{uuid.uuid4().hex}?kind=query&n=1#only-one"


@dataclass(frozen=True, slots=True)
class Unusual:
    """A request that looks another way and says the same."""

    id: str
    title: str
    requirement: str
    section: str
    covers: str
    write: Callable[[Envelope], bytes] = Envelope.xml
    content_type: str = SIMPLE
    http: tuple[tuple[str, str], ...] = ()
    level: Level = MUST


def means_the_same(unusual: Unusual, trial: Trial) -> None:
    made = question(trial)
    content = unusual.write(made)
    if content == made.xml() and unusual.content_type == SIMPLE and not unusual.http:
        raise ValueError("the request is not unusual at all")
    is_answered(ask(trial, content, unusual.content_type, unusual.http))


def enter(rows: Sequence[Unusual]) -> None:
    """A case for each."""
    for row in rows:
        case(
            row.id,
            title=row.title,
            requirement=row.requirement,
            section=row.section,
            passing=NOTHING_FOUND,
            level=row.level,
            needs=["registry"],
            covers=[row.covers],
        )(functools.partial(means_the_same, row))
