"""Tokens: good ones, each bad one, and what a token has in common with its message."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from conformance.judging import judge
from conformance.judging.moment import own_time
from dmp.authority import Authority
from dmp.vihf import Mode
from dmp.vihf.bad import BAD
from dmp.vihf.forging import Forge
from dmp.vihf.make import Wish, token
from security.saml import Assertion, Attribute, Authentication, Check, Conditions, sign, wsse_security
from security.saml import names as n
from security.saml.making import envelope, unsigned

PATIENT = "277076322082910^^^&1.2.250.1.213.1.4.10&ISO^NH"
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
OF_A_SERVER = {name for name, bad in BAD.items() if bad.check in (Check.BINDING, Check.REPLAY) or bad.patient}


def rules(judged: Any) -> list[str]:
    return [each.rule for each in judged.remarks]


OF_A_CONNECTION = {"other-key"}
"""Right or wrong is seen where the certificate of the client is known."""


@pytest.fixture(scope="module")
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def wish(authority: Authority, now: datetime) -> Wish:
    return Wish(authority.identities["doctor"], PATIENT, now)


@pytest.mark.parametrize("form", ["assertion", "header", "envelope"])
def test_a_good_vihf_has_no_remark(wish: Wish, now: datetime, trust: Any, form: str) -> None:
    made = token(wish)
    forms = {
        "assertion": b'<?xml version="1.0"?>\n' + made,
        "header": wsse_security(made),
        "envelope": envelope(wsse_security(made), b"<x/>", action="urn:x"),
    }
    judged = judge(forms[form], profile="dmp", at=now, trust=trust)
    assert [rule for rule in rules(judged) if rule.startswith("vihf")] == []
    assert {"VIHF", "VIHF certificate"} <= set(judged.checked)
    if form != "envelope":
        assert (judged.kind, judged.remarks) == ("VIHF", ())


@pytest.mark.parametrize("name", sorted(BAD.keys() - OF_A_SERVER))
def test_each_bad_vihf_is_told_by_its_check(
    authority: Authority, wish: Wish, now: datetime, trust: Any, name: str
) -> None:
    bad = BAD[name]
    if bad.indirect:
        wish = replace(wish, identity=authority.identities["hospital"], name_id="agent", full_name="Jean TEST")
    who = "hospital" if bad.indirect else "doctor"
    made = bad.build(Forge(wish, lambda flaw: authority.bad[f"{who}-{flaw}"]))
    message = envelope(wsse_security(made), b'<x Id="Document01"/>', action="urn:x")
    client = wish.identity.authentication.certificate.public_bytes(Encoding.DER) if name in OF_A_CONNECTION else None
    judged = judge(message, profile="dmp", at=now, trust=trust, client=client)
    assert f"vihf.{bad.check.name.lower().replace('_', '-')}" in rules(judged)
    assert "judging.failed" not in rules(judged)


def test_an_attribute_is_pointed_at(wish: Wish, now: datetime) -> None:
    made = BAD["wrong-version"].build(Forge(wish, lambda _: wish.identity))
    (remark,) = judge(made, at=now).remarks
    assert remark.rule == "vihf.attributes"
    assert "Attribute[" in remark.where
    assert "VIHF_Version" in remark.fr


def test_a_vihf_is_judged_as_of_the_time_that_is_asked_for(wish: Wish, now: datetime) -> None:
    made = token(wish)
    assert judge(made, at=now).remarks == ()
    assert rules(judge(made, at=now + timedelta(days=2))) == ["vihf.conditions"]
    assert rules(judge(made, at=now - timedelta(days=2))) == ["vihf.issuer", "vihf.authentication"]
    told = own_time(made)
    assert told is not None
    assert abs(told - now) < timedelta(seconds=1)
    assert judge(made, at=told).remarks == ()


def test_without_a_trust_store_no_certificate_is_judged_and_none_is_said_to_be(wish: Wish, now: datetime) -> None:
    made = BAD["self-signed"].build(Forge(wish, lambda flaw: wish.identity))
    assert "VIHF certificate" not in judge(made, at=now).checked


def test_a_lot_for_another_patient_than_its_vihf_is_told(make_lot: Any) -> None:
    other = make_lot("255069999999934^^^&1.2.250.1.213.1.4.10&ISO^NH")
    assert rules(other.judge(profile="dmp")) == ["fr.lot.patient"]


def test_a_query_for_another_patient_than_its_vihf_is_told(wish: Wish, now: datetime, stored_query: Any) -> None:
    header = wsse_security(token(wish))
    query = replace(stored_query, at=now).changed(b"</soap12:Header>", header + b"</soap12:Header>")
    assert rules(query.judge(profile="dmp")) == []
    assert rules(query.changed(b"'277076322082910", b"'255069999999934").judge(profile="dmp")) == ["vihf.patient"]


def test_a_query_for_what_is_no_ins_is_told(stored_query: Any) -> None:
    wrong = stored_query.changed(b"277076322082910", b"277076322082911")
    assert "query.ins" in rules(wrong.judge(profile="dmp"))
    assert rules(wrong.judge(profile="ihe")) == []


def test_the_dmp_asks_for_a_vihf_in_each_of_its_requests(make_lot: Any, stored_query: Any) -> None:
    assert rules(make_lot(vihf=False).judge(profile="dmp")) == ["vihf.missing"]
    assert rules(stored_query.judge(profile="dmp")) == ["vihf.missing"]


@pytest.fixture(scope="module")
def xua() -> Assertion:
    return Assertion(
        "_1",
        AT,
        "https://idp.example",
        "nurse",
        conditions=Conditions(AT, AT + timedelta(minutes=5), (frozenset({"https://xds.example"}),)),
        authentications=(Authentication(AT, (n.AUTHN_CLASSES + "X509",)),),
        attributes=(Attribute.of(n.SUBJECT_ID, "A Nurse"),),
    )


def test_an_assertion_that_is_no_vihf_is_held_to_saml(authority: Authority, xua: Assertion) -> None:
    made = sign(xua, authority.identities["hospital"].signature)
    judged = judge(made, at=AT)
    assert (judged.kind, judged.checked) == ("SAML assertion", ("SAML assertion",))
    assert rules(judged) == []
    assert rules(judge(made, at=AT + timedelta(hours=1))) == ["saml.conditions"]
    assert rules(judge(made.replace(b"A Nurse", b"A Thief"), at=AT)) == ["saml.signature"]
    assert rules(judge(unsigned(xua), at=AT)) == ["saml.signature-place"]
    assert "vihf.attributes" in rules(judge(made, at=AT, profile="dmp"))


def test_official_tokens_are_recognised(samples: Path) -> None:
    for path in sorted((samples / "dmp").glob("VIHF-indirecte*.xml")):
        judged = judge(path.read_bytes(), profile="auto")
        assert judged.kind == "VIHF"
        assert set(rules(judged)) == {"vihf.signature-shape", "vihf.conditions"}
    for path in sorted((samples / "dmp").glob("VIHF-directe*.xml")):
        assert rules(judge(path.read_bytes(), profile="auto")) == ["wire.xml.malformed"]  # one byte is not UTF-8


def test_the_structure_is_that_of_the_seal_or_a_site_of_it(authority: Authority, now: datetime) -> None:
    hospital = authority.identities["hospital"]
    made = token(Wish(hospital, PATIENT, now, Mode.INDIRECTE, "agent", "Jean TEST", "10B0990025"))
    (remark,) = judge(made, at=now, profile="dmp").remarks
    assert remark.rule == "vihf.structure"
    assert "10B0990025" in remark.en
    assert "10B0990017" in remark.fr
    assert judge(made, at=now, profile="dmp", sites={"10B0990017": frozenset({"10B0990025"})}).remarks == ()
    own = token(Wish(hospital, PATIENT, now, Mode.INDIRECTE, "agent", "Jean TEST"))
    assert judge(own, at=now, profile="dmp").remarks == ()
