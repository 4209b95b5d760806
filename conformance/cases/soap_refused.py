"""SOAP: messages that break SOAP 1.2 or WS-Addressing, and the fault that each of them gets."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from conformance.answer import Answer, parse
from conformance.book import case
from conformance.cases._soap import FOREIGN, SIMPLE, ask, header, question
from conformance.messages import names as n
from conformance.messages.envelope import Envelope
from conformance.model import MUST, SHOULD, Level
from conformance.passing import fault
from conformance.resilience import alive, faults_as, silent_inside, turned_away
from conformance.trial import Trial

MISSING: Final = "WS-Addressing 1.0 SOAP Binding 6.4.2"
DUPLICATE: Final = "WS-Addressing 1.0 SOAP Binding 6.4.1"
UNKNOWN: Final = "WS-Addressing 1.0 SOAP Binding 6.4.4"
UNDERSTAND: Final = "SOAP 1.2 Part 1 5.2.3, 5.4.8"
VERSION: Final = "SOAP 1.2 Part 1 2.8, 5.4.7, A"
BODY: Final = "ITI TF-2 V.3.2.1.2 (IHE-WSP206)"
SHAPE: Final = "SOAP 1.2 Part 1 5.1, 5.3"


@dataclass(frozen=True, slots=True)
class Broken:
    """A message with one thing wrong in its envelope."""

    id: str
    title: str
    requirement: str
    section: str
    covers: str
    write: Callable[[Envelope], bytes]
    codes: tuple[str, ...] = ("Sender",)
    """Of the fault, any of them; empty: any refusal will do."""
    subcode: str = ""
    """That a fault should have."""
    content_type: str = SIMPLE
    level: Level = MUST
    older: bool = False
    """A SOAP 1.1 message: the fault may be one of SOAP 1.1."""


def _with(*blocks: bytes) -> Callable[[Envelope], bytes]:
    return lambda made: replace(made, headers=(*made.headers, *blocks)).xml()


def _replaced(old: bytes, new: bytes) -> Callable[[Envelope], bytes]:
    def write(made: Envelope) -> bytes:
        before = made.xml()
        if old not in before:
            raise ValueError(f"{old!r} is not in the message")
        return before.replace(old, new)

    return write


def _action(value: str | None) -> Callable[[Envelope], bytes]:
    return lambda made: replace(made, action=value).xml()


def _soap11(made: Envelope) -> bytes:
    return replace(made, soap=n.SOAP11).xml()


def _body(content: bytes) -> Callable[[Envelope], bytes]:
    return lambda made: re.sub(rb"<soap:Body>.*</soap:Body>", lambda _: content, made.xml(), flags=re.DOTALL)


_MUST: Final = 'soap:mustUnderstand="1"'
_ROLE: Final = f'soap:role="{n.SOAP12}/role/'

BROKEN: Final = (
    Broken(
        "soap/soap12p1-5.4.8/1",
        "Has an unknown header block with mustUnderstand 1",
        "A header block that must be understood and is not is refused, before anything is done.",
        UNDERSTAND,
        "soap.mustUnderstand.unknown",
        _with(header(attributes=_MUST)),
        ("MustUnderstand",),
    ),
    Broken(
        "soap/soap12p1-5.4.8/2",
        "Has an unknown header block with mustUnderstand true",
        "A header block that must be understood and is not is refused, before anything is done.",
        UNDERSTAND,
        "soap.mustUnderstand.unknown",
        _with(header(attributes='soap:mustUnderstand="true"')),
        ("MustUnderstand",),
    ),
    Broken(
        "soap/soap12p1-5.4.8/3",
        "Has an unknown header block that the next node must understand",
        "Every node plays the role next, and the endpoint of a message the role ultimateReceiver.",
        "SOAP 1.2 Part 1 2.2, 5.4.8",
        "soap.mustUnderstand.unknown",
        _with(header(attributes=f'{_MUST} {_ROLE}next"')),
        ("MustUnderstand",),
    ),
    Broken(
        "soap/soap12p1-5.4.8/4",
        "Has an unknown header block that the ultimate receiver must understand",
        "Every node plays the role next, and the endpoint of a message the role ultimateReceiver.",
        "SOAP 1.2 Part 1 2.2, 5.4.8",
        "soap.mustUnderstand.unknown",
        _with(header("A"), header("B", f'{_MUST} {_ROLE}ultimateReceiver"')),
        ("MustUnderstand",),
    ),
    Broken(
        "soap/soap12p1-5.4.7/1",
        "Sends a SOAP 1.1 envelope as application/soap+xml",
        "An envelope of another version of SOAP is answered by VersionMismatch.",
        VERSION,
        "soap.version.other",
        _soap11,
        ("VersionMismatch",),
        older=True,
    ),
    Broken(
        "soap/soap12p1-5.4.7/2",
        "Sends a SOAP 1.1 envelope as text/xml",
        "A SOAP 1.1 message is refused by what speaks SOAP 1.2 alone, as XDS.b does.",
        VERSION + "; ITI TF-2 V.3.2.1.3 (IHE-WSP215)",
        "soap.version.soap11",
        _soap11,
        (),
        content_type="text/xml; charset=UTF-8",
        level=SHOULD,
        older=True,
    ),
    Broken(
        "soap/soap12p1-5.4.7/3",
        "Sends an envelope of a SOAP that does not exist",
        "An envelope in a namespace that is not that of SOAP 1.2 is answered by VersionMismatch.",
        VERSION,
        "soap.version.other",
        lambda made: replace(made, soap="http://www.w3.org/2099/12/soap-envelope").xml(),
        ("VersionMismatch", "Sender"),
    ),
    Broken(
        "soap/wsa-soap-6.4.4/1",
        "Asks for an Action that nobody offers",
        "An Action that the endpoint does not know is refused.",
        UNKNOWN,
        "soap.action.unknown",
        _action("urn:conformance:2026:AnActionThatNobodyOffers"),
        subcode="wsa:ActionNotSupported",
    ),
    Broken(
        "soap/wsa-soap-6.4.4/2",
        "Asks for an Action that begins like a known one",
        "Actions are compared as a whole.",
        UNKNOWN,
        "soap.action.unknown",
        _action(n.ACTIONS["ITI-18"][0] + "V2"),
        subcode="wsa:ActionNotSupported",
    ),
    Broken(
        "soap/wsa-soap-6.4.4/3",
        "Writes the Action in capitals",
        "Actions are compared letter by letter.",
        UNKNOWN,
        "soap.action.unknown",
        _action(n.ACTIONS["ITI-18"][0].upper()),
        subcode="wsa:ActionNotSupported",
    ),
    Broken(
        "soap/wsa-soap-6.4.4/4",
        "Has the Action of the answer",
        "The Action of a response is none that can be asked for.",
        UNKNOWN,
        "soap.action.unknown",
        _action(n.ACTIONS["ITI-18"][1]),
        subcode="wsa:ActionNotSupported",
    ),
    Broken(
        "soap/wsa-soap-6.4.2/1",
        "Has no Action",
        "A message says what it asks for in wsa:Action.",
        MISSING,
        "soap.action.missing",
        _action(None),
        subcode="wsa:MessageAddressingHeaderRequired",
    ),
    Broken(
        "soap/wsa-soap-6.4.2/2",
        "Has an empty Action",
        "A message says what it asks for in wsa:Action.",
        MISSING,
        "soap.action.missing",
        _action(""),
    ),
    Broken(
        "soap/wsa-soap-6.4.2/3",
        "Has no MessageID",
        "A request that wants an answer has a MessageID, for the answer to relate to.",
        MISSING,
        "soap.messageId.missing",
        lambda made: replace(made, message_id=None).xml(),
        subcode="wsa:MessageAddressingHeaderRequired",
    ),
    Broken(
        "soap/wsa-soap-6.4.2/4",
        "Has no Header",
        "A message has the headers of WS-Addressing.",
        MISSING,
        "soap.action.missing",
        lambda made: re.sub(rb"<soap:Header>.*</soap:Header>", b"", made.xml(), flags=re.DOTALL),
    ),
    Broken(
        "soap/wsa-soap-6.4.2/5",
        "Has its addressing headers in another namespace",
        "WS-Addressing is that of 2005/08; headers of its drafts say nothing.",
        "ITI TF-2 V.2.4; " + MISSING,
        "soap.action.missing",
        lambda made: (
            made.xml()
            .replace(n.WSA.encode(), b"http://schemas.xmlsoap.org/ws/2004/08/addressing")
            .replace(b' soap:mustUnderstand="1"', b"")
        ),
        level=SHOULD,
    ),
    Broken(
        "soap/wsa-soap-6.4.1/1",
        "Has two Actions",
        "A message has one Action.",
        DUPLICATE,
        "soap.action.twice",
        _with(f"<wsa:Action>{n.ACTIONS['ITI-42'][0]}</wsa:Action>".encode()),
        subcode="wsa:InvalidAddressingHeader",
    ),
    Broken(
        "soap/wsa-soap-6.4.1/2",
        "Wants the answer at another address",
        "An answer that is wanted elsewhere is sent there, or the request is refused.",
        "WS-Addressing 1.0 Core 3.4; SOAP Binding 6.4.1.7; ITI TF-2 V.5.3",
        "soap.replyTo.elsewhere",
        lambda made: replace(made, reply_to="http://127.0.0.1:9/answers").xml(),
        (),
    ),
    Broken(
        "soap/V.3.2/30",
        "Has the Action of ITI-42 and the body of ITI-18",
        "Action and body go together.",
        BODY,
        "soap.action.other-body",
        _action(n.ACTIONS["ITI-42"][0]),
        (),
        level=SHOULD,
    ),
    Broken(
        "soap/V.3.2/31",
        "Has a body that nobody knows",
        "The body is what the transaction asks for.",
        BODY,
        "soap.action.body",
        _body(f'<soap:Body><x:Question xmlns:x="{FOREIGN}"/></soap:Body>'.encode()),
        (),
    ),
    Broken(
        "soap/V.3.2/32",
        "Has the right body in the wrong namespace",
        "An element is known by its namespace as well as by its name.",
        BODY + "; Namespaces in XML 1.0 2",
        "soap.action.body",
        lambda made: made.xml().replace(n.QUERY.encode(), n.QUERY.replace("3.0", "2.1").encode()),
        (),
    ),
    Broken(
        "soap/soap12p1-5.3/1",
        "Has an empty Body",
        "The body is what the transaction asks for.",
        SHAPE,
        "soap.shape",
        _body(b"<soap:Body/>"),
        (),
    ),
    Broken(
        "soap/soap12p1-5.3/2",
        "Asks two questions in one Body",
        "The Body of a document/literal message has one element.",
        BODY + "; WS-I Basic Profile 2.0 R2201",
        "soap.shape",
        lambda made: made.xml().replace(made.body, made.body * 2),
        (),
        level=SHOULD,
    ),
    Broken(
        "soap/soap12p1-5.1/2",
        "Has no Body",
        "An envelope has a Body.",
        SHAPE,
        "soap.shape",
        _body(b""),
        (),
    ),
    Broken(
        "soap/soap12p1-5.1/3",
        "Puts the Header behind the Body",
        "The Header comes before the Body.",
        SHAPE,
        "soap.shape",
        lambda made: re.sub(
            rb"(<soap:Header>.*</soap:Header>)(<soap:Body>.*</soap:Body>)", rb"\2\1", made.xml(), flags=re.DOTALL
        ),
        (),
        level=SHOULD,
    ),
    Broken(
        "soap/soap12p1-5.1/4",
        "Has two Bodies",
        "An envelope has one Body.",
        SHAPE,
        "soap.shape",
        _replaced(b"</soap:Envelope>", b"<soap:Body/></soap:Envelope>"),
        (),
        level=SHOULD,
    ),
    Broken(
        "soap/soap12p1-5.1/5",
        "Sends the body without an envelope",
        "A message is an envelope.",
        SHAPE,
        "soap.shape",
        lambda made: made.body,
        ("Sender", "VersionMismatch"),
    ),
    Broken(
        "soap/soap12p1-5.1/6",
        "Sends an Envelope without a namespace",
        "An envelope is known by its namespace.",
        VERSION,
        "soap.version.other",
        lambda made: f"<Envelope><Body>{made.body.decode()}</Body></Envelope>".encode(),
        ("Sender", "VersionMismatch"),
    ),
    Broken(
        "soap/soap12p1-5.4/10",
        "Sends a fault as a request",
        "A fault asks for nothing.",
        BODY,
        "soap.shape",
        _body(b"<soap:Body>" + fault("Sender").encode() + b"</soap:Body>"),
        (),
    ),
)


def _older(answer: Answer) -> etree._Element | None:
    """The answer when it is a fault of SOAP 1.1, as a SOAP 1.1 message may be given. # SOAP 1.2 Part 1 A"""
    try:
        root = parse(answer.body)
    except ValueError:
        return None
    return None if root.find(f"{{{n.SOAP11}}}Body/{{{n.SOAP11}}}Fault") is None else root


