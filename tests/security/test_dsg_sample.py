"""The signature of the official message TD2.1, where it is present: `CARNET_SAMPLES`, or `shared/samples` above."""

import base64
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from security.certificates import Usage, ValidatedCertificate
from security.dsg import (
    DMP_LEGACY,
    SOURCE,
    STRICT,
    Expected,
    Leniency,
    Reason,
    SetDocument,
    SignatureRefused,
    verify_set,
)
from security.dsg.reading import read_set
from security.xmlsignature.algorithms import digest
from security.xmlsignature.verification import prove

FILE = "TD2.1-signature-xades.xml"
SET, DOCUMENT = (f"urn:oid:1.2.250.1.999.1.1.7898.{tail}" for tail in ("3.9956570900", "4.9956570902"))
SIGNED = datetime(2019, 4, 4, 12, 20, 12, 282000, UTC)


def _samples() -> Path | None:
    named = os.environ.get("CARNET_SAMPLES")
    places = [Path(named) / "dmp", Path(named)] if named else []
    places += [above / "shared" / "samples" / "dmp" for above in Path(__file__).resolve().parents]
    return next((place for place in places if (place / FILE).is_file()), None)


@pytest.fixture(scope="module")
def sample() -> bytes:
    directory = _samples()
    if directory is None:
        pytest.skip(f"{FILE} is not here: set CARNET_SAMPLES to the directory of the official samples")
    return (directory / FILE).read_bytes()


class Believes:
    """Its authority is a real one of 2019, whose certificates and lists are not in the sample."""

    def validate(self, certificate: x509.Certificate | bytes, usage: Usage, *, at: datetime) -> ValidatedCertificate:
        assert isinstance(certificate, bytes)
        parsed = x509.load_der_x509_certificate(certificate)
        return ValidatedCertificate(parsed, certificate, usage, (parsed,), (), at, at)


def test_it_verifies_byte_for_byte(sample: bytes) -> None:
    claimed = read_set(sample, [DMP_LEGACY])
    certificate = x509.load_der_x509_certificate(claimed.claim.certificates[0])
    signed = prove(claimed.claim, certificate, DMP_LEGACY.profile, claimed.signed).signed
    digests = {uri: base64.b64encode(digest(DMP_LEGACY.digest, each.octets)).decode() for uri, each in signed.items()}
    assert digests == {
        "#IHEManifest": "0w+mODuyVkOb8ijFnRzwgr8BfbY=",
        "#S0-SignedProperties": "CQd/pO5pUqmosTqhD6R6IhF28Uo=",
    }
    assert claimed.leniencies == (Leniency.DIGIT_IDENTIFIER,)


def test_all_but_the_document_which_is_another_one_holds(sample: bytes) -> None:
    """The document beside the sample was changed after it was signed: everything before that last check has passed."""
    expected = Expected(SET, [SetDocument.of(DOCUMENT, b"<ClinicalDocument/>")], SOURCE)
    with pytest.raises(SignatureRefused, match=f"{DOCUMENT} in its canonical form is not what was signed") as refused:
        verify_set(sample, expected, Believes(), at=SIGNED)
    assert refused.value.reason is Reason.DOCUMENT_DIGEST


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'URI="urn:oid:1.2.250.1.999.1.1.7898.4', b'URI="urn:oid:1.2.250.1.999.1.1.7898.5', Reason.DIGEST),
        (b"2019-04-04T14", b"2019-04-04T13", Reason.DIGEST),
        (b"0w+mODuyVkOb8ijFnRzwgr8BfbY=", b"1w+mODuyVkOb8ijFnRzwgr8BfbY=", Reason.VALUE),
        (b"<SignedProperties Id", b'<SignedProperties xml:lang="fr" Id', Reason.STRUCTURE),
    ],
)
def test_a_changed_octet_is_seen(sample: bytes, old: bytes, new: bytes, reason: Reason) -> None:
    assert sample.count(old) == 1
    with pytest.raises(SignatureRefused) as refused:
        verify_set(sample.replace(old, new), Expected(SET, []), Believes(), at=SIGNED)
    assert refused.value.reason is reason


def test_it_is_refused_where_only_strict_signatures_are_accepted(sample: bytes) -> None:
    with pytest.raises(SignatureRefused, match="made under dmp-legacy; accepted here: strict"):
        verify_set(sample, Expected(SET, []), Believes(), at=SIGNED, policies=[STRICT])
