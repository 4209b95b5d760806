"""Starts a broken server: `python tests/conformance/mutants/serve.py NAME [options of carnet serve]`.

Without a name it lists the mutants. The options that the mutant's server needs (`--profile dmp --sandbox`, …) come by
themselves, before those given.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

if __name__ == "__main__":
    # this directory has modules that are named like rooms
    sys.path[0] = str(ROOT)

from tests.conformance.mutants.every import MUTANTS, SERVERS, Mutant  # noqa: E402


def begin(mutant: Mutant | None, options: list[str]) -> None:
    """`carnet serve` with the patch of `mutant`, or healthy with None; ends by `SystemExit`."""
    from carnet.cli import main

    if mutant is not None:
        mutant.patch()
    main(["serve", *options], prog_name="carnet")


def options_of(server: str) -> list[str]:
    """What stands behind `carnet serve` in the table of servers."""
    return SERVERS[server].split()[2:]


def listing() -> str:
    """One line for each mutant, by concern."""
    lines: list[str] = []
    width = max(map(len, MUTANTS))
    for concern in dict.fromkeys(each.concern for each in MUTANTS.values()):
        lines += ["", f"{concern}:"]
        lines += [f"  {m.name:{width}}  {m.server}  {m.about}" for m in MUTANTS.values() if m.concern == concern]
    return "\n".join(lines[1:])


def run(arguments: list[str]) -> None:
    if not arguments:
        print(listing())  # noqa: T201
        return
    name, *given = arguments
    if name not in MUTANTS:
        sys.exit(f"there is no mutant {name}; without a name they are listed")
    begin(MUTANTS[name], [*options_of(MUTANTS[name].server), *given])


if __name__ == "__main__":
    run(sys.argv[1:])
