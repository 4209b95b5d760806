"""`carnet fetch`: retrieve documents."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from client import fetching, records, tables
from client.acting import Acting
from client.commands.progress import bytes_bar
from client.commands.telling import REFUSED, telling
from client.consumer import ConsumerError, DocumentConsumer
from client.identity_options import acting_option
from client.options import client, json_option, registry_option, repository_option, timeout_option
from metadata.model import DocumentEntry


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    default=Path(),
    help="Where the files go; - writes one document to standard output.  [default: here]",
)
@registry_option
@repository_option
@timeout_option
@json_option
@acting_option
@telling
def fetch(
    ids: tuple[str, ...],
    out: Path,
    registry: str,
    repository: str,
    timeout: float,
    as_json: bool,
    acting: Acting | None,
) -> None:
    """Retrieve documents into files, as a Document Consumer does (ITI-43).

    \b
      carnet fetch 2.25.199173645082746518331046218745091833301
      carnet fetch urn:uuid:… --out downloads
      carnet fetch 2.25.… --identity pki/identities/doctor.p12 --ins 207058575627097

    ID is a uniqueId or an entryUUID. Hash and size are compared with what the registry says; a file that is there is
    whole and right. Exits with 1 when a document could not be had, 3 when there was no answer.
    """
    if acting is not None and not acting.patient_id:
        raise click.UsageError("say whose documents they are: --ins")
    consumer = DocumentConsumer(client(registry, timeout, acting), client(repository, timeout, acting))
    entries, unknown = fetching.entries(ids, consumer)
    for identifier in unknown:
        click.secho(f"Error: the registry has no document {identifier}", fg="red", err=True)
    if str(out) == "-":
        if len(entries) > 1:
            raise click.UsageError("--out - takes one document")
        for entry in entries:
            consumer.fetch(entry, sys.stdout.buffer)
        failed = 0
    else:
        out.mkdir(parents=True, exist_ok=True)
        failed = _fetch(entries, out, consumer, as_json)
    if unknown or failed:
        raise SystemExit(REFUSED)


def _fetch(entries: Sequence[DocumentEntry], out: Path, consumer: DocumentConsumer, as_json: bool) -> int:
    """How many could not be had."""
    console, failed = Console(highlight=False), 0
    results: list[dict[str, Any]] = []
    try:
        with bytes_bar(console, shown=True) as bar:
            task = bar.add_task("fetching", total=_total(entries))
            for entry, path, fetched in fetching.fetch(entries, out, consumer, lambda count: bar.advance(task, count)):
                if isinstance(fetched, ConsumerError):
                    failed += 1
                    click.secho(f"Error: {fetched}", fg="red", err=True)
                    results.append({"uniqueId": entry.unique_id, "error": str(fetched)})
                    continue
                results.append(records.fetched(str(path), fetched))
                if not as_json:
                    checked = "hash and size agree" if fetched.verified else "nothing to compare with"
                    console.print(f"{path}  {tables.size(fetched.size)}, {checked}", markup=False, soft_wrap=True)
    finally:  # also when the service is lost half-way: what is here must be known
        if as_json:
            click.echo(json.dumps(results, indent=2, ensure_ascii=False))
    return failed


def _total(entries: Sequence[DocumentEntry]) -> int | None:
    """Bytes to come, when each entry says its size."""
    sizes = [entry.size or "" for entry in entries]
    return sum(map(int, sizes)) if all(size.isdecimal() for size in sizes) else None
