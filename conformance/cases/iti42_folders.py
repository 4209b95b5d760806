"""ITI-42: documents in Folders, and the Folders of what is replaced. # ITI TF-2 3.42.4.1.3.4, .5, .6"""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from conformance.answer import Answer
from conformance.book import case
from conformance.cases._tables import DEPRECATED_TARGET, FOLDER, METADATA, UNRESOLVED, taken
from conformance.messages import names as n
from conformance.messages.edits import slot
from conformance.messages.objects import Association, Entry, Folder, Submission, new_uuid
from conformance.model import SHOULD
from conformance.passing import SUCCESS, found, refused
from conformance.trial import Trial

_NEW_TIME = found('<rim:Slot name="lastUpdateTime"><rim:ValueList><rim:Value>now, to the second, UTC</rim:Value>…')
_MEMBER = found(f'<rim:Association associationType="{n.HAS_MEMBER}" sourceObject="Folder" targetObject="document" …/>')
_MINUTES: Final = timedelta(minutes=15)
_DTM: Final = re.compile(r"[0-9]{14}")


def _put(folder: Folder, entry: Entry) -> Association:
    return Association(n.HAS_MEMBER, folder.id, entry.id)


def _members(trial: Trial, folder: Folder) -> Answer:
    return trial.query("GetFolderAndContents", [("$XDSFolderEntryUUID", folder.id)])


def _updated(trial: Trial, folder: Folder) -> tuple[Answer, str]:
    """lastUpdateTime of a Folder."""
    answer = trial.query("GetFolders", [("$XDSFolderEntryUUID", [folder.id])]).finds(folder.id)
    return answer, answer.text(f"{FOLDER}/rim:Slot[@name='lastUpdateTime']/rim:ValueList/rim:Value")


# --- the four ways into a Folder: ITI TF-3 4.2.2.1.5


def _in(trial: Trial, folder: Folder, *entries: Entry) -> None:
    answer = _members(trial, folder)
    got = set(answer.ids("entries"))
    answer.check(
        "the Folder holds its documents",
        got == {each.id for each in entries},
        "//rim:ExtrinsicObject/@id",
        sorted(each.id for each in entries),
        sorted(got),
    )


@case(
    "metadata/4.2.2.1.5/1",
    title="Submits a document and its Folder at once",
    requirement="A document may be submitted as a member of a Folder of the same submission.",
    section="ITI TF-3 4.2.2.1.5",
    passing=_MEMBER,
    covers=["iti-42.folder.members"],
    needs=["registry"],
)
def both_new(trial: Trial) -> None:
    entry, folder = trial.entry(), trial.folder()
    trial.register(trial.submission(entry, folder, _put(folder, entry))).succeeds()
    _in(trial, folder, entry)


@case(
    "metadata/4.2.2.1.5/2",
    title="Puts an existing document into an existing Folder",
    requirement="A submission may consist of the membership alone.",
    section="ITI TF-3 4.2.2.1.5",
    passing=_MEMBER,
    covers=["iti-42.folder.members"],
    needs=["registry"],
)
def both_old(trial: Trial) -> None:
    entry, folder = trial.entry(), trial.folder()
    trial.registered(entry, folder)
    trial.register(trial.submission(_put(folder, entry), patient=trial.patient)).succeeds()
    _in(trial, folder, entry)


@case(
    "metadata/4.2.2.1.5/3",
    title="Submits a Folder for an existing document",
    requirement="An existing document may become a member of a Folder that is submitted.",
    section="ITI TF-3 4.2.2.1.5",
    passing=_MEMBER,
    covers=["iti-42.folder.members"],
    needs=["registry"],
)
def old_document(trial: Trial) -> None:
    entry, folder = trial.entry(), trial.folder()
    trial.registered(entry)
    trial.register(trial.submission(folder, _put(folder, entry))).succeeds()
    _in(trial, folder, entry)


