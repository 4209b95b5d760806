"""The floor of each figure: the same parse, validation and durable commit in a bare loop in one process.

No HTTP, no server, no dispatch: the pieces that a request goes through anyway, called one after the other on a store of
the same kind on the same disk.
"""

import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from benchmarks.http import Segments
from carnet import parts
from carnet.migrations import upgrade
from carnet.settings import Settings
from registry.service import operations as registry_operations
from repository.service import operations as repository_operations
from soap import envelope
from soap.message import Limits, Operation, Packaging, Peer, Reply, Request
from soap.mime import parse_media_type
from soap.mtom import MtomMessage
from soap.validation import Validator

_PEER = Peer("127.0.0.1")


class Floor:
    """Both actors in this process, over the store in a directory."""

    def __init__(self, data: Path, repository_unique_id: str) -> None:
        data.mkdir(parents=True, exist_ok=True)
        settings = Settings(data=data, repository_unique_id=repository_unique_id)
        self.database = parts.database_of(settings)
        upgrade(self.database)
        domain = parts.domain_of(settings)
        self.registry = parts.registry_of(settings, self.database, domain)
        queries = parts.queries_of(settings, self.database, domain)
        repository = parts.repository_of(settings, self.database, self.registry, repository_unique_id)
        declared = [*registry_operations(self.registry, queries), *repository_operations(repository)]
        self._operations = {operation.transaction: operation for operation in declared}
        self._limits = Limits()

    def close(self) -> None:
        self.database.close()

    def simple(self, transaction: str) -> Callable[[bytes], None]:
        """One simple SOAP request, from its bytes to the bytes of its answer."""
        operation, validator = self._operation(transaction)

        def call(raw: bytes) -> None:
            _finish(self._handle(operation, validator, raw, Packaging.SIMPLE, ()))

        return call

    def mtom(self, transaction: str, content_type: str) -> Callable[[Segments], None]:
        """One multipart request, documents and all."""
        operation, validator = self._operation(transaction)
        media = parse_media_type(content_type)

        def call(segments: Segments) -> None:
            message = MtomMessage(_Source(segments).read, media, self._limits)
            try:
                _finish(self._handle(operation, validator, message.root, Packaging.MTOM, message.attachments))
            finally:
                message.close()

        return call

    def _operation(self, transaction: str) -> tuple[Operation, Validator]:
        operation = self._operations[transaction]
        assert operation.schema is not None
        return operation, Validator(operation.schema)

    def _handle(
        self, operation: Operation, validator: Validator, root: bytes, packaging: Packaging, attachments: object
    ) -> Reply:
        message = envelope.parse(root, self._limits)
        errors = validator.errors(message.body)
        if errors:
            raise AssertionError(errors)
        addressing = envelope.addressing_of(message.header)
        request = Request(message.body, message.header, addressing, root, packaging, attachments, _PEER)  # type: ignore[arg-type]
        return operation.handler(request)


class _Source:
    """Segments as a stream, without joining the large ones."""

    def __init__(self, segments: Segments) -> None:
        self._files = [BytesIO(segment) if isinstance(segment, bytes) else _View(segment) for segment in segments]

    def read(self, size: int) -> bytes:
        while self._files:
            data = self._files[0].read(size)
            if data:
                return data
            self._files.pop(0)
        return b""


class _View:
    def __init__(self, view: memoryview) -> None:
        self._view = view

    def read(self, size: int) -> bytes:
        data, self._view = bytes(self._view[:size]), self._view[size:]
        return data


def _finish(reply: Reply) -> None:
    if reply.outcome != "Success":
        raise AssertionError(reply.error_codes)
    if not isinstance(reply.body, bytes):
        for _piece in reply.body:
            pass
    for part in reply.parts:
        for _chunk in part.chunks:
            pass


def loop(call: Callable[[], None], seconds: float) -> float:
    """Calls per second over at least `seconds`, and at least one call."""
    begun = time.perf_counter()
    count = 0
    while not count or time.perf_counter() - begun < seconds:
        call()
        count += 1
    return count / (time.perf_counter() - begun)
