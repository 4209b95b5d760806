"""The patients and the ids of a submission against those that the registry knows. # ITI TF-2 3.42.4.1.3.3"""

from collections.abc import Iterator

from metadata import vocabulary as v
from metadata.datatypes import is_size
from metadata.errors import ErrorCode
from metadata.facts import Held, HeldKind, Standing
from metadata.model import DocumentEntry
from metadata.rules import forms
from metadata.rules.book import MUST, NONE, Mark, Marks, On, in_each, mark, rule
from metadata.rules.case import Case, View
from metadata.rules.held import (
    DUPLICATE,
    METADATA_HERE,
    SHAPES,
    UNKNOWN_PATIENT,
)
from metadata.translate import Submission


@rule(
    id="registry.patient.unknown",
    level=MUST,
    code=UNKNOWN_PATIENT,
    spec="ITI TF-2 3.42.4.1.3.3.2",
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
    spec="ITI TF-2 3.42.4.1.3.3.2",
    en="{got} is closed: nothing can be submitted for this patient any more",
    fr="{got} est clos : plus rien ne peut être soumis pour ce patient",
    on=On.SUBMISSION,
    needs_facts=True,
)
def patient_closed(_submission: Submission, case: Case) -> Marks:
    return _patients(case, Standing.CLOSED)


@rule(
    id="registry.id.taken",
    level=MUST,
    code=METADATA_HERE,
    spec="ITI TF-2 3.42.4.1.3.7",
    en="id {got} is already that of a registered {held}; submit a symbolic id or a new UUID",
    fr="l'id {got} est déjà celui d'un {held} enregistré ; soumettre un id symbolique ou un nouvel UUID",
    on=On.OBJECT,
    needs_facts=True,
)
def id_taken(view: View, case: Case) -> Marks:
    held = case.facts.objects.get(view.o.id.lower())
    return NONE if held is None else mark("/@id", got=view.o.id, held=SHAPES[held.kind].word)


@rule(
    id="registry.uniqueId.hash",
    level=MUST,
    code=in_each(ErrorCode.NON_IDENTICAL_HASH, "ITI-42"),
    spec="ITI TF-2 3.42.4.1.3.3.1",
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
    spec="ITI TF-2 3.42.4.1.3.3.1",
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
    spec="ITI TF-2 3.42.4.1.3.3.7",
    en="{got} is the uniqueId of {kind} {object} and already that of a registered {held}; submit a new one",
    fr="{got} est l'uniqueId du {kind} {object} et déjà celui d'un {held} enregistré ; en soumettre un nouveau",
    on=On.SUBMISSION,
    needs_facts=True,
)
def unique_id_taken(_submission: Submission, case: Case) -> Marks:
    # Of a Folder the text says it in the table of errors alone, which asks to tell the kind. # ITI TF-3 4.2.4.1
    return [
        Mark("", {"got": x.unique_id, "kind": type(x).__name__, "held": SHAPES[held[0].kind].word}, x.entry_uuid)
        for x in case.described
        if not isinstance(x, DocumentEntry) and (held := case.facts.unique_ids.get(x.unique_id or "", ()))
    ]


@rule(
    id="registry.uniqueId.entry",
    level=MUST,
    code=METADATA_HERE,
    spec="ITI TF-3 4.2.3.2.26",
    en="{got} is the uniqueId of DocumentEntry {object} and already that of a registered {held}; submit a new one",
    fr="{got} est l'uniqueId du DocumentEntry {object} et déjà celui d'un {held} enregistré ; en soumettre un nouveau",
    on=On.ENTRY,
    needs_facts=True,
)
def unique_id_entry(entry: DocumentEntry, case: Case) -> Marks:
    # It may be that of other DocumentEntries. XDSDuplicateUniqueIdInRegistry is not for entries. # ITI TF-3 4.2.4.1
    for held in case.facts.unique_ids.get(entry.unique_id or "", ()):
        if not held.kind.is_entry:
            return mark(got=entry.unique_id, held=SHAPES[held.kind].word)
    return NONE


@rule(
    id="registry.uniqueId.on-demand",
    level=MUST,
    code=in_each(ErrorCode.REGISTRY_METADATA_ERROR, "ITI-42"),
    spec="ITI TF-3 4.1.1.3.2",
    en="{got} is the uniqueId of a registered on-demand DocumentEntry; a stable one needs its own",
    fr="{got} est l'uniqueId d'un DocumentEntry à la demande enregistré ; un DocumentEntry stable doit avoir le sien",
    on=On.ENTRY,
    needs_facts=True,
)
def unique_id_on_demand(entry: DocumentEntry, case: Case) -> Marks:
    held = case.facts.unique_ids.get(entry.unique_id or "", ())
    return mark(got=entry.unique_id) if HeldKind.ON_DEMAND_ENTRY in [h.kind for h in held] else NONE


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