@case(
    "metadata/4.2.2.1.5/4",
    title="Submits a document into an existing Folder",
    requirement="A document that is submitted may become a member of an existing Folder.",
    section="ITI TF-3 4.2.2.1.5",
    passing=_MEMBER,
    covers=["iti-42.folder.members"],
    needs=["registry"],
)
def old_folder(trial: Trial) -> None:
    first, entry, folder = trial.entry(), trial.entry(), trial.folder()
    trial.registered(first, folder, _put(folder, first))
    trial.register(trial.submission(entry, _put(folder, entry))).succeeds()
    _in(trial, folder, first, entry)


# --- what must be refused: ITI TF-2 3.42.4.1.3.4


@case(
    "iti-42/4.1.3.4/1",
    title="Puts a Deprecated document into a Folder",
    requirement="A document that is put into a Folder is Approved.",
    section="ITI TF-2 3.42.4.1.3.4; ITI TF-3 4.2.2, 4.2.4.1",
    passing=refused(DEPRECATED_TARGET, METADATA),
    covers=["registry.target.deprecated"],
    needs=["registry"],
)
def deprecated_document(trial: Trial) -> None:
    old, new, folder = trial.entry(), trial.entry(), trial.folder()
    trial.registered(old, folder)
    trial.registered(new, Association(n.RPLC, new.id, old.id))
    trial.register(trial.submission(_put(folder, old), patient=trial.patient)).refuses(DEPRECATED_TARGET, METADATA)
    _in(trial, folder)


@case(
    "iti-42/4.1.3.4/2",
    title="Puts a document into a Folder that does not exist",
    requirement="The Folder that a document is put into is in the registry or in the submission.",
    section="ITI TF-2 3.42.4.1.3.4; ITI TF-3 4.2.4.1",
    passing=refused(UNRESOLVED),
    covers=["registry.reference.unknown"],
    needs=["registry"],
)
def folder_nowhere(trial: Trial) -> None:
    taken(trial, "folder")
    entry = trial.entry()
    link = Association(n.HAS_MEMBER, new_uuid(), entry.id)
    trial.register(trial.submission(entry, link)).refuses(UNRESOLVED)
    trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [entry.id])]).finds()


@case(
    "iti-42/4.1.3.4/3",
    title="Puts a document that does not exist into a Folder",
    requirement="The document that is put into a Folder is in the registry or in the submission.",
    section="ITI TF-2 3.42.4.1.3.4; ITI TF-3 4.2.4.1",
    passing=refused(UNRESOLVED),
    covers=["registry.reference.unknown"],
    needs=["registry"],
)
def document_nowhere(trial: Trial) -> None:
    taken(trial, "folder")
    folder = trial.folder()
    link = Association(n.HAS_MEMBER, folder.id, new_uuid())
    trial.register(trial.submission(folder, link)).refuses(UNRESOLVED)
    trial.query("GetFolders", [("$XDSFolderEntryUUID", [folder.id])]).finds()


@case(
    "metadata/4.2.2.1.1/12",
    title="Refers to a document that does not exist",
    requirement="A document that a SubmissionSet holds by reference is in the registry.",
    section="ITI TF-3 4.2.2.1.1, 4.2.4.1",
    passing=refused(UNRESOLVED),
    covers=["registry.reference.unknown"],
    needs=["registry"],
)
def reference_nowhere(trial: Trial) -> None:
    taken(trial, "entry")
    made = trial.submission(trial.entry())
    link = Association(n.HAS_MEMBER, made.set.id, new_uuid(), status="Reference")
    trial.register(replace(made, associations=(*made.associations, link))).refuses(UNRESOLVED)


