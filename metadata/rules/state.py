"""What a submission may do to the registry as it stands: each rule here asks `Facts`. # ITI TF-2 3.42.4.1.3.3

UUIDs are compared in lower case; patients after their merges.
"""

from collections.abc import Iterator
from typing import Final

from metadata import vocabulary as v
from metadata.datatypes import is_size
from metadata.errors import ErrorCode
from metadata.facts import Held, HeldKind, Standing
from metadata.model import Association, DocumentEntry, Folder
from metadata.rules import forms
from metadata.rules.book import METADATA, MUST, NONE, Codes, Mark, Marks, On, Shape, in_each, mark, rule
from metadata.rules.case import Case, View
from metadata.translate import Submission

REGISTERING: Final = ("ITI-42", "ITI-61")
METADATA_HERE: Final[Codes] = {t: METADATA[t] for t in REGISTERING}
UNKNOWN_PATIENT: Final = in_each(ErrorCode.UNKNOWN_PATIENT_ID, *REGISTERING)
DUPLICATE: Final = in_each(ErrorCode.DUPLICATE_UNIQUE_ID_IN_REGISTRY, *REGISTERING)
OTHER_PATIENT: Final = in_each(ErrorCode.PATIENT_ID_DOES_NOT_MATCH, *REGISTERING)
UNRESOLVED: Final = in_each(ErrorCode.UNRESOLVED_REFERENCE, *REGISTERING)


# --- patients -------------------------------------------------------------------------------------------------------


@rule(
    id="registry.patient.unknown",
    level=MUST,
    code=UNKNOWN_PATIENT,
    spec="ITI TF-2 3.42.4.1.3.3",
    en="{got} is not known to this registry; the patient identity feed has not announced it",
    fr="{got} n'est pas connu de ce registre ; le flux d'identités des patients ne l'a pas annoncé",
    on=On.SUBMISSION,
    needs_facts=True,
)
def patient_unknown(_submission: Submission, case: Case) -> Marks:
    return _patients(case, Standing.UNKNOWN)


@rule(
    id="registry.patient.subsumed",
    level=MUST,
    code=UNKNOWN_PATIENT,
    spec="ITI TF-2 3.8.4.2.4",
    en="{got} was merged into {survivor}; submit under that patient id",
    fr="{got} a été fusionné dans {survivor} ; soumettre sous cet identifiant",
    on=On.SUBMISSION,
    needs_facts=True,
)
def patient_subsumed(_submission: Submission, case: Case) -> Marks:
    return _patients(case, Standing.SUBSUMED)


@rule(
    id="registry.patient.closed",
    level=MUST,
    code=UNKNOWN_PATIENT,
    spec="ITI TF-2 3.42.4.1.3.3",
    en="{got} is closed: nothing can be submitted for this patient any more",
    fr="{got} est clos : plus rien ne peut être soumis pour ce patient",
    on=On.SUBMISSION,
    needs_facts=True,
)
def patient_closed(_submission: Submission, case: Case) -> Marks:
    return _patients(case, Standing.CLOSED)


# --- ids ------------------------------------------------------------------------------------------------------------


@rule(
    id="registry.id.taken",
    level=MUST,
    code=METADATA_HERE,
    spec="ITI TF-3 4.2.3.2.7",
    en="id {got} is already that of a registered {held}; submit a symbolic id or a new UUID",
    fr="l'id {got} est déjà celui d'un {held} enregistré ; soumettre un id symbolique ou un nouvel UUID",
    on=On.OBJECT,
    needs_facts=True,
)
def id_taken(view: View, case: Case) -> Marks:
    held = case.facts.objects.get(view.o.id.lower())
    return NONE if held is None else mark("/@id", got=view.o.id, held=_SHAPES[held.kind].word)


@rule(
    id="registry.uniqueId.hash",
    level=MUST,
    code=in_each(ErrorCode.NON_IDENTICAL_HASH, "ITI-42"),
    spec="ITI TF-3 4.2.4.1",
    en="{got} is registered with hash {held}; the submission says {hash}: another document needs another uniqueId",
    fr="{got} est enregistré avec le hash {held} ; la soumission dit {hash} : un autre document demande un autre "
    "uniqueId",
    on=On.ENTRY,
    needs_facts=True,
)
def unique_id_hash(entry: DocumentEntry, case: Case) -> Marks:
    other = next((h for h in _same_document(entry, case) if _differ(entry.hash, h.hash)), None)
    return NONE if other is None else mark("/Slot[@name='hash']", got=entry.unique_id, held=other.hash, hash=entry.hash)


