"""`carnet nginx-config`: nginx in front, which ends TLS and names the client to Carnet over the private socket."""

from pathlib import Path
from typing import Any, Final

import click
from cryptography.hazmat.primitives.serialization import Encoding

from carnet.config import ConfigurationError, read
from carnet.settings import Settings
from security.certificates import TrustStore, TrustStoreError, Usage
from security.keyfiles import certificates_pem
from security.tlscontexts import SUITES

CONFIGURATION: Final = "carnet.conf"
CLIENTS: Final = "clients.pem"
REVOKED: Final = "revoked.pem"

_SERVER: Final = """\
# Written by carnet nginx-config. Include it inside http {{ }}, and load it again when it is written again.
upstream carnet {{
    server "unix:{socket}";
    keepalive 32;
}}

server {{
    listen {listen} ssl;
    server_name {server_name};

    ssl_certificate "{certificate}";
    ssl_certificate_key "{key}";
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers {suites};
    ssl_prefer_server_ciphers on;
    ssl_session_cache shared:carnet:5m;
    ssl_session_tickets off;
{clients}
    client_max_body_size {largest};  # that of Carnet, which counts more exactly
    client_body_buffer_size 256k;
    client_body_timeout {stall}s;
    send_timeout {stall}s;
    keepalive_timeout {keep_alive}s;

    location / {{
        proxy_pass http://carnet;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $http_host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-Proto https;
        # whatever a client writes into these two is replaced
        proxy_set_header X-SSL-Client-Cert {shown};
        proxy_set_header X-SSL-Client-Verify {verified};
        # documents flow through: neither direction is written to a file of nginx
        proxy_request_buffering off;
        proxy_buffering off;
        proxy_read_timeout {patience}s;
        proxy_send_timeout {patience}s;
    }}
}}
"""
_CLIENTS: Final = """
    ssl_verify_client on;
    ssl_verify_depth 4;
    ssl_client_certificate "{clients}";
    ssl_crl "{revoked}";
"""
_PATIENCE: Final = 300
"""Seconds that an answer may take to begin: a large submission is hashed, verified and registered before."""


def configuration(settings: Settings, directory: Path, *, listen: str, server_name: str) -> dict[str, bytes]:
    """File name → content. Raises `ConfigurationError`."""
    if settings.private_socket is None or settings.tls_cert is None or settings.tls_key is None:
        raise ConfigurationError("nginx-config needs --tls-cert, --tls-key and --private-socket; --trust for clients")
    files: dict[str, bytes] = {}
    clients, shown, verified = "", '""', '""'
    if settings.trust is not None:
        files = _authorities(settings.trust)
        clients = _CLIENTS.format(clients=_word(directory / CLIENTS), revoked=_word(directory / REVOKED))
        shown, verified = "$ssl_client_escaped_cert", "$ssl_client_verify"
    text = _SERVER.format(
        socket=_word(settings.private_socket),
        listen=_plain("--listen", listen),
        server_name=_plain("--server-name", server_name),
        certificate=_word(settings.tls_cert),
        key=_word(settings.tls_key),
        suites=":".join(SUITES),
        clients=clients,
        largest=settings.max_message,
        stall=settings.stall_timeout,
        keep_alive=settings.keep_alive,
        shown=shown,
        verified=verified,
        patience=max(_PATIENCE, settings.registry_timeout),
    )
    return {**files, CONFIGURATION: text.encode()}


def _authorities(trust: Path) -> dict[str, bytes]:
    """Those that clients may come from, and what they revoked, as nginx reads them: one file each."""
    try:
        store = TrustStore.load(trust)
    except (TrustStoreError, OSError) as error:
        raise ConfigurationError(f"--trust {trust}: {error}") from None
    if store.problems:
        raise ConfigurationError(f"nginx would refuse everybody for a revocation list: {'; '.join(store.problems)}")
    authorities = (*store.anchors[Usage.AUTH], *store.intermediates[Usage.AUTH])
    revoked = b"".join(held.crl.public_bytes(Encoding.PEM) for held in store.lists.all())
    return {CLIENTS: certificates_pem(*authorities), REVOKED: revoked}


def _word(path: Path) -> str:
    """A path inside quotation marks of nginx."""
    text = str(path.resolve())
    if any(each in text for each in '"\\$\n'):
        raise ConfigurationError(f"nginx cannot be told the path {text!r}: use one without quotation marks and $")
    return text


def _plain(option: str, text: str) -> str:
    if not text or any(each.isspace() or each in ';{}"$\\' for each in text):
        raise ConfigurationError(f"{option} {text!r} is not one word of an nginx configuration")
    return text


_path: Final = click.Path(path_type=Path)


@click.command("nginx-config")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option("--listen", default="443", show_default=True, metavar="[ADDRESS:]PORT", help="Where nginx listens.")
@click.option("--server-name", default="_", show_default=True, metavar="NAME", help="The name clients call it by.")
@click.option("--private-socket", type=_path, metavar="PATH", help="The unix socket of carnet serve.")
@click.option("--tls-cert", type=_path, metavar="FILE", help="The server's certificate with those above it, in PEM.")
@click.option("--tls-key", type=_path, metavar="FILE", help="Its key, in PEM.")
@click.option("--trust", type=_path, metavar="DIR", help="Whom to believe, as for serve.")
@click.option("--config", "file", type=_path, metavar="FILE", help="The settings of carnet serve; also CARNET_CONFIG.")
def nginx_config(directory: Path, listen: str, server_name: str, file: Path | None, **given: Any) -> None:
    """Write a configuration of nginx for mutual TLS in front of Carnet.

    \b
      carnet nginx-config /etc/nginx/carnet --config carnet.toml --server-name dmp.example

    DIR receives carnet.conf, to be included in nginx.conf, and the authorities and revocation lists as nginx reads
    them. Write it again, and reload nginx, whenever a list is issued: nginx refuses everybody once one has expired.
    Carnet reads the lists by itself as well, and refuses who is on them whatever nginx knows.
    """
    settings = read(given, file=file).settings
    files = configuration(settings, directory, listen=listen, server_name=server_name)
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        draft = directory / f".{name}"
        draft.write_bytes(content)
        draft.replace(directory / name)
    click.echo(f"Written to {directory}: {', '.join(files)}")
    click.echo(f"Include {directory.resolve() / CONFIGURATION} in nginx.conf, inside http {{ }}.")
    click.echo("Then: nginx -t && nginx -s reload")
    click.echo(f"nginx must be allowed to write to {settings.private_socket}: give its user the group of that file.")
