"""`python -m benchmarks.tokens`: tokens per second at the gate of the DMP, beside the work that nobody can leave out.

The floor parses the message, canonicalises the assertion and SignedInfo, digests, and verifies one RSA value, in a bare
loop. A fresh token is another one each time; a repeated one comes again with another wsa:MessageID, as from a client
that keeps its token for a while. Times are CPU times. `--corpus` tells how long each attack of the tests holds the gate
up.
"""

import argparse
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from benchmarks.cases import Result, percentiles
from dmp.authority import Authority
from dmp.authority_files import write
from dmp.vihf import VihfGate, VihfOptions
from dmp.vihf.bad import BAD
from dmp.vihf.forging import Forge
from dmp.vihf.make import Wish, token
from security.certificates import TrustStore
from security.gate import Credentials, Gate, Refused
from security.saml import FixedTrust, InProcessReplays, ReplayFile, ReplayStore, wsse_security
from security.saml.locating import MESSAGE
from security.saml.making import envelope
from security.xmlsignature import names as n
from security.xmlsignature.algorithms import decode
from soap.envelope import parse
from soap.faults import Fault
from soap.message import Limits

PATIENT = "207058575627097^^^&1.2.250.1.213.1.4.10&ISO^NH"
LIMITS = Limits(root=MESSAGE.size, elements=MESSAGE.elements)
BATCH = 200
"""Messages made ahead of each slice of the clock."""


@dataclass(frozen=True)
class Bench:
    """A structure that seals, its connection, and whom the gate trusts."""

    authority: Authority
    trust: FixedTrust
    work: Path

    @classmethod
    def make(cls, work: Path) -> "Bench":
        authority = Authority.make(datetime.now(UTC))
        write(authority, work / "pki")
        return cls(authority, FixedTrust(TrustStore.load(work / "pki")), work)

    @property
    def peer(self) -> bytes:
        return self.authority.identities["hospital"].authentication.certificate.public_bytes(Encoding.DER)

    def token(self) -> bytes:
        return token(Wish(self.authority.identities["hospital"], PATIENT, datetime.now(UTC)))

    def gate(self, replays: ReplayStore) -> VihfGate:
        return VihfGate(self.trust, VihfOptions(), replays)

    def floor(self, raw: bytes) -> None:
        """Parse, two canonicalisations, a digest, a raw verification."""
        key = self.authority.identities["hospital"].signature.certificate.public_key()
        assert isinstance(key, RSAPublicKey)
        assertion = parse(raw, LIMITS).header.find(f".//{n.SAML_ASSERTION}")  # type: ignore[union-attr]
        assert assertion is not None
        signature = assertion[1]
        signed_info = etree.tostring(signature[0], method="c14n", exclusive=True, with_comments=False)
        value = decode(signature[1].text, "")
        assertion.remove(signature)
        octets = etree.tostring(assertion, method="c14n", exclusive=True, with_comments=False)
        assert sha256(octets).digest() == decode(signature[0][2][2].text, "")
        key.verify(value, signed_info, padding.PKCS1v15(), hashes.SHA256())

    def admit(self, gate: Gate, raw: bytes) -> None:
        found = parse(raw, LIMITS)
        gate.admit(Credentials(found.header, found.body, raw, "127.0.0.1", self.peer))


def message(made: bytes) -> bytes:
    return envelope(wsse_security(made), b"<x/>", action="urn:x")


def measure(bench: Bench, seconds: float, rounds: int) -> Iterator[Result]:
    """Fresh and repeated tokens, with each store of what was seen; floor and gate take turns."""
    kept = bench.token()
    stores: dict[str, Callable[[], ReplayStore]] = {
        "": lambda: InProcessReplays(10_000_000),
        "-file": lambda: ReplayFile(bench.work / "replays.sqlite"),
    }
    for suffix, store in stores.items():
        yield _case(bench, f"vihf-fresh{suffix}", store(), lambda: message(bench.token()), seconds, rounds)
        yield _case(bench, f"vihf-repeated{suffix}", store(), lambda: message(kept), seconds, rounds)


