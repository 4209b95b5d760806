"""`carnet conformance watch`."""

import json
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import FrameType
from typing import Any, Final

import click

from conformance.model import Verdict
from conformance.results.exitcodes import ExitCode
from conformance.results.folder import FolderError, ResultsFolder
from conformance.watch import showing
from conformance.watch.memory import Memory
from conformance.watch.misbehaviours import KINDS, Agenda, Misbehaviour, MisbehaviourError
from conformance.watch.recording import About, Recorder
from conformance.watch.seen import Seen
from conformance.watch.server import Server
from conformance.watch.tls import ServerCertificates, certificates
from conformance.watch.watching import Options, Watch
from dmp.domain import domain as dmp_domain
from metadata import affinity
from metadata.affinity import AffinityDomain
from security.certificates import LiveTrust, TrustStoreError
from security.keyfiles import KeyFileError

REPOSITORY_IDS: Final = {
    # the DMP's own                                                                   # official messages, TD3.1
    "dmp": "1.2.250.1.213.4.1.1.1.2",
    "ihe": "2.25.96416839226410172963015126571250961357",
}
"""The same at every start: clients have it in their settings."""


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
    "--misbehaviours", is_flag=True, is_eager=True, expose_value=False, callback=_list_kinds, help="List them."
)
@click.option("--count", type=click.IntRange(1), metavar="N", help="Stop after N exchanges.")
@click.option(
    "--codes", type=click.Path(path_type=Path, exists=True), metavar="FILE", help="Codes in force, as for serve."
)
@click.option("--language", type=click.Choice(["en", "fr"]), help="Of remarks and answers.  [default: en; dmp: fr]")
@click.option(
    "--ready-file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Receives the URLs as JSON."
)
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
    language: str | None,
    ready_file: Path | None,
    as_json: bool,
) -> None:
    """Listen as a registry and repository, and judge what a client sends.

    \b
      carnet conformance watch
      carnet conformance watch --profile dmp --trust pki --tls-cert pki/server.pem --tls-key pki/server.key
      carnet conformance watch --misbehave busy:ITI-41@1 --misbehave slow=20:ITI-43
      carnet conformance watch --count 4 --json --ready-file ready.json

    Point your software at the URLs that it prints. Everything is kept in the results folder, from which
    `carnet conformance dossier` makes the evidence folder.

    Exit codes: 0 something was judged and nothing broke a MUST, 3 a message broke a MUST, 4 nothing could be judged,
    6 judging failed, 130 interrupted before anything came.
    """
    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key go together")
    language = language or ("fr" if profile == "dmp" else "en")
    given = _codes(codes)
    listener = _listen(host, port)
    try:
        folder = ResultsFolder.create(out)
    except FolderError as error:
        raise click.ClickException(str(error)) from None
    with tempfile.TemporaryDirectory(prefix="carnet-watch-") as private:
        tls = _certificates(tls_cert, tls_key, trust, host, Path(private), folder.path, misbehaviours)
        address = _address(host, listener.getsockname()[1], tls is not None)
        about = _about(profile, language, address)
        recorder = Recorder(folder, about)
        agenda = Agenda(misbehaviours)
        ending = _Ending(count)
        live = _trust(trust)
        documents = Path(private) / "documents"
        documents.mkdir()
        watching = Watch(
            Options(profile, given, _domain(profile, given), lambda: None if live is None else live.current, language),
            recorder,
            Memory(documents, REPOSITORY_IDS[profile]),
            agenda,
            _teller(as_json, language, ending),
        )

        def event(what: str, client: str, verdict: Verdict, detail: str) -> None:
            recorder.event(what, client, verdict, detail)
            _tell_event(as_json, what, client, verdict, detail)
            ending.event()

        server = Server(listener, watching, agenda, tls, event)
        server.start()
        if not as_json:
            _welcome(about, agenda, folder.path, tls, profile)
        with _ready(ready_file, about, profile):
            ending.wait()
        server.close()
        recorder.close()
        if tls is not None:
            tls.close()
    if not as_json:
        for line in showing.summary(recorder.counts, ending.events, str(folder.path), language):
            showing.console().print(line)
    raise SystemExit(int(ending.code(recorder)))


