"""`carnet conformance watch`."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from conformance.results import redaction
from conformance.results.folder import FolderError
from conformance.watch.ending import Ending
from conformance.watch.forwarding import Forwarding
from conformance.watch.kinds import KINDS
from conformance.watch.misbehaviours import Misbehaviour, MisbehaviourError
from conformance.watch.session import ListenError, Session, Wishes
from conformance.watch.telling import JsonLines, Lines, Show
from dmp.sites import SitesError, read_sites
from dmp.waiving import CannotWaive, check_waived
from metadata import affinity
from metadata.affinity import AffinityDomain
from security.certificates import TrustStore, TrustStoreError
from security.identities import Identity
from security.keyfiles import KeyFileError
from security.tlscontexts import client_context


class _MisbehaviourType(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic since click 8.4
    name = "misbehaviour"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Misbehaviour:
        if isinstance(value, Misbehaviour):
            return value
        try:
            return Misbehaviour.parse(str(value))
        except MisbehaviourError as error:
            self.fail(str(error), param, ctx)


_FILE: Final = click.Path(path_type=Path, exists=True, dir_okay=False)
_DIRECTORY: Final = click.Path(path_type=Path, exists=True, file_okay=False)


def _list_kinds(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    for kind in KINDS.values():
        name = kind.name + (f"={kind.default or kind.value.name}" if kind.value.value else "")
        click.echo(f"{click.style(name, bold=True)}\n    {kind.what}\n    a good client: {kind.expected}")
    ctx.exit()


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--host", default="127.0.0.1", show_default=True, metavar="H", help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, metavar="P", help="0: any free port."
)
@click.option("--profile", type=click.Choice(["ihe", "dmp"]), default="ihe", show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where exchanges and reports go.  [default: carnet-results/<time>]",
)
@click.option("--tls-cert", type=_FILE, metavar="FILE", help="Listen over TLS: certificate and those above it, PEM.")
@click.option("--tls-key", type=_FILE, metavar="FILE", help="Its key, PEM.")
@click.option(
    "--trust",
    type=_DIRECTORY,
    metavar="DIR",
    help="Whom to believe, as for serve: tokens and signatures are judged with it, and over TLS clients must show a "
    "certificate.",
)
@click.option(
    "--misbehave",
    "misbehaviours",
    multiple=True,
    type=_MisbehaviourType(),
    metavar="KIND[=VALUE][:ITI][@N]",
    help="Answer wrongly, here or there: busy, slow=30:ITI-43, fault=Sender:ITI-41@2. Repeatable.",
)
@click.option(
    "--list-misbehaviours",
    "listed",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_kinds,
    help="Tell them.",
)
@click.option("--count", type=click.IntRange(1), metavar="N", help="Stop after N exchanges.")
@click.option(
    "--codes", type=click.Path(path_type=Path, exists=True), metavar="FILE", help="Codes in force, as for serve."
)
@click.option(
    "--sites",
    type=_FILE,
    metavar="FILE",
    help="Table of legal entities and their sites (EJ, EG), as for serve: whose certificates may act for whom.",
)
@click.option("--language", type=click.Choice(["en", "fr"]), help="Of remarks and answers.  [default: en; dmp: fr]")
@click.option(
    "--ready-file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Receives the URLs as JSON."
)
@click.option(
    "--forward-registry", default="", metavar="URL", help="Hand messages on to this registry, and its answers back."
)
@click.option("--forward-repository", default="", metavar="URL", help="The same for the repository.")
@click.option(
    "--identity",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="NAME.p12, with NAME-auth.p12 beside it: who opens the connections to the systems behind.",
)
@click.option("--password", envvar="CARNET_IDENTITY_PASSWORD", metavar="WORD", help="Of the identity's files.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per exchange on standard output.")
def watch(
    host: str,
    port: int,
    profile: str,
    out: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    trust: Path | None,
    misbehaviours: tuple[Misbehaviour, ...],
    count: int | None,
    codes: Path | None,
    sites: Path | None,
    language: str | None,
    ready_file: Path | None,
    forward_registry: str,
    forward_repository: str,
    identity: Path | None,
    password: str | None,
    as_json: bool,
) -> None:
    """Listen as a registry and repository, and judge what a client sends.

    \b
      carnet conformance watch
      carnet conformance watch --profile dmp --trust pki --tls-cert pki/server.pem --tls-key pki/server.key
      carnet conformance watch --misbehave busy:ITI-41@1 --misbehave slow=20:ITI-43
      carnet conformance watch --count 4 --json --ready-file ready.json
      carnet conformance watch --forward-registry URL --forward-repository URL

    Point your software at the URLs that it prints. Everything is kept in the results folder, from which
    `carnet conformance dossier` makes the evidence folder.

    Exit codes: 0 something was judged and nothing broke a MUST, 3 a message broke a MUST, 4 nothing could be judged,
    6 judging failed, 130 interrupted before anything came.
    """
    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key go together")
    wishes = Wishes(
        host,
        port,
        profile,
        out,
        tls_cert,
        tls_key,
        trust,
        misbehaviours,
        _codes(codes),
        language or ("fr" if profile == "dmp" else "en"),
        redaction.text(" ".join(["carnet", "conformance", "watch", *_options(sys.argv)])),
        _sites(sites),
        _forwarding(forward_registry, forward_repository, identity, password, trust),
    )
    ending = Ending(count)
    show = JsonLines(ending) if as_json else Lines(ending, wishes.language)
    session = _opened(wishes, show)
    ending.arm()
    show.welcome(session, wishes)
    with _ready(ready_file, session, wishes):
        ending.wait()
    session.close()
    show.goodbye(session)
    raise SystemExit(int(ending.code(session)))


def _opened(wishes: Wishes, show: Show) -> Session:
    try:
        return Session.open(wishes, show.exchange, show.event)
    except (ListenError, FolderError, KeyFileError, TrustStoreError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None


def _forwarding(
    registry: str, repository: str, identity: Path | None, password: str | None, trust: Path | None
) -> Forwarding | None:
    if not (registry or repository):
        if identity is not None:
            raise click.UsageError("--identity goes with --forward-registry and --forward-repository")
        return None
    context = None
    try:
        if identity is not None or trust is not None:
            own = None if identity is None else Identity.load(identity, password).authentication
            if trust is None:
                raise click.UsageError("--identity needs --trust: whose servers to believe")
            context = client_context(TrustStore.load(trust), own)
    except (KeyFileError, TrustStoreError) as error:
        raise click.ClickException(str(error)) from None
    return Forwarding(registry, repository, context)


@contextmanager
def _ready(path: Path | None, session: Session, wishes: Wishes) -> Iterator[None]:
    """The ready file is there while the watch listens; same keys as that of `carnet serve`."""
    if path is None:
        yield
        return
    told = {
        "registry": session.about.registry,
        "repository": session.about.repository,
        "mllp": None,
        "repository_unique_id": wishes.repository_unique_id,
        "pid": os.getpid(),
    }
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(json.dumps(told) + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        session.close()
        raise click.ClickException(f"--ready-file {path}: {error.strerror}") from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _codes(path: Path | None) -> AffinityDomain | None:
    try:
        return None if path is None else check_waived(affinity.load(path))
    except (affinity.AffinityError, CannotWaive) as error:
        raise click.ClickException(str(error)) from None


def _sites(path: Path | None) -> dict[str, frozenset[str]]:
    try:
        return {} if path is None else read_sites(path)
    except SitesError as error:
        raise click.ClickException(str(error)) from None


def _options(arguments: list[str]) -> list[str]:
    """The options of this command, wherever its name stands on the line."""
    return arguments[arguments.index("watch") + 1 :] if "watch" in arguments else []
