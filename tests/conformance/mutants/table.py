"""The table of mutants: the server broken in one named way each, and the cases that must notice.

    @mutant("ihe", breaks="ITI TF-2 3.42.4.1.3.3", caught_by=("iti-42/4.1.3.3/4",))
    def replaced_entry_stays_approved() -> None:
        \"\"\"RPLC leaves the entry that it replaces Approved.\"\"\"
        replace(store, "deprecate", lambda _connection, places: len(places))

The name of the mutant is that of the function, with hyphens. The function is called once, in the process of the server
and before it starts; it must change what a client sees, and must fail when what it changes is no longer there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tests.conformance.mutants.servers import SERVERS

Patch = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One broken server."""

    name: str
    """`replaced-entry-stays-approved`."""
    about: str
    """What it does wrong, in one sentence."""
    server: str
    """A key of `SERVERS`."""
    breaks: str
    """The section that forbids it."""
    caught_by: tuple[str, ...]
    """Ids of cases that come to FAIL against it."""
    concern: str
    """The module it stands in: `registry`."""
    patch: Patch


MUTANTS: Final[dict[str, Mutant]] = {}
"""By name, in the order written."""

LEGAL: Final[dict[str, Mutant]] = {}
"""No mutants, but servers that may be as they are: `breaks` allows it, and the cases `caught_by` may not fail."""


def mutant(
    server: str, *, breaks: str, caught_by: Sequence[str] = (), name: str = "", about: str = ""
) -> Callable[[Patch], Patch]:
    """Enters the decorated patch into the table; `name` and `about` for a row of a table, else the function says them.

    Raises ValueError for a name that is taken, a server there is not, or a patch without its sentence.
    """

    def enter(patch: Patch) -> Patch:
        _enter(MUTANTS, server, breaks, caught_by, name, about, patch)
        return patch

    return enter


def legal(server: str, *, allowed_by: str, tried_by: Sequence[str]) -> Callable[[Patch], Patch]:
    """Enters the decorated patch into the table of servers that no case may fail for. Raises ValueError as `mutant`."""

    def enter(patch: Patch) -> Patch:
        _enter(LEGAL, server, allowed_by, tried_by, "", "", patch)
        return patch

    return enter


def _enter(
    table: dict[str, Mutant], server: str, section: str, cases: Sequence[str], name: str, about: str, patch: Patch
) -> None:
    own = name or patch.__name__.replace("_", "-")
    sentence = about or " ".join((patch.__doc__ or "").split())
    if own in MUTANTS or own in LEGAL:
        raise ValueError(f"there are two mutants {own}")
    if server not in SERVERS or not sentence.endswith(".") or not section:
        raise ValueError(f"mutant {own}: a server of {', '.join(SERVERS)}, a section, and a sentence")
    concern = getattr(patch, "func", patch).__module__.rpartition(".")[2]
    table[own] = Mutant(own, sentence, server, section, tuple(cases), concern, patch)
