"""ITI-18, what an answer holds: whole objects or references, each once, valid by the schema.

# ITI TF-2 3.18.4.1.2.3.1, 3.18.4.1.3; ITI TF-3 4.2.4
"""

import copy
import functools
import re
from collections.abc import Callable
from typing import Final

from lxml import etree

from conformance.answer import Answer, attribute_of, slot_of
from conformance.book import case
from conformance.cases._population import (
    NO_ENTRY,
    Scene,
    find_documents,
    find_folders,
    first,
    get_all,
    of_patient,
    scene,
    second,
    whole,
)
from conformance.messages import names as n
from conformance.messages.objects import Association, Author, Code, Entry, SubmissionSet
from conformance.model import MUST, SHOULD
from conformance.passing import NOTHING_FOUND, found, query_refused
from conformance.trial import Trial
from schemas import schema

WHOLE: Final = found(
    '<rim:ExtrinsicObject id="urn:uuid:…" lid="…" status="…:Approved" objectType="urn:uuid:7edca82f-…" mimeType="…">\n'
    "      rim:Slot, rim:Name, rim:Classification, rim:ExternalIdentifier as registered\n    </rim:ExtrinsicObject>"
)
BY_UUID: Final = "$XDSDocumentEntryEntryUUID"

enter = functools.partial(case, passing=WHOLE, needs=["registry"])
leaf_class = functools.partial(enter, section="ITI TF-2 3.18.4.1.2.3.1")


def got(trial: Trial, entry: Entry) -> Answer:
    """A registered entry as it comes back."""
    return trial.query("GetDocuments", [(BY_UUID, [entry.id])]).finds(entry.id)


# --- whole objects


@leaf_class(
    "iti-18/4.1.2.6/10",
    title="Reads the Slots of a document in an answer",
    requirement="LeafClass returns every Slot of a DocumentEntry with its values, as registered.",
    covers=["iti-18.return.leaf-class"],
)
def slots(trial: Trial) -> None:
    entry = trial.entry(
        service_start_time="20240304080000",
        service_stop_time="20240305",
        legal_authenticator="801234567890^Durand^Anne^^^^^^&1.2.250.1.71.4.2.1&ISO",
        source_patient_info=("PID-5|Durand^Zoé", "PID-7|19700101", "PID-8|F"),
        references=("ORD-7^^^&1.2.250.1.999.5.1&ISO^urn:ihe:iti:xds:2013:order",),
    )
    trial.registered(entry)
    answer = got(trial, entry)
    for name, values in (
        ("creationTime", [entry.creation_time]),
        ("hash", [entry.hash]),
        ("size", [str(len(entry.content))]),
        ("languageCode", [entry.language]),
        ("repositoryUniqueId", [entry.repository_unique_id]),
        ("serviceStartTime", [entry.service_start_time]),
        ("serviceStopTime", [entry.service_stop_time]),
        ("legalAuthenticator", [entry.legal_authenticator]),
        ("sourcePatientId", [entry.source_patient]),
        ("sourcePatientInfo", list(entry.source_patient_info)),
        ("urn:ihe:iti:xds:2013:referenceIdList", list(entry.references)),
    ):
        held = slot_of(answer.one(entry.id), name)
        where = f"//rim:ExtrinsicObject/rim:Slot[@name='{name}']"
        given = (
            [each.lower() for each in held] if name == "hash" else held
        )  # either case is a hash. # ITI TF-3 4.2.3.2.10
        answer.check(f"{name} is as registered", sorted(given) == sorted(values), where, values, held)


@leaf_class(
    "iti-18/4.1.2.6/11",
    title="Reads the codes of a document in an answer",
    requirement="LeafClass returns every code of a DocumentEntry with its coding scheme and its display name.",
    covers=["iti-18.return.leaf-class"],
)
def codes(trial: Trial) -> None:
    held: dict[str, tuple[Code, ...]] = {name: (first(trial, name),) for name in n.DE_CODES}
    held["confidentialityCode"] = (first(trial, "confidentialityCode"), second(trial, "confidentialityCode"))
    held["eventCodeList"] = (first(trial, "eventCodeList"), second(trial, "eventCodeList"))
    entry = trial.entry(codes=held)
    trial.registered(entry)
    answer = got(trial, entry)
    for name, scheme in n.DE_CODES.items():
        where = f"//rim:ExtrinsicObject/rim:Classification[@classificationScheme='{scheme}']"
        given = [
            (
                attribute_of(each, "@nodeRepresentation"),
                attribute_of(each, "rim:Slot[@name='codingScheme']/rim:ValueList/rim:Value"),
                attribute_of(each, "rim:Name/rim:LocalizedString/@value"),
            )
            for each in answer.xpath(where)
        ]
        answer.check(f"{name} is as registered", sorted(given) == sorted(held[name]), where, held[name], given)


