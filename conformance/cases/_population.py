"""What the cases of ITI-18 ask for: small populations of one patient, and the words their queries are written with.

Nothing is entered in the book here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.answer import Answer
from conformance.messages import names as n
from conformance.messages.objects import CODES, Association, Code, Entry, Folder, Submission
from conformance.messages.requests import Value
from conformance.trial import Trial

Parameter = tuple[str, Value]

SECOND_CODES: Final[Mapping[str, Code]] = {
    "classCode": ("18842-5", "2.16.840.1.113883.6.1", "Discharge summary"),
    "typeCode": ("28570-0", "2.16.840.1.113883.6.1", "Procedure note"),
    "formatCode": ("urn:ihe:pcc:xphr:2007", "1.3.6.1.4.1.19376.1.2.3", "Personal health record"),
    "healthcareFacilityTypeCode": ("SA01", "1.2.250.1.71.4.2.4", "Etablissement public de santé"),
    "practiceSettingCode": ("ETABLISSEMENT", "1.2.250.1.213.1.1.4.9", "Etablissement de santé"),
    "confidentialityCode": ("R", "2.16.840.1.113883.5.25", "Restricted"),
    "eventCodeList": ("T-00002", "1.2.250.1.999.3.1", "Second test event"),
    "contentTypeCode": ("04", "1.2.250.1.213.2.2", "Hospitalisation de jour"),
    "codeList": ("18842-5", "2.16.840.1.113883.6.1", "Discharge summary"),
}
"""Another code for each attribute; a target with a closed affinity domain names its own as `classCode-2`, …"""

NO_CODE: Final = ("no-such-code", "1.2.250.1.999.3.9", "")
"""A code that nothing carries."""

NO_ENTRY: Final = "urn:uuid:00000000-0000-4000-8000-000000000000"
"""An entryUUID that nothing has."""

NO_UNIQUE_ID: Final = "2.25.1000000000000000000000000000000000000"
"""A uniqueId that nothing has."""


def first(trial: Trial, attribute: str) -> Code:
    """The code that objects carry unless told otherwise."""
    return trial.target.codes.get(attribute, CODES[attribute])


def second(trial: Trial, attribute: str) -> Code:
    """Another code that the target accepts."""
    return trial.target.codes.get(f"{attribute}-2", SECOND_CODES[attribute])


def written(*codes: Code) -> list[str]:
    """Codes as a list of `code^^scheme`. # ITI TF-2 3.18.4.1.2.3.4"""
    return [f"{code}^^{scheme}" for code, scheme, _ in codes]


# --- queries


def find_documents(trial: Trial, *parameters: Parameter, **more: Any) -> Answer:
    """FindDocuments for the Approved entries of the case's patient."""
    return trial.query("FindDocuments", [*of_patient(trial), *parameters], **more)


def of_patient(trial: Trial, *statuses: str) -> list[Parameter]:
    """What FindDocuments requires."""
    return [
        ("$XDSDocumentEntryPatientId", trial.patient),
        ("$XDSDocumentEntryStatus", list(statuses) or [n.APPROVED]),
    ]


def find_submission_sets(trial: Trial, *parameters: Parameter, **more: Any) -> Answer:
    required = [("$XDSSubmissionSetPatientId", trial.patient), ("$XDSSubmissionSetStatus", [n.APPROVED])]
    return trial.query("FindSubmissionSets", [*required, *parameters], **more)


def find_folders(trial: Trial, *parameters: Parameter, **more: Any) -> Answer:
    required = [("$XDSFolderPatientId", trial.patient), ("$XDSFolderStatus", [n.APPROVED])]
    return trial.query("FindFolders", [*required, *parameters], **more)


def get_all(trial: Trial, *parameters: Parameter, **more: Any) -> Answer:
    return trial.query("GetAll", [*all_of_patient(trial), *parameters], **more)


def all_of_patient(trial: Trial, *, entries: str = n.APPROVED) -> list[Parameter]:
    """What GetAll requires."""
    return [
        ("$patientId", trial.patient),
        ("$XDSDocumentEntryStatus", [entries]),
        ("$XDSSubmissionSetStatus", [n.APPROVED]),
        ("$XDSFolderStatus", [n.APPROVED]),
    ]


# --- judgements


def whole(answer: Answer) -> list[str]:
    """ids of the whole objects in an answer, as often as they stand there: references to others do not count."""
    return [one for kind in ("entries", "packages", "associations") for one in answer.ids(kind)]


