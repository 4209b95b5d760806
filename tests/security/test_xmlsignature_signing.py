"""What we sign, others verify: xmlsec1 from outside, for files and keys of either kind."""

import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree

from dmp.authority import Authority
from security.certificates import TrustStore, Usage
from security.dsg import DMP_LEGACY, SOURCE, STRICT, Expected, SetDocument, SetPolicy, sign_set, verify_set
from security.issuing import CertifiedKey
from security.xmlsignature import names as n
from security.xmlsignature import sign_assertion, verify
from tests.security.corpus.bench import Bench, plain_assertion
from tests.security.corpus.sets import DOCUMENTS, EXPECTED, LETTER, SET

IDENTIFIERS = (
    "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
    f"{n.DS}:Manifest",
    "http://uri.etsi.org/01903/v1.1.1#:SignedProperties",
    "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
)
needs_xmlsec1 = pytest.mark.skipif(
    shutil.which("xmlsec1") is None, reason="xmlsec1 is not installed: apt-get install xmlsec1"
)


def xmlsec1_verifies(data: bytes, directory: Path) -> bool:
    """xmlsec1 with the certificate of KeyInfo; it does not follow manifests into documents it does not have."""
    file = directory / "signed.xml"
    file.write_bytes(data)
    attributes = [part for name in IDENTIFIERS for part in (f"--id-attr:{'ID' if 'SAML' in name else 'Id'}", name)]
    run = subprocess.run(
        ["xmlsec1", "--verify", "--insecure", "--ignore-manifests", *attributes, str(file)],
        capture_output=True,
        check=False,
    )
    return run.returncode == 0


@pytest.fixture(scope="module")
def signers(authority: Authority) -> dict[str, CertifiedKey]:
    bench = Bench(authority, Usage.SIGN)
    return {"RSA": bench.signer, "P-256": bench.issued(authority.hierarchy.persons)}


@needs_xmlsec1
@pytest.mark.parametrize("kind", ["RSA", "P-256"])
def test_xmlsec1_verifies_our_assertions(
    signers: dict[str, CertifiedKey], kind: str, at: datetime, tmp_path: Path
) -> None:
    signed = sign_assertion(plain_assertion("_a", "x", at), signers[kind])
    data = etree.tostring(signed)
    assert xmlsec1_verifies(data, tmp_path)
    assert not xmlsec1_verifies(data.replace(b">x<", b">y<"), tmp_path)


@needs_xmlsec1
@pytest.mark.parametrize(("kind", "policy"), [("RSA", STRICT), ("P-256", STRICT), ("RSA", DMP_LEGACY)])
def test_xmlsec1_verifies_our_sets(
    signers: dict[str, CertifiedKey], kind: str, policy: SetPolicy, authority: Authority, tmp_path: Path
) -> None:
    data = sign_set(SET, DOCUMENTS, signers[kind], at=authority.at, policy=policy)
    assert xmlsec1_verifies(data, tmp_path)
    assert not xmlsec1_verifies(data.replace(b"AA==", b"AQ=="), tmp_path)


@pytest.mark.parametrize(("kind", "policy"), [("RSA", STRICT), ("P-256", STRICT), ("RSA", DMP_LEGACY)])
def test_we_verify_our_sets(
    signers: dict[str, CertifiedKey], kind: str, policy: SetPolicy, authority: Authority, pki: Path
) -> None:
    data = sign_set(SET, DOCUMENTS, signers[kind], at=authority.at, policy=policy)
    verdict = verify_set(data, EXPECTED, TrustStore.load(pki), at=authority.at)
    assert verdict.certificate == signers[kind].certificate
    assert verdict.usage == "SIGN"
    assert len(verdict.chain) == 3
    assert [evidence.source for evidence in verdict.revocation] == ["crl", "crl"]


def test_a_structure_seals(authority: Authority, pki: Path) -> None:
    signer = authority.identities["hospital"].signature
    data = sign_set(SET, DOCUMENTS, signer, at=authority.at, purpose="1.2.840.10065.1.12.1.5")
    verdict = verify_set(data, Expected(SET, DOCUMENTS), TrustStore.load(pki), at=authority.at)
    assert verdict.purpose == "1.2.840.10065.1.12.1.5"
    with pytest.raises(Exception, match=SOURCE):
        verify_set(data, EXPECTED, TrustStore.load(pki), at=authority.at)


def test_the_signature_stands_right_after_the_issuer(signers: dict[str, CertifiedKey], at: datetime) -> None:
    unsigned = plain_assertion("_a", "x", at)
    before = etree.tostring(unsigned)
    signed = sign_assertion(unsigned, signers["RSA"])
    assert [child.tag for child in signed[:2]] == [n.SAML_ISSUER, n.SIGNATURE]
    assert etree.tostring(unsigned) == before
    assert etree.tostring(verify(signed, signers["RSA"].certificate).element, method="c14n") == etree.tostring(
        unsigned, method="c14n"
    )


@pytest.mark.parametrize("spoil", ["no ID", "no Issuer", "signed already", "no assertion"])
def test_what_cannot_be_signed_is_said(signers: dict[str, CertifiedKey], at: datetime, spoil: str) -> None:
    assertion = plain_assertion("_a", "x", at)
    if spoil == "no ID":
        del assertion.attrib["ID"]
    elif spoil == "no Issuer":
        assertion.remove(assertion[0])
    elif spoil == "signed already":
        assertion = sign_assertion(assertion, signers["RSA"])
    else:
        assertion.tag = "x"
    with pytest.raises(ValueError, match="ssertion"):
        sign_assertion(assertion, signers["RSA"])


def test_a_set_that_does_not_go_with_its_policy_is_not_signed(
    signers: dict[str, CertifiedKey], authority: Authority
) -> None:
    with pytest.raises(ValueError, match="signed with RSA"):
        sign_set(SET, DOCUMENTS, signers["P-256"], at=authority.at, policy=DMP_LEGACY)
    with pytest.raises(ValueError, match="as they are"):
        sign_set(SET, DOCUMENTS, signers["RSA"], at=authority.at, policy=STRICT, canonical={LETTER})


def test_names_that_need_escaping_are_escaped(
    signers: dict[str, CertifiedKey], authority: Authority, pki: Path
) -> None:
    uri = "urn:oid:1&<\"'>"
    documents = [SetDocument.of(uri, b"x")]
    for policy in (STRICT, DMP_LEGACY):
        data = sign_set(f"{uri}.", documents, signers["RSA"], at=authority.at, policy=policy, signature_id='_"&')
        verify_set(data, Expected(f"{uri}.", documents, SOURCE), TrustStore.load(pki), at=authority.at)
