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
from security.dsg import DMP_LEGACY, STRICT, SignatureRefused, verify_set
from security.xmlsignature import names as n
from tests.security.corpus.sets import SetBench, SetCase, cases

POLICIES = [DMP_LEGACY, STRICT]
CASES = [
    (policy, place, case.name)
    for policy in POLICIES
    for place, case in enumerate(cases(SetBench(None, policy)))  # type: ignore[arg-type] # names only
]


@pytest.fixture(scope="module")
def trust(pki: Path) -> TrustStore:
    return TrustStore.load(pki)


@pytest.fixture(params=CASES, ids=[f"{policy.name}: {name}" for policy, _, name in CASES])
def both(request: pytest.FixtureRequest, authority: Authority) -> tuple[SetBench, SetCase]:
    policy, place, _ = request.param
    bench = SetBench(authority, policy)
    return bench, list(cases(bench))[place]


def test_a_case_meets_what_it_deserves(both: tuple[SetBench, SetCase], trust: TrustStore) -> None:
    bench, case = both
    data = case.build(bench)
    if case.reason is None:
        verdict = verify_set(data, case.expected, trust, at=bench.authority.at)
        assert verdict.policy == bench.policy.name
        assert set(verdict.leniencies) == case.leniencies
    else:
        with pytest.raises(SignatureRefused) as refused:
            verify_set(data, case.expected, trust, at=bench.authority.at)
        assert refused.value.reason is case.reason, refused.value


def test_signxml_agrees(both: tuple[SetBench, SetCase], trust: TrustStore) -> None:
    """What is accepted here verifies there too; what does not verify here does not there."""
    bench, case = both
    if case.reason is not None and case.reason.value not in ("value", "digest"):
        pytest.skip("refused before the signature is looked at, or for what it says")
    if case.reason is not None and case.name == "manifest: a short digest":
        pytest.skip("signxml does not look into the manifest")
    assert _signxml(case.build(bench), bench) is (case.reason is None)


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
