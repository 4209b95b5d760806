"""The signatures of the suite before other judges: xmlsec1, and the verifier of the project."""

import subprocess
from datetime import UTC, datetime
from hashlib import sha1, sha256
from pathlib import Path

import pytest
from lxml import etree

from conformance.messages.dmp import ins, xmldsig
from conformance.messages.dmp import names as n
from conformance.messages.dmp.holders import Holder, Keys
from conformance.messages.dmp.lot import Lot
from conformance.messages.dmp.signature import LEGACY, STRICT, Style
from conformance.messages.dmp.signatures import ACCEPTED, BAD_SIGNATURES, Accepted, BadSignature, Signing
from conformance.messages.dmp.signatures.forge import CARD, STRUCTURE, good
from dmp.lot_rules import LOT, of_reason
from dmp.lot_signer import SignerTrust
from dmp.rules import FRENCH
from security.certificates import TrustStore
from security.dsg import Expected, SetDocument, SetSignatureVerdict, SignatureRefused, verify_set

STYLES = [pytest.param(style, id=style.name) for style in (LEGACY, STRICT)]
OF_THE_MESSAGE = ("set/", "signer/", "institution/")
"""What is wrong with these is beside the signature document."""
BY_STYLE = [pytest.param(row, style, id=f"{style.name}/{row.id}") for row in BAD_SIGNATURES for style in row.styles]


@pytest.fixture(scope="module")
def trust(pki: Path) -> SignerTrust:
    return SignerTrust(TrustStore.load(pki))


def judged(row: BadSignature | Accepted, style: Style, holder: Holder, keys: Keys, trust: SignerTrust) -> str:
    """The rule that the verifier says is broken; empty when it accepts."""
    lot = row.change(Lot.of(holder, ins.patient()))
    try:
        verify(row.make(Signing(lot, style, keys)), lot, trust)
    except SignatureRefused as refused:
        return of_reason(refused.reason)
    return ""


def verify(signature: bytes, lot: Lot, trust: SignerTrust) -> SetSignatureVerdict:
    documents = tuple(
        SetDocument(
            f"urn:oid:{each.unique_id}",
            sha1(each.content).digest(),
            sha256(each.content).digest(),
            lambda content=each.content: iter([content]),  # type: ignore[misc]
        )
        for each in lot.documents
    )
    entries = (lot.signature.id,) if lot.signature else ()
    expected = Expected(f"urn:oid:{lot.set.unique_id}", documents, n.SOURCE_PURPOSE, entries)
    return verify_set(signature, expected, trust, at=datetime.now(UTC))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ["doctor", "nurse", "secretary", "hospital"])
def test_the_signature_of_everybody_is_accepted(name: str, style: Style, keys: Keys, trust: SignerTrust) -> None:
    holder = keys.holder(name)
    lot = Lot.of(holder, ins.patient())
    verdict = verify(good(Signing(lot, style)), lot, trust)
    assert verdict.policy == style.name
    assert not verdict.leniencies


@pytest.mark.parametrize("style", STYLES)
def test_xmlsec1_verifies_a_good_signature(style: Style, holder: Holder, tmp_path: Path) -> None:
    file = tmp_path / "signature.xml"
    file.write_bytes(good(Signing(Lot.of(holder, ins.patient()), style)))
    command = [
        "xmlsec1", "--verify", "--insecure", "--ignore-manifests",
        "--id-attr:Id", f"{n.DS}:Manifest",
        "--id-attr:Id", f"{style.xades}:SignedProperties",
        str(file),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "2/2" in done.stderr + done.stdout


@pytest.mark.parametrize(("row", "style"), BY_STYLE)
def test_each_bad_signature_is_refused_for_what_it_says(
    row: BadSignature, style: Style, keys: Keys, trust: SignerTrust
) -> None:
    if row.id.startswith(OF_THE_MESSAGE):
        pytest.skip("what is wrong is beside the signature document")
    holder = keys.holder("hospital" if row.whose == STRUCTURE else "doctor")
    assert judged(row, style, holder, keys, trust) in row.covers


@pytest.mark.parametrize(
    ("row", "style"),
    [pytest.param(row, style, id=f"{style.name}/{row.id}") for row in ACCEPTED for style in row.styles],
)
def test_each_unusual_signature_is_accepted(
    row: Accepted, style: Style, keys: Keys, doctor: Holder, trust: SignerTrust
) -> None:
    assert judged(row, style, doctor, keys, trust) == ""


def test_rows_name_rules_that_exist() -> None:
    for row in BAD_SIGNATURES:
        assert row.covers, row.id
        for rule in row.covers:
            assert rule in LOT or any(each.id == rule for each in FRENCH), (row.id, rule)


def test_every_rule_of_the_signature_that_a_stranger_can_break_has_a_row() -> None:
    covered = {rule for row in BAD_SIGNATURES for rule in row.covers}
    unseen = {
        "lot.set",  # IHE refuses such a submission first
        "lot.leniency",  # a matter of configuration
        "lot.policy",
        "fr.lot.caller",
        "fr.lot.signer.client",  # the gate refuses first
        "fr.lot.patient",  # with the metadata
    }
    told = {rule.id for rule in LOT if rule.id.startswith("lot.dsg.")}  # by the linter; nobody refuses by it
    assert {rule.id for rule in LOT} - unseen - told <= covered


def test_no_two_rows_have_one_id_in_one_style_and_all_are_said_in_both_languages() -> None:
    ids = [(row.id, style.name) for row in (*BAD_SIGNATURES, *ACCEPTED) for style in row.styles]
    assert len(ids) == len(set(ids))
    assert all(row.wrong != row.wrong_fr for row in BAD_SIGNATURES)
    assert {row.whose for row in BAD_SIGNATURES} <= {"any", CARD, STRUCTURE}


def test_the_canonical_form_is_that_of_the_standard() -> None:
    """Against libxml2's own on a document of its own, and with inherited namespaces. # Canonical XML 1.0, 2.3"""
    root = etree.fromstring('<a xmlns="urn:a" xmlns:p="urn:p"><b><c p:x="1" a="2"/></b>tail</a>')
    inclusive = xmldsig.canonical(root[0], n.INCLUSIVE_WITH_COMMENTS)
    assert inclusive == b'<b xmlns="urn:a" xmlns:p="urn:p"><c a="2" p:x="1"></c></b>'
    assert xmldsig.canonical(root[0], n.EXCLUSIVE) == b'<b xmlns="urn:a"><c xmlns:p="urn:p" a="2" p:x="1"></c></b>'
