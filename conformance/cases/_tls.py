"""Ordinary requests over TLS connections of every kind."""

import ssl
from pathlib import Path
from typing import Final

from conformance.answer import Answer
from conformance.messages import names as n
from conformance.messages.envelope import Envelope
from conformance.messages.objects import new_oid, new_uuid
from conformance.messages.requests import retrieve, stored_query
from conformance.model import MUST, Level, Message
from conformance.resilience import told
from conformance.trial import NotRun, Trial
from conformance.wire.http import Line, head
from conformance.wire.mime import Package
from conformance.wire.tls import UnusableFile, client_context

MUTUAL: Final = "ITI TF-2 3.19.6.1"
EVERY: Final = ("ihe", "dmp")
REFUSED: Final = "A TLS alert, or the end of the connection, before anything is answered."
UNKNOWN: Final = "A TLS alert, the end of the connection, or a SOAP fault: nothing is told to whom nobody knows."
SERVED: Final = "A SOAP 1.2 envelope over TLS."


def secure(trial: Trial) -> str:
    """The transaction whose URL is on https."""
    return "ITI-18" if trial.target.registry.startswith("https:") else "ITI-43"


def asks(trial: Trial, context: ssl.SSLContext, label: str, *, url: str = "", preparation: bool = False) -> Answer:
    """An ordinary request over a connection of its own."""
    transaction = secure(trial)
    place, action = url or trial.url(transaction), n.ACTIONS[transaction][0]
    if transaction == "ITI-18":
        body = stored_query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [new_uuid()])])
        content, kind = Envelope(body, action, place).xml(), "application/soap+xml; charset=UTF-8"
    else:
        packed = Package(Envelope(retrieve([(new_oid(), new_oid())]), action, place).xml(), (), action)
        content, kind = packed.body(), packed.content_type
    request = Message(head(place, [("Content-Type", kind)], len(content)), content, kind)
    line = Line(context, trial.target.timeout, trial.target.largest_answer)
    return trial.send(place, request, label, transaction, preparation=preparation, line=line)


def with_identity(trial: Trial, file: Path | None, password: str = "") -> ssl.SSLContext:
    """A context that believes the target, and shows the certificate of `file`. Raises `NotRun`."""
    target = trial.target
    anchors = target.trust or (target.pki / "anchors" if target.pki else None)
    try:
        return client_context(anchors, file, password)
    except UnusableFile as error:
        raise NotRun(str(error)) from None


def own(trial: Trial) -> ssl.SSLContext:
    """The context of ordinary requests."""
    return trial.session.context or fresh(trial)


def fresh(trial: Trial) -> ssl.SSLContext:
    """Another one like it, to be changed."""
    return with_identity(trial, trial.target.identity, trial.target.password)


def is_served(answer: Answer, level: Level = MUST) -> Answer:
    served = not isinstance(answer.opened, str)
    return answer.check("the request is answered", served, "TLS", "a SOAP envelope", told(answer), level)


def is_shut_out(answer: Answer, usual: Answer | None = None) -> Answer:
    """Nothing is answered over the connection; a proxy may say so with an HTTP status of 4xx and no envelope.

    With the answer that is `usual`, a fault will do where that one is none: whom a target does not know it may also
    tell no more than that. # ITI TF-2 3.19.6.1
    """
    hangs = "within" in answer.exchange.trouble
    if isinstance(answer.opened, str):
        refused = answer.exchange.status == 0 or 400 <= answer.exchange.status < 500
    else:
        refused = usual is not None and bool(answer.fault) and not usual.fault
    return answer.check("the connection is refused", refused and not hangs, "TLS", "an alert", told(answer))


def still_served(trial: Trial) -> None:
    is_served(asks(trial, own(trial), "Still there?"))


def first(trial: Trial) -> Answer:
    """What is refused for one reason must be served without it."""
    answer = asks(trial, own(trial), "The same as it should be", preparation=True)
    trial.given(not isinstance(answer.opened, str), "the target does not answer over TLS at all", answer)
    return answer


def authority(trial: Trial) -> Path:
    """The directory of the test authority. Raises `NotRun`."""
    if trial.target.pki is None:
        raise NotRun("it needs --pki DIR, with the bad certificates of `carnet pki init`")
    return trial.target.pki
