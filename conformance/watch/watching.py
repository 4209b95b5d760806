"""One message after another: received, judged, answered (or not), kept, told."""

import itertools
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from conformance.judging import Judged, Remark, judge
from conformance.judging.book import told
from conformance.model import MUST, Verdict
from conformance.results.stored import StoredMessage
from conformance.watch.actors import Answering
from conformance.watch.course import Arrived, Course, Sending, transaction_of
from conformance.watch.kinds import Stage
from conformance.watch.memory import Memory
from conformance.watch.misbehaviours import Agenda, Misbehaviour
from conformance.watch.reading import Head, decoded
from conformance.watch.recording import Recorder
from conformance.watch.seen import MOST_REMARKS, Seen, verdict_of
from conformance.watch.spoiling import Draft, another_answer, readable, spoil, without_soap
from conformance.watch.withholding import WITHHELD, without_last
from metadata.affinity import AffinityDomain
from security.certificates import TrustStore
from soap.message import Exchange, Peer
from soap.service import service as soap_service

LARGEST_JUDGED: Final = 64 << 20
"""Bytes of a message that is read into memory to be judged, and of an answer to be spoiled."""
_LOOKED_AT: Final = 1 << 20
_COLON: Final = re.compile(rb"--[!-9;-~]{0,200}:")
"""A boundary such as Metro's `uuid:…`: after an empty line nobody takes it for a header. # RFC 2046 5.1.1"""

Forward = Callable[[str, Head, bytes, int], "Draft | str"]
"""(service, head, body, number) → what the real system answered, or why it did not."""


