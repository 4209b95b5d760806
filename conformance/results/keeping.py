"""The bytes of an exchange as files: `exchanges/<case id>/01-request.mime`, `01-request.headers`…"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from conformance.model import Exchange, Message, Outcome
from conformance.results.redaction import Secrets, without_user
from conformance.results.stored import EXCHANGES, StoredCase, StoredExchange, StoredMessage

_XML: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")


def case_folder(id_: str) -> str:
    """The folder of a case inside the results, one level for each level of its id.

    An id is made of safe characters; any other is written as `%2F` is in a URL, so that no id leaves the folder and
    no two share one.
    """
    return "/".join([EXCHANGES, *(_segment(part) for part in id_.split("/"))])


def _segment(part: str) -> str:
    safe = quote(part, safe="[]=,+~")
    return {"": "%", ".": "%2E", "..": "%2E%2E"}.get(safe, safe)


def ending(message: Message) -> str:
    """What a body is, by its bytes and its Content-Type: `mime`, `xml`, `hl7` or `bin`."""
    if message.content_type.lstrip().lower().startswith("multipart/"):
        return "mime"
    if message.body.lstrip(b"\x0b\r\n").startswith((b"MSH", b"FHS", b"BHS")):
        return "hl7"
    return "xml" if _XML.match(message.body[:4096]) else "bin"


def keep(root: Path, outcome: Outcome) -> StoredCase:
    """Writes every exchange of a case under *root*, and says where."""
    folder = case_folder(outcome.case.id)
    if outcome.exchanges:
        (root / folder).mkdir(parents=True, exist_ok=True)
    return StoredCase(
        case=outcome.case,
        verdict=outcome.verdict,
        reason=outcome.reason,
        checks=outcome.checks,
        exchanges=tuple(_keep_exchange(root, folder, exchange) for exchange in outcome.exchanges),
        seconds=outcome.seconds,
        left=outcome.left,
    )


def _keep_exchange(root: Path, folder: str, exchange: Exchange) -> StoredExchange:
    name = f"{folder}/{exchange.number:02d}"
    return StoredExchange(
        number=exchange.number,
        label=exchange.label,
        url=without_user(exchange.url),
        request=_keep_message(root, f"{name}-request", exchange.request),
        response=_keep_message(root, f"{name}-response", exchange.response) if exchange.response else None,
        status=exchange.status,
        trouble=exchange.trouble,
        preparation=exchange.preparation,
        started=exchange.started,
        seconds=exchange.seconds,
    )


def _keep_message(root: Path, name: str, message: Message) -> StoredMessage:
    body = f"{name}.{ending(message)}"
    (root / body).write_bytes(message.body)
    head = f"{name}.headers" if message.head else ""
    if head:
        (root / head).write_bytes(message.head)
    return StoredMessage(head, body, len(message.body), message.content_type, message.truncated)


def shareable(stored: StoredCase, secrets: Secrets) -> StoredCase:
    """A case whose texts hold no secret that was seen in a message: result.json is meant to be handed on."""
    return replace(
        stored,
        reason=secrets.mask(stored.reason),
        left=tuple(secrets.mask(one) for one in stored.left),
        checks=tuple(
            replace(
                check,
                text=secrets.mask(check.text),
                where=secrets.mask(check.where),
                expected=secrets.mask(check.expected),
                got=secrets.mask(check.got),
            )
            for check in stored.checks
        ),
        exchanges=tuple(
            replace(one, label=secrets.mask(one.label), trouble=secrets.mask(one.trouble)) for one in stored.exchanges
        ),
    )


def masked_value(value: Any, secrets: Secrets) -> Any:
    """A value of JSON, every text in it masked."""
    if isinstance(value, str):
        return secrets.mask(value)
    if isinstance(value, Mapping):
        return {str(name): masked_value(one, secrets) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked_value(one, secrets) for one in value]
    return value if isinstance(value, int | float | bool | None) else secrets.mask(str(value))
