"""SOAP: messages that are not XML, or XML that SOAP forbids, and entities that must not be followed."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from conformance.book import case
from conformance.cases._soap import ask, question
from conformance.messages.envelope import Envelope
from conformance.model import MUST, SHOULD, Level
from conformance.passing import fault
from conformance.resilience import alive, faults_as, turned_away
from conformance.trial import Trial

WELL_FORMED: Final = "XML 1.0 2.1; SOAP 1.2 Part 1 5.4.6"
DOCTYPE: Final = "SOAP 1.2 Part 1 5"
ENTITIES: Final = "SOAP 1.2 Part 1 5; OWASP ASVS 5.5.2"
EXPANDED: Final = "expanded-by-the-target"


@dataclass(frozen=True, slots=True)
class Malformed:
    """A message that nobody may read as if it were right."""

    id: str
    title: str
    requirement: str
    section: str
    covers: str
    write: Callable[[Envelope], bytes]
    codes: tuple[str, ...] = ("Sender",)
    level: Level = MUST


def _replaced(old: bytes, new: bytes) -> Callable[[Envelope], bytes]:
    def write(made: Envelope) -> bytes:
        before = made.xml()
        if old not in before:
            raise ValueError(f"{old!r} is not in the message")
        return before.replace(old, new, 1)

    return write


def _doctype(declaration: str, message_id: str = "") -> Callable[[Envelope], bytes]:
    """The message behind a DOCTYPE; with an entity reference in MessageID, which a careless target would repeat."""

    def write(made: Envelope) -> bytes:
        text = made.xml().replace(b"<soap:Envelope", declaration.encode() + b"\n<soap:Envelope", 1)
        return re.sub(rb"(<wsa:MessageID>).*?<", rb"\1" + message_id.encode() + b"<", text) if message_id else text

    return write


_BOMB: Final = (
    '<!DOCTYPE soap:Envelope [<!ENTITY e0 "carnet">'
    + "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10))
    + "]>"
)
_QUADRATIC: Final = f'<!DOCTYPE soap:Envelope [<!ENTITY long "{"a" * 50_000}">]>'

MALFORMED: Final = (
    Malformed(
        "soap/xml/20",
        "Leaves an element open",
        "What is not well-formed is refused.",
        WELL_FORMED,
        "soap.malformed",
        _replaced(b"</soap:Header>", b""),
    ),
    Malformed(
        "soap/xml/21",
        "Ends in the middle of the Body",
        "What is not well-formed is refused.",
        WELL_FORMED,
        "soap.malformed",
        lambda made: made.xml()[:-40],
    ),
    Malformed(
        "soap/xml/22",
        "Has a bare ampersand",
        "What is not well-formed is refused.",
        WELL_FORMED,
        "soap.malformed",
        _replaced(b"<wsa:To>", b"<wsa:To>a & b"),
    ),
    Malformed(
        "soap/xml/23",
        "Uses a prefix that is not declared",
        "A prefix that is not declared has no namespace.",
        "Namespaces in XML 1.0 5",
        "soap.malformed",
        _replaced(b"<soap:Header>", b"<soap:Header><nobody:Header/>"),
    ),
    Malformed(
        "soap/xml/24",
        "Gives an element the same attribute twice",
        "What is not well-formed is refused.",
        WELL_FORMED,
        "soap.malformed",
        _replaced(b'mustUnderstand="1"', b'mustUnderstand="1" soap:mustUnderstand="0"'),
    ),
    Malformed(
        "soap/xml/25",
        "Sends two envelopes, one behind the other",
        "A document has one root.",
        WELL_FORMED,
        "soap.malformed",
        lambda made: made.xml() + made.xml().partition(b"\n")[2],
    ),
    Malformed(
        "soap/xml/26",
        "Sends nothing",
        "A request has a message.",
        WELL_FORMED,
        "soap.malformed",
        lambda _: b"",
        (),
    ),
    Malformed(
        "soap/xml/27",
        "Sends a text",
        "What is no XML is refused.",
        WELL_FORMED,
        "soap.malformed",
        lambda _: b"find all documents of Anne Durand, please",
    ),
    Malformed(
        "soap/xml/28",
        "Sends JSON under the media type of SOAP",
        "What is no XML is refused.",
        WELL_FORMED,
        "soap.malformed",
        lambda _: b'{"resourceType": "Bundle"}',
    ),
    Malformed(
        "soap/xml/29",
        "Sends an HTML page under the media type of SOAP",
        "What is no envelope is refused.",
        WELL_FORMED,
        "soap.malformed",
        lambda _: b"<html><head><title>No<br></title></head></html>",
    ),
    Malformed(
        "soap/xml/30",
        "Has bytes that are not UTF-8",
        "Bytes that are not of the declared encoding are refused.",
        "XML 1.0 4.3.3",
        "soap.encoding",
        _replaced(b"<wsa:To>", b"<wsa:To>\xe9\xff"),
    ),
    Malformed(
        "soap/xml/31",
        "Has a zero byte",
        "Characters that XML does not have are refused.",
        "XML 1.0 2.2",
        "soap.encoding",
        _replaced(b"<wsa:To>", b"<wsa:To>\x00"),
    ),
    Malformed(
        "soap/xml/32",
        "Has a reference to a control character",
        "Characters that XML does not have are refused, also when they are written by number.",
        "XML 1.0 2.2, 4.1",
        "soap.encoding",
        _replaced(b"<wsa:To>", b"<wsa:To>&#8;"),
    ),
    Malformed(
        "soap/xml/33",
        "Uses an entity that nobody declared",
        "An entity that is not declared is an error.",
        "XML 1.0 4.1",
        "soap.entities",
        _replaced(b"<wsa:To>", b"<wsa:To>&nbsp;"),
    ),
    Malformed(
        "soap/soap12p1-5/10",
        "Has a document type declaration that declares nothing",
        "A message with a document type declaration is refused.",
        DOCTYPE,
        "soap.doctype",
        _doctype("<!DOCTYPE soap:Envelope>"),
    ),
    Malformed(
        "soap/soap12p1-5/11",
        "Refers to an external DTD",
        "A message with a document type declaration is refused, and the DTD is not fetched.",
        DOCTYPE,
        "soap.doctype",
        _doctype('<!DOCTYPE soap:Envelope SYSTEM "http://127.0.0.1:9/soap.dtd">'),
    ),
    Malformed(
        "soap/soap12p1-5/12",
        "Declares an entity and uses it as MessageID",
        "Entities are not expanded: the answer does not hold what they stand for.",
        ENTITIES,
        "soap.entities",
        _doctype(f'<!DOCTYPE soap:Envelope [<!ENTITY e "urn:{EXPANDED}">]>', "&e;"),
    ),
    Malformed(
        "soap/soap12p1-5/13",
        "Declares a file of the target as an entity and uses it as MessageID",
        "External entities are not read: the answer holds nothing of the target's files.",
        ENTITIES,
        "soap.entities",
        _doctype('<!DOCTYPE soap:Envelope [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "&e;"),
    ),
    Malformed(
        "soap/soap12p1-5/14",
        "Uses a parameter entity that fetches a DTD",
        "External entities are not fetched.",
        ENTITIES,
        "soap.entities",
        _doctype('<!DOCTYPE soap:Envelope [<!ENTITY % p SYSTEM "http://127.0.0.1:9/evil.dtd"> %p;]>'),
    ),
    Malformed(
        "soap/soap12p1-5/15",
        "Declares entities that grow to ten thousand million letters",
        "Entities are not expanded; the message is refused at once.",
        ENTITIES,
        "soap.entities",
        _doctype(_BOMB, "&e9;"),
    ),
    Malformed(
        "soap/soap12p1-5/16",
        "Uses one long entity two thousand times",
        "Entities are not expanded; the message is refused at once.",
        ENTITIES,
        "soap.entities",
        _doctype(_QUADRATIC, "&long;" * 2_000),
    ),
    Malformed(
        "soap/soap12p1-5/17",
        "Hides the document type declaration behind four thousand blanks",
        "A message with a document type declaration is refused, wherever it stands.",
        DOCTYPE,
        "soap.doctype",
        _doctype(f'{" " * 4_000}<!DOCTYPE soap:Envelope [<!ENTITY e "urn:{EXPANDED}">]>', "&e;"),
    ),
)


def is_refused(malformed: Malformed, trial: Trial) -> None:
    answer = ask(trial, malformed.write(question(trial)))
    if malformed.codes:
        faults_as(answer, *malformed.codes)
    else:
        turned_away(answer)
    text = answer.body.decode("utf-8", "replace")
    leaked = next((each for each in (EXPANDED, "root:x:", "a" * 50_000) if each in text), "")
    answer.check("the answer holds nothing that an entity stood for", not leaked, "answer", "nothing", leaked[:100])
    alive(trial)


for _malformed in MALFORMED:
    case(
        _malformed.id,
        title=_malformed.title,
        requirement=_malformed.requirement,
        section=_malformed.section,
        passing=fault("Sender"),
        level=_malformed.level,
        asks="OWASP" if "OWASP" in _malformed.section else "W3C",
        needs=["registry"],
        covers=[_malformed.covers, "soap.robust"],
    )(functools.partial(is_refused, _malformed))


@case(
    "soap/soap12p1-5/18",
    title="Has a processing instruction",
    requirement="An envelope has no processing instruction: it is refused, or the instruction passed over.",
    section="SOAP 1.2 Part 1 5",
    level=SHOULD,
    asks="W3C",
    passing=fault("Sender"),
    needs=["registry"],
    covers=["soap.malformed"],
)
def instruction(trial: Trial) -> None:
    made = question(trial).xml().replace(b"<soap:Header>", b"<?carnet do something?><soap:Header>")
    answer = ask(trial, made)
    if not answer.fault:
        answer.succeeds()
    else:
        answer.faults("Sender")
    alive(trial)
