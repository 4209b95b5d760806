"""The gate of the DMP: modes, holders, connections, patients and structures."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from dmp.authority import Authority
from dmp.vihf import Leniency, Mode, PurposeOfUse, VihfCaller, VihfGate, VihfOptions
from dmp.vihf import names as v
from dmp.vihf.bad import BAD, Bad
from dmp.vihf.forging import Forge
from dmp.vihf.make import Wish, token, vihf
from metadata.model import Author
from security.certificates import TrustStore
from security.gate import Refused
from security.issuing import CertifiedKey
from security.saml import (
    CE,
    Attribute,
    FixedTrust,
    InProcessReplays,
    ReplayStoreFailed,
    Reuse,
    sign,
)
from security.saml import names as n
from security.xmlsignature import names as xn
from tests.dmp.vihf_bench import OTHER_PATIENT, PATIENT, message, template, twin
from tests.security.corpus.bench import sign as sign_by_hand
from tests.security.gates import Outcome, credentials, meet


@pytest.fixture(scope="module")
def trust(pki: Path) -> FixedTrust:
    return FixedTrust(TrustStore.load(pki))


class Desk:
    """A gate, and who comes to it."""

    def __init__(self, authority: Authority, trust: FixedTrust) -> None:
        self.authority, self.trust = authority, trust
        self.at = authority.at
        self.options = VihfOptions()
        self.replays = InProcessReplays()

    def allow(self, *more: Leniency) -> None:
        self.options = replace(self.options, leniencies=self.options.leniencies | set(more))

    def forbid(self, *less: Leniency) -> None:
        self.options = replace(self.options, leniencies=self.options.leniencies - set(less))

    def gate(self) -> VihfGate:
        return VihfGate(self.trust, self.options, self.replays, clock=lambda: self.at)

    def wish(self, name: str, **changes: object) -> Wish:
        return replace(Wish(self.authority.identities[name], PATIENT, self.authority.at), **changes)  # type: ignore[arg-type]

    def card(self, name: str) -> CertifiedKey:
        return self.authority.identities[name].authentication

    def present(self, wish: Wish, *, over: str | None = None) -> Outcome:
        return meet(self.gate(), message(token(wish)), self.card(over or wish.identity.name))

    def present_changed(self, wish: Wish, *attributes: Attribute, without: str = "", **changes: object) -> Outcome:
        """With attributes in the place of those of the same name, and other changes to the assertion."""
        assertion = vihf(wish)
        given_ = {each.name.lower(): each for each in attributes}
        kept = tuple(given_.pop(each.name.lower(), each) for each in assertion.attributes if each.name != without)
        changed = replace(assertion, attributes=(*kept, *given_.values()), **changes)  # type: ignore[arg-type]
        raw = message(sign(changed, wish.identity.signature))
        return meet(self.gate(), raw, wish.identity.authentication)


@pytest.fixture
def desk(authority: Authority, trust: FixedTrust) -> Desk:
    return Desk(authority, trust)


def caller(outcome: Outcome) -> VihfCaller:
    assert isinstance(outcome.caller, VihfCaller), outcome.reason
    return outcome.caller


# --- who is let in ---------------------------------------------------------------------------------------------------


def test_a_doctor_signs_with_her_card(desk: Desk) -> None:
    found = caller(desk.present(desk.wish("doctor")))
    assert (found.mode, found.name, found.signed) == (Mode.DIRECTE, "899900101017", True)
    assert [role.code for role in found.roles] == ["10", "SM26"]
    assert found.patient_id == PATIENT
    assert (found.sector, found.version, found.purpose) == ("SA07", "3.0", PurposeOfUse.NORMAL)
    assert [purpose.code for purpose in found.purposes_of_use] == ["normal"]


def test_a_card_that_opened_the_connection_need_not_sign(desk: Desk) -> None:
    found = caller(desk.present(desk.wish("nurse", signed=False)))
    assert (found.mode, found.signed, found.signer) == (Mode.DIRECTE, False, None)


def test_a_card_without_a_name_acts_for_its_structure(desk: Desk) -> None:
    found = caller(desk.present(desk.wish("secretary")))
    assert (found.name, found.organisation) == ("30B0990017/CPE0001", "10B0990017")


@pytest.mark.parametrize("mode", [Mode.INDIRECTE, Mode.INDIRECTE_RENFORCEE])
def test_a_structure_vouches_for_its_users(desk: Desk, mode: Mode) -> None:
    found = caller(desk.present(desk.wish("hospital", mode=mode, name_id="j.dupont", full_name="Jeanne DUPONT")))
    assert (found.mode, found.name, found.full_name) == (mode, "j.dupont", "Jeanne DUPONT")
    assert found.organisation == "10B0990017"


@pytest.mark.parametrize("version", ["2.0", "3.0", "4.0"])
def test_three_versions_are_read(desk: Desk, version: str) -> None:
    assert caller(desk.present(desk.wish("doctor", version=version))).version == version


@pytest.mark.parametrize("purpose", list(PurposeOfUse))
def test_every_purpose_of_use_is_told(desk: Desk, purpose: PurposeOfUse) -> None:
    assert caller(desk.present(desk.wish("doctor", purpose=purpose))).purpose is purpose


def test_a_secret_connection_is_told(desk: Desk) -> None:
    assert caller(desk.present(desk.wish("doctor", secret=True))).secret
    assert not caller(desk.present(desk.wish("doctor"))).secret


@pytest.mark.parametrize("name", ["Authentification_Mode", "AUTHENTIFICATION_MODE"])
def test_the_mode_is_spelled_in_two_ways(desk: Desk, name: str) -> None:
    wish = desk.wish("doctor")
    attribute = Attribute.of(name, "DIRECTE")
    assert desk.present_changed(wish, attribute).accepted
    desk.forbid(Leniency.MODE_SPELLING)
    assert "Authentification_mode est absent" in desk.present_changed(wish, attribute).reason


def test_the_issuer_may_be_written_as_java_writes_it(desk: Desk) -> None:
    wish = desk.wish("doctor")
    issuer = "CN=899900101017+2.5.4.4=#0c08464f4e5441494e45+2.5.4.42=#0c06434c41495245,2.5.4.12=M\\C3\\A9decin,C=FR"
    assert desk.present_changed(wish, issuer=issuer).accepted


@pytest.mark.parametrize("name", ["doctor", "hospital"])
def test_a_strict_gate_takes_a_strict_token(desk: Desk, name: str) -> None:
    desk.options = VihfOptions.strict()
    wish = desk.wish(name, lifetime=timedelta(minutes=5), authn_class="SmartcardPKI")
    assert desk.present(wish).accepted
    assert "[confirmation]" in desk.present(replace(wish, lifetime=None)).reason
    assert "[authentication]" in desk.present(replace(wish, authn_class="Password")).reason


# --- who is not ------------------------------------------------------------------------------------------------------


CASES = [(name, bad) for name in ("doctor", "hospital") for bad in BAD.values() if not bad.patient]


@pytest.mark.parametrize(("name", "bad"), CASES, ids=[f"{name}-{bad.name}" for name, bad in CASES])
def test_each_bad_case_is_refused_by_its_check(desk: Desk, name: str, bad: Bad) -> None:
    wish = desk.wish(name)
    if bad.needs_structure and not wish.holder.structure:
        pytest.skip("a professional's card names no structure to contradict")
    if bad.indirect and wish.chosen_mode.direct:
        desk.forbid(Leniency.UNSIGNED_DIRECT)
    raw = message(bad.build(Forge(wish, twin(desk.authority, name))), message_id="urn:uuid:1")
    gate = desk.gate()
    outcome = meet(gate, raw, desk.card(name))
    if bad.twice:
        assert outcome.accepted
        outcome = meet(gate, raw, desk.card(name))
    assert f"contrôle {bad.check.value} (" in outcome.reason


def test_a_certificate_that_is_not_for_signing_has_a_fault_of_its_own(desk: Desk) -> None:
    raw = message(BAD["auth-certificate"].build(Forge(desk.wish("hospital"), twin(desk.authority, "hospital"))))
    outcome = meet(desk.gate(), raw, desk.card("hospital"))
    assert (outcome.code, outcome.told) == ("dmp:DMPInvalidCertificate", "Not a valid signature certificate")


def test_an_authentication_certificate_of_a_structure_may_be_allowed_by_name(desk: Desk) -> None:
    raw = message(BAD["auth-certificate"].build(Forge(desk.wish("hospital"), twin(desk.authority, "hospital"))))
    desk.allow(Leniency.SEAL_WITHOUT_COMMITMENT)
    # The Issuer names the seal, and the authentication certificate has another CN.
    assert "[issuer]" in meet(desk.gate(), raw, desk.card("hospital")).reason


@pytest.mark.parametrize("over", ["nurse", "hospital", "secretary"])
@pytest.mark.parametrize("signed", [True, False])
def test_a_token_of_a_card_does_not_travel_over_the_connection_of_another(desk: Desk, over: str, signed: bool) -> None:
    outcome = desk.present(desk.wish("doctor", signed=signed), over=over)
    assert not outcome.accepted
    if signed:
        assert "[tls-mismatch]" in outcome.reason


@pytest.mark.parametrize("over", ["clinic", "doctor", "secretary"])
def test_a_token_of_a_structure_does_not_travel_over_the_connection_of_another(desk: Desk, over: str) -> None:
    assert "[tls-mismatch]" in desk.present(desk.wish("hospital"), over=over).reason


def test_no_token_goes_without_a_client_certificate(desk: Desk) -> None:
    for wish in (desk.wish("doctor"), desk.wish("hospital"), desk.wish("doctor", signed=False)):
        assert "[no-tls-certificate]" in meet(desk.gate(), message(token(wish)), None).reason


def test_a_revoked_connection_is_closed_to_a_good_token(desk: Desk) -> None:
    connection = desk.authority.bad["doctor-revoked"].authentication
    outcome = meet(desk.gate(), message(token(desk.wish("doctor"))), connection)
    assert "contrôle 18" in outcome.reason
    assert "[revoked]" in outcome.reason


def test_a_card_does_not_vouch_for_others(desk: Desk) -> None:
    """The secretary's card names a structure, and is no seal."""
    wish = desk.wish("secretary", mode=Mode.INDIRECTE, name_id="899900101017", full_name="Claire FONTAINE")
    assert "[mode]" in desk.present(wish).reason


