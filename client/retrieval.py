"""One answer of ITI-43: its outcome, and its documents as streams."""

from collections.abc import Iterator
from dataclasses import dataclass

from metadata.errors import RegistryResponse
from metadata.responses import RetrievedDocument, parse_retrieve_response
from soap.client import Response
from soap.faults import Fault
from soap.message import Attachment
from soap.xop import match_href


@dataclass(frozen=True, slots=True)
class Retrieved:
    """One document that arrives."""

    document: RetrievedDocument
    _attachment: Attachment | None

    def chunks(self) -> Iterator[bytes | memoryview]:
        """The bytes, to be read once and before the next document is asked for. Raises `TransportError`."""
        if self._attachment is not None:
            yield from self._attachment.chunks()
        else:
            yield self.document.content or b""


class Retrieval:
    """The outcome is known at once; iterate for the documents, in the order in which they come over the wire."""

    def __init__(self, response: Response) -> None:
        """Raises `ResponseError` when the body is not a RetrieveDocumentSetResponse."""
        answer = parse_retrieve_response(response.body)
        self.response: RegistryResponse = answer.response
        self.documents: tuple[RetrievedDocument, ...] = answer.documents
        self._http = response

    def __iter__(self) -> Iterator[Retrieved]:
        for document in self.documents:
            if document.href is None:
                yield Retrieved(document, None)
        attached = [document for document in self.documents if document.href is not None]
        for attachment in self._http.attachments:
            meant = next((document for document in attached if _means(document.href or "", attachment)), None)
            if meant is not None:
                attached.remove(meant)
                yield Retrieved(meant, attachment)


def _means(href: str, attachment: Attachment) -> bool:
    try:
        match_href(href, (attachment.content_id,))
    except Fault:
        return False
    return True
