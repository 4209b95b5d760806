"""The operations of the Document Registry on the wire: ITI-42, ITI-18 and ITI-44, all of them simple SOAP."""

import logging
from collections import Counter
from collections.abc import Callable, Collection
from functools import partial
from typing import Any, Final

import sqlalchemy as sa

import schemas
from metadata.ebrim import EbrimError, parse_submit_objects_request
from metadata.errors import ErrorCode, RegistryError, RegistryResponse
from metadata.responses import write_registry_response
from metadata.rules import schema
from metadata.vocabulary import HL7V3, LCM, QUERY
from registry import feed_v3
from registry.feed import PatientFeed
from registry.queries import Queries
from registry.queries.execute import failure
from registry.registry import Registry
from soap.message import Operation, Packaging, Reply, Request
from storage import CommitUnknown

REGISTER: Final = f"{{{LCM}}}SubmitObjectsRequest"
STORED_QUERY: Final = f"{{{QUERY}}}AdhocQueryRequest"
_BUSY: Final = ("SQLITE_BUSY", "SQLITE_LOCKED", "08", "40", "53300", "55P03", "57")
"""Beginnings of SQLite error names and of SQLSTATEs: another time it may work."""
_FULL: Final = ("SQLITE_FULL", "53")

_log = logging.getLogger("carnet.registry")


PermitOf = Callable[[Any, Collection[str]], None]
"""The caller that the gate let in, and the patients of `registry.queries.Permit`. Raises to refuse."""


def operations(
    registry: Registry, queries: Queries, feed: PatientFeed | None = None, *, permit: PermitOf | None = None
) -> list[Operation]:
    """ITI-42, ITI-18 and ITI-44; ITI TF-2 3.42, 3.18 and 3.44. Without `feed`, one for the registry's own patients.

    `permit` says whose objects a caller may ask for.
    """
    return [
        Operation(
            transaction="ITI-42",
            name="DocumentRegistry_RegisterDocumentSet-b",
            element=REGISTER,
            action="urn:ihe:iti:2007:RegisterDocumentSet-b",
            response_action="urn:ihe:iti:2007:RegisterDocumentSet-bResponse",
            packaging=Packaging.SIMPLE,
            handler=partial(register, registry),
            schema=partial(schemas.schema, REGISTER),
            invalid=lambda _request, errors: registered(schema.told(errors, "ITI-42", registry.language)),
        ),
        Operation(
            transaction="ITI-18",
            name="DocumentRegistry_RegistryStoredQuery",
            element=STORED_QUERY,
            action="urn:ihe:iti:2007:RegistryStoredQuery",
            response_action="urn:ihe:iti:2007:RegistryStoredQueryResponse",
            packaging=Packaging.SIMPLE,
            handler=partial(query, queries, permit),
            schema=partial(schemas.schema, STORED_QUERY),
            invalid=lambda _request, errors: failure(schema.told(errors, "ITI-18", registry.language)),
        ),
        *_feed_operations(feed or PatientFeed(registry.patients, registry.domain)),
    ]


def register(registry: Registry, request: Request) -> Reply:
    """ITI-42: `lcm:SubmitObjectsRequest` → `rs:RegistryResponse`."""
    try:
        objects = parse_submit_objects_request(request.body)
    except EbrimError as error:
        return registered((RegistryError(ErrorCode.REGISTRY_METADATA_ERROR, str(error)),))
    try:
        response = registry.register(objects)
    except CommitUnknown:
        # nobody knows whether it was kept; a retry is harmless, since the same submission is known again
        _log.error("ITI-42: the outcome of a commit is not known")
        return registered((RegistryError(ErrorCode.REGISTRY_ERROR, "the registry lost its database; send this again"),))
    except sa.exc.SQLAlchemyError as error:
        return registered((_unavailable("ITI-42", error),))
    notes = dict(Counter(f"{o.kind.value}s" for o in objects))
    return registered(response.errors, notes)


def registered(errors: tuple[RegistryError, ...], notes: dict[str, Any] | None = None) -> Reply:
    """The answer to ITI-42: Success as soon as nothing but warnings is left. # ITI TF-3 4.2.4"""
    response = RegistryResponse.of(errors)
    codes = tuple(dict.fromkeys(str(error.code) for error in errors))
    return Reply(write_registry_response(response), outcome=response.outcome, error_codes=codes, notes=notes or {})


def query(queries: Queries, permit: PermitOf | None, request: Request) -> Reply:
    """ITI-18: `query:AdhocQueryRequest` → `query:AdhocQueryResponse`."""
    try:
        return queries.answer(request.body, None if permit is None else partial(permit, request.caller))
    except sa.exc.SQLAlchemyError as error:
        return failure((_unavailable("ITI-18", error),))


def _feed_operations(feed: PatientFeed) -> list[Operation]:
    handle: Callable[[Request], Reply] = feed_v3.handler(feed)
    return [
        Operation(
            transaction="ITI-44",
            name=f"DocumentRegistry_{interaction}",
            element=f"{{{HL7V3}}}{interaction}",
            action=f"{HL7V3}:{interaction}",
            response_action=f"{HL7V3}:{feed_v3.ACKNOWLEDGEMENT}",
            packaging=Packaging.SIMPLE,
            handler=handle,
            schema=partial(schemas.schema, f"{{{HL7V3}}}{interaction}"),
        )
        for interaction in (feed_v3.ADDED, feed_v3.REVISED, feed_v3.RESOLVED)
    ]


def _unavailable(transaction: str, error: sa.exc.SQLAlchemyError) -> RegistryError:
    """What the sender is told when the database does not play along; its own words may name a patient."""
    trouble = getattr(error, "orig", None)
    state = str(getattr(trouble, "sqlstate", None) or getattr(trouble, "sqlite_errorname", None) or "")
    _log.error("%s: %s %s", transaction, type(error).__name__, state)
    if isinstance(error, sa.exc.TimeoutError) or state.startswith(_BUSY):
        return RegistryError(ErrorCode.REGISTRY_BUSY, "the registry is too busy; send this again later")
    if state.startswith(_FULL):
        return RegistryError(ErrorCode.REGISTRY_OUT_OF_RESOURCES, "the registry has no room left to keep this")
    return RegistryError(ErrorCode.REGISTRY_ERROR, "internal error of the registry")