@leaf_class(
    "iti-18/4.1.2.6/12",
    title="Reads the authors of a document in an answer",
    requirement="LeafClass returns every author of a DocumentEntry, each with the Slots of its own.",
    covers=["iti-18.return.leaf-class"],
)
def authors(trial: Trial) -> None:
    one = Author(roles=("Attending",), specialties=("Cardiology",), telecommunications=("^^Internet^anne@example.org",))
    two = Author(person="802222222222^Martin^Paul", institutions=("Clinique du Parc", "Clinique des Lilas"))
    entry = trial.entry(authors=(one, two))
    trial.registered(entry)
    answer = got(trial, entry)
    where = f"//rim:ExtrinsicObject/rim:Classification[@classificationScheme='{n.DE_AUTHOR}']"
    given = [
        tuple(
            tuple(slot_of(each, name))
            for name in (
                "authorPerson",
                "authorInstitution",
                "authorRole",
                "authorSpecialty",
                "authorTelecommunication",
            )
        )
        for each in answer.xpath(where)
    ]
    wanted = [
        ((each.person,), each.institutions, each.roles, each.specialties, each.telecommunications)
        for each in (one, two)
    ]
    answer.check("both authors are as registered", sorted(given) == sorted(wanted), where, wanted, given)


@leaf_class(
    "iti-18/4.1.2.6/13",
    title="Reads patientId, uniqueId, title, comments and mimeType of a document in an answer",
    requirement="LeafClass returns identifiers, Name, Description and attributes of a DocumentEntry, as registered.",
    covers=["iti-18.return.leaf-class"],
)
def identifiers(trial: Trial) -> None:
    entry = trial.entry(title="Compte rendu d'été & <suite>", comments='Ligne 1 "citée"', mime_type="text/plain")
    trial.registered(entry)
    answer = got(trial, entry)
    of = "//rim:ExtrinsicObject"
    external = f"{of}/rim:ExternalIdentifier[@identificationScheme='{{}}']/@value"
    answer.holds(external.format(n.DE_PATIENT_ID), entry.patient, says="patientId is as registered")
    answer.holds(external.format(n.DE_UNIQUE_ID), entry.unique_id, says="uniqueId is as registered")
    answer.holds(f"{of}/rim:Name/rim:LocalizedString/@value", entry.title, says="title is as registered")
    answer.holds(f"{of}/rim:Description/rim:LocalizedString/@value", entry.comments, says="comments are as registered")
    answer.holds(f"{of}/@mimeType", entry.mime_type, says="mimeType is as registered")


