"""The SOAP service as a plain WSGI application: one endpoint, its operations, and every way a message can fail."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import uuid4

from soap import envelope, faults
from soap.answer import Answer, Sending, fault_answer, reply_answer
from soap.entity import Entity
from soap.faults import Fault
from soap.message import Addressing, Exchange, Limits, Operation, Packaging, Peer, Reply, Request, SchemaError
from soap.mime import MediaType, MimeError, parse_media_type
from soap.mtom import MtomMessage, check_charset
from soap.names import MULTIPART_TYPE, SOAP_TYPE
from soap.validation import Validator
from soap.xop import refuse_stray_includes

_log = logging.getLogger("carnet.soap")

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApplication = Callable[[Environ, StartResponse], Iterable[bytes]]
Invoke = Callable[[Operation, Request], Reply]


def service(
    name: str,
    operations: Sequence[Operation],
    *,
    gate: Callable[[Request], Any] | None = None,
    limits: Limits | None = None,
    finished: Callable[[Exchange], None] | None = None,
    peer: Callable[[Environ], Peer] | None = None,
    invoke: Invoke | None = None,
) -> WsgiApplication:
    """A WSGI application that answers POSTed SOAP 1.2 messages for `operations`.

    `gate` sees each request after dispatch, before a byte of an attachment is read, and returns its caller or raises
    `Fault`. `finished` is called exactly once for each exchange. `peer` tells who is at the other end; by default
    the address and TLS certificate that gunicorn knows. `invoke` calls the handler of an operation.
    No exception leaves the application, except to break off an answer that is already on its way.
    """
    return Service(name, operations, gate, limits or Limits(), finished, peer or peer_of, invoke or _call)


def _call(operation: Operation, request: Request) -> Reply:
    return operation.handler(request)


def peer_of(environ: Environ) -> Peer:
    """Address and, when gunicorn terminates TLS, the verified client certificate."""
    show = getattr(environ.get("gunicorn.socket"), "getpeercert", None)
    return Peer(environ.get("REMOTE_ADDR") or "", show(True) if show is not None else None)


_NOBODY = Peer("")
_UNADDRESSED = Addressing()


class _Course:
    """What is known so far of one exchange."""

    __slots__ = ("addressing", "caller", "entity", "fault", "message", "operation", "peer", "request", "started")

    def __init__(self) -> None:
        self.started = time.perf_counter()
        self.peer = _NOBODY
        self.entity: Entity | None = None
        self.message: MtomMessage | None = None
        self.addressing = _UNADDRESSED
        self.operation: Operation | None = None
        self.caller: Any = None
        self.request: Request | None = None
        self.fault: Fault | None = None

    def unread(self) -> bool:
        """Something of the request may still be on its way."""
        if self.entity is None or self.entity.ended:
            return False
        return self.message is None or not self.message.ended


class Service:
    """See `service`."""

    def __init__(
        self,
        name: str,
        operations: Sequence[Operation],
        gate: Callable[[Request], Any] | None,
        limits: Limits,
        finished: Callable[[Exchange], None] | None,
        peer: Callable[[Environ], Peer],
        invoke: Invoke,
    ) -> None:
        self._name = name
        self._operations = {operation.action: operation for operation in operations}
        if len(self._operations) != len(operations):
            raise ValueError(f"{name}: two operations have the same wsa:Action")
        self._elements = frozenset(operation.element for operation in operations)
        self._validators = {o.action: Validator(o.schema) for o in operations if o.schema is not None}
        self._gate = gate
        self._limits = limits
        self._finished = finished
        self._peer = peer
        self._invoke = invoke

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        course = _Course()
        reply: Reply | None = None
        reason = ""
        try:
            reply, answer = self._answer(environ, course)
        except Fault as fault:
            reason, course.fault = fault.reason, fault
            answer = fault_answer(fault, course.addressing.message_id)
        except Exception:  # noqa: BLE001  the last door: nothing but a fault may go to the client
            reason = f"internal error, reference {uuid4().hex}"
            _log.exception("%s: %s", self._name, reason)
            answer = fault_answer(Fault("Receiver", reason), course.addressing.message_id)
        if course.message is not None:
            course.message.close()
        start_response(answer.status_line, answer.headers)
        if answer.rest is None and not course.unread():
            self._report(course, answer, reply, reason, len(answer.begin))
            return [answer.begin]
        return self._sending(course, answer, reply, reason)

    def _sending(self, course: _Course, answer: Answer, reply: Reply | None, reason: str) -> Iterable[bytes]:
        def after() -> None:
            if course.entity is not None and course.unread():
                course.entity.drain()

        def done(sent: int, trouble: str) -> None:
            self._report(course, answer, reply, reason or trouble, sent)

        return Sending(answer, after, done)

    def _answer(self, environ: Environ, course: _Course) -> tuple[Reply, Answer]:
        course.peer = self._peer(environ)
        if environ.get("REQUEST_METHOD") != "POST":
            raise Fault("Sender", "SOAP messages are sent by POST", status=405, headers=(("Allow", "POST"),))
        root, packaging = self._receive(environ, course)
        header, body = self._open(root, course)
        operation = course.operation = self._dispatch(body.tag, course.addressing)
        attachments = course.message.attachments if course.message is not None else ()
        request = Request(body, header, course.addressing, root, packaging, attachments, course.peer)
        course.request = request
        if self._gate is not None:
            course.caller = self._gate(request)
            request = Request(body, header, course.addressing, root, packaging, attachments, course.peer, course.caller)
        reply = self._valid(operation, request) or self._invoke(operation, request)
        answer = reply_answer(reply, operation.packaging, operation.response_action, course.addressing.message_id)
        return reply, answer

    def _receive(self, environ: Environ, course: _Course) -> tuple[bytes, Packaging]:
        """The envelope as bytes, from either packaging.

        Either is accepted for every operation, as senders confuse them: a simple message may hold its documents
        inline, and the parts of a multipart message to a simple operation are not read. The answer is in the
        operation's own packaging.
        """
        entity = course.entity = Entity(environ, self._limits)
        entity.require_bounded()
        try:
            media = parse_media_type(environ.get("CONTENT_TYPE") or "")
        except MimeError as error:
            raise faults.unsupported_media(str(error)) from None
        encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
        if encoding not in ("", "identity", "gzip") or (encoding == "gzip" and media.name != SOAP_TYPE):
            raise faults.unsupported_media(
                f"Content-Encoding {encoding[:40]!r} is not read here; send the message as it is",
                headers=(("Accept-Encoding", "gzip" if media.name == SOAP_TYPE else "identity"),),
            )
        if media.name == SOAP_TYPE:
            # action= is not looked at: ITI TF-2 V.3.2.1.3 (IHE-WSP211)
            check_charset(media.get("charset"))
            return entity.whole(encoding), Packaging.SIMPLE
        if media.name == MULTIPART_TYPE:
            course.message = MtomMessage(entity.read, media, self._limits)
            return course.message.root, Packaging.MTOM
        raise self._unsupported(media, entity)

    def _unsupported(self, media: MediaType, entity: Entity) -> Fault:
        if media.name in ("text/xml", "application/xml"):
            # the media type of SOAP 1.1: say what is wrong with the message itself when it is one
            try:
                envelope.parse(entity.whole(""), self._limits)
            except Fault as fault:
                if fault.code == "VersionMismatch":
                    return fault
        expected = f"send {SOAP_TYPE}, or {MULTIPART_TYPE} (MTOM)"
        return faults.unsupported_media(f"Content-Type {media.name[:100] or 'is missing'}: {expected}")

    def _open(self, root: bytes, course: _Course) -> tuple[Any, Any]:
        message = envelope.parse(root, self._limits)
        course.addressing = envelope.addressing_of(message.header)
        envelope.require_answerable(course.addressing)
        return message.header, message.body

    def _dispatch(self, element: object, addressing: Addressing) -> Operation:
        """The operation of a message, by its Action and its body element. ITI TF-2 V.3.2.1.2."""
        action = addressing.action
        if not action:
            raise faults.missing_header("Action")
        operation = self._operations.get(action)
        if operation is None:
            raise faults.action_not_supported(action[:500], tuple(self._operations))
        if operation.element != element:
            other = "that of another operation" if element in self._elements else "not known here"
            raise faults.sender(
                f"wsa:Action {action} goes with body element {operation.element}; {str(element)[:200]} is {other}"
            )
        if not addressing.message_id:
            raise faults.missing_header("MessageID")
        return operation

    def _valid(self, operation: Operation, request: Request) -> Reply | None:
        """The answer to a body that breaks its schema; None when it does not."""
        if operation.attached is not None:
            refuse_stray_includes(request.body, operation.attached)
        validator = self._validators.get(operation.action)
        if validator is None:
            return None
        errors = validator.errors(request.body)
        if not errors:
            return None
        if operation.invalid is None:
            raise faults.sender(f"the body breaks its schema: {_told(errors)}")
        return operation.invalid(request, errors)

    def _report(self, course: _Course, answer: Answer, reply: Reply | None, reason: str, sent: int) -> None:
        if self._finished is None:
            return
        exchange = Exchange(
            service=self._name,
            transaction=course.operation.transaction if course.operation is not None else "",
            message_id=course.addressing.message_id or "",
            outcome=reply.outcome if reply is not None and not reason else "Fault",
            error_codes=reply.error_codes if reply is not None and not reason else (),
            seconds=time.perf_counter() - course.started,
            bytes_in=course.entity.count if course.entity is not None else 0,
            bytes_out=sent,
            peer=course.peer,
            status=answer.status,
            notes=reply.notes if reply is not None and not reason else {},
            fault=reason,
            subcodes=course.fault.subcodes if course.fault is not None else (),
            addressing=course.addressing,
            caller=course.caller,
            request=course.request,
            # a reply that broke off on its way may have shown all but its last byte
            audit=reply.audit if reply is not None else course.fault.audit if course.fault is not None else {},
        )
        try:
            self._finished(exchange)
        except Exception:  # noqa: BLE001  a log or a metric that fails must not spoil a good answer
            _log.exception("%s: the end of an exchange could not be reported", self._name)


def _told(errors: list[SchemaError]) -> str:
    return "; ".join(f"{error.path} (line {error.line}): {error.message}" for error in errors[:5])
