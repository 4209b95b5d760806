"""`carnet send`: submit documents."""

import json
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.markup import escape

from client import options, records, sending, tables
from client.acting import Acting
from client.commands.naming import own_name
from client.commands.progress import bytes_bar
from client.commands.telling import REFUSED, telling
from client.consumer import DocumentConsumer
from client.documents import Document, Wishes
from client.identity_options import acting_option
from client.options import client, json_option, registry_option, repository_option, timeout_option
from client.source import SOURCE_ID, DocumentSource
from client.submission import NewFolder
from dmp.ins import same_patient
from metadata.datatypes import is_oid
from metadata.model import Author
from metadata.vocabulary import APND, RPLC, XFRM

_MANY: Final = 5  # files from which sending is worth a progress bar
_BIG: Final = 5_000_000  # bytes, the same


@click.command()
@click.argument("files", nargs=-1, metavar="FILE...", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sample", is_flag=True, help="Send the consultation letter that comes with Carnet.")
@click.option("--patient", type=options.patient, metavar="CX", help="Whose documents; a CDA document says it itself.")
@click.option("--type", "type_code", type=options.code, metavar="CODE", help="typeCode, as code^^scheme.")
@click.option("--class", "class_code", type=options.code, metavar="CODE", help="classCode.")
@click.option("--format", "format_code", type=options.code, metavar="CODE", help="formatCode.")
@click.option("--facility", type=options.code, metavar="CODE", help="healthcareFacilityTypeCode.")
@click.option("--practice-setting", type=options.code, metavar="CODE", help="practiceSettingCode.")
@click.option("--confidentiality", type=options.code, metavar="CODE", multiple=True, help="confidentialityCode.")
@click.option("--event", type=options.code, metavar="CODE", multiple=True, help="eventCodeList.")
@click.option("--author", type=options.person, metavar="XCN", help="Author of the documents.")
@click.option("--institution", type=options.organization, metavar="XON", help="Institution of the author.")
@click.option("--title", help="Title of the documents.")
@click.option("--language", metavar="TAG", help="languageCode.")
@click.option("--mime-type", metavar="TYPE", help="mimeType.")
@click.option("--created", type=options.time, metavar="TIME", help="creationTime, UTC.")
@click.option("--replace", metavar="ID", help="The document replaces this one (entryUUID or uniqueId).")
@click.option("--append", metavar="ID", help="The document is an addendum to this one.")
@click.option("--transform", metavar="ID", help="The document is this one in another form.")
@click.option("--as-new", is_flag=True, help="Leave aside what a CDA document says of others that it replaces.")
@click.option("--folder", metavar="UUID", multiple=True, help="File in this folder.")
@click.option("--new-folder", metavar="TITLE", multiple=True, help="Make a folder and file in it.")
@click.option("--together", is_flag=True, help="One submission for all files, instead of one each.")
@click.option("--dmp", is_flag=True, help="Write patient ids as the DMP wants them, with NH and PI.")
@click.option("--source-id", metavar="OID", default=SOURCE_ID, envvar="CARNET_SOURCE_ID", help="Who submits.")
@repository_option
@registry_option
@timeout_option
@json_option
@acting_option
@telling
def send(
    files: tuple[Path, ...],
    repository: str,
    registry: str,
    timeout: float,
    as_json: bool,
    acting: Acting | None,
    **given: Any,
) -> None:
    """Submit documents, as a Document Source does (ITI-41).

    \b
      carnet send letter.xml
      carnet send --sample
      carnet send scan.pdf --patient '277076322082910^^^&1.2.250.1.213.1.4.10&ISO'
      carnet send letter-v2.xml --replace urn:uuid:…
      carnet send --identity pki/identities/doctor.p12 --ins 207058575627097 document.xml

    A CDA document describes itself, and what it replaces; options win over what it says. With --identity the
    submission is signed, and each message carries a VIHF over mutual TLS. Exits with 1 when something was refused, 3
    when there was no answer.
    """
    plan = _plan(files, given, acting)
    documents = sending.documents(plan)
    for document in documents:
        if document.header_patient_id and not same_patient(document.header_patient_id, document.entry.patient_id or ""):
            _note(f"the header of {document.name} names another patient than the one it is sent for")
    if acting is not None:
        acting = acting.for_patients(*(document.entry.patient_id for document in documents))
    signer = None if acting is None else acting.signer()
    source = DocumentSource(client(repository, timeout, acting), source_id=given["source_id"], signer=signer)
    consumer = DocumentConsumer(client(registry, timeout, acting), source.client)
    console = Console(highlight=False)
    results: list[dict[str, Any]] = []
    refused = 0
    total = sum(document.size for document in documents)
    try:
        with bytes_bar(console, shown=len(documents) >= _MANY or total >= _BIG) as bar:
            task = bar.add_task("sending", total=total)

            def progress(document: Document, count: int) -> None:
                bar.update(task, advance=count, description=escape(document.name))

            for names, result in sending.send(plan, documents, source, consumer, note=_note, progress=progress):
                refused += not result.response.succeeded
                results.append(records.submitted(names, result))
                if not as_json:
                    tables.show_submitted(console, names, result)
    finally:  # also when the service is lost half-way: what it has accepted must be known
        if as_json:
            click.echo(json.dumps(results, indent=2, ensure_ascii=False))
    if not (as_json or refused):
        _next_step(documents, repository, registry, acting)
    if refused:
        raise SystemExit(REFUSED)


def _plan(files: tuple[Path, ...], given: dict[str, Any], acting: Acting | None) -> sending.Plan:
    if not files and not given["sample"]:
        raise click.UsageError("give files to send, or --sample")
    if not is_oid(given["source_id"]):
        raise click.UsageError(f"--source-id {given['source_id']} is not an OID")
    related = tuple((t, given[o]) for t, o in ((RPLC, "replace"), (APND, "append"), (XFRM, "transform")) if given[o])
    count = len(files) + given["sample"]
    if related and count > 1 and not given["together"]:
        raise click.UsageError("--replace, --append and --transform go with one file; send the others apart")
    author = Author(given["author"], (given["institution"],) if given["institution"] else ())
    wishes = Wishes(
        patient_id=given["patient"] or (acting.patient_id if acting is not None else None),
        type_code=given["type_code"],
        class_code=given["class_code"],
        format_code=given["format_code"],
        healthcare_facility_type_code=given["facility"],
        practice_setting_code=given["practice_setting"],
        confidentiality_codes=given["confidentiality"],
        event_codes=given["event"],
        authors=(author,) if author.person or author.institutions else (),
        title=given["title"],
        creation_time=given["created"],
        language_code=given["language"],
        mime_type=given["mime_type"],
    )
    return sending.Plan(
        files,
        wishes,
        sample=given["sample"],
        together=given["together"],
        with_identifier_types=given["dmp"] or acting is not None,
        related_to=related,
        as_new=given["as_new"],
        folders=given["folder"],
        new_folders=tuple(NewFolder(title) for title in given["new_folder"]),
        submitters=None if acting is None else acting.submitters,
    )


def _note(sentence: str) -> None:
    click.secho(f"Note: {sentence}", fg="yellow", err=True)


def _next_step(documents: list[Document], repository: str, registry: str, acting: Acting | None) -> None:
    patient = documents[0].entry.patient_id
    if registry == options.REGISTRY and repository != options.REPOSITORY and repository.endswith("/repository"):
        registry = f"{repository.removesuffix('repository')}registry"  # where Carnet has it
    elsewhere = "" if registry == options.REGISTRY else f" --registry {registry}"
    who = f"--patient '{patient}'" if acting is None else f"--identity {acting.file} --ins '{patient}'"
    click.echo(f"\nSee what the registry knows:  {own_name()} find {who}{elsewhere}")
