"""How the words end: a sentence and an exit code for each thing that can go wrong."""

import functools
from collections.abc import Callable
from typing import Any, Final, NoReturn

import click
from rich.console import Console

from client import fetching, sending, tables
from client.consumer import ConsumerError
from client.documents import DocumentError
from client.submission import SubmissionError
from metadata.escaping import UnwritableText
from soap.client import SoapFault, TransportError

REFUSED: Final = 1
"""Exit code: the services answered, but not with what was asked for."""
UNREACHABLE: Final = 3
"""Exit code: there was no answer, or a SOAP fault."""


def telling(command: Callable[..., None]) -> Callable[..., None]:
    """Turns what can go wrong into a sentence and an exit code."""

    @functools.wraps(command)
    def told(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except SoapFault as fault:
            _fail(f"the service answered by a SOAP fault, {fault}", UNREACHABLE)
        except TransportError as error:
            lost = "; it may have been received all the same" if error.unknown else ""
            what = "no answer" if error.status is None else "no SOAP answer"
            _fail(f"{what}: {error}{lost}", UNREACHABLE)
        except (DocumentError, SubmissionError, sending.TargetUnknown, ConsumerError, UnwritableText) as error:
            _fail(str(error), REFUSED)
        except fetching.NotFound as error:
            if error.response is not None:
                tables.show_errors(Console(stderr=True), error.response)
            _fail(str(error), REFUSED)
        except BrokenPipeError:
            raise  # whoever read our output has seen enough: click ends quietly
        except OSError as error:
            _fail(f"{error.filename}: {error.strerror}" if error.filename else str(error), REFUSED)

    return told


def _fail(sentence: str, code: int) -> NoReturn:
    click.secho(f"Error: {sentence}", fg="red", err=True)
    raise SystemExit(code)
