"""`carnet vihf`: makes tokens, good ones and each bad one by name, and explains those of others."""

import json
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dmp.authority import Flaw
from dmp.ins import TEST, Ins
from dmp.vihf import Leniency, Mode, PurposeOfUse, VihfOptions
from dmp.vihf.bad import BAD
from dmp.vihf.explain import explain
from dmp.vihf.forging import Forge
from dmp.vihf.make import Wish, token
from dmp.vihf.showing import as_dict, show
from security.certificates import TrustStore, TrustStoreError
from security.identities import Identity
from security.keyfiles import KeyFileError
from security.saml import wsse_security
from security.saml.making import envelope
from security.saml.times import parse_time

_BODY: Final = b'<request xmlns="urn:carnet:none"/>'


class _Told(click.Group):
    """A file that does not serve is a sentence, not a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (KeyFileError, TrustStoreError) as error:
            raise click.ClickException(str(error)) from None
        except BrokenPipeError:
            raise  # nobody reads on: click ends quietly
        except OSError as error:
            raise click.ClickException(f"{error.filename}: {error.strerror}") from None


@click.group(cls=_Told)
def vihf() -> None:
    """Make VIHF tokens, and explain them: the signed assertion that every message to a DMP carries.

    \b
      carnet vihf make --identity pki/identities/doctor.p12 --ins 207058575627097
      carnet vihf make --identity pki/identities/hospital.p12 --ins 207058575627097 --bad revoked
      carnet vihf list                        every bad case
      carnet vihf check message.xml --trust pki
    """


@vihf.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(as_json: bool) -> None:
    """Show every bad case: its name, which check refuses it, and what is wrong in it."""
    if as_json:
        rows = [{"name": each.name, "check": each.check.value, "about": each.about} for each in BAD.values()]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for each in BAD.values():
        click.echo(f"{each.name:<22} {each.check.value:>3}  {each.about}")


@vihf.command()
@click.option(
    "--identity",
    "identity_file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Who acts: NAME.p12, with NAME-auth.p12 beside it.",
)
@click.option("--password", help="Of the identity; the one of test identities is tried by itself.")
@click.option("--ins", help="The patient: a matricule INS of fifteen characters, or a CX. None: no resource-id.")
@click.option("--mode", type=click.Choice([each.value for each in Mode]), help="By default that of the identity.")
@click.option("--name-id", default="", help="In the indirect modes, the local user.")
@click.option("--full-name", default="", help="In the indirect modes, given name and NAME.")
@click.option("--structure", default="", help="Struct_IdNat; by default that of the certificate.")
@click.option(
    "--purpose",
    type=click.Choice([each.value for each in PurposeOfUse]),
    default=PurposeOfUse.NORMAL.value,
    show_default=True,
)
@click.option("--vihf-version", default="3.0", show_default=True)
@click.option("--minutes", type=int, help="Add Conditions that hold for so long.")
@click.option("--unsigned", is_flag=True, help="Mode DIRECTE without a signature, as official messages have it.")
@click.option("--bad", type=click.Choice(list(BAD)), metavar="NAME", help="One thing wrong: see carnet vihf list.")
@click.option(
    "--as",
    "shape",
    type=click.Choice(["assertion", "security", "message"]),
    default="assertion",
    show_default=True,
    help="The token, its wsse:Security header, or a SOAP message around it.",
)
def make(
    identity_file: Path,
    password: str | None,
    ins: str | None,
    mode: str | None,
    name_id: str,
    full_name: str,
    structure: str,
    purpose: str,
    vihf_version: str,
    minutes: int | None,
    unsigned: bool,
    bad: str | None,
    shape: str,
) -> None:
    """Make a VIHF, good or with one thing wrong, on standard output."""
    wish = Wish(
        Identity.load(identity_file, password),
        _patient(ins),
        datetime.now(UTC),
        Mode(mode) if mode else None,
        name_id,
        full_name,
        structure,
        purpose=PurposeOfUse(purpose),
        version=vihf_version,
        signed=not unsigned,
        lifetime=None if minutes is None else timedelta(minutes=minutes),
    )
    made = token(wish) if bad is None else _forged(bad, wish, identity_file, password)
    if shape != "assertion" or made.count(b"Assertion ID=") > 1 or not made.startswith(b"<saml2:Assertion"):
        made = wsse_security(made)
    if shape == "message":
        made = envelope(made, _BODY, action="urn:carnet:none")
    sys.stdout.buffer.write(made + b"\n")


def _patient(ins: str | None) -> str:
    if ins is None or "^" in ins:
        return ins or ""
    return str(next(iter(TEST.candidates(ins)), Ins(ins, "")))


def _forged(name: str, wish: Wish, identity_file: Path, password: str | None) -> bytes:
    case = BAD[name]
    if case.needs_structure and not wish.holder.structure:
        raise click.ClickException(f"{name}: the certificate of {wish.identity.name} names no structure to contradict")
    if case.indirect and wish.chosen_mode.direct:
        click.echo(f"{name}: in mode DIRECTE a server may allow it (unsigned-direct)", err=True)
    if case.twice:
        click.echo(f"{name}: this is good once; send it twice, with one wsa:MessageID", err=True)
    if case.patient:
        click.echo(f"{name}: this is good by itself; send it with a request for the patient of --ins", err=True)
    return case.build(Forge(wish, partial(_twin, identity_file, password)))


def _twin(identity_file: Path, password: str | None, flaw: Flaw) -> Identity:
    """`carnet pki init` writes them into the directory `bad` beside the identities."""
    name = f"{identity_file.stem.removesuffix('-auth')}-{flaw}{identity_file.suffix}"
    path = identity_file.parent / "bad" / name
    if not path.exists():
        raise click.ClickException(
            f"{path}: this case needs a bad twin of the identity; carnet pki init makes those of doctor and hospital"
        )
    return Identity.load(path, password)


@vihf.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--trust",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Whom to believe; without it certificates are not judged.",
)
@click.option(
    "--tls-cert",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The client's certificate of the connection it came over (PEM).",
)
@click.option("--at", "moment", metavar="TIME", help="Judge as of this time: 2026-03-01T12:00:00Z. Default: now.")
@click.option("--strict", is_flag=True, help="Without any leniency.")
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    type=click.Choice([each.value for each in Leniency]),
    help="One more leniency; repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def check(
    file: Any,
    trust: Path | None,
    tls_cert: Path | None,
    moment: str | None,
    strict: bool,
    allowed: tuple[str, ...],
    as_json: bool,
) -> None:
    """Explain a VIHF: every check with its verdict, its source, and what would be right.

    FILE holds the assertion, its wsse:Security header, a SOAP message, or a whole captured request; - is standard
    input. The exit code is 1 for a token that is refused.
    """
    base = VihfOptions.strict() if strict else VihfOptions()
    options = VihfOptions(leniencies=base.leniencies | {Leniency(each) for each in allowed}, reuse=base.reuse)
    found = explain(
        file.read(),
        options,
        at=_moment(moment),
        store=None if trust is None else TrustStore.load(trust),
        certificate=None if tls_cert is None else _der(tls_cert),
    )
    if as_json:
        click.echo(json.dumps(as_dict(found), indent=2, ensure_ascii=False))
    else:
        show(found)
    if not found.accepted:
        sys.exit(1)


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        return parse_time(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--at") from None


def _der(path: Path) -> bytes:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER)
    except ValueError:
        raise KeyFileError(f"{path}: holds no PEM certificate") from None


commands: Final[dict[str, click.Command]] = {"vihf": vihf}
"""The words this part of the room adds to `carnet`."""
