"""`carnet pki`: a test authority in a directory, its lists, and who is in it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
from cryptography import x509

from dmp.authority import CRL_DAYS, Authority
from dmp.authority_files import certificate_of, is_authority, renew_crls, write
from dmp.authority_listing import Listed, listed
from security.certificates import TrustStoreError
from security.issuing import KeyKind
from security.keyfiles import KeyFileError

_directory: Final = click.argument(
    "directory", type=click.Path(path_type=Path, file_okay=False), metavar="[DIR]", default=Path("pki")
)
_days: Final = click.option(
    "--days", type=click.IntRange(1, 3650), default=CRL_DAYS, show_default=True, help="How long the lists hold."
)


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
def pki() -> None:
    """Make a test authority, and identities to submit with.

    \b
      carnet pki init               everything, in ./pki
      carnet pki list               who is in it, and who is refused and why
      carnet pki revoke pki nurse   from now on the nurse is refused
      carnet pki crl                issue the revocation lists again
    """


@pki.command()
@_directory
@click.option(
    "--force", is_flag=True, help="Replace the authority that is there: its identities are worth nothing then."
)
@click.option(
    "--key",
    type=click.Choice([kind.value for kind in KeyKind]),
    default=KeyKind.RSA.value,
    show_default=True,
    help="Kind of the keys.",
)
def init(directory: Path, force: bool, key: str) -> None:
    """Make an authority shaped like IGC-Santé: cards, structures, servers, and a bad twin for each way to be refused.

    DIR serves as --trust; without it ./pki is made.
    """
    if directory.exists() and any(directory.iterdir()) and not (force and is_authority(directory)):
        advice = "add --force to replace it" if is_authority(directory) else "give a directory that is empty or new"
        raise click.ClickException(f"{directory} is not empty; {advice}")
    authority = Authority.make(datetime.now(UTC), KeyKind(key))
    write(authority, directory)
    click.echo(f"A test authority in {directory}: {', '.join(authority.identities)}; {len(authority.bad)} bad ones.")
    click.echo(
        f"\n  carnet serve --profile dmp --trust {directory}"
        f" --tls-cert {directory / 'server.pem'} --tls-key {directory / 'server.key'}"
        f"\n  carnet send --identity {directory / 'identities' / 'doctor.p12'} --ins 207058575627097 document.xml"
        f"\n\n{directory / 'README.txt'} says what is where. Nobody in it exists: trust it with nothing real."
    )


@pki.command("list")
@_directory
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(directory: Path, as_json: bool) -> None:
    """Show each certificate and each list, and what a server says of it now."""
    entries = listed(directory, datetime.now(UTC))
    if as_json:
        click.echo(json.dumps([entry.as_dict() for entry in entries], indent=2, ensure_ascii=False))
        return
    for entry in entries:
        click.echo(_line(entry))


@pki.command()
@_directory
@_days
def crl(directory: Path, days: int) -> None:
    """Issue each revocation list again, fresh from now on. Running servers read it by themselves."""
    _show_lists(renew_crls(directory, datetime.now(UTC), days=days))


@pki.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@_days
def revoke(directory: Path, names: tuple[str, ...], days: int) -> None:
    """Revoke certificates, and issue the lists again.

    NAME is an identity (`nurse`: both its certificates), one certificate of it (`nurse-auth`), or a PEM file.
    """
    found = tuple(certificate for name in names for certificate in certificate_of(directory, name))
    _show_lists(renew_crls(directory, datetime.now(UTC), days=days, revoke=found))


def _show_lists(renewed: dict[str, x509.CertificateRevocationList]) -> None:
    for name, each in renewed.items():
        click.echo(f"{name + '.crl':<20} {len(each):>3} revoked, holds until {each.next_update_utc:%Y-%m-%d %H:%M} UTC")


def _line(entry: Listed) -> str:
    verdict = click.style(entry.verdict, fg="green" if entry.verdict == "ok" else "red")
    return f"{entry.name:<34} {entry.usage:<7} {entry.until:%Y-%m-%d}  {verdict:<26} {entry.subject}"


commands: Final[dict[str, click.Command]] = {"pki": pki}
"""The words this room adds to `carnet`."""
