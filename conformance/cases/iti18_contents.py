"""ITI-18, queries along the links: contents of SubmissionSets and Folders, Folders of a document, related documents.

# ITI TF-2 3.18.4.1.2.3.7.10-13
"""

import functools
from typing import Final

from conformance.answer import Answer
from conformance.book import case
from conformance.cases._population import (
    NO_CODE,
    NO_ENTRY,
    NO_UNIQUE_ID,
    Parameter,
    Scene,
    first,
    holds_exactly,
    scene,
    second,
    written,
)
from conformance.messages import names as n
from conformance.messages.objects import Association
from conformance.passing import NOTHING_FOUND, found, query_refused
from conformance.trial import Trial

CONTENTS: Final = found(
    '<rim:RegistryPackage id="…" …/> <rim:ExtrinsicObject id="…" …/> <rim:Association associationType="…:HasMember" …/>'
)

of_set = functools.partial(case, section="ITI TF-2 3.18.4.1.2.3.7.10", passing=CONTENTS, needs=["registry"])
of_folder = functools.partial(case, section="ITI TF-2 3.18.4.1.2.3.7.11", passing=CONTENTS, needs=["registry"])
folders_of = functools.partial(
    case,
    section="ITI TF-2 3.18.4.1.2.3.7.12",
    passing=found('<rim:RegistryPackage id="…" …>…</rim:RegistryPackage>'),
    needs=["registry"],
)
related = functools.partial(
    case,
    section="ITI TF-2 3.18.4.1.2.3.7.13",
    passing=found('<rim:ExtrinsicObject id="…" …/> <rim:Association associationType="…:APND" …/>'),
    needs=["registry"],
)

# --- GetSubmissionSetAndContents


def set_contents(trial: Trial, held: Scene, *filters: Parameter) -> Answer:
    """Of the first SubmissionSet of a scene."""
    parameters = [("$XDSSubmissionSetEntryUUID", held.first.set.id), *filters]
    return trial.query("GetSubmissionSetAndContents", parameters)


def members_of_first(held: Scene, *entries: str) -> set[str]:
    """What the first SubmissionSet of a scene holds, with these of its entries: all but the APND, which is not a
    member of it."""
    folders = (held.f.id, held.g.id)
    inside = [each for each in (held.f_a, held.f_b, held.g_a) if each.target in entries]
    ids = {held.first.set.id, *entries, *folders, *(each.id for each in inside)}
    return ids | {held.link(each) for each in (*entries, *folders, *(each.id for each in inside))}


def not_the_relationship(held: Scene) -> list[str]:
    """Every id of a scene but that of the APND: it is among the contents, and no member. Either is right."""
    return [each for each in held.ids if each != held.append.id]


@of_set(
    "iti-18/4.1.2.3.7.10/1",
    title="Gets a SubmissionSet and its contents, by entryUUID",
    requirement="GetSubmissionSetAndContents returns the SubmissionSet, its DocumentEntries and Folders, the HasMember "
    "Associations to them, the Folders' HasMember Associations that it holds, and nothing else.",
    covers=["iti-18.get-submission-set-and-contents.contents"],
)
def whole_set(trial: Trial) -> None:
    held = scene(trial)
    answer = set_contents(trial, held).succeeds()
    wanted = members_of_first(held, held.a.id, held.b.id)
    holds_exactly(answer, wanted, not_the_relationship(held), "the answer holds exactly the SubmissionSet's contents")


@of_set(
    "iti-18/4.1.2.3.7.10/2",
    title="Gets a SubmissionSet and its contents, by uniqueId",
    requirement="GetSubmissionSetAndContents takes the uniqueId of the SubmissionSet too.",
    covers=["iti-18.get-submission-set-and-contents.contents"],
)
def set_by_unique_id(trial: Trial) -> None:
    held = scene(trial)
    parameters = [("$XDSSubmissionSetUniqueId", held.first.set.unique_id)]
    answer = trial.query("GetSubmissionSetAndContents", parameters).succeeds()
    wanted = members_of_first(held, held.a.id, held.b.id)
    holds_exactly(answer, wanted, not_the_relationship(held), "the answer holds exactly the SubmissionSet's contents")


