"""The `carnet` command: words and options; what they do lies in the modules that each loads when it is called."""

from collections.abc import Callable
from dataclasses import Field
from pathlib import Path
from typing import Any, Final

import click

from carnet import __version__
from carnet.config import ConfigurationError
from carnet.settings import option_name, table, variable_name
from conformance.words import Words

_WORDS: Final = {
    "serve": ("carnet.cli", "serve"),
    "demo": ("carnet.cli", "demo"),
    "send": ("client.cli", "send"),
    "find": ("client.cli", "find"),
    "fetch": ("client.cli", "fetch"),
    "config": ("carnet.cli", "config"),
    "migrate": ("carnet.cli", "migrate"),
    "rules": ("carnet.cli", "rules"),
    "audit": ("carnet.auditcommands", "audit"),
    "pki": ("dmp.cli", "pki"),
    "vihf": ("dmp.cli_vihf", "vihf"),
    "nginx-config": ("carnet.nginx", "nginx_config"),
    "signature": ("carnet.evidence", "signature"),
    "conformance": ("conformance.cli", "conformance"),
    "lint": ("conformance.lint.cli", "lint"),
}
"""Word → where its command is: each module is loaded when its word is used."""


class _Carnet(Words):
    """The command itself: what is wrong with its configuration is said in a sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ConfigurationError as error:
            raise click.ClickException(str(error)) from None


@click.group(
    cls=_Carnet,
    words=_WORDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="carnet %(version)s")
def main() -> None:
    """An IHE XDS.b Document Registry and Document Repository.

    \b
      carnet demo                      see every transaction at work
      carnet serve                     start the services on port 8080
      carnet send my-document.xml      submit a document to them
      carnet find --patient ID         see what the registry knows
      carnet conformance run --registry URL --repository URL     test any system
    """


def _settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of `serve`, made from the table of settings."""
    for entry in reversed([entry for entry in table() if entry.metadata["option"]]):
        command = _option(entry)(command)
    return command


def _option(entry: "Field[Any]") -> Callable[..., Any]:
    meta = entry.metadata
    if isinstance(entry.default, bool) and not meta["metavar"]:
        return click.option(option_name(entry.name), entry.name, is_flag=True, default=None, help=meta["sentence"])
    kind: Any = click.Choice(meta["choices"]) if meta["choices"] else str
    shown = "" if entry.default in (None, "") else f"  [default: {entry.default}]"
    return click.option(
        option_name(entry.name),
        entry.name,
        type=kind,
        metavar=meta["metavar"] or None,
        default=None,
        help=meta["sentence"] + shown,
    )


_config_option = click.option(
    "--config", "file", type=click.Path(path_type=Path), metavar="FILE", help="Settings in TOML; also CARNET_CONFIG."
)


@main.command()
@_settings_options
@_config_option
def serve(file: Path | None, **given: Any) -> None:
    """Start the registry and the repository.

    \b
      carnet serve
      carnet serve --port 0 --ready-file ready.json --data /var/lib/carnet
      carnet serve --only repository --registry-url http://registry.example/registry
      carnet serve --profile dmp --sandbox

    Every option can also be set as CARNET_<OPTION> or in a TOML file; `carnet config` lists the other settings.
    """
    from carnet.run import run

    run(_read(given, file))


@main.command()
@click.option(
    "--keep", type=click.Path(path_type=Path), metavar="DIR", help="Keep the data here, to look at afterwards."
)
def demo(keep: Path | None) -> None:
    """Start the services on free ports, do every main transaction on a real document, show it, stop."""
    from carnet.demo import run_demo

    raise SystemExit(run_demo(keep))


@main.command()
@_settings_options
@_config_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def config(file: Path | None, as_json: bool, **given: Any) -> None:
    """Show each setting, its value, and where it came from. Takes the options of serve."""
    from carnet.showing import show_configuration

    show_configuration(_read(given, file), as_json=as_json)


@main.command()
@click.option("--data", metavar="DIR", help="Directory of the database, as for serve.")
@click.option("--database", metavar="URL", help="Database URL, as for serve.")
@_config_option
def migrate(file: Path | None, **given: Any) -> None:
    """Bring the database to this version's schema; serve does it by itself when it is the only one running."""
    from carnet.run import migrate_only

    click.echo(migrate_only(_read(given, file)))


@main.command()
@click.argument("names", nargs=-1, metavar="[ID]...")
@click.option(
    "--book",
    type=click.Choice(["all", "ihe", "dmp", "signature", "lint"]),
    default="all",
    show_default=True,
    help="Of IHE, of the DMP, of signatures, or those of the linter alone.",
)
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Of the messages.")
def rules(names: tuple[str, ...], book: str, language: str) -> None:
    """List every rule that messages are held to: its id, its level, the section that says so.

    \b
      carnet rules --book dmp --language fr
      carnet rules fr.patientId.key          one of them: codes, both sentences, whether it can be waived
      carnet rules lot.manifest              those that begin so
    """
    from carnet.rulebooks import show_rules

    show_rules(names, book, language)


def _read(given: dict[str, Any], file: Path | None) -> Any:
    from carnet.config import read

    configuration = read(given, file=file)
    for note in configuration.notes:
        click.echo(f"note: {note}", err=True)
    return configuration


__all__ = ["main", "variable_name"]
