"""The words that the client adds to the `carnet` command."""

from typing import Final

import click

from client.commands.fetch import fetch
from client.commands.find import find
from client.commands.send import send

__all__ = ["commands", "fetch", "find", "send"]

commands: Final[tuple[click.Command, ...]] = (send, find, fetch)
