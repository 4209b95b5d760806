"""The DICOM audit message; DICOM PS3.15 A.5.1, ITI TF-2 3.20.4.1.1.

Written by joining strings, in the fixed order of the schema, without a namespace.
"""

import re
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

LONGEST: Final = 4096
"""Characters of one attribute: what a client wrote is cut there, with an ellipsis."""


@dataclass(frozen=True, slots=True)
class Code:
    """A coded value; `csd-code` is DICOM's name for it, RFC 3881 called it `code`."""

    code: str
    system: str
    text: str = ""


class Outcome(IntEnum):
    """EventOutcomeIndicator."""

    SUCCESS = 0
    MINOR_FAILURE = 4
    """The caller has to change something."""
    SERIOUS_FAILURE = 8
    """Something is wrong on this side."""
    MAJOR_FAILURE = 12
    """The service is not to be had."""


@dataclass(frozen=True, slots=True)
class ActiveParticipant:
    """A person, a process or a machine that took part."""

    user_id: str
    requestor: bool
    roles: tuple[Code, ...] = ()
    alternative_user_id: str = ""
    user_name: str = ""
    network_address: str = ""
    """IP address or DNS name."""


@dataclass(frozen=True, slots=True)
class ParticipantObject:
    """Something that was acted on: a patient, a document, a query."""

    id: str
    id_type: Code
    type_code: int
    """1 person, 2 system object, 3 organisation, 4 other."""
    role: int
    """RFC 3881 5.5.2: 1 patient, 3 report, 13 security resource, 15 provider, 20 job, 24 query."""
    life_cycle: int | None = None
    """RFC 3881 5.5.3."""
    query: bytes | None = None
    """Written in base64."""
    details: tuple[tuple[str, bytes], ...] = ()
    """Type and value; the value is written in base64."""


@dataclass(frozen=True, slots=True)
class AuditSource:
    """Who reports."""

    id: str
    site: str = ""
    """AuditEnterpriseSiteID."""
    type: Code = field(default=Code("9", "DCM", "Other"))


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """What happened, when, by whom, on what."""

    id: Code
    action: str
    """C create, R read, U update, D delete, E execute."""
    types: tuple[Code, ...]
    participants: tuple[ActiveParticipant, ...]
    objects: tuple[ParticipantObject, ...] = ()
    outcome: Outcome = Outcome.SUCCESS
    outcome_description: str = ""
    purposes_of_use: tuple[Code, ...] = ()
    time: datetime = field(default_factory=lambda: datetime.now(UTC))


def write(event: AuditEvent, source: AuditSource) -> bytes:
    """The message in UTF-8, with an XML declaration and without a byte order mark.

    Raises ValueError for an event that no valid message can say: without participants, or with an unknown action.
    """
    if not event.participants:
        raise ValueError("an audit message has at least one ActiveParticipant")
    if event.action not in ("C", "R", "U", "D", "E"):
        raise ValueError(f"EventActionCode {event.action!r}: write one of C, R, U, D, E")
    pieces = [
        '<?xml version="1.0" encoding="UTF-8"?><AuditMessage>',
        f'<EventIdentification EventActionCode="{event.action}" EventDateTime="{written_time(event.time)}"'
        f' EventOutcomeIndicator="{event.outcome.value}">',
        _code("EventID", event.id),
        *[_code("EventTypeCode", each) for each in event.types],
    ]
    if event.outcome_description:
        pieces.append(f"<EventOutcomeDescription>{_escaped(event.outcome_description)}</EventOutcomeDescription>")
    pieces += [_code("PurposeOfUse", each) for each in event.purposes_of_use]
    pieces.append("</EventIdentification>")
    pieces += [_participant(each) for each in event.participants]
    site = _attribute("AuditEnterpriseSiteID", source.site)
    pieces.append(f'<AuditSourceIdentification{site} AuditSourceID="{_escaped(source.id)}">')
    pieces += [_code("AuditSourceTypeCode", source.type), "</AuditSourceIdentification>"]
    pieces += [_object(each) for each in event.objects]
    pieces.append("</AuditMessage>")
    return "".join(pieces).encode()


def written_time(time: datetime) -> str:
    """`2026-03-05T10:16:03.120Z`: as xs:dateTime and as RFC 3339 want it."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


def _participant(one: ActiveParticipant) -> str:
    attributes = (
        f'UserID="{_escaped(one.user_id)}"{_attribute("AlternativeUserID", one.alternative_user_id)}'
        f'{_attribute("UserName", one.user_name)} UserIsRequestor="{"true" if one.requestor else "false"}"'
    )
    if one.network_address:
        kind = 2 if _is_ip(one.network_address) else 1
        attributes += f'{_attribute("NetworkAccessPointID", one.network_address)} NetworkAccessPointTypeCode="{kind}"'
    if not one.roles:
        return f"<ActiveParticipant {attributes}/>"
    roles = "".join([_code("RoleIDCode", role) for role in one.roles])
    return f"<ActiveParticipant {attributes}>{roles}</ActiveParticipant>"


def _object(one: ParticipantObject) -> str:
    cycle = "" if one.life_cycle is None else f' ParticipantObjectDataLifeCycle="{one.life_cycle}"'
    pieces = [
        f'<ParticipantObjectIdentification ParticipantObjectID="{_escaped(one.id)}"'
        f' ParticipantObjectTypeCode="{one.type_code}" ParticipantObjectTypeCodeRole="{one.role}"{cycle}>',
        _code("ParticipantObjectIDTypeCode", one.id_type),
    ]
    if one.query is not None:
        pieces.append(f"<ParticipantObjectQuery>{b64encode(one.query).decode()}</ParticipantObjectQuery>")
    pieces += [
        f'<ParticipantObjectDetail type="{_escaped(kind)}" value="{b64encode(value).decode()}"/>'
        for kind, value in one.details
    ]
    pieces.append("</ParticipantObjectIdentification>")
    return "".join(pieces)


@lru_cache(maxsize=512)
def _code(element: str, code: Code) -> str:
    return (
        f'<{element} csd-code="{_escaped(code.code)}" codeSystemName="{_escaped(code.system)}"'
        f' originalText="{_escaped(code.text or code.code)}"/>'
    )


def _attribute(name: str, value: str) -> str:
    return f' {name}="{_escaped(value)}"' if value else ""


_PLAIN: Final = re.compile("[ !#-%'-;=?-~]*")
"""Characters that stand for themselves."""
_SPECIAL: Final = re.compile('[&<>"\t\n\r]')
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}


def _escaped(value: str) -> str:
    """Fit for an attribute or a text: what XML cannot hold becomes U+FFFD."""
    if len(value) > LONGEST:
        value = value[: LONGEST - 1] + "…"
    if _PLAIN.fullmatch(value):
        return value
    value = _FORBIDDEN.sub("\ufffd", value)
    return _SPECIAL.sub(lambda found: _ENTITIES[found.group()], value)


@lru_cache(maxsize=512)
def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