@leaf_class(
    "iti-18/4.1.2.6/14",
    title="Reads a SubmissionSet in an answer",
    requirement="LeafClass returns the Slots, codes, authors and identifiers of a SubmissionSet, as registered.",
    covers=["iti-18.return.leaf-class"],
)
def submission_set(trial: Trial) -> None:
    held = SubmissionSet(
        trial.patient,
        content_type=first(trial, "contentTypeCode"),
        comments="for the conformance suite",
        intended_recipients=("|801234567890^Durand^Anne^^^^^^&1.2.250.1.71.4.2.1&ISO",),
    )
    trial.registered(trial.entry(), submission_set=held)
    answer = trial.query("GetSubmissionSetAndContents", [("$XDSSubmissionSetEntryUUID", held.id)]).succeeds()
    of = f"//rim:RegistryPackage[@id='{held.id}']"
    external = f"{of}/rim:ExternalIdentifier[@identificationScheme='{{}}']/@value"
    code = f"{of}/rim:Classification[@classificationScheme='{n.SS_CONTENT_TYPE}']"
    author = f"{of}/rim:Classification[@classificationScheme='{n.SS_AUTHOR}']"
    for name, xpath, value in (
        ("patientId", external.format(n.SS_PATIENT_ID), held.patient),
        ("uniqueId", external.format(n.SS_UNIQUE_ID), held.unique_id),
        ("sourceId", external.format(n.SS_SOURCE_ID), held.source_id),
        ("submissionTime", f"{of}/rim:Slot[@name='submissionTime']//rim:Value", held.submission_time),
        ("intendedRecipient", f"{of}/rim:Slot[@name='intendedRecipient']//rim:Value", held.intended_recipients[0]),
        ("title", f"{of}/rim:Name/rim:LocalizedString/@value", held.title),
        ("comments", f"{of}/rim:Description/rim:LocalizedString/@value", held.comments),
        ("contentTypeCode", f"{code}/@nodeRepresentation", held.content_type[0]),
        ("its coding scheme", f"{code}/rim:Slot[@name='codingScheme']//rim:Value", held.content_type[1]),
        ("authorPerson", f"{author}/rim:Slot[@name='authorPerson']//rim:Value", held.authors[0].person),
    ):
        answer.holds(xpath, value, says=f"{name} is as registered")


@leaf_class(
    "iti-18/4.1.2.6/15",
    title="Reads a Folder in an answer",
    requirement="LeafClass returns the codes and identifiers of a Folder, as registered.",
    covers=["iti-18.return.leaf-class"],
)
def folder(trial: Trial) -> None:
    both = (first(trial, "codeList"), second(trial, "codeList"))
    held = trial.folder(codes=both, comments="for the conformance suite")
    trial.registered(held)
    answer = trial.query("GetFolders", [("$XDSFolderEntryUUID", [held.id])]).finds(held.id)
    of = "//rim:RegistryPackage"
    external = f"{of}/rim:ExternalIdentifier[@identificationScheme='{{}}']/@value"
    code = f"{of}/rim:Classification[@classificationScheme='{n.FOLDER_CODES}']"
    answer.holds(external.format(n.FOLDER_PATIENT_ID), held.patient, says="patientId is as registered")
    answer.holds(external.format(n.FOLDER_UNIQUE_ID), held.unique_id, says="uniqueId is as registered")
    answer.holds(f"{of}/rim:Name/rim:LocalizedString/@value", held.title, says="title is as registered")
    answer.holds(f"{of}/rim:Description/rim:LocalizedString/@value", held.comments, says="comments are as registered")
    answer.holds(f"{code}/@nodeRepresentation", *(each[0] for each in both), says="the codes are as registered")
    schemes = f"{code}/rim:Slot[@name='codingScheme']//rim:Value"
    answer.holds(schemes, *(each[1] for each in both), says="their coding schemes are as registered")


@leaf_class(
    "iti-18/4.1.2.6/16",
    title="Reads an Association in an answer",
    requirement="LeafClass returns type, ends and SubmissionSetStatus of an Association, as registered.",
    covers=["iti-18.return.leaf-class"],
)
def association(trial: Trial) -> None:
    one, two = trial.entry(), trial.entry()
    append = Association(n.APND, two.id, one.id)
    made = trial.registered(one, two, append)
    member = next(each for each in made.associations if each.target == one.id and each.status)
    answer = trial.query("GetAssociations", [("$uuid", [one.id])]).finds(member.id, append.id)
    for held, what in ((member, "the HasMember"), (append, "the APND")):
        of = f"//rim:Association[@id='{held.id}']"
        answer.holds(f"{of}/@associationType", held.type, says=f"{what} has its type")
        answer.holds(f"{of}/@sourceObject", held.source, says=f"{what} has its source")
        answer.holds(f"{of}/@targetObject", held.target, says=f"{what} has its target")
    status = f"//rim:Association[@id='{member.id}']/rim:Slot[@name='SubmissionSetStatus']//rim:Value"
    answer.holds(status, "Original", says="the HasMember has its SubmissionSetStatus")


