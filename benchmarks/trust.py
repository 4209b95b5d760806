"""`python -m benchmarks.trust`: submissions verified per second, with all that `--profile dmp` asks of one.

The gate admits the message with its VIHF, then the lot is examined and its signature verified, as the repository calls
them; the documents are in the store and hashed by then. Tokens that were seen are remembered in a file, as a server
does. A fresh VIHF is another one each time; a repeated one comes again with another lot and another wsa:MessageID. The
floor is `benchmarks.trustfloor`. CPU time of one process; slices of both take turns.
"""

import argparse
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.cases import Result, percentiles
from benchmarks.lots import Lot, Parties, message
from benchmarks.trustfloor import Bare
from dmp.lot import LotVerifier
from dmp.vihf import VihfGate, VihfOptions
from security.dsg import DMP_LEGACY, STRICT, SetPolicy
from security.gate import Credentials
from security.saml import ReplayFile
from soap.envelope import parse
from soap.message import Limits

_LIMITS: Final = Limits()
BATCH: Final = 40
"""Messages made ahead of each slice of the clock: an eighth of a second of RSA signatures when they are fresh."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    policy: SetPolicy
    documents: int
    repeated: bool

    @property
    def name(self) -> str:
        policy = self.policy.name.removeprefix("dmp-")
        return f"dmp-{policy}-{self.documents}-{'repeated' if self.repeated else 'fresh'}"

    @property
    def target(self) -> str:
        return "ratio ≥ 0.4" if self.repeated else "ratio ≥ 0.2"


FIGURES: Final = {
    figure.name: figure
    for figure in itertools.starmap(Figure, itertools.product((STRICT, DMP_LEGACY), (1, 16), (False, True)))
}
Sent = tuple[bytes, Lot]
"""A message, and the lot that is in it."""


class Verifying:
    """What a server of the profile holds, and the floor beside it."""

    def __init__(self, parties: Parties, figure: Figure, replays: Path) -> None:
        self._parties, self._repeated = parties, figure.repeated
        self._lots = parties.lots(figure.policy, figure.documents)
        self._kept = parties.token(next(self._lots))
        self._gate = VihfGate(parties.trust, VihfOptions(), ReplayFile(replays))
        self._lot = LotVerifier(lambda: parties.trust.current)
        self._peer = parties.peer
        self._bare = Bare.of(parties.doctor.signature.certificate, figure.policy)

    def sent(self) -> list[Sent]:
        lots = itertools.islice(self._lots, BATCH)
        return [(message(self._kept if self._repeated else self._parties.token(lot), lot), lot) for lot in lots]

    def verify(self, sent: Sent) -> None:
        raw, lot = sent
        found = parse(raw, _LIMITS)
        caller = self._gate.admit(Credentials(found.header, found.body, raw, "127.0.0.1", self._peer))
        examined = self._lot.examine(lot.submission, caller)
        assert not examined.errors, examined
        verdict = self._lot.verify(lot.submission, lot.received, caller)
        assert verdict.evidence is not None, verdict

    def floor(self, sent: Sent) -> None:
        raw, lot = sent
        self._bare.message(raw)
        self._bare.set(lot.signature)
        self._bare.documents(lot.documents)


def measure(work: Path, names: list[str], seconds: float, rounds: int) -> Iterator[Result]:
    """The figures of these names; `seconds` of CPU for each, floor and verification in turns, in `rounds` rounds."""
    work.mkdir(parents=True, exist_ok=True)
    parties = Parties.make(work)
    for name in names:
        verifying = Verifying(parties, FIGURES[name], work / f"{name}.sqlite")
        yield _measured(name, verifying, seconds, rounds)


def _measured(name: str, verifying: Verifying, seconds: float, rounds: int) -> Result:
    for warming in verifying.sent():
        verifying.floor(warming)
        verifying.verify(warming)
    rates, floors, latencies = [], [], []
    for _ in range(rounds):
        verified: list[float] = []
        bare: list[float] = []
        while sum(verified) < seconds / rounds:
            batch = verifying.sent()
            bare += _times(verifying.floor, batch)
            verified += _times(verifying.verify, batch)
        rates.append(len(verified) / sum(verified))
        floors.append(len(bare) / sum(bare))
        latencies += verified
    return Result(name, statistics.median(rates), "1/s", statistics.median(floors), *percentiles(latencies))


def _times(call: Callable[[Sent], None], batch: list[Sent]) -> list[float]:
    """Seconds of CPU of each call."""
    taken, last = [], time.process_time()
    for sent in batch:
        call(sent)
        now = time.process_time()
        taken.append(now - last)
        last = now
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.trust", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter rounds")
    parser.add_argument("--only", action="append", choices=tuple(FIGURES), help="only this figure; repeatable")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="carnet-bench-") as work:
        seconds, rounds = (0.5, 5) if options.quick else (3.0, 15)
        for result in measure(Path(work), options.only or list(FIGURES), seconds, rounds):
            print(
                f"{result.name:24} {result.throughput:8,.0f} {result.unit}  floor {result.floor:8,.0f}"
                f"  ratio {result.ratio:.2f}  p50 {result.p50_ms:.3f} ms  p95 {result.p95_ms:.3f} ms",
                file=sys.stderr,
            )


if __name__ == "__main__":
    main()