@rule(
    id="registry.uniqueId.size",
    level=MUST,
    code=in_each(ErrorCode.NON_IDENTICAL_SIZE, "ITI-42"),
    spec="ITI TF-3 4.2.4.1",
    en="{got} is registered with size {held}; the submission says {size}: another document needs another uniqueId",
    fr="{got} est enregistré avec la taille {held} ; la soumission dit {size} : un autre document demande un autre "
    "uniqueId",
    on=On.ENTRY,
    needs_facts=True,
)
def unique_id_size(entry: DocumentEntry, case: Case) -> Marks:
    # Another hash says it already: size counts when the hashes agree or one of them is not known.
    for held in _same_document(entry, case):
        given = int(entry.size) if entry.size and is_size(entry.size) else None
        if None not in (given, held.size) and given != held.size and not _differ(entry.hash, held.hash):
            return mark("/Slot[@name='size']", got=entry.unique_id, held=held.size, size=entry.size)
    return NONE


@rule(
    id="registry.uniqueId.taken",
    level=MUST,
    code=DUPLICATE,
    spec="ITI TF-3 4.2.4.1",
    en="{got} is the uniqueId of {object} and already that of a registered {held}; submit a new one",
    fr="{got} est l'uniqueId de {object} et déjà celui d'un {held} enregistré ; en soumettre un nouveau",
    on=On.SUBMISSION,
    needs_facts=True,
)
def unique_id_taken(_submission: Submission, case: Case) -> Marks:
    # A DocumentEntry may share its uniqueId with other DocumentEntries, nothing else may share with anything.
    marks = []
    for x in case.described:
        for held in case.facts.unique_ids.get(x.unique_id or "", ()):
            if not (isinstance(x, DocumentEntry) and held.kind.is_entry):
                marks.append(Mark("", {"got": x.unique_id, "held": _SHAPES[held.kind].word}, x.entry_uuid))
                break
    return marks


@rule(
    id="registry.uniqueId.on-demand",
    level=MUST,
    code=in_each(ErrorCode.DUPLICATE_UNIQUE_ID_IN_REGISTRY, "ITI-42"),
    spec="ITI TF-2 3.61.4.1.3",
    en="{got} is the uniqueId of a registered on-demand DocumentEntry; a stable one needs its own",
    fr="{got} est l'uniqueId d'un DocumentEntry à la demande enregistré ; un DocumentEntry stable doit avoir le sien",
    on=On.ENTRY,
    needs_facts=True,
)
def unique_id_on_demand(entry: DocumentEntry, case: Case) -> Marks:
    held = case.facts.unique_ids.get(entry.unique_id or "", ())
    return mark(got=entry.unique_id) if HeldKind.ON_DEMAND_ENTRY in [h.kind for h in held] else NONE


# --- references -----------------------------------------------------------------------------------------------------