@case(
    "metadata/4.2.2/8",
    title="Refers to a Deprecated document",
    requirement="Once Deprecated, a document is not referred to by new Associations: a SubmissionSet does not "
    "hold it by reference either.",
    section="ITI TF-3 4.2.2, 4.2.4.1; ITI TF-2 3.42.4.1.3.3",
    passing=refused(DEPRECATED_TARGET, METADATA),
    covers=["registry.target.deprecated"],
    needs=["registry"],
)
def reference_to_deprecated(trial: Trial) -> None:
    old, new = trial.entry(), trial.entry()
    trial.registered(old)
    trial.registered(new, Association(n.RPLC, new.id, old.id))
    made = trial.submission(trial.entry())
    link = Association(n.HAS_MEMBER, made.set.id, old.id, status="Reference")
    submission = replace(made, associations=(*made.associations, link))
    trial.register(submission).refuses(DEPRECATED_TARGET, METADATA)
    trial.query("GetSubmissionSets", [("$uuid", [old.id])]).lacks(
        f"//rim:RegistryPackage[@id='{made.set.id}']", says="the new SubmissionSet is not there"
    )


@case(
    "metadata/4.2.1.2/3",
    title="Adds a document to an earlier SubmissionSet",
    requirement="Once a SubmissionSet is submitted, no further Association leads from it.",
    section="ITI TF-3 4.2.1.2; ITI TF-2 3.42.4.1.3.3",
    passing=refused(METADATA, UNRESOLVED),
    covers=["registry.member.kind"],
    needs=["registry"],
)
def added_to_an_earlier_set(trial: Trial) -> None:
    one, other = trial.entry(), trial.entry()
    earlier = trial.registered(one)
    trial.registered(other)
    made = trial.submission(trial.entry())
    link = Association(n.HAS_MEMBER, earlier.set.id, other.id, status="Reference")
    trial.register(replace(made, associations=(*made.associations, link))).refuses(METADATA, UNRESOLVED)
    trial.query("GetSubmissionSets", [("$uuid", [other.id])]).lacks(
        f"//rim:RegistryPackage[@id='{earlier.set.id}']", says="the earlier SubmissionSet does not hold the document"
    )


@case(
    "iti-42/4.1.3.4/4",
    title="Puts a Folder into a Folder",
    requirement="A Folder holds DocumentEntries and nothing else.",
    section="ITI TF-3 4.2.1.3",
    passing=refused(METADATA),
    covers=["association.member.ends", "registry.member.kind"],
    needs=["registry"],
)
def folder_in_folder(trial: Trial) -> None:
    inner, outer = trial.folder(), trial.folder()
    trial.registered(inner)
    link = Association(n.HAS_MEMBER, outer.id, inner.id)
    trial.register(trial.submission(outer, link)).refuses(METADATA, UNRESOLVED)


# --- lastUpdateTime: ITI TF-2 3.42.4.1.3.6


def _is_now(answer: Answer, updated: str) -> None:
    answer.check(
        "lastUpdateTime is a DTM to the second",
        bool(_DTM.fullmatch(updated)),
        f"{FOLDER}/rim:Slot[@name='lastUpdateTime']",
        "YYYYMMDDhhmmss",
        updated,
    )
    try:
        off = abs(datetime.now(UTC) - datetime.strptime(updated, "%Y%m%d%H%M%S").replace(tzinfo=UTC))
    except ValueError:
        return
    answer.check(
        "lastUpdateTime is the time of the submission, in UTC",
        off < _MINUTES,
        f"{FOLDER}/rim:Slot[@name='lastUpdateTime']",
        f"{datetime.now(UTC):%Y%m%d%H%M%S}",
        updated,
    )


@case(
    "iti-42/4.1.3.6/1",
    title="Submits a Folder with a document and asks for its lastUpdateTime",
    requirement="The registry sets lastUpdateTime of a Folder that gets a document: the current time, to the second.",
    section="ITI TF-2 3.42.4.1.3.6; ITI TF-3 4.2.3.4.6",
    passing=_NEW_TIME,
    covers=["iti-42.folder.last-update"],
    needs=["registry"],
)
def time_is_set(trial: Trial) -> None:
    entry, folder = trial.entry(), trial.folder()
    trial.register(trial.submission(entry, folder, _put(folder, entry))).succeeds()
    _is_now(*_updated(trial, folder))


