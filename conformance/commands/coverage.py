"""`carnet conformance coverage`: which requirement has which cases, and which has none."""

import json
from collections.abc import Iterable

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.commands.options import loaded
from conformance.requirements import BadRequirement, Covered, coverage


@click.command("coverage")
@click.argument("beginnings", nargs=-1, metavar="[REQUIREMENT]...")
@click.option("--uncovered", is_flag=True, help="Only what no case covers.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def coverage_(beginnings: tuple[str, ...], uncovered: bool, as_json: bool) -> None:
    """Show each requirement with the cases that cover it, and those that no case covers.

    \b
      carnet conformance coverage
      carnet conformance coverage iti-18 --uncovered
    """
    try:
        found = coverage(loaded())
    except BadRequirement as error:
        raise click.ClickException(str(error)) from None
    if beginnings:
        found = [
            each
            for each in found
            if any(
                word.lower() in (each.requirement.catalogue, each.requirement.id.lower()[: len(word)])
                for word in beginnings
            )
        ]
        if not found:
            raise click.UsageError(f"no requirement begins with {' or '.join(beginnings)}")
    shown = [each for each in found if not each.cases] if uncovered else found
    if as_json:
        click.echo(json.dumps([_told(each) for each in shown], ensure_ascii=False, indent=1))
        return
    _show(shown)
    covered = sum(bool(each.cases) for each in found)
    click.echo(f"{covered} of {len(found)} requirements are covered by a case", err=True)


def _show(shown: Iterable[Covered]) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        for each in shown:
            one = each.requirement
            click.echo("\t".join((one.id, one.section, one.level.value, " ".join(each.cases) or "none")))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("requirement", "section", "level", "cases"):
        table.add_column(column, overflow="fold")
    for each in shown:
        cases = Text(" ".join(each.cases)) if each.cases else Text("none", style="yellow")
        table.add_row(each.requirement.id, each.requirement.section, each.requirement.level.value, cases)
    console.print(table)


def _told(each: Covered) -> dict[str, object]:
    one = each.requirement
    return {
        "id": one.id,
        "section": one.section,
        "level": one.level.value,
        "asks": one.asks,
        "text": one.text,
        "cases": list(each.cases),
    }
