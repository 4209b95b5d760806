"""MTOM: messages whose parts do not fit together, and that nothing of them is kept. # ITI TF-2 V.8.2; RFC 2046"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from conformance.book import case
from conformance.cases._packed import CONTENT, Packed, usual
from conformance.cases._soap import vouched
from conformance.kept import is_not_kept
from conformance.messages import names as n
from conformance.messages.envelope import Envelope
from conformance.messages.objects import content_id
from conformance.model import MUST, SHOULD, Level
from conformance.passing import fault
from conformance.resilience import repository_alive, turned_away
from conformance.trial import Trial

FRAMING: Final = "RFC 2046 5.1.1"
XOP: Final = "XOP 1.0 3.2; ITI TF-2 V.8.2"
OUTSIDE: Final = "RFC 2392 2; OWASP ASVS 12.6"


@dataclass(frozen=True, slots=True)
class Broken:
    """A multipart message that nobody can read as it was meant."""

    id: str
    title: str
    requirement: str
    section: str
    covers: str
    change: Callable[[Packed], Packed]
    level: Level = MUST
    hang_up: bool = False


def _href(value: str) -> Callable[[Packed], Packed]:
    def change(made: Packed) -> Packed:
        before = f'href="cid:{content_id(made.entry)}"'.encode()
        if before not in made.root:
            raise ValueError("the message refers to no part")
        return replace(made, root=made.root.replace(before, f'href="{value}"'.encode()))

    return change


def _inside(old: bytes, new: bytes) -> Callable[[Packed], Packed]:
    return lambda made: replace(made, root=made.root.replace(old, new, 1))


def _cut(keep: Callable[[bytes], int]) -> Callable[[Packed], Packed]:
    """The body ends after so many bytes, and its Content-Length says so."""
    return lambda made: replace(made, coding=lambda body: body[: keep(body)])


def _other_boundary(made: Packed) -> Packed:
    return replace(made, announced='"nowhere-in-the-body"')


def _no_boundary(made: Packed) -> Packed:
    return replace(made, parameters=tuple(each for each in made.parameters if each[0] != "boundary"))


def _lost_part(made: Packed) -> Packed:
    other = (("Content-Type", "text/plain"), ("Content-ID", "<another@conformance.example>"))
    return replace(made, part_headers=other)


def _two_of_one_id(made: Packed) -> Packed:
    headers = (("Content-Type", "text/plain"), ("Content-ID", f"<{content_id(made.entry)}>"))
    return replace(made, more=((headers, b"x" * len(CONTENT)),))


BROKEN: Final = (
    Broken(
        "soap/xop-3.2/10",
        "Refers to a part that is not there",
        "A reference to a part that is not in the message is refused.",
        XOP,
        "soap.mtom.part-missing",
        _lost_part,
    ),
    Broken(
        "soap/xop-3.2/11",
        "Refers to a file of the target",
        "A reference is a cid URL; no other is followed.",
        OUTSIDE,
        "soap.mtom.part-outside",
        _href("file:///etc/passwd"),
    ),
    Broken(
        "soap/xop-3.2/12",
        "Refers to a web page",
        "A reference is a cid URL; no other is followed.",
        OUTSIDE,
        "soap.mtom.part-outside",
        _href("http://127.0.0.1:9/document"),
    ),
    Broken(
        "soap/xop-3.2/13",
        "Has an xop:Include without href",
        "An xop:Include says which part it stands for.",
        XOP,
        "soap.mtom.part-missing",
        _href(""),
    ),
    Broken(
        "soap/xop-3.2/14",
        "Has text beside an xop:Include",
        "An xop:Include is the only content of its element.",
        XOP,
        "soap.mtom.part-missing",
        _inside(b"<xop:Include", b"QUJD<xop:Include"),
        SHOULD,
    ),
    Broken(
        "soap/xop-3.2/15",
        "Puts an xop:Include into a header",
        "An xop:Include stands for base64 content, and elsewhere for nothing.",
        XOP,
        "soap.mtom.part-missing",
        _inside(
            b"<wsa:To>",
            b'<wsa:To><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:root"/>',
        ),
        SHOULD,
    ),
    Broken(
        "soap/rfc2045-7/10",
        "Has two parts with the same Content-ID",
        "A Content-ID stands for one part: a reference that could mean two is refused.",
        "RFC 2045 7",
        "soap.mtom.part-ambiguous",
        _two_of_one_id,
        SHOULD,
    ),
    Broken(
        "soap/rfc2046-5.1.1/20",
        "Does not say the boundary",
        "A multipart message announces its boundary.",
        FRAMING,
        "soap.mtom.unbounded",
        _no_boundary,
    ),
    Broken(
        "soap/rfc2046-5.1.1/21",
        "Announces another boundary than it uses",
        "The parts stand between the announced boundaries.",
        FRAMING,
        "soap.mtom.unbounded",
        _other_boundary,
    ),
    Broken(
        "soap/rfc2046-5.1.1/22",
        "Ends before the closing boundary",
        "A message without its closing boundary is cut short, and refused.",
        FRAMING,
        "soap.mtom.cut",
        _cut(lambda body: body.rindex(b"\r\n--")),
    ),
    Broken(
        "soap/rfc2046-5.1.1/23",
        "Ends in the middle of the document",
        "A message that was cut short is refused, and the half of its document is not kept.",
        FRAMING,
        "soap.mtom.cut",
        _cut(lambda body: body.index(CONTENT) + 10),
    ),
    Broken(
        "soap/rfc2046-5.1.1/24",
        "Ends in the middle of the envelope",
        "A message that was cut short is refused.",
        FRAMING,
        "soap.mtom.cut",
        _cut(lambda body: len(body) // 3),
    ),
    Broken(
        "soap/rfc2046-5.1.1/25",
        "Ends in the closing boundary",
        "A message whose closing boundary is not whole is cut short, and refused.",
        FRAMING,
        "soap.mtom.cut",
        _cut(lambda body: len(body.rstrip()) - 2),
    ),
    Broken(
        "soap/rfc2046-5.1.1/26",
        "Has no part at all",
        "A multipart message has parts.",
        FRAMING,
        "soap.mtom.cut",
        lambda made: replace(made, coding=lambda _: b"--" + made.boundary.encode() + b"--\r\n"),
    ),
    Broken(
        "soap/rfc2046-5.1.1/27",
        "Has a body of no bytes",
        "A multipart message has parts.",
        FRAMING,
        "soap.mtom.cut",
        lambda made: replace(made, coding=lambda _: b""),
    ),
    Broken(
        "soap/rfc9112-6.3/1",
        "Hangs up in the middle of the document",
        "A message that ends before its Content-Length is not acted upon.",
        "RFC 9112 6.3, 8",
        "soap.mtom.cut",
        lambda made: replace(
            made,
            http=(("Content-Length", str(len(made.body()))),),
            coding=lambda body: body[: body.index(CONTENT) + 10],
        ),
        hang_up=True,
    ),
    Broken(
        "soap/rfc9112-7.1/4",
        "Hangs up before the last chunk",
        "A chunked message that does not come to its end is not acted upon.",
        "RFC 9112 7.1, 8",
        "soap.mtom.cut",
        lambda made: replace(
            made,
            http=(("Transfer-Encoding", "chunked"),),
            coding=lambda body: f"{len(body):x}\r\n".encode() + body[:-60],
        ),
        hang_up=True,
    ),
    Broken(
        "soap/xop-4.1/10",
        "Has a document in the place of the envelope",
        "The root part is the envelope; another part is not taken for it.",
        "RFC 2387 3.2; XOP 1.0 4.1",
        "soap.mtom.root",
        lambda made: replace(made, root_first=False, parameters=tuple(p for p in made.parameters if p[0] != "start")),
    ),
)


def is_refused(broken: Broken, trial: Trial) -> None:
    entry = trial.entry(content=CONTENT)
    packed = broken.change(usual(trial, trial.submission(entry)))
    answer = trial.post("ITI-41", packed.body(), packed.content_type, http=packed.http, hang_up=broken.hang_up)
    turned_away(answer, by_fault=not broken.hang_up)
    is_not_kept(trial, entry)
    repository_alive(trial)


for _broken in BROKEN:
    case(
        _broken.id,
        title=_broken.title,
        requirement=f"{_broken.requirement} Nothing of it is kept.",
        section=_broken.section,
        passing=fault("Sender"),
        level=_broken.level,
        asks="OWASP" if "OWASP" in _broken.section else "W3C" if "XOP" in _broken.section else "IETF",
        needs=["repository", "registry"],
        covers=[_broken.covers, "soap.robust", "iti-41.atomic"],
    )(functools.partial(is_refused, _broken))


@case(
    "soap/rfc9112-6.3/2",
    title="Hangs up in the middle of a simple message",
    requirement="A message that ends before its Content-Length is not acted upon: nothing of it is registered.",
    section="RFC 9112 6.3, 8",
    asks="IETF",
    passing="An HTTP status of 400 or more, or the end of the connection.",
    needs=["registry"],
    covers=["soap.robust"],
)
def simple_cut(trial: Trial) -> None:
    entry = trial.entry()
    body, url = trial.submission(entry).register(), trial.url("ITI-42")
    content = Envelope(body, n.ACTIONS["ITI-42"][0], url, headers=vouched(trial, "ITI-42")).xml()
    sent = [("Content-Length", str(len(content) + 100))]
    answer = trial.post("ITI-42", content, "application/soap+xml; charset=UTF-8", http=sent, hang_up=True)
    turned_away(answer, by_fault=False)
    trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [entry.id])]).finds()
