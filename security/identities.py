"""Who signs and who connects: the two keys of one identity, read from files that stand side by side."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from security.issuing import CertifiedKey
from security.keyfiles import KeyFileError, read_pem, read_pkcs12

TEST_PASSWORD: Final = "carnet"  # noqa: S105 - opens test identities only, and is written in their README
AUTHENTICATION_SUFFIX: Final = "-auth"


@dataclass(frozen=True, slots=True)
class Identity:
    """A person's card or a structure's pair of certificates.

    A card holds two keys that must not be exchanged: one signs, one opens TLS connections. PKCS#12 tools expect one key
    per file; so an identity is two files, `doctor.p12` with the signature key and `doctor-auth.p12` beside it. Naming
    either names both. An identity of a single file uses its key for both, as a structure with one certificate does.
    """

    name: str
    signature: CertifiedKey
    authentication: CertifiedKey

    @classmethod
    def load(cls, path: Path, password: str | None = None) -> "Identity":
        """Reads `path` (`.p12`, `.pfx`, or `.pem` with its `.key` beside it) and the other half where there is one.

        Without a password the one of test identities is tried, then none. Raises `KeyFileError`.
        """
        stem = path.stem.removesuffix(AUTHENTICATION_SUFFIX)
        signing = path.with_name(stem + path.suffix)
        connecting = path.with_name(stem + AUTHENTICATION_SUFFIX + path.suffix)
        if not path.exists():
            raise KeyFileError(f"{path}: there is no such file; carnet pki init makes test identities")
        signature = _read(signing if signing.exists() else path, password)
        return cls(stem, signature, _read(connecting, password) if connecting.exists() else signature)


def _read(path: Path, password: str | None) -> CertifiedKey:
    if path.suffix == ".pem":
        return read_pem(path, path.with_suffix(".key"), password)
    if path.suffix not in (".p12", ".pfx"):
        raise KeyFileError(f"{path}: give a .p12 or .pfx file, or a .pem file with its .key file beside it")
    for attempt in (password,) if password is not None else (TEST_PASSWORD, None):
        try:
            return read_pkcs12(path, attempt)
        except KeyFileError as error:
            refused = error
    raise refused