@leaf_class(
    "iti-18/4.1.2.6/17",
    title="Reads a document registered with a symbolic id in an answer",
    requirement="Returned objects have UUIDs, in lower case, and Classifications and ExternalIdentifiers name them by "
    "these.",
    section="ITI TF-2 3.18.4.1.2.3.1; ITI TF-3 4.2.3.1.5",
    covers=["iti-18.return.leaf-class", "iti-18.return.uuids"],
)
def symbolic(trial: Trial) -> None:
    entry = trial.entry(id="Document01")
    trial.registered(entry)
    answer = trial.query("GetDocuments", [("$XDSDocumentEntryUniqueId", [entry.unique_id])]).succeeds()
    ids = answer.ids("entries")
    uuid = ids[0] if len(ids) == 1 else ""
    fits = re.fullmatch("urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", uuid) is not None
    answer.check("its id is a UUID, in lower case", fits, "//rim:ExtrinsicObject/@id", "urn:uuid:…", ids)
    if uuid.startswith("urn:uuid:"):
        for inside in (
            "//rim:ExtrinsicObject/rim:Classification/@classifiedObject",
            "//rim:ExtrinsicObject/rim:ExternalIdentifier/@registryObject",
        ):
            named = {str(each) for each in answer.xpath(inside)}
            answer.check("what stands inside names it by that UUID", named == {uuid}, inside, uuid, sorted(named))


@enter(
    "iti-18/4.1.3/1",
    title="Reads the status of every object there is of a patient",
    requirement="Returned DocumentEntries, SubmissionSets, Folders and Associations carry their availabilityStatus.",
    section="ITI TF-3 4.2.2, 4.2.3.2.2, 4.2.3.4.1",
    covers=["iti-18.return.status"],
)
def statuses(trial: Trial) -> None:
    held = scene(trial)
    answer = get_all(trial).succeeds()
    for kind in ("ExtrinsicObject", "RegistryPackage", "Association"):
        where = f"//rim:RegistryObjectList/rim:{kind}"
        own = [each for each in answer.xpath(where) if each.get("id") in held.ids]
        given = {each.get("status", "") for each in own}
        answer.check(f"every {kind} is Approved", given == {n.APPROVED}, f"{where}/@status", n.APPROVED, sorted(given))


@enter(
    "iti-18/4.1.3/2",
    title="Reads objectType of every object there is of a patient",
    requirement="Returned DocumentEntries carry objectType, the kind of document; other objects should carry their "
    "ebRIM type, and no other.",
    section="ITI TF-2 3.18.4.1.2.3.6.2; ITI TF-3 4.2.1.1.1; ebRIM 3.0 2.5",
    covers=["iti-18.return.object-type"],
)
def object_types(trial: Trial) -> None:
    scene(trial)
    answer = get_all(trial).succeeds()
    for kind, types in (
        ("ExtrinsicObject", {n.STABLE, n.ON_DEMAND}),
        ("RegistryPackage", {n.OBJECT_TYPE + "RegistryPackage"}),
        ("Association", {n.OBJECT_TYPE + "Association"}),
    ):
        where = f"//rim:RegistryObjectList/rim:{kind}"
        given = {each.get("objectType", "") for each in answer.xpath(where)}
        told = given - {""}
        answer.check(f"{kind}s are there", bool(given), where)
        answer.check(f"no {kind} has another objectType", told <= types, f"{where}/@objectType", sorted(types), told)
        level = MUST if kind == "ExtrinsicObject" else SHOULD
        all_told = "" not in given
        answer.check(f"every {kind} has an objectType", all_told, f"{where}/@objectType", sorted(types), given, level)


@enter(
    "iti-18/4.1.3/3",
    title="Reads objectType of the Classifications and ExternalIdentifiers of a document",
    requirement="Classifications and ExternalIdentifiers of returned objects carry objectType.",
    section="ITI TF-3 4.2.3.1.2, 4.2.3.1.3",
    covers=["iti-18.return.object-type"],
)
def inner_object_types(trial: Trial) -> None:
    entry = trial.entry()
    trial.registered(entry)
    answer = got(trial, entry)
    for kind in ("Classification", "ExternalIdentifier"):
        where = f"//rim:ExtrinsicObject/rim:{kind}"
        given = {each.get("objectType", "") for each in answer.xpath(where)}
        wanted = n.OBJECT_TYPE + kind
        answer.check(f"every {kind} has its objectType", given == {wanted}, f"{where}/@objectType", wanted, given)