@of_set(
    "iti-18/4.1.2.3.7.10/3",
    title="Gets a SubmissionSet that holds a document by reference",
    requirement="GetSubmissionSetAndContents returns the DocumentEntries held by reference too.",
    covers=["iti-18.get-submission-set-and-contents.contents"],
)
def by_reference(trial: Trial) -> None:
    held = scene(trial)
    parameters = [("$XDSSubmissionSetEntryUUID", held.second.set.id)]
    answer = trial.query("GetSubmissionSetAndContents", parameters).succeeds()
    wanted = {held.second.set.id, held.c.id, held.a.id, held.link(held.c.id), held.reference.id}
    objects = [*wanted, held.b.id, held.first.set.id, held.link(held.a.id), held.link(held.b.id)]
    holds_exactly(answer, wanted, objects, "the original and the referenced entry are there, and no other")


@of_set(
    "iti-18/4.1.2.3.7.10/4",
    title="Gets a SubmissionSet that put a document into an older Folder",
    requirement="GetSubmissionSetAndContents returns no Association with an end outside the contents.",
    covers=["iti-18.get-submission-set-and-contents.contents"],
)
def nothing_outside(trial: Trial) -> None:
    held = scene(trial)
    parameters = [("$XDSSubmissionSetEntryUUID", held.second.set.id)]
    answer = trial.query("GetSubmissionSetAndContents", parameters).succeeds()
    outside = [held.f.id, held.f_c.id]
    holds_exactly(answer, [], outside, "neither the older Folder nor its HasMember is there")
    holds_exactly(answer, [held.c.id], [held.c.id], "the document is there")


@of_set(
    "iti-18/4.1.2.3.7.10/5",
    title="Gets a SubmissionSet with its documents of one formatCode",
    requirement="$XDSDocumentEntryFormatCode holds back DocumentEntries with another formatCode, and the Associations "
    "that begin or end at them; the SubmissionSet and its Folders stay.",
    covers=["iti-18.get-submission-set-and-contents.filters"],
)
def set_by_format(trial: Trial) -> None:
    held = scene(trial)
    answer = set_contents(trial, held, ("$XDSDocumentEntryFormatCode", written(second(trial, "formatCode"))))
    _only_b(held, answer.succeeds())


@of_set(
    "iti-18/4.1.2.3.7.10/6",
    title="Gets a SubmissionSet with its documents of one confidentialityCode",
    requirement="$XDSDocumentEntryConfidentialityCode holds back DocumentEntries without the code, and the "
    "Associations that begin or end at them; the SubmissionSet and its Folders stay.",
    covers=["iti-18.get-submission-set-and-contents.filters"],
)
def set_by_confidentiality(trial: Trial) -> None:
    held = scene(trial)
    code = written(NO_CODE, second(trial, "confidentialityCode"))
    _only_b(held, set_contents(trial, held, ("$XDSDocumentEntryConfidentialityCode", code)).succeeds())


def _only_b(held: Scene, answer: Answer) -> None:
    links = [held.link(each.id) for each in (held.f_a, held.f_b, held.g_a)]
    among = [each for each in held.ids if each not in links]
    wanted = members_of_first(held, held.b.id) & set(among)
    holds_exactly(answer, wanted, among, "the entry that fits is there, the other one and its links are not")


@of_set(
    "iti-18/4.1.2.3.7.10/7",
    title="Gets a SubmissionSet with its documents of two confidentialityCodes at once",
    requirement="When $XDSDocumentEntryConfidentialityCode stands in several Slots, each must be met (AND).",
    section="ITI TF-2 3.18.4.1.2.3.7.10; 3.18.4.1.2.3.5",
    covers=["iti-18.get-submission-set-and-contents.filters", "iti-18.parameters.and"],
)
def set_by_two_codes(trial: Trial) -> None:
    this, other = first(trial, "confidentialityCode"), second(trial, "confidentialityCode")
    one = trial.entry(codes={"confidentialityCode": (this,)})
    both = trial.entry(codes={"confidentialityCode": (this, other)})
    made = trial.registered(one, both)
    name = "$XDSDocumentEntryConfidentialityCode"
    parameters = [("$XDSSubmissionSetEntryUUID", made.set.id), (name, written(this)), (name, written(other))]
    trial.query("GetSubmissionSetAndContents", parameters).finds(
        made.set.id, both.id, next(each.id for each in made.associations if each.target == both.id)
    )


