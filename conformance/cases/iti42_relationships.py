"""ITI-42: what replacements, addenda, transformations and signatures do. # ITI TF-2 3.42.4.1.3.5; ITI TF-3 4.2.2.2"""

import functools
from dataclasses import dataclass

from conformance.answer import Answer
from conformance.book import case
from conformance.cases._tables import DEPRECATED_TARGET, ENTRY, METADATA, UNRESOLVED, taken
from conformance.messages import names as n
from conformance.messages.objects import Association, Entry, new_uuid
from conformance.model import SHOULD
from conformance.passing import SUCCESS, found, refused
from conformance.trial import Trial

_SECTION = "ITI TF-2 3.42.4.1.3.5"
_DEPRECATED = found('<rim:ExtrinsicObject id="…" status="urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated" …/>')
_APPROVED = found('<rim:ExtrinsicObject id="…" status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved" …/>')
_REPLACING = {"RPLC": n.RPLC, "XFRM_RPLC": n.XFRM_RPLC}
_OTHERS = {"APND": n.APND, "XFRM": n.XFRM, "signs": n.SIGNS}


def _relate(trial: Trial, kind: str, old: Entry, *, preparation: bool = False) -> tuple[Entry, Association, Answer]:
    """A new document with a relationship to `old`."""
    new = trial.entry()
    link = Association(kind, new.id, old.id)
    submission = trial.submission(new, link)
    answer = trial.register(submission, preparation=preparation)
    if preparation:
        trial.given(answer.status == n.SUCCESS, "the registry did not take what the case needs", answer)
    return new, link, answer


def _status(trial: Trial, entry: Entry, status: str, what: str) -> None:
    answer = trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [entry.id])]).finds(entry.id)
    answer.holds(f"{ENTRY}/@status", status, says=f"{what} is {status.rpartition(':')[2]}")


# --- replacements


@case(
    "iti-42/4.1.3.5/1",
    title="Replaces a document and asks for the old entry's status",
    requirement="Once a DocumentEntry is replaced (RPLC), the registry gives it the status Deprecated.",
    section=_SECTION,
    passing=_DEPRECATED,
    covers=["iti-42.replace.deprecates"],
    needs=["registry"],
)
def replacement_deprecates(trial: Trial) -> None:
    old = trial.entry()
    trial.registered(old)
    new, _, answer = _relate(trial, n.RPLC, old)
    answer.succeeds()
    _status(trial, old, n.DEPRECATED, "the replaced entry")
    _status(trial, new, n.APPROVED, "the replacement")


@case(
    "iti-42/4.1.3.5/2",
    title="Replaces a document by a transformation of it (XFRM_RPLC)",
    requirement="All that a replacement does, XFRM_RPLC does too: the old DocumentEntry is Deprecated.",
    section=_SECTION + "; ITI TF-3 4.2.2.2.4",
    passing=_DEPRECATED,
    covers=["iti-42.replace.deprecates", "iti-42.transform-replace"],
    needs=["registry"],
)
def transforming_replacement_deprecates(trial: Trial) -> None:
    old = trial.entry()
    trial.registered(old)
    new, _, answer = _relate(trial, n.XFRM_RPLC, old)
    answer.succeeds()
    _status(trial, old, n.DEPRECATED, "the replaced entry")
    _status(trial, new, n.APPROVED, "the replacement")


@dataclass(frozen=True, slots=True)
class _Chain:
    """A document that hangs on another, which is replaced."""

    ordinal: int
    hanging: str
    replacing: str
    status: str


_CHAINS = (
    _Chain(3, "APND", "RPLC", n.DEPRECATED),
    _Chain(4, "XFRM", "RPLC", n.DEPRECATED),
    _Chain(5, "APND", "XFRM_RPLC", n.DEPRECATED),
    _Chain(6, "XFRM", "XFRM_RPLC", n.DEPRECATED),
)