@rule(
    id="registry.reference.unknown",
    level=MUST,
    code=UNRESOLVED,
    spec="ITI TF-3 4.2.4.1",
    en="{got} is the {end} of Association {object}; it is neither in the submission nor in the registry",
    fr="{got} est le {end} de l'Association {object} ; il n'est ni dans la soumission ni dans le registre",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def reference_unknown(association: Association, case: Case) -> Marks:
    ends = [("targetObject", association.target)]
    if association.type == v.HAS_MEMBER:  # for the others association.relationship.source speaks
        ends.append(("sourceObject", association.source))
    return [
        Mark(f"/@{name}", {"got": end, "end": name})
        for name, end in ends
        if end.startswith("urn:uuid:") and end not in case.objects and end.lower() not in case.facts.objects
    ]


@rule(
    id="registry.member.kind",
    level=MUST,
    code=METADATA_HERE,
    spec="ITI TF-3 4.2.2.1",
    en="HasMember {object} leads from a {source} to a {target}; it leads from the SubmissionSet to a DocumentEntry, a "
    "Folder or an Association, or from a Folder to a DocumentEntry",
    fr="HasMember {object} mène d'un {source} à un {target} ; il mène du SubmissionSet à un DocumentEntry, un Folder "
    "ou une Association, ou d'un Folder à un DocumentEntry",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def member_kind(association: Association, case: Case) -> Marks:
    source, target = _kind(association.source, case), _kind(association.target, case)
    if association.type != v.HAS_MEMBER or source is None or target is None:
        return NONE
    if association.source in case.objects and association.target in case.objects:  # association.member.ends
        return NONE
    if source is Shape.SUBMISSION_SET and association.source in case.objects:
        fits = target is not Shape.SUBMISSION_SET
    else:
        fits = source is Shape.FOLDER and target is Shape.ENTRY
    return NONE if fits else mark(source=source.word, target=target.word)


@rule(
    id="registry.relationship.kind",
    level=MUST,
    code=METADATA_HERE,
    spec="ITI TF-3 4.2.2.2",
    en="{got} is the targetObject of {type} {object} and a registered {held}; the target must be a DocumentEntry",
    fr="{got} est le targetObject de {type} {object} et un {held} enregistré ; la cible doit être un DocumentEntry",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def relationship_kind(association: Association, case: Case) -> Marks:
    held = _held_target(association, case)
    if held is None or held.kind.is_entry:
        return NONE
    return mark("/@targetObject", got=association.target, type=_short(association), held=_SHAPES[held.kind].word)


@rule(
    id="registry.snapshot.ends",
    level=MUST,
    code=METADATA_HERE,
    spec="ITI TF-3 4.2.2.2.6",
    en="IsSnapshotOf {object} leads to the stable DocumentEntry {got}; a stable one is a snapshot of an on-demand one",
    fr="IsSnapshotOf {object} mène au DocumentEntry stable {got} ; un DocumentEntry stable est l'instantané d'un "
    "DocumentEntry à la demande",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def snapshot_ends(association: Association, case: Case) -> Marks:
    held = _held_target(association, case)
    if held is None or association.type != v.IS_SNAPSHOT_OF or held.kind is not HeldKind.STABLE_ENTRY:
        return NONE
    return mark("/@targetObject", got=association.target)


@rule(
    id="registry.status.missing",
    level=MUST,
    code=METADATA_HERE,
    spec="ITI TF-3 4.2.2.1.1",
    en="HasMember {object} from the SubmissionSet to the registered DocumentEntry {got} has no SubmissionSetStatus; "
    "write Reference",
    fr="HasMember {object} du SubmissionSet au DocumentEntry enregistré {got} n'a pas de SubmissionSetStatus ; écrire "
    "Reference",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def status_missing(association: Association, case: Case) -> Marks:
    held = case.facts.objects.get(association.target.lower())
    if held is None or not held.kind.is_entry or association.type != v.HAS_MEMBER:
        return NONE
    if association.submission_set_status or case.shape(association.source) is not Shape.SUBMISSION_SET:
        return NONE
    return mark(got=association.target)


# --- availability ---------------------------------------------------------------------------------------------------


@rule(
    id="registry.target.deprecated",
    level=MUST,
    code=in_each(ErrorCode.DEPRECATED_DOCUMENT, *REGISTERING),
    spec="ITI TF-3 4.2.2.2",
    en="{got} is the targetObject of {type} {object} and Deprecated; only an Approved DocumentEntry can be one",
    fr="{got} est le targetObject de {type} {object} et Deprecated ; seul un DocumentEntry Approved peut l'être",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def target_deprecated(association: Association, case: Case) -> Marks:
    held = _held_target(association, case)
    if held is None or held.approved or not held.kind.is_entry:
        return NONE
    return mark("/@targetObject", got=association.target, type=_short(association))


@rule(
    id="registry.folder.deprecated",
    level=MUST,
    code=METADATA_HERE,
    spec="ITI TF-3 4.2.2.1.3",
    en="{got} is Deprecated; a document is put into an Approved Folder only, and an Approved document only",
    fr="{got} est Deprecated ; on ne met dans un Folder Approved qu'un document Approved",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def folder_deprecated(association: Association, case: Case) -> Marks:
    if association.type != v.HAS_MEMBER or _kind(association.source, case) is not Shape.FOLDER:
        return NONE
    ends = {"sourceObject": association.source, "targetObject": association.target}
    held = {name: case.facts.objects.get(end.lower()) for name, end in ends.items() if end not in case.objects}
    return [Mark(f"/@{name}", {"got": ends[name]}) for name, h in held.items() if h is not None and not h.approved]


@rule(
    id="registry.append.transformed",
    level=MUST,
    code=METADATA_HERE,
    spec="ITI TF-3 4.2.2.2.1",
    en="{got} is itself a transformation (XFRM) and nothing can be appended to it; append to its original",
    fr="{got} est lui-même une transformation (XFRM) et rien ne peut y être ajouté ; ajouter à son original",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def append_to_transformed(association: Association, case: Case) -> Marks:
    if association.type != v.APND or association.target.lower() not in case.facts.transformed_from:
        return NONE
    return mark("/@targetObject", got=association.target)


# --- one patient ----------------------------------------------------------------------------------------------------


@rule(
    id="registry.folder.patient",
    level=MUST,
    code=OTHER_PATIENT,
    spec="ITI TF-3 4.2.2.1.3",
    en="{got} is the patient of DocumentEntry {target} and {expected} that of Folder {source}; both must be the same",
    fr="{got} est le patient du DocumentEntry {target} et {expected} celui du Folder {source} ; les deux doivent être "
    "identiques",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def folder_patient(association: Association, case: Case) -> Marks:
    if association.type != v.HAS_MEMBER or _kind(association.source, case) is not Shape.FOLDER:
        return NONE
    return _one_patient(association, case)


@rule(
    id="registry.relationship.patient",
    level=MUST,
    code=OTHER_PATIENT,
    spec="ITI TF-3 4.2.2.2",
    en="{got} is the patient of DocumentEntry {target} and {expected} that of {source}; related documents have one "
    "patient",
    fr="{got} est le patient du DocumentEntry {target} et {expected} celui de {source} ; des documents liés ont un "
    "seul patient",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def relationship_patient(association: Association, case: Case) -> Marks:
    return _one_patient(association, case) if _held_target(association, case) is not None else NONE


@rule(
    id="registry.replacement.folder",
    level=MUST,
    code=OTHER_PATIENT,
    spec="ITI TF-3 4.2.2.2.2",
    en="{got} is the patient of {source}, which replaces a document of Folder {folder}, whose patient is {expected}; "
    "it would come into that Folder",
    fr="{got} est le patient de {source}, qui remplace un document du Folder {folder}, dont le patient est {expected} "
    "; il entrerait dans ce Folder",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def replacement_folder(association: Association, case: Case) -> Marks:
    if association.type not in v.REPLACEMENTS:
        return NONE
    own = _patient(association.source, case)
    held = case.facts.objects.get(association.target.lower())
    if own is None or held is None or held.patient_id != own:  # another patient breaks registry.relationship.patient
        return NONE
    for folder in case.facts.folders_of.get(association.target.lower(), ()):
        if folder.approved and folder.patient_id != own:
            return mark(got=own, source=association.source, folder=folder.entry_uuid, expected=folder.patient_id)
    return NONE


# --- what the rules above share -------------------------------------------------------------------------------------


def _patients(case: Case, standing: Standing) -> Marks:
    """The patient ids of the message that stand so, each once."""
    marks: dict[str, Mark] = {}
    for x in case.described:
        patient_id = forms.canonical(x.patient_id) if x.patient_id else None
        if patient_id is not None and case.facts.patients.get(patient_id) is standing and patient_id not in marks:
            values = {"got": x.patient_id, "survivor": case.facts.survivor(patient_id)}
            marks[patient_id] = Mark("", values, x.entry_uuid)
    return list(marks.values())


def _same_document(entry: DocumentEntry, case: Case) -> Iterator[Held]:
    """Registered stable DocumentEntries of the same uniqueId, unless either side waits for its document to be made."""
    for held in case.facts.unique_ids.get(entry.unique_id or "", ()):
        if (
            held.kind is HeldKind.STABLE_ENTRY
            and not _delayed(entry.hash, entry.size)
            and not _delayed(held.hash, held.size)
        ):
            yield held


def _delayed(hash_: str | None, size: str | int | None) -> bool:
    """Whether hash and size are the mark of Delayed Document Assembly, not a statement about a content."""
    return str(size) == "0" and (hash_ or "").lower() == v.EMPTY_SHA1


def _differ(submitted: str | None, held: str | None) -> bool:
    return bool(submitted and held) and (submitted or "").lower() != (held or "").lower()


_SHAPES: Final = {
    HeldKind.STABLE_ENTRY: Shape.ENTRY,
    HeldKind.ON_DEMAND_ENTRY: Shape.ENTRY,
    HeldKind.SUBMISSION_SET: Shape.SUBMISSION_SET,
    HeldKind.FOLDER: Shape.FOLDER,
    HeldKind.ASSOCIATION: Shape.ASSOCIATION,
}


def _kind(end: str, case: Case) -> Shape | None:
    """What an end of an Association is, here or in the registry."""
    shape = case.shape(end)
    if shape is not None:
        return shape
    held = case.facts.objects.get(end.lower())
    return None if held is None else _SHAPES[held.kind]


def _held_target(association: Association, case: Case) -> Held | None:
    """The registered object that a relationship points at."""
    if association.type not in v.RELATIONSHIPS or association.target in case.objects:
        return None
    return case.facts.objects.get(association.target.lower())


def _patient(end: str, case: Case) -> str | None:
    """The surviving patient of a DocumentEntry or Folder, here or in the registry."""
    x: DocumentEntry | Folder | None = case.entries.get(end) or case.folders.get(end)
    if x is not None:
        patient_id = forms.canonical(x.patient_id) if x.patient_id else None
        return None if patient_id is None else case.facts.survivor(patient_id)
    held = case.facts.objects.get(end.lower())
    return None if held is None else held.patient_id


def _one_patient(association: Association, case: Case) -> Marks:
    source, target = association.source, association.target
    if source in case.objects and target in case.objects:  # submission.patient.mismatch
        return NONE
    first, second = _patient(source, case), _patient(target, case)
    if first is None or second is None or first == second:
        return NONE
    return mark("/@targetObject", got=second, expected=first, source=source, target=target)


def _short(association: Association) -> str:
    return association.type.rpartition(":")[2]
