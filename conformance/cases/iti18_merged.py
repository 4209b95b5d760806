"""ITI-18 after two patient ids were merged by the feed. # ITI TF-2 3.18.4.1.2.3.9.1, 3.8.4.2.4"""

import functools
from dataclasses import dataclass
from typing import Final

from conformance.book import case
from conformance.cases._population import Parameter, find_documents, get_all, refuses_patient
from conformance.messages import feeds
from conformance.messages import names as n
from conformance.messages.objects import Submission
from conformance.model import SHOULD
from conformance.passing import NOTHING_FOUND, found
from conformance.trial import Trial

enter = functools.partial(
    case,
    passing=found('<rim:ExtrinsicObject …> with the surviving id in <rim:ExternalIdentifier value="…"/>'),
    needs=["registry", "feed", "new-patients"],
)


@dataclass(frozen=True, slots=True)
class Merged:
    """A surviving patient (that of the case), a subsumed one, and what each had."""

    subsumed: str
    mine: Submission
    theirs: Submission


def merged(trial: Trial) -> Merged:
    """A document and a Folder for each of two patients, who are merged, as preparation."""
    other = trial.new_patient()
    mine = trial.registered(trial.entry(), trial.folder())
    theirs = trial.registered(trial.entry(patient=other), trial.folder(patient=other))
    merge(trial, trial.patient, other)
    return Merged(other, mine, theirs)


def merge(trial: Trial, surviving: str, subsumed: str) -> None:
    """Merges two patients, as preparation."""
    answer = trial.feed(feeds.adt("A40", surviving, merged=subsumed), preparation=True)
    trial.given(b"MSA|AA" in answer.body.replace(b"\n", b"\r"), "the feed did not take the merge", answer)


FIND: Final = (
    ("FindDocuments", "$XDSDocumentEntryPatientId", "$XDSDocumentEntryStatus"),
    ("FindSubmissionSets", "$XDSSubmissionSetPatientId", "$XDSSubmissionSetStatus"),
    ("FindFolders", "$XDSFolderPatientId", "$XDSFolderStatus"),
)


def _of(query: str, made: Submission) -> str:
    return {
        "FindDocuments": made.entries[0].id,
        "FindSubmissionSets": made.set.id,
        "FindFolders": made.folders[0].id,
    }[query]


def by_survivor(query: str, patient: str, status: str, trial: Trial) -> None:
    held = merged(trial)
    parameters: list[Parameter] = [(patient, trial.patient), (status, [n.APPROVED])]
    trial.query(query, parameters).finds(_of(query, held.mine), _of(query, held.theirs))


def by_subsumed(query: str, patient: str, status: str, trial: Trial) -> None:
    held = merged(trial)
    answer = trial.query(query, [(patient, held.subsumed), (status, [n.APPROVED])])
    if answer.codes:
        refuses_patient(answer, held.subsumed)
    else:
        answer.finds()


for _number, (_query, _patient, _status) in enumerate(FIND, 1):
    enter(
        f"iti-18/4.1.2.3.7.{_number}/800",
        section=f"ITI TF-2 3.18.4.1.2.3.7.{_number}; 3.18.4.1.2.3.9.1",
        title=f"Asks {_query} for a patient into whom another one was merged",
        requirement="What belonged to the merged patient is found under the surviving id, beside what was there.",
        covers=["iti-18.merged.survivor"],
    )(functools.partial(by_survivor, _query, _patient, _status))
    enter(
        f"iti-18/4.1.2.3.7.{_number}/801",
        section=f"ITI TF-2 3.18.4.1.2.3.7.{_number}; 3.18.4.1.2.3.9.1",
        title=f"Asks {_query} for a patient who was merged into another one",
        requirement="Nothing is found under a merged id; the registry may say XDSUnknownPatientId.",
        passing=NOTHING_FOUND,
        covers=["iti-18.merged.subsumed"],
    )(functools.partial(by_subsumed, _query, _patient, _status))


