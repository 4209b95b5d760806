"""`--profile dmp --sandbox`: a DMP with nothing prepared, that says what it is and explains its refusals."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from soap.client import SoapFault

from .conftest import OTHER_PATIENT, Dmp, letter, unsigned
from .test_tokens import QUERY, find_documents


@pytest.fixture
def sandbox(start_carnet: Callable[..., Any], tmp_path: Path) -> Iterator[Dmp]:
    dmp = Dmp(start_carnet(tmp_path, "--profile", "dmp", "--sandbox"), tmp_path / "data" / "pki")
    yield dmp
    dmp.serving.stop()
    assert "Traceback" not in dmp.log()


def test_it_makes_its_keys_and_takes_a_signed_submission(sandbox: Dmp) -> None:
    assert sandbox.send(letter()).response.outcome == "Success"
    private = [path for path in sandbox.pki.rglob("*") if path.suffix in (".key", ".p12")]
    assert private
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in private)


def test_it_says_loudly_what_it_is(sandbox: Dmp) -> None:
    banner = sandbox.log()
    assert banner.count("SANDBOX with test keys") == 2  # the log and the banner
    assert f"--identity {sandbox.pki}" in banner
    connection = sandbox.http()
    connection.request("GET", "/")
    page = connection.getresponse().read().decode()
    assert "<strong>SANDBOX with test keys" in page
    assert "ITI-42" not in page
    connection.close()


def test_it_explains_to_the_sender_what_it_refuses(sandbox: Dmp) -> None:
    client = sandbox.client(sandbox.serving.registry, "doctor")
    with pytest.raises(SoapFault, match=r"contrôle 3 \(Enveloppe\), pas de VIHF dans le message"):
        client.call(QUERY, find_documents(OTHER_PATIENT))
    submitted = sandbox.send(letter(), signer=unsigned)
    assert submitted.response.outcome == "Failure"
    assert "signature" in submitted.response.errors[0].context
    assert sandbox.kept().nothing


def test_its_keys_are_those_of_before_when_it_starts_again(start_carnet: Callable[..., Any], tmp_path: Path) -> None:
    anchors = []
    for _ in range(2):
        dmp = Dmp(start_carnet(tmp_path, "--profile", "dmp", "--sandbox"), tmp_path / "data" / "pki")
        try:
            assert dmp.send(letter()).response.outcome == "Success"
        finally:
            assert dmp.serving.stop() == 0
        anchors.append((dmp.pki / "anchors" / "root.pem").read_bytes())
    assert anchors[0] == anchors[1]