@enter(
    "iti-18/4.1.3/4",
    title="Looks for what tells SubmissionSets from Folders in an answer",
    requirement="Each returned RegistryPackage is marked as SubmissionSet or as Folder by a Classification, inside it "
    "or beside it.",
    section="ITI TF-3 4.2.1.2.1, 4.2.1.3.1",
    covers=["iti-18.return.leaf-class"],
)
def marks(trial: Trial) -> None:
    held = scene(trial)
    answer = get_all(trial).succeeds()
    for package, kind, name in (
        (held.first.set.id, n.SUBMISSION_SET, "SubmissionSet"),
        (held.f.id, n.FOLDER, "Folder"),
    ):
        marked = f"//rim:Classification[@classifiedObject='{package}'][@classificationNode]/@classificationNode"
        answer.holds(marked, kind, says=f"the {name} is marked as one")


@enter(
    "iti-18/4.1.3/5",
    title="Looks for lastUpdateTime of a Folder in an answer",
    requirement="The registry gives a Folder its lastUpdateTime and returns it.",
    section="ITI TF-3 4.2.3.4.6; ITI TF-2 3.42.4.1.3.6",
    level=SHOULD,
    covers=["iti-18.return.leaf-class"],
)
def last_update_time(trial: Trial) -> None:
    held = trial.folder()
    trial.registered(held)
    answer = trial.query("GetFolders", [("$XDSFolderEntryUUID", [held.id])]).finds(held.id)
    times = slot_of(answer.one(held.id), "lastUpdateTime")
    fits = len(times) == 1 and times[0].isdecimal() and len(times[0]) == 14
    answer.check("it has a lastUpdateTime to the second", fits, "//rim:Slot[@name='lastUpdateTime']", "", times)


# --- references

REFERENCES: Final = found('<rim:ObjectRef id="urn:uuid:…"/>')

references = functools.partial(
    case, section="ITI TF-2 3.18.4.1.2.3.1", passing=REFERENCES, needs=["registry"], covers=["iti-18.return.object-ref"]
)


def _only_references(answer: Answer) -> Answer:
    return answer.lacks(
        "//rim:RegistryObjectList/*[not(self::rim:ObjectRef)]", says="nothing but rim:ObjectRef is in the answer"
    )


@references(
    "iti-18/4.1.2.6/20",
    title="Asks for references to a patient's documents",
    requirement="ObjectRef returns a rim:ObjectRef for each DocumentEntry found, and no whole object.",
)
def references_to_documents(trial: Trial) -> None:
    one, two = trial.entry(), trial.entry()
    made = trial.registered(one, two)
    _only_references(find_documents(trial, returns="ObjectRef").finds(one.id, two.id, among=made.ids))


@references(
    "iti-18/4.1.2.6/21",
    title="Asks for references to all there is of a patient",
    requirement="ObjectRef returns a rim:ObjectRef for each object of every kind: documents, packages, Associations.",
)
def references_to_all(trial: Trial) -> None:
    held = scene(trial)
    answer = _only_references(get_all(trial, returns="ObjectRef"))
    wanted = (held.a.id, held.b.id, held.c.id, held.f.id, held.g.id, held.first.set.id, held.second.set.id)
    answer.finds(*wanted, *held.at(*wanted), among=held.ids)


@references(
    "iti-18/4.1.2.6/22",
    title="Asks for the reference to a document, then for the document",
    requirement="The id of an ObjectRef gets the object.",
)
def reference_then_object(trial: Trial) -> None:
    entry = trial.entry(id="Document01")
    trial.registered(entry)
    unique_id = [("$XDSDocumentEntryUniqueId", [entry.unique_id])]
    answer = trial.query("GetDocuments", unique_id, returns="ObjectRef").succeeds()
    ids = answer.ids("references")
    answer.check("there is one reference", len(ids) == 1, "//rim:ObjectRef/@id", 1, len(ids))
    if ids:
        again = trial.query("GetDocuments", [(BY_UUID, ids)]).finds(*ids)
        xpath = f"//rim:ExternalIdentifier[@identificationScheme='{n.DE_UNIQUE_ID}']/@value"
        again.holds(xpath, entry.unique_id, says="it is the document asked for")


