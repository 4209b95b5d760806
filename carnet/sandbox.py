"""`--sandbox`: a test authority of its own in the data directory, so that a DMP starts with nothing prepared."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from carnet.config import ConfigurationError
from carnet.settings import Settings

DIRECTORY = "pki"
"""Under the data directory."""
WARNING = "SANDBOX with test keys that anybody may have: nothing in it is protected, nobody in it is real."


def authority_of(data: Path) -> Path:
    """Where the sandbox keeps its authority."""
    return data / DIRECTORY


def with_test_keys(settings: Settings) -> Settings:
    """The settings with a test authority, made at the first start; its revocation lists are issued again at each.

    Raises `ConfigurationError`.
    """
    from dmp.authority import Authority
    from dmp.authority_files import is_authority, renew_crls, write
    from security.keyfiles import KeyFileError

    directory, now = authority_of(settings.data), datetime.now(UTC)
    try:
        if is_authority(directory):
            renew_crls(directory, now)
        else:
            write(Authority.make(now), directory)
    except (KeyFileError, OSError) as error:
        raise ConfigurationError(f"--sandbox: {directory}: {error}; remove it to have another one made") from None
    return replace(settings, trust=directory, tls_cert=directory / "server.pem", tls_key=directory / "server.key")
