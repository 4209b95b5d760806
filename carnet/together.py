"""Which settings go together: looked at before anything is started, so that nothing is missing in silence."""

from typing import Final

from carnet.config import ConfigurationError
from carnet.settings import Settings

NO_KEYS: Final = (
    "--profile dmp needs --trust DIR with --tls-cert FILE and --tls-key FILE: whoever calls shows a certificate and a "
    "token. `carnet pki init` makes test ones; `carnet serve --profile dmp --sandbox` makes them and uses them"
)


def check(settings: Settings) -> None:
    """Settings that cannot be used together. Raises `ConfigurationError`."""
    check_keys(settings)
    if settings.only == "repository" and not settings.registry_url:
        raise ConfigurationError(
            "--only repository has no registry to register its documents in: name it with --registry-url URL"
        )
    if settings.registry_url and settings.only == "registry":
        raise ConfigurationError("--registry-url is for a repository: --only registry starts none")
    if settings.only == "repository" and settings.mllp_port is not None:
        raise ConfigurationError(
            "--mllp-port is the registry's patient identity feed: there is none with --only repository"
        )
    if settings.ready_file and settings.ready_file.is_dir():
        raise ConfigurationError(f"--ready-file {settings.ready_file} is a directory: name a file")


def check_keys(settings: Settings) -> None:
    """Whether what looks at callers has what it needs, so that none of it is missing in silence."""
    with_tls = settings.tls_cert is not None or settings.tls_key is not None
    if with_tls and (settings.tls_cert is None or settings.tls_key is None):
        raise ConfigurationError("--tls-cert and --tls-key go together: the certificate and its key, both in PEM")
    _check_client(settings)
    if settings.sandbox:
        if settings.profile != "dmp":
            raise ConfigurationError("--sandbox is for --profile dmp: the ihe profile asks nobody for keys")
        if with_tls or settings.trust or settings.private_socket:
            raise ConfigurationError(
                "--sandbox makes its own keys and listens with them: leave --trust, --tls-cert, --tls-key and "
                "private-socket out, or leave --sandbox out"
            )
        return _check_dmp(settings)
    if settings.trust is not None and not (with_tls or settings.private_socket):
        raise ConfigurationError(
            "--trust asks clients for a certificate, which takes TLS: add --tls-cert and --tls-key, or private-socket "
            "for a proxy that ends TLS"
        )
    if settings.profile == "dmp":
        if settings.trust is None:
            raise ConfigurationError(NO_KEYS)
        return _check_dmp(settings)
    for name in ("xua", "dsg"):
        if getattr(settings, name) != "off" and settings.trust is None:
            raise ConfigurationError(f"{name} = {getattr(settings, name)} needs --trust: whom to believe")
    if settings.dsg != "off" and settings.only == "registry":
        raise ConfigurationError("dsg is for a repository, which has the documents: --only registry starts none")
    return None


def _check_dmp(settings: Settings) -> None:
    if settings.only or settings.registry_url:
        raise ConfigurationError(
            "--profile dmp serves both actors in one process: leave --only and --registry-url out. Between two of them "
            "metadata would travel without the token and the signature that vouch for it"
        )
    for name in ("xua", "dsg"):
        if getattr(settings, name) != "off":
            raise ConfigurationError(
                f"{name} is for --profile ihe; the dmp profile always asks for a VIHF and a signature"
            )


def _check_client(settings: Settings) -> None:
    if (settings.client_cert is None) != (settings.client_key is None):
        raise ConfigurationError("client-cert and client-key go together: the certificate and its key, both in PEM")
    if settings.client_cert is not None and (settings.trust is None or not settings.registry_url):
        raise ConfigurationError("client-cert is for a registry elsewhere: it goes with --registry-url and --trust")
    if settings.ocsp and settings.trust is None:
        raise ConfigurationError("ocsp needs --trust: whom to believe")