def _hanging(row: _Chain, trial: Trial) -> None:
    old = trial.entry()
    trial.registered(old)
    hanging, _, _ = _relate(trial, _OTHERS[row.hanging], old, preparation=True)
    _relate(trial, _REPLACING[row.replacing], old)[2].succeeds()
    _status(trial, hanging, row.status, f"what hangs on the replaced entry by {row.hanging}")
    _status(trial, old, n.DEPRECATED, "the replaced entry")


for _row in _CHAINS:
    case(
        f"iti-42/4.1.3.5/{_row.ordinal}",
        title=f"Replaces a document ({_row.replacing}) that has {_row.hanging} hanging on it",
        requirement="When a document is replaced, all transformations and addenda of it become Deprecated too.",
        section=_SECTION + "; ITI TF-3 4.2.2.2.3",
        passing=_DEPRECATED,
        covers=["iti-42.replace.hanging"],
        needs=["registry"],
    )(functools.partial(_hanging, _row))


@case(
    "iti-42/4.1.3.5/7",
    title="Replaces an addendum, and asks for its parent",
    requirement="A replacement changes nothing of the document that the replaced one was appended to.",
    section=_SECTION,
    passing=_APPROVED,
    covers=["iti-42.replace.nothing-else"],
    needs=["registry"],
)
def replaces_addendum(trial: Trial) -> None:
    parent = trial.entry()
    trial.registered(parent)
    addendum, _, _ = _relate(trial, n.APND, parent, preparation=True)
    _relate(trial, n.RPLC, addendum)[2].succeeds()
    _status(trial, addendum, n.DEPRECATED, "the replaced addendum")
    _status(trial, parent, n.APPROVED, "its parent")


@case(
    "iti-42/4.1.3.5/8",
    title="Replaces a transformation",
    requirement="A transformation may be replaced; the original stays Approved.",
    section="ITI TF-3 4.2.2.2.3",
    passing=SUCCESS,
    covers=["iti-42.replace.transformation", "iti-42.replace.nothing-else"],
    needs=["registry"],
)
def replaces_transformation(trial: Trial) -> None:
    original = trial.entry()
    trial.registered(original)
    transformed, _, _ = _relate(trial, n.XFRM, original, preparation=True)
    _relate(trial, n.RPLC, transformed)[2].succeeds()
    _status(trial, transformed, n.DEPRECATED, "the replaced transformation")
    _status(trial, original, n.APPROVED, "its original")


@case(
    "iti-42/4.1.3.5/9",
    title="Replaces a document twice in a row, each time the newest",
    requirement="A replacement may be replaced in turn; only the newest stays Approved.",
    section=_SECTION,
    passing=SUCCESS,
    covers=["iti-42.replace.deprecates"],
    needs=["registry"],
)
def replaces_in_a_row(trial: Trial) -> None:
    first = trial.entry()
    trial.registered(first)
    second, _, _ = _relate(trial, n.RPLC, first, preparation=True)
    third, _, answer = _relate(trial, n.RPLC, second)
    answer.succeeds()
    parameters = [("$XDSDocumentEntryPatientId", trial.patient), ("$XDSDocumentEntryStatus", [n.APPROVED])]
    trial.query("FindDocuments", parameters).finds(third.id, among=[first.id, second.id, third.id])
    parameters[1] = ("$XDSDocumentEntryStatus", [n.DEPRECATED])
    trial.query("FindDocuments", parameters).finds(first.id, second.id, among=[first.id, second.id, third.id])


# --- what the other relationships leave as it is


def _leaves(kind: str, trial: Trial) -> None:
    old = trial.entry()
    trial.registered(old)
    new, link, answer = _relate(trial, _OTHERS[kind], old)
    answer.succeeds()
    _status(trial, old, n.APPROVED, "the old entry")
    _status(trial, new, n.APPROVED, "the new entry")
    back = trial.query("GetAssociations", [("$uuid", [old.id])])
    back.holds(f"//rim:Association[@id='{link.id}']/@associationType", _OTHERS[kind])
    back.holds(f"//rim:Association[@id='{link.id}']/@sourceObject", new.id)
    back.holds(f"//rim:Association[@id='{link.id}']/@targetObject", old.id)
    _has_status(back, f"//rim:Association[@id='{link.id}']")


