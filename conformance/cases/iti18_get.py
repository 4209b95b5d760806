"""ITI-18, queries by id: GetDocuments, GetFolders, GetAssociations, GetDocumentsAndAssociations and GetSubmissionSets.

# ITI TF-2 3.18.4.1.2.3.7.5-9
"""

import functools
from typing import Final

from conformance.book import case
from conformance.cases._population import (
    NO_ENTRY,
    NO_UNIQUE_ID,
    Parameter,
    referenced,
    replaced,
    scene,
    two_patients,
)
from conformance.messages import names as n
from conformance.messages.objects import Association
from conformance.model import SHOULD
from conformance.passing import NOTHING_FOUND, found, query_refused
from conformance.trial import Trial

ENTRY: Final = found('<rim:ExtrinsicObject id="…" …>…</rim:ExtrinsicObject>')
PACKAGE: Final = found('<rim:RegistryPackage id="…" …>…</rim:RegistryPackage>')
ASSOCIATION: Final = found('<rim:Association id="…" associationType="…" sourceObject="…" targetObject="…" …/>')

BY_UUID: Final = "$XDSDocumentEntryEntryUUID"
BY_UNIQUE_ID: Final = "$XDSDocumentEntryUniqueId"

documents = functools.partial(case, section="ITI TF-2 3.18.4.1.2.3.7.5", passing=ENTRY, needs=["registry"])
folders = functools.partial(case, section="ITI TF-2 3.18.4.1.2.3.7.6", passing=PACKAGE, needs=["registry"])
associations = functools.partial(case, section="ITI TF-2 3.18.4.1.2.3.7.7", passing=ASSOCIATION, needs=["registry"])
both = functools.partial(
    case,
    section="ITI TF-2 3.18.4.1.2.3.7.8",
    passing=found('<rim:ExtrinsicObject id="…" …/> <rim:Association sourceObject="…" targetObject="…" …/>'),
    needs=["registry"],
)
sets = functools.partial(
    case,
    section="ITI TF-2 3.18.4.1.2.3.7.9",
    passing=found('<rim:RegistryPackage id="…" …/> <rim:Association associationType="…:HasMember" …/>'),
    needs=["registry"],
)

# --- GetDocuments


@documents(
    "iti-18/4.1.2.3.7.5/1",
    title="Gets one document by its entryUUID",
    requirement="GetDocuments returns the DocumentEntry with the entryUUID, and nothing else.",
    covers=["iti-18.get-documents.entry-uuid"],
)
def by_uuid(trial: Trial) -> None:
    entry = trial.entry()
    trial.registered(entry, trial.entry(), trial.folder())
    trial.query("GetDocuments", [(BY_UUID, [entry.id])]).finds(entry.id)


@documents(
    "iti-18/4.1.2.3.7.5/2",
    title="Gets two of three documents by their entryUUIDs",
    requirement="GetDocuments returns the DocumentEntries with any of the entryUUIDs in the list.",
    covers=["iti-18.get-documents.entry-uuid"],
)
def by_uuids(trial: Trial) -> None:
    one, two, three = trial.entry(), trial.entry(), trial.entry()
    trial.registered(one, two, three)
    trial.query("GetDocuments", [(BY_UUID, [three.id, one.id])]).finds(one.id, three.id)


@documents(
    "iti-18/4.1.2.3.7.5/3",
    title="Gets two of three documents by their uniqueIds",
    requirement="GetDocuments returns the DocumentEntries with any of the uniqueIds in the list.",
    covers=["iti-18.get-documents.unique-id"],
)
def by_unique_ids(trial: Trial) -> None:
    one, two, three = trial.entry(), trial.entry(), trial.entry()
    trial.registered(one, two, three)
    trial.query("GetDocuments", [(BY_UNIQUE_ID, [two.unique_id])]).finds(two.id)
    trial.query("GetDocuments", [(BY_UNIQUE_ID, [one.unique_id, three.unique_id])]).finds(one.id, three.id)


