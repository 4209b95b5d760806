"""ITI-42 Register Document Set-b: what a registry keeps and what it answers. # ITI TF-2 3.42"""

from conformance.book import case
from conformance.messages import names as n
from conformance.messages.objects import Association
from conformance.passing import SUCCESS, found, refused
from conformance.trial import Trial


@case(
    "iti-42/4.1.3.3/1",
    title="Registers one DocumentEntry",
    requirement="The registry stores the metadata of a valid submission and answers Success.",
    section="ITI TF-2 3.42.4.1.3.3",
    passing=SUCCESS,
)
def one_entry(trial: Trial) -> None:
    entry = trial.entry()
    trial.register(trial.submission(entry)).succeeds()
    trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [entry.id])]).finds(entry.id)


@case(
    "iti-42/4.1.3.3.1/1",
    title="Replaces a document and asks for the old entry's status",
    requirement="Once a DocumentEntry is replaced (RPLC), the registry gives it the status Deprecated.",
    section="ITI TF-2 3.42.4.1.3.3.1",
    passing=found('<rim:ExtrinsicObject id="…" status="urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated" …/>'),
)
def replacement_deprecates(trial: Trial) -> None:
    old, new = trial.entry(), trial.entry()
    trial.registered(old)
    trial.register(trial.submission(new, Association(n.RPLC, new.id, old.id))).succeeds()
    answer = trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [old.id])]).finds(old.id)
    answer.holds("//rim:ExtrinsicObject/@status", n.DEPRECATED, says="the replaced entry is Deprecated")


@case(
    "iti-42/4.1.4.1/1",
    title="Submits for a patient that the feed never announced",
    requirement="A registry with a patient identity feed refuses metadata of a patient that it does not know.",
    section="ITI TF-2 3.42.4.1.4.1",
    passing=refused("XDSUnknownPatientId"),
    needs=["feed"],
    covers=["registry.patient.unknown"],
)
def unknown_patient(trial: Trial) -> None:
    stranger = trial.session.new_patient()
    trial.register(trial.submission(trial.entry(patient=stranger))).refuses("XDSUnknownPatientId")
