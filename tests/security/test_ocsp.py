"""OCSP: which answers are believed, and when a responder is asked at all."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from security.certificates import CertificateRefused, Reason, TrustStore, Usage
from security.issuing import SIGNATURE, CertifiedKey, Purpose, Validity
from security.ocsp import OcspClient, verify

URL = "http://127.0.0.1:9/ocsp"
DELEGATE = Purpose(frozenset({"digital_signature"}), (ExtendedKeyUsageOID.OCSP_SIGNING,))


@dataclass(frozen=True)
class Responder:
    """Makes answers; 'break one thing' by `replace`."""

    certificate: x509.Certificate
    issuer: x509.Certificate
    signer: CertifiedKey
    at: datetime
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD
    days: int = 1

    def answer(self, *, shown: bool = True) -> bytes:
        revoked = self.status is ocsp.OCSPCertStatus.REVOKED
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=self.certificate,
                issuer=self.issuer,
                algorithm=hashes.SHA1(),
                cert_status=self.status,
                this_update=self.at - timedelta(hours=1),
                next_update=self.at + timedelta(days=self.days) - timedelta(minutes=30),
                revocation_time=self.at - timedelta(days=3) if revoked else None,
                revocation_reason=None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self.signer.certificate)
        )
        if shown:
            builder = builder.certificates([self.signer.certificate])
        return builder.sign(self.signer.key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.fixture
def card(issue: Callable[..., CertifiedKey]) -> x509.Certificate:
    """A certificate that names a responder."""
    where = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(URL))
    return issue(SIGNATURE, extensions=(x509.AuthorityInformationAccess([where]),)).certificate


@pytest.fixture
def responder(house: Any, issue: Callable[..., CertifiedKey], card: x509.Certificate, at: datetime) -> Responder:
    return Responder(card, house.authority.certificate, issue(DELEGATE), at)


def verdict(answer: bytes, responder: Responder) -> Reason | None:
    try:
        verify(answer, responder.certificate, responder.issuer, responder.at)
    except CertificateRefused as refused:
        return refused.reason
    return None


def test_a_delegated_responder_is_believed(responder: Responder, at: datetime) -> None:
    evidence = verify(responder.answer(), responder.certificate, responder.issuer, at)
    assert (evidence.source, evidence.issuer) == ("ocsp", "CN=Authority")
    assert evidence.this_update == at - timedelta(hours=1)


def test_the_issuer_answers_for_itself(responder: Responder, house: Any) -> None:
    assert verdict(replace(responder, signer=house.authority.certified).answer(shown=False), responder) is None


def test_a_revoked_certificate_is_refused(responder: Responder) -> None:
    assert verdict(replace(responder, status=ocsp.OCSPCertStatus.REVOKED).answer(), responder) is Reason.REVOKED


@pytest.mark.parametrize(
    "broken",
    [
        "unknown",
        "stale",
        "of tomorrow",
        "about another certificate",
        "about another issuer",
        "by an undelegated certificate",
        "by a stranger",
        "by an expired responder",
        "responder not shown",
        "flipped",
        "junk",
        "try later",
    ],
)
def test_an_answer_with_one_thing_wrong_is_not_believed(
    responder: Responder, house: Any, issue: Callable[..., CertifiedKey], at: datetime, broken: str
) -> None:
    answers: dict[str, Callable[[], bytes]] = {
        "unknown": lambda: replace(responder, status=ocsp.OCSPCertStatus.UNKNOWN).answer(),
        "stale": lambda: replace(responder, at=at - timedelta(days=2)).answer(),
        "of tomorrow": lambda: replace(responder, at=at + timedelta(days=1)).answer(),
        "about another certificate": lambda: replace(responder, certificate=issue().certificate).answer(),
        "about another issuer": lambda: replace(responder, issuer=house.stranger.certificate).answer(),
        "by an undelegated certificate": lambda: replace(responder, signer=issue(SIGNATURE)).answer(),
        "by a stranger": lambda: replace(responder, signer=house.stranger.certified).answer(),
        "by an expired responder": lambda: replace(
            responder, signer=issue(DELEGATE, validity=Validity(at - timedelta(days=9), at - timedelta(days=1)))
        ).answer(),
        "responder not shown": lambda: responder.answer(shown=False),
        "flipped": lambda: _flip(responder.answer()),
        "junk": lambda: b"junk",
        "try later": lambda: ocsp.OCSPResponseBuilder.build_unsuccessful(
            ocsp.OCSPResponseStatus.TRY_LATER
        ).public_bytes(Encoding.DER),
    }
    assert verdict(answers[broken](), responder) is Reason.OCSP_UNUSABLE


def test_the_responder_is_asked_only_where_there_is_no_list_in_force(
    trust_directory: Path, responder: Responder, house: Any, at: datetime
) -> None:
    asked: list[str] = []

    def fetch(url: str, request: bytes) -> bytes:
        assert ocsp.load_der_ocsp_request(request).serial_number == responder.certificate.serial_number
        asked.append(url)
        return responder.answer()

    online = OcspClient(fetch)
    TrustStore.load(trust_directory, online=online).validate(responder.certificate, Usage.SIGN, at=at)
    assert asked == []
    (trust_directory / "crls" / "authority.crl").unlink()
    store = TrustStore.load(trust_directory, online=online)
    believed = store.validate(responder.certificate, Usage.SIGN, at=at)
    assert [evidence.source for evidence in believed.evidence] == ["ocsp", "crl"]
    assert asked == [URL]
    store.validate(responder.certificate, Usage.SIGN, at=at)
    assert asked == [URL], "the verdict is remembered"


def test_a_list_that_revokes_is_not_overruled(trust_directory: Path, responder: Responder, house: Any) -> None:
    at = responder.at
    crl = house.authority.crl({responder.certificate.serial_number: at}, at=at - timedelta(days=9), days=1)
    (trust_directory / "crls" / "authority.crl").write_bytes(crl.public_bytes(Encoding.DER))
    store = TrustStore.load(trust_directory, online=OcspClient(lambda url, request: responder.answer()))
    with pytest.raises(CertificateRefused) as refused:
        store.validate(responder.certificate, Usage.SIGN, at=at)
    assert refused.value.reason is Reason.REVOKED


def test_no_answer_and_no_responder_are_a_closed_door(trust_directory: Path, responder: Responder, house: Any) -> None:
    def silent(url: str, request: bytes) -> bytes:
        raise TimeoutError

    (trust_directory / "crls" / "authority.crl").unlink()
    store = TrustStore.load(trust_directory, online=OcspClient(silent))
    for certificate in (responder.certificate, house.holders["card signature"].certificate):
        with pytest.raises(CertificateRefused) as refused:
            store.validate(certificate, Usage.SIGN, at=responder.at)
        assert refused.value.reason is Reason.OCSP_UNUSABLE


def test_a_responder_is_asked_over_http(responder: Responder, issue: Callable[..., CertifiedKey], house: Any) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            right = self.headers["Content-Type"] == "application/ocsp-request" and ocsp.load_der_ocsp_request(
                self.rfile.read(length)
            )
            self.send_response(200 if right and self.path == "/ocsp" else 404)
            self.end_headers()
            self.wfile.write(replace(responder, certificate=certificates[0]).answer())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def named(path: str) -> x509.Certificate:
        url = x509.UniformResourceIdentifier(f"http://127.0.0.1:{server.server_port}{path}")
        access = x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, url)])
        return issue(SIGNATURE, extensions=(access,)).certificate

    certificates = [named("/ocsp")]
    client = OcspClient()
    assert client(certificates[0], responder.issuer, responder.at).source == "ocsp"
    with pytest.raises(CertificateRefused, match="did not answer"):
        client(named("/elsewhere"), responder.issuer, responder.at)
    server.shutdown()
    server.server_close()


def _flip(answer: bytes) -> bytes:
    """One bit inside the signed part: the time of `thisUpdate`."""
    place = answer.index(b"20260301110000Z") + 13
    return answer[:place] + bytes([answer[place] ^ 1]) + answer[place + 1 :]
