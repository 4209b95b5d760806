"""The tokens of the suite before other judges: signxml, xmlsec1, and the gate of the project."""

import re
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from lxml import etree
from signxml import SignatureConfiguration, XMLVerifier
from signxml.exceptions import InvalidInput, InvalidSignature

from conformance.messages.dmp import ins, vihf
from conformance.messages.dmp import names as n
from conformance.messages.dmp.holders import Holder, Keys
from conformance.messages.dmp.tokens import BAD_TOKENS, GOOD_TOKENS, BadToken, Forge, GoodToken
from conformance.messages.dmp.tokens.attributes import ATTRIBUTES
from conformance.messages.dmp.tokens.forge import CARD, STRUCTURE
from conformance.messages.dmp.tokens.subjects import SUBJECTS
from conformance.messages.dmp.tokens.times import TIMES
from conformance.messages.envelope import Envelope
from dmp.authority import Authority
from dmp.vihf import VihfCaller, VihfGate, VihfOptions
from security.certificates import TrustStore
from security.saml import FixedTrust, InProcessReplays
from tests.security.gates import Outcome, meet

PATIENT = "207058575627097^^^&1.2.250.1.213.1.4.10&ISO^NH"
OF_THE_BODY = ("vihf/attributes/resource-id/1", "vihf/attributes/resource-id/3")
"""The gate lets these in: what is wrong shows in the request alone."""
CHECKS = {
    "vihf/saml-2.5.1": {10, 14},
    "vihf/saml-2.3.3": {10, 11, 14},
    "vihf/saml-2.4": {10, 12},
    "vihf/saml-2.4.1.1": {13},
    "vihf/saml-2.7.2": {15},
    "vihf/saml-5.4": {2, 5, 7, 8, 9},
    "vihf/saml-5.4.2": {6},
    "vihf/saml-5.4.4": {6},
    "vihf/xmldsig-6.4": {6},
    "vihf/saml-5.4.5": {5, 7, 9},
    "vihf/wss-3.4": {4},
    "vihf/wss-6": {3, 4},
    "vihf/wrapping": {4},
    "vihf/certificate": {8},
    "vihf/binding": {8, 12, 16, 18},
}
"""Which checks of the gate a family of bad tokens may meet; attributes all meet the sixteenth."""


def fits(row: BadToken | GoodToken, holder: Holder) -> bool:
    return row.whose not in (CARD, STRUCTURE) or (row.whose == CARD) == holder.is_card


def rows(holder: Holder, table: Iterable[BadToken]) -> list[BadToken]:
    return [row for row in table if fits(row, holder)]


@pytest.fixture(scope="module")
def gate(pki: Path) -> VihfGate:
    return VihfGate(FixedTrust(TrustStore.load(pki)), VihfOptions(), InProcessReplays())


def admitted(gate: VihfGate, holder: Holder, content: str) -> Outcome:
    envelope = Envelope(b"<x/>", "urn:x", headers=[vihf.header(content).encode()])
    return meet(gate, envelope.xml(), holder.connects)


def verified(content: str, certificate: x509.Certificate) -> None:
    """By signxml; raises when the signature does not hold."""
    config = SignatureConfiguration(location=".//")
    XMLVerifier().verify(content.encode(), x509_cert=certificate, expect_config=config)


@pytest.mark.parametrize("name", ["doctor", "nurse", "pharmacist", "secretary", "hospital", "clinic"])
def test_the_token_of_everybody_is_admitted_for_who_it_is(gate: VihfGate, keys: Keys, name: str) -> None:
    holder = keys.holder(name)
    outcome = admitted(gate, holder, vihf.token(holder, PATIENT))
    assert isinstance(outcome.caller, VihfCaller), outcome.reason
    assert outcome.caller.organisation == holder.structure
    assert outcome.caller.patient_id == PATIENT
    assert outcome.caller.mode == ("DIRECTE" if holder.is_card else "INDIRECTE")


