"""`carnet signature`: signs sets of documents, and explains the signatures of others."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import click

from dmp import cda, lot_explain
from dmp.captured import CaptureError, read
from dmp.lot_explain import Checked, Subject, Verdict, explain
from dmp.lot_policy import DMP, dsg_policy
from dmp.lot_shape import uri_of
from dmp.source import XML_TYPES
from metadata.datatypes import is_oid, oid_from_uuid
from security.certificates import TrustStore, TrustStoreError
from security.dsg import DMP_LEGACY, POLICIES, SetDocument, SignatureRefused, sign_set
from security.identities import Identity
from security.keyfiles import KeyFileError
from security.saml.times import parse_time

_COLOURS: Final = {Verdict.OK: "green", Verdict.REFUSED: "red", Verdict.NOT_CHECKED: "yellow"}
_FILE: Final = click.Path(path_type=Path, exists=True, dir_okay=False)


class _Told(click.Group):
    """A file that does not serve is a sentence, not a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (KeyFileError, TrustStoreError, CaptureError) as error:
            raise click.ClickException(str(error)) from None
        except BrokenPipeError:
            raise  # nobody reads on: click ends quietly
        except OSError as error:
            raise click.ClickException(f"{error.filename}: {error.strerror}") from None


@click.group(cls=_Told)
def signature() -> None:
    """Make signatures of submission sets, and explain them.

    \b
      carnet signature make --identity pki/identities/doctor.p12 letter.xml > signature.xml
      carnet signature check signature.xml letter.xml --trust pki
      carnet signature check captured-message.mime --trust pki
    """


@signature.command()
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="FILE...")
@click.option(
    "--identity",
    "identity_file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Who signs: NAME.p12.",
)
@click.option("--password", help="Of the identity; the one of test identities is tried by itself.")
@click.option("--policy", type=click.Choice(list(POLICIES)), default=DMP_LEGACY.name, show_default=True)
@click.option("--set", "set_id", metavar="OID", help="uniqueId of the SubmissionSet; by default a new one.")
@click.option(
    "--id", "ids", multiple=True, metavar="OID", help="uniqueId of a file, in their order; a CDA document says its own."
)
@click.option("--raw", is_flag=True, help="Sign XML documents as they are, under dmp-legacy too.")
def make(
    files: tuple[Path, ...],
    identity_file: Path,
    password: str | None,
    policy: str,
    set_id: str | None,
    ids: tuple[str, ...],
    raw: bool,
) -> None:
    """Sign FILEs as one set; the signature document goes to standard output."""
    for oid in (*ids, *filter(None, (set_id,))):
        if not is_oid(oid):
            raise click.UsageError(f"{oid} is not an OID")
    identity = Identity.load(identity_file, password)
    set_id = set_id or oid_from_uuid()
    found = _documents(files, ids)
    documents = [document for document, _ in found]
    is_legacy = policy == DMP_LEGACY.name
    canonical = [document.uri for document, is_cda in found if is_cda and is_legacy and not raw]
    try:
        made = sign_set(
            uri_of(set_id),
            documents,
            identity.signature,
            at=datetime.now(UTC),
            policy=POLICIES[policy],
            canonical=canonical,
        )
    except (ValueError, SignatureRefused) as error:
        raise click.ClickException(str(error)) from None
    sys.stdout.buffer.write(made + b"\n")
    for path, document in zip(files, documents, strict=True):
        click.echo(f"{path}  {document.uri}", err=True)
    click.echo(f"submission set  {uri_of(set_id)}", err=True)


def _documents(files: tuple[Path, ...], ids: tuple[str, ...]) -> list[tuple[SetDocument, bool]]:
    """Each document, and whether it is CDA. An id given wins over what a header says."""
    found = []
    for number, path in enumerate(files):
        content = path.read_bytes()
        entry = _cda_entry(path, content)
        given = ids[number] if number < len(ids) else entry
        if given is None:
            raise click.UsageError(f"{path} does not say its uniqueId; give it: --id OID, one for each file")
        found.append((SetDocument.of(uri_of(given), content), entry is not None))
    return found


def _cda_entry(path: Path, content: bytes) -> str | None:
    """The uniqueId in a CDA header."""
    try:
        header = cda.read_header(BytesIO(content))
    except cda.CdaError as error:
        raise click.ClickException(f"{path}: {error}") from None
    if header is None or header.entry.mime_type not in XML_TYPES:
        return None
    return header.entry.unique_id


@signature.command()
@click.argument("file", type=_FILE)
@click.argument("documents", nargs=-1, type=_FILE, metavar="[DOCUMENT...]")
@click.option("--id", "ids", multiple=True, metavar="OID", help="uniqueId of a DOCUMENT, in their order; as for make.")
@click.option(
    "--trust",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Whom to believe; without it the certificate is not judged.",
)
@click.option("--at", "moment", metavar="TIME", help="Judge as of this time: 2026-03-01T12:00:00Z.  [default: now]")
@click.option("--dsg", is_flag=True, help="By the rules of IHE DSG alone, not those of the DMP.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def check(
    file: Path,
    documents: tuple[Path, ...],
    ids: tuple[str, ...],
    trust: Path | None,
    moment: str | None,
    dsg: bool,
    as_json: bool,
) -> None:
    """Explain a signature, check by check, going on after the first that fails.

    FILE is a signature document, with the DOCUMENTs that it signs behind it, or a whole captured ITI-41 message. The
    exit code is 1 when something is refused.
    """
    policy = dsg_policy("verify") if dsg else DMP
    data = file.read_bytes()
    captured = read(data)
    if captured is None:
        given = {document.uri: b"".join(document.open()) for document, _ in _documents(documents, ids)}
        subject: Subject | None = Subject(data, given)
    else:
        subject = Subject.of(captured, policy)
    if subject is None:
        raise click.ClickException(f"{file}: the submission brings no signature of the set")
    store = None if trust is None else TrustStore.load(trust)
    found = explain(subject, policy, at=_moment(moment), store=store)
    if as_json:
        rows = [
            {"check": c.check, "verdict": c.verdict.name.lower(), "detail": c.detail, "rule": c.rule} for c in found
        ]
        click.echo(json.dumps({"accepted": lot_explain.accepted(found), "checks": rows}, indent=2, ensure_ascii=False))
    else:
        for line in _lines(found):
            click.echo(line)
    if not lot_explain.accepted(found):
        raise SystemExit(1)


def _lines(found: list[Checked]) -> Iterator[str]:
    for each in found:
        verdict = click.style(f"{each.verdict.value:<11}", fg=_COLOURS[each.verdict])
        rule = f" [{each.rule}]" if each.rule else ""
        yield f"{verdict}  {each.check}" + (f"\n             {each.detail}{rule}" if each.detail or rule else "")
    yield (
        click.style("signature acceptée", fg="green")
        if lot_explain.accepted(found)
        else click.style("signature refusée", fg="red")
    )


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        return parse_time(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--at") from None


commands: Final[dict[str, click.Command]] = {"signature": signature}
"""The words this part of the room adds to `carnet`."""
