"""One run of one case: the vocabulary it speaks, and the verdict it comes to."""

import dataclasses
import functools
import itertools
import ssl
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from conformance import vouching
from conformance.answer import Answer, Stop
from conformance.messages import feeds
from conformance.messages import names as n
from conformance.messages.edits import Edit
from conformance.messages.envelope import Envelope
from conformance.messages.objects import (
    CODES,
    REPOSITORY_UNIQUE_ID,
    Association,
    Entry,
    Folder,
    Submission,
    content_id,
)
from conformance.messages.requests import Value, retrieve, stored_query
from conformance.model import MUST, SHOULD, Case, Check, Exchange, Level, Message, Outcome, Verdict
from conformance.target import NEEDS, Target, tls_context
from conformance.wire import mllp
from conformance.wire.http import Line, exchange, head
from conformance.wire.mime import Package, Part

SIMPLE: Final = 'application/soap+xml; charset=UTF-8; action="{action}"'


class NotRun(Exception):
    """The case cannot be run here; the text says what is missing."""


class NotSupported(Exception):
    """The target lacks the optional feature that the case is about; the text says how it showed."""


@dataclass
class Session:
    """What the cases of one run share: the target, the way to it, and the ids made up so far."""

    target: Target
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex[:10])
    memory: dict[str, Any] = field(default_factory=dict)
    """What was learnt of the target and holds for the whole run: its repositoryUniqueId."""

    def __post_init__(self) -> None:
        self._patients = itertools.count(1)
        self._lock = threading.Lock()

    @functools.cached_property
    def context(self) -> ssl.SSLContext | None:
        """Opens TLS connections to the target. Raises `UnusableFile`."""
        return tls_context(self.target) if self.target.has("tls") else None

    @property
    def line(self) -> Line:
        return Line(self.context, self.target.timeout, self.target.largest_answer)

    def new_patient(self) -> str:
        """A patient id (CX) that no case of this run, nor of another, has."""
        with self._lock:
            number = next(self._patients)
        return f"C{self.run_id}{number:04d}^^^&{self.target.authority}&ISO"


