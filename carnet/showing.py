"""What `carnet config` and `carnet rules` print."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from carnet.config import Configuration
from carnet.settings import key_name


def show_configuration(configuration: Configuration, *, as_json: bool) -> None:
    """Each setting, its value and its origin."""
    if as_json:
        rows = {
            key_name(entry.name): {
                "value": _plain(getattr(configuration.settings, entry.name)),
                "origin": configuration.origins[entry.name],
                "meaning": entry.metadata["sentence"],
            }
            for entry in fields(configuration.settings)
        }
        click.echo(json.dumps(rows, indent=2))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("setting", "value", "from"):
        table.add_column(heading, overflow="fold")
    table.add_column("meaning", overflow="fold", style="dim")
    for entry in fields(configuration.settings):
        value, origin = _plain(getattr(configuration.settings, entry.name)), configuration.origins[entry.name]
        shown = "" if value is None or value == "" else f"{value} {entry.metadata['unit']}".strip()
        style = "dim" if origin == "default" else "green"
        table.add_row(key_name(entry.name), shown, f"[{style}]{origin}[/]", entry.metadata["sentence"])
    Console().print(table)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
