"""A signature of IHE DSG held to the letter of the text, beyond what a verifier needs. # ITI TF-3 5.5.2, 5.5.6.1"""

import re
from typing import Any

import pytest

from conformance.model import MUST
from security.dsg import DSG, STRICT

LONG_TERM = "lot.dsg.long-term"


def told(judged: Any) -> list[str]:
    return [each.rule for each in judged.remarks if each.rule.startswith("lot.")]


@pytest.fixture(scope="module")
def lot(make_lot: Any) -> Any:
    return make_lot(policy=DSG, vihf=False)


def test_what_carnet_signs_under_dsg_lacks_the_long_term_alone(lot: Any) -> None:
    judged = lot.judge(profile="ihe")
    assert told(judged) == [LONG_TERM]
    assert "signature of the set" in judged.checked
    [remark] = [each for each in judged.remarks if each.rule == LONG_TERM]
    assert "SignatureTimeStamp, CertificateValues, RevocationValues" in remark.en
    assert (remark.section, remark.level.value) == ("ITI TF-3 5.5.2", "SHOULD")


def test_another_policy_is_told_and_no_fault(make_lot: Any) -> None:
    judged = make_lot(policy=STRICT, vihf=False).judge(profile="ihe")
    assert told(judged) == ["lot.dsg.policy", LONG_TERM]


def of_signature(data: bytes, old: bytes, new: bytes) -> bytes:
    """With a change in the entry of the signature."""
    begin = data.index(b'value="urn:ihe:iti:dsg') if b'value="urn:ihe:iti:dsg' in data else data.index(b"E1762")
    begin = data.rindex(b"<rim:ExtrinsicObject", 0, begin)
    end = data.index(b"</rim:ExtrinsicObject>", begin)
    assert old in data[begin:end], old
    return data[:begin] + data[begin:end].replace(old, new, 1) + data[end:]


@pytest.mark.parametrize(
    ("old", "new", "rule", "section"),
    [
        (b'mimeType="text/xml"', b'mimeType="application/xml"', "lot.dsg.mimeType", "ITI TF-3 5.5.6.1.6"),
        (b">art<", b">fr-FR<", "lot.dsg.languageCode", "ITI TF-3 5.5.6.1.8"),
        (b'nodeRepresentation="E1762"', b'nodeRepresentation="E1763"', "lot.dsg.typeCode", "ITI TF-3 5.5.6.1.3"),
        (b"1.2.840.10065.1.12.1.14", b"1.2.840.10065.1.12.1.5", "lot.dsg.eventCodeList", "ITI TF-3 5.5.6.1.5"),
        (b'LocalizedString value="Source"', b'LocalizedString value="x"', "lot.dsg.title", "ITI TF-3 5.5.6.1.7"),
    ],
)
def test_one_thing_wrong_in_the_entry_is_told(lot: Any, old: bytes, new: bytes, rule: str, section: str) -> None:
    changed = lot.__class__(of_signature(lot.data, old, new), lot.content_type, lot.at)
    judged = changed.judge(profile="ihe")
    assert rule in told(judged)
    assert {each.section for each in judged.remarks if each.rule == rule} == {section}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (rb"<xades:CommitmentTypeIndication>.*</xades:CommitmentTypeIndication>", b"", "lot.dsg.commitment"),
        (rb"urn:oid:1\.2\.840\.10065\.1\.12\.1\.14", b"urn:oid:1.2.840.10065.1.12.1.99", "lot.dsg.purpose"),
    ],
)
def test_one_thing_wrong_in_the_signature_is_told(lot: Any, old: bytes, new: bytes, rule: str) -> None:
    begin = lot.data.index(b"<Signature xmlns=")
    end = lot.data.index(b"</Signature>", begin) + len(b"</Signature>")
    signature = lot.data[begin:end]
    changed, count = re.subn(old, new, signature, flags=re.DOTALL)
    assert count == 1
    judged = lot.__class__(changed, "", lot.at).judge(profile="ihe", content_type=None)
    assert rule in told(judged)
    assert "lot.digest" in told(judged), "and what was changed no longer verifies"


def test_france_is_told_nothing_of_it(make_lot: Any) -> None:
    judged = make_lot(policy=STRICT).judge(profile="dmp")
    assert not [each for each in told(judged) if each.startswith("lot.dsg.")]
    assert not [each.rule for each in judged.remarks if each.level is MUST]


def test_a_signature_of_documents_leads_to_them(lot: Any) -> None:
    """One that does not name the set; that of the set needs no Association. # ITI TF-3 5.5.6.4"""
    begin = lot.data.index(b"<Manifest")
    first = re.compile(rb'URI="urn:oid:[\d.]+"').search(lot.data, begin)
    assert first is not None
    changed = lot.data[: first.start()] + b'URI="urn:oid:2.999.1"' + lot.data[first.end() :]
    judged = lot.__class__(changed, lot.content_type, lot.at).judge(profile="ihe")
    assert "lot.dsg.signs" in told(judged)
    assert "lot.dsg.signs" not in told(lot.judge(profile="ihe"))
    assert "lot.manifest-set" not in told(judged), "it is no signature of the set, and need not be"
