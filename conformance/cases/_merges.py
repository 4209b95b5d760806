"""The cases of merges, entered once for each feed: both must come to the same. # ITI TF-2 3.8.4.2.4, 3.44.4.2.4"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

from conformance.answer import Answer
from conformance.book import case
from conformance.cases._feed import (
    PATIENT_IDS,
    Record,
    finds,
    finds_nothing,
    record,
    refuses,
    takes,
    unmerged,
)
from conformance.cases._tables import ENTRY, UNKNOWN_PATIENT
from conformance.messages import names as n
from conformance.messages.objects import Association
from conformance.model import SHOULD
from conformance.passing import NOTHING_FOUND, SUCCESS, refused
from conformance.passing import found as seen
from conformance.trial import Trial


@dataclass(frozen=True, slots=True)
class Feed:
    """One of the two feeds."""

    transaction: str
    section: str
    needs: tuple[str, ...]
    announce: Callable[[Trial], str]
    """Makes a new patient known, as preparation."""
    name: Callable[[Trial, str], Answer]
    """Announces this patient."""
    merge: Callable[[Trial, str, str], Answer]
    """Merges (surviving, subsumed)."""
    done: Callable[[Answer], bool]
    """Whether the answer says that it was done."""
    refused: Callable[[Answer], None]
    """Looks at the answer to a merge that must not be done."""
    optional: str = ""
    survivor_known: bool = True
    """The text asks that the survivor be known before; ITI-44 asks it of the subsumed patient alone."""


def _merged(feed: Feed, trial: Trial, **values: object) -> tuple[Record, Record]:
    """Two patients with documents, the second merged into the first; `values` are of its DocumentEntry."""
    kept, gone = record(trial, feed.announce(trial)), record(trial, feed.announce(trial), **values)
    answer = feed.merge(trial, kept.patient, gone.patient)
    answer.check("the merge is acknowledged", feed.done(answer), got=answer.body[:300].decode("utf-8", "replace"))
    return kept, gone


def _survivor_has_all(feed: Feed, trial: Trial) -> None:
    kept, gone = _merged(feed, trial)
    finds(trial, kept.patient, kept, gone, among=(kept, gone))


def _survivor_has_sets_and_folders(feed: Feed, trial: Trial) -> None:
    kept, gone = _merged(feed, trial)
    for query, kind, ids in (
        ("FindSubmissionSets", "SubmissionSet", [kept.submission.set.id, gone.submission.set.id]),
        ("FindFolders", "Folder", [kept.folder.id, gone.folder.id]),
    ):
        asked = [(f"$XDS{kind}PatientId", kept.patient), (f"$XDS{kind}Status", [n.APPROVED])]
        trial.query(query, asked).finds(*ids, among=ids)


def _patient_ids_are_the_survivors(feed: Feed, trial: Trial) -> None:
    kept, gone = _merged(feed, trial)
    answer = trial.query("GetSubmissionSetAndContents", [("$XDSSubmissionSetEntryUUID", gone.submission.set.id)])
    answer.finds(*gone.submission.ids)
    answer.holds(PATIENT_IDS, *[kept.patient] * 3, says="every patientId is that of the surviving patient")


def _subsumed_has_nothing(feed: Feed, trial: Trial) -> None:
    kept, gone = _merged(feed, trial)
    finds_nothing(trial, gone.patient)
    finds(trial, kept.patient, kept, gone, among=(kept, gone))


def _subsumed_takes_nothing(feed: Feed, trial: Trial) -> None:
    _, gone = _merged(feed, trial)
    refuses(trial, gone.patient)


def _survivor_takes_more(feed: Feed, trial: Trial) -> None:
    kept, _ = _merged(feed, trial)
    takes(trial, kept.patient)


def _chain(feed: Feed, trial: Trial) -> None:
    last = record(trial, feed.announce(trial))
    kept, gone = _merged(feed, trial)
    answer = feed.merge(trial, last.patient, kept.patient)
    answer.check("the second merge is acknowledged", feed.done(answer))
    finds(trial, last.patient, last, kept, gone, among=(last, kept, gone))
    finds_nothing(trial, kept.patient)
    finds_nothing(trial, gone.patient)
    refuses(trial, kept.patient)


def _replaces_across(feed: Feed, trial: Trial) -> None:
    kept, gone = _merged(feed, trial)
    new = trial.entry(patient=kept.patient)
    link = Association(n.RPLC, new.id, gone.entry.id)
    trial.register(trial.submission(new, link, patient=kept.patient)).succeeds()
    asked = [("$XDSDocumentEntryEntryUUID", [gone.entry.id])]
    trial.query("GetDocuments", asked).holds(f"{ENTRY}/@status", n.DEPRECATED)
    answer = trial.query("GetFolderAndContents", [("$XDSFolderEntryUUID", gone.folder.id)])
    answer.check(
        "the replacement came into the Folder of the patient who was merged away",
        set(answer.ids("entries")) == {gone.entry.id, new.id},
        "//rim:ExtrinsicObject/@id",
        sorted([gone.entry.id, new.id]),
        sorted(answer.ids("entries")),
    )


def _into_folder_across(feed: Feed, trial: Trial) -> None:
    kept, gone = _merged(feed, trial)
    new = trial.entry(patient=kept.patient)
    link = Association(n.HAS_MEMBER, gone.folder.id, new.id)
    trial.register(trial.submission(new, link, patient=kept.patient)).succeeds()
    answer = trial.query("GetFolderAndContents", [("$XDSFolderEntryUUID", gone.folder.id)])
    answer.holds("//rim:RegistryObjectList/rim:ExtrinsicObject/@id", gone.entry.id, new.id)


def _source_patient_stays(feed: Feed, trial: Trial) -> None:
    """The text has the demographics untouched; of sourcePatientId it says only what it is: the source's own."""
    told = ("PID-5|Durand^Zoé", "PID-7|19700101", "PID-8|F")
    _, gone = _merged(feed, trial, source_patient_info=told)
    answer = trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [gone.entry.id])]).finds(gone.entry.id)
    answer.holds(f"{ENTRY}/rim:Slot[@name='sourcePatientInfo']//rim:Value", *told)
    slot = f"{ENTRY}/rim:Slot[@name='sourcePatientId']//rim:Value"
    answer.holds(slot, gone.entry.source_patient, level=SHOULD)