@of_set(
    "iti-18/4.1.2.3.7.10/8",
    title="Gets a SubmissionSet with its Stable documents",
    requirement="With the type of Stable DocumentEntries in $XDSDocumentEntryType, those are returned.",
    covers=["iti-18.get-submission-set-and-contents.filters"],
)
def set_by_type(trial: Trial) -> None:
    held = scene(trial)
    answer = set_contents(trial, held, ("$XDSDocumentEntryType", [n.STABLE])).succeeds()
    wanted = members_of_first(held, held.a.id, held.b.id)
    holds_exactly(answer, wanted, not_the_relationship(held), "the answer holds exactly the SubmissionSet's contents")


@of_set(
    "iti-18/4.1.2.3.7.10/9",
    title="Gets SubmissionSets that nobody knows",
    requirement="An id that the registry does not hold finds nothing, and is no error.",
    passing=NOTHING_FOUND,
    covers=["iti-18.get-submission-set-and-contents.contents", "iti-18.get-documents.unknown"],
)
def unknown_set(trial: Trial) -> None:
    trial.query("GetSubmissionSetAndContents", [("$XDSSubmissionSetEntryUUID", NO_ENTRY)]).finds()
    trial.query("GetSubmissionSetAndContents", [("$XDSSubmissionSetUniqueId", NO_UNIQUE_ID)]).finds()


@of_set(
    "iti-18/4.1.2.3.7.10/10",
    title="Gets the SubmissionSet of one patient that holds a document of another by reference",
    requirement="GetSubmissionSetAndContents refuses to return whole objects of several patients "
    "(XDSResultNotSinglePatient); as ObjectRef it returns them.",
    passing=query_refused("XDSResultNotSinglePatient"),
    needs=["registry", "two-patients"],
    covers=["iti-18.return.single-patient", "query.single-patient"],
)
def set_of_two_patients(trial: Trial) -> None:
    theirs = trial.entry(patient=trial.new_patient())
    trial.registered(theirs)
    mine = trial.entry()
    plain = trial.submission(mine)
    reference = Association(n.HAS_MEMBER, plain.set.id, theirs.id, status="Reference")
    trial.registered(mine, reference, submission_set=plain.set)
    parameters = [("$XDSSubmissionSetEntryUUID", plain.set.id)]
    refused = trial.query("GetSubmissionSetAndContents", parameters).refuses("XDSResultNotSinglePatient")
    refused.lacks("//rim:RegistryObjectList/*", says="no metadata is returned")
    answer = trial.query("GetSubmissionSetAndContents", parameters, returns="ObjectRef").succeeds()
    got = set(answer.ids("references"))
    answer.check("as ObjectRef both entries are there", {mine.id, theirs.id} <= got, "//rim:ObjectRef/@id", "", got)


# --- GetFolderAndContents


def folder_contents(trial: Trial, held: Scene, *filters: Parameter) -> Answer:
    """Of folder f of a scene."""
    return trial.query("GetFolderAndContents", [("$XDSFolderEntryUUID", held.f.id), *filters])


@of_folder(
    "iti-18/4.1.2.3.7.11/1",
    title="Gets a Folder and its contents, by entryUUID",
    requirement="GetFolderAndContents returns the Folder, the DocumentEntries that it holds, whichever submission put "
    "them there, the HasMember Associations between them, and nothing else.",
    covers=["iti-18.get-folder-and-contents.contents"],
)
def whole_folder(trial: Trial) -> None:
    held = scene(trial)
    links = (held.f_a.id, held.f_b.id, held.f_c.id)
    folder_contents(trial, held).finds(held.f.id, held.a.id, held.b.id, held.c.id, *links)


