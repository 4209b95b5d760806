"""Which cases notice nothing: the cases that no mutant names, against the mutants of their concern.

`make mutants` runs it and writes docs/conformance-mutants.md; `python -m tests.conformance.mutants.matrix --all` tries
them against every mutant of their profile, whatever its concern, and takes as many times longer as there are concerns.
"""

import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Final

from conformance import book
from conformance.model import Case, Verdict
from conformance.runner.patience import Patience
from conformance.trial import Session, judge
from tests.conformance.mutants.every import MUTANTS, SERVERS, Mutant
from tests.conformance.mutants.judging import cases_of, notices, target_of
from tests.conformance.mutants.nursery import Nursery, Server

PROCESSES: Final = 2
_TIMEOUT: Final = 2.0
_SAMPLE: Final = 30
"""Cases that show whether a mutant breaks everything."""
_BLANKET: Final = 1 / 3
"""A mutant that more than this part of the sample notices proves nothing of any case."""

RELATED: Final = {
    "wire": ("soap", "iti-41/4.1.2", "iti-41/4.2.2", "iti-43"),
    "registry": ("iti-42", "metadata", "iti-41", "iti-18/4.1.2.6", "iti-18/4.1.3"),
    "values": ("metadata",),
    "queries": ("iti-18",),
    "parameters": ("iti-18",),
    "repository": ("iti-41", "iti-43", "metadata/4.2.3.2.10", "metadata/4.2.3.2.24"),
    "feed": ("iti-8", "iti-44", "iti-42/4.1.3.3.2", "iti-18/merge"),
    "tokens": ("vihf", "dmp/td2.1", "dmp/td3.1", "dmp/td3.2", "dmp/tls", "tls"),
    "france": ("dmp", "ins"),
    "behind": ("dmp/td2.1", "dmp/td3.1", "dmp/td3.2"),
    "signature": ("dsg", "dmp/td2.1", "dmp/metadata"),
    "assertions": ("xua", "tls", "iti-42/4.1.3.3.3", "iti-42/4.1.3.3.4"),
}
"""Concern of a mutant → beginnings of the ids of the cases that could notice it."""


def related(mutant: Mutant, cases: Iterable[Case], *, every: bool) -> list[Case]:
    """Those of `cases` that could notice the mutant; `every`: all of them."""
    if mutant.concern == "rules":
        return [case for case in cases if mutant.name.removeprefix("without-") in case.covers]
    if every:
        return list(cases)
    return [case for case in cases if any(book.matches(case.id, each) for each in RELATED[mutant.concern])]


def _noticing(server: Server, cases: Iterable[Case]) -> list[str]:
    session, patience, found = Session(target_of(server, timeout=_TIMEOUT)), Patience(), list[str]()
    for case in cases:
        if patience.lost:
            break
        outcome = judge(case, session)
        patience.saw(outcome)
        if notices(outcome):
            found.append(case.id)
    return found


def _passing(nursery: Nursery, kind: str, cases: Sequence[Case]) -> list[Case]:
    """Those that pass against the healthy server: the others have nothing to notice there."""
    server = nursery.start(server=kind)
    session = Session(target_of(server))
    passed = [case for case in cases if judge(case, session).verdict is Verdict.PASS]
    server.stop()
    return passed


def prove(kind: str, concern: str, ids: Sequence[str], every: bool) -> tuple[set[str], set[str]]:
    """Of these cases, those that pass against a healthy server, and those that notice a mutant of the concern."""
    mutants = [m for m in MUTANTS.values() if m.server == kind and m.concern == concern]
    left = [case for case in cases_of(kind) if case.id in ids]
    left = [case for case in left if any(related(m, [case], every=every) for m in mutants)]
    proven: set[str] = set()
    with Nursery() as nursery:
        left = _passing(nursery, kind, left)
        passed = {case.id for case in left}
        known = cases_of(kind)
        spread = known[:: max(1, len(known) // _SAMPLE)]
        sample = _passing(nursery, kind, spread) if concern != "rules" else []
        for mutant in mutants:
            wanted = related(mutant, left, every=every)
            if not wanted:
                continue
            server = nursery.start(mutant.name)
            if not sample or len(_noticing(server, sample)) <= _BLANKET * len(sample):
                proven |= set(_noticing(server, wanted))
                left = [case for case in left if case.id not in proven]
            server.stop()
    return passed, proven


def unproven(*, every: bool = False) -> list[str]:
    """Ids of the cases that notice nothing in any mutant."""
    known = {case for mutant in MUTANTS.values() for case in mutant.caught_by}
    ids = [case.id for case in book.load() if case.id not in known]
    passed, proven, started = set[str](), set[str](), time.monotonic()
    tasks = dict.fromkeys((m.server, m.concern) for m in MUTANTS.values() if m.concern != "hostile")
    with ProcessPoolExecutor(PROCESSES) as pool:
        running = {pool.submit(prove, kind, concern, ids, every): (kind, concern) for kind, concern in tasks}
        for done in as_completed(running):
            some_passed, some_proven = done.result()
            passed |= some_passed
            proven |= some_proven
            what = f"{' '.join(running[done])}: {len(some_proven)} of {len(some_passed)} proven"
            print(f"{what}, {time.monotonic() - started:.0f} s", file=sys.stderr)  # noqa: T201
    return [case_id for case_id in ids if case_id not in proven]


def main() -> None:
    from tests.conformance.mutants.page import PAGE, page

    left = unproven(every="--all" in sys.argv)
    PAGE.write_text(page(left), encoding="utf-8")
    print(f"{len(MUTANTS)} mutants of {len(SERVERS)} servers; {len(left)} cases are unproven")  # noqa: T201


if __name__ == "__main__":
    main()
