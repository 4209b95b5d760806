"""ITI-8 Patient Identity Feed: HL7 v2.3.1 ADT messages, each answered by an ACK; ITI TF-2 3.8.

Read more freely than written: any version 2.x, segments ended by LF or CR LF, UTF-8 or Latin-1, further segments and
fields of any content. Only PID-3, MRG-1 and the header are looked at, and of A08, which a registry ignores, the header
alone.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import hl7
import sqlalchemy as sa

from metadata.datatypes import unescape
from registry.clock import Clock, stamp, utc_now
from registry.feed import Identifier, PatientFeed
from registry.feed_mllp import MllpLimits, serve
from registry.patients import PatientRefused
from soap.message import Exchange, Peer

ANNOUNCE: Final = frozenset({"A01", "A04", "A05"})
UPDATE: Final = "A08"
MERGE: Final = "A40"

_log = logging.getLogger(__name__)
_CODES: Final = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "200": "Unsupported message type",
    "201": "Unsupported trigger event",
    "203": "Unsupported version ID",
    "204": "Unknown key identifier",
    "207": "Application internal error",
}
"""HL7 table 0357; 201 in the words of ITI TF-2 C.2.3."""


class MessageRefused(Exception):
    """Why a message is not accepted, as the ACK will say it."""

    def __init__(self, acknowledgement: str, code: str, location: str, reason: str) -> None:
        super().__init__(reason)
        self.acknowledgement = acknowledgement
        """`AE`: the content is wrong. `AR`: the message cannot be taken at all, or not now."""
        self.code = code
        """HL7 table 0357."""
        self.location = location
        """Segment, its number, field, and where it is one of them repetition and component: `PID^1^3`."""


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of MSH that an ACK repeats, as they stand."""

    separator: str = "|"
    encoding: str = "^~\\&"
    sender: tuple[str, str] = ("", "")
    """Sending application and facility."""
    receiver: tuple[str, str] = ("", "")
    message_type: str = ""
    trigger: str = ""
    control_id: str = ""
    processing_id: str = "P"
    version: str = "2.3.1"


def serve_mllp(
    listener: socket.socket,
    feed: PatientFeed,
    stop: threading.Event,
    *,
    limits: MllpLimits | None = None,
    finished: Callable[[Exchange], None] | None = None,
) -> None:
    """Runs the feed on a listening socket until `stop` is set: for a thread of its own in every worker process.

    `finished` is told of each message, for logs and metrics.
    """

    def answer_one(message: bytes, address: str) -> bytes:
        started = time.monotonic()
        header, refused = process(message, feed)
        reply = acknowledge(header, refused)
        if finished is not None:
            finished(_exchange(header, refused, time.monotonic() - started, message, len(reply), address))
        return reply

    serve(listener, answer_one, stop, limits or MllpLimits())


def answer(message: bytes, feed: PatientFeed, *, clock: Clock = utc_now) -> bytes:
    """The ACK to one message, whatever the message is."""
    return acknowledge(*process(message, feed), clock=clock)


def process(message: bytes, feed: PatientFeed) -> tuple[Header, MessageRefused | None]:
    """Does what the message says. Gives back its header, and why it was refused if it was."""
    text = _decode(message)
    header = read_header(text)
    try:
        _apply(header, text, feed)
    except MessageRefused as refused:
        return header, refused
    except PatientRefused as refused:
        location = "MRG^1^1" if header.trigger == MERGE else "PID^1^3"
        return header, MessageRefused("AE", "204", location, str(refused))
    except sa.exc.SQLAlchemyError as error:
        _log.error("ITI-8 message %r not processed: %s", header.control_id, type(error).__name__)
        return header, MessageRefused("AR", "207", "", "the registry cannot store this now; send it again later")
    return header, None


def read_header(text: str) -> Header:
    """What can be read of MSH; never raises."""
    line = text.partition("\r")[0]
    if not line.startswith("MSH") or len(line) < 8:
        return Header()
    separator = line[3]
    # MSH-1 is the separator itself: field n stands at n - 1
    fields = line.split(separator) + [""] * 12
    kind = fields[8].split(fields[1][:1] or "^")
    return Header(
        separator=separator,
        encoding=fields[1] or "^~\\&",
        sender=(fields[2], fields[3]),
        receiver=(fields[4], fields[5]),
        message_type=kind[0].strip(),
        trigger=kind[1].strip() if len(kind) > 1 else "",
        control_id=fields[9],
        processing_id=fields[10] or "P",
        version=fields[11].strip() or "2.3.1",
    )


def _apply(header: Header, text: str, feed: PatientFeed) -> None:
    if not text.startswith("MSH"):
        raise MessageRefused("AR", "100", "MSH^1", "the message does not begin with MSH")
    if header.message_type != "ADT":
        raise MessageRefused("AR", "200", "MSH^1^9^1^1", "this feed takes ADT messages")
    if header.trigger not in (*ANNOUNCE, UPDATE, MERGE):
        raise MessageRefused("AR", "201", "MSH^1^9^1^2", "this feed takes ADT^A01, A04, A05, A08 and A40")
    if not header.version.startswith("2"):
        raise MessageRefused("AR", "203", "MSH^1^12", "this feed takes HL7 version 2.3.1")
    if header.trigger == UPDATE:
        return  # ITI TF-2 3.8.4.1.4: demographics are no affair of a registry, and nobody becomes known by them
    message = _parse(text)
    identifiers = _identifiers(message, "PID", 3)
    if header.trigger == MERGE:
        feed.merge(identifiers, _identifiers(message, "MRG", 1))
    else:
        feed.announce(identifiers)