@of_folder(
    "iti-18/4.1.2.3.7.11/2",
    title="Gets a Folder and its contents, by uniqueId",
    requirement="GetFolderAndContents takes the uniqueId of the Folder too.",
    covers=["iti-18.get-folder-and-contents.contents"],
)
def folder_by_unique_id(trial: Trial) -> None:
    held = scene(trial)
    parameters = [("$XDSFolderUniqueId", held.g.unique_id)]
    trial.query("GetFolderAndContents", parameters).finds(held.g.id, held.a.id, held.g_a.id)


@of_folder(
    "iti-18/4.1.2.3.7.11/3",
    title="Gets a Folder with its documents of one formatCode",
    requirement="$XDSDocumentEntryFormatCode holds back DocumentEntries with another formatCode and their HasMember.",
    covers=["iti-18.get-folder-and-contents.filters"],
)
def folder_by_format(trial: Trial) -> None:
    held = scene(trial)
    answer = folder_contents(trial, held, ("$XDSDocumentEntryFormatCode", written(second(trial, "formatCode"))))
    answer.finds(held.f.id, held.b.id, held.f_b.id)


@of_folder(
    "iti-18/4.1.2.3.7.11/4",
    title="Gets a Folder with its documents of one confidentialityCode",
    requirement="$XDSDocumentEntryConfidentialityCode holds back DocumentEntries without the code and their HasMember.",
    covers=["iti-18.get-folder-and-contents.filters"],
)
def folder_by_confidentiality(trial: Trial) -> None:
    held = scene(trial)
    code = written(first(trial, "confidentialityCode"), NO_CODE)
    answer = folder_contents(trial, held, ("$XDSDocumentEntryConfidentialityCode", code))
    answer.finds(held.f.id, held.a.id, held.c.id, held.f_a.id, held.f_c.id)


@of_folder(
    "iti-18/4.1.2.3.7.11/5",
    title="Gets a Folder with its documents of two confidentialityCodes at once",
    requirement="When $XDSDocumentEntryConfidentialityCode stands in several Slots, each must be met (AND).",
    section="ITI TF-2 3.18.4.1.2.3.7.11; 3.18.4.1.2.3.5",
    covers=["iti-18.get-folder-and-contents.filters", "iti-18.parameters.and"],
)
def folder_by_two_codes(trial: Trial) -> None:
    this, other = first(trial, "confidentialityCode"), second(trial, "confidentialityCode")
    one, folder = trial.entry(codes={"confidentialityCode": (this,)}), trial.folder()
    both = trial.entry(codes={"confidentialityCode": (this, other)})
    link = Association(n.HAS_MEMBER, folder.id, both.id)
    trial.registered(one, both, folder, link, Association(n.HAS_MEMBER, folder.id, one.id))
    name = "$XDSDocumentEntryConfidentialityCode"
    parameters = [("$XDSFolderEntryUUID", folder.id), (name, written(this)), (name, written(other))]
    trial.query("GetFolderAndContents", parameters).finds(folder.id, both.id, link.id)


@of_folder(
    "iti-18/4.1.2.3.7.11/6",
    title="Gets a Folder of which no document passes the filter",
    requirement="GetFolderAndContents returns the Folder even when no DocumentEntry in it passes the filters.",
    covers=["iti-18.get-folder-and-contents.filters"],
)
def folder_alone(trial: Trial) -> None:
    held = scene(trial)
    folder_contents(trial, held, ("$XDSDocumentEntryFormatCode", written(NO_CODE))).finds(held.f.id)


@of_folder(
    "iti-18/4.1.2.3.7.11/7",
    title="Gets a Folder with its Stable documents",
    requirement="With the type of Stable DocumentEntries in $XDSDocumentEntryType, those are returned.",
    covers=["iti-18.get-folder-and-contents.filters"],
)
def folder_by_type(trial: Trial) -> None:
    held = scene(trial)
    parameters = [("$XDSFolderEntryUUID", held.g.id), ("$XDSDocumentEntryType", [n.STABLE])]
    trial.query("GetFolderAndContents", parameters).finds(held.g.id, held.a.id, held.g_a.id)