@documents(
    "iti-18/4.1.2.3.7.5/4",
    title="Gets a document that was registered twice, by its uniqueId",
    requirement="Of one document several DocumentEntries may exist; GetDocuments by uniqueId returns them all.",
    covers=["iti-18.get-documents.unique-id"],
)
def of_one_unique_id(trial: Trial) -> None:
    content = b"The same document, registered twice.\n"
    one = trial.entry(content=content)
    two = trial.entry(content=content, unique_id=one.unique_id)
    trial.registered(one)
    trial.registered(two)
    trial.query("GetDocuments", [(BY_UNIQUE_ID, [one.unique_id])]).finds(one.id, two.id)


@documents(
    "iti-18/4.1.2.3.7.5/5",
    title="Gets a Deprecated document by its entryUUID",
    requirement="GetDocuments returns DocumentEntries whatever their status.",
    covers=["iti-18.get-documents.entry-uuid"],
)
def deprecated(trial: Trial) -> None:
    held = replaced(trial)
    trial.query("GetDocuments", [(BY_UUID, [held.old.id, held.new.id])]).finds(held.old.id, held.new.id)


@documents(
    "iti-18/4.1.2.3.7.5/6",
    title="Gets a document that nobody knows, by its entryUUID",
    requirement="An entryUUID that the registry does not hold finds nothing, and is no error.",
    passing=NOTHING_FOUND,
    covers=["iti-18.get-documents.unknown"],
)
def unknown_uuid(trial: Trial) -> None:
    trial.query("GetDocuments", [(BY_UUID, [NO_ENTRY])]).finds()


@documents(
    "iti-18/4.1.2.3.7.5/7",
    title="Gets a document that nobody knows, by its uniqueId",
    requirement="A uniqueId that the registry does not hold finds nothing, and is no error.",
    passing=NOTHING_FOUND,
    covers=["iti-18.get-documents.unknown"],
)
def unknown_unique_id(trial: Trial) -> None:
    trial.query("GetDocuments", [(BY_UNIQUE_ID, [NO_UNIQUE_ID])]).finds()


@documents(
    "iti-18/4.1.2.3.7.5/8",
    title="Gets a document beside one that nobody knows",
    requirement="Of several ids those that the registry does not hold are passed over.",
    covers=["iti-18.get-documents.unknown"],
)
def unknown_beside(trial: Trial) -> None:
    entry = trial.entry()
    trial.registered(entry)
    trial.query("GetDocuments", [(BY_UUID, [NO_ENTRY, entry.id])]).finds(entry.id)
    trial.query("GetDocuments", [(BY_UNIQUE_ID, [NO_UNIQUE_ID, entry.unique_id])]).finds(entry.id)


@documents(
    "iti-18/4.1.2.3.7.5/9",
    title="Gets documents by the entryUUID of a Folder and of a SubmissionSet",
    requirement="GetDocuments returns DocumentEntries alone: ids of other objects find nothing.",
    passing=NOTHING_FOUND,
    covers=["iti-18.get-documents.entry-uuid"],
)
def other_kinds(trial: Trial) -> None:
    folder = trial.folder()
    made = trial.registered(folder, trial.entry())
    trial.query("GetDocuments", [(BY_UUID, [folder.id, made.set.id])]).finds()
    trial.query("GetDocuments", [(BY_UNIQUE_ID, [folder.unique_id, made.set.unique_id])]).finds()


@documents(
    "iti-18/4.1.2.3.7.5/10",
    title="Gets a document by an entryUUID in upper case",
    requirement="The framework writes UUIDs in lower case; a registry may read them in either case, as RFC 4122 does.",
    section="ITI TF-2 3.18.4.1.2.3.7.5; ITI TF-3 4.2.3.1.5",
    level=SHOULD,
    covers=["iti-18.parameters.lenient"],
)
def upper_case(trial: Trial) -> None:
    entry = trial.entry()
    trial.registered(entry)
    uuid = "urn:uuid:" + entry.id.removeprefix("urn:uuid:").upper()
    answer = trial.query("GetDocuments", [(BY_UUID, [uuid])])
    if entry.id not in answer.ids() and answer.status in (n.SUCCESS, n.FAILURE):
        trial.not_supported("it knows UUIDs in lower case only")
    answer.finds(entry.id)