def _back_again(feed: Feed, trial: Trial) -> None:
    """Merging the other way round does not undo a merge."""
    kept, gone = _merged(feed, trial)
    feed.refused(feed.merge(trial, gone.patient, kept.patient))
    finds(trial, kept.patient, kept, gone, among=(kept, gone))
    takes(trial, kept.patient)
    refuses(trial, gone.patient)


def _twice(feed: Feed, trial: Trial) -> None:
    kept, gone = _merged(feed, trial)
    third = record(trial, feed.announce(trial))
    feed.refused(feed.merge(trial, third.patient, gone.patient))
    finds(trial, kept.patient, kept, gone, among=(kept, gone, third))
    finds(trial, third.patient, third, among=(kept, gone, third))


def _into_subsumed(feed: Feed, trial: Trial) -> None:
    kept, gone = _merged(feed, trial)
    third = record(trial, feed.announce(trial))
    feed.refused(feed.merge(trial, gone.patient, third.patient))
    finds(trial, third.patient, third, among=(kept, gone, third))
    takes(trial, third.patient)
    finds(trial, kept.patient, kept, gone, among=(kept, gone, third))


def _into_itself(feed: Feed, trial: Trial) -> None:
    held = record(trial, feed.announce(trial))
    feed.refused(feed.merge(trial, held.patient, held.patient))
    finds(trial, held.patient, held, among=(held,))
    takes(trial, held.patient)


def _knows_patients(trial: Trial) -> None:
    """A registry that takes any patient has no unknown ones; that it should have is another case's affair."""
    learnt = "takes any patient"
    if learnt not in trial.session.memory:
        stranger = trial.session.new_patient()
        answer = trial.register(trial.submission(trial.entry(patient=stranger)), preparation=True)
        trial.session.memory[learnt] = answer.status == n.SUCCESS
    trial.given(not trial.session.memory[learnt], "the registry takes any patient id, announced or not")


def _unknown_subsumed(feed: Feed, trial: Trial) -> None:
    """Had the registry noted it all the same, the stranger would be gone for ever."""
    _knows_patients(trial)
    held, stranger = record(trial, feed.announce(trial)), trial.session.new_patient()
    feed.refused(feed.merge(trial, held.patient, stranger))
    finds(trial, held.patient, held, among=(held,))
    takes(trial, held.patient)
    feed.name(trial, stranger)
    takes(trial, stranger)


