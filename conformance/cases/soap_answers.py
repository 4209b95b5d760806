"""SOAP: the envelope of an answer. # ITI TF-2 V.3.2, V.8.1; SOAP 1.2; WS-Addressing 1.0"""

import dataclasses
import functools
from collections.abc import Callable
from typing import Final

from conformance.answer import Answer, attribute_of
from conformance.book import case
from conformance.cases._soap import an_uri, is_understood, says
from conformance.messages import names as n
from conformance.messages.objects import new_oid, new_uuid
from conformance.passing import SUCCESS
from conformance.trial import Trial
from conformance.wire.mime import parameters

_ENVELOPE: Final = (
    "<soap:Envelope><soap:Header>\n"
    '  <wsa:Action soap:mustUnderstand="1">urn:ihe:iti:2007:…Response</wsa:Action>\n'
    "  <wsa:RelatesTo>the MessageID of the request</wsa:RelatesTo>\n"
    "</soap:Header><soap:Body>…</soap:Body></soap:Envelope>"
)
_ROOTS: Final = {
    "ITI-18": "query:AdhocQueryResponse",
    "ITI-41": "rs:RegistryResponse",
    "ITI-42": "rs:RegistryResponse",
    "ITI-43": "xds:RetrieveDocumentSetResponse",
}
_SAID: Final = {
    "ITI-18": "ITI TF-2 3.18.4.1.2.7",
    "ITI-41": "ITI TF-2 3.41.4.2.2",
    "ITI-42": "ITI TF-2 3.42.4.2.2",
    "ITI-43": "ITI TF-2 3.43.5",
}
"""Where each transaction says the Action and the body of its answer."""


def _asked(transaction: str, trial: Trial, message_id: str = "") -> Answer:
    """An ordinary request of `transaction`, answered whatever the target holds."""
    change = lambda made: dataclasses.replace(made, message_id=message_id or made.message_id)  # noqa: E731
    if transaction == "ITI-18":
        return trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [new_uuid()])], envelope=change)
    if transaction == "ITI-43":
        return trial.retrieve((new_oid(), new_oid()), envelope=change)
    made = trial.submission(trial.entry())
    if transaction == "ITI-42":
        return trial.register(made, envelope=change)
    return trial.provide(made, envelope=change)


def _message_id(answer: Answer) -> str:
    """Of the request, as we wrote it."""
    sent = answer.exchange.request.body.decode("utf-8", "replace")
    return sent.partition("<wsa:MessageID>")[2].partition("</wsa:MessageID>")[0].replace("&amp;", "&")


def has_its_headers(transaction: str, trial: Trial) -> None:
    answer = _asked(transaction, trial)
    says(answer, "Action", n.ACTIONS[transaction][1])
    says(answer, "RelatesTo", _message_id(answer))
    answer.lacks(
        "/soap:Envelope/soap:Header/wsa:RelatesTo[@RelationshipType and @RelationshipType != "
        "'http://www.w3.org/2005/08/addressing/reply']",
        says="the relation is that of a reply",
    )


def must_be_understood(transaction: str, trial: Trial) -> None:
    is_understood(_asked(transaction, trial))


def has_its_body(transaction: str, trial: Trial) -> None:
    answer = _asked(transaction, trial)
    answer.holds(f"/soap:Envelope/soap:Body/{_ROOTS[transaction]}", says=f"the body is {_ROOTS[transaction]}")
    answer.holds("count(/soap:Envelope/soap:Body/*)", "1.0", says="the body holds one element")
    answer.lacks("/soap:Envelope/*[not(self::soap:Header or self::soap:Body)]", says="there is Header and Body alone")
    answer.check("the HTTP status is 200", answer.exchange.status == 200, "HTTP status", 200, answer.exchange.status)


def repeats_any_message_id(transaction: str, trial: Trial) -> None:
    wanted = an_uri()
    says(_asked(transaction, trial, wanted), "RelatesTo", wanted)


def is_clean(transaction: str, trial: Trial) -> None:
    answer = _asked(transaction, trial)
    envelope = answer.envelope
    tree = envelope.getroottree()
    answer.check("there is no document type declaration", not tree.docinfo.doctype, got=tree.docinfo.doctype)
    answer.lacks("/processing-instruction() | //processing-instruction()", says="there is no processing instruction")
    data = answer.root_bytes
    try:
        data.decode("utf-8")
        answer.check("the envelope is UTF-8", True)
    except UnicodeDecodeError as error:
        answer.check("the envelope is UTF-8", False, "envelope", "UTF-8", str(error))


def is_simple(transaction: str, trial: Trial) -> None:
    answer = _asked(transaction, trial)
    media, given = parameters(answer.content_type)
    simple = media == "application/soap+xml"
    answer.check("the answer is application/soap+xml", simple, "Content-Type", "application/soap+xml", media)
    charset = given.get("charset", "utf-8").lower()
    answer.check("its charset is UTF-8", charset == "utf-8", "Content-Type", "UTF-8", charset)


