"""Every attack on the signature of a set is refused for its own reason, under either policy."""

from pathlib import Path

import pytest
from cryptography import x509
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from dmp.authority import Authority
from security.certificates import TrustStore
from security.dsg import DMP_LEGACY, STRICT, Reason, SetPolicy, SignatureRefused, verify_set
from security.xmlsignature import names as n
from tests.security.corpus.sets import SetBench, SetCase, cases

POLICIES = [DMP_LEGACY, STRICT]
# Names only: what a case is made of is built from the authority of the run.
CASES = [
    (policy, place, case)
    for policy in POLICIES
    for place, case in enumerate(cases(SetBench(None, policy)))  # type: ignore[arg-type]
]
VERIFIABLE = [
    (policy, place, case)
    for policy, place, case in CASES
    if case.reason in (None, Reason.VALUE, Reason.DIGEST) and case.name != "manifest: a short digest"
]
"""Those that show in the signature itself: signxml looks neither into a manifest nor at what the properties say."""


def named(found: list[tuple[SetPolicy, int, SetCase]]) -> pytest.MarkDecorator:
    ids = [f"{policy.name}: {case.name}" for policy, _, case in found]
    return pytest.mark.parametrize(("policy", "place"), [(policy, place) for policy, place, _ in found], ids=ids)


@pytest.fixture(scope="module")
def trust(pki: Path) -> TrustStore:
    return TrustStore.load(pki)


@pytest.fixture(scope="module")
def built(authority: Authority) -> dict[str, tuple[SetBench, list[SetCase]]]:
    benches = {policy.name: SetBench(authority, policy) for policy in POLICIES}
    return {name: (bench, list(cases(bench))) for name, bench in benches.items()}


@named(CASES)
def test_a_case_meets_what_it_deserves(
    built: dict[str, tuple[SetBench, list[SetCase]]], policy: SetPolicy, place: int, trust: TrustStore
) -> None:
    bench, found = built[policy.name]
    case = found[place]
    data = case.build(bench)
    if case.reason is None:
        verdict = verify_set(data, case.expected, trust, at=bench.authority.at)
        assert verdict.policy == bench.policy.name
        assert set(verdict.leniencies) == case.leniencies
    else:
        with pytest.raises(SignatureRefused) as refused:
            verify_set(data, case.expected, trust, at=bench.authority.at)
        assert refused.value.reason is case.reason, refused.value


@named(VERIFIABLE)
def test_signxml_agrees(built: dict[str, tuple[SetBench, list[SetCase]]], policy: SetPolicy, place: int) -> None:
    """What is accepted here verifies there too; what does not verify here does not there."""
    bench, found = built[policy.name]
    assert _signxml(found[place].build(bench), bench) is (found[place].reason is None)


class LegacyVerifier(XMLVerifier):
    """signxml canonicalises SignedInfo inside its tree, where lxml writes `xmlns=""` that is not there."""

    def _c14n(self, nodes, algorithm, inclusive_ns_prefixes=None):  # type: ignore[no-untyped-def]
        copy = etree.fromstring(etree.tostring(nodes, with_tail=False))
        return super()._c14n(copy, algorithm, inclusive_ns_prefixes)


def _signxml(data: bytes, bench: SetBench) -> bool:
    root = etree.fromstring(data)
    certificate = x509.load_pem_x509_certificate(
        b"-----BEGIN CERTIFICATE-----\n"
        + root.findtext(f".//{n.X509_CERTIFICATE}").encode()
        + b"\n-----END CERTIFICATE-----"
    )
    legacy = {
        "signature_methods": frozenset({SignatureMethod.RSA_SHA1}),
        "digest_algorithms": frozenset({DigestAlgorithm.SHA1}),
        "default_reference_c14n_method": CanonicalizationMethod.CANONICAL_XML_1_0,
    }
    try:
        (LegacyVerifier if bench.legacy else XMLVerifier)().verify(
            root,
            x509_cert=certificate,
            validate_schema=False,
            expect_config=SignatureConfiguration(
                location="./",
                expect_references=len(root.findall(f"{n.SIGNED_INFO}/{n.REFERENCE}")),
                verification_time=bench.authority.at,
                **(legacy if bench.legacy else {}),
            ),
        )
    except SignXMLException:
        return False
    return True
