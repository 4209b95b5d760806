"""A directory of trust: what lies in `anchors/`, `intermediates/`, `crls/` and `peers/`, in PEM or DER."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from security.usages import Usage

ByUsage = dict[Usage, tuple[x509.Certificate, ...]]

_CERTIFICATES: Final = ("*.pem", "*.crt", "*.cer", "*.der")
_LISTS: Final = ("*.crl", "*.pem")


class TrustStoreError(ValueError):
    """A directory cannot serve as a trust store; says which file and what it should be."""


def read_certificates(directory: Path, kind: str) -> ByUsage:
    """The certificates of `kind` (`anchors` or `intermediates`) for each usage.

    Those directly in the folder serve every usage, those in a folder inside it named `auth`, `sign`, `seal` or `server`
    that usage alone. Raises `TrustStoreError` for a file that is no certificate: an authority left out by mistake would
    show as strangers at the door.
    """
    common = _read(directory / kind)
    return {usage: common + _read(directory / kind / usage.name.lower()) for usage in Usage}


def read_peers(directory: Path) -> tuple[x509.Certificate, ...]:
    """The certificates of `peers/`: clients of TLS that are believed one by one. Raises `TrustStoreError`."""
    return _read(directory / "peers")


def read_lists(directory: Path) -> Iterator[tuple[Path, bytes]]:
    """Each file of `crls/` as it is."""
    for path in _files(directory / "crls", _LISTS):
        yield path, path.read_bytes()


def files_of(directory: Path) -> list[Path]:
    """Every file and folder whose change means another trust store."""
    found = [directory / "crls", *_files(directory / "crls", _LISTS)]
    found += [directory / "peers", *_files(directory / "peers", _CERTIFICATES)]
    for kind in ("anchors", "intermediates"):
        for folder in (directory / kind, *(directory / kind / usage.name.lower() for usage in Usage)):
            found += [folder, *_files(folder, _CERTIFICATES)]
    return found


def _read(folder: Path) -> tuple[x509.Certificate, ...]:
    return tuple(certificate for path in _files(folder, _CERTIFICATES) for certificate in _certificates(path))


def _certificates(path: Path) -> list[x509.Certificate]:
    data = path.read_bytes()
    try:
        if b"-----BEGIN" in data:
            return x509.load_pem_x509_certificates(data)
        return [x509.load_der_x509_certificate(data)]
    except (ValueError, UnsupportedAlgorithm):
        raise TrustStoreError(f"{path}: not a certificate in PEM or DER; take the file away or replace it") from None


def _files(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    return sorted({path for pattern in patterns for path in folder.glob(pattern) if path.is_file()})
