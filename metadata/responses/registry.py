"""rs:RegistryResponse: the outcome of ITI-41 and ITI-42, and the first part of an ITI-43 answer; ITI TF-3 4.2.4."""

from collections.abc import Sequence
from typing import Final

from lxml import etree

from metadata.errors import RegistryError, RegistryResponse
from metadata.escaping import attribute, encode, writable
from metadata.vocabulary import FAILURE, RS, SEVERITY_ERROR, SEVERITY_WARNING

_RESPONSE: Final = f"{{{RS}}}RegistryResponse"
_ERROR_LIST: Final = f"{{{RS}}}RegistryErrorList"
_ERROR: Final = f"{{{RS}}}RegistryError"


class ResponseError(ValueError):
    """The element is not the message that the reader was called for."""


def write_registry_response(response: RegistryResponse, request_id: str | None = None) -> bytes:
    """`rs:RegistryResponse`; `request_id` is written as requestId, which IHE does not ask for."""
    return encode(f'<rs:RegistryResponse xmlns:rs="{RS}"{_inside(response, request_id)}</rs:RegistryResponse>')


def nested(response: RegistryResponse) -> str:
    """`rs:RegistryResponse` below an element that declares the prefix `rs`."""
    return f"<rs:RegistryResponse{_inside(response, None)}</rs:RegistryResponse>"


def error_list(errors: Sequence[RegistryError]) -> str:
    """`rs:RegistryErrorList`, nothing if there are no errors; the prefix `rs` is declared above."""
    if not errors:
        return ""
    worst = SEVERITY_WARNING if all(error.warning for error in errors) else SEVERITY_ERROR
    written = "".join([_error(error) for error in errors])
    return f'<rs:RegistryErrorList highestSeverity="{worst}">{written}</rs:RegistryErrorList>'


def _inside(response: RegistryResponse, request_id: str | None) -> str:
    request = "" if request_id is None else f' requestId="{attribute(writable(request_id))}"'
    return f' status="{attribute(response.status)}"{request}>{error_list(response.errors)}'


def _error(error: RegistryError) -> str:
    severity = SEVERITY_WARNING if error.warning else SEVERITY_ERROR
    # what a sender wrote may come back in an error: it must never make the answer impossible
    context, location = attribute(writable(error.context)), attribute(writable(error.location))
    place = f' location="{location}"' if location else ""
    code = attribute(writable(error.code))
    return f'<rs:RegistryError errorCode="{code}" codeContext="{context}"{place} severity="{severity}"/>'


def parse_registry_response(element: etree._Element) -> RegistryResponse:
    """The outcome that `element` tells. Raises `ResponseError` if it is not a `rs:RegistryResponse`.

    An error without codeContext may tell its story as element content; one without severity is an error.
    """
    if element.tag != _RESPONSE:
        raise ResponseError(f"{element.tag!r} received where rs:RegistryResponse should stand")
    return outcome(element)


def outcome(element: etree._Element) -> RegistryResponse:
    """Status and errors of any element of the type rs:RegistryResponseType; without status it is a Failure."""
    errors = element.find(_ERROR_LIST)
    found = () if errors is None else tuple([_parse_error(error) for error in errors if error.tag == _ERROR])
    return RegistryResponse(element.get("status", FAILURE).strip(), found)


def _parse_error(element: etree._Element) -> RegistryError:
    context = element.get("codeContext") or str(element.xpath("string()")).strip()
    code = element.get("errorCode", "").strip()
    warning = element.get("severity", SEVERITY_ERROR).strip().endswith(":Warning")
    return RegistryError(code, context, element.get("location", ""), warning)