@case(
    "iti-42/4.1.3.6/2",
    title="Submits a Folder that says when it was updated",
    requirement="A submitted lastUpdateTime is replaced by the registry's own.",
    section="ITI TF-2 3.42.4.1.3.6",
    passing=_NEW_TIME,
    covers=["iti-42.folder.last-update", "folder.lastUpdateTime.format"],
    needs=["registry"],
)
def submitted_time(trial: Trial) -> None:
    entry, folder = trial.entry(), trial.folder()
    submission = trial.submission(entry, folder, _put(folder, entry))
    trial.register(submission, slot(FOLDER, "lastUpdateTime", "19991231235959")).succeeds()
    answer = trial.query("GetFolders", [("$XDSFolderEntryUUID", [folder.id])])
    times = f"{FOLDER}/rim:Slot[@name='lastUpdateTime']/rim:ValueList/rim:Value"
    answer.lacks(f"{times}[.='19991231235959']", says="the submitted lastUpdateTime is gone")
    answer.holds(f"count({times})", "1.0", says="there is one lastUpdateTime")
    _is_now(*_updated(trial, folder))


@case(
    "iti-42/4.1.3.6/3",
    title="Puts a document into a Folder a second later",
    requirement="The registry moves lastUpdateTime of an existing Folder on when a document comes into it.",
    section="ITI TF-2 3.42.4.1.3.6",
    passing=_NEW_TIME,
    covers=["iti-42.folder.last-update"],
    needs=["registry"],
)
def time_moves_on(trial: Trial) -> None:
    entry, folder = trial.entry(), trial.folder()
    trial.registered(folder)
    before = _updated(trial, folder)[1]
    _wait()
    trial.register(trial.submission(entry, _put(folder, entry))).succeeds()
    answer, after = _updated(trial, folder)
    answer.check("lastUpdateTime is later than before", after > before, "//rim:Slot", f"later than {before}", after)


@case(
    "iti-42/4.1.3.6/4",
    title="Fails to put a document into a Folder",
    requirement="A submission that is refused does not change lastUpdateTime of a Folder.",
    section="ITI TF-2 3.42.4.1.3.6, 3.42.4.1.3.1",
    passing=_NEW_TIME,
    covers=["iti-42.folder.last-update.refused", "iti-42.atomic"],
    needs=["registry"],
)
def time_stays(trial: Trial) -> None:
    first, entry, folder = trial.entry(), trial.entry(), trial.folder()
    trial.registered(first, folder, _put(folder, first))
    before = _updated(trial, folder)[1]
    _wait()
    nowhere = Association(n.APND, entry.id, new_uuid())
    trial.register(trial.submission(entry, _put(folder, entry), nowhere)).refuses(UNRESOLVED)
    answer, after = _updated(trial, folder)
    answer.check("lastUpdateTime is as before", after == before, "//rim:Slot", before, after)
    _in(trial, folder, first)


def _wait() -> None:
    """Until the second of lastUpdateTime is another."""
    time.sleep(1.1)


# --- the Folders of what is replaced: ITI TF-2 3.42.4.1.3.5


def _replaced(trial: Trial, kind: str) -> tuple[Entry, Entry, Folder, Folder, Submission]:
    old, new, one, other = trial.entry(), trial.entry(), trial.folder(), trial.folder()
    trial.registered(old, one, other, _put(one, old), _put(other, old))
    submission = trial.submission(new, Association(kind, new.id, old.id))
    trial.register(submission).succeeds()
    return old, new, one, other, submission


