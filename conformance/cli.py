"""`carnet conformance`: its words."""

from typing import Final

import click

from conformance.words import Words

_WORDS: Final = {
    "run": ("conformance.commands.run", "run"),
    "list": ("conformance.commands.listing", "list_"),
    "explain": ("conformance.commands.explaining", "explain"),
    "replay": ("conformance.results.commands", "replay"),
    "compare": ("conformance.results.commands", "compare"),
    "coverage": ("conformance.commands.coverage", "coverage_"),
    "watch": ("conformance.watch.cli", "watch"),
    "dossier": ("conformance.dossier.cli", "dossier"),
}


@click.group(cls=Words, words=_WORDS, called="conformance ")
def conformance() -> None:
    """Test any XDS.b registry, repository or client, and keep the evidence.

    \b
      carnet conformance run --registry URL --repository URL
      carnet conformance run --registry URL --select iti-18 --patient 'ID^^^&OID&ISO'
      carnet conformance list iti-42
      carnet conformance explain iti-42/4.1.3.5/1
      carnet conformance watch                          judge what your client sends
    """