@leaf_class(
    "iti-18/4.1.2.6/18",
    title="Asks for whole documents, and looks for references in their place",
    requirement="LeafClass returns whole objects, not references to them.",
    covers=["iti-18.return.leaf-class"],
)
def no_references(trial: Trial) -> None:
    entry = trial.entry()
    made = trial.registered(entry)
    answer = find_documents(trial).finds(entry.id, among=made.ids)
    answer.check("it is a rim:ExtrinsicObject", entry.id in answer.ids("entries"), "//rim:ExtrinsicObject", entry.id)


# --- each object once, and all of them


@enter(
    "iti-18/4.1.3/10",
    title="Asks for all there is of a patient, and looks for objects that come twice",
    requirement="No object stands in an answer twice.",
    section="ITI TF-2 3.18.4.1.3",
    covers=["iti-18.return.once"],
)
def each_once(trial: Trial) -> None:
    scene(trial)
    for returns in ("LeafClass", "ObjectRef"):
        answer = get_all(trial, returns=returns).succeeds()
        ids = answer.ids("references") if returns == "ObjectRef" else whole(answer)
        twice = sorted({each for each in ids if ids.count(each) > 1})
        answer.check(
            f"no object comes twice as {returns}", bool(ids) and not twice, "//rim:RegistryObjectList", "", twice
        )


@enter(
    "iti-18/4.1.3/11",
    title="Asks for a hundred documents, as references and whole",
    requirement="A large result is returned whole, or refused with XDSTooManyResults; it is never cut. References to "
    "a hundred documents should not be too many.",
    section="ITI TF-3 4.2.4.1; ITI TF-2 3.18.4.1.3",
    covers=["iti-18.return.all", "query.too-many-results"],
)
def a_hundred(trial: Trial) -> None:
    entries = [trial.entry() for _ in range(100)]
    made = trial.registered(*entries)
    ids = [entry.id for entry in entries]
    for returns in ("ObjectRef", "LeafClass"):
        answer = find_documents(trial, returns=returns)
        if "XDSTooManyResults" not in answer.codes:
            answer.finds(*ids, among=made.ids)
            continue
        answer.refuses("XDSTooManyResults")
        answer.lacks("//rim:RegistryObjectList/*", says="nothing is returned with XDSTooManyResults")
        if returns == "ObjectRef":
            answer.check("a hundred references are not too many", False, "//@status", n.SUCCESS, answer.summary, SHOULD)


# --- the form of answers


@enter(
    "iti-18/4.1.3/20",
    title="Asks for what is not there, and looks for the list of objects",
    requirement="An answer that found nothing has a rim:RegistryObjectList, which is empty.",
    section="ITI TF-3 4.2.4",
    passing=NOTHING_FOUND,
    covers=["iti-18.return.list", "iti-18.return.status-values"],
)
def empty_list(trial: Trial) -> None:
    for returns in ("LeafClass", "ObjectRef"):
        answer = trial.query("GetDocuments", [(BY_UUID, [NO_ENTRY])], returns=returns).succeeds()
        answer.holds("//query:AdhocQueryResponse/rim:RegistryObjectList", says="there is a RegistryObjectList")
        answer.lacks("//rim:RegistryObjectList/*", says="the list is empty")
        answer.lacks(f"//rs:RegistryError[@severity='{n.ERROR}']", says="nothing found is no error")


def _refused(trial: Trial) -> Answer:
    return trial.query("FindDocuments", of_patient(trial)[:1]).refuses()


@enter(
    "iti-18/4.1.3/21",
    title="Sends a query that is refused, and looks for the list of objects",
    requirement="Failure returns no results. It should have an empty rim:RegistryObjectList, which the schema requires "
    "and the example of the framework leaves out.",
    section="ITI TF-3 4.2.4.2; ebRS 3.0 6.1.3",
    passing=query_refused("XDSStoredQueryMissingParam"),
    covers=["iti-18.return.list", "iti-18.return.list.refused", "iti-18.return.status-values"],
)
def refused_list(trial: Trial) -> None:
    answer = _refused(trial)
    answer.lacks("//rim:RegistryObjectList/*", says="nothing is returned")
    there = "//query:AdhocQueryResponse/rim:RegistryObjectList"
    answer.holds(there, says="there is a RegistryObjectList", level=SHOULD)


