"""What judging comes to."""

from dataclasses import dataclass

from conformance.judging.remark import Remark


@dataclass(frozen=True, slots=True)
class Judged:
    """A message, named and looked at."""

    kind: str
    """What it was taken for: `ITI-41 request`, `VIHF`, `CDA`, `signature`, `ebRIM`…; empty when nothing was."""
    remarks: tuple[Remark, ...]
    checked: tuple[str, ...]
    """The families of checks that really ran; none means that nothing was checked, which is never good news."""
