"""The body of every message must be what its XML schema says; the schemas are looked through before any other rule."""

from collections.abc import Sequence
from typing import Final, Protocol

from metadata.errors import ErrorCode, RegistryError
from metadata.rules.book import MUST, finding, named

_MOST: Final = 20
"""Violations told in one answer."""

XML_SCHEMA: Final = named(
    id="xml.schema",
    level=MUST,
    code={
        "ITI-41": ErrorCode.REPOSITORY_METADATA_ERROR,
        "ITI-42": ErrorCode.REGISTRY_METADATA_ERROR,
        "ITI-18": ErrorCode.REGISTRY_ERROR,
        "ITI-43": ErrorCode.REPOSITORY_ERROR,
    },
    spec="ITI TF-2 Appendix V.3.2.1.2",
    en="the message does not follow its XML schema, line {line}: {reason}",
    fr="le message ne suit pas son schéma XML, ligne {line} : {reason}",
)


class Violation(Protocol):
    """What a validator says of one place."""

    @property
    def path(self) -> str: ...

    @property
    def line(self) -> int: ...

    @property
    def message(self) -> str: ...


def told(violations: Sequence[Violation], transaction: str, language: str) -> tuple[RegistryError, ...]:
    """The violations as errors of the answer, the first of them when there are many."""
    return tuple(
        finding(XML_SCHEMA.id, at=each.path, transaction=transaction, line=each.line, reason=each.message).error(
            language
        )
        for each in violations[:_MOST]
    )
