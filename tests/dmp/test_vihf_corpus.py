"""The corpus of attacks on assertions against the gate of the DMP: each is refused for its reason."""

from pathlib import Path

import pytest

from dmp.authority import Authority
from dmp.vihf import VihfGate, VihfOptions
from security.certificates import TrustStore, Usage
from security.saml import FixedTrust, InProcessReplays
from tests.dmp.vihf_bench import template
from tests.security.corpus.assertions import cases
from tests.security.corpus.bench import GENUINE, Bench, Case, Layer
from tests.security.gates import Outcome, meet, meet_at_host

NAMES = [case.name for case in cases(Bench(None, Usage.SIGN))]  # type: ignore[arg-type]
OTHERS = {
    # Rightly signed, by the nurse in the doctor's name: the signature does not show it, the gate does.
    "ECDSA on P-256": "issuer",
    # A profile of its own says more of these than the shape of the signature.
    "structure: no signature": "subject",
    "structure: no assertion": "no-token",
    "structure: two signatures": "signature-place",
    "structure: the signature at the end": "signature-place",
    "content: expired": "expired",
    "content: not yet valid": "not-yet-valid",
    "content: a time without its zone": "time-format",
    "content: two Conditions": "structure",
    "content: an attribute twice": "attribute-repeated",
    "content: for another audience": "audience",
    "content: a condition that nobody knows": "unknown-condition",
    "content: SAML 1.1": "version",
    "content: issued tomorrow": "issued-later",
    "content: an empty NameID": "structure",
    "content: an element in the NameID": "structure",
    "content: signed by somebody else, who may sign": "issuer",
}


@pytest.fixture(scope="module")
def trust(pki: Path) -> FixedTrust:
    return FixedTrust(TrustStore.load(pki))


@pytest.fixture(scope="module")
def bench(authority: Authority) -> Bench:
    return Bench(authority, Usage.SIGN, template(authority.identities["doctor"]))


@pytest.fixture(scope="module")
def corpus(bench: Bench) -> list[Case]:
    return list(cases(bench))


@pytest.fixture
def gate(trust: FixedTrust, authority: Authority) -> VihfGate:
    return VihfGate(trust, VihfOptions(), InProcessReplays(), clock=lambda: authority.at)


@pytest.mark.parametrize("number", range(len(NAMES)), ids=NAMES)
def test_each_attack_is_refused_for_its_reason_and_what_real_software_sends_is_not(
    number: int, corpus: list[Case], bench: Bench, gate: VihfGate
) -> None:
    case = corpus[number]
    raw, card = case.build(bench), bench.authority.identities["doctor"].authentication
    outcome = meet(gate, raw, card)
    if case.layer is Layer.NONE and case.name not in OTHERS:
        assert outcome.accepted, outcome.reason
        assert outcome.caller is not None
        assert outcome.caller.name == GENUINE
        return
    reason = OTHERS.get(case.name) or case.reason
    assert reason is not None
    assert f"[{reason}]" in outcome.reason or f", {reason}:" in outcome.reason
    _tells_nothing(outcome)
    assert not meet_at_host(gate, raw, card).accepted


def _tells_nothing(outcome: Outcome) -> None:
    """The same few sentences for every attack."""
    assert outcome.told in {
        "The security header of the message cannot be processed.",
        "The security token could not be authenticated or authorized.",
        "The message must carry one signed SAML 2.0 assertion in its wsse:Security header.",
        "Not a valid signature certificate",
    }
    assert outcome.code in {"wsse:InvalidSecurity", "wsse:FailedAuthentication", "dmp:DMPInvalidCertificate"}