def _unknown_survivor(feed: Feed, trial: Trial) -> None:
    _knows_patients(trial)
    held = record(trial, feed.announce(trial))
    feed.refused(feed.merge(trial, trial.session.new_patient(), held.patient))
    finds(trial, held.patient, held, among=(held,))
    takes(trial, held.patient)


def _unknown_survivor_takes_all_or_nothing(feed: Feed, trial: Trial) -> None:
    """The text lists when a merge changes nothing, and this is not of the list; nor does it ask in so many words."""
    _knows_patients(trial)
    held, stranger = record(trial, feed.announce(trial)), trial.session.new_patient()
    answer = feed.merge(trial, stranger, held.patient)
    if feed.done(answer):
        finds(trial, stranger, held, among=(held,))
        finds_nothing(trial, held.patient)
        refuses(trial, held.patient)
    else:
        feed.refused(answer)
        finds(trial, held.patient, held, among=(held,))
        takes(trial, held.patient)


def _foreign(patient: str) -> str:
    return f"{patient.partition('^')[0]}^^^&2.999.7.7.7&ISO"


def _foreign_survivor(feed: Feed, trial: Trial) -> None:
    _knows_patients(trial)
    held = record(trial, feed.announce(trial))
    feed.refused(feed.merge(trial, _foreign(trial.session.new_patient()), held.patient))
    finds(trial, held.patient, held, among=(held,))
    takes(trial, held.patient)


def _foreign_subsumed(feed: Feed, trial: Trial) -> None:
    _knows_patients(trial)
    one, other = record(trial, feed.announce(trial)), record(trial, feed.announce(trial))
    feed.refused(feed.merge(trial, one.patient, _foreign(other.patient)))
    unmerged(trial, one, other)


@dataclass(frozen=True, slots=True)
class _Row:
    ordinal: int
    title: str
    requirement: str
    run: Callable[[Feed, Trial], None]
    passing: str
    requires: str
    """Id of the requirement, without the transaction."""
    rules: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """What it needs beside what the feed does."""
    more: str = ""
    """Where else the text says it, beside the section of the feed."""


_SURVIVOR = seen('<rim:ExtrinsicObject id="…of either patient…" …/>')
_UNCHANGED = seen('<rim:ExtrinsicObject id="…of that patient alone…" …/>')
_QUERIES = "3.18.4.1.2.3.9.1"
_NO_EFFECT = "A merge that cannot be is noticed, and changes nothing in the registry: "