@enter(
    "iti-18/4.1.2.3.7.4/800",
    section="ITI TF-2 3.18.4.1.2.3.7.4; 3.18.4.1.2.3.9.1",
    title="Asks for all there is of a patient into whom another one was merged",
    requirement="GetAll returns what belonged to both, and all of it carries the surviving id.",
    covers=["iti-18.merged.survivor"],
)
def all_of_the_survivor(trial: Trial) -> None:
    held = merged(trial)
    answer = get_all(trial).finds(*held.mine.ids, *held.theirs.ids)
    for name, scheme in (
        ("DocumentEntry", n.DE_PATIENT_ID),
        ("SubmissionSet", n.SS_PATIENT_ID),
        ("Folder", n.FOLDER_PATIENT_ID),
    ):
        where = f"//rim:ExternalIdentifier[@identificationScheme='{scheme}']/@value"
        answer.holds(where, trial.patient, trial.patient, says=f"either {name} carries the surviving id")


@enter(
    "iti-18/4.1.2.3.7.5/800",
    section="ITI TF-2 3.18.4.1.2.3.7.5; 3.18.4.1.2.3.9.1",
    title="Gets documents of two patients who were merged, by entryUUID",
    requirement="After a merge the documents belong to one patient: GetDocuments returns both, with the surviving id.",
    covers=["iti-18.merged.survivor", "iti-18.return.single-patient"],
)
def documents_of_both(trial: Trial) -> None:
    held = merged(trial)
    ids = [held.mine.entries[0].id, held.theirs.entries[0].id]
    answer = trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", ids)]).finds(*ids)
    where = f"//rim:ExternalIdentifier[@identificationScheme='{n.DE_PATIENT_ID}']/@value"
    answer.holds(where, trial.patient, trial.patient, says="both carry the surviving id")


@enter(
    "iti-18/4.1.2.3.7.5/801",
    section="ITI TF-2 3.18.4.1.2.3.7.5; 3.18.4.1.2.3.9.1",
    title="Gets a document of a merged patient, and reads sourcePatientId",
    requirement="A merge changes the patientId alone: sourcePatientId is as it was registered.",
    level=SHOULD,  # the framework says so of sourcePatientInfo only
    covers=["iti-18.merged.survivor"],
)
def source_patient(trial: Trial) -> None:
    held = merged(trial)
    entry = held.theirs.entries[0]
    answer = trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [entry.id])]).finds(entry.id)
    answer.holds("//rim:Slot[@name='sourcePatientId']//rim:Value", entry.source_patient, says="sourcePatientId stays")


@enter(
    "iti-18/4.1.2.3.7.5/802",
    section="ITI TF-2 3.18.4.1.2.3.7.5; 3.18.4.1.2.3.9.1",
    title="Gets a document of a merged patient, and reads sourcePatientInfo",
    requirement="A merge leaves the demographics in sourcePatientInfo as they were registered.",
    covers=["iti-18.merged.demographics"],
)
def source_patient_info(trial: Trial) -> None:
    info = ("PID-5|Durand^Zoé", "PID-7|19700101", "PID-8|F")
    other = trial.new_patient()
    trial.registered(trial.entry())
    entry = trial.entry(patient=other, source_patient_info=info)
    trial.registered(entry)
    merge(trial, trial.patient, other)
    answer = trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [entry.id])]).finds(entry.id)
    answer.holds("//rim:Slot[@name='sourcePatientInfo']//rim:Value", *info, says="sourcePatientInfo stays")


@enter(
    "iti-18/4.1.2.3.7.1/802",
    section="ITI TF-2 3.18.4.1.2.3.7.1; 3.18.4.1.2.3.9.1",
    title="Asks FindDocuments for a patient into whom two others were merged, one through the other",
    requirement="Merges add up: of A merged into B, and B merged into C, all is found under C, and nothing "
    "under A or B.",
    covers=["iti-18.merged.chain"],
)
def chain(trial: Trial) -> None:
    a, b = trial.new_patient(), trial.new_patient()
    entries = [trial.entry(patient=each) for each in (a, b, trial.patient)]
    for entry in entries:
        trial.registered(entry)
    merge(trial, b, a)
    merge(trial, trial.patient, b)
    find_documents(trial).finds(*(entry.id for entry in entries))
    for each in (a, b):
        gone: list[Parameter] = [("$XDSDocumentEntryPatientId", each), ("$XDSDocumentEntryStatus", [n.APPROVED])]
        answer = trial.query("FindDocuments", gone)
        if answer.codes:
            refuses_patient(answer, each)
        else:
            answer.finds()
