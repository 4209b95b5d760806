"""The certificates of the watch: those that it was given, and one that expired yesterday."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from security.certificates import LiveTrust
from security.issuing import SERVER, CertifiedKey, Issuer, Request, Validity, new_key
from security.keyfiles import KeyFileError, certificates_pem, key_pem, read_pem, write_private
from security.tls import ServerTls

AUTHORITY: Final = "watch-authority.pem"
"""In the results folder: what a client must believe to get as far as the expiry."""


@dataclass(frozen=True, slots=True)
class ServerCertificates:
    """What the watch shows in a handshake."""

    right: ServerTls
    expired: ServerTls | None = None
    authority: Path | None = None
    """The anchor of certificates that were made for this watch."""

    def close(self) -> None:
        self.right.close()
        if self.expired is not None:
            self.expired.close()


def certificates(
    given: tuple[Path, Path] | None, trust: Path | None, *, host: str, private: Path, folder: Path, expired: bool
) -> ServerCertificates | None:
    """What TLS needs; None for a watch without it. Raises `KeyFileError`, `TrustStoreError` and OSError.

    `given`: certificate and key. With `trust`, clients must show a certificate. `expired`: make the expired one too; it
    is certified by the authority that `carnet pki init` left beside the given one, else by an authority of this watch,
    whose certificate is then in `folder`. `private`: where keys are put that are made here.
    """
    if given is None and not expired:
        return None
    now = datetime.now(UTC)
    live = None if trust is None else LiveTrust(trust)
    issuer = None if given is None else _authority_beside(given[0])
    anchor: Path | None = None
    if expired and issuer is None:
        issuer = _new_authority(now)
        anchor = folder / AUTHORITY
        anchor.write_bytes(certificates_pem(issuer.certificate))
    if given is None and issuer is not None:
        given = _write(private / "server", _issue(issuer, host, Validity.around(now, days=30)))
    if given is None:
        raise KeyFileError("there is no certificate to show")
    right = ServerTls(*given, live)
    if not expired or issuer is None:
        return ServerCertificates(right)
    over = Validity(now - timedelta(days=30), now - timedelta(days=1))
    return ServerCertificates(right, ServerTls(*_write(private / "expired", _issue(issuer, host, over)), live), anchor)


def _authority_beside(certificate: Path) -> Issuer | None:
    """The authority of a test bench, when its key lies where `carnet pki init` puts it."""
    above, key = (
        certificate.parent / "intermediates" / "organisations.pem",
        certificate.parent / "authority" / "organisations.key",
    )
    return Issuer(read_pem(above, key)) if above.is_file() and key.is_file() else None


def _new_authority(now: datetime) -> Issuer:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CARNET WATCH TEST AUTHORITY")])
    return Issuer.root(name, Validity(now - timedelta(days=60), now + timedelta(days=60)), new_key())


def _issue(issuer: Issuer, host: str, validity: Validity) -> CertifiedKey:
    names: dict[str, x509.GeneralName] = {"localhost": x509.DNSName("localhost")}
    for address in ("127.0.0.1", "::1", host):
        try:
            names[address] = x509.IPAddress(ipaddress.ip_address(address))
        except ValueError:
            names[address] = x509.DNSName(address)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    request = Request(subject, SERVER, validity, (x509.SubjectAlternativeName(names.values()),))
    return issuer.issue(request, new_key())


def _write(stem: Path, certified: CertifiedKey) -> tuple[Path, Path]:
    certificate, key = stem.with_suffix(".pem"), stem.with_suffix(".key")
    write_private(certificate, certificates_pem(certified.certificate, *certified.chain))
    write_private(key, key_pem(certified.key))
    return certificate, key