def _enter(
    run: Callable[[str, Trial], None],
    numbers: dict[str, str],
    title: str,
    requirement: str,
    section: str,
    covers: tuple[str, ...],
    passing: str,
) -> None:
    for transaction, case_id in numbers.items():
        case(
            case_id,
            title=title.format(transaction),
            requirement=requirement,
            section=section.format(_SAID[transaction]),
            passing=passing,
            needs=["repository" if transaction in ("ITI-41", "ITI-43") else "registry"],
            covers=covers,
        )(functools.partial(run, transaction))


_enter(
    has_its_headers,
    {name: f"soap/V.3.2/{number}" for number, name in enumerate(_ROOTS, 1)},
    "Reads the addressing headers of an answer to {}",
    "An answer has one wsa:Action, that of the transaction's response, and one wsa:RelatesTo, the MessageID of its "
    "request.",
    "{}, V.3.2.1.2; WS-Addressing 1.0 Core 3.4",
    ("soap.answer.action", "soap.answer.relatesTo"),
    _ENVELOPE,
)
_enter(
    must_be_understood,
    {name: f"soap/V.3.2.2/{number}" for number, name in enumerate(_ROOTS, 1)},
    "Looks whether the Action of an answer to {} must be understood",
    "Every wsa:Action has mustUnderstand, 1 or true, in the namespace of the envelope; that of an answer too.",
    "ITI TF-2 V.3.2.2 (IHE-WSA101)",
    ("soap.answer.mustUnderstand",),
    _ENVELOPE,
)
_enter(
    has_its_body,
    {name: f"soap/V.3.2/{number}" for number, name in enumerate(_ROOTS, 5)},
    "Reads the body of an answer to {}",
    "The body of an answer holds one element, the response of its transaction, and comes with HTTP status 200.",
    "{}, V.3.2.1.2; SOAP 1.2 Part 2 7.5.2.2",
    ("soap.answer.body", "soap.answer.status", "soap.answer.soap12"),
    _ENVELOPE,
)
_enter(
    repeats_any_message_id,
    {"ITI-18": "soap/wsa-core-3.4/1", "ITI-43": "soap/wsa-core-3.4/2"},
    "Sends {} with a MessageID that is no UUID and has an ampersand",
    "RelatesTo is the MessageID of the request letter by letter, whatever URI it is.",
    "WS-Addressing 1.0 Core 3.4",
    ("soap.answer.relatesTo", "soap.request.addressing"),
    "<wsa:RelatesTo>the MessageID of the request</wsa:RelatesTo>",
)
_enter(
    is_clean,
    {"ITI-18": "soap/soap12p1-5/1", "ITI-42": "soap/soap12p1-5/2", "ITI-43": "soap/soap12p1-5/3"},
    "Looks for what no envelope may hold in an answer to {}",
    "An envelope is UTF-8, without document type declaration and processing instructions.",
    "SOAP 1.2 Part 1 5; RFC 3629 3",
    ("soap.answer.no-doctype", "soap.answer.utf8"),
    _ENVELOPE,
)
_enter(
    is_simple,
    {"ITI-18": "soap/soap12p2-7.1.4/1", "ITI-42": "soap/soap12p2-7.1.4/2"},
    "Reads the Content-Type of an answer to {}",
    "ITI-18 and ITI-42 are answered by simple SOAP 1.2 messages, in UTF-8.",
    "{}, V.8.1; SOAP 1.2 Part 2 7.1.4",
    ("soap.answer.content-type", "soap.answer.simple"),
    "Content-Type: application/soap+xml; charset=UTF-8",
)


@case(
    "soap/rfc3629-3/1",
    title="Registers a title with letters of several scripts, and reads it back",
    requirement="Texts come back in UTF-8 with every letter they had.",
    section="RFC 3629 3; ITI TF-2 3.42.4.1.3",
    passing=SUCCESS,
    needs=["registry"],
    covers=["soap.answer.utf8"],
)
def letters(trial: Trial) -> None:
    entry = trial.entry(title="Épreuve d’œdème – ΑΒΓ жук 漢字 𝄞 & <ß>")
    trial.registered(entry)
    answer = trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [entry.id])]).finds(entry.id)
    got = attribute_of(answer.one(entry.id), "rim:Name/rim:LocalizedString/@value")
    answer.check("the title has all its letters", got == entry.title, "rim:Name", entry.title, got)


@case(
    "soap/wsa-core-3.4/3",
    title="Sends two questions and compares what their answers relate to",
    requirement="Each answer relates to its own request; a MessageID of the answer's own is not used twice.",
    section="WS-Addressing 1.0 Core 3.4, 3.2",
    passing=_ENVELOPE,
    needs=["registry"],
    covers=["soap.answer.relatesTo"],
)
def each_its_own(trial: Trial) -> None:
    seen: list[str] = []
    for _ in range(2):
        answer = _asked("ITI-18", trial)
        says(answer, "RelatesTo", _message_id(answer))
        own = answer.text("/soap:Envelope/soap:Header/wsa:MessageID")
        fresh = own not in (*seen, _message_id(answer))
        answer.check("its own MessageID is a new one", not own or fresh, "wsa:MessageID", "a new one", own)
        seen.append(own)
