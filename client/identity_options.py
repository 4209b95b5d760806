"""How `send`, `find` and `fetch` are told who acts: `--identity`, `--trust`, `--ins` and their like."""

import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from client.acting import Acting, patient_of
from client.options import Decorator
from dmp.ins import Flaw, Ins
from dmp.vihf import Mode
from security.dsg import POLICIES
from security.identities import Identity
from security.keyfiles import KeyFileError
from security.tokens import Token, TokenError

_OPTIONS: Final[tuple[Decorator, ...]] = (
    click.option(
        "--identity",
        "identity_file",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="CARNET_IDENTITY",
        metavar="FILE",
        help="Who acts: NAME.p12, with NAME-auth.p12 beside it; also CARNET_IDENTITY. Messages then carry a VIHF.",
    ),
    click.option("--password", envvar="CARNET_IDENTITY_PASSWORD", metavar="WORD", help="Of the identity's files."),
    click.option(
        "--trust",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        envvar="CARNET_TRUST",
        metavar="DIR",
        help="Whose servers to believe, as for serve.  [default: the authority that the identity lies in]",
    ),
    click.option("--ins", metavar="INS", help="The patient: a matricule of fifteen characters, or a CX."),
    click.option(
        "--signature-policy",
        type=click.Choice(list(POLICIES)),
        help="How submissions are signed.  [default: dmp-legacy]",
    ),
    click.option("--mode", type=click.Choice([each.value for each in Mode]), help="Of the VIHF: who vouches for whom."),
    click.option("--structure", metavar="ID", default="", help="Struct_IdNat that the person acts in."),
    click.option("--user", metavar="ID", default="", help="Who acts, when a structure vouches for its user."),
    click.option("--user-name", metavar="NAME", default="", help="Given name and NAME of that user."),
    click.option(
        "--pkcs11",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="MODULE",
        help="Sign with a token: the library of its maker. --identity still opens the connection.",
    ),
    click.option("--pin", envvar="CARNET_PIN", metavar="PIN", help="Of the token; asked for when it is not given."),
    click.option("--token", "token_label", metavar="LABEL", help="Which token, where there are several."),
)


def acting_option(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the options, and hands the command one argument `acting`: an `Acting`, or None without `--identity`."""

    @functools.wraps(command)
    def acting_command(
        *args: Any,
        identity_file: Path | None,
        password: str | None,
        trust: Path | None,
        pkcs11: Path | None,
        pin: str | None,
        token_label: str | None,
        **kwargs: Any,
    ) -> None:
        given = {
            "patient_id": _patient(kwargs.pop("ins")),
            "policy": kwargs.pop("signature_policy"),
            "structure": kwargs.pop("structure"),
            "mode": kwargs.pop("mode"),
            "name_id": kwargs.pop("user"),
            "full_name": kwargs.pop("user_name"),
        }
        if identity_file is None:
            _nothing_without_identity({**given, "trust": trust, "pkcs11": pkcs11, "password": password})
            command(*args, acting=None, **kwargs)
            return
        try:
            identity = Identity.load(identity_file, password)
        except KeyFileError as error:
            raise click.ClickException(str(error)) from None
        acting = Acting(identity, identity_file, trust or _authority(identity_file), **given)
        if pkcs11 is None:
            command(*args, acting=acting, **kwargs)
            return
        pin = pin if pin is not None else click.prompt("PIN", hide_input=True, err=True)
        try:
            with Token.open(pkcs11, pin, label=token_label) as opened:
                signing = replace(identity, signature=opened.signer())  # type: ignore[arg-type]  # signs like a file
                command(*args, acting=replace(acting, identity=signing), **kwargs)
        except TokenError as error:
            raise click.ClickException(str(error)) from None

    decorated: Callable[..., None] = acting_command
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def _patient(ins: str | None) -> str:
    if not ins:
        return ""
    patient = patient_of(ins)
    found = Ins.of(patient)
    if found is None or found.flaws - {Flaw.AUTHORITY}:
        raise click.BadParameter(f"{ins} is not an INS: thirteen characters and a key of two", param_hint="--ins")
    return patient


def _nothing_without_identity(given: dict[str, Any]) -> None:
    names = {"patient_id": "--ins", "policy": "--signature-policy", "name_id": "--user", "full_name": "--user-name"}
    for name, value in given.items():
        if value:
            raise click.UsageError(f"{names.get(name, '--' + name)} goes with --identity")


def _authority(identity: Path) -> Path:
    """`pki/identities/doctor.p12` lies in `pki`, which has the anchors."""
    for above in identity.resolve().parents:
        if (above / "anchors").is_dir():
            return above
    raise click.UsageError("say whose servers to believe: --trust DIR, with its anchors")
