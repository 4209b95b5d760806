"""The certificates and issuer names inside the official messages of the DMP, where these are at hand."""

import base64
import os
import re
from pathlib import Path

import pytest
from cryptography import x509

from security.names import DistinguishedName
from security.usages import Usage, misuse

SAMPLES = Path(os.environ.get("CARNET_SAMPLES") or Path(__file__).parents[3] / "shared" / "samples") / "dmp"
pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the official DMP messages are not here; name their directory in CARNET_SAMPLES"
)


def content(file: str, element: str) -> str:
    text = (SAMPLES / file).read_text("utf-8", "replace")
    found = re.search(rf"<(?:\w+:)?{element}\b[^>]*>([^<]*[^<\s][^<]*)<", text)
    assert found is not None
    return found[1]


def certificate(file: str) -> x509.Certificate:
    return x509.load_der_x509_certificate(base64.b64decode(content(file, "X509Certificate")))


def allowed(file: str) -> list[str]:
    return [usage.name for usage in Usage if misuse(certificate(file), usage) is None]


def test_the_card_that_signed_the_set_signs_and_does_not_authenticate() -> None:
    assert allowed("TD2.1-signature-xades.xml") == ["SIGN", "SEAL"]
    subject = DistinguishedName.of(certificate("TD2.1-signature-xades.xml").subject)
    assert subject == DistinguishedName.parse("C=FR,title=Médecin,GN=MAX+SN=LIBRE+CN=899900063480")


def test_the_seals_of_structures_are_taken_as_seals() -> None:
    assert "SEAL" in allowed("VIHF-indirecte-signe.xml")
    assert "SEAL" in allowed("VIHF-indirecte-renforcee-signe.xml")


@pytest.mark.parametrize("file", ["VIHF-indirecte-signe.xml", "VIHF-indirecte-renforcee-signe.xml"])
def test_the_issuer_of_a_token_is_the_subject_of_its_certificate(file: str) -> None:
    assert DistinguishedName.parse(content(file, "Issuer")) == DistinguishedName.of(certificate(file).subject)


def test_a_name_in_the_hexadecimal_writing_of_java_is_read() -> None:
    name = DistinguishedName.parse(content("VIHF-directe-signe.xml", "Issuer"))
    assert name.values("2.5.4.4") == ["TRAL"]
    assert name.values("2.5.4.42") == ["ADEMIS"]
