"""`carnet conformance dossier`."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import click

from conformance.dossier.codes import CODES, PlanError, chosen, load_plan
from conformance.dossier.page import Index
from conformance.dossier.sources import Recorded, SourceError, now, recorded
from conformance.dossier.standing import Software, State
from conformance.dossier.summary import state_word
from conformance.dossier.writing import DossierError, Wishes, write
from conformance.results.exitcodes import ExitCode

_LATEST: Final = Path("carnet-results/latest")
_COLOURS: Final = {
    State.READY: "green",
    State.TO_LOOK_AT: "yellow",
    State.TO_CORRECT: "red",
    State.MISSING: "bright_black",
}


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--from",
    "sources",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Recorded traffic: the folder of a watch or of a run. Repeatable.  [default: carnet-results/latest]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("dossier"),
    show_default=True,
    metavar="DIR",
    help="Where the dossier goes. Made again there, it keeps the screenshots.",
)
@click.option(
    "--code",
    "names",
    multiple=True,
    metavar="CODE",
    help=f"Only this code, of {', '.join(each.code for each in CODES)}, or of the plan. Repeatable.",
)
@click.option(
    "--map",
    "plan",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="TOML: the codes of your own test plan, and which exchanges belong to them.",
)
@click.option("--software", default="", metavar="NAME", help="Your product, as LPS_Nom in the VIHF names it.")
@click.option("--version", "software_version", default="", metavar="V", help="Its version, as LPS_Version.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option("--unmasked", is_flag=True, help="Leave the approval number of the VIHF as it was sent.")
def dossier(
    sources: tuple[Path, ...],
    out: Path,
    names: tuple[str, ...],
    plan: Path | None,
    software: str,
    software_version: str,
    language: str,
    unmasked: bool,
) -> None:
    """Make the evidence folder: one folder per transaction code of the DMP, from recorded traffic.

    \b
      carnet conformance dossier --software "Mon LGC" --version 4.2
      carnet conformance dossier --from monday --from tuesday --out evidence
      carnet conformance dossier --map plan.toml --code A-12

    index.html says what is missing. It is a preparation, not an approval.

    Exit codes: 0 made, 2 wrong command line or plan, 3 made, and a code has nothing but messages to correct, 4 no
    exchange belongs to any of the codes.
    """
    if not sources:
        if not _LATEST.is_dir():
            raise click.UsageError("there is no carnet-results/latest here; name the recorded traffic with --from DIR")
        sources = (_LATEST,)
    try:
        codes = chosen(names, () if plan is None else load_plan(plan))
        traffic = _traffic(sources)
        wishes = Wishes(
            codes, Software(software, software_version), language, now(), sources, _carnet(), unmasked=unmasked
        )
        index = write(out, traffic, wishes)
    except PlanError as error:
        raise click.UsageError(str(error)) from None
    except (SourceError, DossierError) as error:
        raise click.ClickException(str(error)) from None
    _show(index, out, language)
    raise SystemExit(int(_code(index)))


def _traffic(sources: tuple[Path, ...]) -> list[Recorded]:
    return [exchange for source in sources for exchange in recorded(source)]


def _show(index: Index, out: Path, language: str) -> None:
    width = max(len(line.standing.code.code) for line in index.lines)
    for line in index.lines:
        standing = line.standing
        state = click.style(f"{state_word(standing.state, language):<11}", fg=_COLOURS[standing.state])
        click.echo(f"{standing.code.code:<{width}}  {state}  {standing.code.title(language)}")
        for text in standing.missing:
            click.echo(click.style(f"{'':<{width}}               - {_clean(text)}", dim=True))
    click.echo(f"{out}/index.html")


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() else "·" for c in text)


def _code(index: Index) -> ExitCode:
    states = {line.standing.state for line in index.lines}
    if states == {State.MISSING}:
        return ExitCode.NOTHING_TESTED
    return ExitCode.FAILED if State.TO_CORRECT in states else ExitCode.DONE


def _carnet() -> str:
    try:
        return version("carnet")
    except PackageNotFoundError:
        return "?"
