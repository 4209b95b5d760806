"""ITI-42: ids that the registry makes, uniqueIds that are taken. # ITI TF-2 3.42.4.1.3.3.1, .7, 3.42.4.1.3.7"""

import functools
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from conformance.answer import Answer
from conformance.book import case
from conformance.cases._population import whole
from conformance.cases._tables import ENTRY, METADATA, contents, objects, taken
from conformance.messages import names as n
from conformance.messages.edits import write
from conformance.messages.objects import Association, Submission, SubmissionSet, new_oid, new_uuid
from conformance.model import SHOULD
from conformance.passing import SUCCESS, found, refused
from conformance.trial import Trial

_UUID: Final = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NEW_IDS = found('<rim:ExtrinsicObject id="urn:uuid:10b545ea-725c-446d-9b95-8aeb444eddf3" …/>')
_TAKEN = "XDSDuplicateUniqueIdInRegistry"
_TWICE = "XDSRegistryDuplicateUniqueIdInMessage"
_OTHER_HASH, _OTHER_SIZE = "XDSNonIdenticalHash", "XDSNonIdenticalSize"


def _tells(answer: Answer, code: str, value: str) -> None:
    """The codeContext of an error says which value is meant, where the standard asks for it."""
    contexts = [str(each) for each in answer.xpath(f"//rs:RegistryError[@errorCode='{code}']/@codeContext")]
    answer.check(
        f"codeContext of {code} names {value}",
        any(value in context for context in contexts),
        f"//rs:RegistryError[@errorCode='{code}']/@codeContext",
        value,
        contexts,
    )


def _tells_kind(answer: Answer, kind: str) -> None:
    """The codeContext of a uniqueId in use says of which object it is, too. # ITI TF-3 Table 4.2.4.1-2"""
    contexts = [str(each) for each in answer.xpath(f"//rs:RegistryError[@errorCode='{_TAKEN}']/@codeContext")]
    answer.check(
        f"codeContext of {_TAKEN} says that it is of a {kind}",
        any(kind.lower() in "".join(context.lower().split()) for context in contexts),
        f"//rs:RegistryError[@errorCode='{_TAKEN}']/@codeContext",
        kind,
        contexts,
        SHOULD,  # it shall be told, and may be told in other words
    )


# --- UUIDs and symbolic ids


@case(
    "iti-42/4.1.3.7/1",
    title="Registers objects with symbolic ids",
    requirement="The registry replaces symbolic ids by new UUIDs, in lower case, of all objects.",
    section="ITI TF-2 3.42.4.1.3.7; ITI TF-3 4.2.3.1.5",
    passing=_NEW_IDS,
    covers=["iti-42.ids.symbolic", "object.id.format"],
    needs=["registry"],
)
def symbolic_ids(trial: Trial) -> None:
    answer = contents(trial, _symbolic(trial))
    found = whole(answer)
    answer.check("everything comes back", len(found) == 7, "//rim:RegistryObjectList/*", 7, len(found))
    every = [str(each) for each in answer.xpath("//rim:RegistryObjectList//*[not(self::rim:ObjectRef)]/@id")]
    wrong = [each for each in every if not _UUID.fullmatch(each)]
    answer.check("each id is a UUID in lower case", not wrong, "//@id", "urn:uuid:…", wrong[:5])
    answer.check("no id stands twice", len(every) == len(set(every)), "//@id", len(every), len(set(every)))


@case(
    "iti-42/4.1.3.7/2",
    title="Follows the references between objects that had symbolic ids",
    requirement="A symbolic id that stands several times is replaced by the same UUID each time.",
    section="ITI TF-2 3.42.4.1.3.7",
    passing=found('<rim:Association sourceObject="urn:uuid:1…" targetObject="urn:uuid:2…" …/>'),
    covers=["iti-42.ids.symbolic.same"],
    needs=["registry"],
)
def symbolic_references(trial: Trial) -> None:
    answer = contents(trial, _symbolic(trial))
    ids = {kind: answer.ids(kind) for kind in ("entries", "packages", "associations")}
    objects_there = {each for group in ids.values() for each in group}
    ends = {str(each) for each in answer.xpath("//rim:Association/@sourceObject | //rim:Association/@targetObject")}
    answer.check(
        "each end of an Association is an object of the submission",
        bool(ends) and ends <= objects_there,
        "//rim:Association/@sourceObject",
        sorted(objects_there),
        sorted(ends - objects_there),
    )
    for kind, attribute in (("Classification", "classifiedObject"), ("ExternalIdentifier", "registryObject")):
        answer.holds(f"//rim:RegistryObjectList/*/rim:{kind}")
        answer.lacks(
            f"//rim:RegistryObjectList/*/rim:{kind}[not(@{attribute}=../@id)]",
            says=f"{attribute} of each {kind} is the object that holds it",
        )
    in_folder = answer.xpath(
        f"//rim:Association[@targetObject=//rim:ExtrinsicObject/@id][@sourceObject=//rim:RegistryPackage["
        f"rim:Classification/@classificationNode='{n.FOLDER}']/@id]"
    )
    answer.check("the document is in the Folder", len(in_folder) == 1, "//rim:Association", 1, len(in_folder))