# --- GetFolders


@folders(
    "iti-18/4.1.2.3.7.6/1",
    title="Gets Folders by their entryUUIDs",
    requirement="GetFolders returns the Folders with any of the entryUUIDs, and nothing else.",
    covers=["iti-18.get-folders.ids"],
)
def folders_by_uuid(trial: Trial) -> None:
    held = scene(trial)
    empty = trial.folder()
    trial.registered(empty)
    name = "$XDSFolderEntryUUID"
    trial.query("GetFolders", [(name, [held.f.id])]).finds(held.f.id)
    trial.query("GetFolders", [(name, [held.f.id, empty.id])]).finds(held.f.id, empty.id)


@folders(
    "iti-18/4.1.2.3.7.6/2",
    title="Gets Folders by their uniqueIds",
    requirement="GetFolders returns the Folders with any of the uniqueIds, and nothing else.",
    covers=["iti-18.get-folders.ids"],
)
def folders_by_unique_id(trial: Trial) -> None:
    held = scene(trial)
    name = "$XDSFolderUniqueId"
    trial.query("GetFolders", [(name, [held.g.unique_id])]).finds(held.g.id)
    trial.query("GetFolders", [(name, [held.f.unique_id, held.g.unique_id])]).finds(held.f.id, held.g.id)


@folders(
    "iti-18/4.1.2.3.7.6/3",
    title="Gets Folders that nobody knows",
    requirement="Ids that the registry does not hold find nothing, and are no error.",
    passing=NOTHING_FOUND,
    covers=["iti-18.get-folders.ids", "iti-18.get-documents.unknown"],
)
def unknown_folders(trial: Trial) -> None:
    trial.query("GetFolders", [("$XDSFolderEntryUUID", [NO_ENTRY])]).finds()
    trial.query("GetFolders", [("$XDSFolderUniqueId", [NO_UNIQUE_ID])]).finds()


@folders(
    "iti-18/4.1.2.3.7.6/4",
    title="Gets Folders by the ids of a SubmissionSet and of a document",
    requirement="GetFolders returns Folders alone: ids of other objects find nothing.",
    passing=NOTHING_FOUND,
    covers=["iti-18.get-folders.ids"],
)
def no_folders(trial: Trial) -> None:
    entry = trial.entry()
    made = trial.registered(entry)
    trial.query("GetFolders", [("$XDSFolderEntryUUID", [made.set.id, entry.id])]).finds()
    trial.query("GetFolders", [("$XDSFolderUniqueId", [made.set.unique_id, entry.unique_id])]).finds()


# --- GetAssociations


@associations(
    "iti-18/4.1.2.3.7.7/1",
    title="Gets the Associations of a document at which five of them end",
    requirement="GetAssociations returns the Associations that end at the object: memberships in SubmissionSets and "
    "Folders, relationships of other documents.",
    covers=["iti-18.get-associations.ends"],
)
def ending_at_a_document(trial: Trial) -> None:
    held = scene(trial)
    trial.query("GetAssociations", [("$uuid", [held.a.id])]).finds(*held.at(held.a.id))


@associations(
    "iti-18/4.1.2.3.7.7/2",
    title="Gets the Associations of a document from which one goes out",
    requirement="GetAssociations returns the Associations that begin at the object too.",
    covers=["iti-18.get-associations.ends"],
)
def beginning_at_a_document(trial: Trial) -> None:
    held = scene(trial)
    trial.query("GetAssociations", [("$uuid", [held.b.id])]).finds(held.append.id, held.f_b.id, held.link(held.b.id))