class Trial:
    """Handed to a case: sends its messages, keeps every exchange and every check."""

    def __init__(self, case: Case, session: Session) -> None:
        self.case, self.session, self.target = case, session, session.target
        self.checks: list[Check] = []
        self.exchanges: list[Exchange] = []
        self.left: list[str] = []
        self._named: list[str] = []
        self._vouches = self.target.xua and not case.id.startswith("xua/")

    # --- patients

    @functools.cached_property
    def patient(self) -> str:
        """The patient of this case (CX)."""
        return self.new_patient()

    def new_patient(self) -> str:
        """One more patient, known to the target: one of those given, or a new one announced by the feed."""
        if self.target.patients:
            left = [each for each in self.target.patients if each not in self._named]
            if not left:
                raise NotRun(f"it needs another patient: {NEEDS['two-patients']}")
            self._named.append(left[0])
            return left[0]
        patient = self.session.new_patient()
        self._named.append(patient)
        if self.target.feed:
            self.announce(patient)
        self.left.append(f"patient {patient}")
        return patient

    def announce(self, patient: str) -> None:
        """Makes a patient known by ITI-8, as preparation."""
        answer = self.feed(feeds.adt("A01", patient), preparation=True)
        self.given("AA" in _acknowledgement(answer.body), f"the feed did not take patient {patient}", answer)

    # --- objects

    def entry(self, **values: Any) -> Entry:
        """A DocumentEntry of this case's patient; `values` by the names of `Entry`."""
        if "patient" not in values:
            values["patient"] = self.patient
        values["codes"] = {**self._codes(n.DE_CODES), **values.get("codes", {})}
        if self.target.mime_type:
            values.setdefault("mime_type", self.target.mime_type)
        if self.target.repository_unique_id:
            values.setdefault("repository_unique_id", self.target.repository_unique_id)
        values.setdefault("content", f"Conformance document {uuid.uuid4()}\n".encode())
        return Entry(**values)

    def folder(self, **values: Any) -> Folder:
        """A Folder of this case's patient."""
        if "codeList" in self.target.codes:
            values.setdefault("codes", (self.target.codes["codeList"],))
        if "patient" not in values:
            values["patient"] = self.patient
        return Folder(**values)

    def submission(self, *members: Entry | Folder | Association, **values: Any) -> Submission:
        """A whole submission of `members` (`Submission.of`)."""
        made = Submission.of(*members, patient=values.pop("patient", "") or self._patient_of(members), **values)
        code = self.target.codes.get("contentTypeCode")
        if code and made.set.content_type == CODES["contentTypeCode"]:
            return dataclasses.replace(made, set=dataclasses.replace(made.set, content_type=code))
        return made

    def _patient_of(self, members: Sequence[Entry | Folder | Association]) -> str:
        return next((each.patient for each in members if isinstance(each, Entry | Folder)), "") or self.patient

    def _codes(self, names: Iterable[str]) -> dict[str, tuple[tuple[str, str, str], ...]]:
        return {name: (code,) for name, code in self.target.codes.items() if name in names and name != "eventCodeList"}

    # --- transactions

    def register(self, submission: Submission | bytes, *edits: Edit, **more: Any) -> Answer:
        """ITI-42."""
        body = submission if isinstance(submission, bytes) else submission.register(edits)
        return self.soap("ITI-42", body, **more)

    def provide(
        self, submission: Submission | bytes, *edits: Edit, parts: Sequence[Part] | None = None, **more: Any
    ) -> Answer:
        """ITI-41, each document in a part of its own; entries as they are: see `Entry.described`."""
        if isinstance(submission, Submission):
            held = parts if parts is not None else documents(submission)
            return self.soap("ITI-41", submission.provide(edits), parts=held, **more)
        return self.soap("ITI-41", submission, parts=parts or (), **more)

    def query(
        self,
        query: str,
        parameters: Iterable[tuple[str, Value]] = (),
        *edits: Edit,
        returns: str = "LeafClass",
        raw: Iterable[tuple[str, Sequence[str]]] = (),
        **more: Any,
    ) -> Answer:
        """ITI-18: `trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [uuid])])`."""
        body = stored_query(query, parameters, returns=returns, edits=edits, raw=raw)
        return self.soap("ITI-18", body, **more)

    def retrieve(self, *documents: tuple[str, str], edits: Sequence[Edit] = (), **more: Any) -> Answer:
        """ITI-43, for pairs of RepositoryUniqueId and DocumentUniqueId."""
        return self.soap("ITI-43", retrieve(documents, edits=edits), **more)

    def feed(self, message: bytes, *, preparation: bool = False, framed: bool = True) -> Answer:
        """ITI-8."""
        if not self.target.feed:
            raise NotRun(f"it needs {NEEDS['feed']}")
        done = mllp.exchange(
            self.target.feed,
            message,
            self.target.timeout,
            number=len(self.exchanges) + 1,
            label=n.LABELS["ITI-8"],
            preparation=preparation,
            framed=framed,
        )
        self.exchanges.append(done)
        return Answer(self, done, "ITI-8")

    def feed_in_a_row(self, *messages: bytes) -> list[Answer]:
        """ITI-8, several messages on one connection; ends with the first that is not acknowledged."""
        if not self.target.feed:
            raise NotRun(f"it needs {NEEDS['feed']}")
        done = mllp.conversation(
            self.target.feed,
            messages,
            self.target.timeout,
            number=len(self.exchanges) + 1,
            label=n.LABELS["ITI-8"],
        )
        self.exchanges += done
        return [Answer(self, each, "ITI-8") for each in done]

    def url(self, transaction: str) -> str:
        """Where a transaction is sent."""
        url = self.target.repository if transaction in ("ITI-41", "ITI-43") else self.target.registry
        if not url:
            raise NotRun(f"it needs {NEEDS['repository' if transaction in ('ITI-41', 'ITI-43') else 'registry']}")
        return url

    def soap(
        self,
        transaction: str,
        body: bytes,
        *,
        parts: Sequence[Part] = (),
        mtom: bool | None = None,
        action: str | None = None,
        headers: Sequence[bytes] = (),
        envelope: Callable[[Envelope], Envelope] = lambda made: made,
        package: Callable[[Package], Package] = lambda made: made,
        http: Sequence[tuple[str, str]] = (),
        preparation: bool = False,
        label: str = "",
    ) -> Answer:
        """A SOAP request with `body`, as `transaction` wants it: simple SOAP, or MTOM for ITI-41 and ITI-43.

        `envelope` and `package` change the envelope and the multipart before they are written; `headers` are more
        header elements; `http` more HTTP headers, those given here in place of ours.
        """
        url = self.url(transaction)
        wanted = action or n.ACTIONS.get(transaction, ("",))[0]
        if self._vouches:
            headers = (
                vouching.header(self.target.identity, self.target.password, self.target.audience or url),
                *headers,
            )
        made = envelope(Envelope(body, wanted, url, headers=headers))
        if mtom if mtom is not None else transaction in ("ITI-41", "ITI-43"):
            packed = package(Package(made.xml(), tuple(parts), wanted))
            content_type, content = packed.content_type, packed.body()
        else:
            content_type, content = SIMPLE.format(action=wanted), made.xml()
        given = {name.lower() for name, _ in http}
        sent = [*((("Content-Type", content_type),) if "content-type" not in given else ()), *http]
        request = Message(head(url, sent, len(content)), content, dict(_lowered(sent)).get("content-type", ""))
        return self.send(
            url, request, label or n.LABELS.get(transaction, transaction), transaction, preparation=preparation
        )

    def post(
        self,
        transaction: str,
        content: bytes,
        content_type: str = "",
        *,
        method: str = "POST",
        http: Sequence[tuple[str, str]] = (),
        label: str = "",
        hang_up: bool = False,
    ) -> Answer:
        """Sends `content` as it is where `transaction` is sent; a header in `http` stands in place of ours."""
        url = self.url(transaction)
        sent = [*((("Content-Type", content_type),) if content_type else ()), *http]
        request = Message(head(url, sent, len(content), method), content, content_type)
        return self.send(url, request, label or n.LABELS.get(transaction, transaction), transaction, hang_up=hang_up)

    def send(
        self,
        url: str,
        request: Message,
        label: str,
        transaction: str = "",
        *,
        preparation: bool = False,
        hang_up: bool = False,
        line: Line | None = None,
    ) -> Answer:
        """Sends exactly these bytes. `line` replaces the way to the target: another certificate, another patience."""
        done = exchange(
            url,
            request,
            line or self.session.line,
            number=len(self.exchanges) + 1,
            label=label,
            preparation=preparation,
            hang_up=hang_up,
        )
        self.exchanges.append(done)
        return Answer(self, done, transaction)

    # --- preparation

    def given(self, held: bool, otherwise: str, answer: Answer | None = None) -> None:
        """A condition of the case; ends it as NOT RUN, with the reason, when it does not hold."""
        if not held:
            raise NotRun(f"its preparation failed: {otherwise}" + (f" ({answer.summary})" if answer else ""))

    def registered(self, *members: Entry | Folder | Association, **values: Any) -> Submission:
        """Registers `members` by ITI-42 as preparation, and gives the submission."""
        made = self.submission(*members, **values)
        answer = self.register(made, preparation=True)
        self.given(_succeeded(answer), "the registry did not take what the case needs", answer)
        return made

    def provided(self, *members: Entry | Folder | Association, **values: Any) -> Submission:
        """The same by ITI-41, with the documents."""
        made = self.submission(*members, **values)
        answer = self.provide(made, preparation=True)
        self.given(_succeeded(answer), "the repository did not take what the case needs", answer)
        return made

    def repository_unique_id(self, entry: Entry) -> str:
        """Of the target's repository: told by `--repository-id`, or as the registry says of a provided `entry`."""
        if self.target.repository_unique_id:
            return self.target.repository_unique_id
        if "repository" not in self.session.memory:
            answer = self.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [entry.id])], preparation=True)
            xpath = "//rim:Slot[@name='repositoryUniqueId']/rim:ValueList/rim:Value"
            found = "" if answer.summary != "Success" else answer.text(xpath)
            self.given(bool(found), f"the registry does not tell the repositoryUniqueId; {_REPOSITORY_ID}", answer)
            self.session.memory["repository"] = found
        return str(self.session.memory["repository"])

    # --- checks

    def check(
        self,
        text: str,
        held: bool,
        *,
        exchange: int = 0,
        where: str = "",
        expected: object = "",
        got: object = "",
        level: Level = MUST,
    ) -> bool:
        """Records one check; the case's own level wins when it is SHOULD."""
        weight = SHOULD if self.case.level is SHOULD else level
        self.checks.append(Check(text, held, weight, exchange, where, str(expected), str(got)[:2000]))
        return held

    def not_supported(self, how: str) -> None:
        """Ends the case: the target legally says that it lacks what is optional."""
        raise NotSupported(how)


