"""`carnet conformance compare` and `carnet conformance replay`."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from conformance.results import commandlines
from conformance.results.compare import as_json
from conformance.results.compare import compare as compared
from conformance.results.comparisontext import printable, show
from conformance.results.exitcodes import ExitCode
from conformance.results.folder import DEFAULT, LATEST
from conformance.results.replay import Elsewhere, Replayed, ReplayError, bytes_of, chosen, save, url_of
from conformance.results.replay import replay as replayed
from conformance.results.stored import StoredCase, StoredError, StoredExchange, StoredRun, load
from conformance.wire.tls import UnusableFile, client_context

_WIDTH = 200
_LATEST = DEFAULT / LATEST


@click.command()
@click.argument("old", type=click.Path(path_type=Path), metavar="OLD")
@click.argument("new", type=click.Path(path_type=Path), metavar="NEW")
@click.option("--json", "for_programs", is_flag=True, help="For programs.")
@click.option(
    "--fail-on", type=click.Choice(["fail", "warn"]), default="fail", show_default=True, help="What counts as broken."
)
def compare(old: Path, new: Path, for_programs: bool, fail_on: str) -> None:
    """Compare two runs: what was fixed, what broke, what is new, what disappeared.

    OLD and NEW are folders of results, or the result.json of one.

    \b
      carnet conformance compare carnet-results/2027-01-15T09-30-00 carnet-results/latest
      carnet conformance compare baseline/result.json results --json

    Exit codes: 0 nothing broke; 2 a folder cannot be read; 3 something that held is broken.
    """
    comparison = compared(_loaded(old), _loaded(new))
    if for_programs:
        click.echo(json.dumps(as_json(comparison), ensure_ascii=False, indent=1))
    else:
        show(comparison, _console())
    sys.exit(ExitCode.FAILED if comparison.broke(warnings=fail_on == "warn") else ExitCode.DONE)


@dataclass(frozen=True, slots=True)
class _Wish:
    """Where a case is sent again."""

    registry: str
    repository: str
    feed: str
    identity: Path | None
    password: str
    trust: Path | None
    timeout: float

    def elsewhere(self) -> Elsewhere:
        context = client_context(self.trust, self.identity, self.password) if self.identity or self.trust else None
        return Elsewhere(self.registry, self.repository, self.feed, context, self.timeout)


@click.command()
@click.argument("id_", metavar="ID")
@click.option(
    "--run",
    "folder",
    type=click.Path(path_type=Path),
    default=_LATEST,
    show_default=True,
    metavar="DIR",
    help="Of which run.",
)
@click.option("--exchange", "number", type=click.IntRange(min=1), metavar="N", help="Only this one.  [default: all]")
@click.option("--curl", "as_curl", is_flag=True, help="Print commands for curl; send nothing.")
@click.option(
    "--save",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the requests and a script there; send nothing.",
)
@click.option("--registry", default="", metavar="URL", help="Send to this registry instead of the recorded one.")
@click.option("--repository", default="", metavar="URL", help="Send to this repository instead.")
@click.option("--feed", default="", metavar="HOST:PORT", help="Send to this patient identity feed instead.")
@click.option(
    "--identity",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Who opens the connection: NAME.p12, with NAME-auth.p12 beside it.",
)
@click.option(
    "--password", default="", envvar="CARNET_IDENTITY_PASSWORD", metavar="WORD", help="Of the identity's files."
)
@click.option(
    "--trust",
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="Anchors for the target's certificate, PEM file or directory.",
)
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), default=30.0, show_default=True, metavar="SECONDS"
)
def replay(
    id_: str,
    folder: Path,
    number: int | None,
    as_curl: bool,
    directory: Path | None,
    registry: str,
    repository: str,
    feed: str,
    identity: Path | None,
    password: str,
    trust: Path | None,
    timeout: float,
) -> None:
    """Send the recorded bytes of a case again, and show the new answer beside the recorded one.

    The bytes are the same: ids that were new then are known to the target now, and a token may have passed its time.
    `carnet conformance run --select ID` makes new ones.

    \b
      carnet conformance replay iti-42/4.1.3.3.1/1
      carnet conformance replay iti-42/4.1.3.3.1/1 --curl
      carnet conformance replay iti-42/4.1.3.3.1/1 --exchange 2 --registry http://localhost:8080/registry

    Exit codes: 0 it came to the same; 2 there is no such case; 3 it came to something else; 5 nothing came back.
    """
    run = _loaded(folder)
    wish = _Wish(registry, repository, feed, identity, password, trust, timeout)
    try:
        case, exchanges = chosen(run, id_, number)
        if directory is not None:
            for path in save(run, case, exchanges, directory):
                click.echo(path)
        elif as_curl:
            _print_curl(run, exchanges, wish.elsewhere())
        else:
            sys.exit(_send(run, case, exchanges, wish.elsewhere()))
    except (ReplayError, StoredError, UnusableFile) as error:
        raise click.UsageError(str(error)) from None


def _print_curl(run: StoredRun, exchanges: tuple[StoredExchange, ...], elsewhere: Elsewhere) -> None:
    for stored in exchanges:
        url = url_of(run, stored, elsewhere)
        click.echo(f"# {stored.number}. {' '.join(stored.label.split())}")
        click.echo(commandlines.curl(stored, bytes_of(run, stored, url).head, str(run.folder), url) + "\n")


def _send(run: StoredRun, case: StoredCase, exchanges: tuple[StoredExchange, ...], elsewhere: Elsewhere) -> ExitCode:
    console = _console()
    console.print(Text.assemble((printable(case.case.id), "bold"), printable(f"  {case.case.title}")))
    console.print(Text(f"recorded as {case.verdict.value} on {run.started:%Y-%m-%d %H:%M:%S %Z}", style="dim"))
    all_same, any_answer = True, False
    for one in replayed(run, exchanges, elsewhere):
        all_same &= one.same
        any_answer |= one.exchange.response is not None
        _show(one, console)
    if not any_answer:
        return ExitCode.UNREACHABLE
    return ExitCode.DONE if all_same else ExitCode.FAILED


def _show(one: Replayed, console: Console) -> None:
    kind = " (preparation)" if one.stored.preparation else ""
    console.print()
    console.print(Text(printable(f"{one.stored.number}. {one.stored.label}{kind}  {one.url}"), style="bold"))
    style = "green" if one.same else "red"
    console.print(Text.assemble("   recorded  ", printable(str(one.then)), f"  {one.stored.seconds:.3f} s"))
    console.print(Text.assemble("   now       ", (printable(str(one.now)), style), f"  {one.exchange.seconds:.3f} s"))
    for line in one.differences():
        console.print(Text("     " + printable(line), style={"+": "green", "-": "red"}.get(line[:1], "dim")))


def _console() -> Console:
    # a file has no width: what goes to one is not folded at eighty columns
    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=_WIDTH, soft_wrap=True)


def _loaded(path: Path) -> StoredRun:
    try:
        return load(path)
    except StoredError as error:
        raise click.UsageError(str(error)) from None
