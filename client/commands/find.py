"""`carnet find`: query the registry."""

import json
from typing import Any

import click
from rich.console import Console

from client import asking, options, records, tables
from client.acting import Acting
from client.commands.telling import REFUSED, telling
from client.consumer import DocumentConsumer, Found
from client.identity_options import acting_option
from client.options import client, json_option, registry_option, timeout_option


@click.command()
@click.option("--patient", type=options.patient, metavar="CX", help="Whose documents.")
@click.option(
    "--status", type=click.Choice(list(asking.STATUSES)), default="approved", show_default=True, help="Which ones."
)
@click.option("--type", "type_codes", type=options.code, metavar="CODE", multiple=True, help="typeCode, one of these.")
@click.option("--class", "class_codes", type=options.code, metavar="CODE", multiple=True, help="classCode.")
@click.option("--format", "format_codes", type=options.code, metavar="CODE", multiple=True, help="formatCode.")
@click.option("--from", "created_from", type=options.time, metavar="TIME", help="Created at this time or later, UTC.")
@click.option("--to", "created_to", type=options.time, metavar="TIME", help="Created before this time.")
@click.option("--author", "authors", metavar="PATTERN", multiple=True, help="Author; % is anything, as in %FONTANEL%.")
@click.option("--query", metavar="NAME", help="Another stored query: GetAll, FindFolders, GetRelatedDocuments…")
@click.option("--param", "parameters", type=options.parameter, metavar="NAME=VALUE", multiple=True, help="For --query.")
@click.option("--refs", is_flag=True, help="Only the entryUUIDs.")
@registry_option
@timeout_option
@json_option
@acting_option
@telling
def find(
    registry: str,
    timeout: float,
    as_json: bool,
    acting: Acting | None,
    query: str | None,
    parameters: tuple[tuple[str, str], ...],
    **given: Any,
) -> None:
    """Ask the registry, as a Document Consumer does (ITI-18).

    \b
      carnet find --patient '277076322082910^^^&1.2.250.1.213.1.4.10&ISO'
      carnet find --patient … --type 11488-4^^2.16.840.1.113883.6.1 --from 2026-01
      carnet find --identity pki/identities/doctor.p12 --ins 207058575627097
      carnet find --query GetAll --patient …
      carnet find --query GetRelatedDocuments --param XDSDocumentEntryEntryUUID=urn:uuid:… \\
                  --param AssociationTypes=RPLC

    Exits with 1 when the registry refused the query, 3 when there was no answer.
    """
    if acting is not None:
        acting = acting.for_patients(given["patient"])
        given["patient"] = given["patient"] or acting.patient_id
    consumer = DocumentConsumer(client(registry, timeout, acting), {})
    found = _ask(consumer, query, parameters, given)
    if as_json:
        click.echo(json.dumps(records.found(found), indent=2, ensure_ascii=False))
    else:
        tables.show_found(Console(highlight=False), found)
    if not found.response.succeeded:
        raise SystemExit(REFUSED)


def _ask(
    consumer: DocumentConsumer, query: str | None, parameters: tuple[tuple[str, str], ...], given: dict[str, Any]
) -> Found:
    status = asking.STATUSES[given["status"]]
    if query is None:
        if parameters:
            raise click.UsageError("--param goes with --query")
        if not given["patient"]:
            raise click.UsageError("say whose documents: --patient, or use --query")
        return consumer.find_documents(
            given["patient"],
            status=status,
            type_codes=given["type_codes"],
            class_codes=given["class_codes"],
            format_codes=given["format_codes"],
            creation_time_from=given["created_from"],
            creation_time_to=given["created_to"],
            author_persons=given["authors"],
            references=given["refs"],
        )
    narrowing = [
        name
        for name in ("type_codes", "class_codes", "format_codes", "created_from", "created_to", "authors")
        if given[name]
    ]
    if narrowing:
        raise click.UsageError(
            "--type, --class, --format, --from, --to and --author are for FindDocuments; use --param"
        )
    try:
        definition = asking.definition(query)
        asked = asking.parameters(definition, parameters, patient_id=given["patient"], status=status)
        return consumer.query(definition.name, asked, references=given["refs"])
    except ValueError as error:
        raise click.UsageError(str(error)) from None