_ROWS = (
    _Row(
        1,
        "Merges two patients and asks for the documents of the survivor",
        "After a merge the surviving patient has the documents of both.",
        _survivor_has_all,
        _SURVIVOR,
        "merge.documents",
    ),
    _Row(
        2,
        "Merges two patients and asks for the SubmissionSets and Folders of the survivor",
        "After a merge the surviving patient has the SubmissionSets and Folders of both.",
        _survivor_has_sets_and_folders,
        _SURVIVOR,
        "merge.documents",
    ),
    _Row(
        3,
        "Merges two patients and looks at the patientId of what was the other's",
        "After a merge, what was the subsumed patient's is given back with the patientId of the survivor.",
        _patient_ids_are_the_survivors,
        _SURVIVOR,
        "merge.patient-id",
        more=_QUERIES,
    ),
    _Row(
        4,
        "Merges two patients and asks for the documents of the one who is gone",
        "After a merge a query for the subsumed patient gives no content.",
        _subsumed_has_nothing,
        NOTHING_FOUND,
        "merge.subsumed.query",
        more=_QUERIES,
    ),
    _Row(
        5,
        "Merges two patients and submits for the one who is gone",
        "After a merge a submission for the subsumed patient is refused.",
        _subsumed_takes_nothing,
        refused(UNKNOWN_PATIENT),
        "merge.subsumed.submission",
        ("registry.patient.subsumed",),
    ),
    _Row(
        6,
        "Merges two patients and submits for the survivor",
        "After a merge submissions for the surviving patient are taken as before.",
        _survivor_takes_more,
        SUCCESS,
        "merge.survivor",
    ),
    _Row(
        7,
        "Merges three patients in a chain",
        "Merges form chains: the last survivor has the documents of all, the others have none.",
        _chain,
        _SURVIVOR,
        "merge.chain",
        ("registry.patient.subsumed",),
    ),
    _Row(
        8,
        "Replaces, for the survivor, a document of the patient who is gone",
        "Comparisons of patients take merges into account: a relationship between documents of both is taken.",
        _replaces_across,
        SUCCESS,
        "merge.relationship",
        ("registry.relationship.patient", "registry.replacement.folder"),
        more="3.42.4.1.3.5",
    ),
    _Row(
        9,
        "Puts a document of the survivor into a Folder of the patient who is gone",
        "Comparisons of patients take merges into account: the Folder is the survivor's now.",
        _into_folder_across,
        SUCCESS,
        "merge.relationship",
        ("registry.folder.patient",),
        more="3.42.4.1.3.3.2",
    ),
    _Row(
        10,
        "Merges two patients and asks for what the source said of the patient of what was the other's",
        "A merge does not change sourcePatientInfo, nor should it change sourcePatientId, which is the source's own.",
        _source_patient_stays,
        _SURVIVOR,
        "merge.source-patient",
        more=_QUERIES,
    ),
    _Row(
        11,
        "Merges two patients, then the other way round",
        "A merge is not reversible: the survivor cannot be merged into the patient who is gone.",
        _back_again,
        _SURVIVOR,
        "merge.irreversible",
    ),
    _Row(
        20,
        "Merges a patient who was merged already",
        _NO_EFFECT + "the subsumed patient was subsumed before.",
        _twice,
        _UNCHANGED,
        "merge.refused.subsumed-twice",
    ),
    _Row(
        21,
        "Merges into a patient who was merged already",
        _NO_EFFECT + "the surviving patient was subsumed before.",
        _into_subsumed,
        _UNCHANGED,
        "merge.refused.survivor-subsumed",
    ),
    _Row(
        22,
        "Merges a patient into itself",
        _NO_EFFECT + "both ids are the same.",
        _into_itself,
        _UNCHANGED,
        "merge.refused.same",
    ),
    _Row(
        23,
        "Merges a patient whom the registry does not know",
        _NO_EFFECT + "the subsumed patient is not known.",
        _unknown_subsumed,
        _UNCHANGED,
        "merge.refused.unknown",
    ),
    _Row(
        24,
        "Merges into a patient whom the registry does not know",
        _NO_EFFECT + "the surviving patient is not known.",
        _unknown_survivor,
        _UNCHANGED,
        "merge.refused.unknown",
    ),
    _Row(
        25,
        "Merges into a patient of another authority",
        _NO_EFFECT + "the surviving patient is not of the patient domain of the community.",
        _foreign_survivor,
        _UNCHANGED,
        "merge.refused.authority",
    ),
    _Row(
        26,
        "Merges a patient of another authority",
        _NO_EFFECT + "the subsumed patient is not of the patient domain of the community.",
        _foreign_subsumed,
        _UNCHANGED,
        "merge.refused.authority",
    ),
)


_SURVIVOR_NOT_ASKED_FOR = {
    24: _Row(
        24,
        "Merges into a patient whom the registry does not know",
        "A merge into a patient who is not known is done whole, or refused and changes nothing.",
        _unknown_survivor_takes_all_or_nothing,
        _SURVIVOR,
        "merge.unknown-survivor",
    ),
}
"""What ITI-44 has in the place of rows."""


def _rows(feed: Feed) -> list[_Row]:
    if feed.survivor_known:
        return list(_ROWS)
    # where no authority is agreed on, a survivor of another one is as good as one who is not known
    needs_codes = {25}
    rows = [_SURVIVOR_NOT_ASKED_FOR.get(row.ordinal, row) for row in _ROWS]
    return [replace(row, needs=("codes",)) if row.ordinal in needs_codes else row for row in rows]


def enter(feed: Feed) -> None:
    """Enters all cases of merges for a feed."""
    for row in _rows(feed):
        case(
            f"{feed.transaction}/4.2.4/{row.ordinal}",
            title=row.title,
            requirement=row.requirement,
            section=f"{feed.section}, {row.more}" if row.more else feed.section,
            passing=row.passing,
            covers=[f"{feed.transaction}.{row.requires}", *row.rules],
            needs=(*feed.needs, *row.needs),
            optional=feed.optional,
        )(functools.partial(row.run, feed))
