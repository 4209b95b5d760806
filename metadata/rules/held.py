"""What the rules on the state of the registry share: reading the ends of Associations, here or there."""

from typing import Final

from metadata import vocabulary as v
from metadata.errors import ErrorCode
from metadata.facts import Held, HeldKind
from metadata.model import Association
from metadata.rules.book import METADATA, Codes, Shape, in_each
from metadata.rules.case import Case

REGISTERING: Final = ("ITI-42", "ITI-61")
METADATA_HERE: Final[Codes] = {t: METADATA[t] for t in REGISTERING}
UNKNOWN_PATIENT: Final = in_each(ErrorCode.UNKNOWN_PATIENT_ID, *REGISTERING)
DUPLICATE: Final = in_each(ErrorCode.DUPLICATE_UNIQUE_ID_IN_REGISTRY, *REGISTERING)
OTHER_PATIENT: Final = in_each(ErrorCode.PATIENT_ID_DOES_NOT_MATCH, *REGISTERING)
UNRESOLVED: Final = in_each(ErrorCode.UNRESOLVED_REFERENCE, *REGISTERING)

SHAPES: Final = {
    HeldKind.STABLE_ENTRY: Shape.ENTRY,
    HeldKind.ON_DEMAND_ENTRY: Shape.ENTRY,
    HeldKind.SUBMISSION_SET: Shape.SUBMISSION_SET,
    HeldKind.FOLDER: Shape.FOLDER,
    HeldKind.ASSOCIATION: Shape.ASSOCIATION,
}
"""What a registered object is, in the words of a message."""


def kind(end: str, case: Case) -> Shape | None:
    """What an end of an Association is, here or in the registry."""
    shape = case.shape(end)
    if shape is not None:
        return shape
    held = case.facts.objects.get(end.lower())
    return None if held is None else SHAPES[held.kind]


def held_target(association: Association, case: Case) -> Held | None:
    """The registered object that a relationship points at."""
    if association.type not in v.RELATIONSHIPS or association.target in case.objects:
        return None
    return case.facts.objects.get(association.target.lower())


def short(association: Association) -> str:
    """The type without its URN: `RPLC`."""
    return association.type.rpartition(":")[2]
