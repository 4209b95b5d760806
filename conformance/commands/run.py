"""`carnet conformance run`: the suite against a target, from the command line to the exit code."""

import dataclasses
import shlex
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, Literal

import click

from conformance.book import BOOK
from conformance.commands.options import selection_options, target_options
from conformance.model import Case, Verdict
from conformance.results.exitcodes import ExitCode, exit_code
from conformance.results.expected import Expected, ExpectedError
from conformance.results.folder import FolderError, ResultsFolder
from conformance.results.run import Run
from conformance.results.stored import load as load_results
from conformance.runner import run as run_cases
from conformance.runner.preflight import Unreachable, afterthoughts, preflight
from conformance.runner.progress import Display, console, summary
from conformance.runner.running import Running
from conformance.target import Target, TargetError
from conformance.trial import UNKNOWN_PATIENTS, Session
from conformance.wire.tls import UnusableFile

_SECRET: Final = ("--password",)


@dataclass(frozen=True, slots=True)
class Wish:
    """How a run is to be done and reported."""

    out: Path | None
    expected: Path | None
    update_expected: Path | None
    fail_on: Literal["fail", "warn"]
    language: str
    jobs: int
    verbose: bool


@click.command()
@target_options
@selection_options
@click.option(
    "--failed",
    "earlier",
    is_flag=False,
    flag_value="carnet-results/latest",
    metavar="[DIR]",
    type=click.Path(path_type=Path, exists=True),
    help="Only what failed in that run.  [default: the latest]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the results go.  [default: carnet-results/ and the time]",
)
@click.option(
    "--expected",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Known failures: the run is red only when something else changes.",
)
@click.option(
    "--update-expected",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write what failed into this file; the reasons are left to a person.",
)
@click.option(
    "--fail-on", type=click.Choice(["fail", "warn"]), default="fail", show_default=True, help="What makes the run fail."
)
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Of the report.")
@click.option("--jobs", type=click.IntRange(1, 64), default=4, show_default=True, metavar="N", help="Cases at a time.")
@click.option("--dry-run", is_flag=True, help="Say which cases would run; send nothing.")
@click.option("-v", "--verbose", is_flag=True, help="Tell of every case, not only of those that did not pass.")
def run(
    target: Target,
    cases: Callable[..., list[Case]],
    selection: tuple[str, ...],
    earlier: Path | None,
    dry_run: bool,
    **wish: Any,
) -> None:
    """Run the suite against a registry, a repository, or both, and keep the evidence.

    \b
      carnet conformance run --registry http://host/registry --repository http://host/repository
      carnet conformance run --registry URL --select iti-18 --patient '42^^^&1.2.3&ISO'
      carnet conformance run --target target.toml --expected known.toml --out results
      carnet conformance run --profile dmp --registry URL --repository URL \\
          --identity pki/identities/doctor.p12 --pki pki

    Exit codes: 0 tested, nothing failed that was not expected; 2 wrong command line; 3 something failed; 4 nothing
    was tested; 5 the target cannot be reached; 6 the suite itself is at fault; 7 an expected failure passed;
    130 interrupted.
    """
    chosen = _failed_before(cases(target.profile), earlier) if earlier else cases(target.profile)
    optional = {each.optional for each in BOOK if each.optional}
    if unknown := sorted(target.lacks - optional):
        told = ", ".join(sorted(optional))
        raise click.UsageError(f"--lacks {unknown[0]}: no case is about it; a target may lack {told}")
    if dry_run:
        for each in chosen:
            click.echo(f"{each.id}  {each.title}")
        click.echo(f"{len(chosen)} cases would run", err=True)
        sys.exit(ExitCode.DONE if chosen else ExitCode.NOTHING_TESTED)
    if not target.registry and not target.repository:
        raise click.UsageError("say what to test: --registry URL, --repository URL, or both; or --target FILE")
    sys.exit(_run(target, chosen, selection, Wish(**wish)))


