"""A group of commands whose modules are loaded when their word is used."""

import difflib
import importlib
from collections.abc import Mapping
from typing import Any

import click


class Words(click.Group):
    """Loads a command when it is used, and answers a mistyped word with the nearest one."""

    def __init__(self, *args: Any, words: Mapping[str, tuple[str, str]], called: str = "", **more: Any) -> None:
        """`words`: word → module and name of its command; `called`: what stands before the word, for messages."""
        super().__init__(*args, **more)
        self._words, self._called = words, called

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self._words)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.commands or cmd_name not in self._words:
            return super().get_command(ctx, cmd_name)
        module, name = self._words[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self._words and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], self._words, n=1, cutoff=0.5)
            advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(self._words)}"
            raise click.UsageError(f"there is no command {self._called}{args[0]}; {advice}", ctx)
        return super().resolve_command(ctx, args)
