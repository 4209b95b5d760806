"""What `carnet config` prints."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from carnet.config import Configuration
from carnet.settings import key_name
from carnet.urls import without_password

WIDE = 120
"""Columns from which a table has room for sentences."""


def show_configuration(configuration: Configuration, *, as_json: bool) -> None:
    """Each setting, its value and its origin."""
    if as_json:
        rows = {
            key_name(entry.name): {
                "value": _plain(_shown(configuration, entry.name)),
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
    console = Console()
    wide = console.width >= WIDE
    if wide:
        table.add_column("meaning", overflow="fold", style="dim")
    for entry in fields(configuration.settings):
        value, origin = _shown(configuration, entry.name), configuration.origins[entry.name]
        shown = f"{_in_toml(value)} {entry.metadata['unit']}".strip()
        style = "dim" if origin == "default" else "green"
        meaning = [entry.metadata["sentence"]] if wide else []
        table.add_row(key_name(entry.name), Text(shown), Text(origin, style), *meaning)
    console.print(table)


def _shown(configuration: Configuration, name: str) -> Any:
    value = getattr(configuration.settings, name)
    return without_password(value) if name == "database" else value


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


def _in_toml(value: Any) -> str:
    """As the value stands in the configuration file, without its quotes; what is not set as nothing."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