@enter(
    "iti-18/4.1.3/22",
    title="Sends a query that is refused, and reads the error",
    requirement="A RegistryError has errorCode, codeContext and severity, and nothing in it; one that refuses is of "
    "severity Error, and so is highestSeverity, if it is there.",
    section="ITI TF-3 4.2.4, 4.2.4.1",
    passing=query_refused("XDSStoredQueryMissingParam"),
    covers=["iti-18.return.errors", "iti-18.return.errors.highest-severity"],
)
def error_attributes(trial: Trial) -> None:
    answer = _refused(trial)
    errors = answer.xpath("//rs:RegistryError")
    for name in ("errorCode", "codeContext", "severity"):
        given = [each.get(name) for each in errors]
        right = bool(given) and all(each is not None for each in given)
        answer.check(f"every RegistryError has {name}", right, f"//rs:RegistryError/@{name}", "", given)
    said = [each.get("codeContext", "").strip() for each in errors]
    answer.check("codeContext says something", all(said), "//rs:RegistryError/@codeContext", "", said, SHOULD)
    severities = {each.get("severity", "") for each in errors}
    fits = severities <= {n.ERROR, n.WARNING}
    answer.check("severity is Error or Warning", fits, "//rs:RegistryError/@severity", n.ERROR, sorted(severities))
    answer.holds(f"//rs:RegistryError[@severity='{n.ERROR}']", says="one of them is of severity Error")
    answer.lacks("//rs:RegistryError/*", says="no RegistryError has content")
    text = "".join("".join(each.itertext()) for each in errors).strip()
    answer.check("no RegistryError has text", not text, "//rs:RegistryError/text()", "", text)
    highest = [str(each) for each in answer.xpath("//rs:RegistryErrorList/@highestSeverity")]
    right = all(each == n.ERROR for each in highest)
    answer.check("highestSeverity, if there, is Error", right, "//@highestSeverity", n.ERROR, highest)


@enter(
    "iti-18/4.1.3/23",
    title="Sends a query that is refused, and looks at the HTTP status",
    requirement="What is wrong with the content of a query is said in a RegistryErrorList, under HTTP 200 and not as a "
    "fault.",
    section="ITI TF-2 3.18.4.1.3; ITI TF-3 4.2.4",
    passing=query_refused("XDSStoredQueryMissingParam"),
    covers=["iti-18.return.errors"],
)
def no_fault(trial: Trial) -> None:
    answer = _refused(trial)
    answer.check("the HTTP status is 200", answer.exchange.status == 200, "HTTP status", 200, answer.exchange.status)


@enter(
    "iti-18/4.1.3/24",
    title="Sends a query that is refused, and looks for the parameter in the error",
    requirement="codeContext names the parameter that is missing.",
    section="ITI TF-3 4.2.4.1",
    level=SHOULD,
    passing=query_refused("XDSStoredQueryMissingParam"),
    covers=["iti-18.return.errors"],
)
def names_the_parameter(trial: Trial) -> None:
    answer = _refused(trial)
    named = "XDSDocumentEntryStatus"
    given = [str(each) for each in answer.xpath("//rs:RegistryError/@codeContext")]
    answer.check(f"codeContext names {named}", any(named in each for each in given), "//@codeContext", named, given)


@enter(
    "iti-18/4.1.3/25",
    title="Asks a query that succeeds, and looks for an empty list of errors",
    requirement="A RegistryErrorList has one or more RegistryErrors: an answer with nothing to report has none.",
    section="ITI TF-3 4.2.4.2",
    covers=["iti-18.return.errors.success"],
)
def no_error_list(trial: Trial) -> None:
    entry = trial.entry()
    trial.registered(entry)
    got(trial, entry).lacks("//rs:RegistryErrorList[not(rs:RegistryError)]", says="there is no empty RegistryErrorList")