@associations(
    "iti-18/4.1.2.3.7.7/3",
    title="Gets the Associations of a Folder",
    requirement="GetAssociations takes Folders: it returns what they hold and what holds them.",
    covers=["iti-18.get-associations.ends"],
)
def of_a_folder(trial: Trial) -> None:
    held = scene(trial)
    wanted = (held.f_a.id, held.f_b.id, held.f_c.id, held.link(held.f.id))
    trial.query("GetAssociations", [("$uuid", [held.f.id])]).finds(*wanted)


@associations(
    "iti-18/4.1.2.3.7.7/4",
    title="Gets the Associations of a SubmissionSet",
    requirement="GetAssociations takes SubmissionSets: it returns every HasMember from them.",
    covers=["iti-18.get-associations.ends"],
)
def of_a_submission_set(trial: Trial) -> None:
    held = scene(trial)
    trial.query("GetAssociations", [("$uuid", [held.second.set.id])]).finds(*held.at(held.second.set.id))


@associations(
    "iti-18/4.1.2.3.7.7/5",
    title="Gets the Associations of two objects that share some",
    requirement="GetAssociations takes several objects; an Association between two of them is returned once.",
    covers=["iti-18.get-associations.ends", "iti-18.return.once"],
)
def of_two_objects(trial: Trial) -> None:
    held = scene(trial)
    answer = trial.query("GetAssociations", [("$uuid", [held.b.id, held.f.id])])
    answer.finds(*held.at(held.b.id, held.f.id))
    got = answer.ids("associations")
    answer.check("no Association stands there twice", len(got) == len(set(got)), "//rim:Association/@id", "", got)


@associations(
    "iti-18/4.1.2.3.7.7/6",
    title="Gets the Associations of an object that nobody knows",
    requirement="An id that the registry does not hold finds nothing, and is no error.",
    passing=NOTHING_FOUND,
    covers=["iti-18.get-associations.ends"],
)
def of_nothing(trial: Trial) -> None:
    trial.query("GetAssociations", [("$uuid", [NO_ENTRY])]).finds()


@associations(
    "iti-18/4.1.2.3.7.7/7",
    title="Gets the replacement between a Deprecated document and the new one",
    requirement="GetAssociations returns the Associations of Deprecated DocumentEntries as of Approved ones.",
    covers=["iti-18.get-associations.ends"],
)
def of_a_replaced_document(trial: Trial) -> None:
    held = replaced(trial)
    answer = trial.query("GetAssociations", [("$uuid", [held.old.id])]).succeeds()
    answer.check(
        "the RPLC is there",
        held.link.id in answer.ids("associations"),
        "//rim:Association/@id",
        held.link.id,
        answer.ids(),
    )
    answer.holds(f"//rim:Association[@id='{held.link.id}']/@associationType", n.RPLC, says="its type is RPLC")


# --- GetDocumentsAndAssociations


@both(
    "iti-18/4.1.2.3.7.8/1",
    title="Gets a document with its Associations, by entryUUID",
    requirement="GetDocumentsAndAssociations returns the DocumentEntry and every Association that begins or ends "
    "at it, and nothing else.",
    covers=["iti-18.get-documents-and-associations.ids"],
)
def with_associations(trial: Trial) -> None:
    held = scene(trial)
    answer = trial.query("GetDocumentsAndAssociations", [(BY_UUID, [held.a.id])])
    answer.finds(held.a.id, *held.at(held.a.id))


@both(
    "iti-18/4.1.2.3.7.8/2",
    title="Gets two documents with their Associations, by uniqueId",
    requirement="GetDocumentsAndAssociations takes uniqueIds, and several of them.",
    covers=["iti-18.get-documents-and-associations.ids"],
)
def two_with_associations(trial: Trial) -> None:
    held = scene(trial)
    answer = trial.query("GetDocumentsAndAssociations", [(BY_UNIQUE_ID, [held.b.unique_id, held.c.unique_id])])
    answer.finds(held.b.id, held.c.id, *held.at(held.b.id, held.c.id))