def test_a_seal_does_not_pass_for_a_card(desk: Desk) -> None:
    wish = desk.wish("hospital", mode=Mode.DIRECTE, name_id="CACHET TEST")
    assert not desk.present(wish).accepted


def test_a_profession_that_is_not_that_of_the_card_is_refused(desk: Desk) -> None:
    doctor = (CE("Role", "10", v.PROFESSIONS), CE("Role", "SM26", v.SAVOIR_FAIRE))
    assert "la carte porte la profession 60" in desk.present(desk.wish("nurse", roles=doctor)).reason


def test_a_doctor_states_a_speciality(desk: Desk) -> None:
    wish = desk.wish("doctor", roles=(CE("Role", "10", v.PROFESSIONS),))
    assert "[attribute-missing]" in desk.present(wish).reason
    desk.allow(Leniency.NO_SPECIALITY)
    assert desk.present(wish).accepted


def test_a_legal_entity_acts_for_its_sites_when_the_table_says_so(desk: Desk) -> None:
    wish = desk.wish("hospital", structure="10B0990033")
    assert "[structure-mismatch]" in desk.present(wish).reason
    desk.options = replace(desk.options, sites={"10B0990017": frozenset({"10B0990033"})})
    assert desk.present(wish).accepted
    desk.options = VihfOptions()
    desk.allow(Leniency.ANY_SITE)
    assert desk.present(wish).accepted