def _mismatches(answer: Answer, root: etree._Element) -> None:
    code = next(root.iter("faultcode"), None)
    prefix, _, name = ("" if code is None else code.text or "").strip().rpartition(":")
    known = code is not None and code.nsmap.get(prefix or None) == n.SOAP11
    where = "/soap11:Envelope/soap11:Body/soap11:Fault/faultcode"
    answer.check("the fault is VersionMismatch", known and name == "VersionMismatch", where, "VersionMismatch", name)
    silent_inside(answer)


def is_refused(broken: Broken, trial: Trial) -> None:
    answer = ask(trial, broken.write(question(trial)), broken.content_type)
    older = _older(answer) if broken.older else None
    if older is not None:
        _mismatches(answer, older)
    elif answer.exchange.status == 202 and broken.covers == "soap.replyTo.elsewhere":
        answer.check("the answer comes to another address", not answer.body.strip(), "HTTP status", 202, 202)
    elif broken.codes:
        faults_as(answer, *broken.codes)
    else:
        turned_away(answer)
    if broken.subcode and older is None and answer.fault:
        said = answer.fault
        right = broken.subcode in said.split("/")
        answer.check(f"the Subcode is {broken.subcode}", right, "soap:Subcode/soap:Value", broken.subcode, said, SHOULD)
    alive(trial)


