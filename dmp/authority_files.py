"""A test authority in a directory: what `--trust` reads, the identities, and what is needed to issue lists again.

    anchors/root.pem                       believed as it stands
    intermediates/persons.pem …            issued by the root
    crls/root.crl …                        one list per authority
    server.pem server.key                  for `carnet serve --tls-cert … --tls-key …`
    identities/doctor.p12                  the signature key; doctor-auth.p12 beside it opens TLS connections
    identities/bad/doctor-expired.p12 …    each with one flaw
    authority/root.key …                   the authorities' own keys

Every `.p12` has its `.pem` (certificate and chain) and `.key` beside it.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dmp.authority import CRL_DAYS, Authority
from security.identities import AUTHENTICATION_SUFFIX, TEST_PASSWORD, Identity
from security.inspection import issued_by
from security.issuing import CertifiedKey, Issuer
from security.keyfiles import KeyFileError, certificates_pem, key_pem, pkcs12_bytes, read_pem, write_private

_ISSUERS: Final = {"root": "anchors", "persons": "intermediates", "organisations": "intermediates"}
_README: Final = f"""A test authority made by `carnet pki init`. Nobody in it exists: trust it with nothing real.

  carnet serve --profile dmp --trust . --tls-cert server.pem --tls-key server.key
  carnet send --identity identities/doctor.p12 --ins 207058575627097 document.xml

identities/NAME.p12 holds the key that signs (tokens and submission sets), identities/NAME-auth.p12 the key that opens
TLS connections: a card has both, and they must not be exchanged. Commands take NAME.p12 and find the other by itself.
The password of every .p12 is: {TEST_PASSWORD}
The .pem and .key files hold the same without a password. identities/bad/ holds one identity for each way to be refused.
"""


def write(authority: Authority, directory: Path) -> None:
    """Writes everything; private files, mode 0600, in directories of mode 0700. Existing files are replaced."""
    for name in ("anchors", "intermediates", "crls", "identities", "identities/bad", "authority"):
        (directory / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, issuer in authority.hierarchy:
        write_private(directory / _ISSUERS[name] / f"{name}.pem", certificates_pem(issuer.certificate))
        write_private(directory / "authority" / f"{name}.key", key_pem(issuer.certified.key))
    for name, crl in authority.crls().items():
        _write_crl(directory, name, crl)
    for name, server in (("server", authority.server), ("collector", authority.collector)):
        _write_pair(directory / name, server)
    for identity in authority.identities.values():
        _write_identity(directory / "identities", identity)
    for identity in authority.bad.values():
        _write_identity(directory / "identities" / "bad", identity)
    write_private(directory / "README.txt", _README.encode())
    write_private(directory / ".gitignore", b"*\n")  # private keys never enter a repository


def _write_identity(directory: Path, identity: Identity) -> None:
    for stem, certified in (
        (identity.name, identity.signature),
        (identity.name + AUTHENTICATION_SUFFIX, identity.authentication),
    ):
        _write_pair(directory / stem, certified)
        write_private(directory / f"{stem}.p12", pkcs12_bytes(stem, certified, TEST_PASSWORD))


def _write_pair(stem: Path, certified: CertifiedKey) -> None:
    pem = certificates_pem(certified.certificate, *certified.chain)
    write_private(stem.with_name(f"{stem.name}.pem"), pem)
    write_private(stem.with_name(f"{stem.name}.key"), key_pem(certified.key))


def _write_crl(directory: Path, name: str, crl: x509.CertificateRevocationList) -> None:
    write_private(directory / "crls" / f"{name}.crl", crl.public_bytes(Encoding.DER))


def is_authority(directory: Path) -> bool:
    """A test authority was written here, keys and all."""
    return (directory / "authority" / "root.key").exists()


def certificate_of(directory: Path, name: str) -> tuple[x509.Certificate, ...]:
    """The certificates of an identity by its name (`nurse`), one of them (`nurse-auth`), a server's, or a PEM file's.

    Raises `KeyFileError`.
    """
    identities = directory / "identities"
    if (identities / f"{name}{AUTHENTICATION_SUFFIX}.pem").exists():
        paths = [identities / f"{name}.pem", identities / f"{name}{AUTHENTICATION_SUFFIX}.pem"]
    else:
        candidates = (identities / f"{name}.pem", directory / f"{name}.pem", Path(name))
        paths = [path for path in candidates if path.is_file()][:1]
    if not paths:
        known = ", ".join(sorted(path.stem for path in identities.glob("*.pem")))
        raise KeyFileError(f"there is no {name} in {identities}; there are {known}")
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes())[0] for path in paths)
    except ValueError:
        raise KeyFileError(f"{paths[0]}: holds no PEM certificate") from None


def renew_crls(
    directory: Path, at: datetime, *, days: int = CRL_DAYS, revoke: tuple[x509.Certificate, ...] = ()
) -> dict[str, x509.CertificateRevocationList]:
    """Issues each list again, fresh at `at`, with what it held and `revoke` (since `at`).

    Raises `KeyFileError` when the directory is not such an authority, or `revoke` has a certificate it never issued.
    """
    issuers = dict(_issuers(directory))
    strangers = [
        certificate
        for certificate in revoke
        if not any(issued_by(certificate, issuer.certificate) for issuer in issuers.values())
    ]
    if strangers:
        raise KeyFileError(f"{strangers[0].subject.rfc4514_string()} was not issued by the authority in {directory}")
    renewed = {}
    for name, issuer in issuers.items():
        old = _read_crl(directory / "crls" / f"{name}.crl")
        revoked = {entry.serial_number: entry.revocation_date_utc for entry in old or ()}
        for certificate in revoke:
            if issued_by(certificate, issuer.certificate):
                revoked.setdefault(certificate.serial_number, at)
        renewed[name] = issuer.crl(revoked, at=at, days=days, number=_number(old) + 1)
        _write_crl(directory, name, renewed[name])
    return renewed


def _issuers(directory: Path) -> Iterator[tuple[str, Issuer]]:
    if not is_authority(directory):
        raise KeyFileError(f"{directory} holds no test authority; make one with carnet pki init {directory}")
    for name, folder in _ISSUERS.items():
        certified = read_pem(directory / folder / f"{name}.pem", directory / "authority" / f"{name}.key")
        yield name, Issuer(certified, is_root=name == "root")


def _read_crl(path: Path) -> x509.CertificateRevocationList | None:
    return x509.load_der_x509_crl(path.read_bytes()) if path.exists() else None


def _number(crl: x509.CertificateRevocationList | None) -> int:
    if crl is None:
        return 0
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
