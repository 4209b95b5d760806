"""`carnet signature evidence`: what was kept with a submission set, years later. And the word `signature`, whole."""

import json
from pathlib import Path
from typing import Any

import click

from dmp.cli_signature import signature

__all__ = ["signature"]


@signature.command()
@click.argument("unique_id", metavar="OID")
@click.option("--data", metavar="DIR", help="Directory of the database, as for serve.")
@click.option("--database", metavar="URL", help="Database URL, as for serve.")
@click.option(
    "--config", "file", type=click.Path(path_type=Path), metavar="FILE", help="Settings in TOML; also CARNET_CONFIG."
)
def evidence(unique_id: str, file: Path | None, **given: Any) -> None:
    """Print the evidence kept with the SubmissionSet OID, as JSON: who signed, under which policy, why believed.

    The server may run meanwhile. Exits with 1 when nothing is kept.
    """
    from carnet.config import read
    from carnet.parts import database_of
    from repository.evidence import evidence_of

    database = database_of(read(given, file=file).settings)
    try:
        with database.read() as connection:
            found = evidence_of(connection, unique_id)
    finally:
        database.close()
    if not found:
        raise click.ClickException(f"no evidence is kept with the submission set {unique_id}")
    rows = [
        {
            "submissionSet": each.unique_id,
            "signatureDocument": each.document,
            "policy": each.policy,
            "signer": each.signer,
            "verifiedAt": each.verified_at.isoformat(),
            "evidence": json.loads(each.content),
        }
        for each in found
    ]
    click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
