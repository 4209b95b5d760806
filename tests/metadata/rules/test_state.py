"""Rules that ask what the registry holds: one fact is changed, or one thing that meets it, and one rule is broken."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from metadata import vocabulary as v
from metadata.facts import Held, HeldKind, Standing

Sample = Any  # of conftest.py
PATIENT = "ann7^^^&2.999.31&ISO"
OTHER = "bob8^^^&2.999.31&ISO"
OLD = "urn:uuid:0c1d5a3e-3d0f-4a51-9a3e-5b6f9c2d1e01"
HELD_FOLDER = "urn:uuid:0c1d5a3e-3d0f-4a51-9a3e-5b6f9c2d1e02"
HELD_SET = "urn:uuid:0c1d5a3e-3d0f-4a51-9a3e-5b6f9c2d1e03"
NEW = "urn:uuid:0c1d5a3e-3d0f-4a51-9a3e-5b6f9c2d1e10"
NOWHERE = "urn:uuid:0c1d5a3e-3d0f-4a51-9a3e-5b6f9c2d1eff"
LETTER = "2.999.31.100.1"
SHA1_OF_OTHER = "da39a3ee5e6b4b0d3255bfef95601890afd80700"


def _into_held_folder(s: Sample, target: str = "note") -> None:
    s.link("into", v.HAS_MEMBER, HELD_FOLDER, target)
    s.link("set-into", v.HAS_MEMBER, "set", "into")


def _old_folder_of(s: Sample, **changes: Any) -> None:
    folder = replace(Held(HELD_FOLDER, HeldKind.FOLDER, True, OTHER), **changes)
    s.facts = replace(s.facts, folders_of={OLD: (folder,)})


def _taken(s: Sample) -> None:
    s.rename("letter", NEW)
    s.hold(NEW)


def _snapshot(s: Sample) -> None:
    s.drop("append")
    s.attr("replace", association_type=v.IS_SNAPSHOT_OF)


def _deprecated_folder(s: Sample) -> None:
    _into_held_folder(s)
    s.hold(HELD_FOLDER, approved=False)


def _folder_of_another(s: Sample) -> None:
    _into_held_folder(s)
    s.hold(HELD_FOLDER, patient_id=OTHER)


def _membership_of_another(s: Sample) -> None:
    s.drop("replace", "set-old")
    _into_held_folder(s, OLD)
    s.hold(HELD_FOLDER, patient_id=OTHER)
    s.hold(OLD, patient_id=OTHER)


BREAKS: dict[str, Callable[[Sample], None]] = {
    "registry.patient.unknown": lambda s: s.know(PATIENT, Standing.UNKNOWN),
    "registry.patient.subsumed": lambda s: s.know(PATIENT, Standing.SUBSUMED),
    "registry.patient.closed": lambda s: s.know(PATIENT, Standing.CLOSED),
    "registry.id.taken": _taken,
    "registry.uniqueId.hash": lambda s: s.hold_unique_id(LETTER, hash=SHA1_OF_OTHER, size=5),
    "registry.uniqueId.size": lambda s: s.hold_unique_id(LETTER, size=5),
    "registry.uniqueId.taken": lambda s: s.hold_unique_id("2.999.31.100.3"),
    "registry.uniqueId.entry": lambda s: s.hold_unique_id(LETTER, kind=HeldKind.FOLDER, hash=None, size=None),
    "registry.uniqueId.on-demand": lambda s: s.hold_unique_id(
        LETTER, kind=HeldKind.ON_DEMAND_ENTRY, hash=None, size=None
    ),
    "registry.reference.unknown": lambda s: s.attr("set-old", target=NOWHERE),
    "registry.member.kind": lambda s: _into_held_folder(s, "append"),
    "registry.relationship.kind": lambda s: (s.drop("set-old"), s.attr("replace", target=HELD_SET)),
    "registry.snapshot.ends": _snapshot,
    "registry.status.missing": lambda s: s.no_slot("set-old", "SubmissionSetStatus"),
    "registry.target.deprecated": lambda s: s.hold(OLD, approved=False),
    "registry.folder.deprecated": _deprecated_folder,
    "registry.append.transformed": lambda s: (
        s.drop("replace"),
        s.attr("append", target=OLD),
        setattr(s, "facts", replace(s.facts, transformed_from=frozenset({OLD}))),
    ),
    "registry.folder.patient": _folder_of_another,
    "registry.membership.patient": _membership_of_another,
    "registry.relationship.patient": lambda s: s.hold(OLD, patient_id=OTHER),
    "registry.replacement.folder": _old_folder_of,
}


@pytest.mark.parametrize("rule_id", BREAKS)
def test_one_fact_breaks_its_rule_and_no_other(rule_id: str, sample: Sample) -> None:
    BREAKS[rule_id](sample)
    assert sample.broken() == [rule_id]


def test_a_held_folder_of_the_patient_takes_new_and_registered_documents(sample: Sample) -> None:
    sample.drop("replace")
    _into_held_folder(sample)
    sample.link("old-into", v.HAS_MEMBER, HELD_FOLDER, OLD)
    sample.link("set-old-into", v.HAS_MEMBER, "set", "old-into")
    assert sample.broken() == []


def test_a_unique_id_comes_again_with_the_same_hash_and_size(sample: Sample) -> None:
    sample.hold_unique_id(LETTER)
    assert sample.broken() == []


def test_the_hash_is_compared_without_regard_to_case(sample: Sample) -> None:
    sample.hold_unique_id(LETTER)
    sample.slot("letter", "hash", "A9993E364706816ABA3E25717850C26C9CD0D89D")
    assert sample.broken() == []


@pytest.mark.parametrize("side", ["held", "submitted"])
def test_an_entry_that_awaits_its_document_is_not_compared(side: str, sample: Sample) -> None:
    if side == "held":
        sample.hold_unique_id(LETTER, hash=v.EMPTY_SHA1, size=0)
    else:
        sample.hold_unique_id(LETTER)
        sample.slot("letter", "hash", v.EMPTY_SHA1)
        sample.slot("letter", "size", "0")
    assert sample.broken() == []


@pytest.mark.parametrize(
    ("id_", "unique_id", "code"),
    [
        ("DocumentEntry letter", LETTER, "XDSRegistryMetadataError"),  # the other code is not for DocumentEntries
        ("Folder folder", "2.999.31.100.4", "XDSDuplicateUniqueIdInRegistry"),
    ],
)
def test_the_unique_id_of_a_held_submission_set_is_nobody_elses(
    id_: str, unique_id: str, code: str, sample: Sample
) -> None:
    sample.hold_unique_id(unique_id, kind=HeldKind.SUBMISSION_SET)
    (finding,) = sample.findings()
    error = finding.error()
    assert error.code == code
    assert error.context.startswith(
        f"{unique_id} is the uniqueId of {id_} and already that of a registered SubmissionSet"
    )


def test_an_unknown_patient_is_reported_once_and_named_first(sample: Sample) -> None:
    sample.know(PATIENT, Standing.UNKNOWN)
    (finding,) = sample.findings()
    assert finding.error().context.startswith(PATIENT)
    assert finding.error("fr").context.startswith(f"{PATIENT} n'est pas connu de ce registre")


def test_a_subsumed_patient_is_answered_with_the_survivor(sample: Sample) -> None:
    sample.know(PATIENT, Standing.SUBSUMED, survivor=OTHER)
    sample.hold(OLD, patient_id=OTHER)
    (finding,) = sample.findings()
    assert f"was merged into {OTHER}" in finding.message()


def test_a_document_of_a_patient_since_merged_can_be_replaced(sample: Sample) -> None:
    sample.patient(OTHER)
    sample.know(OTHER, Standing.KNOWN)
    sample.hold(OLD, patient_id=OTHER)  # the registry tells the survivor of what it holds
    assert sample.broken() == []


def test_a_document_of_another_patient_may_be_included_by_reference(sample: Sample) -> None:
    sample.drop("replace")
    sample.hold(OLD, patient_id=OTHER)
    assert sample.broken() == []


def test_a_deprecated_document_is_not_included_by_reference(sample: Sample) -> None:
    sample.drop("replace")
    sample.hold(OLD, approved=False)
    (finding,) = sample.findings()
    assert (finding.rule.id, finding.code, finding.at) == (
        "registry.target.deprecated",
        "XDSRegistryDeprecatedDocumentError",
        "/RegistryObjectList/Association[@id='set-old']/@targetObject",
    )


@pytest.mark.parametrize("changes", [{"approved": False}, {"patient_id": PATIENT}])
def test_a_replacement_passes_folders_that_it_does_not_enter_or_may_enter(
    changes: dict[str, Any], sample: Sample
) -> None:
    _old_folder_of(sample, **changes)
    assert sample.broken() == []


def test_a_registered_document_deprecated_since_does_not_enter_a_folder(sample: Sample) -> None:
    sample.drop("replace", "set-old")
    sample.hold(OLD, approved=False)
    sample.link("old-into", v.HAS_MEMBER, "folder", OLD)
    sample.link("set-old-into", v.HAS_MEMBER, "set", "old-into")
    (finding,) = sample.findings()
    assert (finding.rule.id, finding.at) == (
        "registry.target.deprecated",
        "/RegistryObjectList/Association[@id='old-into']/@targetObject",
    )


def test_references_are_compared_without_regard_to_case(sample: Sample) -> None:
    sample.attr("replace", target=OLD.replace("0c1d5a3e", "0C1D5A3E"))
    assert sample.broken() == []


def test_an_on_demand_document_has_snapshots(sample: Sample) -> None:
    _snapshot(sample)
    sample.hold(OLD, kind=HeldKind.ON_DEMAND_ENTRY)
    assert sample.broken() == []