def _symbolic(trial: Trial) -> Submission:
    entry, folder = trial.entry(id="theDocument"), trial.folder(id="theFolder")
    submission = trial.submission(
        entry,
        folder,
        Association(n.HAS_MEMBER, folder.id, entry.id, id="inFolder"),
        submission_set=SubmissionSet(trial.patient, id="theSet"),
    )
    named = tuple(replace(each, id=f"link{number}") for number, each in enumerate(submission.associations[:-1]))
    submission = replace(submission, associations=(*named, submission.associations[-1]))
    trial.register(submission).succeeds()
    return submission


@case(
    "iti-42/4.1.3.7/3",
    title="Registers objects with UUIDs of their own",
    requirement="A UUID that is submitted is kept as it is, for objects of all kinds.",
    section="ITI TF-2 3.42.4.1.3.7",
    passing=_NEW_IDS,
    covers=["iti-42.ids.uuid-kept"],
    needs=["registry"],
)
def kept_uuids(trial: Trial) -> None:
    entry, folder = trial.entry(), trial.folder()
    submission = trial.submission(entry, folder, Association(n.HAS_MEMBER, folder.id, entry.id))
    trial.register(submission).succeeds()
    contents(trial, submission).finds(*submission.ids)


@case(
    "iti-42/4.1.3.7/4",
    title="Uses the same symbolic ids in two submissions",
    requirement="A symbolic id means something within its submission alone: two submissions may use the same.",
    section="ITI TF-3 4.2.3.1.5",
    passing=SUCCESS,
    covers=["iti-42.ids.symbolic"],
    needs=["registry"],
)
def symbolic_ids_again(trial: Trial) -> None:
    one, other = _symbolic(trial), _symbolic(trial)
    first, second = contents(trial, one).ids(), contents(trial, other).ids()
    trial.check("the two submissions have no object in common", bool(first) and not set(first) & set(second))


@case(
    "iti-42/4.1.3.7/5",
    title="Registers a new DocumentEntry with the UUID of another",
    requirement="An entryUUID is permanent and globally unique: a new object with the UUID of another is refused.",
    section="ITI TF-2 3.42.4.1.3.7; ITI TF-3 4.2.3.1.5, 4.2.3.2.7",
    passing=refused(METADATA),
    covers=["registry.id.taken", "iti-42.ids.permanent"],
    needs=["registry"],
)
def taken_uuid(trial: Trial) -> None:
    first = trial.entry(title="The first")
    kept = trial.registered(first)
    trial.register(trial.submission(trial.entry(id=first.id, title="The second"))).is_refused()
    objects(trial, kept).holds(f"{ENTRY}/rim:Name/rim:LocalizedString/@value", "The first")


# --- uniqueId of a DocumentEntry

_FORMS = (
    (5, "an OID with an extension", lambda: f"{new_oid()}^123456"),
    (6, "the URN of a UUID", new_uuid),
    (7, "a URI", lambda: f"https://documents.example.org/letters/{new_oid()}"),
)


def _takes_form(make: Callable[[], str], trial: Trial) -> None:
    entry = trial.entry(unique_id=make())
    trial.register(trial.submission(entry)).succeeds()
    answer = trial.query("GetDocuments", [("$XDSDocumentEntryUniqueId", [entry.unique_id])]).finds(entry.id)
    answer.holds(f"{ENTRY}/rim:ExternalIdentifier[@identificationScheme='{n.DE_UNIQUE_ID}']/@value", entry.unique_id)


