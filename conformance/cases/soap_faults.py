"""SOAP: the shape of a fault. # SOAP 1.2 Part 1 5.4; WS-Addressing 1.0 SOAP Binding 6"""

import functools
from collections.abc import Callable
from typing import Final

from conformance.answer import Answer, Stop
from conformance.book import case
from conformance.cases._soap import ask, header, is_understood, question, says
from conformance.messages import names as n
from conformance.messages.objects import new_oid
from conformance.model import MUST, SHOULD, Level
from conformance.passing import fault
from conformance.resilience import STATUSES, silent_inside
from conformance.trial import Trial
from conformance.wire.mime import parameters

UNKNOWN_ACTION: Final = "urn:conformance:2026:AnActionThatNobodyOffers"
_FAULT: Final = "/soap:Envelope/soap:Body/soap:Fault"
_CODES: Final = ("VersionMismatch", "MustUnderstand", "DataEncodingUnknown", "Sender", "Receiver")
_ACTIONS: Final = ("http://www.w3.org/2005/08/addressing/fault", "http://www.w3.org/2005/08/addressing/soap/fault")


def _no_such_action(trial: Trial) -> Answer:
    return trial.soap("ITI-18", question(trial).body, action=UNKNOWN_ACTION)


def _no_such_action_in_mtom(trial: Trial) -> Answer:
    return trial.retrieve((new_oid(), new_oid()), action=UNKNOWN_ACTION)


def _not_understood(trial: Trial) -> Answer:
    block = header(attributes='soap:mustUnderstand="1"')
    return trial.soap("ITI-18", question(trial).body, headers=[block])


def _not_well_formed(trial: Trial) -> Answer:
    return ask(trial, question(trial).xml().replace(b"</soap:Body>", b"</soap:Boddy>"))


def _one(answer: Answer) -> None:
    """Ends the case, with a broken check, when the answer is no fault."""
    if not answer.check("the answer is a fault", bool(answer.fault), _FAULT, "soap:Fault", answer.summary).fault:
        raise Stop


def has_its_shape(answer: Answer) -> None:
    _one(answer)
    answer.holds("count(/soap:Envelope/soap:Body/*)", "1.0", says="the Fault stands alone in the Body")
    got = [str(each.tag) for each in answer.xpath(f"{_FAULT}/*")]
    order = [f"{{{n.SOAP12}}}{name}" for name in ("Code", "Reason", "Node", "Role", "Detail")]
    in_order = got == [each for each in order if each in got] and got[:2] == order[:2]
    answer.check("it has Code and Reason, then Node, Role, Detail", in_order, f"{_FAULT}/*", order, got)
    name, _, _ = answer.fault.partition("/")
    answer.check("its Code is one of SOAP 1.2", name in _CODES, f"{_FAULT}/soap:Code/soap:Value", _CODES, answer.fault)
    for value in answer.xpath(f"{_FAULT}/soap:Code//soap:Value"):
        prefix, _, _ = (value.text or "").strip().rpartition(":")
        known = value.nsmap.get(prefix or None)
        answer.check("the prefix of each Value is declared", bool(known), f"{_FAULT}/soap:Code", "a QName", value.text)
    first = answer.xpath(f"{_FAULT}/soap:Code/soap:Value")[0]
    uri = first.nsmap.get((first.text or "").strip().rpartition(":")[0] or None)
    answer.check("the Code is in the namespace of SOAP 1.2", uri == n.SOAP12, f"{_FAULT}/soap:Code", n.SOAP12, uri)


def has_a_reason(answer: Answer) -> None:
    _one(answer)
    answer.holds(f"{_FAULT}/soap:Reason/soap:Text", says="there is a Reason")
    answer.lacks(f"{_FAULT}/soap:Reason/soap:Text[not(@xml:lang)]", says="each Text of the Reason has xml:lang")
    answer.lacks(f"{_FAULT}/soap:Reason/soap:Text[not(normalize-space())]", says="no Text of the Reason is empty")


def is_addressed(answer: Answer) -> None:
    _one(answer)
    says(answer, "Action", *_ACTIONS)
    sent = answer.exchange.request.body.decode("utf-8", "replace")
    wanted = sent.partition("<wsa:MessageID>")[2].partition("<")[0]
    says(answer, "RelatesTo", wanted)


def must_be_understood(answer: Answer) -> None:
    _one(answer)
    is_understood(answer)


def has_a_status(answer: Answer) -> None:
    _one(answer)
    status = answer.exchange.status
    answer.check("the HTTP status is 400 or 500", status in STATUSES, "HTTP status", "400 or 500", status)
    media, _ = parameters(answer.content_type)
    right = media in ("application/soap+xml", "multipart/related")
    answer.check("it comes as SOAP 1.2", right, "Content-Type", "application/soap+xml", answer.content_type)


def has_status_400(answer: Answer) -> None:
    _one(answer)
    status = answer.exchange.status
    answer.check("the HTTP status of Sender is 400", status == 400, "HTTP status", 400, status, SHOULD)


def blames_the_sender(answer: Answer) -> None:
    answer.faults("Sender")


def says_nothing_of_the_inside(answer: Answer) -> None:
    _one(answer)
    silent_inside(answer, MUST)