for _broken in BROKEN:
    case(
        _broken.id,
        title=_broken.title,
        requirement=_broken.requirement,
        section=_broken.section,
        passing=fault((_broken.codes or ("Sender",))[0], _broken.subcode),
        level=_broken.level,
        asks="IHE" if _broken.section.startswith("ITI") else "W3C",
        needs=["registry"],
        covers=[_broken.covers],
    )(functools.partial(is_refused, _broken))


@case(
    "soap/soap12p1-5.4.8/5",
    title="Reads which header block was not understood",
    requirement="The fault MustUnderstand names each header block that was not understood in a NotUnderstood header.",
    section="SOAP 1.2 Part 1 5.4.8",
    level=SHOULD,
    asks="W3C",
    passing='<soap:NotUnderstood qname="x:Notice" xmlns:x="…"/>',
    needs=["registry"],
    covers=["soap.mustUnderstand.notUnderstood"],
)
def names_it(trial: Trial) -> None:
    answer = ask(trial, _with(header(attributes=_MUST))(question(trial))).faults("MustUnderstand")
    got = []
    for each in answer.xpath("/soap:Envelope/soap:Header/soap:NotUnderstood"):
        prefix, _, name = str(each.get("qname")).rpartition(":")
        got.append((each.nsmap.get(prefix or None), name))
    xpath = "/soap:Envelope/soap:Header/soap:NotUnderstood/@qname"
    answer.check("NotUnderstood names the header block", (FOREIGN, "Notice") in got, xpath, (FOREIGN, "Notice"), got)


@case(
    "soap/soap12p1-5.4.7/4",
    title="Reads which envelope is understood",
    requirement="The fault VersionMismatch names the envelope that is understood in an Upgrade header.",
    section="SOAP 1.2 Part 1 5.4.7",
    level=SHOULD,
    asks="W3C",
    passing='<soap:Upgrade><soap:SupportedEnvelope qname="soap:Envelope"/></soap:Upgrade>',
    needs=["registry"],
    covers=["soap.version.upgrade"],
)
def names_the_version(trial: Trial) -> None:
    answer = ask(trial, _soap11(question(trial)))
    root = _older(answer)
    if root is None:
        root = answer.faults("VersionMismatch").envelope
    xpath = "//soap:Upgrade/soap:SupportedEnvelope"
    supported = root.iterfind(f".//{{{n.SOAP12}}}Upgrade/{{{n.SOAP12}}}SupportedEnvelope")
    got = [each.nsmap.get(str(each.get("qname")).rpartition(":")[0] or None) for each in supported]
    answer.check("Upgrade names SOAP 1.2", n.SOAP12 in got, xpath, n.SOAP12, got)
