"""The XUA gate: the corpus of attacks, the variants of the IHE toolkit, and what a caller is told to be."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from dmp.authority import Authority
from security.certificates import TrustStore, Usage
from security.gate import Coded
from security.issuing import CertifiedKey
from security.saml import (
    Assertion,
    Attribute,
    Authentication,
    Conditions,
    Confirmation,
    FixedTrust,
    InProcessReplays,
    Reuse,
    sign,
    wsse_security,
)
from security.saml import names as n
from security.saml.making import envelope, unsigned
from security.saml.writing import write_assertion
from security.xmlsignature import sign_assertion
from security.xua import XuaGate, XuaOptions
from tests.security.corpus.assertions import cases
from tests.security.corpus.bench import GENUINE, Bench, Case, Layer
from tests.security.gates import Outcome, meet, meet_at_host
from tests.security.xua_bench import (
    AUDIENCE,
    CLASS,
    ISSUER,
    NURSE,
    PATIENT,
    PAYMENT,
    PHYSICIAN,
    TREATMENT,
    assertion,
    template,
)

NAMES = [case.name for case in cases(Bench(None, Usage.SIGN))]  # type: ignore[arg-type]
OTHERS = {
    "ECDSA on P-256": "issuer",  # signed by the nurse, who is not the issuer
    "structure: no signature": "unsigned",
    "structure: no assertion": "no-token",
    "structure: two signatures": "signature-place",
    "structure: the signature at the end": "signature-place",
    "content: expired": "expired",
    "content: not yet valid": "not-yet-valid",
    "content: a time without its zone": "time-format",
    "content: two Conditions": "structure",
    "content: for another audience": "audience",
    "content: a condition that nobody knows": "unknown-condition",
    "content: SAML 1.1": "version",
    "content: issued tomorrow": "issued-later",
    "content: an empty NameID": "structure",
    "content: an element in the NameID": "structure",
    "content: signed by somebody else, who may sign": "issuer",
}
ALLOWED = {
    "content: an attribute twice",
}
"""ITI TF-2 3.40.4.1.2 lets attributes repeat; this one repeats with one value."""


@pytest.fixture(scope="module")
def trust(pki: Path) -> FixedTrust:
    return FixedTrust(TrustStore.load(pki))


class Desk:
    """A gate whose only issuer is the doctor's signature certificate."""

    def __init__(self, authority: Authority, trust: FixedTrust) -> None:
        self.authority, self.trust, self.at = authority, trust, authority.at
        self.signer = authority.identities["doctor"].signature
        self.peer: CertifiedKey | None = authority.identities["hospital"].authentication
        subject = self.signer.certificate.subject.rfc4514_string()
        self.options = XuaOptions(audiences=frozenset({AUDIENCE}), issuers={ISSUER: frozenset({subject})})

    def gate(self) -> XuaGate:
        return XuaGate(self.trust, self.options, InProcessReplays(), clock=lambda: self.at)

    def assertion(self, **changes: object) -> Assertion:
        return assertion(self.authority.at, **changes)

    def present(self, said: Assertion) -> Outcome:
        return meet(self.gate(), message(sign(said, self.signer)), self.peer)


@pytest.fixture
def desk(authority: Authority, trust: FixedTrust) -> Desk:
    return Desk(authority, trust)


def message(*contents: bytes) -> bytes:
    return envelope(wsse_security(*contents), b'<x Id="Document01"/>', action="urn:x")


@pytest.fixture(scope="module")
def corpus(authority: Authority) -> list[Case]:
    return list(cases(Bench(authority, Usage.SIGN, template)))


@pytest.mark.parametrize("number", range(len(NAMES)), ids=NAMES)
def test_each_attack_is_refused_for_its_reason_and_what_real_software_sends_is_not(
    number: int, corpus: list[Case], desk: Desk
) -> None:
    case = corpus[number]
    desk.options = replace(desk.options, usages=(Usage.SIGN,))
    raw = case.build(Bench(desk.authority, Usage.SIGN, template))
    outcome = meet(desk.gate(), raw, desk.peer)
    if (case.layer is Layer.NONE or case.name in ALLOWED) and case.name not in OTHERS:
        assert outcome.accepted, outcome.reason
        assert outcome.caller is not None
        assert outcome.caller.name == GENUINE
        return
    reason = OTHERS.get(case.name) or case.reason
    assert reason is not None
    assert f", {reason}:" in outcome.reason
    assert outcome.code in {"wsse:InvalidSecurity", "wsse:FailedAuthentication"}
    assert not meet_at_host(desk.gate(), raw, desk.peer).accepted


# --- the variants of the IHE toolkit, by the suffix of their names ---------------------------------------------------


def _second(said: Assertion, name: str, *more: Attribute) -> Assertion:
    return replace(said, attributes=(*(each for each in said.attributes if each.name != name), *more))