@enter(
    "iti-18/4.1.3/26",
    title="Sends a query that cannot be read, and looks for what was wrong in the error",
    requirement="Where no other code says it, the code is XDSRegistryError, and codeContext says what was wrong.",
    section="ITI TF-3 4.2.4.1",
    passing=query_refused("XDSRegistryError"),
    covers=["iti-18.return.errors.details"],
)
def details(trial: Trial) -> None:
    trial.registered(trial.entry())
    unread = [("$XDSDocumentEntryCreationTimeFrom", ["'yesterday'"])]
    answer = trial.query("FindDocuments", of_patient(trial), raw=unread)
    trial.given("XDSRegistryError" in answer.codes, "the query is not answered with XDSRegistryError", answer)
    where = "//rs:RegistryError[@errorCode='XDSRegistryError']/@codeContext"
    said = [str(each).strip() for each in answer.xpath(where)]
    answer.check("codeContext says what was wrong", bool(said) and all(said), where, "", said)


# --- the official schemas

_RESPONSE: Final = f"{{{n.QUERY}}}AdhocQueryResponse"


def judged_by_schema(answer: Answer) -> None:
    """The body of an answer by the XML schemas of ebRS 3.0, as ITI TF-2 V.2.1 takes them up."""
    bodies = answer.xpath("/soap:Envelope/soap:Body/*")
    is_one = len(bodies) == 1 and bodies[0].tag == _RESPONSE
    answer.check(
        "the body is one query:AdhocQueryResponse", is_one, "/soap:Envelope/soap:Body/*", _RESPONSE, answer.summary
    )
    if is_one:
        violations = schema(_RESPONSE).violations(_with_list(bodies[0]))
        first_of = f"{violations[0].path}: {violations[0].message}" if violations else ""
        answer.check(
            "the body is valid by the schemas of ebRS 3.0",
            not violations,
            violations[0].path if violations else "",
            "a valid query:AdhocQueryResponse",
            first_of,
        )


def _documents(trial: Trial) -> Answer:
    codes = {"eventCodeList": (first(trial, "eventCodeList"),)}
    entry = trial.entry(comments="comments", service_start_time="2024", codes=codes)
    trial.registered(entry)
    return got(trial, entry)


def _everything(trial: Trial) -> Answer:
    held: Scene = scene(trial)
    answer = get_all(trial).succeeds()
    return answer.check("the documents are there", held.a.id in answer.ids("entries"), "//rim:ExtrinsicObject")


def _folders(trial: Trial) -> Answer:
    held = trial.folder()
    trial.registered(held)
    return find_folders(trial).finds(held.id, among=[held.id])


def _references(trial: Trial) -> Answer:
    entry = trial.entry()
    trial.registered(entry)
    return find_documents(trial, returns="ObjectRef").finds(entry.id, among=[entry.id])


def _nothing(trial: Trial) -> Answer:
    return trial.query("GetDocuments", [(BY_UUID, [NO_ENTRY])]).finds()


def _by_schema(ask: Callable[[Trial], Answer], trial: Trial) -> None:
    judged_by_schema(ask(trial))


def _with_list(response: etree._Element) -> etree._Element:
    """A refusal with the list that the example of the framework leaves out. # ITI TF-3 4.2.4.1"""
    listed = f"{{{n.RIM}}}RegistryObjectList"
    if response.get("status") != n.FAILURE or response.find(listed) is not None:
        return response
    completed = copy.deepcopy(response)
    etree.SubElement(completed, listed)
    return completed


_ASKED: Final[tuple[tuple[int, str, Callable[[Trial], Answer], str], ...]] = (
    (30, "whole documents", _documents, WHOLE),
    (31, "all there is of a patient", _everything, WHOLE),
    (32, "whole Folders", _folders, found('<rim:RegistryPackage id="…" …>…</rim:RegistryPackage>')),
    (33, "references", _references, REFERENCES),
    (34, "what is not there", _nothing, NOTHING_FOUND),
    (35, "something that is refused", _refused, query_refused("XDSStoredQueryMissingParam")),
)

for _ordinal, _what, _ask, _passing in _ASKED:
    case(
        f"iti-18/4.1.3/{_ordinal}",
        title=f"Asks for {_what}, and judges the answer by the official XML schema",
        requirement="Every answer is a query:AdhocQueryResponse that is valid by the XML schemas of ebRS 3.0.",
        section="ITI TF-2 V.2; ebRS 3.0 6.1.3",
        passing=_passing,
        needs=["registry"],
        covers=["iti-18.return.schema"],
    )(functools.partial(_by_schema, _ask))
