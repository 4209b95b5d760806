"""Hostile messages: whatever comes, the target refuses it or bears it, and answers the next ordinary request."""

import functools
import gzip
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from conformance.answer import Answer
from conformance.book import case
from conformance.cases._packed import Packed, usual
from conformance.cases._soap import FOREIGN, SIMPLE, ask, chunked, header, question
from conformance.messages import names as n
from conformance.model import MUST, SHOULD, Message
from conformance.passing import STILL_THERE
from conformance.resilience import alive, repository_alive, silent_inside, told, turned_away
from conformance.trial import Trial
from conformance.wire.http import head

_SEEDED: Final = random.Random(1918)  # noqa: S311 - the same noise in every run
_NOISE: Final = _SEEDED.randbytes(20_000)
PARSERS: Final = "OWASP ASVS 13.3.1, 5.5"


@dataclass(frozen=True, slots=True)
class Attack:
    """A message that costs its reader more than its sender, or that means two things."""

    id: str
    title: str
    send: Callable[[Trial], Answer]
    refuses: bool = True
    """Whether it must not be acted upon; what is merely large may be answered."""
    section: str = PARSERS
    repository: bool = False


def _body(content: bytes) -> Callable[[Trial], Answer]:
    return lambda trial: ask(trial, content)


def _header(block: Callable[[], bytes]) -> Callable[[Trial], Answer]:
    """With a header block that is made when it is sent."""

    def send(trial: Trial) -> Answer:
        made = question(trial)
        return ask(trial, replace(made, headers=(*made.headers, block())).xml())

    return send


def _nested(levels: int) -> bytes:
    return b"<a>" * levels + b"</a>" * levels


def _in_body(content: Callable[[], bytes]) -> Callable[[Trial], Answer]:
    def send(trial: Trial) -> Answer:
        made = question(trial)
        end = b"</rim:AdhocQuery>"
        return ask(trial, made.xml().replace(end, content() + end))

    return send


def _http(*sent: tuple[str, str], content: Callable[[bytes], bytes] = lambda body: body) -> Callable[[Trial], Answer]:
    return lambda trial: ask(trial, content(question(trial).xml()), SIMPLE, sent)


def _hang_up(*sent: tuple[str, str], keep: float = 0.5) -> Callable[[Trial], Answer]:
    """Goes away after a part of the body."""

    def send(trial: Trial) -> Answer:
        content = question(trial).xml()
        length = [] if any(name == "Transfer-Encoding" for name, _ in sent) else [("Content-Length", str(len(content)))]
        cut = content[: int(len(content) * keep)]
        return trial.post("ITI-18", cut, SIMPLE, http=[*sent, *length], hang_up=True)

    return send


def _half_a_head(trial: Trial) -> Answer:
    url = trial.url("ITI-18")
    request = Message(head(url, [("Content-Type", SIMPLE)], 100)[:60], b"", SIMPLE)
    return trial.send(url, request, n.LABELS["ITI-18"], "ITI-18", hang_up=True)


def _not_http(trial: Trial) -> Answer:
    url = trial.url("ITI-18")
    return trial.send(url, Message(_NOISE[:500] + b"\r\n\r\n", b"", ""), n.LABELS["ITI-18"], "ITI-18", hang_up=True)


def _multipart(change: Callable[[Packed], Packed]) -> Callable[[Trial], Answer]:
    def send(trial: Trial) -> Answer:
        packed = change(usual(trial, trial.submission(trial.entry())))
        return trial.post("ITI-41", packed.body(), packed.content_type, http=packed.http)

    return send


_PART: Final = (("Content-Type", "text/plain"),)