@dataclass(frozen=True, slots=True)
class Options:
    """How messages are judged and answered."""

    profile: str
    codes: AffinityDomain | None
    """What `--codes` names; judging adds what the profile asks."""
    domain: AffinityDomain
    """The same with the rules of the profile, for what only a registry sees."""
    trust: Callable[[], TrustStore | None]
    language: str = "en"
    sites: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Struct_IdNat of a legal entity → those of its sites."""


class Watch:
    """Judges and answers; used from many threads. `told` hears of each exchange when it is over."""

    def __init__(
        self,
        options: Options,
        recorder: Recorder,
        memory: Memory,
        agenda: Agenda,
        told: Callable[[Seen], None],
        forward: Forward | None = None,
    ) -> None:
        self.recorder, self.agenda = recorder, agenda
        self._options, self._memory, self._told, self._forward = options, memory, told, forward
        self._numbers = itertools.count(1)
        self._telling = threading.Lock()

    def answer(self, arrived: Arrived) -> tuple[Sending, Callable[[str], None]]:
        """What to send, and what to call when it was sent (with what went wrong) or could not be."""
        number, started, clock = next(self._numbers), datetime.now(UTC), time.monotonic()
        data = arrived.body.bytes(LARGEST_JUDGED)
        plain = None if data is None else decoded(data, arrived.head.get("content-encoding"))
        transaction = transaction_of(
            arrived.service, plain[:_LOOKED_AT] if plain is not None else arrived.body.first(_LOOKED_AT)
        )
        judged, trouble = self._judge(plain, arrived.head.get("content-type"), arrived.certificate)
        planned = self.agenda.take(transaction) if transaction else ()
        course = Course(arrived, transaction, judged, planned)
        draft = self._answered(course, data, number)
        remarks = self._remarks(judged, course, arrived)
        verdict = Verdict.ERROR if judged is None else verdict_of(judged, remarks)
        kind = arrived.head.get("content-type")
        request = self.recorder.place(transaction, number, "request", arrived.head.raw, arrived.body, kind)
        sending, response = self._placed(course, draft, number, arrived.head)

        def over(broken: str) -> None:
            seen = Seen(
                number,
                started,
                time.monotonic() - clock,
                arrived.client,
                arrived.url,
                transaction,
                judged.kind if judged is not None else "",
                verdict,
                remarks[:MOST_REMARKS],
                judged.checked if judged is not None else (),
                draft.status,
                course.outcome,
                course.codes,
                (*draft.applied, *(("expired-certificate",) if arrived.expired else ())),
                trouble or course.trouble or broken,
                request,
                response,
            )
            self.recorder.keep(seen)
            with self._telling:
                self._told(seen)

        return sending, over

    # --- judging --------------------------------------------------------------------------------------------------

    def _judge(self, data: bytes | None, content_type: str, client: bytes | None = None) -> tuple[Judged | None, str]:
        if data is None:
            return Judged("", (), ()), f"larger than {LARGEST_JUDGED >> 20} MB: it was not judged"
        options = self._options
        if _COLON.match(data):
            data = b"\r\n" + data
        try:
            judged = judge(
                data,
                content_type=content_type or None,
                profile=options.profile,
                at=datetime.now(UTC),
                trust=options.trust(),
                domain=options.codes,
                client=client,
                sites=options.sites,
            )
        except Exception as error:  # noqa: BLE001  whatever a client sends, the watch goes on
            return None, f"judging failed ({type(error).__name__}); please report it with this message"
        return judged, "" if judged.checked else "nothing in it could be checked"

    def _remarks(self, judged: Judged | None, course: Course, arrived: Arrived) -> tuple[Remark, ...]:
        found = list(judged.remarks) if judged is not None else []
        known = {(each.rule, each.where, each.part) for each in found}
        found += [each for each in course.noticed if (each.rule, each.where, each.part) not in known]
        if arrived.expired:
            found.append(_EXPIRED)
        if course.fault and MUST not in {each.level for each in found}:
            found.append(_fault_remark(course.fault))
        found.sort(key=lambda each: each.level is not MUST)
        return tuple(found)

    def _of_answer(self, draft: Draft) -> tuple[Remark, ...]:
        """What is to be said of the answer of the system behind."""
        judged, _ = self._judge(draft.body, draft.header("Content-Type"))
        found = () if judged is None else judged.remarks
        return tuple(replace(each, part=" ".join(filter(None, ("response", each.part)))) for each in found)

    # --- answering ------------------------------------------------------------------------------------------------

    def _answered(self, course: Course, data: bytes | None, number: int) -> Draft:
        """Headers and status of the answer; the body lies in `course.answer`."""
        instead = without_soap(course.planned)
        if instead is not None:
            course.begin(self.recorder.spool(), instead.body)
            return instead
        answer = next((each for each in course.planned if each.kind.stage is Stage.ANSWER), None)
        if answer is not None and not self._withholds(answer, course):
            draft = self._ours(course)
        elif self._forward is not None and data is not None:
            forwarded = self._forward(course.arrived.service, course.arrived.head, data, number)
            if isinstance(forwarded, str):
                course.trouble = forwarded
                forwarded = Draft(502, "Bad Gateway", (("Content-Type", "text/plain"),), forwarded.encode() + b"\n")
            else:
                course.noticed = self._of_answer(readable(forwarded))
                if answer is not None or any(each.kind.stage is Stage.SPOILED for each in course.planned):
                    forwarded = readable(forwarded)
            draft = forwarded if answer is None else without_last(forwarded, answer)
            course.begin(self.recorder.spool(), draft.body)
        else:
            draft = self._ours(course)
        return self._spoiled(course, draft)

    def _withholds(self, asked: Misbehaviour, course: Course) -> bool:
        """Whether it is done to the answer of the system behind: a part of it can be given only by who has it all."""
        return self._forward is not None and asked.kind.name == WITHHELD and course.transaction == "ITI-43"

    def _ours(self, course: Course) -> Draft:
        """The answer of a registry or repository."""
        judged = course.judged or Judged("", (), ())
        answering = Answering(self._memory, judged, self._options.domain, self._options.language)
        answering.instead = another_answer(course.planned, answering)
        arrived = course.arrived

        def finished(exchange: Exchange) -> None:
            course.outcome, course.codes = exchange.outcome, exchange.error_codes
            if exchange.outcome == "Fault" and answering.instead is None:
                course.fault = exchange.fault

        app = soap_service(
            arrived.service,
            answering.operations(arrived.service),
            gate=answering.gate,
            finished=finished,
            peer=lambda _: Peer(arrived.client, arrived.certificate),
        )
        begun: list[tuple[str, list[tuple[str, str]]]] = []
        course.begin(self.recorder.spool(), b"")
        with arrived.body.path.open("rb") as stream:
            pieces = app(_environ(arrived, stream), lambda status, headers: begun.append((status, headers)))
            try:
                for piece in pieces:
                    course.answer.write(piece)
            except ConnectionResetError:
                course.trouble = "the answer broke off"
            finally:
                close = getattr(pieces, "close", None)
                if close is not None:
                    close()
        course.noticed = answering.noticed
        status, headers = begun[0]
        code, _, reason = status.partition(" ")
        asked = [str(each) for each in course.planned if each.kind.stage is Stage.ANSWER]
        return Draft(int(code), reason, tuple(headers), b"", applied=tuple(asked[:1]))

    def _spoiled(self, course: Course, draft: Draft) -> Draft:
        if not any(each.kind.stage is Stage.SPOILED for each in course.planned):
            return draft
        course.answer.close()
        body = course.answer.bytes(LARGEST_JUDGED)
        if body is None:
            course.trouble = "the answer is too large to be spoiled"
            return draft
        spoiled = spoil(replace(draft, body=body), course.planned, course.transaction)
        course.answer.drop()
        course.begin(self.recorder.spool(), spoiled.body)
        return spoiled

    def _placed(self, course: Course, draft: Draft, number: int, request: Head) -> tuple[Sending, StoredMessage | None]:
        """The answer as bytes to send, and where they are kept: what is not sent is not kept."""
        answer = course.answer
        close = draft.cut or not request.keeps_alive
        head = _head(draft, answer.size, close)
        size = answer.size // 2 if draft.cut else answer.size
        if draft.reset:
            answer.drop()
            return Sending(b"", answer.path, 0, draft.wait, reset=True, close=True), None
        if draft.cut:
            answer.close()
            with answer.path.open("r+b") as file:
                file.truncate(size)
            answer.size = size
        kept = self.recorder.place(course.transaction, number, "response", head, answer, draft.header("Content-Type"))
        return Sending(head, answer.path, size, draft.wait, draft.over, close=close), kept


def _environ(arrived: Arrived, stream: Any) -> dict[str, Any]:
    """What WSGI says of the message."""
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/{arrived.service}",
        "CONTENT_TYPE": arrived.head.get("content-type"),
        "CONTENT_LENGTH": str(arrived.body.size),
        "HTTP_CONTENT_ENCODING": arrived.head.get("content-encoding"),
        "wsgi.input": stream,
    }


_OURS: Final = frozenset({"content-length", "connection", "transfer-encoding", "date", "keep-alive"})


def _head(draft: Draft, length: int, close: bool) -> bytes:
    lines = [f"HTTP/1.1 {draft.status} {draft.reason or HTTPStatus(draft.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in draft.headers if name.lower() not in _OURS]
    lines.append(f"Content-Length: {length}")
    lines.append("Date: " + datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"))
    if close:
        lines.append("Connection: close")
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"


_EXPIRED: Final = Remark(
    "watch.tls.expired",
    MUST,
    "RFC 5280 4.1.2.5",
    "TLS",
    "the server certificate had expired, and the client sent its message all the same",
    "le certificat du serveur était expiré, et le client a envoyé son message malgré cela",
)


def _fault_remark(reason: str) -> Remark:
    said = told(reason)
    en, fr = f"a server answers with a fault: {said.en}", f"un serveur répond par un fault : {said.fr}"
    return Remark("watch.fault", MUST, "SOAP 1.2 Part 1 5.4", "", en, fr)
