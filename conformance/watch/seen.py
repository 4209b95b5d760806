"""What the watch says of one exchange, once it is over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from conformance.judging import Judged, Remark
from conformance.model import MUST, Case, Check, Level, Verdict
from conformance.results.stored import StoredCase, StoredExchange, StoredMessage

MOST_REMARKS: Final = 200
"""Of one exchange that are kept."""
LABELS: Final = {
    "ITI-41": "ITI-41 Provide and Register Document Set-b",
    "ITI-42": "ITI-42 Register Document Set-b",
    "ITI-18": "ITI-18 Registry Stored Query",
    "ITI-43": "ITI-43 Retrieve Document Set",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One exchange: who sent what, what it came to, what was answered."""

    number: int
    """From 1, in the order in which the exchanges began."""
    started: datetime
    seconds: float
    client: str
    """Network address."""
    url: str
    transaction: str
    """`ITI-41`; empty when the message is of no transaction that is served here."""
    kind: str
    """What judging took it for."""
    verdict: Verdict
    remarks: tuple[Remark, ...]
    checked: tuple[str, ...]
    """Families of checks that ran."""
    status: int
    """HTTP status of the answer."""
    outcome: str
    """`Success`, `PartialSuccess`, `Failure`, `Fault`; empty when the answer was no SOAP."""
    codes: tuple[str, ...]
    """Error codes of the answer."""
    misbehaviours: tuple[str, ...]
    """What was done wrong on purpose."""
    trouble: str
    """Why the exchange broke off, or could not be judged."""
    request: StoredMessage | None
    response: StoredMessage | None

    @property
    def case_id(self) -> str:
        return case_id(self.transaction, self.number)

    @property
    def label(self) -> str:
        return LABELS.get(self.transaction, self.transaction or "?")

    def row(self) -> dict[str, Any]:
        """For watch.json and `--json`."""
        return {
            "number": self.number,
            "started": self.started.isoformat(timespec="milliseconds"),
            "seconds": round(self.seconds, 3),
            "client": self.client,
            "url": self.url,
            "transaction": self.transaction,
            "kind": self.kind,
            "verdict": self.verdict.value,
            "checked": list(self.checked),
            "remarks": [remark_row(each) for each in self.remarks],
            "status": self.status,
            "outcome": self.outcome,
            "codes": list(self.codes),
            "misbehaviours": list(self.misbehaviours),
            "trouble": self.trouble,
            "request": _files(self.request),
            "response": _files(self.response),
        }

    def stored(self) -> StoredCase:
        """As a case of a run: the reports are made from those."""
        exchanges: tuple[StoredExchange, ...] = ()
        if self.request is not None:
            exchanges = (
                StoredExchange(
                    1,
                    self.label,
                    self.url,
                    self.request,
                    self.response,
                    self.status,
                    self.trouble,
                    started=self.started,
                    seconds=self.seconds,
                ),
            )
        return StoredCase(self._case(), self.verdict, self.reason(), tuple(self._checks()), exchanges, self.seconds)

    def reason(self, language: str = "en") -> str:
        """The first breach, or why nothing was judged; empty for a message that is fine."""
        first = next(iter(self.remarks), None)
        if first is not None:
            return f"{first.text(language)} [{first.rule}]"
        return self.trouble

    def _case(self) -> Case:
        wrong = ", ".join(self.misbehaviours)
        return Case(
            id=self.case_id,
            title=f"{self.label}, received from {self.client}"
            + (f", answered wrongly on purpose: {wrong}" if wrong else ""),
            title_fr=f"{self.label}, reçu de {self.client}"
            + (f", réponse volontairement fautive : {wrong}" if wrong else ""),
            requirement="The message keeps every rule that applies to it.",
            requirement_fr="Le message respecte toutes les règles qui le concernent.",
            section=f"ITI TF-2 3.{self.transaction[4:]}" if self.transaction else "ITI TF-2 Appendix V",
            level=MUST,
            asks="IHE",
            passing="",
            profiles=frozenset({"ihe", "dmp"}),
            run=_received,
        )

    def _checks(self) -> Iterable[Check]:
        for family in self.checked:
            yield Check(f"checked: {family}", True, Level.SHOULD, 1)
        for remark in self.remarks:
            yield Check(f"{remark.en} [{remark.rule}]", False, remark.level, 1, remark.where, remark.section)


def _received(_: object) -> None:
    raise NotImplementedError("a message that was received cannot be run again")


def case_id(transaction: str, number: int) -> str:
    """`iti-41/watch/0007`: where the files of the exchange lie under `exchanges/`."""
    return f"{(transaction or 'other').lower()}/watch/{number:04d}"


def verdict_of(judged: Judged, remarks: Iterable[Remark]) -> Verdict:
    """Nothing that was not checked is ever green."""
    remarks = tuple(remarks)
    levels = {remark.level for remark in remarks}
    if any(remark.rule == "judging.failed" for remark in remarks):
        return Verdict.ERROR
    if MUST in levels:
        return Verdict.FAIL
    if not judged.checked:
        return Verdict.NOT_RUN
    return Verdict.WARN if levels else Verdict.PASS


def remark_row(remark: Remark) -> dict[str, str]:
    return {
        "rule": remark.rule,
        "level": remark.level.value,
        "section": remark.section,
        "where": remark.where,
        "part": remark.part,
        "code": remark.code,
        "en": remark.en,
        "fr": remark.fr,
    }


def _files(message: StoredMessage | None) -> dict[str, Any] | None:
    if message is None:
        return None
    return {
        "head": message.head,
        "body": message.body,
        "size": message.size,
        "content_type": message.content_type,
        "truncated": message.truncated,
    }
