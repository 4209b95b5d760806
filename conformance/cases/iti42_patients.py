"""ITI-42: whose patient ids a registry takes, and which must agree. # ITI TF-2 3.42.4.1.3.3.2"""

import functools

from conformance.answer import Answer
from conformance.book import case
from conformance.cases._tables import ENTRY, OTHER_PATIENT, UNKNOWN_PATIENT, objects, taken
from conformance.messages import names as n
from conformance.messages.objects import Association, SubmissionSet
from conformance.passing import SUCCESS, refused
from conformance.trial import Trial

_SECTION = "ITI TF-2 3.42.4.1.3.3.2"


def _mismatches(answer: Answer, *patients: str) -> None:
    """Refused for the patients, and codeContext says the id of one of them. # ITI TF-3 Table 4.2.4.1-2"""
    answer.refuses(OTHER_PATIENT)
    contexts = [str(each) for each in answer.xpath(f"//rs:RegistryError[@errorCode='{OTHER_PATIENT}']/@codeContext")]
    answer.check(
        "codeContext says which patient id does not match",
        any(patient.partition("^")[0] in context for patient in patients for context in contexts),
        f"//rs:RegistryError[@errorCode='{OTHER_PATIENT}']/@codeContext",
        " or ".join(patients),
        contexts,
    )


@case(
    "iti-42/4.1.3.3.2/1",
    title="Submits for a patient that the feed never announced",
    requirement="A registry with a patient identity feed refuses metadata of a patient that it does not know; "
    "the error names the patient id.",
    section=_SECTION + "; ITI TF-1 10.4.9; ITI TF-3 4.2.4.1",
    passing=refused(UNKNOWN_PATIENT),
    needs=["registry", "feed"],
    covers=["registry.patient.unknown", "iti-42.code-context"],
)
def unknown_patient(trial: Trial) -> None:
    stranger = trial.session.new_patient()
    answer = trial.register(trial.submission(trial.entry(patient=stranger))).refuses(UNKNOWN_PATIENT)
    contexts = [str(each) for each in answer.xpath(f"//rs:RegistryError[@errorCode='{UNKNOWN_PATIENT}']/@codeContext")]
    answer.check(
        "codeContext names the patient id",
        any(stranger.partition("^")[0] in context for context in contexts),
        f"//rs:RegistryError[@errorCode='{UNKNOWN_PATIENT}']/@codeContext",
        stranger,
        contexts,
    )


@case(
    "iti-42/4.1.3.3.2/2",
    title="Submits for a patient of an authority that nobody knows",
    requirement="A registry refuses metadata of a patient id that is not of the patient domain of its community.",
    section=_SECTION + "; ITI TF-1 10.4.9",
    passing=refused(UNKNOWN_PATIENT),
    needs=["registry", "feed"],
    covers=["registry.patient.unknown", "domain.patient.authority"],
)
def unknown_authority(trial: Trial) -> None:
    number = trial.patient.partition("^")[0]
    foreign = f"{number}^^^&2.999.7.7.7&ISO"
    trial.register(trial.submission(trial.entry(patient=foreign))).refuses(UNKNOWN_PATIENT)


@case(
    "iti-42/4.1.3.3.2/3",
    title="Submits for a patient that the feed announced",
    requirement="A registry takes metadata of a patient once the feed has announced it.",
    section=_SECTION,
    passing=SUCCESS,
    needs=["registry", "feed", "new-patients"],
    covers=["registry.patient.unknown", "iti-8.announce"],
)
def announced_patient(trial: Trial) -> None:
    patient = trial.session.new_patient()
    trial.register(trial.submission(trial.entry(patient=patient)), preparation=True).refuses(UNKNOWN_PATIENT)
    trial.announce(patient)
    trial.register(trial.submission(trial.entry(patient=patient))).succeeds()


@case(
    "iti-42/4.1.3.3.2/4",
    title="Submits a DocumentEntry of another patient than its SubmissionSet",
    requirement="All objects of a submission have the same patientId; the error says which does not match.",
    section=_SECTION + "; ITI TF-3 4.2.2.1.1, 4.2.4.1",
    passing=refused(OTHER_PATIENT),
    needs=["registry", "two-patients"],
    covers=["submission.patient.mismatch", "iti-42.code-context"],
)
def entry_of_another(trial: Trial) -> None:
    taken(trial, "entry")
    other = trial.new_patient()
    submission = trial.submission(trial.entry(), submission_set=SubmissionSet(other))
    _mismatches(trial.register(submission), trial.patient, other)


@case(
    "iti-42/4.1.3.3.2/5",
    title="Submits a Folder of another patient than its SubmissionSet",
    requirement="All objects of a submission have the same patientId; the error says which does not match.",
    section=_SECTION + "; ITI TF-3 4.2.2.1.2, 4.2.4.1",
    passing=refused(OTHER_PATIENT),
    needs=["registry", "two-patients"],
    covers=["submission.patient.mismatch", "iti-42.code-context"],
)
def folder_of_another(trial: Trial) -> None:
    taken(trial, "folder")
    other = trial.new_patient()
    _mismatches(
        trial.register(trial.submission(trial.folder(), submission_set=SubmissionSet(other))), trial.patient, other
    )


