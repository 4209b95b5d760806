"""What a registry already holds, as far as one submission can ask: the input of the rules that need it.

The registry reads it in a few statements inside its transaction; the rules that use it stay pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class HeldKind(Enum):
    STABLE_ENTRY = "stable DocumentEntry"
    ON_DEMAND_ENTRY = "on-demand DocumentEntry"
    SUBMISSION_SET = "SubmissionSet"
    FOLDER = "Folder"
    ASSOCIATION = "Association"

    @property
    def is_entry(self) -> bool:
        return self in (HeldKind.STABLE_ENTRY, HeldKind.ON_DEMAND_ENTRY)


class Standing(Enum):
    """What the patient identity feed says of a patient id."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    SUBSUMED = "subsumed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Held:
    """One object of the registry."""

    entry_uuid: str
    kind: HeldKind
    approved: bool
    patient_id: str
    """Canonical CX of the surviving patient (merges applied)."""
    unique_id: str | None = None
    hash: str | None = None
    size: int | None = None
    association_type: str | None = None
    source: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the registry holds that one submission names."""

    objects: Mapping[str, Held] = field(default_factory=dict)
    """By entryUUID (`urn:uuid:`, lower case): each UUID of the submission, its own ids and references, that is held."""
    unique_ids: Mapping[str, tuple[Held, ...]] = field(default_factory=dict)
    """By uniqueId: each uniqueId of the submission that is held."""
    patients: Mapping[str, Standing] = field(default_factory=dict)
    """By canonical CX, for each patientId of the submission."""
    survivors: Mapping[str, str] = field(default_factory=dict)
    """Canonical CX → canonical CX of the survivor, only where they differ."""
    folders_of: Mapping[str, tuple[Held, ...]] = field(default_factory=dict)
    """By entryUUID of an entry to be replaced: the Folders that hold it."""
    transformed_from: frozenset[str] = frozenset()
    """entryUUIDs of held entries that are themselves the source of an XFRM."""

    def survivor(self, patient_id: str) -> str:
        return self.survivors.get(patient_id, patient_id)
