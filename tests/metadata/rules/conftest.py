"""A valid submission of every kind of object, and the means to spoil one thing in it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from metadata import vocabulary as v
from metadata.affinity import CODED, AffinityDomain
from metadata.ebrim import Classification, RegistryObject, Slot
from metadata.facts import Facts, Held, HeldKind, Standing
from metadata.model import Association, Author, Code, DocumentEntry, Folder, SubmissionSet
from metadata.rules import MUST, Finding, check
from metadata.translate import Submission, to_ebrim

PATIENT = "ann7^^^&2.999.31&ISO"
OTHER = "bob8^^^&2.999.31&ISO"
OLD = "urn:uuid:0c1d5a3e-3d0f-4a51-9a3e-5b6f9c2d1e01"
HELD_FOLDER = "urn:uuid:0c1d5a3e-3d0f-4a51-9a3e-5b6f9c2d1e02"
HELD_SET = "urn:uuid:0c1d5a3e-3d0f-4a51-9a3e-5b6f9c2d1e03"
HELD_ASSOCIATION = "urn:uuid:0c1d5a3e-3d0f-4a51-9a3e-5b6f9c2d1e04"
NOWHERE = "urn:uuid:0c1d5a3e-3d0f-4a51-9a3e-5b6f9c2d1eff"
SHA1 = "a9993e364706816aba3e25717850c26c9cd0d89d"
DOCTOR = "D88^Durand^Paul^^^Dr^^^&2.999.31.3&ISO"


def _entry(id_: str, unique_id: str) -> DocumentEntry:
    return DocumentEntry(
        entry_uuid=id_,
        unique_id=unique_id,
        patient_id=PATIENT,
        mime_type="text/plain",
        class_code=Code("11", "2.999.32.1", "Synthèse"),
        type_code=Code("34133-9", "2.999.32.6", "Lettre de sortie"),
        format_code=Code("F-TXT", "2.999.32.3", "Texte brut"),
        healthcare_facility_type_code=Code("SA01", "2.999.32.4", "Hôpital"),
        practice_setting_code=Code("ETABLISSEMENT", "2.999.32.5", "Établissement"),
        confidentiality_codes=(Code("N", "2.999.32.2", "Normal"),),
        event_codes=(Code("E1", "2.999.32.8", "Événement"),),
        authors=(
            Author(
                person=DOCTOR,
                institutions=("Hôpital du Nord^^^^^&2.999.31.4&ISO^^^^H1",),
                roles=("Praticien",),
                specialties=("SM26^^^&2.999.32.9&ISO", "Médecine interne"),
                telecommunications=("^^Internet^paul.durand@example.org",),
            ),
        ),
        legal_authenticator=DOCTOR,
        title="Lettre de liaison",
        creation_time="20250611083000",
        service_start_time="20250604",
        service_stop_time="20250611",
        language_code="fr-FR",
        hash=SHA1,
        size="3",
        repository_unique_id="2.999.31.1",
        source_patient_id="mrn-4021^^^&2.999.31.2&ISO",
        source_patient_info=("PID-5|Martin^Alice", "PID-7|19700101", "PID-8|F"),
        reference_ids=("acc-7^^^&2.999.31.5&ISO^urn:ihe:iti:xds:2013:accession",),
        uri="letter.txt",
        extra={"urn:example:ward": ("3B",)},
    )


def _objects() -> list[RegistryObject]:
    member = v.HAS_MEMBER
    objects = [
        _entry("letter", "2.999.31.100.1"),
        _entry("note", "2.999.31.100.2"),
        SubmissionSet(
            entry_uuid="set",
            unique_id="2.999.31.100.3",
            patient_id=PATIENT,
            source_id="2.999.31.9",
            submission_time="20250611083112",
            content_type_code=Code("04", "2.999.32.7", "Sortie"),
            authors=(Author(person=DOCTOR),),
            intended_recipients=("Cabinet des Lilas|^Petit^Jeanne|",),
            title="Sortie du 11 juin",
        ),
        Folder(
            entry_uuid="folder",
            unique_id="2.999.31.100.4",
            patient_id=PATIENT,
            codes=(Code("episode", "2.999.32.10", "Épisode"),),
            title="Épisode de juin",
            last_update_time="20250611083112",
        ),
        Association("set-letter", member, "set", "letter", submission_set_status="Original"),
        Association("set-note", member, "set", "note", submission_set_status="Original"),
        Association("set-folder", member, "set", "folder"),
        Association("folder-letter", member, "folder", "letter"),
        Association("set-folder-letter", member, "set", "folder-letter"),
        Association("append", v.APND, "note", "letter", documentation=Code("addendum", "2.999.32.11", "Complément")),
        Association("replace", v.RPLC, "letter", OLD),
        Association("set-old", member, "set", OLD, submission_set_status="Reference"),
    ]
    return [_placed(to_ebrim(x)) for x in objects]


def _placed(o: RegistryObject) -> RegistryObject:
    return replace(o, path=f"/RegistryObjectList/{o.kind}[@id='{o.id}']")


def _domain(objects: list[RegistryObject]) -> AffinityDomain:
    """A domain that agreed on just what the sample holds."""
    codes: dict[str, frozenset[tuple[str, str]]] = {}
    for attribute, scheme in CODED.items():
        found = [c for o in objects for c in o.classifications if c.scheme == scheme]
        codes[attribute] = frozenset((c.node_representation or "", c.slots[0].values[0]) for c in found)
    codes["authorSpecialty"] = frozenset({("SM26", "2.999.32.9")})
    return AffinityDomain(
        patient_authorities=frozenset({"2.999.31"}),
        codes=codes,
        mime_types=frozenset({"text/plain"}),
        required=frozenset({"DocumentEntry.author"}),
    )


def _facts() -> Facts:
    return Facts(
        objects={
            OLD: Held(OLD, HeldKind.STABLE_ENTRY, True, PATIENT, "2.999.31.1.1", SHA1, 3),
            HELD_FOLDER: Held(HELD_FOLDER, HeldKind.FOLDER, True, PATIENT, "2.999.31.1.2"),
            HELD_SET: Held(HELD_SET, HeldKind.SUBMISSION_SET, True, PATIENT, "2.999.31.1.3"),
        },
        patients={PATIENT: Standing.KNOWN},
    )


class Sample:
    """The submission, the domain and the registry it comes to; every method spoils or changes one thing."""

    def __init__(self) -> None:
        self.transaction = "ITI-42"
        self.objects = {o.id: o for o in _objects()}
        self.domain = _domain(list(self.objects.values()))
        self.facts = _facts()

    # --- judging ----------------------------------------------------------------------------------------------------

    def findings(self) -> list[Finding]:
        """As a registry does: the rules on the message, then, if it may go on, those that need facts."""
        submission = Submission.of(self.objects.values())
        findings = check(submission, self.domain, transaction=self.transaction)
        if any(f.rule.level is MUST for f in findings):
            return findings
        return findings + check(submission, self.domain, transaction=self.transaction, facts=self.facts)

    def broken(self) -> list[str]:
        """The ids of the broken rules, each once."""
        return list(dict.fromkeys(f.rule.id for f in self.findings()))

    # --- changing ---------------------------------------------------------------------------------------------------

    def attr(self, id_: str, **changes: Any) -> None:
        """Change attributes of the object itself."""
        self.objects[id_] = replace(self.objects[id_], **changes)

    def slot(self, id_: str, name: str, *values: str) -> None:
        """Give Slot `name` these values; add it if it is not there."""
        o = self.objects[id_]
        others = tuple(slot for slot in o.slots if slot.name != name)
        self.attr(id_, slots=(*others, Slot(name, values)))

    def no_slot(self, id_: str, name: str) -> None:
        self.attr(id_, slots=tuple(slot for slot in self.objects[id_].slots if slot.name != name))

    def code(self, id_: str, of: str, **changes: Any) -> None:
        """Change the first Classification whose scheme is `of`."""
        self._first_classification(id_, lambda c: c.scheme == of, changes)

    def node(self, id_: str, node: str, **changes: Any) -> None:
        """Change the Classification that bears `node`."""
        self._first_classification(id_, lambda c: c.node == node, changes)

    def no_code(self, id_: str, scheme: str) -> None:
        o = self.objects[id_]
        self.attr(id_, classifications=tuple(c for c in o.classifications if c.scheme != scheme))

    def add_code(self, id_: str, scheme: str | None = None, node: str | None = None) -> None:
        """A second Classification of `scheme`, like the first, or one with `node`."""
        o = self.objects[id_]
        like = next((c for c in o.classifications if c.scheme == scheme), None)
        new = replace(like, id="added") if scheme and like else Classification("added", id_, node=node)
        self.attr(id_, classifications=(*o.classifications, new))

    def author_slot(self, id_: str, name: str, *values: str) -> None:
        """Give the author's sub-slot `name` these values; none at all takes it away."""
        scheme = v.ENTRY_AUTHOR if v.ENTRY_AUTHOR in {c.scheme for c in self.objects[id_].classifications} else ""
        c = next(c for c in self.objects[id_].classifications if c.scheme == (scheme or v.SUBMISSION_SET_AUTHOR))
        others = tuple(slot for slot in c.slots if slot.name != name)
        self.code(id_, str(c.scheme), slots=(*others, Slot(name, values)) if values else others)

    def identifier(self, id_: str, scheme: str, **changes: Any) -> None:
        o = self.objects[id_]
        changed = [replace(i, **changes) if i.scheme == scheme else i for i in o.external_identifiers]
        self.attr(id_, external_identifiers=tuple(changed))

    def no_identifier(self, id_: str, scheme: str) -> None:
        o = self.objects[id_]
        self.attr(id_, external_identifiers=tuple(i for i in o.external_identifiers if i.scheme != scheme))

    def add_identifier(self, id_: str, scheme: str) -> None:
        o = self.objects[id_]
        like = next(i for i in o.external_identifiers if i.scheme == scheme)
        self.attr(id_, external_identifiers=(*o.external_identifiers, replace(like, id="added")))

    def patient(self, patient_id: str, *ids: str) -> None:
        """Give the objects `ids` (or all) another patient."""
        schemes = (v.ENTRY_PATIENT_ID, v.SUBMISSION_SET_PATIENT_ID, v.FOLDER_PATIENT_ID)
        for id_ in ids or self.objects:
            for scheme in schemes:
                self.identifier(id_, scheme, value=patient_id)

    def unique_id(self, id_: str, unique_id: str) -> None:
        for scheme in (v.ENTRY_UNIQUE_ID, v.SUBMISSION_SET_UNIQUE_ID, v.FOLDER_UNIQUE_ID):
            self.identifier(id_, scheme, value=unique_id)

    def rename(self, id_: str, new: str) -> None:
        """Another id for an object, wherever it is named."""
        o = self.objects[id_]
        self.objects[id_] = replace(
            o,
            id=new,
            classifications=tuple(replace(c, classified_object=new) for c in o.classifications),
            external_identifiers=tuple(replace(i, registry_object=new) for i in o.external_identifiers),
        )
        for key, a in self.objects.items():
            self.objects[key] = replace(
                a, source=new if a.source == id_ else a.source, target=new if a.target == id_ else a.target
            )

    def link(self, id_: str, kind: str, source: str, target: str, status: str | None = None) -> None:
        """One more Association."""
        self.objects[id_] = _placed(to_ebrim(Association(id_, kind, source, target, submission_set_status=status)))

    def drop(self, *ids: str) -> None:
        for id_ in ids:
            del self.objects[id_]

    def only(self, *ids: str) -> None:
        self.objects = {id_: o for id_, o in self.objects.items() if id_ in ids}

    def on_demand(self) -> None:
        """Make of it a valid ITI-61 message."""
        self.transaction = "ITI-61"
        self.drop("append", "replace", "set-old")
        for id_ in ("letter", "note"):
            self.attr(id_, object_type=v.ON_DEMAND)
            for name in ("creationTime", "hash", "size"):
                self.no_slot(id_, name)

    def hold(self, id_: str, **changes: Any) -> None:
        """Change what the registry holds under `id_`, or make it hold one more."""
        held = self.facts.objects.get(id_) or Held(id_, HeldKind.STABLE_ENTRY, True, PATIENT)
        self.facts = replace(self.facts, objects={**self.facts.objects, id_: replace(held, **changes)})

    def hold_unique_id(self, unique_id: str, **changes: Any) -> None:
        held = Held(NOWHERE, HeldKind.STABLE_ENTRY, True, PATIENT, unique_id, SHA1, 3)
        self.facts = replace(self.facts, unique_ids={unique_id: (replace(held, **changes),)})

    def know(self, patient_id: str, standing: Standing, survivor: str | None = None) -> None:
        survivors = {patient_id: survivor} if survivor else {}
        self.facts = replace(self.facts, patients={patient_id: standing}, survivors=survivors)

    def agree(self, **changes: Any) -> None:
        """Change the affinity domain."""
        self.domain = replace(self.domain, **changes)

    def agree_codes(self, attribute: str, *pairs: tuple[str, str]) -> None:
        self.agree(codes={**self.domain.codes, attribute: frozenset(pairs)})

    def _first_classification(
        self, id_: str, wanted: Callable[[Classification], bool], changes: dict[str, Any]
    ) -> None:
        o = self.objects[id_]
        first = next(c for c in o.classifications if wanted(c))
        changed = tuple(replace(c, **changes) if c is first else c for c in o.classifications)
        self.attr(id_, classifications=changed)


@pytest.fixture
def sample() -> Sample:
    return Sample()
