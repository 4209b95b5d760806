"""OCSP (RFC 6960): a responder asked about one certificate, where the revocation lists do not tell."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

import urllib3
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from security.certificates import Evidence
from security.refusals import CertificateRefused, Reason
from security.revocation import SKEW

Fetch = Callable[[str, bytes], bytes]
"""Posts a request to a URL and returns the answer; raises OSError or `urllib3.exceptions.HTTPError`."""

_LARGEST: Final = 64 << 10
_SECONDS: Final = 3.0
_TYPE: Final = "application/ocsp-request"


class OcspClient:
    """Asks the responder that a certificate names; give it to a `TrustStore` as `online`.

    It is asked for certificates whose chain was believed already: the URL is one that a trusted authority wrote.
    """

    def __init__(self, fetch: Fetch | None = None) -> None:
        self._fetch = fetch or _http()

    def __call__(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> Evidence:
        """Raises `CertificateRefused`: REVOKED, or OCSP_UNUSABLE when there is no answer to believe."""
        url = next(_urls(certificate), None)
        if url is None:
            raise _unusable(certificate, "no revocation list is in force and the certificate names no responder")
        request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1()).build()  # noqa: S303
        try:
            answer = self._fetch(url, request.public_bytes(Encoding.DER))
        except (OSError, urllib3.exceptions.HTTPError) as error:
            raise _unusable(certificate, f"{url} did not answer: {type(error).__name__}") from None
        return verify(answer, certificate, issuer, at)


def verify(answer: bytes, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> Evidence:
    """What a responder's answer (DER) says about `certificate` at `at`.

    Raises `CertificateRefused`: REVOKED, or OCSP_UNUSABLE. RFC 6960 3.2 and 4.2.2.2.
    """
    try:
        response = ocsp.load_der_ocsp_response(answer)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise _unusable(certificate, f"the responder says {response.response_status.name}")
        single = next((each for each in response.responses if _is_about(each, certificate, issuer)), None)
        if single is None:
            raise _unusable(certificate, "the answer is about another certificate")
        _check_signature(response, issuer, certificate, at)
        return _evidence(single, certificate, issuer, at)
    except CertificateRefused:
        raise
    except Exception as error:  # noqa: BLE001 - bytes from outside; the library has an exception of its own per defect
        raise _unusable(certificate, f"the answer cannot be read: {type(error).__name__}") from None


def _is_about(single: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    ours = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, single.hash_algorithm).build()
    return (single.serial_number, single.issuer_name_hash, single.issuer_key_hash) == (
        ours.serial_number,
        ours.issuer_name_hash,
        ours.issuer_key_hash,
    )


def _check_signature(
    response: ocsp.OCSPResponse, issuer: x509.Certificate, certificate: x509.Certificate, at: datetime
) -> None:
    """By the issuer itself, or by a responder that the same issuer delegated."""
    algorithm = response.signature_hash_algorithm
    if algorithm is None or algorithm.digest_size < 32:
        raise _unusable(certificate, "the answer is not signed with SHA-2")
    delegates = [each for each in response.certificates if _delegated(each, issuer, at)]
    if not any(_signed(response, signer, algorithm) for signer in (issuer, *delegates)):
        raise _unusable(certificate, "the answer is signed neither by the issuer nor by a responder it delegated")


def _delegated(responder: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bool:
    try:
        responder.verify_directly_issued_by(issuer)
        extended = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except Exception:  # noqa: BLE001 - InvalidSignature, ValueError, TypeError, ExtensionNotFound: all of them mean no
        return False
    in_force = responder.not_valid_before_utc <= at <= responder.not_valid_after_utc
    return in_force and ExtendedKeyUsageOID.OCSP_SIGNING in extended


def _signed(response: ocsp.OCSPResponse, signer: x509.Certificate, algorithm: hashes.HashAlgorithm) -> bool:
    key = signer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _evidence(
    single: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
) -> Evidence:
    subject, name = certificate.subject.rfc4514_string(), issuer.subject.rfc4514_string()
    if single.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        since = single.revocation_time_utc
        raise CertificateRefused(Reason.REVOKED, f"{subject} was revoked by {name} on {since:%Y-%m-%d %H:%M} UTC")
    if single.certificate_status is not ocsp.OCSPCertStatus.GOOD:
        raise _unusable(certificate, "the responder does not know the certificate")
    start, end = single.this_update_utc, single.next_update_utc
    if end is None or not start - SKEW <= at < end:
        raise _unusable(certificate, f"the answer of {start:%Y-%m-%d %H:%M} UTC is not in force at {at:%Y-%m-%d %H:%M}")
    return Evidence("ocsp", name, start, end)


def _urls(certificate: x509.Certificate) -> Iterator[str]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return
    for description in access:
        where = description.access_location
        named = isinstance(where, x509.UniformResourceIdentifier)
        if named and description.access_method == AuthorityInformationAccessOID.OCSP and _is_http(where.value):
            yield where.value


def _is_http(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _http() -> Fetch:
    pool = urllib3.PoolManager(timeout=urllib3.Timeout(_SECONDS), retries=False)

    def fetch(url: str, request: bytes) -> bytes:
        answer = pool.request(
            "POST", url, body=request, headers={"Content-Type": _TYPE}, preload_content=False, redirect=False
        )
        try:
            if answer.status != 200:
                raise ConnectionError(f"HTTP {answer.status}")
            return answer.read(_LARGEST)
        finally:
            answer.close()

    return fetch


def _unusable(certificate: x509.Certificate, why: str) -> CertificateRefused:
    return CertificateRefused(Reason.OCSP_UNUSABLE, f"{certificate.subject.rfc4514_string()}: {why}")
