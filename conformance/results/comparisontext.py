"""A comparison as a person reads it in a terminal."""

import re
from typing import Final

from rich.console import Console
from rich.text import Text

from conformance.results.compare import Change, Comparison, Difference

_STYLES: Final = {
    Change.BROKEN: ("bold red", "Broken"),
    Change.DISAPPEARED: ("yellow", "Disappeared"),
    Change.REASON: ("magenta", "Failing for another reason"),
    Change.FIXED: ("green", "Fixed"),
    Change.NEW: ("cyan", "New"),
}


_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """What a target sent, without the characters that steer a terminal."""
    return _CONTROLS.sub("�", text)


def show(comparison: Comparison, console: Console) -> None:
    """Prints the differences in groups, and one line that sums them up."""
    for remark in comparison.remarks:
        console.print(Text(printable(f"note: {remark}"), style="yellow"))
    for change, (style, heading) in _STYLES.items():
        differences = comparison.of(change)
        if not differences:
            continue
        console.print()
        console.print(Text(f"{heading} ({len(differences)})", style=style))
        for difference in differences:
            _show(difference, console)
    console.print()
    counts = [f"{len(comparison.of(change))} {change.value}" for change in _STYLES if comparison.of(change)]
    console.print(Text(", ".join([*counts, f"{comparison.same} the same"])))
    if comparison.of(Change.DISAPPEARED):
        console.print(Text("A case that disappeared says nothing of the target: find out why it did.", style="yellow"))


def _show(difference: Difference, console: Console) -> None:
    old = difference.old.value if difference.old else "–"
    new = difference.new.value if difference.new else "–"
    console.print(
        Text.assemble(
            "  ", (printable(difference.id), "bold"), f"  {old} → {new}  ", (printable(difference.title), "dim")
        )
    )
    if difference.change is Change.REASON and difference.old_reason:
        console.print(Text(printable(f"      was: {difference.old_reason}"), style="dim"))
    if difference.new_reason and difference.change is not Change.FIXED:
        console.print(Text(printable(f"      {difference.new_reason}")))
