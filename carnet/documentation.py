"""Pages of docs/ that are made from the code: `make docs` writes them, a test compares them."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import click

from carnet.checks_page import checks_page
from carnet.cli import main
from carnet.settings import key_name, option_name, table, variable_name
from dmp.lot_page import render as signature_rules_page
from dmp.rules.page import render as dmp_rules_page
from metadata.rules.page import render as rules_page
from metadata.storedqueries_page import page as queries_page


def command_page() -> str:
    """Every word of the command with what its `--help` says."""
    context = main.make_context("carnet", [], resilient_parsing=True, terminal_width=100, max_content_width=100)
    lines = [
        "# The command",
        "",
        "`carnet` is also `python -m carnet`. This page is what `--help` says, word by word; it is generated.",
        "",
        *_help(context),
    ]
    return "\n".join([*lines, *_words(main, context)]) + "\n"


def _words(group: click.Group, above: click.Context) -> Iterator[str]:
    """The help of each word of a group, and of each word of a word."""
    for word in group.list_commands(above):
        command = group.get_command(above, word)
        if command is None:
            continue
        context = command.make_context(word, [], parent=above, resilient_parsing=True)
        yield from ("", f"{'#' * context.command_path.count(' ')}# {context.command_path}", "", *_help(context))
        if isinstance(command, click.Group):
            yield from _words(command, context)


def _help(context: click.Context) -> list[str]:
    return ["```", *(line.rstrip() for line in context.get_help().splitlines()), "```"]


def configuration_page() -> str:
    """Every setting: option, variable, key, default, sentence."""
    lines = [
        "# Configuration",
        "",
        "Nothing has to be set. A value is looked for on the command line, then in the environment, then in the TOML",
        "file named by `--config` (or `CARNET_CONFIG`), and else is the default. `carnet config` shows each value and",
        "where it came from; `carnet config --json` tells programs.",
        "",
        "```toml",
        "# carnet.toml: keys are the options without the dashes in front",
        'data = "/var/lib/carnet"',
        'host = "0.0.0.0"',
        'codes = "/etc/carnet/codes.xml"',
        'patients = "feed"',
        "mllp-port = 2575",
        'max-message = "1 GiB"',
        'log-format = "json"',
        "```",
        "",
        "With `tls-cert` everything on the port is https, `/health` and `/metrics` too; with `trust` they ask for a",
        "client certificate like everything else: give the probe one. Behind a proxy (`private-socket`) the port stays",
        "plain, for probes of this machine, and takes no message where `trust` asks for a certificate.",
        "",
        "Sizes are bytes, or a number with `KiB`, `MiB` or `GiB`. A key that names no setting is refused, with the",
        "nearest one that exists.",
        "",
        "| key | default | what it is | option | variable |",
        "|---|---|---|---|---|",
    ]
    for entry in table():
        default = "" if entry.default in (None, "") else f"`{str(entry.default).lower()}`"
        unit = f" ({entry.metadata['unit']})" if entry.metadata["unit"] else ""
        choices = (
            f" One of {', '.join(f'`{c}`' for c in entry.metadata['choices'])}." if entry.metadata["choices"] else ""
        )
        option = f"`{option_name(entry.name)}`" if entry.metadata["option"] else ""
        lines.append(
            f"| `{key_name(entry.name)}` | {default}{unit} | {entry.metadata['sentence']}{choices} | {option} "
            f"| `{variable_name(entry.name)}` |"
        )
    return "\n".join(lines) + "\n"


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "command.md": command_page,
    "configuration.md": configuration_page,
    "checks.md": checks_page,
    "rules.md": rules_page,
    "rules-dmp.md": dmp_rules_page,
    "rules-signature.md": signature_rules_page,
    "queries.md": queries_page,
}
"""File in docs/ → what it must hold."""


def write(directory: Path) -> None:
    """Writes every page again."""
    for name, page in PAGES.items():
        (directory / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