@of_folder(
    "iti-18/4.1.2.3.7.11/8",
    title="Gets Folders that nobody knows, with their contents",
    requirement="An id that the registry does not hold finds nothing, and is no error.",
    passing=NOTHING_FOUND,
    covers=["iti-18.get-folder-and-contents.contents", "iti-18.get-documents.unknown"],
)
def unknown_folder(trial: Trial) -> None:
    trial.query("GetFolderAndContents", [("$XDSFolderEntryUUID", NO_ENTRY)]).finds()
    trial.query("GetFolderAndContents", [("$XDSFolderUniqueId", NO_UNIQUE_ID)]).finds()


# --- GetFoldersForDocument


@folders_of(
    "iti-18/4.1.2.3.7.12/1",
    title="Gets the Folders of a document that is in two",
    requirement="GetFoldersForDocument returns every Folder that holds the DocumentEntry, and nothing else.",
    covers=["iti-18.get-folders-for-document.folders"],
)
def two_folders(trial: Trial) -> None:
    held = scene(trial)
    parameters = [("$XDSDocumentEntryEntryUUID", held.a.id)]
    trial.query("GetFoldersForDocument", parameters).finds(held.f.id, held.g.id)


@folders_of(
    "iti-18/4.1.2.3.7.12/2",
    title="Gets the Folder of a document, by uniqueId",
    requirement="GetFoldersForDocument takes the uniqueId of the document too.",
    covers=["iti-18.get-folders-for-document.folders"],
)
def folders_by_unique_id(trial: Trial) -> None:
    held = scene(trial)
    trial.query("GetFoldersForDocument", [("$XDSDocumentEntryUniqueId", held.b.unique_id)]).finds(held.f.id)


@folders_of(
    "iti-18/4.1.2.3.7.12/3",
    title="Gets the Folders of a document that is in none",
    requirement="GetFoldersForDocument finds nothing for a DocumentEntry in no Folder: a SubmissionSet is none.",
    passing=NOTHING_FOUND,
    covers=["iti-18.get-folders-for-document.folders"],
)
def in_no_folder(trial: Trial) -> None:
    entry = trial.entry()
    trial.registered(entry, trial.folder())
    trial.query("GetFoldersForDocument", [("$XDSDocumentEntryEntryUUID", entry.id)]).finds()


@folders_of(
    "iti-18/4.1.2.3.7.12/4",
    title="Gets the Folders of a document that nobody knows",
    requirement="An id that the registry does not hold finds nothing, and is no error.",
    passing=NOTHING_FOUND,
    covers=["iti-18.get-folders-for-document.folders", "iti-18.get-documents.unknown"],
)
def folders_of_nothing(trial: Trial) -> None:
    trial.query("GetFoldersForDocument", [("$XDSDocumentEntryEntryUUID", NO_ENTRY)]).finds()
    trial.query("GetFoldersForDocument", [("$XDSDocumentEntryUniqueId", NO_UNIQUE_ID)]).finds()


# --- GetRelatedDocuments


def related_to(trial: Trial, document: str, *types: str) -> Answer:
    parameters: list[Parameter] = [("$XDSDocumentEntryEntryUUID", document), ("$AssociationTypes", list(types))]
    return trial.query("GetRelatedDocuments", parameters)


@related(
    "iti-18/4.1.2.3.7.13/1",
    title="Gets what is related to a document by an Association that begins at it",
    requirement="GetRelatedDocuments returns the Association of the given type and the DocumentEntries at both ends.",
    covers=["iti-18.get-related-documents.related"],
)
def from_the_document(trial: Trial) -> None:
    held = scene(trial)
    related_to(trial, held.b.id, n.APND).finds(held.append.id, held.a.id, held.b.id)


@related(
    "iti-18/4.1.2.3.7.13/2",
    title="Gets what is related to a document by an Association that ends at it",
    requirement="GetRelatedDocuments follows Associations in either direction.",
    covers=["iti-18.get-related-documents.related"],
)
def to_the_document(trial: Trial) -> None:
    held = scene(trial)
    related_to(trial, held.a.id, n.XFRM).finds(held.transform.id, held.a.id, held.c.id)


