"""SOAP over HTTP: methods, media types and packaging that are not those of the transaction. # ITI TF-2 V.8.1"""

import base64
import functools
from dataclasses import dataclass
from typing import Final

from lxml import etree

from conformance.book import case
from conformance.cases._soap import SIMPLE, ask, question
from conformance.kept import comes_back, is_not_kept
from conformance.messages import names as n
from conformance.messages.objects import new_oid
from conformance.model import SHOULD
from conformance.passing import SUCCESS, fault
from conformance.resilience import alive, told, turned_away
from conformance.trial import Trial
from conformance.wire.mime import parameters

REFUSED: Final = "An HTTP status of 400 or more, at best with a SOAP 1.2 fault."
MEDIA: Final = "SOAP 1.2 Part 2 7.1.4; RFC 9110 15.5.16"


@dataclass(frozen=True, slots=True)
class Method:
    """A method that carries no SOAP message to XDS.b."""

    id: str
    name: str
    body: bool


METHODS: Final = (
    Method("soap/V.3.2/40", "GET", False),
    Method("soap/V.3.2/41", "PUT", True),
    Method("soap/V.3.2/42", "DELETE", False),
    Method("soap/V.3.2/43", "PATCH", True),
    Method("soap/V.3.2/44", "BREW", True),
)


def refuses_method(method: Method, trial: Trial) -> None:
    content = question(trial).xml() if method.body else b""
    answer = trial.post(
        "ITI-18", content, SIMPLE if method.body else "", method=method.name, label=f"{method.name} of the registry"
    )
    status = answer.exchange.status
    acted = not isinstance(answer.opened, str) and answer.status == n.SUCCESS
    answer.check("nothing was asked, so nothing is answered", not acted, "HTTP status", "405", told(answer))
    shows = method.name == "GET" and _describes(answer.body)
    answer.check(f"{method.name} is refused", status >= 400 or shows, "HTTP status", "405", status or answer.summary)
    if not shows:
        answer.check("the HTTP status is 405", status in (405, 501), "HTTP status", "405", status)
    alive(trial)


def _describes(body: bytes) -> bool:
    """Whether a page shows the service's WSDL, as some systems do for a bare GET."""
    return b"http://schemas.xmlsoap.org/wsdl/" in body or b"?wsdl" in body.lower()


for _method in METHODS:
    case(
        _method.id,
        title=f"Sends {_method.name} to the registry",
        requirement="Messages are POSTed; another method is refused, by 405 or 501.",
        section="RFC 9110 9.1, 15.5.6; SOAP 1.2 Part 2 7.4",
        passing="HTTP/1.1 405 Method Not Allowed",
        level=SHOULD,
        asks="IETF",
        needs=["registry"],
        covers=["soap.http.method"],
    )(functools.partial(refuses_method, _method))


@dataclass(frozen=True, slots=True)
class Media:
    """A Content-Type that is not that of a SOAP 1.2 message."""

    id: str
    content_type: str


MEDIA_TYPES: Final = (
    Media("soap/soap12p2-7.1.4/10", "text/plain; charset=UTF-8"),
    Media("soap/soap12p2-7.1.4/11", "text/html"),
    Media("soap/soap12p2-7.1.4/12", "application/json"),
    Media("soap/soap12p2-7.1.4/13", "application/x-www-form-urlencoded"),
    Media("soap/soap12p2-7.1.4/14", "text/xml; charset=UTF-8"),
    Media("soap/soap12p2-7.1.4/15", ""),
    Media("soap/soap12p2-7.1.4/16", 'nonsense ; ;; = "'),
)


def refuses_media(media: Media, trial: Trial) -> None:
    answer = ask(trial, question(trial).xml(), media.content_type)
    turned_away(answer)
    alive(trial)


for _media in MEDIA_TYPES:
    case(
        _media.id,
        title=f"Sends an envelope as {_media.content_type.partition(';')[0].strip() or 'a body without Content-Type'}",
        requirement="A SOAP 1.2 message has the media type application/soap+xml; another one is refused.",
        section=MEDIA,
        passing="HTTP/1.1 415 Unsupported Media Type",
        level=SHOULD,
        asks="W3C",
        needs=["registry"],
        covers=["soap.http.media-type"],
    )(functools.partial(refuses_media, _media))


@case(
    "soap/V.3.6/20",
    title="Sends ITI-41 as a simple SOAP message, its document in base64",
    requirement="ITI-41 comes in MTOM packaging. A simple message is refused, or taken whole with its document.",
    section="ITI TF-2 V.8.1, 3.41.4.1.2",
    level=SHOULD,
    passing=fault("Sender") + "\n… or\n" + SUCCESS,
    needs=["repository", "registry"],
    covers=["soap.packaging.other"],
)
def simple_provide(trial: Trial) -> None:
    entry = trial.entry(content=bytes(range(256)))

    def inline(root: etree._Element) -> None:
        document = next(root.iter(f"{{{n.XDS}}}Document"))
        del document[:]
        document.text = base64.b64encode(entry.content).decode()

    answer = trial.provide(trial.submission(entry), inline, parts=(), mtom=False)
    if not isinstance(answer.opened, str) and answer.status == n.SUCCESS:
        answer.succeeds()
        comes_back(trial, entry)
    else:
        turned_away(answer)
        is_not_kept(trial, entry)


def simple_in_mtom(transaction: str, trial: Trial) -> None:
    if transaction == "ITI-18":
        answer = trial.soap("ITI-18", question(trial).body, mtom=True)
    else:
        answer = trial.register(trial.submission(trial.entry()), mtom=True)
    if not isinstance(answer.opened, str) and answer.status == n.SUCCESS:
        # simple as the transaction wants it, or packed as the request was
        media, ways = parameters(answer.content_type)[0], ("application/soap+xml", "multipart/related")
        answer.check("the answer is packed in one of the two ways", media in ways, "Content-Type", ways, media)
    else:
        turned_away(answer)
    alive(trial)


for _transaction, _id, _said in (
    ("ITI-18", "soap/V.3.6/21", "3.18.4.1.2.7"),
    ("ITI-42", "soap/V.3.6/22", "3.42.4.1.2"),
):
    case(
        _id,
        title=f"Sends {_transaction} in MTOM packaging",
        requirement=f"{_transaction} is a simple SOAP message. One in MTOM packaging is refused, or answered: simply, "
        "as the transaction has it, or in MTOM, as a request and its answer are packed alike.",
        section=f"ITI TF-2 V.8.1, {_said}",
        level=SHOULD,
        passing=fault("Sender") + "\n… or an ordinary answer",
        needs=["registry"],
        covers=["soap.packaging.other"],
    )(functools.partial(simple_in_mtom, _transaction))


@case(
    "soap/V.3.6/23",
    title="Sends ITI-43 as the only part of an MTOM message",
    requirement="A message in MTOM packaging need not have attachments.",
    section="ITI TF-2 V.8.2, 3.43.5",
    passing=SUCCESS.replace("Success", "Failure"),
    needs=["repository"],
    covers=["soap.mtom.root-alone", "iti-43.request.mtom"],
)
def root_alone(trial: Trial) -> None:
    trial.retrieve((new_oid(), new_oid())).refuses("XDSUnknownRepositoryId", "XDSDocumentUniqueIdError")
