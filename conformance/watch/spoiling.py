"""The misbehaviours themselves: other answers than the right one, and right answers that are spoiled on their way."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import uuid4

from conformance.watch.actors import GENERAL, Answering, answer
from conformance.watch.kinds import Stage
from conformance.watch.misbehaviours import Misbehaviour
from conformance.watch.reading import decoded
from metadata.errors import ErrorCode, RegistryError
from metadata.responses import parse_retrieve_request
from metadata.vocabulary import FAILURE, PARTIAL_SUCCESS, SUCCESS
from soap.faults import Fault
from soap.message import Reply, Request
from soap.names import SOAP11, SOAP12

ASKED: Final = "misbehaviour asked for: {}"
ENVELOPE: Final = re.compile(rb"<(?:([\w.-]+):)?Envelope\b.*?</(?:\1:)?Envelope\s*>", re.DOTALL)
_RELATES: Final = re.compile(rb"<(?:[\w.-]+:)?RelatesTo\b[^>]*>.*?</(?:[\w.-]+:)?RelatesTo\s*>", re.DOTALL)
_ACTION: Final = re.compile(rb"(<(?:[\w.-]+:)?Action\b[^>]*>)(.*?)(</(?:[\w.-]+:)?Action\s*>)", re.DOTALL)
BOUNDARY: Final = re.compile(r'(boundary=)("[^"]*"|[^;\s]+)', re.IGNORECASE)
_HREF: Final = re.compile(rb"""(href=["']cid:)([^"']*)(["'])""")

_BUSY: Final = {
    "busy": (ErrorCode.REGISTRY_BUSY, ErrorCode.REPOSITORY_BUSY),
    "out-of-resources": (ErrorCode.REGISTRY_OUT_OF_RESOURCES, ErrorCode.REPOSITORY_OUT_OF_RESOURCES),
}
_OTHER_ACTION: Final = {
    "ITI-41": "urn:ihe:iti:2007:RegisterDocumentSet-bResponse",
    "ITI-42": "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse",
    "ITI-18": "urn:ihe:iti:2007:RetrieveDocumentSetResponse",
    "ITI-43": "urn:ihe:iti:2007:RegistryStoredQueryResponse",
}
HTML: Final = (
    b"<!DOCTYPE html>\n<html><head><title>500 Internal Server Error</title></head>\n"
    b"<body><h1>Internal Server Error</h1><p>The server could not complete your request &nbsp;<br></body></html>\n"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer about to be sent: whole in memory, since somebody wants to change it."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    wait: float = 0.0
    """Seconds before its first byte."""
    over: float = 0.0
    """Seconds that its bytes are spread over."""
    cut: bool = False
    """Only half of the body is sent, under the length of the whole."""
    reset: bool = False
    """Nothing is sent, and the connection is reset."""
    applied: tuple[str, ...] = field(default=())

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def with_header(self, name: str, value: str) -> "Draft":
        rest = tuple((key, held) for key, held in self.headers if key.lower() != name.lower())
        return replace(self, headers=(*rest, (name, value)))


def another_answer(planned: Sequence[Misbehaviour], answering: Answering) -> Callable[[str, Request], Reply] | None:
    """The handler that answers in place of the right one; None when none of `planned` asks for that."""
    chosen = next((each for each in planned if each.kind.stage is Stage.ANSWER), None)
    if chosen is None:
        return None

    def instead(transaction: str, request: Request) -> Reply:
        for part in request.attachments:
            for _ in part.chunks():
                pass
        return _instead(chosen, transaction, request, answering)

    return instead


def _instead(chosen: Misbehaviour, transaction: str, request: Request, answering: Answering) -> Reply:
    name, told = chosen.kind.name, ASKED.format(chosen)
    at_repository = transaction in ("ITI-41", "ITI-43")
    if name == "fault":
        raise Fault("Sender" if chosen.value == "Sender" else "Receiver", told)
    if name in _BUSY:
        return answer(transaction, (RegistryError(_BUSY[name][at_repository], told),), FAILURE)
    if name == "error":
        return answer(transaction, (RegistryError(chosen.value, told),), FAILURE)
    if name == "not-found":
        return _not_found(transaction, request, told)
    return _partial(transaction, request, told, answering)


def _not_found(transaction: str, request: Request, told: str) -> Reply:
    if transaction == "ITI-18":
        return answer(transaction, (), SUCCESS)
    asked = parse_retrieve_request(request.body)
    errors = [RegistryError(ErrorCode.DOCUMENT_UNIQUE_ID_ERROR, told, each.document_unique_id) for each in asked]
    return answer(transaction, errors, FAILURE)


def _partial(transaction: str, request: Request, told: str, answering: Answering) -> Reply:
    if transaction != "ITI-43":
        return answer(transaction, (RegistryError(GENERAL[transaction], told),), PARTIAL_SUCCESS)
    asked = parse_retrieve_request(request.body)
    given = asked if len(asked) == 1 else asked[:-1]
    lost = asked[-1].document_unique_id if asked else ""
    return answering.retrieved(given, [RegistryError(ErrorCode.DOCUMENT_UNIQUE_ID_ERROR, told, lost)])


def without_soap(planned: Sequence[Misbehaviour]) -> Draft | None:
    """The HTTP answer that takes the place of any SOAP; None when none of `planned` asks for that."""
    for each in planned:
        if each.kind.stage is Stage.HTTP:
            return replace(_HTTP[each.kind.name], applied=(str(each),))
    return None


_HTTP: Final[Mapping[str, Draft]] = {
    "http-500-html": Draft(500, "Internal Server Error", (("Content-Type", "text/html; charset=utf-8"),), HTML),
    "http-503": Draft(
        503,
        "Service Unavailable",
        (("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "30")),
        b"The service is down for maintenance.\n",
    ),
    "empty": Draft(200, "OK", (("Content-Type", "application/soap+xml; charset=UTF-8"),), b""),
}


def readable(draft: Draft) -> Draft:
    """The answer of a system behind without its gzip, so that it can be changed."""
    body = decoded(draft.body, draft.header("Content-Encoding"))
    if body is draft.body:
        return draft
    headers = tuple((key, held) for key, held in draft.headers if key.lower() != "content-encoding")
    return replace(draft, headers=headers, body=body)


def spoil(draft: Draft, planned: Sequence[Misbehaviour], transaction: str) -> Draft:
    """The answer with everything of `planned` done to it. What cannot be done to it is not in `applied`."""
    for each in planned:
        if each.kind.stage is not Stage.SPOILED:
            continue
        spoiled = _SPOIL[each.kind.name](draft, each, transaction)
        if spoiled != draft:
            draft = replace(spoiled, applied=(*draft.applied, str(each)))
    return draft


_Spoil = Callable[[Draft, Misbehaviour, str], Draft]


def _slow(draft: Draft, asked: Misbehaviour, _: str) -> Draft:
    return replace(draft, wait=draft.wait + asked.seconds)


def _drip(draft: Draft, asked: Misbehaviour, _: str) -> Draft:
    return replace(draft, over=draft.over + asked.seconds)


def _reset(draft: Draft, _: Misbehaviour, __: str) -> Draft:
    return replace(draft, reset=True)


def _truncated(draft: Draft, _: Misbehaviour, __: str) -> Draft:
    return replace(draft, cut=True)


def _bad_boundary(draft: Draft, _: Misbehaviour, __: str) -> Draft:
    content_type = draft.header("Content-Type")
    changed = BOUNDARY.sub(lambda found: f'{found[1]}"nowhere-{uuid4().hex[:12]}"', content_type, count=1)
    return draft if changed == content_type else draft.with_header("Content-Type", changed)


def _bad_cid(draft: Draft, _: Misbehaviour, __: str) -> Draft:
    return _in_envelope(draft, lambda text: _HREF.sub(rb"\1missing-\2\3", text))


def _altered(draft: Draft, _: Misbehaviour, __: str) -> Draft:
    """The first byte of each part after the root is another one."""
    found = BOUNDARY.search(draft.header("Content-Type"))
    if found is None:
        return draft
    delimiter = b"\r\n--" + found[2].strip('"').encode("latin-1")
    # the first delimiter may begin the body or, as CXF writes it, follow an empty line
    opening = b"" if draft.body.startswith(b"\r\n") else b"\r\n"
    head, root, *parts = (opening + draft.body).split(delimiter)
    body = delimiter.join([head, root, *map(_other_byte, parts)])
    return replace(draft, body=body.removeprefix(opening))


def _other_byte(part: bytes) -> bytes:
    head, gap, content = part.partition(b"\r\n\r\n")
    return head + gap + bytes([content[0] ^ 1]) + content[1:] if content else part


def _invalid_xml(draft: Draft, _: Misbehaviour, __: str) -> Draft:
    return _in_envelope(draft, lambda text: text[: text.rfind(b"</")] + b"<&" + text[text.rfind(b"</") :])


def _soap11(draft: Draft, _: Misbehaviour, __: str) -> Draft:
    changed = _in_envelope(draft, lambda text: text.replace(SOAP12.encode(), SOAP11.encode()))
    content_type = draft.header("Content-Type").replace("application/soap+xml", "text/xml")
    return changed.with_header("Content-Type", content_type)


def _wrong_action(draft: Draft, _: Misbehaviour, transaction: str) -> Draft:
    other = _OTHER_ACTION[transaction].encode()
    return _in_envelope(draft, lambda text: _ACTION.sub(lambda m: m[1] + other + m[3], text, count=1))


def _wrong_relates_to(draft: Draft, _: Misbehaviour, __: str) -> Draft:
    other = f'<wsa:RelatesTo xmlns:wsa="http://www.w3.org/2005/08/addressing">{uuid4().urn}</wsa:RelatesTo>'.encode()
    return _in_envelope(draft, lambda text: _RELATES.sub(lambda _: other, text, count=1))


def _no_relates_to(draft: Draft, _: Misbehaviour, __: str) -> Draft:
    return _in_envelope(draft, lambda text: _RELATES.sub(b"", text, count=1))


def _in_envelope(draft: Draft, change: Callable[[bytes], bytes]) -> Draft:
    found = ENVELOPE.search(draft.body)
    if found is None:
        return draft
    return replace(draft, body=draft.body[: found.start()] + change(found[0]) + draft.body[found.end() :])


_SPOIL: Final[Mapping[str, _Spoil]] = {
    "slow": _slow,
    "drip": _drip,
    "reset": _reset,
    "truncated": _truncated,
    "bad-boundary": _bad_boundary,
    "bad-cid": _bad_cid,
    "altered-document": _altered,
    "invalid-xml": _invalid_xml,
    "soap11": _soap11,
    "wrong-action": _wrong_action,
    "wrong-relates-to": _wrong_relates_to,
    "no-relates-to": _no_relates_to,
}