@related(
    "iti-18/4.1.2.3.7.13/3",
    title="Gets what is related to a document by either of two types",
    requirement="GetRelatedDocuments returns Associations of any of the given types.",
    covers=["iti-18.get-related-documents.related"],
)
def either_type(trial: Trial) -> None:
    held = scene(trial)
    wanted = (held.append.id, held.transform.id, held.a.id, held.b.id, held.c.id)
    related_to(trial, held.a.id, n.XFRM, n.APND).finds(*wanted)


@related(
    "iti-18/4.1.2.3.7.13/4",
    title="Gets what is related to a document by a type that no Association of it has",
    requirement="Where no Association of the given types is there, nothing is found, not even the document asked for.",
    passing=NOTHING_FOUND,
    covers=["iti-18.get-related-documents.none"],
)
def by_no_type(trial: Trial) -> None:
    held = scene(trial)
    related_to(trial, held.a.id, n.RPLC, n.SIGNS).finds()
    related_to(trial, held.b.id, n.XFRM).finds()


@related(
    "iti-18/4.1.2.3.7.13/5",
    title="Gets what is related to a document by HasMember",
    requirement="GetRelatedDocuments returns only Associations with DocumentEntries at both ends: no membership.",
    passing=NOTHING_FOUND,
    covers=["iti-18.get-related-documents.none"],
)
def by_membership(trial: Trial) -> None:
    held = scene(trial)
    related_to(trial, held.a.id, n.HAS_MEMBER).finds()


@related(
    "iti-18/4.1.2.3.7.13/6",
    title="Gets what is related to a document, by uniqueId",
    requirement="GetRelatedDocuments takes the uniqueId of the document too.",
    covers=["iti-18.get-related-documents.related"],
)
def related_by_unique_id(trial: Trial) -> None:
    held = scene(trial)
    parameters = [("$XDSDocumentEntryUniqueId", held.c.unique_id), ("$AssociationTypes", [n.XFRM])]
    trial.query("GetRelatedDocuments", parameters).finds(held.transform.id, held.a.id, held.c.id)


@related(
    "iti-18/4.1.2.3.7.13/7",
    title="Gets the replacement of a Deprecated document",
    requirement="GetRelatedDocuments returns DocumentEntries whatever their status.",
    covers=["iti-18.get-related-documents.related"],
)
def replacement(trial: Trial) -> None:
    old, new, newest = trial.entry(), trial.entry(), trial.entry()
    first_link, second_link = Association(n.RPLC, new.id, old.id), Association(n.RPLC, newest.id, new.id)
    trial.registered(old)
    trial.registered(new, first_link)
    trial.registered(newest, second_link)
    related_to(trial, old.id, n.RPLC).finds(first_link.id, old.id, new.id)
    related_to(trial, new.id, n.RPLC).finds(first_link.id, second_link.id, old.id, new.id, newest.id)


@related(
    "iti-18/4.1.2.3.7.13/8",
    title="Gets Stable documents related to a document",
    requirement="With the type of Stable DocumentEntries in $XDSDocumentEntryType, those are returned.",
    covers=["iti-18.get-related-documents.related"],
)
def related_by_type(trial: Trial) -> None:
    held = scene(trial)
    parameters = [
        ("$XDSDocumentEntryEntryUUID", held.b.id),
        ("$AssociationTypes", [n.APND]),
        ("$XDSDocumentEntryType", [n.STABLE]),
    ]
    trial.query("GetRelatedDocuments", parameters).finds(held.append.id, held.a.id, held.b.id)


@related(
    "iti-18/4.1.2.3.7.13/9",
    title="Gets what is related to a document that nobody knows",
    requirement="An id that the registry does not hold finds nothing, and is no error.",
    passing=NOTHING_FOUND,
    covers=["iti-18.get-related-documents.none", "iti-18.get-documents.unknown"],
)
def related_to_nothing(trial: Trial) -> None:
    related_to(trial, NO_ENTRY, n.APND, n.XFRM).finds()