@both(
    "iti-18/4.1.2.3.7.8/3",
    title="Gets a document that nobody knows, with its Associations",
    requirement="Ids that the registry does not hold find nothing, and are no error.",
    passing=NOTHING_FOUND,
    covers=["iti-18.get-documents-and-associations.ids", "iti-18.get-documents.unknown"],
)
def unknown_with_associations(trial: Trial) -> None:
    trial.query("GetDocumentsAndAssociations", [(BY_UUID, [NO_ENTRY])]).finds()
    trial.query("GetDocumentsAndAssociations", [(BY_UNIQUE_ID, [NO_UNIQUE_ID])]).finds()


# --- GetSubmissionSets


@sets(
    "iti-18/4.1.2.3.7.9/1",
    title="Gets the SubmissionSets of a document that two of them hold",
    requirement="GetSubmissionSets returns every SubmissionSet that holds the DocumentEntry, as an original or by "
    "reference, and the HasMember Associations that say so.",
    covers=["iti-18.get-submission-sets.members"],
)
def sets_of_a_document(trial: Trial) -> None:
    held = scene(trial)
    wanted = (held.first.set.id, held.second.set.id, held.link(held.a.id), held.reference.id)
    trial.query("GetSubmissionSets", [("$uuid", [held.a.id])]).finds(*wanted)


@sets(
    "iti-18/4.1.2.3.7.9/2",
    title="Gets the SubmissionSet of a Folder",
    requirement="GetSubmissionSets takes Folders: it returns the SubmissionSet that holds the Folder, and the "
    "HasMember that says so.",
    covers=["iti-18.get-submission-sets.members"],
)
def set_of_a_folder(trial: Trial) -> None:
    held = scene(trial)
    trial.query("GetSubmissionSets", [("$uuid", [held.f.id])]).finds(held.first.set.id, held.link(held.f.id))


@sets(
    "iti-18/4.1.2.3.7.9/3",
    title="Gets the SubmissionSets of two documents and a Folder",
    requirement="GetSubmissionSets takes several objects: each SubmissionSet is returned once, with one HasMember for "
    "each object.",
    covers=["iti-18.get-submission-sets.members", "iti-18.return.once"],
)
def sets_of_several(trial: Trial) -> None:
    held = scene(trial)
    members = (held.b.id, held.c.id, held.f.id)
    answer = trial.query("GetSubmissionSets", [("$uuid", list(members))])
    answer.finds(held.first.set.id, held.second.set.id, *(held.link(each) for each in members))
    got = answer.ids("packages")
    answer.check("no SubmissionSet stands there twice", len(got) == len(set(got)), "//rim:RegistryPackage", "", got)


@sets(
    "iti-18/4.1.2.3.7.9/4",
    title="Gets the SubmissionSets of an object that nobody knows",
    requirement="An id that the registry does not hold finds nothing, and is no error.",
    passing=NOTHING_FOUND,
    covers=["iti-18.get-submission-sets.members"],
)
def sets_of_nothing(trial: Trial) -> None:
    trial.query("GetSubmissionSets", [("$uuid", [NO_ENTRY])]).finds()


# --- the single patient


def of_two_patients(query: str, name: str, kind: str, trial: Trial) -> None:
    mine, theirs = two_patients(trial)
    ids = [made.entries[0].id if kind == "entry" else made.folders[0].id for made in (mine, theirs)]
    parameters: list[Parameter] = [(name, ids)]
    for each in ids:
        alone = trial.query(query, [(name, [each])], preparation=True)
        trial.given(alone.summary.startswith("Success"), f"{query} does not find one object", alone)
    refused = trial.query(query, parameters).refuses("XDSResultNotSinglePatient")
    refused.lacks("//rim:RegistryObjectList/*", says="no metadata is returned")
    references = trial.query(query, parameters, returns="ObjectRef").succeeds()
    got = set(references.ids("references"))
    if query == "GetSubmissionSets":
        ids = [mine.set.id, theirs.set.id]
    references.check("as ObjectRef both are there", set(ids) <= got, "//rim:ObjectRef/@id", ids, sorted(got))


