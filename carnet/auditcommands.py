"""`carnet audit`: is the journal whole, and what does it say."""

from pathlib import Path

import click

from security.audit.chain import Mark
from security.audit.files import START
from security.audit.reading import head_of, records_after
from security.audit.verification import verify as verify_journal


def _marks(_ctx: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> tuple[Mark, ...]:
    try:
        return tuple(Mark.parse(text) for text in given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


_directory = click.argument("directory", required=False, type=click.Path(path_type=Path, file_okay=False))


@click.group()
def audit() -> None:
    """Verify or show the audit journal."""


@audit.command()
@_directory
@click.option(
    "--mark",
    "marks",
    callback=_marks,
    multiple=True,
    metavar="SEQUENCE:HASH",
    help="A mark noted earlier; may be repeated.",
)
def verify(directory: Path | None, marks: tuple[Mark, ...]) -> None:
    """Read the whole journal and tell the first place where it is not what was written.

    \b
      carnet audit verify
      carnet audit verify /var/lib/carnet/audit --mark 4711:0f3a…

    Without DIRECTORY, the journal that serve would write with the same configuration. Prints the mark of the last
    record: note it elsewhere, and give it the next time. Ends with 1 when the journal is broken.
    """
    directory = directory or _configured()
    try:
        verdict = verify_journal(directory, marks)
    except OSError as error:
        raise click.ClickException(f"{directory}: {error.strerror}") from None
    for name in verdict.aside:
        click.echo(f"note: {name} holds what a writer that was killed had not finished")
    if verdict.broken is not None:
        click.echo(f"BROKEN after {verdict.records} good records: {verdict.broken}")
        raise SystemExit(1)
    click.echo(f"whole: records {verdict.begins} to {verdict.ends.sequence} in {verdict.files} files")
    click.echo(f"mark   {verdict.ends}")


@audit.command()
@_directory
@click.option("--after", default=0, show_default=True, metavar="SEQUENCE", help="Only records after this one.")
def show(directory: Path | None, after: int) -> None:
    """Print the audit messages, one a line: sequence, time, XML. They name patients."""
    directory = directory or _configured()
    try:
        for record, _ in records_after(directory, START, head_of(directory)):
            if record.mark.sequence > after:
                message = record.message.decode().replace("\n", " ")
                click.echo(f"{record.mark.sequence} {record.time} {message}")
    except OSError as error:
        raise click.ClickException(f"{directory}: {error.strerror}") from None


def _configured() -> Path:
    from carnet.auditor import directory_of
    from carnet.config import read

    return directory_of(read().settings)