ATTACKS: Final = (
    Attack(
        "soap/robustness/10",
        "Nests elements fifty thousand deep in the Header",
        _header(lambda: header(text=_nested(50_000).decode())),
        refuses=False,
    ),
    Attack(
        "soap/robustness/11",
        "Nests elements five thousand deep in the Body",
        _in_body(lambda: _nested(5_000)),
        refuses=False,
    ),
    Attack(
        "soap/robustness/12",
        "Has an attribute of a million letters",
        _header(lambda: header(attributes=f'note="{"a" * 1_000_000}"')),
        refuses=False,
    ),
    Attack(
        "soap/robustness/13",
        "Has forty thousand attributes on one element",
        _header(lambda: header(attributes=" ".join(f'a{i}="1"' for i in range(40_000)))),
        refuses=False,
    ),
    Attack(
        "soap/robustness/14",
        "Declares thirty thousand namespaces",
        _header(lambda: header(attributes=" ".join(f'xmlns:p{i}="urn:p{i}"' for i in range(30_000)))),
        refuses=False,
    ),
    Attack(
        "soap/robustness/15",
        "Has two hundred thousand elements in the Header",
        _header(lambda: header(text="<a/>" * 200_000)),
        refuses=False,
    ),
    Attack(
        "soap/robustness/16",
        "Has a MessageID of two hundred thousand letters",
        lambda trial: ask(trial, replace(question(trial), message_id="urn:x:" + "a" * 200_000).xml()),
        refuses=False,
    ),
    Attack(
        "soap/robustness/17",
        "Has an element name of a hundred thousand letters",
        _header(lambda: f'<x:{"n" * 100_000} xmlns:x="{FOREIGN}"/>'.encode()),
        refuses=False,
    ),
    Attack(
        "soap/robustness/18",
        "Has a comment of a million hyphens and blanks",
        lambda trial: ask(trial, question(trial).xml() + b"<!--" + b" -" * 500_000 + b" -->"),
        refuses=False,
    ),
    Attack("soap/robustness/19", "Sends noise as a SOAP message", _body(_NOISE)),
    Attack(
        "soap/robustness/20",
        "Has an HTTP header of two hundred thousand letters",
        _http(("X-Note", "a" * 200_000)),
        refuses=False,
        section="RFC 9110 5.4",
    ),
    Attack(
        "soap/robustness/21",
        "Has two thousand HTTP headers",
        _http(*((f"X-Note-{i}", "a") for i in range(2_000))),
        refuses=False,
        section="RFC 9110 5.4",
    ),
    Attack(
        "soap/robustness/22",
        "Has a Content-Length that is no number",
        _http(("Content-Length", "many")),
        section="RFC 9112 6.3",
    ),
    Attack(
        "soap/robustness/23", "Has a negative Content-Length", _http(("Content-Length", "-1")), section="RFC 9112 6.3"
    ),
    Attack(
        "soap/robustness/24",
        "Has two different Content-Lengths",
        _http(("Content-Length", "10"), ("Content-Length", "2000")),
        section="RFC 9112 6.3",
    ),
    Attack(
        "soap/robustness/25",
        "Has both Content-Length and Transfer-Encoding",
        _http(("Content-Length", "5"), ("Transfer-Encoding", "chunked"), content=chunked),
        refuses=False,
        section="RFC 9112 6.1",
    ),
    Attack(
        "soap/robustness/26",
        "Has a chunk whose size is no number",
        _http(("Transfer-Encoding", "chunked"), content=lambda body: b"zz\r\n" + body),
        section="RFC 9112 7.1",
    ),
    Attack(
        "soap/robustness/27",
        "Names a transfer coding that does not exist",
        _http(("Transfer-Encoding", "carnet")),
        section="RFC 9112 6.1",
    ),
    Attack("soap/robustness/28", "Hangs up in the middle of the body", _hang_up(), section="RFC 9112 8"),
    Attack("soap/robustness/29", "Hangs up before the first byte of the body", _hang_up(keep=0), section="RFC 9112 8"),
    Attack("soap/robustness/30", "Hangs up in the middle of the HTTP headers", _half_a_head, section="RFC 9112 8"),
    Attack("soap/robustness/31", "Sends noise in the place of HTTP", _not_http, section="RFC 9112 3"),
    Attack(
        "soap/robustness/32",
        "Sends twenty million blanks in twenty thousand bytes of gzip",
        _http(("Content-Encoding", "gzip"), content=lambda body: gzip.compress(body + b" " * 20_000_000)),
        refuses=False,
        section="OWASP ASVS 12.1.2",
    ),
    Attack(
        "soap/robustness/33",
        "Says gzip of what is no gzip",
        _http(("Content-Encoding", "gzip")),
        section="RFC 9110 8.4",
    ),
    Attack(
        "soap/robustness/34",
        "Has three thousand parts",
        _multipart(lambda made: replace(made, more=((_PART, b"x"),) * 3_000)),
        refuses=False,
        repository=True,
    ),
    Attack(
        "soap/robustness/35",
        "Has a part with a header of three hundred thousand letters",
        _multipart(lambda made: replace(made, part_headers=(*_PART, ("X-Note", "a" * 300_000)))),
        repository=True,
        refuses=False,
    ),
    Attack(
        "soap/robustness/36",
        "Has thirty thousand lines that nearly are a boundary",
        _multipart(lambda made: replace(made, preamble=(b"\r\n--" + made.boundary[:-1].encode()) * 30_000 + b"\r\n")),
        refuses=False,
        repository=True,
    ),
    Attack(
        "soap/robustness/37",
        "Sends noise as a multipart message",
        _multipart(lambda made: replace(made, coding=lambda _: _NOISE)),
        repository=True,
    ),
    Attack(
        "soap/robustness/38",
        "Has a boundary of sixty thousand letters",
        _multipart(lambda made: replace(made, boundary="b" * 60_000)),
        refuses=False,
        repository=True,
    ),
    Attack(
        "soap/robustness/39",
        "Has a Content-Type of eight thousand semicolons",
        lambda trial: ask(trial, question(trial).xml(), "application/soap+xml" + ";" * 8_000),
        refuses=False,
    ),
    Attack(
        "soap/robustness/40",
        "Nests elements fifty thousand deep in an MTOM message",
        _multipart(
            lambda made: replace(
                made,
                root=made.root.replace(b"<rim:RegistryObjectList>", b"<rim:RegistryObjectList>" + _nested(50_000), 1),
            )
        ),
        repository=True,
        refuses=False,
    ),
)