@pytest.mark.parametrize(
    "name_id",
    [
        "８９９９００１０１０１７",
        "899900101017\u202e",
        "\u200b899900101017",
        "Jose\u0301",
        "jean\u0085",
    ],
)
def test_a_name_that_looks_like_another_is_refused(desk: Desk, name_id: str) -> None:
    assert "[subject]" in desk.present(desk.wish("hospital", name_id=name_id)).reason


def test_a_name_in_another_script_is_a_name(desk: Desk) -> None:
    assert desk.present(desk.wish("hospital", name_id="מרים", full_name="מרים כהן")).accepted


def test_sha1_is_accepted_only_by_name(desk: Desk) -> None:
    identity = desk.authority.identities["doctor"]
    assertion = template(identity)("_sha1", "899900101017", desk.at)
    signed = sign_by_hand(assertion, identity.signature, method=xn.RSA_SHA1, digest_method=xn.SHA1)
    raw = message(etree.tostring(signed))
    assert "[algorithm]" in meet(desk.gate(), raw, identity.authentication).reason
    desk.allow(Leniency.SHA1)
    assert meet(desk.gate(), raw, identity.authentication).accepted


def test_what_real_stacks_add_to_the_header_is_let_be(desk: Desk) -> None:
    """A Timestamp and a token of its own, a comment in the Body, mustUnderstand without its namespace."""
    beside = (
        b'<wsu:Timestamp xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"'
        b' wsu:Id="TS-1"><wsu:Created>2026-03-01T12:00:00Z</wsu:Created></wsu:Timestamp>'
        b'<wsse:BinarySecurityToken Id="X509-1">AAAA</wsse:BinarySecurityToken>'
    )
    raw = message(beside, token(desk.wish("hospital"))).replace(b"<x ", b"<x><!-- ITI-42 --></x><x ", 1)
    raw = raw.replace(b"soap12:mustUnderstand", b"mustUnderstand")
    assert meet(desk.gate(), raw, desk.card("hospital")).accepted