def _has_status(answer: Answer, link: str) -> None:
    """Status of an Association: queries return it; that it is Approved the text shows, and does not ask."""
    answer.holds(f"{link}/@status", says="the Association has a status")
    answer.holds(f"{link}/@status", n.APPROVED, level=SHOULD)


for _ordinal, _kind, _section in ((12, "APND", "1"), (13, "XFRM", "2"), (14, "signs", "5")):
    case(
        f"iti-42/4.1.3.5/{_ordinal}",
        title=f"Registers a document with {_kind} to another, and asks for both",
        requirement=f"{_kind} leaves the document that it leads to Approved; queries give the Association back.",
        section=f"ITI TF-3 4.2.2.2.{_section}",
        passing=_APPROVED,
        covers=["iti-42.relationship.leaves", "iti-42.relationship.returned"],
        needs=["registry"],
    )(functools.partial(_leaves, _kind))


@case(
    "iti-42/4.1.3.5/15",
    title="Replaces a document and asks for the Association",
    requirement="Queries give back the Association of a replacement, new document to old, with its status.",
    section="ITI TF-3 4.2.2, 4.2.2.2.3",
    passing=found('<rim:Association associationType="urn:ihe:iti:2007:AssociationType:RPLC" …/>'),
    covers=["iti-42.relationship.returned"],
    needs=["registry"],
)
def replacement_is_told(trial: Trial) -> None:
    old = trial.entry()
    trial.registered(old)
    new, link, answer = _relate(trial, n.RPLC, old)
    answer.succeeds()
    back = trial.query("GetAssociations", [("$uuid", [old.id])])
    told = f"//rim:Association[@id='{link.id}']"
    back.holds(f"{told}/@associationType", n.RPLC)
    back.holds(f"{told}/@sourceObject", new.id)
    back.holds(f"{told}/@targetObject", old.id)
    _has_status(back, told)


def _inside(kind: str, trial: Trial) -> None:
    one, other = trial.entry(), trial.entry()
    submission = trial.submission(one, other, Association(_OTHERS[kind], other.id, one.id))
    trial.register(submission).succeeds()
    trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [one.id, other.id])]).finds(one.id, other.id).holds(
        f"{ENTRY}/@status", n.APPROVED, n.APPROVED
    )


for _ordinal, _kind in ((16, "APND"), (17, "XFRM"), (18, "signs")):
    case(
        f"iti-42/4.1.3.5/{_ordinal}",
        title=f"Registers two documents with {_kind} between them",
        requirement=f"The target of {_kind} may be in the same submission.",
        section=_SECTION,
        passing=SUCCESS,
        covers=["iti-42.relationship.inside"],
        needs=["registry"],
    )(functools.partial(_inside, _kind))


# --- what must be refused


def _deprecated(kind: str, trial: Trial) -> None:
    old = trial.entry()
    trial.registered(old)
    _relate(trial, n.RPLC, old, preparation=True)
    new, _, answer = _relate(trial, kind, old)
    answer.refuses(DEPRECATED_TARGET)
    trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [new.id])]).finds()


for _ordinal, (_kind, _urn) in enumerate((_REPLACING | _OTHERS).items(), 20):
    case(
        f"iti-42/4.1.3.5/{_ordinal}",
        title=f"Registers a document with {_kind} to a Deprecated one",
        requirement="The target of a relationship that is registered already is Approved: not Deprecated.",
        section=_SECTION + "; ITI TF-3 4.2.2, 4.2.2.2",
        passing=refused(DEPRECATED_TARGET),
        covers=["registry.target.deprecated"],
        needs=["registry"],
    )(functools.partial(_deprecated, _urn))


def _nowhere(kind: str, trial: Trial) -> None:
    taken(trial, "related")
    new = trial.entry()
    answer = trial.register(trial.submission(new, Association(kind, new.id, new_uuid())))
    answer.refuses(UNRESOLVED)
    trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [new.id])]).finds()


