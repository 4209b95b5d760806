"""`python -m benchmarks.refusals`: how long each attack of the corpora holds a worker up, ms of CPU, the longest first.

Signatures and certificates against `security.xmlsignature` and `security.dsg`, whole messages against the gate of the
DMP; each before a trust store or a gate that remembers nobody. Needs the tests of a checkout.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from dmp.authority import Authority
from dmp.authority_files import write
from dmp.vihf import VihfGate, VihfOptions
from dmp.vihf.bad import BAD
from dmp.vihf.forging import Forge
from dmp.vihf.make import Wish
from security.certificates import CertificateRefused, TrustStore, Usage
from security.dsg import DMP_LEGACY, STRICT, verify_set
from security.gate import Credentials, Refused
from security.saml import FixedTrust, InProcessReplays, wsse_security
from security.saml.locating import MESSAGE
from security.saml.making import envelope
from security.xmlsignature import SignatureRefused
from soap.envelope import parse
from soap.faults import Fault
from soap.message import Limits

_PATIENT = "207058575627097^^^&1.2.250.1.213.1.4.10&ISO^NH"
_LIMITS = Limits(root=MESSAGE.size, elements=MESSAGE.elements)
_REFUSALS = (SignatureRefused, CertificateRefused, Refused, Fault)


def signatures(authority: Authority, pki: Path) -> Iterator[tuple[str, float]]:
    """Each case that a signature or a certificate refuses."""
    from tests.security.corpus import assertions, sets
    from tests.security.corpus.bench import Bench, Layer
    from tests.security.corpus.entry import admit

    for usage in (Usage.AUTH, Usage.SIGN):
        bench = Bench(authority, usage)
        for case in assertions.cases(bench):
            if case.layer in (Layer.SIGNATURE, Layer.CERTIFICATE):
                refuse = partial(admit, case.build(bench), TrustStore.load(pki), usage, authority.at)
                yield f"{usage.name} {case.name}", _refusal(refuse)
    for policy in (STRICT, DMP_LEGACY):
        of_sets = sets.SetBench(authority, policy)
        for attack in sets.cases(of_sets):
            if attack.reason is not None:
                trust = TrustStore.load(pki)
                refuse = partial(verify_set, attack.build(of_sets), attack.expected, trust, at=authority.at)
                yield f"{policy.name} {attack.name}", _refusal(refuse)


def tokens(authority: Authority, pki: Path) -> Iterator[tuple[str, float]]:
    """Each message at the gate of the DMP, the median of five; a few are benign and count as nothing."""
    from tests.dmp.vihf_bench import template
    from tests.security.corpus.assertions import cases
    from tests.security.corpus.bench import Bench

    identity = authority.identities["doctor"]
    peer = identity.authentication.certificate.public_bytes(Encoding.DER)
    trust = FixedTrust(TrustStore.load(pki))
    forge = Forge(Wish(identity, _PATIENT, datetime.now(UTC)), lambda flaw: authority.bad[f"doctor-{flaw}"])
    raws = [(name, envelope(wsse_security(each.build(forge)), b"<x/>", action="urn:x")) for name, each in BAD.items()]
    corpus = Bench(authority, Usage.SIGN, template(identity))
    raws += [(case.name, case.build(corpus)) for case in cases(corpus)]
    for name, raw in raws:
        yield f"VIHF {name}", statistics.median(_milliseconds(partial(_admit, trust, peer, raw)) for _ in range(5))


def _admit(trust: FixedTrust, peer: bytes, raw: bytes) -> None:
    found = parse(raw, _LIMITS)
    gate = VihfGate(trust, VihfOptions(), InProcessReplays())
    gate.admit(Credentials(found.header, found.body, raw, "127.0.0.1", peer))


def _refusal(verify: Callable[[], object]) -> float:
    taken = _milliseconds(verify)
    assert taken, "an attack passed"
    return taken


def _milliseconds(verify: Callable[[], object]) -> float:
    begun = time.process_time()
    try:
        verify()
    except _REFUSALS:
        return 1000 * (time.process_time() - begun)
    return 0.0


def main() -> None:
    authority = Authority.make(datetime.now(UTC))
    with tempfile.TemporaryDirectory(prefix="carnet-bench-") as work:
        pki = Path(work)
        write(authority, pki)
        found = [*signatures(authority, pki), *tokens(authority, pki)]
    refused = sorted(((taken, name) for name, taken in found if taken), reverse=True)
    for taken, name in refused[:20]:
        print(f"{taken:8.2f} ms  {name}")
    print(f"{len(refused)} refusals; the longest takes {refused[0][0]:.1f} ms")


if __name__ == "__main__":
    main()
