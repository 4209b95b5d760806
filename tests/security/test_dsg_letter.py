"""A signature to the letter of IHE DSG, in each form that the text leaves open. # ITI TF-3 5.5.2, 5.5.3.1"""

import hashlib
import shutil
import subprocess
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from dmp.authority import Authority
from security.certificates import TrustStore
from security.dsg import DMP_LEGACY, DSG, STRICT, Leniency, Reason, SetPolicy, SignatureRefused, verify_set
from security.xmlsignature import names as n
from security.xmlsignature.algorithms import der_of
from tests.security.corpus.sets import EXPECTED, SetBench, manifest

ALL = (DMP_LEGACY, STRICT, DSG)
ADMINISTRATIVE = "1.2.840.10065.1.12.1.17"


@pytest.fixture
def bench(authority: Authority) -> SetBench:
    return SetBench(authority, DSG)


@pytest.fixture(scope="module")
def trust(pki: Path) -> TrustStore:
    return TrustStore.load(pki)


def verified(
    data: bytes, bench: SetBench, trust: TrustStore, policies: tuple[SetPolicy, ...] = ALL
) -> tuple[str | None, tuple[Leniency, ...]]:
    found = verify_set(data, EXPECTED, trust, at=bench.authority.at, policies=policies)
    assert found.policy == "dsg"
    return found.purpose, found.leniencies


def test_canonical_xml_1_1_with_comments_and_sha256_are_accepted(bench: SetBench, trust: TrustStore) -> None:
    data = bench.sign()
    assert data.count(n.C14N11_WITH_COMMENTS.encode()) == 3
    assert verified(data, bench, trust) == ("1.2.840.10065.1.12.1.14", ())


def test_the_policy_is_asked_for_by_name(bench: SetBench, trust: TrustStore) -> None:
    with pytest.raises(SignatureRefused) as refused:
        verified(bench.sign(), bench, trust, (DMP_LEGACY, STRICT))
    assert refused.value.reason is Reason.POLICY


@pytest.mark.parametrize("zero", ["AA==", "MA==", "0", " 0 "])
def test_the_set_has_zero_for_a_digest_however_that_is_written(bench: SetBench, trust: TrustStore, zero: str) -> None:
    assert verified(bench.resigned(lambda r: setattr(manifest(r)[0][-1], "text", zero)), bench, trust)


@pytest.mark.parametrize("other", ["AQ==", "1", b64encode(hashlib.sha256(b"set").digest()).decode()])
def test_the_set_has_no_other_digest(bench: SetBench, trust: TrustStore, other: str) -> None:
    with pytest.raises(SignatureRefused):
        verified(bench.resigned(lambda r: setattr(manifest(r)[0][-1], "text", other)), bench, trust)


def test_france_knows_one_form_of_zero(authority: Authority, trust: TrustStore) -> None:
    bench = SetBench(authority, DMP_LEGACY)
    with pytest.raises(SignatureRefused) as refused:
        verify_set(bench.resigned(lambda r: setattr(manifest(r)[0][-1], "text", "0")), EXPECTED, trust, at=authority.at)
    assert refused.value.reason is Reason.MANIFEST_SET


def test_a_manifest_may_have_any_name(bench: SetBench, trust: TrustStore) -> None:
    def rename(root: etree._Element) -> None:
        manifest(root).set("Id", "documents")
        root[0][2].set("URI", "#documents")

    assert verified(bench.resigned(rename), bench, trust)


def test_a_signature_may_have_several_purposes(bench: SetBench, trust: TrustStore) -> None:
    def add(root: etree._Element) -> None:
        made = next(root.iter(f"{bench.xades}CommitmentTypeIndication"))
        second = etree.fromstring(etree.tostring(made).replace(b"12.1.14", b"12.1.17"))
        made.addnext(second)

    assert verified(bench.resigned(add), bench, trust)[0] == f"1.2.840.10065.1.12.1.14, {ADMINISTRATIVE}"
    with pytest.raises(SignatureRefused) as refused:
        verify_set(
            bench.resigned(add),
            replace(EXPECTED, purpose="1.2.840.10065.1.12.1.1"),
            trust,
            at=bench.authority.at,
            policies=ALL,
        )
    assert refused.value.reason is Reason.PURPOSE


