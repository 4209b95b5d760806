"""What lies in a test authority's directory, and what a server says of each certificate."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from dmp.authority_files import is_authority
from security.certificates import CertificateRefused, TrustStore, Usage
from security.identities import AUTHENTICATION_SUFFIX
from security.keyfiles import KeyFileError
from security.names import DistinguishedName


@dataclass(frozen=True, slots=True)
class Listed:
    name: str
    """Of the file, as commands take it."""
    usage: str
    """What it was looked at for: `AUTH`, `SIGN`, `SEAL`, `SERVER`, or `CRL`."""
    until: datetime
    verdict: str
    """`ok`, or why it is refused."""
    subject: str

    def as_dict(self) -> dict[str, str]:
        return {
            "name": self.name,
            "usage": self.usage,
            "until": self.until.isoformat(),
            "verdict": self.verdict,
            "subject": self.subject,
        }


def listed(directory: Path, at: datetime) -> list[Listed]:
    """Lists first, then every certificate, with the verdict of a trust store at `at`.

    Raises `KeyFileError` when the directory is not a test authority, `TrustStoreError` when it is broken.
    """
    if not is_authority(directory):
        raise KeyFileError(f"{directory} holds no test authority; make one with carnet pki init {directory}")
    store = TrustStore.load(directory)
    lists = [
        Listed(
            f"{len(held.serials)} revoked", "CRL", held.next_update, "stale" if held.stale(at) else "ok", held.issuer
        )
        for held in store.lists.all()
    ]
    unusable = [Listed("unusable list", "CRL", at, "left out", problem) for problem in store.problems]
    files = [
        *sorted(directory.glob("*.pem")),
        *sorted((directory / "identities").glob("*.pem")),
        *sorted((directory / "identities" / "bad").glob("*.pem")),
    ]
    return lists + unusable + [_listed(path, directory, store, at) for path in files]


def _listed(path: Path, directory: Path, store: TrustStore, at: datetime) -> Listed:
    certificate = x509.load_pem_x509_certificates(path.read_bytes())[0]
    usage = _usage(path, directory, certificate)
    try:
        store.validate(certificate, usage, at=at)
        verdict = "ok"
    except CertificateRefused as refused:
        verdict = str(refused.reason)
    subject = str(DistinguishedName.of(certificate.subject))
    return Listed(_name(path, directory), usage.name, certificate.not_valid_after_utc, verdict, subject)


def _name(path: Path, directory: Path) -> str:
    folder = directory if path.parent == directory else directory / "identities"
    return path.relative_to(folder).with_suffix("").as_posix()


def _usage(path: Path, directory: Path, certificate: x509.Certificate) -> Usage:
    if path.parent == directory:
        return Usage.SERVER
    if path.stem.endswith(AUTHENTICATION_SUFFIX):
        return Usage.AUTH
    issuers = DistinguishedName.of(certificate.issuer).values(x509.NameOID.COMMON_NAME.dotted_string)
    return Usage.SEAL if any("ORGANISATIONS" in name for name in issuers) else Usage.SIGN
