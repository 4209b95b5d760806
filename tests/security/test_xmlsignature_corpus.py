"""Every attack of the corpus is refused for its own reason, and what real software sends is read."""

from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree
from signxml.exceptions import InvalidCertificate, InvalidDigest, InvalidInput, InvalidSignature
from signxml.verifier import SignatureConfiguration, XMLVerifier

from dmp.authority import Authority
from security.certificates import CertificateRefused, TrustStore, Usage
from security.xmlsignature import SignatureRefused
from security.xmlsignature import names as n
from tests.security.corpus.assertions import cases
from tests.security.corpus.bench import GENUINE, Bench, Case, Layer, name_id
from tests.security.corpus.entry import admit

# Names only: what a case is made of is built from the authority of the run.
NAMES = [case.name for case in cases(Bench(None, Usage.AUTH))]  # type: ignore[arg-type]
USAGES = [Usage.AUTH, Usage.SIGN]


@pytest.fixture(scope="module")
def trust(pki: Path) -> TrustStore:
    return TrustStore.load(pki)


@pytest.fixture(params=USAGES, ids=lambda usage: usage.name)
def bench(request: pytest.FixtureRequest, authority: Authority) -> Bench:
    return Bench(authority, request.param)


@pytest.fixture(params=range(len(NAMES)), ids=NAMES)
def case(request: pytest.FixtureRequest, bench: Bench) -> Case:
    return list(cases(bench))[request.param]


def outcome(message: bytes, trust: TrustStore, usage: Usage, at: datetime) -> object:
    try:
        return admit(message, trust, usage, at)
    except (SignatureRefused, CertificateRefused) as refused:
        return refused.reason


def test_a_case_meets_what_it_deserves(case: Case, bench: Bench, trust: TrustStore) -> None:
    message = case.build(bench)
    if case.layer in (Layer.SIGNATURE, Layer.CERTIFICATE):
        assert outcome(message, trust, bench.usage, bench.authority.at) is case.reason
    else:
        signed = admit(message, trust, bench.usage, bench.authority.at)
        assert signed.element.find(f".//{n.SIGNATURE}") is None
        assert case.layer is Layer.CONTENT or name_id(signed.element).text == GENUINE


def test_signxml_agrees(case: Case, bench: Bench, trust: TrustStore) -> None:
    """What is accepted here, signxml accepts as well and reads the same; what does not verify here does not there."""
    message = case.build(bench)
    ours = outcome(message, trust, bench.usage, bench.authority.at)
    theirs = _signxml(message, bench)
    if case.layer in (Layer.NONE, Layer.CONTENT):
        assert theirs == ours.octets  # type: ignore[attr-defined]
    elif case.reason is not None and case.reason.value in ("value", "digest"):
        assert theirs is None


def _signxml(message: bytes, bench: Bench) -> bytes | None:
    try:
        assertion = etree.fromstring(message).find(f".//{n.SAML_ASSERTION}")
        certificate = assertion.findtext(f".//{n.X509_CERTIFICATE}")  # type: ignore[union-attr]
        result = XMLVerifier().verify(
            assertion,
            x509_cert=certificate,
            validate_schema=False,
            expect_config=SignatureConfiguration(location="./", verification_time=bench.authority.at),
        )
        return result.signed_data  # type: ignore[union-attr]
    except (
        InvalidSignature,
        InvalidDigest,
        InvalidInput,
        InvalidCertificate,
        etree.LxmlError,
        AttributeError,
        ValueError,
        TypeError,
    ):
        return None


def test_both_usages_have_the_same_cases() -> None:
    def named(usage: Usage) -> set[str]:
        return {case.name.replace("authentication", "signature") for case in cases(Bench(None, usage))}  # type: ignore[arg-type]

    assert named(Usage.AUTH) == named(Usage.SIGN)
    assert len(named(Usage.AUTH)) == len(NAMES)
