"""`carnet vihf`: makes each case, and says of each token what is right in it and what is not."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dmp.authority import Authority
from dmp.cli_vihf import commands
from dmp.vihf import Leniency, VihfOptions
from dmp.vihf.bad import BAD
from dmp.vihf.explain import Explanation, Verdict, explain, message_of
from dmp.vihf.make import Wish, token, vihf
from dmp.vihf.messages import ABOUT
from security.certificates import TrustStore
from security.saml import Check, Confirmation, sign
from security.saml import names as n
from security.saml.times import parse_time
from tests.dmp.vihf_bench import PATIENT, message
from tests.security.gates import der_of

INS = "207058575627097"


def run(*arguments: object, data: bytes | None = None) -> Result:
    return CliRunner().invoke(commands["vihf"], [str(each) for each in arguments], input=data)


@pytest.fixture
def identities(pki: Path) -> Path:
    return pki / "identities"


def refused(found: Explanation) -> list[Check]:
    return [each.check for each in found.findings if each.verdict is Verdict.REFUSED]


@pytest.mark.parametrize("shape", ["assertion", "security", "message"])
@pytest.mark.parametrize("who", ["doctor", "secretary", "hospital"])
def test_what_is_made_is_accepted(pki: Path, identities: Path, who: str, shape: str) -> None:
    made = run("make", "--identity", identities / f"{who}.p12", "--ins", INS, "--as", shape)
    assert made.exit_code == 0, made.output
    tls = identities / f"{who}-auth.pem"
    checked = run("check", "-", "--trust", pki, "--tls-cert", tls, data=made.stdout_bytes)
    assert checked.exit_code == 0, checked.output
    assert "VIHF accepté" in checked.output


@pytest.mark.parametrize("name", [name for name, bad in BAD.items() if not bad.twice and not bad.patient])
def test_each_bad_case_is_explained(pki: Path, identities: Path, name: str) -> None:
    made = run("make", "--identity", identities / "hospital.p12", "--ins", INS, "--bad", name)
    assert made.exit_code == 0, made.output
    tls = identities / "hospital-auth.pem"
    checked = run("check", "-", "--trust", pki, "--tls-cert", tls, "--json", data=made.stdout_bytes)
    assert checked.exit_code == 1, checked.output
    checks = json.loads(checked.output)["checks"]
    assert BAD[name].check.value in [each["check"] for each in checks if each["verdict"] == "refused"]
    assert [each["check"] for each in checks] == [check.value for check in Check]


def test_the_list_names_every_case() -> None:
    assert all(name in run("list").output for name in BAD)
    assert [each["name"] for each in json.loads(run("list", "--json").output)] == list(BAD)


def test_a_case_that_cannot_be_made_is_a_sentence(identities: Path) -> None:
    made = run("make", "--identity", identities / "doctor.p12", "--bad", "wrong-structure")
    assert (made.exit_code, "names no structure" in made.output) == (1, True)
    made = run("make", "--identity", identities / "nurse.p12", "--bad", "revoked")
    assert (made.exit_code, "carnet pki init makes" in made.output) == (1, True)
    made = run("make", "--identity", identities / "nobody.p12")
    assert (made.exit_code, "there is no such file" in made.output) == (1, True)


def test_going_on_after_the_first_fault(authority: Authority, pki: Path) -> None:
    made = token(Wish(authority.identities["hospital"], PATIENT, authority.at - timedelta(days=2)))
    made = made.replace(b">SA01^", b">XX^").replace(b"SmartcardPKI", b"Unheard")
    found = explain(made, VihfOptions(), at=authority.at, store=TrustStore.load(pki))
    assert refused(found) == [Check.SIGNATURE, Check.CONDITIONS, Check.ATTRIBUTES]


def test_without_a_trust_store_no_certificate_is_judged(authority: Authority) -> None:
    made = token(Wish(authority.bad["hospital-stranger"], PATIENT, authority.at))
    found = explain(made, VihfOptions(), at=authority.at)
    assert found.accepted
    verdicts = {each.check: each.verdict for each in found.findings}
    assert verdicts[Check.CERTIFICATE] is verdicts[Check.BINDING] is verdicts[Check.REPLAY] is Verdict.NOT_CHECKED
    assert verdicts[Check.SIGNATURE] is Verdict.OK


def test_a_captured_request_holds_its_envelope(authority: Authority, pki: Path) -> None:
    made = message(token(Wish(authority.identities["doctor"], PATIENT, authority.at)))
    head = b'POST /x HTTP/1.1\r\n\r\n--b\r\nContent-Type: application/xop+xml\r\n\r\n<?xml version="1.0"?>'
    captured = head + made + b"\r\n--b\r\nContent-ID: <d>\r\n\r\n<ClinicalDocument/>\r\n--b--\r\n"
    assert message_of(captured) == made
    card = der_of(authority.identities["doctor"].authentication)
    assert explain(captured, VihfOptions(), at=authority.at, store=TrustStore.load(pki), certificate=card).accepted


@pytest.mark.parametrize("data", [b"", b"<", b"\xff\xfe", b"<a/>", b"<e:Envelope", b"<!DOCTYPE a><a/>", b"<Envelope/>"])
def test_what_is_no_token_is_explained_as_well(data: bytes) -> None:
    result = run("check", "-", data=data)
    assert result.exit_code == 1
    assert "VIHF refusé" in result.output


def test_every_check_says_its_source_and_what_would_be_right() -> None:
    assert set(ABOUT) == set(Check)
    assert all(each.title and each.section and each.right for each in ABOUT.values())


# --- the official tokens: their shape, as they were edited after they were signed -------------------------------------

OFFICIAL = {
    "VIHF-directe-non-signe.xml": (set(), {Check.BINDING}),
    "VIHF-directe-signe.xml": ({Leniency.SHA1}, {Check.CERTIFICATE}),
    "VIHF-indirecte-signe.xml": ({Leniency.SHA1}, {Check.SIGNATURE}),
    "VIHF-indirecte-renforcee-signe.xml": ({Leniency.SHA1, Leniency.SEAL_WITHOUT_COMMITMENT}, {Check.SIGNATURE}),
}


@pytest.mark.parametrize("name", OFFICIAL)
def test_the_official_tokens_have_the_shape_that_is_read(samples: Path, name: str) -> None:
    """Structure, algorithms, attributes and times pass; the digest cannot, and one card's name is not DER."""
    data = (samples / "dmp" / name).read_bytes().decode("utf-8", "replace").encode()
    needed, expected = OFFICIAL[name]
    issued = re.search(rb'IssueInstant="([^"]+)"', data)
    assert issued is not None
    options = VihfOptions(leniencies=VihfOptions().leniencies | needed)
    found = explain(data, options, at=parse_time(issued[1].decode()))
    assert set(refused(found)) == expected
    if Leniency.SHA1 in needed:
        strict = explain(data, VihfOptions(), at=parse_time(issued[1].decode()))
        assert Check.SIGNATURE_SHAPE in refused(strict)


def test_a_holder_of_key_is_not_judged_without_a_connection(authority: Authority, pki: Path) -> None:
    doctor, nurse = authority.identities["doctor"], authority.identities["nurse"]
    own, store = der_of(doctor.authentication), TrustStore.load(pki)
    assert own is not None
    held = Confirmation(n.HOLDER_OF_KEY, certificates=(own,))
    raw = sign(replace(vihf(Wish(doctor, PATIENT, authority.at)), confirmations=(held,)), doctor.signature)

    def verdict(certificate: bytes | None) -> Verdict:
        found = explain(raw, VihfOptions(), at=authority.at, store=store, certificate=certificate)
        return next(each for each in found.findings if each.check is Check.CONFIRMATION).verdict

    assert verdict(None) is Verdict.NOT_CHECKED
    assert verdict(own) is Verdict.OK
    assert verdict(der_of(nurse.authentication)) is Verdict.REFUSED
