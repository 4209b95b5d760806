"""What the cases of the two patient identity feeds share: acknowledgements read, patients with documents."""

from dataclasses import dataclass
from typing import Final

from conformance.answer import Answer
from conformance.cases._tables import UNKNOWN_PATIENT
from conformance.messages import names as n
from conformance.messages.objects import Association, Entry, Folder, Submission
from conformance.model import MUST, Level
from conformance.trial import Trial

PATIENT_IDS: Final = "//rim:ExternalIdentifier[contains(rim:Name/rim:LocalizedString/@value,'patientId')]/@value"


class Acknowledgement:
    """An HL7 v2 ACK, taken apart by its own separators. # ITI TF-2 C.2.3"""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        text = answer.body.decode("utf-8", "replace").replace("\r\n", "\r").replace("\n", "\r")
        self._lines = [line for line in text.split("\r") if line]
        head = self._lines[0] if self._lines else ""
        self._separator = head[3:4] or "|"

    def field(self, segment: str, number: int) -> str:
        """`MSA`, 1 → MSA-1; empty if it is not there."""
        line = next((line for line in self._lines if line.startswith(segment + self._separator)), "")
        fields = line.split(self._separator)
        place = number - 1 if segment == "MSH" else number  # MSH-1 is the separator itself
        return fields[place] if 0 < place < len(fields) else ""

    def parts(self, segment: str, number: int) -> list[str]:
        """The components of a field."""
        encoding = self.field("MSH", 2)
        return self.field(segment, number).split(encoding[:1] or "^")

    @property
    def summary(self) -> str:
        """For a check that does not hold."""
        return " / ".join(self._lines)[:300] or self.answer.exchange.trouble or "no acknowledgement"

    def says(self, *codes: str, level: Level = MUST) -> "Acknowledgement":
        """MSA-1 is one of `codes`."""
        self.answer.check(
            f"MSA-1 is {' or '.join(codes)}",
            self.field("MSA", 1) in codes,
            "MSA-1",
            " or ".join(codes),
            self.summary,
            level=level,
        )
        return self

    def is_for(self, control: str) -> "Acknowledgement":
        """MSA-2 is the control id of the message that it answers."""
        self.answer.check(
            "MSA-2 is MSH-10 of the message", self.field("MSA", 2) == control, "MSA-2", control, self.summary
        )
        return self


@dataclass(frozen=True, slots=True)
class Record:
    """A patient with a document in a Folder."""

    patient: str
    entry: Entry
    folder: Folder
    submission: Submission

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.entry.id, self.folder.id, self.submission.set.id)


def record(trial: Trial, patient: str, **values: object) -> Record:
    """Registers a document in a Folder for a patient, as preparation; `values` are of its DocumentEntry."""
    entry, folder = trial.entry(patient=patient, **values), trial.folder(patient=patient)
    made = trial.registered(entry, folder, Association(n.HAS_MEMBER, folder.id, entry.id), patient=patient)
    return Record(patient, entry, folder, made)


def found(trial: Trial, patient: str) -> Answer:
    """All Approved documents of a patient."""
    asked = [("$XDSDocumentEntryPatientId", patient), ("$XDSDocumentEntryStatus", [n.APPROVED])]
    return trial.query("FindDocuments", asked)


def finds(trial: Trial, patient: str, *records: Record, among: tuple[Record, ...]) -> None:
    """Of the documents in `among`, those of `records` are the patient's."""
    found(trial, patient).finds(*(each.entry.id for each in records), among=[each.entry.id for each in among])


def finds_nothing(trial: Trial, patient: str) -> None:
    """A query for a patient who was merged away: nothing, or that the patient is not known."""
    answer = found(trial, patient)
    nothing = answer.status == n.SUCCESS and not answer.ids()
    unknown = answer.status == n.FAILURE and UNKNOWN_PATIENT in answer.codes
    answer.check(
        "nothing is found for the patient who was merged away",
        nothing or unknown,
        "//rim:RegistryObjectList/*/@id",
        f"nothing, or {UNKNOWN_PATIENT}",
        answer.ids() or answer.summary,
    )


def takes(trial: Trial, patient: str) -> None:
    """A submission for the patient succeeds, and its document is the patient's."""
    entry = trial.entry(patient=patient)
    trial.register(trial.submission(entry, patient=patient)).succeeds()
    found(trial, patient).finds(entry.id, among=[entry.id])


def refuses(trial: Trial, patient: str) -> None:
    """A submission for the patient is refused: not known."""
    trial.register(trial.submission(trial.entry(patient=patient), patient=patient)).refuses(UNKNOWN_PATIENT)


def unmerged(trial: Trial, one: Record, other: Record) -> None:
    """Nothing has become of a merge: each patient has its own documents, and takes more."""
    for mine in (one, other):
        finds(trial, mine.patient, mine, among=(one, other))
        takes(trial, mine.patient)