for _number, _what, _make in _FORMS:
    case(
        f"metadata/4.2.3.2.26/{_number}",
        title=f"Registers a DocumentEntry whose uniqueId is {_what}",
        requirement="To all but its creator the uniqueId of a document is an opaque string: any identifier is taken.",
        section="ITI TF-3 4.2.3.2.26",
        passing=SUCCESS,
        covers=["de.uniqueId.format"],
        needs=["registry"],
    )(functools.partial(_takes_form, _make))


@case(
    "iti-42/4.1.3.3.1/1",
    title="Registers a document again, with another hash",
    requirement="A DocumentEntry whose uniqueId is registered with another hash is refused; the error names the "
    "uniqueId.",
    section="ITI TF-2 3.42.4.1.3.3.1; ITI TF-3 4.2.4.1",
    passing=refused(_OTHER_HASH),
    covers=["registry.uniqueId.hash", "iti-42.code-context"],
    needs=["registry"],
)
def other_hash(trial: Trial) -> None:
    first = trial.entry(content=b"one")
    trial.registered(first)
    answer = trial.register(trial.submission(trial.entry(unique_id=first.unique_id, content=b"two")))
    _tells(answer.refuses(_OTHER_HASH), _OTHER_HASH, first.unique_id)


@case(
    "iti-42/4.1.3.3.1/2",
    title="Registers a document again, with another size",
    requirement="A DocumentEntry whose uniqueId is registered with another size is refused; the error names the "
    "uniqueId.",
    section="ITI TF-2 3.42.4.1.3.3.1; ITI TF-3 4.2.4.1",
    passing=refused(_OTHER_SIZE),
    covers=["registry.uniqueId.size", "iti-42.code-context"],
    needs=["registry"],
)
def other_size(trial: Trial) -> None:
    first = trial.entry()
    trial.registered(first)
    second = trial.submission(trial.entry(unique_id=first.unique_id, content=first.content))
    answer = trial.register(second, write(f"{ENTRY}/rim:Slot[@name='size']//rim:Value", "7"))
    _tells(answer.refuses(_OTHER_SIZE), _OTHER_SIZE, first.unique_id)


@case(
    "iti-42/4.1.3.3.1/3",
    title="Registers the same document a second time",
    requirement="A second DocumentEntry with the same uniqueId, hash and size is taken; both are kept.",
    section="ITI TF-2 3.42.4.1.3.3.1",
    passing=SUCCESS,
    covers=["registry.uniqueId.hash", "registry.uniqueId.size", "iti-42.unique-id.same-document"],
    needs=["registry"],
)
def same_document_again(trial: Trial) -> None:
    first = trial.entry()
    trial.registered(first)
    second = trial.entry(unique_id=first.unique_id, content=first.content, title="The same once more")
    trial.register(trial.submission(second)).succeeds()
    trial.query("GetDocuments", [("$XDSDocumentEntryUniqueId", [first.unique_id])]).finds(first.id, second.id)


@case(
    "iti-42/4.1.3.3.1/4",
    title="Registers the same document a second time, its hash in upper case",
    requirement="The digits of a hash are hexadecimal: upper and lower case are the same value.",
    section="ITI TF-2 3.42.4.1.3.3.1; ITI TF-3 4.2.3.1.7",
    passing=SUCCESS,
    covers=["registry.uniqueId.hash"],
    needs=["registry"],
)
def same_hash_in_upper_case(trial: Trial) -> None:
    first = trial.entry()
    trial.registered(first)
    second = trial.entry(unique_id=first.unique_id, content=first.content)
    upper = write(f"{ENTRY}/rim:Slot[@name='hash']//rim:Value", first.hash.upper())
    trial.register(trial.submission(second), upper).succeeds()
    trial.query("GetDocuments", [("$XDSDocumentEntryUniqueId", [first.unique_id])]).finds(first.id, second.id)


@case(
    "metadata/4.2.4.1/1",
    title="Submits two documents with the same uniqueId",
    requirement="A uniqueId that stands twice in a submission is refused; the error names it.",
    section="ITI TF-3 4.2.4.1",
    passing=refused(_TWICE),
    covers=["submission.uniqueId.repeated", "iti-42.code-context"],
    needs=["registry"],
)
def twice_in_a_message(trial: Trial) -> None:
    one = trial.entry(content=b"one")
    answer = trial.register(trial.submission(one, trial.entry(unique_id=one.unique_id, content=b"two")))
    _tells(answer.refuses(_TWICE), _TWICE, one.unique_id)