class _Ending:
    """When the watch ends, and with which code."""

    def __init__(self, count: int | None) -> None:
        self._left = count
        self._over = threading.Event()
        self._interrupted = False
        self._came = 0
        self.events = 0
        self._lock = threading.Lock()

    def exchange(self) -> None:
        with self._lock:
            self._came += 1
            if self._left is not None:
                self._left -= 1
                if self._left <= 0:
                    self._over.set()

    def event(self) -> None:
        with self._lock:
            self.events += 1

    def wait(self) -> None:
        """Until `--count` is reached, Ctrl-C, or SIGTERM."""

        def stop(number: int, _frame: FrameType | None) -> None:
            self._interrupted = number == signal.SIGINT
            self._over.set()

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            while not self._over.wait(0.5):
                pass
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def code(self, recorder: Recorder) -> ExitCode:
        counts = recorder.counts
        if counts[Verdict.ERROR]:
            return ExitCode.SUITE_ERROR
        if counts[Verdict.FAIL]:
            return ExitCode.FAILED
        if counts[Verdict.PASS] or counts[Verdict.WARN]:
            return ExitCode.DONE
        if self._interrupted and not self._came and not self.events:
            return ExitCode.INTERRUPTED
        return ExitCode.NOTHING_TESTED


def _teller(as_json: bool, language: str, ending: _Ending) -> Callable[[Seen], None]:
    out = showing.console()

    def tell(seen: Seen) -> None:
        with suppress(BrokenPipeError):
            if as_json:
                print(json.dumps(seen.row(), ensure_ascii=False), flush=True)  # noqa: T201  what --json is for
            else:
                for line in showing.lines(seen, language):
                    out.print(line)
        ending.exchange()

    return tell


def _tell_event(as_json: bool, what: str, client: str, verdict: Verdict, detail: str) -> None:
    with suppress(BrokenPipeError):
        if as_json:
            row = {"connection": what, "client": client, "verdict": verdict.value, "detail": detail}
            print(json.dumps(row), flush=True)  # noqa: T201
        else:
            showing.console().print(showing.event_line(what, client, verdict, detail))


def _welcome(about: About, agenda: Agenda, folder: Path, tls: ServerCertificates | None, profile: str) -> None:
    rows = [
        ("Registry", about.registry, "ITI-42 ITI-18"),
        ("Repository", about.repository, "ITI-41 ITI-43"),
        ("Repository id", REPOSITORY_IDS[profile], ""),
        ("Kept in", str(folder), ""),
    ]
    notes = [f"Misbehaves: {each}" for each in agenda.planned]
    if tls is not None and tls.authority is not None:
        notes.append(f"The client has to believe {tls.authority}")
    where = "" if about.repository == "http://127.0.0.1:8080/repository" else f" --repository {about.repository}"
    notes += [f"Try:  carnet send --sample{where}", "Ctrl-C ends it and writes the report."]
    for line in showing.banner(rows, f"Carnet {about.carnet} watches your client (profile {profile})", notes):
        showing.console().print(line)


@contextmanager
def _ready(path: Path | None, about: About, profile: str) -> Iterator[None]:
    """The ready file is there while the watch listens; same keys as that of `carnet serve`."""
    if path is None:
        yield
        return
    told = {
        "registry": about.registry,
        "repository": about.repository,
        "mllp": None,
        "repository_unique_id": REPOSITORY_IDS[profile],
        "pid": os.getpid(),
    }
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(json.dumps(told) + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise click.ClickException(f"--ready-file {path}: {error.strerror}") from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _codes(path: Path | None) -> AffinityDomain | None:
    try:
        return None if path is None else affinity.load(path)
    except affinity.AffinityError as error:
        raise click.ClickException(str(error)) from None


def _domain(profile: str, codes: AffinityDomain | None) -> AffinityDomain:
    return dmp_domain(codes) if profile == "dmp" else codes or AffinityDomain.open()


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        told = f"cannot listen on {host} port {port}: {error.strerror}; choose another with --port (0: any free one)"
        raise click.ClickException(told) from None
    return listener


def _certificates(
    certificate: Path | None,
    key: Path | None,
    trust: Path | None,
    host: str,
    private: Path,
    folder: Path,
    planned: tuple[Misbehaviour, ...],
) -> ServerCertificates | None:
    given = None if certificate is None or key is None else (certificate, key)
    expired = any(each.kind.name == "expired-certificate" for each in planned)
    try:
        return certificates(given, trust, host=host, private=private, folder=folder, expired=expired)
    except (KeyFileError, TrustStoreError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None


def _trust(directory: Path | None) -> LiveTrust | None:
    try:
        return None if directory is None else LiveTrust(directory)
    except TrustStoreError as error:
        raise click.ClickException(str(error)) from None


def _address(host: str, port: int, tls: bool) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def _about(profile: str, language: str, address: str) -> About:
    try:
        carnet = version("carnet")
    except PackageNotFoundError:
        carnet = "?"
    command = " ".join(["carnet", "conformance", "watch", *_redacted(sys.argv)])
    registry, repository = f"{address}/registry", f"{address}/repository"
    return About(
        carnet, profile, language, command, registry, repository, {"registry": registry, "repository": repository}
    )


def _redacted(arguments: list[str]) -> list[str]:
    """The options of this command, wherever its name stands on the line."""
    return arguments[arguments.index("watch") + 1 :] if "watch" in arguments else []