_SHAPE: Final = "SOAP 1.2 Part 1 5.4"


def looks_right(make: Callable[[Trial], Answer], check: Callable[[Answer], None], trial: Trial) -> None:
    check(make(trial))


def _enter(
    case_id: str,
    title: str,
    requirement: str,
    section: str,
    covers: str,
    make: Callable[[Trial], Answer],
    check: Callable[[Answer], None],
    *,
    level: Level = MUST,
    needs: str = "registry",
) -> None:
    case(
        case_id,
        title=title,
        requirement=requirement,
        section=section,
        passing=fault("Sender", "wsa:ActionNotSupported"),
        level=level,
        asks=next((each for each in ("OWASP", "IHE") if each in section), "W3C"),
        needs=[needs],
        covers=[covers],
    )(functools.partial(looks_right, make, check))


_enter(
    "soap/soap12p1-5.4/1",
    "Reads a fault for an unknown Action",
    "A fault stands alone in the Body and has a Code of SOAP 1.2 and a Reason, in this order; prefixes are declared.",
    _SHAPE,
    "soap.fault.shape",
    _no_such_action,
    has_its_shape,
)
_enter(
    "soap/soap12p1-5.4/2",
    "Reads a fault for an MTOM message",
    "A fault stands alone in the Body and has a Code of SOAP 1.2 and a Reason, in this order; prefixes are declared.",
    _SHAPE,
    "soap.fault.shape",
    _no_such_action_in_mtom,
    has_its_shape,
    needs="repository",
)
_enter(
    "soap/soap12p1-5.4/3",
    "Reads a fault for a header block that must be understood",
    "A fault stands alone in the Body and has a Code of SOAP 1.2 and a Reason, in this order; prefixes are declared.",
    _SHAPE,
    "soap.fault.shape",
    _not_understood,
    has_its_shape,
)
_enter(
    "soap/soap12p1-5.4.2/1",
    "Reads the Reason of a fault",
    "The Reason has at least one text, and each text says its language.",
    "SOAP 1.2 Part 1 5.4.2",
    "soap.fault.shape",
    _no_such_action,
    has_a_reason,
)
_enter(
    "soap/soap12p1-5.4.2/2",
    "Reads the Reason of a fault for XML that is not well-formed",
    "The Reason has at least one text, and each text says its language.",
    "SOAP 1.2 Part 1 5.4.2",
    "soap.fault.shape",
    _not_well_formed,
    has_a_reason,
)
_enter(
    "soap/wsa-soap-6/1",
    "Reads the addressing headers of a fault",
    "A fault has the Action of faults, and relates to the request that it answers.",
    "WS-Addressing 1.0 SOAP Binding 6",
    "soap.fault.addressing",
    _no_such_action,
    is_addressed,
)
_enter(
    "soap/wsa-soap-6/2",
    "Reads the addressing headers of a fault for an MTOM message",
    "A fault has the Action of faults, and relates to the request that it answers.",
    "WS-Addressing 1.0 SOAP Binding 6",
    "soap.fault.addressing",
    _no_such_action_in_mtom,
    is_addressed,
    needs="repository",
)
_enter(
    "soap/V.3.2.2/5",
    "Looks whether the Action of a fault must be understood",
    "Every wsa:Action has mustUnderstand, 1 or true, in the namespace of the envelope; that of a fault too.",
    "ITI TF-2 V.3.2.2 (IHE-WSA101)",
    "soap.answer.mustUnderstand",
    _no_such_action,
    must_be_understood,
)
_enter(
    "soap/soap12p2-7.5.2.2/1",
    "Reads the HTTP status of a fault",
    "A fault comes with an HTTP status that says so, 400 or 500, and as SOAP 1.2.",
    "SOAP 1.2 Part 2 7.5.2.2",
    "soap.fault.status",
    _no_such_action,
    has_a_status,
)
_enter(
    "soap/soap12p2-7.5.2.2/2",
    "Reads the HTTP status of a fault Sender",
    "The HTTP status of a fault Sender is 400.",
    "SOAP 1.2 Part 2 7.5.2.2",
    "soap.fault.status.sender",
    _no_such_action,
    has_status_400,
    level=SHOULD,
)
_enter(
    "soap/soap12p1-5.4.6/1",
    "Reads who is to blame for XML that is not well-formed",
    "A message that is wrong is its sender's fault: the Code is Sender, as the same message would fail again.",
    "SOAP 1.2 Part 1 5.4.6",
    "soap.fault.whose",
    _not_well_formed,
    blames_the_sender,
)
_enter(
    "soap/robustness/1",
    "Looks for a stack trace in a fault",
    "A fault says what was wrong with the message, and nothing of the program that found it.",
    "OWASP ASVS 7.4.1",
    "soap.fault.silent",
    _no_such_action,
    says_nothing_of_the_inside,
)
_enter(
    "soap/robustness/2",
    "Looks for a stack trace in a fault for XML that is not well-formed",
    "A fault says what was wrong with the message, and nothing of the program that found it.",
    "OWASP ASVS 7.4.1",
    "soap.fault.silent",
    _not_well_formed,
    says_nothing_of_the_inside,
)
