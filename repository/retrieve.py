"""ITI-43, Retrieve Document Set; ITI TF-2 3.43."""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

import sqlalchemy as sa

from metadata.errors import RegistryError, RegistryResponse
from metadata.responses import DocumentRequest, RetrievedDocument, parse_retrieve_request, write_retrieve_response
from metadata.vocabulary import FAILURE, PARTIAL_SUCCESS, SUCCESS
from repository import refusals, store
from repository.repository import Repository
from repository.store import HeldDocument
from soap.message import OutgoingPart, Reply, Request
from soap.xop import href_to

_log = logging.getLogger(__name__)
_HEADER_SAFE: Final = re.compile(r"[!-~][ -~]*/[ -~]+")
_ANY_TYPE: Final = "application/octet-stream"


def retrieve(repository: Repository, request: Request) -> Reply:
    """Answers ITI-43: each document asked for as one MIME part, in the order asked, or an error that names it."""
    asked = parse_retrieve_request(request.body)
    ours = [each.document_unique_id for each in asked if each.repository_unique_id == repository.unique_id]
    try:
        with repository.database.read() as connection:
            rows = store.retrievable(connection, ours)
    except sa.exc.TimeoutError:
        return retrieve_failed(_of_each(asked, refusals.busy(repository.language)))
    except sa.exc.SQLAlchemyError:
        _log.exception("stored_document could not be read")
        return retrieve_failed(_of_each(asked, refusals.database_failed(repository.language)))
    if repository.permit is not None and rows:
        repository.permit(request.caller, tuple(rows))
    errors: list[RegistryError] = []
    documents: list[RetrievedDocument] = []
    parts: list[OutgoingPart] = []
    for each in asked:
        held = _held(repository, each, rows)
        if isinstance(held, RegistryError):
            errors.append(held)
            continue
        part = _part(repository, held, f"document-{len(parts) + 1}@carnet")
        parts.append(part)
        documents.append(
            RetrievedDocument(
                repository_unique_id=repository.unique_id,
                document_unique_id=each.document_unique_id,
                mime_type=held.mime_type,
                href=href_to(part.content_id),
                home_community_id=each.home_community_id,
            )
        )
    status = SUCCESS if not errors else PARTIAL_SUCCESS if documents else FAILURE
    return _reply(RegistryResponse(status, tuple(errors)), tuple(documents), tuple(parts))


def retrieve_failed(response: RegistryResponse) -> Reply:
    """An answer without any document."""
    return _reply(response, (), ())


def _reply(
    response: RegistryResponse, documents: tuple[RetrievedDocument, ...], parts: tuple[OutgoingPart, ...]
) -> Reply:
    return Reply(
        write_retrieve_response(response, documents),
        parts,
        response.outcome,
        tuple(dict.fromkeys(error.code for error in response.errors)),
        {"documents": len(documents)},
        {"documents": tuple(document.document_unique_id for document in documents)},
    )


def _of_each(asked: Iterable[DocumentRequest], error: RegistryError) -> RegistryResponse:
    """The same error about every document: an error tells in its location which one it is about. ITI TF-2 3.43.5"""
    return RegistryResponse.of(tuple(replace(error, location=each.document_unique_id) for each in asked))


def _held(
    repository: Repository, asked: DocumentRequest, rows: Mapping[str, HeldDocument]
) -> HeldDocument | RegistryError:
    unique_id = asked.document_unique_id
    if asked.repository_unique_id != repository.unique_id:
        return refusals.unknown_repository(
            asked.repository_unique_id, unique_id, repository.unique_id, repository.language
        )
    held = rows.get(unique_id)
    if held is None:
        return refusals.unknown_document(unique_id, repository.language)
    try:
        size = repository.documents.stat(held.object_key).size
    except OSError as error:
        _log.error("the object %s of a document cannot be read: %s", held.object_key, error)
        return refusals.unreadable_document(unique_id, repository.language)
    if size != held.content.size:
        _log.error("the object %s has %d bytes and should have %d", held.object_key, size, held.content.size)
        return refusals.unreadable_document(unique_id, repository.language)
    return held


def _part(repository: Repository, held: HeldDocument, content_id: str) -> OutgoingPart:
    mime_type = held.mime_type if _HEADER_SAFE.fullmatch(held.mime_type) else _ANY_TYPE
    return OutgoingPart(content_id, mime_type, _Content(repository, held.object_key), held.content.size)


class _Content:
    """The bytes of an object, read when they are asked for: an answer of many documents holds one file open at once."""

    def __init__(self, repository: Repository, object_key: str) -> None:
        self._repository = repository
        self._object_key = object_key

    def __iter__(self) -> Iterator[bytes]:
        return self._repository.documents.open_read(self._object_key)