def _case(
    bench: Bench, name: str, store: ReplayStore, make: Callable[[], bytes], seconds: float, rounds: int
) -> Result:
    gate = bench.gate(store)
    floors, rates, latencies = [], [], []
    for _ in range(rounds):
        floors.append(_rate(bench.floor, [make() for _ in range(BATCH)], seconds, [], again=True))
        taken: list[float] = []
        while sum(taken) < seconds:
            _rate(lambda raw: bench.admit(gate, raw), [make() for _ in range(BATCH)], 0, taken, again=False)
        rates.append(len(taken) / sum(taken))
        latencies += taken
    return Result(name, statistics.median(rates), "1/s", statistics.median(floors), *percentiles(latencies))


def _rate(
    call: Callable[[bytes], None], raws: list[bytes], seconds: float, taken: list[float], *, again: bool
) -> float:
    """Calls per second: over all of `raws` once, or around them until the time is over."""
    begun, count = time.process_time(), 0
    for raw in itertools.cycle(raws) if again else raws:
        before = time.process_time()
        call(raw)
        taken.append(time.process_time() - before)
        count += 1
        if again and before - begun > seconds:
            break
    return count / (time.process_time() - begun)


def attacks(bench: Bench) -> list[tuple[float, str]]:
    """How long each attack of the corpus holds the gate up, ms, the longest first."""
    identity = bench.authority.identities["doctor"]
    forge = Forge(Wish(identity, PATIENT, datetime.now(UTC)), lambda flaw: bench.authority.bad[f"doctor-{flaw}"])
    raws = [(each.name, message(each.build(forge))) for each in BAD.values()]
    raws += _corpus(bench)
    peer = identity.authentication.certificate.public_bytes(Encoding.DER)
    return sorted(((_held_up(bench, raw, peer), name) for name, raw in raws), reverse=True)


def _corpus(bench: Bench) -> list[tuple[str, bytes]]:
    """The messages of the tests, which are there in a checkout only."""
    from security.certificates import Usage
    from tests.dmp.vihf_bench import template
    from tests.security.corpus.assertions import cases
    from tests.security.corpus.bench import Bench as Corpus

    corpus = Corpus(bench.authority, Usage.SIGN, template(bench.authority.identities["doctor"]))
    return [(case.name, case.build(corpus)) for case in cases(corpus)]


def _held_up(bench: Bench, raw: bytes, peer: bytes) -> float:
    """The median of five, each at a gate that remembers nothing."""
    taken = []
    for _ in range(5):
        gate = bench.gate(InProcessReplays())
        begun = time.process_time()
        try:
            found = parse(raw, LIMITS)
            gate.admit(Credentials(found.header, found.body, raw, "127.0.0.1", peer))
        except (Refused, Fault):
            pass
        taken.append(1000 * (time.process_time() - begun))
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.tokens", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter rounds")
    parser.add_argument("--corpus", action="store_true", help="how long each attack takes, instead")
    parser.add_argument("--out", type=Path, help="write the figures as JSON as well")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="carnet-bench-") as work:
        bench = Bench.make(Path(work))
        if options.corpus:
            found = attacks(bench)
            for taken, name in found:
                print(f"{taken:8.2f} ms  {name}")
            print(f"\n{len(found)} messages; the longest takes {found[0][0]:.1f} ms")
            return
        results = list(measure(bench, 0.5 if options.quick else 2.0, 3 if options.quick else 5))
    for result in results:
        print(
            f"{result.name:20} {result.throughput:8,.0f} {result.unit}  floor {result.floor:8,.0f}"
            f"  ratio {result.ratio:.2f}  p50 {result.p50_ms:.3f} ms  p95 {result.p95_ms:.3f} ms",
            file=sys.stderr,
        )
    if options.out:
        options.out.write_text(json.dumps([result.as_json() for result in results], indent=1) + "\n")


if __name__ == "__main__":
    main()
