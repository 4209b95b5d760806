"""What the words `send`, `find` and `fetch` take on the command line: endpoints, patient ids, codes, times."""

import re
from collections.abc import Callable
from typing import Any, Final

import click

from client.acting import Acting
from metadata.datatypes import CX, DTM, XCN, XON, DatatypeError
from metadata.model import Code
from security.certificates import TrustStoreError
from soap.client import SoapClient

REGISTRY: Final = "http://127.0.0.1:8080/registry"
REPOSITORY: Final = "http://127.0.0.1:8080/repository"

_ISO: Final = re.compile(r"\d{4}-\d{2}(-\d{2}([T ]\d{2}(:\d{2}){0,2})?)?Z?")


def patient(value: str) -> str:
    """A patient id (CX); what others add after its authority is kept."""
    try:
        CX.parse(value.strip(), lenient=True)
    except DatatypeError as error:
        example = "'277076322082910^^^&1.2.250.1.213.1.4.10&ISO'"
        raise click.BadParameter(f"{error}. In a shell it stands between quotes: {example}") from None
    return value.strip()


def code(value: str) -> Code:
    """A code: `code^^scheme`, with its label between the two if it has one."""
    parts = [part.strip() for part in value.split("^")]
    if len(parts) != 3 or not parts[0] or not parts[2]:
        raise click.BadParameter(f"{value!r} is not a code: write code^^scheme or code^label^scheme")
    return Code(parts[0], parts[2], parts[1] or parts[0])


def time(value: str) -> str:
    """A time in UTC, as precise as one likes: `2026`, `2026-03`, `20260312`, `2026-03-12T16:45`."""
    digits = re.sub(r"[-T :Z]", "", value) if _ISO.fullmatch(value) else value
    try:
        return str(DTM.parse(digits))
    except DatatypeError as error:
        raise click.BadParameter(f"{value!r}: {error}") from None


def person(value: str) -> str:
    """A person as XCN: `id^FAMILY^Given^^^^^^&OID&ISO`."""
    try:
        XCN.parse(value)
    except DatatypeError as error:
        raise click.BadParameter(f"{error}; a person is written id^FAMILY^Given^^^^^^&OID&ISO") from None
    return value


def organization(value: str) -> str:
    """An organisation as XON: `Name^^^^^&OID&ISO^^^^id`, or its name alone."""
    try:
        XON.parse(value)
    except DatatypeError as error:
        raise click.BadParameter(f"{error}; an organisation is written Name^^^^^&OID&ISO^^^^id") from None
    return value


def parameter(value: str) -> tuple[str, str]:
    """A query parameter, `NAME=VALUE`."""
    name, equals, given = value.partition("=")
    if not name or not equals or not given:
        raise click.BadParameter(f"{value!r} is not NAME=VALUE")
    return name, given


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

registry_option: Final[Decorator] = click.option(
    "--registry",
    metavar="URL",
    envvar="CARNET_REGISTRY",
    default=REGISTRY,
    show_default=True,
    help="The registry to ask; also CARNET_REGISTRY.",
)
repository_option: Final[Decorator] = click.option(
    "--repository",
    metavar="URL",
    envvar="CARNET_REPOSITORY",
    default=REPOSITORY,
    show_default=True,
    help="The repository to speak to; also CARNET_REPOSITORY.",
)
timeout_option: Final[Decorator] = click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="How long a service may stay silent.",
)
json_option: Final[Decorator] = click.option("--json", "as_json", is_flag=True, help="Results for programs.")


def client(url: str, timeout: float, acting: Acting | None = None) -> SoapClient:
    """The client of a service, for `acting` when there is one. Raises `click.UsageError` for what is not a URL."""
    try:
        return SoapClient(url, timeout=timeout) if acting is None else acting.client(url, timeout)
    except TrustStoreError as error:
        raise click.UsageError(f"--trust: {error}") from None
    except ValueError as error:
        raise click.UsageError(str(error)) from None