for _ordinal, (_kind, _urn) in enumerate((_REPLACING | _OTHERS).items(), 30):
    case(
        f"iti-42/4.1.3.5/{_ordinal}",
        title=f"Registers a document with {_kind} to one that does not exist",
        requirement="The target of a relationship is a DocumentEntry of the registry or of the submission.",
        section=_SECTION,
        passing=refused(UNRESOLVED),
        covers=["registry.reference.unknown"],
        needs=["registry"],
    )(functools.partial(_nowhere, _urn))


def _inside_replaced(kind: str, trial: Trial) -> None:
    taken(trial, "related")
    one, other = trial.entry(), trial.entry()
    also = (METADATA,) if kind == n.IS_SNAPSHOT_OF else ()  # a stable document has no snapshots either
    trial.register(trial.submission(one, other, Association(kind, other.id, one.id))).refuses(UNRESOLVED, *also)


for _ordinal, (_kind, _urn) in enumerate((_REPLACING | {"IsSnapshotOf": n.IS_SNAPSHOT_OF}).items(), 40):
    case(
        f"iti-42/4.1.3.5/{_ordinal}",
        title=f"Registers {_kind} to a document of the same submission",
        requirement=f"The target of {_kind} is in the registry already, not in the same submission.",
        section=_SECTION + ", 3.42.4.1.2",
        passing=refused(UNRESOLVED),
        covers=["association.replacement.target"],
        needs=["registry"],
    )(functools.partial(_inside_replaced, _urn))


@case(
    "iti-42/4.1.3.5/45",
    title="Registers a relationship between two documents that are both registered already",
    requirement="The source of a relationship is a DocumentEntry of the submission.",
    section=_SECTION,
    passing=refused(UNRESOLVED),
    covers=["association.relationship.source"],
    needs=["registry"],
)
def source_elsewhere(trial: Trial) -> None:
    one, other = trial.entry(), trial.entry()
    trial.registered(one, other)
    trial.register(trial.submission(trial.entry(), Association(n.RPLC, other.id, one.id))).refuses(UNRESOLVED)
    _status(trial, one, n.APPROVED, "the document that was to be replaced")


@case(
    "iti-42/4.1.3.5/46",
    title="Adds an addendum to a transformation",
    requirement="A transformation is another form of its original, and nothing is appended to it.",
    section="ITI TF-3 4.2.2.2.1",
    passing=refused(METADATA),
    covers=["registry.append.transformed"],
    needs=["registry"],
)
def appends_to_transformation(trial: Trial) -> None:
    original = trial.entry()
    trial.registered(original)
    transformed, _, _ = _relate(trial, n.XFRM, original, preparation=True)
    _relate(trial, n.APND, transformed)[2].refuses()


@case(
    "iti-42/4.1.3.5/47",
    title="Registers a snapshot of a stable document",
    requirement="IsSnapshotOf leads to an on-demand DocumentEntry: a stable one has no snapshots.",
    section=_SECTION,
    passing=refused(METADATA),
    covers=["registry.snapshot.ends"],
    needs=["registry"],
)
def snapshot_of_stable(trial: Trial) -> None:
    old = trial.entry()
    trial.registered(old)
    _relate(trial, n.IS_SNAPSHOT_OF, old)[2].refuses()


@case(
    "iti-42/4.1.3.5/48",
    title="Registers a document that replaces a Folder",
    requirement="A relationship leads to a DocumentEntry, to no other object.",
    section=_SECTION + "; ITI TF-3 4.2.2.2",
    passing=refused(UNRESOLVED, METADATA),
    covers=["registry.relationship.kind"],
    needs=["registry"],
)
def replaces_folder(trial: Trial) -> None:
    folder = trial.folder()
    trial.registered(folder)
    new = trial.entry()
    trial.register(trial.submission(new, Association(n.RPLC, new.id, folder.id))).refuses(UNRESOLVED, METADATA)