def _parse(text: str) -> Any:
    try:
        return hl7.parse(text)
    except (hl7.HL7Exception, LookupError, ValueError, TypeError, AttributeError, AssertionError) as error:
        # the library raises whatever its indexing meets
        _log.debug("not HL7: %s", type(error).__name__)
        raise MessageRefused(
            "AR", "100", "MSH^1", "the message cannot be taken apart into segments and fields"
        ) from None


def _identifiers(message: Any, segment: str, field: int) -> list[Identifier]:
    """The repetitions of a CX field; raises `MessageRefused` when there is none, or more than one such segment."""
    try:
        segments = message.segments(segment)
    except KeyError:
        raise MessageRefused("AE", "100", f"{segment}^1", f"there is no {segment} segment") from None
    if len(segments) > 1:  # ITI TF-2 3.8.4.2.2: each pair of patients is merged by a message of its own
        reason = f"there are {len(segments)} {segment} segments; send a message for each patient"
        raise MessageRefused("AE", "100", f"{segment}^2", reason)
    try:
        repetitions = segments[0][field]
    except IndexError:
        repetitions = ()
    found = [Identifier(*parts) for parts in _parts(repetitions) if parts[0]]
    if not found:
        raise MessageRefused("AE", "101", f"{segment}^1^{field}", f"{segment}-{field} holds no patient id")
    return found


def _parts(repetitions: Sequence[Any]) -> Iterator[tuple[str, str, str]]:
    """CX.1, CX.4.2 and CX.4.1 of each repetition; an OID counts only with type ISO, or without type."""
    for repetition in repetitions:
        components = list(repetition) if isinstance(repetition, hl7.Repetition) else [repetition]
        authority = _texts(components[3]) if len(components) > 3 else []
        namespace, oid, kind = [*authority, "", "", ""][:3]
        yield _texts(components[0])[0], oid if kind in ("ISO", "") else "", namespace


def _texts(component: Any) -> list[str]:
    parts = list(component) if isinstance(component, hl7.Component) else [component]
    return [unescape(str(part)).strip() for part in parts] or [""]


def acknowledge(header: Header, refused: MessageRefused | None, *, clock: Clock = utc_now) -> bytes:
    """ACK, in the separators of the message it answers; what is wrong stands in ERR alone. # ITI TF-2 C.2.3"""
    separator, component = header.separator, header.encoding[:1] or "^"
    now = f"{stamp(clock()):014d}"
    kind = f"ACK{component}{header.trigger}" if header.trigger else "ACK"
    msh = ["MSH", header.encoding, *header.receiver, *header.sender, now, "", kind, f"ACK{header.control_id}"[:20]]
    segments = [[*msh, header.processing_id, header.version]]
    if refused is None:
        segments.append(["MSA", "AA", header.control_id])
    else:
        segments.append(["MSA", refused.acknowledgement, header.control_id])
        code = component.join((refused.code, _CODES[refused.code], "HL70357"))
        place = refused.location.replace("^", component)
        # ERR of HL7 2.5, which the framework has for 2.3.1 too: ERR-2 where, 3 what, 4 error, 8 in words
        segments.append(["ERR", "", place, code, "E", "", "", "", _plain(str(refused), header)])
    text = "".join(separator.join(segment) + "\r" for segment in segments)
    if not text.isascii():
        segments[0] += [*[""] * 5, "UNICODE UTF-8"]  # ITI TF-2 C.2.2: MSH-18 is there for what is not ASCII
        text = "".join(separator.join(segment) + "\r" for segment in segments)
    return text.encode()


def _plain(text: str, header: Header) -> str:
    """The text without characters that mean something in the message."""
    special = set(header.separator + header.encoding)
    return "".join(" " if c in special or c < " " else c for c in text)[:200]


def _decode(message: bytes) -> str:
    try:
        text = message.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = message.decode("latin-1")
    return text.replace("\r\n", "\r").replace("\n", "\r").strip()


def named(message: bytes) -> tuple[list[Identifier], list[Identifier]]:
    """The patients that a message is about, and those merged into them, as far as it can be read."""
    try:
        parsed = _parse(_decode(message))
    except MessageRefused:
        return [], []
    found: list[list[Identifier]] = []
    for segment, field in (("PID", 3), ("MRG", 1)):
        try:
            found.append(_identifiers(parsed, segment, field))
        except MessageRefused:
            found.append([])
    return found[0], found[1]


def _exchange(
    header: Header, refused: MessageRefused | None, seconds: float, message: bytes, sent: int, address: str
) -> Exchange:
    patients, subsumed = named(message)
    return Exchange(
        service="mllp",
        transaction="ITI-8",
        message_id=header.control_id,
        outcome="Success" if refused is None else "Failure",
        error_codes=() if refused is None else (refused.acknowledgement,),
        seconds=seconds,
        bytes_in=len(message),
        bytes_out=sent,
        peer=Peer(address),
        status=0,
        notes={"trigger": header.trigger},
        fault="" if refused is None else _CODES[refused.code],
        audit={
            "sender": header.sender,
            "receiver": header.receiver,
            "trigger": header.trigger,
            "control_id": header.control_id,
            "patient_ids": tuple(map(str, patients)),
            "subsumed": tuple(map(str, subsumed)),
        },
    )