def test_a_key_elsewhere_in_the_header_is_not_looked_for(desk: Desk) -> None:
    """KeyInfo points to a certificate of the attacker's choice, in the same Security header."""
    root = etree.fromstring(token(desk.wish("hospital")))
    key_info = root[1][2]
    certificate = key_info[0][0].text or ""
    key_info.clear()
    wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
    reference = etree.SubElement(key_info, f"{{{wsse}}}SecurityTokenReference")
    etree.SubElement(reference, f"{{{wsse}}}Reference", URI="#X509-1")
    beside = f'<wsse:BinarySecurityToken Id="X509-1">{certificate}</wsse:BinarySecurityToken>'.encode()
    outcome = meet(desk.gate(), message(beside, etree.tostring(root)), desk.card("hospital"))
    assert "[key-info]" in outcome.reason


def test_an_encrypted_assertion_is_not_opened(desk: Desk) -> None:
    encrypted = f'<a:EncryptedAssertion xmlns:a="{n.SAML}"/>'.encode()
    assert "contrôle 4" in meet(desk.gate(), message(encrypted), desk.card("hospital")).reason


def test_the_audit_learns_who_a_refused_caller_said_to_be(desk: Desk) -> None:
    gate = desk.gate()
    raw = message(BAD["revoked"].build(Forge(desk.wish("doctor"), twin(desk.authority, "doctor"))))
    with pytest.raises(Refused) as refused:
        gate.admit(credentials(raw, desk.card("doctor")))
    claimed = refused.value.claimed
    assert claimed is not None
    assert (claimed.name, claimed.signer) == ("899900101017", None)
    assert "CN=899900101017" in claimed.issuer


# --- what the body says ----------------------------------------------------------------------------------------------


def test_the_patient_of_the_request_is_that_of_the_token(desk: Desk) -> None:
    found = caller(desk.present(desk.wish("doctor")))
    found.require_patient("207058575627097^^^&1.2.250.1.213.1.4.10&ISO^NH^^20100907")
    with pytest.raises(Refused, match="could not be authenticated") as refused:
        found.require_patient(PATIENT, OTHER_PATIENT)
    assert "patient" in refused.value.reason
    assert "255069999999934" not in refused.value.reason


def test_a_token_for_no_patient_opens_no_record(desk: Desk) -> None:
    found = caller(desk.present(desk.wish("doctor", patient_id="")))
    with pytest.raises(Refused):
        found.require_patient(PATIENT)


def _author(structure: str) -> Author:
    return Author(person="1^A^B", institutions=(f"X^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^{structure}",))


def test_an_author_of_the_set_is_of_the_structure_of_the_token(desk: Desk) -> None:
    found = caller(desk.present(desk.wish("hospital")))
    found.require_structure([_author("10B0000000"), _author("10B0990017")])
    with pytest.raises(Refused, match="Aucun AuthorInstitution ne correspond"):
        found.require_structure([_author("10B0000000")])
    with pytest.raises(Refused):
        found.require_structure([])


def test_a_card_is_not_held_to_a_structure(desk: Desk) -> None:
    caller(desk.present(desk.wish("doctor"))).require_structure([])


# --- time and again --------------------------------------------------------------------------------------------------


def test_a_token_serves_again_for_another_message_over_the_same_connection(desk: Desk) -> None:
    made, gate = token(desk.wish("doctor")), desk.gate()
    assert all(meet(gate, message(made), desk.card("doctor")).accepted for _ in range(3))


def test_a_token_serves_once_where_that_is_asked(desk: Desk) -> None:
    desk.options = replace(desk.options, reuse=Reuse.ONCE)
    made, gate = token(desk.wish("doctor")), desk.gate()
    assert meet(gate, message(made), desk.card("doctor")).accepted
    assert "[replayed]" in meet(gate, message(made), desk.card("doctor")).reason