def test_expired(desk: Desk) -> None:
    ended = desk.at - timedelta(minutes=5)
    said = desk.assertion(
        issue_instant=ended - timedelta(minutes=5),
        conditions=Conditions(ended - timedelta(minutes=5), ended, (frozenset({AUDIENCE}),)),
    )
    assert ", expired:" in desk.present(said).reason


def test_notyetvalid(desk: Desk) -> None:
    begins = desk.at + timedelta(minutes=5)
    said = desk.assertion(conditions=Conditions(begins, begins + timedelta(minutes=5), (frozenset({AUDIENCE}),)))
    assert ", not-yet-valid:" in desk.present(said).reason


def test_unsigned(desk: Desk) -> None:
    assert ", unsigned:" in meet(desk.gate(), message(unsigned(desk.assertion())), desk.peer).reason


def test_unknownaudience(desk: Desk) -> None:
    conditions = desk.assertion().conditions
    assert conditions is not None
    said = desk.assertion(conditions=replace(conditions, audiences=(frozenset({"https://elsewhere.example/"}),)))
    assert ", audience:" in desk.present(said).reason
    said = desk.assertion(conditions=replace(conditions, audiences=()))
    assert ", audience:" in desk.present(said).reason


def test_invalidauthnstatement(desk: Desk) -> None:
    assert ", authentication:" in desk.present(desk.assertion(authentications=())).reason
    later = Authentication(desk.at + timedelta(minutes=5), (CLASS,))
    assert ", authentication:" in desk.present(desk.assertion(authentications=(later,))).reason


@pytest.mark.parametrize("context", ["", "urn:unknown", n.AUTHN_CLASSES])
def test_invalidauthnstatement_without_a_class(desk: Desk, context: str) -> None:
    said = desk.assertion(authentications=(Authentication(desk.at, (context,)),))
    assert ", authentication:" in desk.present(said).reason
    said = desk.assertion(authentications=(Authentication(desk.at, ()),))
    assert ", authentication:" in desk.present(said).reason


def test_invalidauthnstatement_of_a_session_that_is_over(desk: Desk) -> None:
    over = Authentication(desk.at, (CLASS,), session_not_on_or_after=desk.at - timedelta(minutes=2))
    assert ", authentication:" in desk.present(desk.assertion(authentications=(over,))).reason


@pytest.mark.parametrize("way", ["a value more", "an attribute more"])
def test_secondrole_and_secondpurposeofuse(desk: Desk, way: str) -> None:
    for name, first, other in ((n.ROLE, PHYSICIAN, NURSE), (n.PURPOSE_OF_USE, TREATMENT, PAYMENT)):
        more = (
            (Attribute.of(name, first, other),)
            if way == "a value more"
            else (Attribute.of(name, first), Attribute.of(name, other))
        )
        outcome = desk.present(_second(desk.assertion(), name, *more))
        assert outcome.caller is not None, outcome.reason
        found = outcome.caller.roles if name == n.ROLE else outcome.caller.purposes_of_use
        assert [each.code for each in found] == [first.code, other.code]


def test_secondrole_in_a_statement_of_its_own(desk: Desk) -> None:
    root = write_assertion(desk.assertion())
    statement = etree.SubElement(root, n.ATTRIBUTE_STATEMENT)
    statement.append(next(each for each in root.iter(n.ATTRIBUTE) if each.get("Name") == n.ROLE))
    raw = message(etree.tostring(sign_assertion(root, desk.signer)))
    assert meet(desk.gate(), raw, desk.peer).accepted


def test_secondauthncontext(desk: Desk) -> None:
    twice = Authentication(desk.at, (CLASS, f"{n.AUTHN_CLASSES}Password"))
    assert desk.present(desk.assertion(authentications=(twice,))).accepted
    two = (Authentication(desk.at, (CLASS,)), Authentication(desk.at, (CLASS,)))
    assert desk.present(desk.assertion(authentications=two)).accepted


def test_withauthzconsent(desk: Desk) -> None:
    said = desk.assertion()
    consent = (Attribute.of(n.BPPC_DOCUMENT, "1.2.3"), Attribute.of(n.CONSENT_POLICY, "urn:oid:1.2.3.4"))
    assert desk.present(replace(said, attributes=(*said.attributes, *consent))).accepted


# --- what else -------------------------------------------------------------------------------------------------------


def test_the_caller_is_who_the_assertion_names(desk: Desk) -> None:
    found = desk.present(desk.assertion()).caller
    assert found is not None
    assert (found.name, found.alias, found.issuer) == ("jdoe", "doctor", ISSUER)
    assert (found.full_name, found.organisation, found.organisation_name) == ("John DOE", "urn:oid:1.2.3", "Vanderbilt")
    assert found.roles == (Coded("112247003", "2.16.840.1.113883.6.96", "Medical doctor"),)
    assert found.patient_id == PATIENT
    assert found.vouched