def refuses_patient(answer: Answer, patient: str) -> Answer:
    """XDSUnknownPatientId, which names the patient. # ITI TF-3 4.2.4.1"""
    answer.refuses("XDSUnknownPatientId")
    where = "//rs:RegistryError[@errorCode='XDSUnknownPatientId']/@codeContext"
    said, number = [str(each) for each in answer.xpath(where)], patient.partition("^")[0]
    named = bool(said) and all(number in each for each in said)
    return answer.check("codeContext of XDSUnknownPatientId holds the patient id", named, where, patient, said)


def holds_exactly(answer: Answer, wanted: Iterable[str], among: Iterable[str], says: str) -> Answer:
    """Of the ids in `among`, the answer holds exactly `wanted`; what is not among them is not judged."""
    expected, got = set(wanted), set(whole(answer)) & set(among)
    return answer.check(says, got == expected, "//rim:RegistryObjectList/*/@id", sorted(expected), sorted(got))


# --- populations


@dataclass(frozen=True, slots=True)
class Scene:
    """Two submissions of one patient whose objects are linked in every way ITI-42 knows.

    first:  a (first codes), b (second formatCode and confidentialityCode), APND b → a,
            folder f with a and b, folder g with a
    second: c, XFRM c → a, a again by reference, c into folder f
    """

    first: Submission
    second: Submission
    a: Entry
    b: Entry
    c: Entry
    f: Folder
    g: Folder
    append: Association
    transform: Association
    f_a: Association
    f_b: Association
    f_c: Association
    g_a: Association
    reference: Association
    """The second SubmissionSet → a."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Of every object of the scene."""
        return (*self.first.ids, *self.second.ids)

    def link(self, target: str) -> str:
        """id of the HasMember from a SubmissionSet to `target`, a member of one submission."""
        return next(
            each.id
            for made in (self.first, self.second)
            for each in made.associations
            if each.source == made.set.id and each.target == target and each.status != "Reference"
        )

    def at(self, *objects: str) -> set[str]:
        """ids of the associations that begin or end at one of `objects`."""
        every = (*self.first.associations, *self.second.associations)
        return {each.id for each in every if each.source in objects or each.target in objects}


def scene(trial: Trial) -> Scene:
    """Registers a `Scene` as preparation."""
    a = trial.entry(title="a")
    b = trial.entry(
        title="b",
        codes={
            "formatCode": (second(trial, "formatCode"),),
            "confidentialityCode": (second(trial, "confidentialityCode"),),
        },
    )
    c, f, g = trial.entry(title="c"), trial.folder(title="f"), trial.folder(title="g")
    append, transform = Association(n.APND, b.id, a.id), Association(n.XFRM, c.id, a.id)
    f_a, f_b, f_c, g_a = (
        Association(n.HAS_MEMBER, folder.id, entry.id) for folder, entry in ((f, a), (f, b), (f, c), (g, a))
    )
    held = trial.registered(a, b, f, g, append, f_a, f_b, g_a)
    plain = trial.submission(c, transform, f_c)
    reference = Association(n.HAS_MEMBER, plain.set.id, a.id, status="Reference")
    later = trial.registered(c, transform, f_c, reference, submission_set=plain.set)
    return Scene(held, later, a, b, c, f, g, append, transform, f_a, f_b, f_c, g_a, reference)


def two_patients(trial: Trial) -> tuple[Submission, Submission]:
    """An entry in a Folder, for each of two patients."""
    made = []
    for patient in (trial.patient, trial.new_patient()):
        entry, folder = trial.entry(patient=patient), trial.folder(patient=patient)
        made.append(trial.registered(entry, folder, Association(n.HAS_MEMBER, folder.id, entry.id)))
    return made[0], made[1]


def referenced(trial: Trial) -> tuple[Entry, Submission, Association]:
    """A document of another patient, the submission that it came with, and the HasMember by which a SubmissionSet of
    the case's patient refers to it. # ITI TF-3 4.2.2.1.1"""
    theirs = trial.entry(patient=trial.new_patient())
    own = trial.registered(theirs)
    mine = trial.entry()
    plain = trial.submission(mine)
    reference = Association(n.HAS_MEMBER, plain.set.id, theirs.id, status="Reference")
    trial.registered(mine, reference, submission_set=plain.set)
    return theirs, own, reference


@dataclass(frozen=True, slots=True)
class Replaced:
    """A document and what replaced it."""

    old: Entry
    new: Entry
    link: Association
    ids: tuple[str, ...]


def replaced(trial: Trial) -> Replaced:
    """Registers a document, and its replacement, as preparation."""
    old, new = trial.entry(title="old"), trial.entry(title="new")
    link = Association(n.RPLC, new.id, old.id)
    before, after = trial.registered(old), trial.registered(new, link)
    return Replaced(old, new, link, (*before.ids, *after.ids))