@case(
    "iti-42/4.1.3.5/50",
    title="Replaces a document that is in two Folders",
    requirement="A replacement becomes a member of each Approved Folder that holds the replaced document, which "
    "stays in it.",
    section="ITI TF-2 3.42.4.1.3.5; ITI TF-3 4.2.2.2.3",
    passing=_MEMBER,
    covers=["iti-42.replace.folders"],
    needs=["registry"],
)
def follows_into_folders(trial: Trial) -> None:
    old, new, one, other, _ = _replaced(trial, n.RPLC)
    _in(trial, one, old, new)
    _in(trial, other, old, new)


@case(
    "iti-42/4.1.3.5/51",
    title="Replaces a document that is in a Folder by a transformation",
    requirement="XFRM_RPLC does all that RPLC does: the new document becomes a member of the Folders of the old.",
    section="ITI TF-2 3.42.4.1.3.5; ITI TF-3 4.2.2.2.4",
    passing=_MEMBER,
    covers=["iti-42.replace.folders", "iti-42.transform-replace"],
    needs=["registry"],
)
def transformation_follows(trial: Trial) -> None:
    old, new, one, other, _ = _replaced(trial, n.XFRM_RPLC)
    _in(trial, one, old, new)
    _in(trial, other, old, new)


@case(
    "iti-42/4.1.3.5/52",
    title="Asks by which submission a replacement came into a Folder",
    requirement="The registry links each membership that it makes to the SubmissionSet of the replacement.",
    section="ITI TF-2 3.42.4.1.3.5; ITI TF-3 4.2.2.2.3",
    passing=_MEMBER,
    covers=["iti-42.replace.folders.submission"],
    needs=["registry"],
)
def membership_is_told(trial: Trial) -> None:
    _, new, one, other, submission = _replaced(trial, n.RPLC)
    answer = trial.query("GetAssociations", [("$uuid", [new.id])]).succeeds()
    for folder in (one, other):
        made = (
            f"//rim:Association[@associationType='{n.HAS_MEMBER}'][@sourceObject='{folder.id}']"
            f"[@targetObject='{new.id}']"
        )
        answer.holds(f"count({made})", "1.0", says="there is one membership in each Folder")
        answer.holds(f"{made}/@status", n.APPROVED, level=SHOULD)
        link = answer.text(f"{made}/@id")
        by = trial.query("GetAssociations", [("$uuid", [link or new_uuid()])])
        by.holds(
            f"//rim:Association[@associationType='{n.HAS_MEMBER}'][@targetObject='{link}']/@sourceObject",
            submission.set.id,
            says="the SubmissionSet of the replacement holds the membership",
        )


@case(
    "iti-42/4.1.3.5/53",
    title="Replaces a document in a Folder a second later",
    requirement="The Folder that a replacement comes into has the current time as lastUpdateTime.",
    section="ITI TF-2 3.42.4.1.3.6",
    passing=_NEW_TIME,
    covers=["iti-42.folder.last-update"],
    needs=["registry"],
)
def replacement_moves_time(trial: Trial) -> None:
    old, new, folder = trial.entry(), trial.entry(), trial.folder()
    trial.registered(old, folder, _put(folder, old))
    before = _updated(trial, folder)[1]
    _wait()
    trial.register(trial.submission(new, Association(n.RPLC, new.id, old.id))).succeeds()
    answer, after = _updated(trial, folder)
    answer.check("lastUpdateTime is later than before", after > before, "//rim:Slot", f"later than {before}", after)


@case(
    "iti-42/4.1.3.5/54",
    title="Adds an addendum to a document that is in a Folder",
    requirement="An addendum does not come into the Folders of its parent by itself: only replacements do.",
    section="ITI TF-2 3.42.4.1.3.5",
    passing=SUCCESS,
    covers=["iti-42.relationship.leaves"],
    needs=["registry"],
)
def addendum_stays_out(trial: Trial) -> None:
    old, new, folder = trial.entry(), trial.entry(), trial.folder()
    trial.registered(old, folder, _put(folder, old))
    trial.register(trial.submission(new, Association(n.APND, new.id, old.id))).succeeds()
    _in(trial, folder, old)
