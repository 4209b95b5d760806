"""What the settings of the dmp profile change in a server that runs, and a repository and a registry apart over TLS."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dmp.vihf.make import Wish, token
from security.saml import wsse_security
from soap.client import SoapFault

from .conftest import PATIENT, Dmp, letter, tls_options, unsigned
from .test_tokens import QUERY, find_documents

Start = Callable[[str], Dmp]


@pytest.fixture
def start(start_dmp: Callable[..., Dmp], tmp_path: Path) -> Start:
    def with_settings(settings: str) -> Dmp:
        file = tmp_path / "carnet.toml"
        file.write_text(settings)
        return start_dmp(tmp_path, "--config", str(file))

    return with_settings


def query(dmp: Dmp, wish: Wish) -> None:
    dmp.client(dmp.serving.registry, "doctor", wsse_security(token(wish))).call(QUERY, find_documents(PATIENT)).close()


def test_strict_takes_no_token_that_official_messages_have(start: Start) -> None:
    dmp = start("strict = true\n")
    try:
        wish = Wish(dmp.identity("doctor"), PATIENT, datetime.now(UTC))
        with pytest.raises(SoapFault, match="FailedAuthentication"):
            query(dmp, wish)
        query(dmp, replace(wish, lifetime=timedelta(minutes=5)))
    finally:
        assert dmp.serving.stop() == 0


def test_a_leniency_can_be_taken_away_alone(start: Start) -> None:
    dmp = start('vihf-leniencies = "no-confirmation,no-conditions,no-audience"\n')
    try:
        wish = Wish(dmp.identity("doctor"), PATIENT, datetime.now(UTC))
        query(dmp, wish)
        with pytest.raises(SoapFault, match="FailedAuthentication"):
            query(dmp, replace(wish, signed=False))
    finally:
        assert dmp.serving.stop() == 0


@pytest.mark.parametrize(("mode", "outcome"), [("off", "Success"), ("warn", "Success"), ("refuse", "Failure")])
def test_an_entry_that_contradicts_its_document(start: Start, mode: str, outcome: str) -> None:
    dmp = start(f'coherence = "{mode}"\n')
    try:
        document = letter()
        document = replace(document, entry=replace(document.entry, title="Un tout autre titre"))
        response = dmp.send(document).response
        assert response.outcome == outcome, response.errors
        told = " ".join(error.context for error in response.errors)
        assert ("fr.cda." in told) == (mode != "off"), told
        assert dmp.kept().nothing == (mode == "refuse")
    finally:
        assert dmp.serving.stop() == 0


def test_one_signature_policy_alone(start_dmp: Callable[..., Dmp], tmp_path: Path) -> None:
    dmp = start_dmp(tmp_path, "--signature-policies", "strict")
    try:
        assert dmp.send(letter(), dmp.acting(policy="dmp-legacy")).response.outcome == "Failure"
        assert dmp.kept().nothing
        assert dmp.send(letter(), dmp.acting(policy="strict")).response.outcome == "Success"
    finally:
        assert dmp.serving.stop() == 0


def test_english_where_it_is_asked_for(start: Start) -> None:
    dmp = start('language = "en"\n')
    try:
        [error, *_] = dmp.send(letter(), signer=unsigned).response.errors
        assert "the set" in error.context or "signature" in error.context
        assert "lot" not in error.context.split("[")[0]
    finally:
        assert dmp.serving.stop() == 0


def test_a_repository_forwards_to_a_registry_over_mutual_tls(
    start_carnet: Callable[..., Any], pki: Path, tmp_path: Path
) -> None:
    own = tmp_path / "pki"
    shutil.copytree(pki, own)
    for name in ("registry", "repository"):
        (tmp_path / name).mkdir()
    configuration = tmp_path / "carnet.toml"
    identity = own / "identities" / "hospital-auth"
    configuration.write_text(f'client-cert = "{identity}.pem"\nclient-key = "{identity}.key"\n')
    registry = start_carnet(tmp_path / "registry", "--only", "registry", *tls_options(own))
    try:
        repository = start_carnet(
            tmp_path / "repository",
            *("--only", "repository", "--registry-url", registry.registry, "--config", str(configuration)),
            *tls_options(own),
        )
        try:
            dmp = Dmp(repository, own)
            client = dmp.client(repository.repository, "doctor")
            response = dmp.send(letter(french=False), client=client, signer=unsigned).response
            assert response.outcome == "Success", response.errors
        finally:
            assert repository.stop() == 0
    finally:
        assert registry.stop() == 0


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ('ins = "nowhere"', "ins: nowhere is neither an environment"),
        ('signature-policies = "none"', "there is no signature policy none"),
        ('vihf-leniencies = "any"', "vihf-leniencies"),
        ('sites = "/nowhere.toml"', "sites /nowhere.toml"),
        ('xua = "require"', "xua is for --profile ihe"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_at_start(start: Start, settings: str, told: str) -> None:
    with pytest.raises(RuntimeError, match=told):
        start(settings + "\n")
