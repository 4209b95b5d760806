"""ITI-18 GetAll: all there is of a patient. # ITI TF-2 3.18.4.1.2.3.7.4"""

import functools
from typing import Final

from conformance.book import case
from conformance.cases._population import (
    NO_CODE,
    Parameter,
    all_of_patient,
    first,
    get_all,
    holds_exactly,
    referenced,
    replaced,
    scene,
    second,
    two_patients,
    written,
)
from conformance.messages import names as n
from conformance.messages.objects import Association
from conformance.passing import found
from conformance.trial import Trial

FOUND: Final = found(
    '<rim:ExtrinsicObject …/> <rim:RegistryPackage …/> <rim:Association sourceObject="…" targetObject="…" …/> …'
)

enter = functools.partial(case, section="ITI TF-2 3.18.4.1.2.3.7.4", passing=FOUND, needs=["registry"])


@enter(
    "iti-18/4.1.2.3.7.4/1",
    title="Asks for all DocumentEntries, SubmissionSets and Folders of a patient",
    requirement="GetAll returns every DocumentEntry, SubmissionSet and Folder of the patient.",
    covers=["iti-18.get-all.objects"],
)
def objects(trial: Trial) -> None:
    held = scene(trial)
    answer = get_all(trial).succeeds()
    entries = [held.a.id, held.b.id, held.c.id]
    sets = [held.first.set.id, held.second.set.id]
    holds_exactly(answer, entries, entries, "all DocumentEntries are there")
    holds_exactly(answer, sets, sets, "both SubmissionSets are there")
    holds_exactly(answer, [held.f.id, held.g.id], [held.f.id, held.g.id], "both Folders are there")


@enter(
    "iti-18/4.1.2.3.7.4/2",
    title="Looks for the Associations in all there is of a patient",
    requirement="GetAll returns the Associations that begin or end at one of the objects returned.",
    covers=["iti-18.get-all.associations"],
)
def associations(trial: Trial) -> None:
    held = scene(trial)
    objects = (held.a.id, held.b.id, held.c.id, held.f.id, held.g.id, held.first.set.id, held.second.set.id)
    wanted = held.at(*objects)
    holds_exactly(get_all(trial).succeeds(), wanted, wanted, "every Association is there")


@enter(
    "iti-18/4.1.2.3.7.4/3",
    title="Asks for all there is of one patient, beside another",
    requirement="GetAll returns the objects of no other patient than the one asked for.",
    needs=["registry", "two-patients"],
    covers=["iti-18.get-all.objects"],
)
def of_one_patient(trial: Trial) -> None:
    mine, theirs = two_patients(trial)
    get_all(trial).finds(*mine.ids, among=(*mine.ids, *theirs.ids))


@enter(
    "iti-18/4.1.2.3.7.4/4",
    title="Asks for all there is of a patient with Approved and with Deprecated documents",
    requirement="$XDSDocumentEntryStatus holds DocumentEntries to the statuses in it.",
    covers=["iti-18.get-all.status"],
)
def entry_status(trial: Trial) -> None:
    held = replaced(trial)
    entries = (held.old.id, held.new.id)
    approved = trial.query("GetAll", all_of_patient(trial)).succeeds()
    holds_exactly(approved, [held.new.id], entries, "of Approved, the new entry alone is there")
    deprecated = trial.query("GetAll", all_of_patient(trial, entries=n.DEPRECATED)).succeeds()
    holds_exactly(deprecated, [held.old.id], entries, "of Deprecated, the old entry alone is there")
    for answer in (approved, deprecated):
        holds_exactly(answer, [held.link.id], [held.link.id], "the replacement between them is there")


@enter(
    "iti-18/4.1.2.3.7.4/5",
    title="Asks for Deprecated SubmissionSets, and for Deprecated Folders, beside Approved documents",
    requirement="$XDSSubmissionSetStatus and $XDSFolderStatus each hold their own objects to the statuses in them.",
    covers=["iti-18.get-all.status"],
)
def package_status(trial: Trial) -> None:
    entry, folder = trial.entry(), trial.folder()
    made = trial.registered(entry, folder, Association(n.HAS_MEMBER, folder.id, entry.id))
    objects = (entry.id, folder.id, made.set.id)
    for name, left in (
        ("$XDSSubmissionSetStatus", (entry.id, folder.id)),
        ("$XDSFolderStatus", (entry.id, made.set.id)),
        ("$XDSDocumentEntryStatus", (folder.id, made.set.id)),
    ):
        asked = [(each, [n.DEPRECATED] if each == name else value) for each, value in all_of_patient(trial)]
        holds_exactly(
            trial.query("GetAll", asked).succeeds(), left, objects, f"{name} of Deprecated leaves the others alone"
        )