def is_borne(attack: Attack, trial: Trial) -> None:
    answer = attack.send(trial)
    if attack.refuses:
        turned_away(answer, by_fault=not attack.section.startswith("RFC 9112"))
    else:
        hangs = "within" in answer.exchange.trouble
        answer.check("it is answered in time, or the connection closed", not hangs, "answer", "in time", told(answer))
        silent_inside(answer)
    (repository_alive if attack.repository else alive)(trial)


for _attack in ATTACKS:
    case(
        _attack.id,
        title=_attack.title,
        requirement="A hostile message is refused or borne; either way the next ordinary request is answered.",
        section=_attack.section,
        passing=STILL_THERE,
        level=MUST,
        asks="OWASP" if _attack.section.startswith("OWASP") else "IETF",
        needs=["repository" if _attack.repository else "registry"],
        covers=["soap.robust"],
    )(functools.partial(is_borne, _attack))


@case(
    "soap/robustness/50",
    title="Hangs up twenty times in the middle of a message",
    requirement="Connections that break off leave nothing behind that would keep others from being served.",
    section="RFC 9112 8",
    level=SHOULD,
    asks="IETF",
    passing=STILL_THERE,
    needs=["registry"],
    covers=["soap.robust"],
)
def many_hang_ups(trial: Trial) -> None:
    send = _hang_up(keep=0.7)
    for _ in range(20):
        send(trial)
    alive(trial)


@case(
    "soap/robustness/51",
    title="Sends one wrong message after the other, and a right one between them",
    requirement="A wrong message has no effect on the messages after it.",
    section=PARSERS,
    asks="OWASP",
    passing=STILL_THERE,
    needs=["registry"],
    covers=["soap.robust"],
)
def alternating(trial: Trial) -> None:
    wrong = (b"<", _NOISE[:200], question(trial).xml()[:-5], b"\x00" * 100, b"<a xmlns='urn:b'/>")
    for content in wrong:
        turned_away(ask(trial, content))
        alive(trial)
