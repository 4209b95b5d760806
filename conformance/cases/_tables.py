"""Rows of tables: one thing broken that must be refused, one thing said that must be taken and given back.

A good message that a target does not take would make every refusal a pass. So each good message is sent once a run
before anything in it is broken; a target that refuses it has its broken ones NOT RUN, with its reason.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from conformance.answer import Answer
from conformance.book import case
from conformance.messages import names as n
from conformance.messages.edits import Edit, NothingToEdit, element
from conformance.messages.objects import Association, Submission, new_uuid, node
from conformance.model import MUST, Level
from conformance.passing import SUCCESS, found, refused
from conformance.trial import Trial

METADATA: Final = "XDSRegistryMetadataError"
UNRESOLVED: Final = "UnresolvedReferenceException"
UNKNOWN_PATIENT: Final = "XDSUnknownPatientId"
OTHER_PATIENT: Final = "XDSPatientIdDoesNotMatch"
DEPRECATED_TARGET: Final = "XDSRegistryDeprecatedDocumentError"

ENTRY: Final = "//rim:ExtrinsicObject"
SET: Final = f"//rim:RegistryPackage[rim:Classification/@classificationNode='{n.SUBMISSION_SET}']"
FOLDER: Final = f"//rim:RegistryPackage[rim:Classification/@classificationNode='{n.FOLDER}']"


@dataclass(frozen=True, slots=True)
class Refused:
    """A good message in which one thing is broken."""

    id: str
    title: str
    requirement: str
    section: str
    edits: tuple[Edit, ...]
    covers: tuple[str, ...] = ()
    codes: tuple[str, ...] = (METADATA,)
    """Codes of which the standard allows any."""
    of: str = "entry"
    """The good message: a word of `GOOD`."""
    schema: bool = False
    """The official XML schema forbids it too: a SOAP fault is as legal as a Failure. # ITI TF-2 V.3"""
    level: Level = MUST
    optional: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that must be taken, and what a query must give back of it."""

    id: str
    title: str
    requirement: str
    section: str
    edits: tuple[Edit, ...] = ()
    entry: Mapping[str, Any] = field(default_factory=dict)
    """Values of the DocumentEntry, by the names of `Entry`."""
    back: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """XPath below the object that a query gives back → its string values."""
    covers: tuple[str, ...] = ()
    of: str = "entry"
    object: str = ENTRY
    """Which object is looked at."""
    optional: str = ""
    needs: tuple[str, ...] = ()
    """More than the registry."""
    level: Level = MUST


def refusals(rows: Iterable[Refused]) -> None:
    """Enters each row as a case."""
    for row in rows:
        case(
            row.id,
            title=row.title,
            requirement=row.requirement,
            section=row.section,
            passing=refused(*row.codes),
            level=row.level,
            covers=row.covers,
            needs=["registry"],
            optional=row.optional,
        )(functools.partial(_refuses, row))


def acceptances(rows: Iterable[Taken]) -> None:
    """Enters each row as a case."""
    for row in rows:
        case(
            row.id,
            title=row.title,
            requirement=row.requirement,
            section=row.section,
            passing=found('<rim:… id="…">what was registered</rim:…>') if row.back else SUCCESS,
            level=row.level,
            covers=row.covers,
            needs=["registry", *row.needs],
            optional=row.optional,
        )(functools.partial(_takes, row))


def _refuses(row: Refused, trial: Trial) -> None:
    taken(trial, row.of)
    answer = trial.register(GOOD[row.of](trial, {}), *row.edits)
    if row.schema:
        answer.is_refused(*row.codes)
    else:
        answer.refuses(*row.codes)


def _takes(row: Taken, trial: Trial) -> None:
    submission = GOOD[row.of](trial, row.entry)
    answer = trial.register(submission, *row.edits).succeeds()
    if answer.status != n.SUCCESS:
        return
    given = objects(trial, submission, row.object)
    if not row.back:
        given.finds(*_ids(submission, row.object))
    for xpath, values in row.back.items():
        where = f"{row.object}/{xpath}"
        if "@name='hash'" in xpath:  # either case is the same number. # ITI TF-3 4.2.3.2.10
            where = f"translate({where}, 'ABCDEF', 'abcdef')"
        given.holds(where, *values)


def objects(trial: Trial, submission: Submission, kind: str = ENTRY) -> Answer:
    """The entries, the set or the folders of a submission, as LeafClass."""
    if kind == ENTRY:
        return trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [each.id for each in submission.entries])])
    if kind == FOLDER:
        return trial.query("GetFolders", [("$XDSFolderEntryUUID", [each.id for each in submission.folders])])
    return contents(trial, submission)


def contents(trial: Trial, submission: Submission) -> Answer:
    """The SubmissionSet and all that hangs on it."""
    return trial.query("GetSubmissionSetAndContents", [("$XDSSubmissionSetUniqueId", submission.set.unique_id)])


def _ids(submission: Submission, kind: str) -> list[str]:
    if kind == ENTRY:
        return [each.id for each in submission.entries]
    return [each.id for each in submission.folders] if kind == FOLDER else list(submission.ids)


def taken(trial: Trial, of: str) -> None:
    """Makes sure that the target takes the good message `of`: else that it refuses a broken one says nothing."""
    learnt = f"takes {of}"
    if learnt not in trial.session.memory:
        answer = trial.register(GOOD[of](trial, {}), preparation=True)
        trial.given(
            answer.summary.startswith("Success"), "the registry refuses the message before it is broken", answer
        )
        trial.session.memory[learnt] = True


Make = Callable[[Trial, Mapping[str, Any]], Submission]


def _one_entry(trial: Trial, values: Mapping[str, Any]) -> Submission:
    return trial.submission(trial.entry(**values))


def _in_folder(trial: Trial, values: Mapping[str, Any]) -> Submission:
    entry, folder = trial.entry(**values), trial.folder()
    return trial.submission(entry, folder, Association(n.HAS_MEMBER, folder.id, entry.id))


def _related(trial: Trial, values: Mapping[str, Any]) -> Submission:
    entry, addendum = trial.entry(**values), trial.entry()
    return trial.submission(entry, addendum, Association(n.APND, addendum.id, entry.id))


GOOD: Final[Mapping[str, Make]] = {"entry": _one_entry, "folder": _in_folder, "related": _related}
"""Good messages: one entry; an entry in a folder; an entry with an addendum in the same submission."""


def again(xpath: str) -> Edit:
    """Puts a copy of the first element found behind it, with an id of its own: one too many of it, nothing else."""

    def edit(root: etree._Element) -> None:
        found: Any = root.xpath(xpath, namespaces=n.PREFIXES)
        if not found:
            raise NothingToEdit(f"{xpath} finds nothing")
        copy = deepcopy(found[0])
        copy.set("id", new_uuid())
        found[0].addnext(copy)

    return edit


def more(xpath: str, added: str) -> Edit:
    """Writes `added` behind the value of every attribute that is found."""

    def edit(root: etree._Element) -> None:
        found: Any = root.xpath(xpath, namespaces=n.PREFIXES)
        if not found:
            raise NothingToEdit(f"{xpath} finds nothing")
        for each in found:
            each.getparent().set(each.attrname, f"{each}{added}")

    return edit


def marked(xpath: str, as_node: str) -> Edit:
    """Puts a Classification with classificationNode `as_node` before those that the objects found have already."""

    def edit(root: etree._Element) -> None:
        found: Any = root.xpath(xpath, namespaces=n.PREFIXES)
        if not found:
            raise NothingToEdit(f"{xpath} finds nothing")
        for each in found:
            first = each.find(f"{{{n.RIM}}}Classification")
            first.addprevious(element(node(as_node, each.get("id"))))

    return edit