def test_a_signature_without_a_purpose_is_forgiven_by_name(bench: SetBench, trust: TrustStore) -> None:
    def clear(root: etree._Element) -> None:
        next(root.iter(f"{bench.xades}SignedDataObjectProperties")).clear()

    assert verified(bench.resigned(clear), bench, trust) == (None, (Leniency.NO_COMMITMENT,))


def test_the_certificate_may_be_named_as_before_2016(bench: SetBench, trust: TrustStore) -> None:
    """SigningCertificate of TS 101 903, to which the text refers, beside SigningCertificateV2 of EN 319 132-1."""

    def older(root: etree._Element, serial: int | None = None) -> None:
        certificate = bench.signer.certificate
        xades = bench.xades[1:-1]
        named = etree.fromstring(
            f'<x:SigningCertificate xmlns:x="{xades}" xmlns:ds="{n.DS}"><x:Cert><x:CertDigest>'
            f'<ds:DigestMethod Algorithm="{n.SHA256}"/>'
            f"<ds:DigestValue>{b64encode(hashlib.sha256(der_of(certificate)).digest()).decode()}</ds:DigestValue>"
            f"</x:CertDigest><x:IssuerSerial><ds:X509IssuerName>{certificate.issuer.rfc4514_string()}"
            f"</ds:X509IssuerName><ds:X509SerialNumber>{serial or certificate.serial_number}</ds:X509SerialNumber>"
            f"</x:IssuerSerial></x:Cert></x:SigningCertificate>"
        )
        newer = next(root.iter(f"{bench.xades}SigningCertificateV2"))
        newer.addnext(named)
        newer.getparent().remove(newer)

    assert verified(bench.resigned(older), bench, trust)
    with pytest.raises(SignatureRefused) as refused:
        verified(bench.resigned(lambda r: older(r, 1)), bench, trust)
    assert refused.value.reason is Reason.SIGNING_CERTIFICATE


def test_what_is_added_later_is_not_looked_at(bench: SetBench, trust: TrustStore) -> None:
    def stamp(root: etree._Element) -> None:
        qualifying = next(root.iter(f"{bench.xades}QualifyingProperties"))
        etree.SubElement(qualifying, f"{bench.xades}UnsignedProperties")

    assert verified(bench.edited(stamp), bench, trust)


def test_another_document_is_refused(bench: SetBench, trust: TrustStore) -> None:
    zero = b64encode(bytes(32)).decode()
    with pytest.raises(SignatureRefused) as refused:
        verified(bench.resigned(lambda r: setattr(manifest(r)[1][-1], "text", zero)), bench, trust)
    assert refused.value.reason is Reason.DOCUMENT_DIGEST


def test_an_attribute_that_inclusive_canonicalisation_hands_down_is_refused(bench: SetBench, trust: TrustStore) -> None:
    def speak(root: etree._Element) -> None:
        root.set("{http://www.w3.org/XML/1998/namespace}lang", "fr")

    with pytest.raises(SignatureRefused) as refused:
        verified(bench.resigned(speak), bench, trust)
    assert refused.value.reason is Reason.STRUCTURE


@pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="xmlsec1 is not installed")
def test_another_implementation_verifies_it(bench: SetBench, tmp_path: Path) -> None:
    file = tmp_path / "signature.xml"
    file.write_bytes(bench.sign())
    command = [
        *("xmlsec1", "--verify", "--insecure", "--ignore-manifests"),
        *("--id-attr:Id", f"{n.DS}:Manifest", "--id-attr:Id", f"{DSG.xades}:SignedProperties", str(file)),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "2/2" in done.stderr + done.stdout
