"""RetrieveDocumentSet, the request and the response of ITI-43; ITI TF-2 3.43.5."""

import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from metadata.errors import RegistryResponse
from metadata.escaping import attribute, encode, text
from metadata.responses.registry import ResponseError, nested, parse_registry_response
from metadata.vocabulary import RS, XDS

XOP: Final = "http://www.w3.org/2004/08/xop/include"

_REQUEST: Final = f"{{{XDS}}}RetrieveDocumentSetRequest"
_DOCUMENT_REQUEST: Final = f"{{{XDS}}}DocumentRequest"
_RESPONSE: Final = f"{{{XDS}}}RetrieveDocumentSetResponse"
_DOCUMENT_RESPONSE: Final = f"{{{XDS}}}DocumentResponse"
_DOCUMENT: Final = f"{{{XDS}}}Document"
_REGISTRY_RESPONSE: Final = f"{{{RS}}}RegistryResponse"
_INCLUDE: Final = f"{{{XOP}}}Include"


@dataclass(frozen=True, slots=True)
class DocumentRequest:
    """One document that is asked for."""

    repository_unique_id: str
    document_unique_id: str
    home_community_id: str | None = None


@dataclass(frozen=True, slots=True)
class RetrievedDocument:
    """One document of an answer: its identity, and where its bytes are."""

    repository_unique_id: str
    document_unique_id: str
    mime_type: str
    href: str | None = None
    """The `cid:` URL of the MIME part that holds the bytes."""
    content: bytes | None = None
    """The bytes, when they stand in the answer itself instead of in a part; never when `href` is there."""
    home_community_id: str | None = None
    """As it was in the request."""
    new_repository_unique_id: str | None = None
    """On-Demand only."""
    new_document_unique_id: str | None = None
    """On-Demand only: the uniqueId of what was generated."""


@dataclass(frozen=True, slots=True)
class RetrieveResponse:
    """What a repository answered."""

    response: RegistryResponse
    documents: tuple[RetrievedDocument, ...] = ()


def write_retrieve_request(requests: Iterable[DocumentRequest]) -> bytes:
    """`xds:RetrieveDocumentSetRequest` for `requests`, of which there is at least one."""
    asked = "".join(
        [
            f"<xds:DocumentRequest>{_identity(r.home_community_id, r.repository_unique_id, r.document_unique_id)}"
            "</xds:DocumentRequest>"
            for r in requests
        ]
    )
    return encode(f'<xds:RetrieveDocumentSetRequest xmlns:xds="{XDS}">{asked}</xds:RetrieveDocumentSetRequest>')


def parse_retrieve_request(element: etree._Element) -> tuple[DocumentRequest, ...]:
    """The documents that `element` asks for, in order, one asked for twice twice.

    Raises `ResponseError` if it is not an `xds:RetrieveDocumentSetRequest`. An id that is missing is empty.
    """
    if element.tag != _REQUEST:
        raise ResponseError(f"{element.tag!r} received where xds:RetrieveDocumentSetRequest should stand")
    return tuple(
        DocumentRequest(
            _child(request, "RepositoryUniqueId") or "",
            _child(request, "DocumentUniqueId") or "",
            _child(request, "HomeCommunityId"),
        )
        for request in element.iterchildren(_DOCUMENT_REQUEST)
    )


def write_retrieve_response(response: RegistryResponse, documents: Iterable[RetrievedDocument]) -> bytes:
    """`xds:RetrieveDocumentSetResponse`; the bytes of a document with an href travel in the MIME part of that name."""
    given = "".join([_document(document) for document in documents])
    return encode(
        f'<xds:RetrieveDocumentSetResponse xmlns:xds="{XDS}" xmlns:rs="{RS}">{nested(response)}{given}'
        "</xds:RetrieveDocumentSetResponse>"
    )


def parse_retrieve_response(element: etree._Element) -> RetrieveResponse:
    """What `element` answers.

    Raises `ResponseError` if it is not an `xds:RetrieveDocumentSetResponse`, holds no RegistryResponse, or a document
    in it is not base64.
    """
    if element.tag != _RESPONSE:
        raise ResponseError(f"{element.tag!r} received where xds:RetrieveDocumentSetResponse should stand")
    response = element.find(_REGISTRY_RESPONSE)
    if response is None:
        raise ResponseError("xds:RetrieveDocumentSetResponse holds no rs:RegistryResponse")
    documents = tuple(_parse_document(given) for given in element.iterchildren(_DOCUMENT_RESPONSE))
    return RetrieveResponse(parse_registry_response(response), documents)


def _document(d: RetrievedDocument) -> str:
    if d.href is not None:
        content = f'<xop:Include xmlns:xop="{XOP}" href="{attribute(d.href)}"/>'
    else:
        content = binascii.b2a_base64(d.content or b"", newline=False).decode("ascii")
    return (
        f"<xds:DocumentResponse>{_identity(d.home_community_id, d.repository_unique_id, d.document_unique_id)}"
        f"{_optional('NewRepositoryUniqueId', d.new_repository_unique_id)}"
        f"{_optional('NewDocumentUniqueId', d.new_document_unique_id)}"
        f"<xds:mimeType>{text(d.mime_type)}</xds:mimeType><xds:Document>{content}</xds:Document></xds:DocumentResponse>"
    )


def _identity(home: str | None, repository: str, document: str) -> str:
    return (
        f"{_optional('HomeCommunityId', home)}<xds:RepositoryUniqueId>{text(repository)}</xds:RepositoryUniqueId>"
        f"<xds:DocumentUniqueId>{text(document)}</xds:DocumentUniqueId>"
    )


def _optional(name: str, value: str | None) -> str:
    return "" if value is None else f"<xds:{name}>{text(value)}</xds:{name}>"


def _parse_document(element: etree._Element) -> RetrievedDocument:
    document = element.find(_DOCUMENT)
    include = None if document is None else document.find(_INCLUDE)
    content = None
    if document is not None and include is None:
        try:
            content = binascii.a2b_base64(str(document.xpath("string()")))
        except binascii.Error as error:
            raise ResponseError(f"xds:Document holds neither an xop:Include nor base64: {error}") from None
    return RetrievedDocument(
        _child(element, "RepositoryUniqueId") or "",
        _child(element, "DocumentUniqueId") or "",
        _child(element, "mimeType") or "",
        None if include is None else include.get("href", ""),
        content,
        _child(element, "HomeCommunityId"),
        _child(element, "NewRepositoryUniqueId"),
        _child(element, "NewDocumentUniqueId"),
    )


def _child(element: etree._Element, name: str) -> str | None:
    child = element.find(f"{{{XDS}}}{name}")
    return None if child is None else str(child.xpath("string()")).strip()
