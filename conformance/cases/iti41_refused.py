"""ITI-41 Provide and Register Document Set-b: what a repository refuses, and that nothing of it is kept."""

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from conformance.book import case
from conformance.kept import comes_back, is_not_kept
from conformance.messages import names as n
from conformance.messages.edits import Edit, insert, remove, repeat, slot, write
from conformance.messages.objects import Association, Entry, content_id, new_uuid
from conformance.model import MUST, SHOULD, Level
from conformance.passing import refused
from conformance.resilience import repository_alive, silent_inside
from conformance.trial import Trial, documents

ENTRY: Final = "//rim:ExtrinsicObject"
OTHER_HASH: Final = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
EXPECTED: Final = "ITI TF-2 3.41.4.1.3"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A submission of one document with one thing wrong in it."""

    id: str
    title: str
    requirement: str
    edit: Callable[[Entry], Edit]
    codes: tuple[str, ...]
    covers: tuple[str, ...]
    section: str = EXPECTED
    level: Level = MUST


METADATA: Final = ("XDSRepositoryMetadataError", "XDSRegistryMetadataError")

WRONG: Final = (
    Wrong(
        "iti-41/4.1.3/20",
        "Gives the hash of another document",
        "A hash in the metadata is compared with the document, and the submission is refused when they differ.",
        lambda _: slot(ENTRY, "hash", OTHER_HASH),
        ("XDSRepositoryMetadataError",),
        ("repository.hash.mismatch",),
    ),
    Wrong(
        "iti-41/4.1.3/21",
        "Gives a size that is one byte too large",
        "A size in the metadata is compared with the document, and the submission is refused when they differ.",
        lambda entry: slot(ENTRY, "size", str(len(entry.content) + 1)),
        ("XDSRepositoryMetadataError",),
        ("repository.size.mismatch",),
    ),
    Wrong(
        "iti-41/4.1.3/22",
        "Gives the size of the document in base64",
        "The size in the metadata is that of the document, not of a form that it had on the way.",
        lambda entry: slot(ENTRY, "size", str((len(entry.content) + 2) // 3 * 4)),
        ("XDSRepositoryMetadataError",),
        ("repository.size.mismatch",),
    ),
    Wrong(
        "iti-41/4.1.3/23",
        "Describes a document that does not come",
        "A DocumentEntry without its document should be refused.",
        lambda _: remove("//xds:Document"),
        ("XDSMissingDocument",),
        ("repository.document.missing",),
        level=SHOULD,
    ),
    Wrong(
        "iti-41/4.1.3/25",
        "Lacks the typeCode",
        "What the registry finds wrong with the metadata comes back from the repository, with a code that says so.",
        lambda _: remove(f"{ENTRY}/rim:Classification[@classificationScheme='{n.DE_CODES['typeCode']}']"),
        METADATA,
        ("de.typeCode.missing", "iti-41.errors.passed"),
        "ITI TF-2 3.41.4.1.3.2",
    ),
    Wrong(
        "iti-41/4.1.3/26",
        "Has a creationTime that is no date",
        "What the registry finds wrong with the metadata comes back from the repository, with a code that says so.",
        lambda _: slot(ENTRY, "creationTime", "yesterday"),
        METADATA,
        ("iti-41.errors.passed",),
        "ITI TF-2 3.41.4.1.3.2",
    ),
    Wrong(
        "iti-41/4.1.3/27",
        "Has no SubmissionSet",
        "A submission without SubmissionSet is refused.",
        lambda _: remove("//rim:RegistryPackage | //rim:Association"),
        METADATA,
        ("submission.set.single", "iti-41.errors.passed"),
        "ITI TF-2 3.41.4.1.3.2; ITI TF-3 4.1.4",
    ),
    Wrong(
        "iti-41/4.1.3/28",
        "Names two patients, one in the DocumentEntry and one in the SubmissionSet",
        "The patient of each DocumentEntry is that of the SubmissionSet.",
        lambda _: write(
            f"{ENTRY}/rim:ExternalIdentifier[@identificationScheme='{n.DE_PATIENT_ID}']/@value",
            "another^^^&1.2.250.1.999.1&ISO",
        ),
        ("XDSPatientIdDoesNotMatch", "XDSUnknownPatientId"),
        ("submission.patient.mismatch", "iti-41.errors.passed"),
        "ITI TF-2 3.42.4.1.3.3.2, 3.41.4.1.3.2",
    ),
)


def is_refused(wrong: Wrong, trial: Trial) -> None:
    entry = trial.entry()
    made = trial.submission(entry)
    answer = trial.provide(made, wrong.edit(entry)).refuses(*wrong.codes)
    silent_inside(answer)
    is_not_kept(trial, entry)


for _wrong in WRONG:
    case(
        _wrong.id,
        title=_wrong.title,
        requirement=f"{_wrong.requirement} Nothing of a refused submission is registered.",
        section=_wrong.section,
        level=_wrong.level,
        passing=refused(*_wrong.codes),
        needs=["repository", "repository-id"],
        covers=[*_wrong.covers, "iti-41.atomic"],
    )(functools.partial(is_refused, _wrong))


@case(
    "iti-41/4.1.3/24",
    title="Brings a document for an id that no DocumentEntry has",
    requirement="A document without its DocumentEntry may be refused, with XDSMissingDocumentMetadata then and "
    "the whole submission with it; where it is passed over, the rest of the submission is taken.",
    section=EXPECTED,
    passing=refused("XDSMissingDocumentMetadata") + "\n… or Success",
    needs=["repository", "repository-id"],
    covers=["repository.entry.missing", "iti-41.atomic"],
)
def one_too_many(trial: Trial) -> None:
    entry = trial.entry()
    surplus = insert("/*", '<xds:Document id="nobody">QUJD</xds:Document>')
    answer = trial.provide(trial.submission(entry), surplus)
    if answer.status == n.SUCCESS:
        answer.succeeds()
        comes_back(trial, entry)
    else:
        answer.refuses("XDSMissingDocumentMetadata")
        is_not_kept(trial, entry)


@case(
    "iti-41/4.1.3/30",
    title="Submits three documents, of which the second does not come",
    requirement="A submission is taken whole or not at all: where one document is missing, the others are not kept "
    "either.",
    section="ITI TF-2 3.41.4.1.3; ITI TF-3 4.2.4.2",
    level=SHOULD,
    passing=refused("XDSMissingDocument"),
    needs=["repository", "repository-id"],
    covers=["iti-41.atomic", "repository.document.missing"],
)
def one_of_three_missing(trial: Trial) -> None:
    entries = [trial.entry() for _ in range(3)]
    made = trial.submission(*entries)
    second = remove(f"//xds:Document[@id='{entries[1].id}']")
    parts = [part for part in documents(made) if part.content_id != content_id(entries[1])]
    trial.provide(made, second, parts=parts).refuses("XDSMissingDocument")
    is_not_kept(trial, *entries)


@case(
    "iti-41/4.1.3/37",
    title="Submits three documents, the second with the hash of another",
    requirement="A submission is taken whole or not at all: nothing of the good documents is registered either, "
    "and the answer is never PartialSuccess.",
    section="ITI TF-2 3.41.4.1.3, 3.41.4.2.2; ITI TF-3 4.2.4.2",
    passing=refused("XDSRepositoryMetadataError"),
    needs=["repository", "repository-id"],
    covers=["iti-41.atomic", "iti-41.never-partial", "repository.hash.mismatch"],
)
def one_of_three_wrong(trial: Trial) -> None:
    entries = [trial.entry() for _ in range(3)]
    wrong = slot(f"{ENTRY}[@id='{entries[1].id}']", "hash", OTHER_HASH)
    trial.provide(trial.submission(*entries), wrong).refuses("XDSRepositoryMetadataError")
    is_not_kept(trial, *entries)


@case(
    "iti-41/4.1.3.2/1",
    title="Asks for the document of a submission that the registry refused",
    requirement="When the registry refuses, the repository reverts what it stored: it may, and Failure means that "
    "documents are not stored.",
    section="ITI TF-2 3.41.4.1.3.2; ITI TF-3 4.2.4.2",
    level=SHOULD,
    passing=refused("XDSDocumentUniqueIdError"),
    needs=["repository", "repository-id"],
    covers=["iti-41.refused.reverted"],
)
def reverted(trial: Trial) -> None:
    entry = trial.entry()
    no_type = remove(f"{ENTRY}/rim:Classification[@classificationScheme='{n.DE_CODES['typeCode']}']")
    trial.provide(trial.submission(entry), no_type).refuses(*METADATA)
    is_not_kept(trial, entry)


@case(
    "iti-41/4.1.3/31",
    title="Exchanges the bytes of two documents whose hashes are given",
    requirement="Each hash is compared with the document of its own DocumentEntry.",
    section=EXPECTED,
    passing=refused("XDSRepositoryMetadataError"),
    needs=["repository", "repository-id"],
    covers=["repository.hash.mismatch", "iti-41.atomic"],
)
def exchanged(trial: Trial) -> None:
    one, other = trial.entry(content=b"the bytes of one"), trial.entry(content=b"the bytes of two")
    made = trial.submission(one, other)
    first, second = documents(made)
    parts = [dataclasses.replace(first, content=second.content), dataclasses.replace(second, content=first.content)]
    trial.provide(made, parts=parts).refuses("XDSRepositoryMetadataError")
    is_not_kept(trial, one, other)


@case(
    "iti-41/4.1.3/32",
    title="Changes one byte of a document whose hash and size are given",
    requirement="A document that was changed on the way is noticed by its hash, though its size is right.",
    section=EXPECTED,
    passing=refused("XDSRepositoryMetadataError"),
    needs=["repository", "repository-id"],
    covers=["repository.hash.mismatch"],
)
def one_byte(trial: Trial) -> None:
    entry = trial.entry(content=b"10 mg a day")
    made = trial.submission(entry)
    part = dataclasses.replace(documents(made)[0], content=b"90 mg a day")
    trial.provide(made, parts=[part]).refuses("XDSRepositoryMetadataError")
    is_not_kept(trial, entry)


@case(
    "iti-41/4.1.2/20",
    title="Brings two documents for one DocumentEntry",
    requirement="A DocumentEntry has one document: a message with two Document elements of one id should be refused.",
    section="ITI TF-2 3.41.4.1.2",
    level=SHOULD,  # the sender's duty; of the receiver's answer the text says nothing
    passing=refused(),
    needs=["repository", "repository-id"],
    covers=["repository.document.repeated", "iti-41.atomic"],
)
def two_for_one(trial: Trial) -> None:
    entry = trial.entry()
    trial.provide(trial.submission(entry), repeat("//xds:Document")).is_refused()
    is_not_kept(trial, entry)


@case(
    "iti-41/4.1.2/21",
    title="Provides a document for an on-demand DocumentEntry",
    requirement="An on-demand DocumentEntry has no document to be provided: ITI-41 takes stable ones only.",
    section="ITI TF-2 3.41.4.1.2; ITI TF-3 4.1.1.3.2",
    level=SHOULD,  # the sender's duty; of the receiver's answer the text says nothing
    passing=refused(),
    needs=["repository", "repository-id"],
    covers=["repository.document.on-demand"],
)
def on_demand(trial: Trial) -> None:
    entry = trial.entry(object_type=n.ON_DEMAND)
    trial.provide(trial.submission(entry)).is_refused()
    is_not_kept(trial, entry)


@case(
    "iti-41/4.1.2/22",
    title="Writes a document into the envelope that is no base64",
    requirement="The content of Document is base64; what is not is refused, and not kept as if it were.",
    section="ITI TF-2 3.41.4.1.2; XML Schema Part 2 3.2.16",
    passing="A fault Sender, or Failure with XDSRepositoryMetadataError.",
    needs=["repository", "repository-id"],
    covers=["iti-41.inline.broken", "iti-41.atomic"],
)
def no_base64(trial: Trial) -> None:
    entry = trial.entry(described=False)
    trial.provide(trial.submission(entry), write("//xds:Document", "*** not base64 ***"), parts=()).is_refused()
    is_not_kept(trial, entry)


@case(
    "iti-41/4.2.4.1/1",
    title="Gives two DocumentEntries of one message the same uniqueId",
    requirement="A uniqueId stands for one object: a message that uses it twice is refused.",
    section="ITI TF-3 4.2.4.1",
    passing=refused("XDSRepositoryDuplicateUniqueIdInMessage", "XDSRegistryDuplicateUniqueIdInMessage"),
    needs=["repository", "repository-id"],
    covers=["submission.uniqueId.repeated", "iti-41.atomic"],
)
def unique_id_twice(trial: Trial) -> None:
    entry = trial.entry()
    twin = dataclasses.replace(trial.entry(), unique_id=entry.unique_id)
    codes = ("XDSRepositoryDuplicateUniqueIdInMessage", "XDSRegistryDuplicateUniqueIdInMessage")
    trial.provide(trial.submission(entry, twin)).refuses(*codes)
    is_not_kept(trial, entry)


@case(
    "iti-41/4.2.4.1/2",
    title="Provides other bytes under the uniqueId of a document that is held",
    requirement="A document is never exchanged under its uniqueId: other content is refused, "
    "and the document that was there stays as it was.",
    section="ITI TF-2 3.42.4.1.3.3.1, 3.41.4.1.3.2; ITI TF-3 4.2.4.1",
    passing=refused("XDSNonIdenticalHash"),
    needs=["repository", "repository-id"],
    covers=["repository.uniqueId.hash", "registry.uniqueId.hash", "iti-41.atomic"],
)
def other_content(trial: Trial) -> None:
    held = trial.entry(content=b"the first version!")
    trial.provided(held)
    other = dataclasses.replace(trial.entry(), unique_id=held.unique_id, content=b"the second version")
    trial.provide(trial.submission(other)).refuses("XDSNonIdenticalHash")
    comes_back(trial, held)
    if trial.target.registry:
        trial.query("GetDocuments", [("$XDSDocumentEntryUniqueId", [held.unique_id])]).finds(held.id)


@case(
    "iti-41/4.2.4.1/3",
    title="Provides other bytes of another size under the uniqueId of a document, and does not say so",
    requirement="Other bytes under a registered uniqueId are refused also where the sender gave neither hash nor size: "
    "the repository adds both before it registers.",
    section="ITI TF-2 3.42.4.1.3.3.1, 3.41.4.1.3.2; ITI TF-3 4.2.4.1",
    passing=refused("XDSNonIdenticalHash", "XDSNonIdenticalSize"),
    needs=["repository", "repository-id"],
    covers=["repository.uniqueId.hash", "registry.uniqueId.size"],
)
def other_content_undescribed(trial: Trial) -> None:
    held = trial.entry(content=b"short")
    trial.provided(held)
    other = trial.entry(unique_id=held.unique_id, content=b"much longer than before", described=False)
    trial.provide(trial.submission(other)).refuses("XDSNonIdenticalHash", "XDSNonIdenticalSize")
    comes_back(trial, held)


@case(
    "iti-41/4.1.3/33",
    title="Corrects a refused submission and sends it again under the same ids",
    requirement="A refused submission leaves nothing behind that would stand in the way of the corrected one.",
    section=EXPECTED,
    passing=refused("XDSRepositoryMetadataError") + "\n… and Success for the second message",
    needs=["repository", "repository-id"],
    covers=["iti-41.atomic"],
)
def corrected(trial: Trial) -> None:
    entry = trial.entry()
    made = trial.submission(entry)
    trial.provide(made, slot(ENTRY, "hash", OTHER_HASH)).refuses("XDSRepositoryMetadataError")
    trial.provide(made).succeeds()
    comes_back(trial, entry)


@case(
    "iti-41/4.1.3/34",
    title="Corrects a submission that brought other bytes before it was refused",
    requirement="The bytes of a refused submission should not count as the document of their uniqueId.",
    section="ITI TF-2 3.41.4.1.3.2; ITI TF-3 4.2.4.2",
    level=SHOULD,  # a repository may revert what it stored: it need not
    passing=refused("XDSRepositoryMetadataError") + "\n… and Success for the second message",
    needs=["repository", "repository-id"],
    covers=["iti-41.refused.reverted", "repository.uniqueId.hash"],
)
def other_bytes_before(trial: Trial) -> None:
    entry = trial.entry(content=b"the right bytes")
    wrong = dataclasses.replace(entry, content=b"wrong, and of another length")
    no_type = remove(f"{ENTRY}/rim:Classification[@classificationScheme='{n.DE_CODES['typeCode']}']")
    trial.provide(trial.submission(wrong), no_type).refuses(*METADATA)
    trial.provide(trial.submission(entry)).succeeds()
    comes_back(trial, entry)


@case(
    "iti-41/4.1.3/35",
    title="Submits for a patient that the feed never announced",
    requirement="The registry's refusal of an unknown patient comes back from the repository unchanged, "
    "and the document is not kept.",
    section="ITI TF-2 3.41.4.1.3.2, 3.42.4.1.3.3.2",
    passing=refused("XDSUnknownPatientId"),
    needs=["repository", "repository-id", "feed", "new-patients"],
    covers=["iti-41.errors.passed", "registry.patient.unknown", "iti-41.atomic"],
)
def unknown_patient(trial: Trial) -> None:
    entry = trial.entry(patient=trial.session.new_patient())
    trial.provide(trial.submission(entry)).refuses("XDSUnknownPatientId")
    is_not_kept(trial, entry)


@case(
    "iti-41/4.2.4.1/4",
    title="Uses the uniqueId of an earlier SubmissionSet for another submission",
    requirement="The registry's refusal of a SubmissionSet.uniqueId in use comes back from the repository unchanged.",
    section="ITI TF-2 3.41.4.1.3.2, 3.42.4.1.3.3.7; ITI TF-3 4.2.4.1",
    passing=refused("XDSDuplicateUniqueIdInRegistry"),
    needs=["repository", "repository-id"],
    covers=["iti-41.errors.passed", "registry.uniqueId.taken", "iti-41.atomic"],
)
def set_twice(trial: Trial) -> None:
    made = trial.provided(trial.entry())
    entry = trial.entry()
    again = trial.submission(entry)
    again = dataclasses.replace(again, set=dataclasses.replace(again.set, unique_id=made.set.unique_id))
    trial.provide(again).refuses("XDSDuplicateUniqueIdInRegistry")
    is_not_kept(trial, entry)


@case(
    "iti-41/4.1.3/36",
    title="Replaces a document that nobody registered",
    requirement="The registry's refusal of a reference to nothing comes back from the repository unchanged.",
    section="ITI TF-2 3.41.4.1.3.2, 3.42.4.1.3.5",
    passing=refused("UnresolvedReferenceException"),
    needs=["repository", "repository-id"],
    covers=["iti-41.errors.passed", "registry.reference.unknown", "iti-41.atomic"],
)
def replaces_nothing(trial: Trial) -> None:
    entry = trial.entry()
    made = trial.submission(entry, Association(n.RPLC, entry.id, new_uuid()))
    trial.provide(made).refuses("UnresolvedReferenceException")
    is_not_kept(trial, entry)


@case(
    "iti-41/4.1.2/23",
    title="Sends the body of ITI-42 under the action of ITI-41",
    requirement="The body of ITI-41 is a ProvideAndRegisterDocumentSetRequest; another one is refused.",
    section="ITI TF-2 3.41.4.1.2",
    passing="A fault Sender.",
    needs=["repository", "repository-id"],
    covers=["soap.action.body"],
)
def body_of_iti42(trial: Trial) -> None:
    entry = trial.entry()
    made = trial.submission(entry)
    trial.provide(made.register(), parts=documents(made)).is_refused()
    is_not_kept(trial, entry)
    repository_alive(trial)
