"""What was found in one file, cut to the level that was asked for."""

from dataclasses import dataclass, replace

from conformance.judging import Judged, Remark
from conformance.judging.place import line_in
from conformance.model import MUST, SHOULD, Level


@dataclass(frozen=True, slots=True)
class Report:
    """One file, judged."""

    file: str
    """As it was named."""
    judged: Judged
    hidden: int = 0
    """Remarks that are below the level asked for."""

    @classmethod
    def of(cls, file: str, judged: Judged, level: Level) -> "Report":
        """`level` MUST leaves the SHOULDs out."""
        kept = tuple(each for each in judged.remarks if level is SHOULD or each.level is MUST)
        return cls(file, replace(judged, remarks=kept), len(judged.remarks) - len(kept))

    @property
    def remarks(self) -> tuple[Remark, ...]:
        return self.judged.remarks

    @property
    def nothing(self) -> bool:
        """Nothing was recognised, or nothing was checked of it."""
        return not self.judged.kind or not self.judged.checked

    def count(self, level: Level) -> int:
        return sum(1 for each in self.remarks if each.level is level)


def line_of(remark: Remark) -> int:
    """Of the file; 1 where a remark knows none, so that programs have one to show."""
    return line_in(remark.where) or 1