def _run(target: Target, cases: Sequence[Case], selection: tuple[str, ...], wish: Wish) -> ExitCode:
    out, session, started, clock = console(), Session(target), datetime.now(UTC), time.monotonic()
    try:
        expected, updated = _expected(wish.expected), _expected(wish.update_expected, wish.expected)
        _ = session.context
        warnings = preflight(session)
        folder = ResultsFolder.create(wish.out)
    except (ExpectedError, UnusableFile, TargetError, FolderError) as error:
        raise click.UsageError(str(error)) from None
    except Unreachable as error:
        click.echo(f"the target cannot be reached: {error}", err=True)
        return ExitCode.UNREACHABLE
    out.print(f"{len(cases)} cases, profile {target.profile}, against {target.registry or target.repository}")
    with Display(len(cases), out, expected, verbose=wish.verbose) as display:
        ran = run_cases(cases, session, jobs=wish.jobs, keep=folder.keep, told=display.told)
    made = Run(
        started=started,
        seconds=time.monotonic() - clock,
        carnet=_version(),
        profile=target.profile,
        target=described(target),
        command=_command(sys.argv[1:]),
        selection=selection,
        warnings=(*(f"the runner failed: {each}" for each in ran.problems), *warnings, *afterthoughts(ran.outcomes)),
        outcomes=ran.outcomes,
        language=wish.language,
        seed=session.run_id,
        finished=ran.finished,
    )
    folder.write(made, expected)
    if wish.update_expected:
        wish.update_expected.write_text(updated.updated(ran.outcomes, warnings=wish.fail_on == "warn"), "utf-8")
    summary(out, ran.outcomes, expected.judge(ran.outcomes), made.warnings)
    out.print(f"report: {folder.path / 'report.html'}", soft_wrap=True)
    return _code(ran, expected, wish.fail_on)


def _expected(*files: Path | None) -> Expected:
    """The known failures of the first file that is there. Raises `ExpectedError`, also for an id that is no case."""
    file = next((each for each in files if each is not None and each.exists()), None)
    if file is None:
        return Expected.none()
    expected = Expected.load(file)
    if unknown := expected.unknown(each.id for each in BOOK):
        raise ExpectedError(f"{file}: {unknown[0]} is no case; carnet conformance list has them all")
    return expected


def _code(ran: Running, expected: Expected, fail_on: Literal["fail", "warn"]) -> ExitCode:
    if not ran.finished:
        click.echo("interrupted: the cases that had ended are in the results", err=True)
        return ExitCode.INTERRUPTED
    if ran.problems:
        return ExitCode.SUITE_ERROR
    code = exit_code(ran.outcomes, expected, fail_on)
    if code is ExitCode.DONE and any(each.reason == UNKNOWN_PATIENTS for each in ran.outcomes):
        code = ExitCode.NOTHING_TESTED  # a feed that somebody forgot must not look like a registry that is right
    if code is ExitCode.NOTHING_TESTED:
        click.echo("nothing was tested, or next to nothing", err=True)
    return code


def _failed_before(cases: Sequence[Case], earlier: Path) -> list[Case]:
    try:
        told = load_results(earlier)
    except (ValueError, OSError) as error:
        raise click.UsageError(f"--failed {earlier}: {error}") from None
    failed = {each.case.id for each in told.cases if each.verdict in (Verdict.FAIL, Verdict.ERROR)}
    return [each for each in cases if each.id in failed]


def described(target: Target) -> Mapping[str, Any]:
    """The target as a report shows it: no password, files by their names only."""
    told = {each.name: getattr(target, each.name) for each in dataclasses.fields(target) if each.name != "password"}
    return {name: _plain(value) for name, value in told.items() if value not in ("", None, (), frozenset(), {})}


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return value.name
    if isinstance(value, Mapping):
        return {name: list(code) for name, code in value.items()}
    return sorted(value) if isinstance(value, frozenset) else list(value) if isinstance(value, tuple) else value


def _command(arguments: Sequence[str]) -> str:
    """The command line, its secrets masked."""
    kept, hide = ["carnet"], False
    for word in arguments:
        name, equals, _ = word.partition("=")
        if hide:
            kept.append("•••")
        else:
            kept.append(f"{name}=•••" if name in _SECRET and equals else word)
        hide = word in _SECRET
    return shlex.join(kept)


def _version() -> str:
    try:
        return version("carnet")
    except PackageNotFoundError:
        return "unknown"