@case(
    "metadata/4.2.4.1/2",
    title="Submits a Folder with the uniqueId of the SubmissionSet",
    requirement="A uniqueId that stands twice in a submission is refused, whatever the kinds of the objects.",
    section="ITI TF-3 4.2.4.1",
    passing=refused(_TWICE),
    covers=["submission.uniqueId.repeated", "iti-42.code-context"],
    needs=["registry"],
)
def twice_of_two_kinds(trial: Trial) -> None:
    held = SubmissionSet(trial.patient)
    folder = trial.folder(unique_id=held.unique_id)
    answer = trial.register(trial.submission(folder, submission_set=held))
    _tells(answer.refuses(_TWICE), _TWICE, held.unique_id)


# --- uniqueId of SubmissionSets and Folders


@case(
    "iti-42/4.1.3.3.7/1",
    title="Registers a SubmissionSet with the uniqueId of another",
    requirement="uniqueId of a SubmissionSet is not that of any registered object; the error names it.",
    section="ITI TF-2 3.42.4.1.3.3.7; ITI TF-3 4.2.4.1",
    passing=refused(_TAKEN),
    covers=["registry.uniqueId.taken", "iti-42.code-context"],
    needs=["registry"],
)
def set_like_set(trial: Trial) -> None:
    first = trial.registered(trial.entry())
    _set_with(trial, first.set.unique_id)


@case(
    "iti-42/4.1.3.3.7/2",
    title="Registers a SubmissionSet with the uniqueId of a document",
    requirement="uniqueId of a SubmissionSet is not that of any registered object, documents included.",
    section="ITI TF-2 3.42.4.1.3.3.7; ITI TF-3 4.2.4.1",
    passing=refused(_TAKEN),
    covers=["registry.uniqueId.taken", "iti-42.code-context"],
    needs=["registry"],
)
def set_like_document(trial: Trial) -> None:
    entry = trial.entry()
    trial.registered(entry)
    _set_with(trial, entry.unique_id)


@case(
    "iti-42/4.1.3.3.7/3",
    title="Registers a SubmissionSet with the uniqueId of a Folder",
    requirement="uniqueId of a SubmissionSet is not that of any registered object, Folders included.",
    section="ITI TF-2 3.42.4.1.3.3.7; ITI TF-3 4.2.4.1",
    passing=refused(_TAKEN),
    covers=["registry.uniqueId.taken", "iti-42.code-context"],
    needs=["registry"],
)
def set_like_folder(trial: Trial) -> None:
    folder = trial.folder()
    trial.registered(folder)
    _set_with(trial, folder.unique_id)


def _set_with(trial: Trial, unique_id: str) -> None:
    taken(trial, "entry")
    held = SubmissionSet(trial.patient, unique_id=unique_id)
    answer = trial.register(trial.submission(trial.entry(), submission_set=held))
    _tells(answer.refuses(_TAKEN), _TAKEN, unique_id)
    _tells_kind(answer, "SubmissionSet")


@case(
    "metadata/4.2.4.1/3",
    title="Registers a Folder with the uniqueId of another",
    requirement="uniqueId of a Folder is not that of a registered Folder; the error names it.",
    section="ITI TF-3 4.2.3.4.9, 4.2.4.1",
    passing=refused(_TAKEN),
    covers=["registry.uniqueId.taken", "iti-42.code-context"],
    needs=["registry"],
)
def folder_like_folder(trial: Trial) -> None:
    folder = trial.folder()
    trial.registered(folder)
    answer = trial.register(trial.submission(trial.folder(unique_id=folder.unique_id)))
    _tells(answer.refuses(_TAKEN), _TAKEN, folder.unique_id)
    _tells_kind(answer, "Folder")


@case(
    "metadata/4.2.4.1/4",
    title="Registers a document with the uniqueId of a Folder",
    requirement="A uniqueId is globally unique: a document does not have that of a Folder. The error is not "
    "XDSDuplicateUniqueIdInRegistry, which is not for documents.",
    section="ITI TF-3 4.2.3.2.26, 4.2.4.1",
    level=SHOULD,
    passing=refused(METADATA),
    covers=["registry.uniqueId.entry"],
    needs=["registry"],
)
def document_like_folder(trial: Trial) -> None:
    folder = trial.folder()
    trial.registered(folder)
    answer = trial.register(trial.submission(trial.entry(unique_id=folder.unique_id))).refuses()
    answer.lacks(f"//rs:RegistryError[@errorCode='{_TAKEN}']", says=f"{_TAKEN} is not told of a document")