def test_a_message_is_seen_once_by_all_workers(desk: Desk) -> None:
    """Two gates with caches of their own, and one store of what was seen."""
    raw = message(token(desk.wish("hospital")))
    assert meet(desk.gate(), raw, desk.card("hospital")).accepted
    assert "[replayed]" in meet(desk.gate(), raw, desk.card("hospital")).reason


def test_a_remembered_token_ends_when_it_ends(desk: Desk) -> None:
    made, gate = token(desk.wish("doctor", lifetime=timedelta(minutes=5))), desk.gate()
    assert meet(gate, message(made), desk.card("doctor")).accepted
    desk.at += timedelta(minutes=5, seconds=59)
    assert meet(gate, message(made), desk.card("doctor")).accepted
    desk.at += timedelta(seconds=2)
    assert "[expired]" in meet(gate, message(made), desk.card("doctor")).reason


def test_a_remembered_token_over_another_connection_is_looked_at_anew(desk: Desk) -> None:
    made, gate = token(desk.wish("doctor")), desk.gate()
    assert meet(gate, message(made), desk.card("doctor")).accepted
    assert "[tls-mismatch]" in meet(gate, message(made), desk.card("nurse")).reason


def test_a_remembered_token_does_not_cover_what_stands_beside_it(desk: Desk) -> None:
    made, gate = token(desk.wish("doctor")), desk.gate()
    assert meet(gate, message(made), desk.card("doctor")).accepted
    identifier = vihf_id(made)
    for raw in (
        message(made).replace(b"Document01", identifier),
        message(made).replace(b"<x ", b"<x>" + made + b"</x><x "),
    ):
        assert "contrôle 4" in meet(gate, raw, desk.card("doctor")).reason


def vihf_id(made: bytes) -> bytes:
    return made.partition(b' ID="')[2].partition(b'"')[0]


def test_nothing_passes_when_nobody_knows_what_was_seen(desk: Desk) -> None:
    class Away(InProcessReplays):
        def claim(self, *args: object, **named: object) -> bytes | None:
            raise ReplayStoreFailed("away")

    desk.replays = Away()
    assert "[replay-unknown]" in desk.present(desk.wish("doctor")).reason


def test_two_at_once_are_not_taken_for_each_other(desk: Desk) -> None:
    """One gate, many threads: what one of them proves never vouches for what another brings."""
    gate = desk.gate()
    genuine = [message(token(desk.wish("hospital"))) for _ in range(8)]
    wish = desk.wish("hospital", name_id="attacker")
    forged = [message(sign(vihf(wish), desk.authority.bad["hospital-stranger"].signature)) for _ in range(8)]
    work = [*genuine, *forged] * 12
    card = desk.card("hospital")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda raw: (raw in genuine, meet(gate, raw, card)), work))
    assert not [outcome for good, outcome in found if outcome.accepted and not good]
    assert sum(outcome.accepted for _, outcome in found) == len(genuine)
    assert {outcome.caller.name for _, outcome in found if outcome.caller} == {"utilisateur-1"}


# --- hostile input ---------------------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_changed_token_never_passes_as_another_and_never_breaks_the_gate(desk: Desk, data: st.DataObject) -> None:
    wish = desk.wish("hospital")
    made = token(wish)
    raw = bytearray(message(made))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        kind = data.draw(st.sampled_from(["flip", "drop", "insert", "copy"]))
        if kind == "flip":
            raw[place] = data.draw(st.integers(0, 255))
        elif kind == "drop":
            del raw[place : place + data.draw(st.integers(1, 40))]
        elif kind == "insert":
            raw[place:place] = data.draw(
                st.sampled_from([b"<!-- -->", b"<?p?>", b"&amp;", b"<a/>", b" ", b"\x00", b"]]>"])
            )
        else:
            end = place + data.draw(st.integers(1, 400))
            raw[place:place] = raw[place:end]
    outcome = meet(desk.gate(), bytes(raw), desk.card("hospital"))
    if outcome.accepted:  # what was changed was outside the token, or white space that no signature covers
        found = caller(outcome)
        assert (found.name, found.organisation, found.patient_id) == ("utilisateur-1", "10B0990017", PATIENT)
        assert found.assertion_id == vihf_id(made).decode()


def test_no_reason_names_a_patient(desk: Desk) -> None:
    for bad in BAD.values():
        raw = message(bad.build(Forge(desk.wish("hospital"), twin(desk.authority, "hospital"))))
        outcome = meet(desk.gate(), raw, desk.card("hospital"))
        assert "207058575627097" not in outcome.reason
        assert "207058575627097" not in outcome.told