for _query, _name, _kind, _section in (
    ("GetDocuments", BY_UUID, "entry", 5),
    ("GetFolders", "$XDSFolderEntryUUID", "folder", 6),
    ("GetDocumentsAndAssociations", BY_UUID, "entry", 8),
    ("GetSubmissionSets", "$uuid", "entry", 9),
):
    case(
        f"iti-18/4.1.2.3.7.{_section}/20",
        title=f"Asks {_query} for objects of two patients",
        requirement=f"{_query} refuses to return whole objects of several patients (XDSResultNotSinglePatient) and "
        "returns none; as ObjectRef it returns them.",
        section=f"ITI TF-2 3.18.4.1.2.3.7.{_section}",
        passing=query_refused("XDSResultNotSinglePatient"),
        needs=["registry", "two-patients"],
        covers=["iti-18.return.single-patient", "query.single-patient"],
    )(functools.partial(of_two_patients, _query, _name, _kind))


@associations(
    "iti-18/4.1.2.3.7.7/8",
    title="Gets the Association that holds another one in a SubmissionSet",
    requirement="GetAssociations takes Associations: a HasMember from a SubmissionSet to an Association ends at it.",
    covers=["iti-18.get-associations.ends"],
)
def of_an_association(trial: Trial) -> None:
    entry, folder = trial.entry(), trial.folder()
    inside = Association(n.HAS_MEMBER, folder.id, entry.id)
    made = trial.registered(entry, folder, inside)
    holder = next(each for each in made.associations if each.target == inside.id)
    trial.query("GetAssociations", [("$uuid", [inside.id])]).finds(holder.id)


# --- a SubmissionSet of one patient that holds a document of another, as of mother and child


@associations(
    "iti-18/4.1.2.3.7.7/9",
    title="Gets the Associations of a document that a SubmissionSet of another patient holds by reference",
    requirement="GetAssociations returns every Association that ends at the object, also one that begins at an object "
    "of another patient.",
    needs=["registry", "two-patients"],
    covers=["iti-18.get-associations.ends"],
)
def from_another_patient(trial: Trial) -> None:
    theirs, plain, reference = referenced(trial)
    own = next(each.id for each in plain.associations if each.target == theirs.id)
    trial.query("GetAssociations", [("$uuid", [theirs.id])]).finds(own, reference.id)


@sets(
    "iti-18/4.1.2.3.7.9/5",
    title="Gets the SubmissionSets of a document that one of another patient holds too",
    requirement="GetSubmissionSets selects SubmissionSets of other patients too: as LeafClass it is refused "
    "(XDSResultNotSinglePatient), as ObjectRef it returns both.",
    passing=query_refused("XDSResultNotSinglePatient"),
    needs=["registry", "two-patients"],
    covers=["iti-18.get-submission-sets.members", "iti-18.return.single-patient", "query.single-patient"],
)
def sets_of_two_patients(trial: Trial) -> None:
    theirs, plain, reference = referenced(trial)
    parameters: list[Parameter] = [("$uuid", [theirs.id])]
    refused = trial.query("GetSubmissionSets", parameters).refuses("XDSResultNotSinglePatient")
    refused.lacks("//rim:RegistryObjectList/*", says="no metadata is returned")
    answer = trial.query("GetSubmissionSets", parameters, returns="ObjectRef").succeeds()
    got = set(answer.ids("references"))
    wanted = {plain.set.id, reference.source}
    answer.check("as ObjectRef both SubmissionSets are there", wanted <= got, "//rim:ObjectRef/@id", wanted, got)
