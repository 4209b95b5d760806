"""Documents on their way in: from the MIME parts and the inline base64 of one message into the document store.

Nothing is held in memory, and nothing stays in the store unless the submission keeps it.
"""

import binascii
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from lxml import etree

from metadata.vocabulary import XDS
from repository.documents import Content, DocumentStore, DocumentWriter, new_key
from soap import faults
from soap.message import Attachment
from soap.xop import include_href, match_href

DOCUMENT: Final = f"{{{XDS}}}Document"
SAME_PART: Final = 8
"""How many Documents may share one MIME part: each keeps a copy of its own."""
_BASE64: Final = 1 << 20
"""Characters decoded at once; a multiple of 4."""
_WHITE: Final = {ord(c): None for c in " \t\r\n"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Provided:
    """One xds:Document of the request."""

    id: str
    """The id of the ExtrinsicObject that describes it."""
    path: str
    """XPath, for messages."""
    href: str | None
    """`cid:` URL of the MIME part that holds the bytes."""
    text: str
    """The bytes in base64, when there is no `href`."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One document in the store, durable."""

    object_key: str
    content: Content


class NotBase64(Exception):
    """The inline content of a Document cannot be decoded."""

    def __init__(self, provided: Provided) -> None:
        super().__init__(provided.id)
        self.provided = provided


def provided_documents(body: etree._Element) -> tuple[Provided, ...]:
    """The xds:Document elements of a ProvideAndRegisterDocumentSetRequest. Raises `Fault` for a wrong xop:Include."""
    found = []
    for number, element in enumerate(body.iterchildren(DOCUMENT), 1):
        path = f"/ProvideAndRegisterDocumentSetRequest/Document[{number}]"
        href = include_href(element)
        found.append(Provided(element.get("id", "").strip(), path, href, _text(element) if href is None else ""))
    return tuple(found)


class Intake:
    """Takes the documents of one message in; as a context it forgets, at its end, all that was not `keep`-ed."""

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents
        self._mine: set[str] = set()
        """Object keys to be removed at the end."""
        self.ignored = 0
        """MIME parts that no Document refers to: read over, not kept."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drop(tuple(self._mine))

    def receive(self, provided: Sequence[Provided], attachments: Iterable[Attachment]) -> dict[str, Kept]:
        """Stores every document and returns them by id.

        Raises `Fault` when the message ends early or lacks a part, `NotBase64`, and OSError when the store fails.
        """
        kept: dict[str, Kept] = {}
        for attachment in attachments:
            wanted = [each for each in provided if _refers(each, attachment)]
            if not wanted:
                self.ignored += 1
                for _ in attachment.chunks():
                    pass
                continue
            if again := [each.href for each in wanted if each.id in kept]:
                raise faults.sender(f"xop:Include href {again[0]!r} could mean two parts of the message")
            if len(wanted) > SAME_PART:
                raise faults.sender(f"{len(wanted)} Documents refer to one part; at most {SAME_PART} may")
            kept |= self._store(wanted, attachment.chunks())
        for each in provided:
            if each.href is None:
                kept |= self._store([each], decoded(each))
            elif each.id not in kept:
                raise faults.sender(f"xop:Include href {each.href[:200]!r} matches no part of the message")
        return kept

    def keep(self, object_keys: Iterable[str]) -> None:
        """These objects are needed, or may be: they outlive this intake."""
        self._mine.difference_update(object_keys)

    def drop(self, object_keys: Iterable[str]) -> None:
        """Removes these objects now; what cannot be removed is left to the sweeper."""
        for key in object_keys:
            self._mine.discard(key)
            try:
                self._documents.delete(key)
            except OSError as error:
                _log.warning("the object %s could not be removed, the sweeper will: %s", key, error)

    def _store(self, wanted: Sequence[Provided], pieces: Iterable[bytes | memoryview]) -> dict[str, Kept]:
        with ExitStack() as unfinished:
            writers: list[tuple[str, str, DocumentWriter]] = []
            for each in wanted:
                key = new_key()
                writer = self._documents.open_write(key)
                unfinished.callback(writer.abort)
                writers.append((each.id, key, writer))
            for piece in pieces:
                for _, _, writer in writers:
                    writer.write(piece)
            kept = {}
            for document_id, key, writer in writers:
                kept[document_id] = Kept(key, writer.commit())
                self._mine.add(key)
            return kept


def decoded(provided: Provided) -> Iterator[bytes]:
    """The bytes of an inline document, a piece at a time. Raises `NotBase64`."""
    rest = ""
    text = provided.text
    for at in range(0, len(text), _BASE64):
        rest += text[at : at + _BASE64].translate(_WHITE)
        whole = len(rest) // 4 * 4
        # padding ends the text: keep a group back, so that it is decoded together with whatever follows
        if at + _BASE64 < len(text):
            whole = max(whole - 4, 0)
        yield _decode(rest[:whole], provided)
        rest = rest[whole:]
    if rest:
        raise NotBase64(provided)


def _decode(text: str, provided: Provided) -> bytes:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:  # binascii.Error, or a character beyond ASCII
        raise NotBase64(provided) from None


def _text(element: etree._Element) -> str:
    # a comment may stand in the middle of the base64
    return str(element.xpath("string()")) if len(element) else element.text or ""


def _refers(provided: Provided, attachment: Attachment) -> bool:
    if provided.href is None:
        return False
    if provided.href[:4].lower() != "cid:":
        match_href(provided.href, ())  # raises the fault that says so
    try:
        match_href(provided.href, (attachment.content_id,))
    except faults.Fault:
        return False
    return True
