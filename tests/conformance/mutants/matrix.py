"""Every case of a profile against every mutant: which case notices what.

`python -m tests.conformance.mutants.matrix [FILE]` runs it (some twenty minutes on two cores), writes
docs/conformance-mutants.md, and with FILE keeps what every case came to. It ends with 1 when a mutant survives.
"""

import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Final

from conformance.model import Case, Verdict
from conformance.runner.patience import Patience
from conformance.trial import Session, judge
from tests.conformance.mutants.every import MUTANTS, SERVERS, Mutant
from tests.conformance.mutants.judging import cases_of, target_of
from tests.conformance.mutants.nursery import Nursery

PROCESSES: Final = 2
_TIMEOUT: Final = 2.0

Came = Mapping[str, str]
"""Case id → the verdict it came to, as text."""


def judged(name: str | None, kind: str) -> Came:
    """What every case of its profile comes to against a mutant, or against the healthy server."""
    with Nursery() as nursery:
        return _judged(nursery, name, kind)


def _judged(nursery: Nursery, name: str | None, kind: str) -> Came:
    server = nursery.start(name, server=kind)
    patience, came = Patience(), dict[str, str]()
    try:
        session = Session(target_of(server, timeout=_TIMEOUT))
        for case in cases_of(kind):
            if patience.lost:
                break
            outcome = judge(case, session)
            patience.saw(outcome)
            came[case.id] = outcome.verdict.value
    finally:
        server.stop()
    return came


def _several(names: Sequence[str]) -> dict[str, Came]:
    with Nursery() as nursery:
        return {name: _judged(nursery, name, MUTANTS[name].server) for name in names}


def run(mutants: Iterable[Mutant] = MUTANTS.values()) -> tuple[dict[str, Came], dict[str, Came]]:
    """By mutant, and by kind of healthy server: what each case came to."""
    healthy = {kind: judged(None, kind) for kind in SERVERS}
    names = [mutant.name for mutant in mutants]
    found: dict[str, Came] = {}
    started = time.monotonic()
    with ProcessPoolExecutor(PROCESSES) as pool:
        for done in as_completed([pool.submit(_several, names[at : at + 8]) for at in range(0, len(names), 8)]):
            found |= done.result()
            print(f"{len(found)} of {len(names)} mutants, {time.monotonic() - started:.0f} s", file=sys.stderr)  # noqa: T201
    return {name: found[name] for name in names}, healthy


def killers(came: Came, healthy: Came) -> list[str]:
    """The cases that notice: they fail against the mutant, and not against the healthy server."""
    fine = {Verdict.PASS.value, Verdict.WARN.value}
    return [case for case, verdict in came.items() if verdict == Verdict.FAIL.value and healthy.get(case) in fine]


def unproven(found: Mapping[str, Came], healthy: Mapping[str, Came]) -> list[Case]:
    """The cases that notice nothing in any mutant."""
    noticing = {case for name, came in found.items() for case in killers(came, healthy[MUTANTS[name].server])}
    every = {case.id: case for kind in SERVERS for case in cases_of(kind)}
    return [case for case in every.values() if case.id not in noticing]


def main() -> None:
    from tests.conformance.mutants.page import PAGE, page

    found, healthy = run()
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps({"found": found, "healthy": healthy}, indent=1), encoding="utf-8")
    caught = {name: killers(came, healthy[MUTANTS[name].server]) for name, came in found.items()}
    PAGE.write_text(page(caught, [case.id for case in unproven(found, healthy)]), encoding="utf-8")
    survivors = [name for name, cases in caught.items() if not cases]
    print(f"{len(caught)} mutants, {len(survivors)} survived: {', '.join(survivors) or 'none'}")  # noqa: T201
    sys.exit(1 if survivors else 0)


if __name__ == "__main__":
    main()
