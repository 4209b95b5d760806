"""What a submission says: the IHE rule book, the French one, and its documents. # ITI TF-3 4.2, ITI TF-2 3.41"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Final

from lxml import etree

from conformance.judging.attachments import Attached
from conformance.judging.book import rule
from conformance.judging.place import Tree
from conformance.judging.sheet import Sheet
from conformance.model import MUST, SHOULD
from dmp import coherence
from dmp.coherence import Coherence
from metadata.ebrim import EbrimError, parse_objects
from metadata.model import DocumentEntry
from metadata.rules import check, repository
from metadata.translate import Submission
from metadata.vocabulary import REPLACEMENTS, RIM

RULED: Final = frozenset({"ITI-41", "ITI-42", "ITI-61"})
"""The transactions whose metadata the rule books judge."""
_LIST: Final = f"{{{RIM}}}RegistryObjectList"

MAX_OBJECTS: Final = 10_000
"""More than any submission or answer that is of use; the rules are not run on more."""

_TOO_MANY = rule(
    "ebrim.limit",
    MUST,
    "Carnet",
    "the list has {got} objects; the rules are run on {limit} at most",
    "la liste a {got} objets ; les règles portent sur {limit} au plus",
)
_NO_LIST = rule(
    "ebrim.list-missing",
    MUST,
    "ITI TF-2 3.42.4.1.2",
    "there is no rim:RegistryObjectList",
    "il n'y a pas de rim:RegistryObjectList",
)


_CASE = rule(
    "ebrim.document-id.case",
    SHOULD,
    "ITI TF-2 3.41.4.1.2; DMP TD2.1",
    "the Document {got} has the id of the DocumentEntry {expected} in other letters; the DMP takes it, others do not",
    "le Document {got} a l'id du DocumentEntry {expected} à la casse près ; le DMP l'accepte, d'autres non",
)


def read(tree: Tree, body: etree._Element, sheet: Sheet) -> Submission | None:
    """The objects below `body`; None when there are none to read."""
    objects = body if body.tag == _LIST else next(body.iter(_LIST), None)
    if objects is None:
        sheet.add(_NO_LIST(tree.at(body)))
        return None
    if len(objects) > MAX_OBJECTS:
        sheet.add(_TOO_MANY(tree.at(objects), got=len(objects), limit=MAX_OBJECTS))
        return None
    try:
        return Submission.of(parse_objects(objects))
    except EbrimError:
        return None


def check_rules(tree: Tree, submission: Submission, transaction: str, sheet: Sheet) -> None:
    """The rule books, on the message alone: what a registry holds is not known here."""
    sheet.findings(check(submission, sheet.circumstances.domain, transaction=transaction), tree.where)
    sheet.ran("IHE rules")
    if sheet.circumstances.french:
        sheet.ran("French rules")


def check_documents(tree: Tree, submission: Submission, attached: Sequence[Attached], sheet: Sheet) -> None:
    """Entries and documents in pairs, hash and size of the bytes, and under French rules the header of each CDA."""
    ids = [each.element.get("id", "") for each in attached]
    if sheet.circumstances.french:
        ids = _in_the_case_of(submission, tree, attached, sheet)
    sheet.findings(repository.pairing(submission.entries, ids), tree.where)
    contents = contents_of(submission, attached)
    for entry in submission.entries:
        content = contents.get(entry.entry_uuid)
        if content is None:
            continue
        sha1, size = hashlib.sha1(content, usedforsecurity=False).hexdigest(), len(content)
        sheet.findings(repository.content(entry, sha1=sha1, size=size), tree.where)
        sheet.findings(repository.content(replace(entry, hash=None), sha1=sha1, size=size), tree.where)
    sheet.ran("hash and size")


def _in_the_case_of(submission: Submission, tree: Tree, attached: Sequence[Attached], sheet: Sheet) -> list[str]:
    """The ids of the documents as their entries write them: official messages differ in case alone. # DMP TD2.1"""
    entries = {entry.entry_uuid for entry in submission.entries}
    folded = {id_.casefold(): id_ for id_ in entries}
    found = []
    for each in attached:
        own = each.element.get("id", "")
        meant = own if own in entries else folded.get(own.casefold(), own)
        if meant != own:
            sheet.add(_CASE(tree.at(each.element, "/@id"), got=own, expected=meant))
        found.append(meant)
    return found


def check_coherence(tree: Tree, submission: Submission, attached: Sequence[Attached], sheet: Sheet) -> None:
    """Each entry against the header of its CDA document."""
    contents = contents_of(submission, attached)
    replacing = {a.source for a in submission.associations if a.type in REPLACEMENTS}
    for entry in submission.entries:
        content = contents.get(entry.entry_uuid)
        if content is None or entry.mime_type != coherence.XML:
            continue
        # the uniqueIds of what is replaced are the registry's to know
        replaces = None if entry.entry_uuid in replacing else ()
        found = coherence.check(entry, BytesIO(content), Coherence.WARN, replaces=replaces)
        sheet.findings(found, tree.where)
        sheet.ran("CDA coherence")


def contents_of(submission: Submission, attached: Sequence[Attached]) -> dict[str, bytes]:
    """entryUUID → bytes; an id that differs in case alone is taken for its own, pairing has told of it."""
    by_id = {each.element.get("id", ""): each.content for each in attached if each.content is not None}
    folded = {id_.casefold(): content for id_, content in by_id.items()}
    found = {}
    for entry in submission.entries:
        content = by_id.get(entry.entry_uuid, folded.get(entry.entry_uuid.casefold()))
        if content is not None:
            found[entry.entry_uuid] = content
    return found


def entry_at(entry: DocumentEntry) -> str:
    """XPath of an entry."""
    return f"/RegistryObjectList/ExtrinsicObject[@id='{entry.entry_uuid}']"