_REPOSITORY_ID: Final = "give --repository-id OID"


def documents(submission: Submission) -> list[Part]:
    """The parts that `Submission.provide` refers to."""
    return [Part(entry.content, content_id(entry), entry.mime_type) for entry in submission.entries]


def judge(case: Case, session: Session) -> Outcome:
    """Runs `case` once and says what it comes to. Never raises, whatever the target does."""
    started, trial = time.monotonic(), Trial(case, session)
    verdict, reason = _unrunnable(case, session.target)
    if verdict is None:
        try:
            case.run(trial)
        except Stop:
            pass
        except NotRun as missing:
            verdict, reason = Verdict.NOT_RUN, str(missing)
        except NotSupported as lacking:
            verdict, reason = Verdict.NOT_SUPPORTED, str(lacking)
        except Exception as error:  # noqa: BLE001 - the suite's own fault must show as such, whatever it is
            place = traceback.extract_tb(error.__traceback__)[-1]
            verdict = Verdict.ERROR
            reason = f"{type(error).__name__}: {error} ({place.filename.rpartition('/')[2]}:{place.lineno})"
        if verdict is not Verdict.ERROR:
            verdict, reason = _verdict(trial.checks, verdict, reason, session.target)
    return Outcome(
        case,
        verdict,
        reason,
        tuple(trial.checks),
        tuple(trial.exchanges),
        time.monotonic() - started,
        tuple(trial.left),
    )


