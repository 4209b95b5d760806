"""XSD violations of a body as values."""

import threading
from collections.abc import Callable, Iterable
from typing import Protocol, runtime_checkable

from lxml import etree

from soap.message import SchemaError

_MOST = 20


class _Violation(Protocol):
    @property
    def path(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def message(self) -> str: ...


@runtime_checkable
class Telling(Protocol):
    """A schema that words its violations itself, and may be used by many threads."""

    def validate(self, body: etree._Element, /) -> bool: ...
    def violations(self, body: etree._Element, /) -> Iterable[_Violation]: ...


class Validator:
    """The schema of an operation, loaded at its first use."""

    __slots__ = ("_load", "_lock", "_schema")

    def __init__(self, load: Callable[[], etree.XMLSchema]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._schema: etree.XMLSchema | None = None

    def errors(self, body: etree._Element) -> list[SchemaError]:
        """Violations in document order, the first twenty; empty when the body is valid."""
        if self._schema is None:
            self._schema = self._load()
        schema = self._schema
        if isinstance(schema, Telling):
            if schema.validate(body):
                return []
            return [SchemaError(found.path, found.line, found.message) for found in schema.violations(body)][:_MOST]
        # a plain lxml schema keeps its error log on itself: two threads must not validate at once
        with self._lock:
            if schema.validate(body):
                return []
            log = [(entry.path, entry.line, entry.message) for entry in schema.error_log]
        return [SchemaError(path or "/", line, message[:1000]) for path, line, message in log[:_MOST]]
