"""The ihe profile with mutual TLS: alone, with XUA assertions, and with IHE DSG."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from client.documents import Document
from client.signing import SignsLots
from dmp.source import LotSigner
from security import dsg
from security.saml import Assertion, Authentication, Conditions, Confirmation, sign, wsse_security
from security.saml import names as n
from security.saml.making import new_id
from soap.client import SoapFault

from .conftest import Dmp, letter, unsigned


@pytest.fixture
def start(start_dmp: Callable[..., Dmp], tmp_path: Path) -> Callable[[str], Dmp]:
    def with_settings(settings: str) -> Dmp:
        file = tmp_path / "carnet.toml"
        file.write_text(settings)
        return start_dmp(tmp_path, "--config", str(file), profile="ihe")

    return with_settings


def plain() -> Document:
    """A letter whose patient ids are those of IHE."""
    return letter(french=False)


def assertion(dmp: Dmp, name: str = "hospital", audience: str = "") -> bytes:
    now, signer = datetime.now(UTC), dmp.identity(name).signature
    made = Assertion(
        id=new_id(),
        issue_instant=now,
        issuer=signer.certificate.subject.rfc4514_string(),
        issuer_format=n.X509_SUBJECT,
        name_id="dr.house",
        confirmations=(Confirmation(n.BEARER, not_on_or_after=now + timedelta(minutes=5)),),
        conditions=Conditions(now, now + timedelta(minutes=5), (frozenset({audience or dmp.serving.repository}),)),
        authentications=(Authentication(now, (n.AUTHN_CLASSES + "X509",)),),
        attributes=(),
    )
    return wsse_security(sign(made, signer))


def test_mutual_tls_alone_lets_a_known_machine_submit(start: Callable[[str], Dmp]) -> None:
    dmp = start("")
    try:
        client = dmp.client(dmp.serving.repository, "hospital")
        assert dmp.send(plain(), client=client, signer=unsigned).response.outcome == "Success"
    finally:
        assert dmp.serving.stop() == 0


def test_with_xua_required_an_assertion_says_who_acts(start: Callable[[str], Dmp]) -> None:
    dmp = start('xua = "require"\n')
    try:
        good = dmp.client(dmp.serving.repository, "hospital", assertion(dmp))
        assert dmp.send(plain(), client=good, signer=unsigned).response.outcome == "Success"
        kept = dmp.kept()
        for header in ((), (assertion(dmp, audience="urn:somebody:else"),), (assertion(dmp, "bad/hospital-revoked"),)):
            with pytest.raises(SoapFault) as caught:
                dmp.send(
                    plain(),
                    client=dmp.client(dmp.serving.repository, "hospital", *header),
                    signer=unsigned,
                )
            assert caught.value.subcodes[0] in ("InvalidSecurity", "FailedAuthentication")
        assert dmp.kept() == kept
    finally:
        assert dmp.serving.stop() == 0


def test_with_xua_accepted_nobody_may_come_without_but_not_with_a_bad_one(start: Callable[[str], Dmp]) -> None:
    dmp = start('xua = "accept"\n')
    try:
        assert (
            dmp.send(plain(), client=dmp.client(dmp.serving.repository), signer=unsigned).response.outcome == "Success"
        )
        bad = dmp.client(dmp.serving.repository, "hospital", assertion(dmp, audience="urn:somebody:else"))
        with pytest.raises(SoapFault):
            dmp.send(plain(), client=bad, signer=unsigned)
    finally:
        assert dmp.serving.stop() == 0


def test_with_dsg_required_a_set_is_signed_as_ihe_has_it(start: Callable[[str], Dmp]) -> None:
    dmp = start('dsg = "require"\n')
    try:
        client, key = dmp.client(dmp.serving.repository), dmp.identity("doctor").signature
        assert dmp.send(plain(), client=client, signer=unsigned).response.outcome == "Failure"
        legacy = SignsLots(LotSigner.of(key, dsg.DMP_LEGACY))
        assert dmp.send(plain(), client=client, signer=legacy).response.outcome == "Failure"
        assert dmp.kept().nothing
        for number, policy in enumerate((dsg.STRICT, dsg.DSG), 1):
            signer = SignsLots(LotSigner.of(key, policy))
            response = dmp.send(plain(), client=client, signer=signer).response
            assert response.outcome == "Success", response.errors
            assert dmp.kept().evidence == number
    finally:
        assert dmp.serving.stop() == 0