def _unrunnable(case: Case, target: Target) -> tuple[Verdict | None, str]:
    if case.optional and case.optional in target.lacks:
        return Verdict.NOT_SUPPORTED, f"the target is declared without {case.optional}"
    missing = [NEEDS[need] for need in sorted(case.needs) if not target.has(need)]
    return (Verdict.NOT_RUN, f"it needs {' and '.join(missing)}") if missing else (None, "")


def _verdict(checks: Sequence[Check], so_far: Verdict | None, reason: str, target: Target) -> tuple[Verdict, str]:
    broken = [check for check in checks if not check.held]
    musts = [check for check in broken if check.level is MUST]
    if missing := _missing(musts[0].got if musts else reason, target):
        return Verdict.NOT_RUN, missing
    if musts:
        return Verdict.FAIL, _why(musts[0])
    if so_far is not None:
        return so_far, reason
    if not checks:
        return Verdict.ERROR, "the case checked nothing"
    return (Verdict.WARN, _why(broken[0])) if broken else (Verdict.PASS, "")


UNKNOWN_PATIENTS: Final = (
    "the target does not know patients of our making (XDSUnknownPatientId): announce them with --feed HOST:PORT, "
    "or name some that it knows with --patient CX"
)
FULL_PATIENT: Final = (
    "the patient of --patient has more objects than the target returns at once (XDSTooManyResults): name one with fewer"
)


def _missing(got: str, target: Target) -> str:
    """What we were not given, where `got` tells that this is why the target refused; empty when it does not.

    Both refusals are right: nobody told the target of the patient, and runs of the suite fill up a fixed one.
    """
    if "XDSUnknownPatientId" in got and not target.feed and not target.patients:
        return UNKNOWN_PATIENTS
    return FULL_PATIENT if "XDSTooManyResults" in got and target.patients else ""


def _why(check: Check) -> str:
    return f"not so: {check.text}" + (f"; got {check.got}" if check.got else "")


def _succeeded(answer: Answer) -> bool:
    return answer.summary.startswith("Success")


def _acknowledgement(message: bytes) -> str:
    """MSA-1 of an HL7 v2 acknowledgement."""
    segments = message.decode("utf-8", "replace").replace("\n", "\r").split("\r")
    msa = next((segment.split("|") for segment in segments if segment.startswith("MSA|")), [])
    return msa[1] if len(msa) > 1 else ""


def _lowered(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in headers]


__all__ = ["REPOSITORY_UNIQUE_ID", "NotRun", "NotSupported", "Session", "Trial", "documents", "judge"]
