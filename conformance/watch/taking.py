"""The documents of one message on their way from its parts into files."""

import binascii
from collections.abc import Iterable, Iterator
from typing import Final

from lxml import etree

from conformance.watch.memory import Document, Memory
from metadata.vocabulary import XDS
from soap import faults
from soap.message import Request
from soap.xop import include_href, match_href

_DOCUMENT: Final = f"{{{XDS}}}Document"
_PIECE: Final = 256 << 10


def document_content(document: Document) -> Iterator[bytes]:
    """The bytes of a document, in pieces."""
    with document.path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


class Taken:
    """The documents of one message, in their files; `drop` forgets those that were not kept."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._files: list[Document] = []
        self.by_entry: dict[str, Document] = {}
        self._kept: set[Document] = set()

    def documents(self, request: Request) -> None:
        """Reads every part. Raises `Fault` for an xop:Include that leads nowhere."""
        parts = {part.content_id: self._written(part.chunks()) for part in request.attachments}
        for element in request.body.iterchildren(_DOCUMENT):
            href = include_href(element)
            document = self._inline(element) if href is None else parts[match_href(href, parts)]
            self.by_entry[(element.get("id") or "").strip()] = document

    def _inline(self, element: etree._Element) -> Document:
        try:
            content = binascii.a2b_base64("".join((element.text or "").split()).encode(), strict_mode=True)
        except (binascii.Error, UnicodeError) as error:
            raise faults.sender(f"the content of a Document is not base64: {error}") from None
        return self._written(iter([content]))

    def _written(self, pieces: Iterator[bytes | memoryview]) -> Document:
        writing = self._memory.writing()
        try:
            for piece in pieces:
                writing.write(piece)
        except BaseException:
            writing.drop()
            raise
        self._files.append(writing.done())
        return self._files[-1]

    def name(self, ids: Iterable[str]) -> None:
        """The ids of the entries: a document whose own differs in case alone is theirs. # DMP TD2.1"""
        folded = {id_.casefold(): id_ for id_ in ids}
        self.by_entry = {folded.get(id_.casefold(), id_): document for id_, document in self.by_entry.items()}

    def keep(self) -> dict[str, Document]:
        """The documents by the id of their entry; from now on they are the memory's."""
        self._kept = set(self.by_entry.values())
        return self.by_entry

    def drop(self) -> None:
        for document in self._files:
            if document not in self._kept:
                document.path.unlink(missing_ok=True)