def test_a_token_of_the_holder_of_a_key_is_his_alone(desk: Desk, authority: Authority) -> None:
    assert desk.peer is not None
    own = desk.peer.certificate.public_bytes(Encoding.DER)
    said = desk.assertion(confirmations=(Confirmation(n.HOLDER_OF_KEY, certificates=(own,)),))
    assert desk.present(said).accepted
    desk.peer = authority.identities["clinic"].authentication
    assert ", holder-of-key:" in desk.present(said).reason


def test_one_confirmation_that_holds_is_enough(desk: Desk) -> None:
    held = desk.assertion().confirmations
    assert desk.present(desk.assertion(confirmations=(Confirmation("urn:unknown"), *held))).accepted
    assert ", confirmation:" in desk.present(desk.assertion(confirmations=(Confirmation("urn:unknown"),))).reason
    assert ", confirmation:" in desk.present(desk.assertion(confirmations=())).reason


@pytest.mark.parametrize(
    ("confirmation", "reason"),
    [
        ({"recipient": "https://elsewhere.example/"}, "confirmation"),
        ({"address": "192.0.2.1"}, "confirmation"),
        ({"not_before": timedelta(minutes=5)}, "not-yet-valid"),
        ({"not_on_or_after": timedelta(minutes=-5)}, "expired"),
    ],
)
def test_a_bearer_is_held_to_what_the_confirmation_says(
    desk: Desk, confirmation: dict[str, object], reason: str
) -> None:
    desk.options = replace(desk.options, recipients=frozenset({AUDIENCE}))
    data = {name: desk.at + value if isinstance(value, timedelta) else value for name, value in confirmation.items()}
    said = desk.assertion(confirmations=(Confirmation(n.BEARER, **data),))  # type: ignore[arg-type]
    assert f", {reason}:" in desk.present(said).reason


def test_two_patients_are_no_patient(desk: Desk) -> None:
    """Any attribute may have several values; which patient it is cannot be said then. # ITI TF-2 3.40.4.1.2"""
    said = desk.assertion()
    other = Attribute.of(n.RESOURCE_ID, "X^^^&1.2.3&ISO")
    outcome = desk.present(replace(said, attributes=(*said.attributes, other)))
    assert outcome.accepted
    assert outcome.caller is not None
    assert outcome.caller.patient_id == ""


@pytest.mark.parametrize("name", [n.SUBJECT_ID, n.HOME_COMMUNITY_ID, n.ORGANIZATION, n.ORGANIZATION_ID])
def test_an_attribute_may_have_several_values(desk: Desk, name: str) -> None:
    said = desk.assertion()
    again = replace(said, attributes=(*said.attributes, Attribute.of(name, "urn:oid:2.999.1", "urn:oid:2.999.2")))
    assert desk.present(again).accepted


def test_required_attributes_are_required(desk: Desk) -> None:
    desk.options = replace(desk.options, required=frozenset({n.PURPOSE_OF_USE}))
    assert desk.present(desk.assertion()).accepted
    assert ", attribute-missing:" in desk.present(_second(desk.assertion(), n.PURPOSE_OF_USE)).reason


def test_a_proxied_service_may_do_without_certificates_of_clients(desk: Desk) -> None:
    desk.peer = None
    assert ", no-tls-certificate:" in desk.present(desk.assertion()).reason
    desk.options = replace(desk.options, tls_required=False)
    assert desk.present(desk.assertion()).accepted


def test_an_assertion_of_one_use_is_used_once(desk: Desk) -> None:
    conditions = desk.assertion().conditions
    assert conditions is not None
    for said, reuse in (
        (desk.assertion(conditions=replace(conditions, one_time_use=True)), Reuse.PER_MESSAGE),
        (desk.assertion(), Reuse.ONCE),
    ):
        desk.options = replace(desk.options, reuse=reuse)
        gate, made = desk.gate(), sign(said, desk.signer)
        assert meet(gate, message(made), desk.peer).accepted
        assert ", replayed:" in meet(gate, message(made), desk.peer).reason


def test_any_believed_signer_will_do_where_no_issuers_are_named(desk: Desk) -> None:
    desk.signer = desk.authority.identities["clinic"].signature
    assert ", issuer:" in desk.present(desk.assertion()).reason
    desk.options = replace(desk.options, issuers={})
    assert desk.present(desk.assertion()).accepted
    named = desk.assertion(issuer="CN=Somebody else,C=FR", issuer_format=n.X509_SUBJECT)
    assert ", issuer:" in desk.present(named).reason


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_changed_message_never_passes_as_another_and_never_breaks_the_gate(desk: Desk, data: st.DataObject) -> None:
    raw = bytearray(message(sign(desk.assertion(), desk.signer)))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(raw) - 1))
        if data.draw(st.booleans()):
            raw[place] = data.draw(st.integers(0, 255))
        else:
            other = data.draw(st.integers(0, len(raw) - 1))
            raw[place:place] = raw[other : other + data.draw(st.integers(1, 600))]
    outcome = meet(desk.gate(), bytes(raw), desk.peer)
    if outcome.accepted:
        assert outcome.caller is not None
        assert (outcome.caller.name, outcome.caller.patient_id) == ("jdoe", PATIENT)
