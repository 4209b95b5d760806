"""The approval number of the software, masked in bytes by as many characters: nothing else moves.

Masked is what the VIHF names, wherever that value stands in the exchange. What cannot be masked with certainty is not
exported. Private keys never are.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final
from xml.sax.saxutils import escape

from conformance.dossier.contents import SAML, envelope_of
from conformance.dossier.sources import Control, Recorded, Side, header
from conformance.watch.reading import decoded
from conformance.wire.mime import BadMime
from conformance.wire.mime import read as parts_of
from soap.envelope import parse_xml
from soap.faults import Fault
from soap.message import Limits

ATTRIBUTE: Final = "LPS_ID_HOMOLOGATION_DMP"
MASK: Final = b"X"
_NAMED: Final = re.compile(ATTRIBUTE.encode(), re.IGNORECASE)
_VALUE: Final = re.compile(
    rb"(<(?:[\w.-]+:)?Attribute\b[^<>]{0,2000}?\bName\s*=\s*[\"']\s*" + ATTRIBUTE.encode() + rb"\s*[\"'][^<>]{0,2000}>"
    rb"\s*<(?:[\w.-]+:)?AttributeValue\b[^<>]{0,2000}>)([^<]{1,1000})(?=</)",
    re.IGNORECASE,
)
_KEY: Final = re.compile(
    rb"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY-----.{0,100000}?(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY-----|\Z)", re.DOTALL
)
_CREDENTIALS: Final = re.compile(rb"(?im)^((?:proxy-)?authorization|cookie|set-cookie|x-api-key)(:[ \t]*)([^\r\n]+)")
_SHORTEST: Final = 4


@dataclass(frozen=True, slots=True)
class Masked:
    """The two sides of an exchange as they may be exported."""

    request: Side | None
    """None: not exported, since something in it could not be masked."""
    response: Side | None
    number: bool = False
    """An approval number was masked."""
    withheld: tuple[str, ...] = ()
    """`request`, `response`: what is not exported."""
    controls: tuple[Control, ...] = ()
    """What was said of the exchange, without the number."""


def exported(exchange: Recorded, *, unmasked: bool = False) -> Masked:
    """An exchange as it may leave the house."""
    if unmasked:
        response = exchange.response
        return Masked(
            _without_keys(exchange.request),
            None if response is None else _without_keys(response),
            controls=exchange.controls,
        )
    secrets = _secrets(exchange.request) | (set() if exchange.response is None else _secrets(exchange.response))
    request = _masked(exchange.request, secrets)
    response = None if exchange.response is None else _masked(exchange.response, secrets)
    withheld = ["request"] if request is None else []
    withheld += ["response"] if response is None and exchange.response is not None else []
    controls = tuple(_said(each, secrets) for each in exchange.controls)
    return Masked(request, response, bool(secrets), tuple(withheld), controls)


def _said(control: Control, secrets: set[bytes]) -> Control:
    """A control whose sentence may repeat what stood in the message."""
    en, fr, where = (_hidden(text.encode(), secrets).decode() for text in (control.en, control.fr, control.where))
    return replace(control, en=en, fr=fr, where=where)


def _secrets(side: Side) -> set[bytes]:
    """The approval numbers that a message names."""
    body = decoded(side.body, header(side.head, "content-encoding"))
    found = {match[2].strip() for match in _VALUE.finditer(body)}
    try:
        tree = parse_xml(envelope_of(side.content_type, body), Limits())
    except Fault:
        tree = None
    if tree is not None:
        for attribute in tree.iter(f"{{{SAML}}}Attribute"):
            if (attribute.get("Name") or "").strip().upper() == ATTRIBUTE:
                for value in attribute.iter(f"{{{SAML}}}AttributeValue"):
                    text = str(value.xpath("string()")).strip()
                    found |= {text.encode(), escape(text).encode()}
    return {each for each in found if each}


def _masked(side: Side, secrets: set[bytes]) -> Side | None:
    """The side without the secrets; None when one may still be in it."""
    head = _CREDENTIALS.sub(lambda m: m[1] + m[2] + MASK * len(m[3]), _hidden(side.head, secrets))
    masked = _without_keys(Side(head, _values_hidden(_hidden(side.body, secrets)), side.content_type))
    # a number that is part of the attribute's own name would take the name away, and with it the next check
    names_stay = len(_NAMED.findall(side.body)) == len(_NAMED.findall(masked.body))
    return masked if names_stay and _is_clean(masked, secrets) else None


def _hidden(data: bytes, secrets: set[bytes]) -> bytes:
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            data = data.replace(secret, MASK * len(secret))
    return data


def _values_hidden(data: bytes) -> bytes:
    """By place as well: a number too short to be looked for elsewhere."""
    return _VALUE.sub(lambda m: m[1] + re.sub(rb"\S", MASK, m[2]), data)


def _without_keys(side: Side) -> Side:
    body = _KEY.sub(lambda m: MASK * len(m[0]), side.body)
    return side if body == side.body else Side(side.head, body, side.content_type)


def _is_clean(side: Side, secrets: set[bytes]) -> bool:
    """Whether nothing of the secrets is left, under whatever coding the message allows."""
    body = decoded(side.body, header(side.head, "content-encoding"))
    named = [body]
    if side.content_type.strip().lower().startswith("multipart/"):
        # what cannot be taken apart is looked at as it stands: nobody can tell what a part of it would be
        with suppress(BadMime):
            named = [part.content for part in parts_of(side.content_type, body)]
    shown = any(secret in piece for piece in (body, *named) for secret in secrets if len(secret) >= _SHORTEST)
    return not shown and all(map(_hides, named))


def _hides(piece: bytes) -> bool:
    """Whether a document that names the attribute holds nothing but the mask in it."""
    if _NAMED.search(piece) is None:
        return True
    found = _secrets(Side(b"", piece, ""))
    if any(set(value) - set(MASK) for value in found):
        return False
    return bool(found) or _is_xml(piece)


def _is_xml(piece: bytes) -> bool:
    try:
        parse_xml(piece, Limits())
    except Fault:
        return False
    return True