def _filtered(trial: Trial, *parameters: Parameter, left: tuple[str, ...]) -> None:
    """Entries a, b and c of a scene; `left` are those that the filters let through, and all else stays."""
    held = scene(trial)
    entries = {"a": held.a.id, "b": held.b.id, "c": held.c.id}
    packages = (held.first.set.id, held.second.set.id, held.f.id, held.g.id)
    answer = get_all(trial, *parameters).succeeds()
    holds_exactly(answer, [entries[name] for name in left], entries.values(), "the entries that fit are there")
    holds_exactly(answer, packages, packages, "SubmissionSets and Folders are not held back")


@enter(
    "iti-18/4.1.2.3.7.4/6",
    title="Asks for all there is of a patient, with documents of one formatCode",
    requirement="$XDSDocumentEntryFormatCode holds back DocumentEntries with another formatCode, and nothing else.",
    covers=["iti-18.get-all.filters"],
)
def format_code(trial: Trial) -> None:
    _filtered(trial, ("$XDSDocumentEntryFormatCode", written(NO_CODE, second(trial, "formatCode"))), left=("b",))


@enter(
    "iti-18/4.1.2.3.7.4/7",
    title="Asks for all there is of a patient, with documents of one confidentialityCode",
    requirement="$XDSDocumentEntryConfidentialityCode holds back DocumentEntries without the code, and nothing else.",
    covers=["iti-18.get-all.filters"],
)
def confidentiality_code(trial: Trial) -> None:
    code = written(first(trial, "confidentialityCode"))
    _filtered(trial, ("$XDSDocumentEntryConfidentialityCode", code), left=("a", "c"))


@enter(
    "iti-18/4.1.2.3.7.4/8",
    title="Asks for all there is of a patient, with documents of two confidentialityCodes at once",
    requirement="When $XDSDocumentEntryConfidentialityCode stands in several Slots, each must be met (AND).",
    section="ITI TF-2 3.18.4.1.2.3.7.4; 3.18.4.1.2.3.5",
    covers=["iti-18.get-all.filters", "iti-18.parameters.and"],
)
def two_confidentiality_codes(trial: Trial) -> None:
    this, other = first(trial, "confidentialityCode"), second(trial, "confidentialityCode")
    one, two = (trial.entry(codes={"confidentialityCode": (code,)}) for code in (this, other))
    both = trial.entry(codes={"confidentialityCode": (this, other)})
    trial.registered(one, two, both)
    name = "$XDSDocumentEntryConfidentialityCode"
    answer = get_all(trial, (name, written(this)), (name, written(other))).succeeds()
    holds_exactly(answer, [both.id], [one.id, two.id, both.id], "the entry with both codes alone is there")


@enter(
    "iti-18/4.1.2.3.7.4/9",
    title="Asks for all there is of a patient, with Stable documents",
    requirement="With the type of Stable DocumentEntries in $XDSDocumentEntryType, those are returned.",
    covers=["iti-18.get-all.filters"],
)
def stable(trial: Trial) -> None:
    _filtered(trial, ("$XDSDocumentEntryType", [n.STABLE]), left=("a", "b", "c"))


@enter(
    "iti-18/4.1.2.3.7.4/10",
    title="Asks for all there is of a patient whose document a SubmissionSet of another patient holds by reference",
    requirement="GetAll returns the Associations that end at a document of the patient, also one that begins at a "
    "SubmissionSet of another patient; that SubmissionSet is not returned.",
    needs=["registry", "two-patients"],
    covers=["iti-18.get-all.associations"],
)
def referenced_by_another(trial: Trial) -> None:
    theirs, own, reference = referenced(trial)
    parameters = [("$patientId", theirs.patient), *all_of_patient(trial)[1:]]
    answer = trial.query("GetAll", parameters).succeeds()
    holds_exactly(
        answer, [*own.ids, reference.id], [*own.ids, reference.id, reference.source], "the Association is there"
    )