@case(
    "iti-42/4.1.3.3.2/6",
    title="Submits two documents of two patients",
    requirement="All objects of a submission have the same patientId.",
    section=_SECTION,
    passing=refused(OTHER_PATIENT),
    needs=["registry", "two-patients"],
    covers=["submission.patient.mismatch"],
)
def two_patients(trial: Trial) -> None:
    taken(trial, "entry")
    submission = trial.submission(trial.entry(), trial.entry(patient=trial.new_patient()), patient=trial.patient)
    trial.register(submission).refuses(OTHER_PATIENT)
    objects(trial, submission).finds(among=submission.ids)


@case(
    "iti-42/4.1.3.3.2/7",
    title="Submits a document whose sourcePatientId nobody announced",
    requirement="sourcePatientId is not looked up: it is the id that the source has of its own.",
    section=_SECTION,
    passing=SUCCESS,
    needs=["registry"],
    covers=["iti-42.patient.source-free"],
)
def any_source_patient(trial: Trial) -> None:
    value = "never-heard-of^^^&2.999.7.7.8&ISO"
    submission = trial.submission(trial.entry(source_patient=value))
    trial.register(submission).succeeds()
    objects(trial, submission).holds(f"{ENTRY}/rim:Slot[@name='sourcePatientId']//rim:Value", value)


@case(
    "iti-42/4.1.3.5/10",
    title="Replaces a document of another patient",
    requirement="Two documents that a relationship links have the same patientId.",
    section=_SECTION + ", 3.42.4.1.3.5",
    passing=refused(OTHER_PATIENT),
    needs=["registry", "two-patients"],
    covers=["registry.relationship.patient", "iti-42.code-context"],
)
def replaces_of_another(trial: Trial) -> None:
    _relates_to_another(trial, n.RPLC)


@case(
    "iti-42/4.1.3.5/11",
    title="Adds an addendum to a document of another patient",
    requirement="Two documents that a relationship links have the same patientId.",
    section=_SECTION + ", 3.42.4.1.3.5",
    passing=refused(OTHER_PATIENT),
    needs=["registry", "two-patients"],
    covers=["registry.relationship.patient", "iti-42.code-context"],
)
def appends_to_another(trial: Trial) -> None:
    _relates_to_another(trial, n.APND)


def _relates_to_another(trial: Trial, kind: str) -> None:
    theirs = trial.entry(patient=trial.new_patient())
    kept = trial.registered(theirs)
    mine = trial.entry()
    _mismatches(
        trial.register(trial.submission(mine, Association(kind, mine.id, theirs.id), patient=trial.patient)),
        trial.patient,
        theirs.patient,
    )
    objects(trial, kept).holds(f"{ENTRY}/@status", n.APPROVED, says="the other patient's document stays Approved")


for _ordinal, (_kind, _urn) in enumerate((("XFRM", n.XFRM), ("XFRM_RPLC", n.XFRM_RPLC), ("signs", n.SIGNS)), 60):
    case(
        f"iti-42/4.1.3.5/{_ordinal}",
        title=f"Registers a document with {_kind} to a document of another patient",
        requirement="Two documents that a relationship links have the same patientId.",
        section=_SECTION + ", 3.42.4.1.3.5",
        passing=refused(OTHER_PATIENT),
        needs=["registry", "two-patients"],
        covers=["registry.relationship.patient", "iti-42.code-context"],
    )(functools.partial(_relates_to_another, kind=_urn))


@case(
    "iti-42/4.1.3.3.2/8",
    title="Puts a document into a Folder of another patient",
    requirement="The patientId of a document is that of each Folder that it is a member of.",
    section=_SECTION + "; ITI TF-3 4.2.2.1.3",
    passing=refused(OTHER_PATIENT),
    needs=["registry", "two-patients"],
    covers=["registry.folder.patient", "iti-42.code-context"],
)
def into_another_folder(trial: Trial) -> None:
    theirs = trial.folder(patient=trial.new_patient())
    trial.registered(theirs)
    mine = trial.entry()
    _mismatches(
        trial.register(trial.submission(mine, Association(n.HAS_MEMBER, theirs.id, mine.id), patient=trial.patient)),
        trial.patient,
        theirs.patient,
    )
    trial.query("GetFoldersForDocument", [("$XDSDocumentEntryEntryUUID", mine.id)]).finds()


@case(
    "metadata/4.2.2.1.4/1",
    title="Puts a document of another patient into a Folder of that patient",
    requirement="The patientId of a SubmissionSet is that of the document and of the Folder that it puts together, "
    "though both are registered already.",
    section="ITI TF-3 4.2.2.1.4, 4.2.4.1; ITI TF-2 3.42.4.1.3.3",
    passing=refused(OTHER_PATIENT),
    needs=["registry", "two-patients"],
    covers=["registry.membership.patient", "iti-42.code-context"],
)
def set_of_another(trial: Trial) -> None:
    other = trial.new_patient()
    entry, folder = trial.entry(patient=other), trial.folder(patient=other)
    trial.registered(entry, folder)
    link = Association(n.HAS_MEMBER, folder.id, entry.id)
    _mismatches(trial.register(trial.submission(link, patient=trial.patient)), trial.patient, other)
    trial.query("GetFoldersForDocument", [("$XDSDocumentEntryEntryUUID", entry.id)]).finds()
