"""ITI-42: a submission counts as a whole or not at all. # ITI TF-2 3.42.4.1.3.1"""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from conformance.answer import Answer
from conformance.book import case
from conformance.cases._tables import DEPRECATED_TARGET, ENTRY, METADATA, UNRESOLVED, objects
from conformance.messages import names as n
from conformance.messages.objects import Association, new_uuid
from conformance.passing import NOTHING_FOUND, SUCCESS, found
from conformance.trial import Trial

_SECTION = "ITI TF-2 3.42.4.1.3.1"
_MANY, _ASKED, _PAUSE = 60, 100, 0.02
"""Documents of a submission; how often they are asked for at most; seconds between."""


@case(
    "iti-42/4.1.3.1/1",
    title="Submits a good document with a bad one",
    requirement="When a part of a submission is refused, nothing of it is kept.",
    section=_SECTION,
    passing=NOTHING_FOUND,
    covers=["iti-42.atomic"],
    needs=["registry"],
)
def nothing_of_a_refused_one(trial: Trial) -> None:
    good, bad, folder = trial.entry(), trial.entry(language=""), trial.folder()
    submission = trial.submission(good, bad, folder, Association(n.HAS_MEMBER, folder.id, good.id))
    trial.register(submission).refuses(METADATA)
    objects(trial, submission).finds(among=submission.ids)
    trial.query("GetFolders", [("$XDSFolderEntryUUID", [folder.id])]).finds()
    trial.query("GetAssociations", [("$uuid", [good.id, folder.id])]).finds()
    parameters = [("$XDSDocumentEntryPatientId", trial.patient), ("$XDSDocumentEntryStatus", [n.APPROVED])]
    trial.query("FindDocuments", parameters).finds(among=submission.ids)


@case(
    "iti-42/4.1.3.1/2",
    title="Replaces a document in a submission that is refused",
    requirement="A submission that is refused changes the status of no object.",
    section=_SECTION + ", 3.42.4.1.3.5",
    passing=found('<rim:ExtrinsicObject id="…" status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved" …/>'),
    covers=["iti-42.atomic", "iti-42.replace.refused"],
    needs=["registry"],
)
def status_stays(trial: Trial) -> None:
    old, new = trial.entry(), trial.entry()
    kept = trial.registered(old)
    submission = trial.submission(new, Association(n.RPLC, new.id, old.id), Association(n.APND, new.id, new_uuid()))
    trial.register(submission).refuses(UNRESOLVED, METADATA)
    objects(trial, kept).holds(f"{ENTRY}/@status", n.APPROVED, says="the old entry is still Approved")
    objects(trial, submission).finds()


@case(
    "iti-42/4.1.3.1/3",
    title="Replaces two documents, one of which is Deprecated already",
    requirement="When one of two replacements is refused, the other has not happened either.",
    section=_SECTION + ", 3.42.4.1.3.5",
    passing=found('<rim:ExtrinsicObject id="…" status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved" …/>'),
    covers=["iti-42.atomic", "iti-42.replace.refused", "registry.target.deprecated"],
    needs=["registry"],
)
def both_or_none(trial: Trial) -> None:
    good, gone, newer = trial.entry(), trial.entry(), trial.entry()
    kept = trial.registered(good)
    trial.registered(gone)
    trial.registered(newer, Association(n.RPLC, newer.id, gone.id))
    one, other = trial.entry(), trial.entry()
    submission = trial.submission(
        one, other, Association(n.RPLC, one.id, good.id), Association(n.RPLC, other.id, gone.id)
    )
    trial.register(submission).refuses(DEPRECATED_TARGET)
    objects(trial, kept).holds(f"{ENTRY}/@status", n.APPROVED, says="the other old entry is still Approved")
    objects(trial, submission).finds()


@case(
    "iti-42/4.1.3.1/4",
    title="Submits again, mended, what was refused",
    requirement="Nothing of a refused submission stays: its ids and uniqueIds are free for the mended one.",
    section=_SECTION,
    passing=SUCCESS,
    covers=["iti-42.atomic"],
    needs=["registry"],
)
def mended(trial: Trial) -> None:
    good, bad = trial.entry(), trial.entry(language="")
    submission = trial.submission(good, bad)
    trial.register(submission, preparation=True).refuses(METADATA)
    trial.register(replace(submission, entries=(good, replace(bad, language="fr-FR")))).succeeds()
    objects(trial, submission).finds(good.id, bad.id)


@case(
    "iti-42/4.1.3.1/5",
    title="Asks for the documents of a large submission again and again while it is registered",
    requirement="No part of a submission can be found before all of it can.",
    section=_SECTION,
    passing=NOTHING_FOUND + "\n… until, all at once, every document is found",
    covers=["iti-42.atomic.visible"],
    needs=["registry"],
)
def seen_as_a_whole(trial: Trial) -> None:
    entries = [trial.entry() for _ in range(_MANY)]
    submission = trial.submission(*entries)
    parameters = [("$XDSDocumentEntryPatientId", trial.patient), ("$XDSDocumentEntryStatus", [n.APPROVED])]
    aside = Trial(trial.case, trial.session)  # exchanges of one trial come one after the other
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(aside.register, submission)
        while not coming.done() and len(trial.exchanges) < _ASKED:
            _all_or_nothing(trial.query("FindDocuments", parameters, returns="ObjectRef"))
            time.sleep(_PAUSE)
        coming.result()
    sent = aside.exchanges[0]
    trial.exchanges.append(replace(sent, number=len(trial.exchanges) + 1))
    Answer(trial, trial.exchanges[-1], "ITI-42").succeeds()
    trial.query("FindDocuments", parameters, returns="ObjectRef").finds(*(entry.id for entry in entries))


def _all_or_nothing(answer: Answer) -> None:
    found = len(answer.ids("references"))
    answer.check(
        "all documents of the submission are found, or none",
        found in (0, _MANY),
        "//rim:ObjectRef",
        f"0 or {_MANY}",
        found,
    )


@case(
    "iti-42/4.2.3/1",
    title="Asks for a document at once after it was registered",
    requirement="What a registration added can be found once its answer has come.",
    section="ITI TF-2 3.42.4.2.3",
    passing=found('<rim:ExtrinsicObject id="…" …/>'),
    covers=["iti-42.store"],
    needs=["registry"],
)
def found_at_once(trial: Trial) -> None:
    for _ in range(5):
        entry = trial.entry()
        trial.register(trial.submission(entry)).succeeds()
        parameters = [("$XDSDocumentEntryPatientId", trial.patient), ("$XDSDocumentEntryStatus", [n.APPROVED])]
        trial.query("FindDocuments", parameters, returns="ObjectRef").finds(entry.id, among=[entry.id])
