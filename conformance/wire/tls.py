"""What opens a TLS connection to a target."""

import ssl
from pathlib import Path

from security.identities import Identity
from security.keyfiles import KeyFileError
from security.tlscontexts import present


class UnusableFile(ValueError):
    """A certificate or key file that does not serve; the sentence says why."""


def client_context(anchors: Path | None, identity: Path | None, password: str = "") -> ssl.SSLContext:
    """Believes the anchors of a PEM file or a directory (the system's when None) and shows `identity` when asked.

    Plainer than a client in production would be, so that any system can be reached; TLS 1.2 is the least. Raises
    `UnusableFile`.
    """
    try:
        context = ssl.create_default_context(cadata=_pem(anchors) if anchors else None)
        if identity is not None:
            present(context, Identity.load(identity, password or None).authentication)
    except (KeyFileError, ssl.SSLError, OSError) as error:
        raise UnusableFile(str(error)) from None
    return context


def _pem(place: Path) -> str:
    files = sorted(place.rglob("*.pem")) if place.is_dir() else [place]
    found = "\n".join(file.read_text("ascii", errors="replace") for file in files)
    if "BEGIN CERTIFICATE" not in found:
        raise UnusableFile(f"{place} holds no certificate in PEM")
    return found
