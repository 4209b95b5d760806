"""What a registry decides for itself when it answers queries."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class QueryPolicy:
    """The choices ITI-18 leaves open."""

    max_leaf_objects: int = 5_000
    """Objects in a LeafClass answer; beyond it XDSTooManyResults. An object takes about 8 KB."""
    max_references: int = 50_000
    """ObjectRefs in an answer; beyond it XDSTooManyResults."""
    unknown_patient: Literal["empty", "error"] = "empty"
    """How a FindXxx for a patient id that is not known is answered: nothing found, or XDSUnknownPatientId."""
    language: str = "en"
    """Of the error messages: `en` or `fr`."""
