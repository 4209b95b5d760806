"""`carnet conformance list`: which cases there are."""

import json
from collections.abc import Callable, Iterable

import click
from rich.console import Console
from rich.table import Table

from conformance.commands.options import selection_options
from conformance.model import Case

Cases = Callable[..., list[Case]]


@click.command("list")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--profile", type=click.Choice(["ihe", "dmp"]), help="Only cases of this profile.")
@selection_options
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(ids: tuple[str, ...], profile: str | None, cases: Cases, selection: tuple[str, ...], as_json: bool) -> None:  # noqa: ARG001
    """List the cases, or those whose id begins as given. Nothing is run.

    \b
      carnet conformance list
      carnet conformance list iti-18 --level should
      carnet conformance list --profile dmp --json
    """
    found = cases(profile, ids)
    if as_json:
        click.echo(json.dumps([_told(each) for each in found], ensure_ascii=False, indent=1))
        return
    _show(found)
    click.echo(f"{len(found)} cases", err=True)


def _show(found: Iterable[Case]) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        for each in found:
            profiles = " ".join(sorted(each.profiles))
            click.echo("\t".join((each.id, each.level.value, profiles, each.title, each.section)))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("case", no_wrap=True)
    for column in ("level", "profile", "title", "section"):
        table.add_column(column)
    for each in found:
        table.add_row(each.id, each.level.value, " ".join(sorted(each.profiles)), each.title, each.section)
    console.print(table)


def _told(case: Case) -> dict[str, object]:
    return {
        "id": case.id,
        "title": case.title,
        "requirement": case.requirement,
        "section": case.section,
        "level": case.level.value,
        "asks": case.asks,
        "profiles": sorted(case.profiles),
        "needs": sorted(case.needs),
        "optional": case.optional or None,
        "covers": list(case.covers),
    }
