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
    """The schema of an operation.

    It is compiled here, before requests are served: lxml finds what a schema imports through one hook for the whole
    process, which a parse that ends in another thread resets.
    """

    __slots__ = ("_lock", "_schema", "_telling")

    def __init__(self, load: Callable[[], etree.XMLSchema]) -> None:
        self._lock = threading.Lock()
        self._schema = load()
        self._telling = self._schema if isinstance(self._schema, Telling) else None

    def errors(self, body: etree._Element) -> list[SchemaError]:
        """Violations in document order, the first twenty; empty when the body is valid."""
        telling = self._telling
        if telling is not None:
            if telling.validate(body):
                return []
            return [SchemaError(found.path, found.line, found.message) for found in telling.violations(body)][:_MOST]
        # a plain lxml schema keeps its error log on itself: two threads must not validate at once
        with self._lock:
            if self._schema.validate(body):
                return []
            log = [(entry.path, entry.line, entry.message) for entry in self._schema.error_log]
        return [SchemaError(path or "/", line, message[:1000]) for path, line, message in log[:_MOST]]
