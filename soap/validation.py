"""XSD violations of a body as values."""

import threading
from collections.abc import Callable

from lxml import etree

from soap.message import SchemaError

_MOST = 20


class Validator:
    """One schema. lxml keeps the error log on the schema object, so that two threads must not validate at once."""

    __slots__ = ("_load", "_lock")

    def __init__(self, load: Callable[[], etree.XMLSchema], lock: threading.Lock) -> None:
        self._load = load
        self._lock = lock

    def errors(self, body: etree._Element) -> list[SchemaError]:
        """Violations in document order, the first twenty; empty when the body is valid."""
        schema = self._load()
        with self._lock:
            if schema.validate(body):
                return []
            entries = [(entry.path, entry.line, entry.message) for entry in schema.error_log]
        return [SchemaError(path or "/", line, message[:1000]) for path, line, message in entries[:_MOST]]
