"""Starts a broken server: `python tests/conformance/mutants/serve.py NAME [options of carnet serve]`.

Without a name it lists the mutants. The options that the mutant's server needs (`--profile dmp --sandbox`, …) come by
themselves, before those given.
"""

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

if __name__ == "__main__":
    # this directory has modules that are named like rooms
    sys.path[0] = str(ROOT)

from tests.conformance.mutants.every import MUTANTS, SERVERS, Mutant  # noqa: E402


def begin(mutant: Mutant | None, kind: str, data: Path, options: list[str]) -> None:
    """`carnet serve` with the patch of `mutant`, or healthy with None; ends by `SystemExit`."""
    from carnet.cli import main

    server = SERVERS[kind]
    os.environ.update(server.settings)
    if mutant is not None:
        mutant.patch()
    main(["serve", *server.command(data), "--data", str(data), *options], prog_name="carnet")


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
    asked = argparse.ArgumentParser(allow_abbrev=False, add_help=False)
    asked.add_argument("--data", type=Path, default=Path("carnet-data"))
    known, rest = asked.parse_known_args(given)
    kind = MUTANTS[name].server
    SERVERS[kind].ready(known.data)
    begin(MUTANTS[name], kind, known.data, rest)


if __name__ == "__main__":
    run(sys.argv[1:])
