"""`carnet conformance explain`: all that is said of one case, or of each whose id begins so."""

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from conformance.book import UnknownSelector, select
from conformance.commands.options import loaded
from conformance.model import Case
from conformance.requirements import requirements
from conformance.target import NEEDS

_PLACE: Final = re.compile(r"\{\w+\}")
"""Where the message of a rule repeats what was received."""


@click.command()
@click.argument("id_", metavar="ID")
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True)
@click.option(
    "--cases",
    "directories",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="Cases of your own.",
)
@click.option("--source", is_flag=True, help="Show the code of the case too.")
def explain(id_: str, language: str, directories: tuple[Path, ...], source: bool) -> None:
    """Explain a case: what it does, what is required and by which section, how a passing answer looks.

    \b
      carnet conformance explain iti-42/4.1.3.5/1
    """
    try:
        found = select(loaded(directories), [id_])
    except UnknownSelector as error:
        raise click.UsageError(str(error)) from None
    console = Console(highlight=False)
    for number, case in enumerate(found):
        if number:
            console.rule(style="dim")
        _show(console, case, language, source=source)


def _show(console: Console, case: Case, language: str, *, source: bool) -> None:
    french = language == "fr"
    console.print(Text(case.id, style="bold"))
    console.print(Text((case.title_fr if french else "") or case.title))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    rows = {
        "required": (case.requirement_fr if french else "") or case.requirement,
        "section": case.section,
        "level": f"{case.level.value}, asked by {case.asks}",
        "profile": ", ".join(sorted(case.profiles)),
        "needs": ", ".join(NEEDS[need] for need in sorted(case.needs)),
        "optional": case.optional and f"a target may lack it: --lacks {case.optional}",
    }
    for name, value in rows.items():
        if value:
            table.add_row(name, Text(str(value)))
    known = requirements()
    for each in case.covers:
        if each in known:
            table.add_row("covers", Text(f"{each}: {_PLACE.sub('…', known[each].text)}"))
    console.print(table)
    console.print(Text("a passing answer", style="dim"))
    console.print(Syntax(case.passing, "xml", background_color="default", word_wrap=True))
    if source:
        console.print(Text("the case", style="dim"))
        console.print(Syntax(_source(case.run), "python", background_color="default", word_wrap=True))


def _source(run: Callable[..., Any]) -> str:
    function: Any = inspect.unwrap(getattr(run, "func", run))
    return inspect.getsource(function)