def test_signxml_and_xmlsec1_verify_a_good_token(holder: Holder, tmp_path: Path) -> None:
    token = vihf.token(holder, PATIENT)
    verified(token, holder.certificate)
    file = tmp_path / "token.xml"
    file.write_text(token, encoding="utf-8")
    command = ["xmlsec1", "--verify", "--insecure", "--id-attr:ID", f"{n.SAML}:Assertion", str(file)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_token_of_an_elliptic_curve_key_is_admitted(tmp_path: Path) -> None:
    from dmp.authority_files import write
    from security.issuing import KeyKind

    write(Authority.make(datetime.now(UTC), KeyKind.P256), tmp_path)
    holder = Keys(tmp_path).holder("doctor")
    gate = VihfGate(FixedTrust(TrustStore.load(tmp_path)), VihfOptions(), InProcessReplays())
    outcome = admitted(gate, holder, vihf.token(holder, PATIENT))
    assert outcome.accepted, outcome.reason


@pytest.mark.parametrize("row", GOOD_TOKENS, ids=lambda row: row.id)
def test_each_unusual_token_is_admitted(gate: VihfGate, keys: Keys, row: GoodToken) -> None:
    for holder in (keys.holder("doctor"), keys.holder("hospital")):
        if fits(row, holder):
            outcome = admitted(gate, holder, row.build(Forge(holder, PATIENT, keys)))
            assert outcome.accepted, outcome.reason


def test_each_bad_token_is_refused_by_the_check_that_it_is_about(gate: VihfGate, keys: Keys, holder: Holder) -> None:
    surprises = []
    for row in rows(holder, BAD_TOKENS):
        outcome = admitted(gate, holder, row.build(Forge(holder, PATIENT, keys)))
        family = row.id.rpartition("/")[0]
        expected = {16} if family.startswith("vihf/attributes/") else CHECKS[family]
        number = re.search(r"(?:contrôle|check) (\d+)", outcome.reason)
        if outcome.accepted != (row.id in OF_THE_BODY) or (number and int(number[1]) not in expected):
            surprises.append((row.id, row.wrong, outcome.reason))
    assert not surprises


@pytest.mark.parametrize("row", [*TIMES, *SUBJECTS, *ATTRIBUTES], ids=lambda row: row.id)
def test_what_is_wrong_in_content_is_signed_all_the_same(keys: Keys, row: BadToken) -> None:
    """So that the signature is never why it is refused."""
    holder = keys.holder("hospital" if row.whose == STRUCTURE else "doctor")
    verified(row.build(Forge(holder, PATIENT, keys)), holder.certificate)


@pytest.mark.parametrize("row", ATTRIBUTES, ids=lambda row: row.id)
def test_a_bad_attribute_is_the_only_difference(keys: Keys, row: BadToken) -> None:
    holder = keys.holder("hospital" if row.whose == STRUCTURE else "doctor")
    forge = Forge(holder, PATIENT, keys, datetime.now(UTC))
    good, bad = said(forge.signed()), said(row.build(forge))
    differing = {name for name in good.keys() | bad.keys() if good.get(name) != bad.get(name)}
    assert len(differing) == 1, differing


def said(token: str) -> dict[str, list[str]]:
    """The attributes of a token, and the rest of what is not different each time."""
    root = etree.fromstring(token)
    found: dict[str, list[str]] = {}
    for each in root.iter(f"{{{n.SAML}}}Attribute"):
        values = [etree.tostring(value, encoding="unicode", with_tail=False) for value in each]
        found.setdefault(str(each.get("Name")), []).extend(values)
    for each in root:
        if etree.QName(each).localname not in ("Signature", "AttributeStatement"):
            found[each.tag] = [etree.tostring(each, encoding="unicode", with_tail=False)]
    return found


@pytest.mark.parametrize("row", TIMES, ids=lambda row: row.id)
def test_what_is_wrong_in_time_or_issuer_leaves_the_attributes_alone(keys: Keys, doctor: Holder, row: BadToken) -> None:
    forge = Forge(doctor, PATIENT, keys, datetime.now(UTC))
    good, bad = said(forge.signed()), said(row.build(forge))
    assert {name: value for name, value in good.items() if not name.startswith("{")} == {
        name: value for name, value in bad.items() if not name.startswith("{")
    }
    head = re.compile(r"IssueInstant=\"[^\"]*\" Version=\"[^\"]*\"")
    heads = [head.findall(token)[0] for token in (forge.signed(), row.build(forge))]
    assert good != bad or heads[0] != heads[1]


def test_a_token_changed_after_signing_no_longer_verifies(keys: Keys, doctor: Holder) -> None:
    for row in BAD_TOKENS:
        if row.id in ("vihf/saml-5.4/2", "vihf/saml-5.4/3", "vihf/saml-5.4/4", "vihf/saml-5.4/5", "vihf/saml-5.4/6"):
            with pytest.raises((InvalidSignature, InvalidInput)):
                verified(row.build(Forge(doctor, PATIENT, keys)), doctor.certificate)


def test_no_two_rows_have_one_id_and_all_are_said_in_both_languages() -> None:
    table = [*BAD_TOKENS, *GOOD_TOKENS]
    ids = [row.id for row in table]
    assert len(ids) == len(set(ids))
    for row in BAD_TOKENS:
        assert row.wrong != row.wrong_fr
        assert row.section


def test_every_way_that_carnet_itself_makes_a_bad_token_has_its_like_here() -> None:
    from dmp.vihf.bad import BAD

    covered = {
        "expired": "vihf/saml-2.5.1/1",
        "not-yet-valid": "vihf/saml-2.5.1/2",
        "one-year": "vihf/saml-2.5.1/6",
        "stale": "vihf/saml-2.3.3/1",
        "issued-tomorrow": "vihf/saml-2.3.3/2",
        "no-zone": "vihf/saml-2.3.3/3",
        "wrong-audience": "vihf/saml-2.5.1/3",
        "unknown-condition": "vihf/saml-2.5.1/4",
        "two-conditions": "vihf/saml-2.5.1/5",
        "unsigned": "vihf/saml-5.4/1",
        "auth-certificate": "vihf/certificate/1",
        "expired-certificate": "vihf/certificate/2",
        "future-certificate": "vihf/certificate/3",
        "revoked": "vihf/certificate/4",
        "wrong-usage": "vihf/certificate/5",
        "wrong-key-usage": "vihf/certificate/6",
        "self-signed": "vihf/certificate/7",
        "stranger-ca": "vihf/certificate/8",
        "leaf-as-authority": "vihf/certificate/9",
        "sha1": "vihf/xmldsig-6.4/1",
        "xslt": "vihf/saml-5.4.4/1",
        "empty-reference": "vihf/saml-5.4.2/1",
        "key-value": "vihf/saml-5.4.5/1",
        "foreign-value": "vihf/saml-5.4/4",
        "tampered": "vihf/saml-5.4/2",
        "two-signatures": "vihf/saml-5.4/7",
        "duplicate-id": "vihf/wss-3.4/3",
        "comment": "vihf/saml-5.4/9",
        **{f"xsw{number}": f"vihf/wrapping/{number}" for number in range(1, 9)},
        "wrong-issuer": "vihf/saml-2.3.3/7",
        "spaces": "vihf/saml-2.4/1",
        "nil": "vihf/saml-2.4/2",
        "bad-confirmation": "vihf/saml-2.4.1.1/1",
        "other-key": "vihf/saml-2.4.1.1/2",
        "no-authentication": "vihf/saml-2.7.2/1",
        "missing-structure": "vihf/attributes/Identifiant_Structure/1",
        "attribute-twice": "vihf/attributes/Identifiant_Structure/3",
        "wrong-version": "vihf/attributes/VIHF_Version/2",
        "wrong-mode": "vihf/attributes/Authentification_mode/2",
        "wrong-sector": "vihf/attributes/Secteur_Activite/2",
        "wrong-role": "vihf/attributes/role/2",
        "wrong-purpose": "vihf/attributes/purposeofuse/2",
        "wrong-resource": "vihf/attributes/Ressource_URN/2",
        "wrong-ins": "vihf/attributes/resource-id/2",
        "wrong-structure": "vihf/binding/4",
        "wrong-patient": "vihf/attributes/resource-id/3",
    }
    assert covered.keys() == BAD.keys() - {"replayed"}
    assert set(covered.values()) <= {row.id for row in BAD_TOKENS}


def test_a_patient_is_never_the_same_twice() -> None:
    assert len({ins.patient() for _ in range(50)}) == 50


def test_a_vihf_with_other_values_of_an_attribute_keeps_its_order(doctor: Holder) -> None:
    good = vihf.vihf(doctor, PATIENT)
    changed = good.having(n.SECTOR, "SA01^x")
    assert [name for name, _ in changed.attributes] == [name for name, _ in good.attributes]
    assert changed.get(n.SECTOR) == ("SA01^x",)
    assert not good.having(n.SECTOR).get(n.SECTOR)
    assert replace(good, at="x").xml != good.xml
