"""A file that is to be submitted, with its DocumentEntry: from its CDA header, or from what the sender says of it."""

import hashlib
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final

from client import cda
from dmp import nomenclature
from metadata.datatypes import DTM, new_uuid_urn, oid_from_uuid
from metadata.model import Author, Code, DocumentEntry

PIECE: Final = 1 << 18

TYPE: Final = Code("51851-4", nomenclature.LOINC, "Document administratif")
CLASS: Final = Code("10", nomenclature.CLASSES, "Compte rendu")
FORMAT: Final = Code("urn:ihe:iti:xds:2017:mimeTypeSufficient", nomenclature.IHE_FORMATS, "Type MIME suffisant")
FACILITY: Final = Code("SA07", "1.2.250.1.71.4.2.4", "Cabinet individuel")
PRACTICE_SETTING: Final = Code("AMBULATOIRE", "1.2.250.1.213.1.1.4.9", "Ambulatoire")
CONFIDENTIALITY: Final = Code("N", "2.16.840.1.113883.5.25", "Normal")
LANGUAGE: Final = "fr-FR"
_LONGEST_TITLE: Final = 127  # ITI TF-3 4.2.3.2.24


class DocumentError(ValueError):
    """The file cannot be submitted as it is; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document on its way to a repository."""

    entry: DocumentEntry
    content: Path | bytes
    """Where the bytes are; a file is read when it is sent, never held."""
    parents: tuple[cda.Parent, ...] = ()
    """Documents that its CDA header says it relates to."""
    header_patient_id: str | None = None
    """CX of whom its CDA header says it is; the entry may have been given another."""

    @property
    def name(self) -> str:
        """For people: the file's name, or the title."""
        return self.content.name if isinstance(self.content, Path) else self.entry.title or "document"

    @property
    def size(self) -> int:
        """Bytes."""
        return int(self.entry.size or 0)

    def open(self) -> BinaryIO:
        return self.content.open("rb") if isinstance(self.content, Path) else BytesIO(self.content)

    def chunks(self) -> Iterator[bytes]:
        """The bytes in pieces. Raises `OSError` when the file cannot be read."""
        with self.open() as file:
            while piece := file.read(PIECE):
                yield piece


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a sender says of a document; it wins over its CDA header. `None` and empty say nothing."""

    patient_id: str | None = None
    """CX."""
    unique_id: str | None = None
    type_code: Code | None = None
    class_code: Code | None = None
    format_code: Code | None = None
    healthcare_facility_type_code: Code | None = None
    practice_setting_code: Code | None = None
    confidentiality_codes: tuple[Code, ...] = ()
    event_codes: tuple[Code, ...] = ()
    authors: tuple[Author, ...] = ()
    title: str | None = None
    comments: str | None = None
    creation_time: str | None = None
    language_code: str | None = None
    mime_type: str | None = None
    source_patient_id: str | None = None

    def apply(self, entry: DocumentEntry) -> DocumentEntry:
        said: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}
        if self.type_code and not self.class_code:
            said["class_code"] = nomenclature.class_code(self.type_code.code) or entry.class_code
        return replace(entry, **said)


def prepare(content: Path | bytes, wishes: Wishes | None = None, *, with_identifier_types: bool = False) -> Document:
    """The document at a path, or the bytes given, with an entry that a registry can take.

    A CDA document tells most of its entry itself; any other gets usual French codes, a new uniqueId and its file's
    name, type and date. Reads the content once for hash and size. `with_identifier_types`: see `dmp.cda`.
    Raises `DocumentError` for a broken CDA document or one without a patient, and `OSError`.
    """
    draft = Document(DocumentEntry("", None, None, None), content)
    try:
        with draft.open() as file:
            header = cda.read_header(file, with_identifier_types=with_identifier_types)
    except cda.CdaError as error:
        raise DocumentError(f"{draft.name}: {error}") from None
    entry = header.entry if header else _entry_of_file(content)
    entry = _complete((wishes or Wishes()).apply(entry))
    if not entry.patient_id:
        raise DocumentError(
            f"{draft.name} does not say whose it is; give the patient's id, as 'id^^^&1.2.250.1.213.1.4.10&ISO'"
        )
    sha1, size = _measure(draft)
    entry = replace(entry, entry_uuid=new_uuid_urn(), hash=sha1, size=str(size))
    return Document(
        entry, content, header.parents if header else (), header.entry.patient_id if header is not None else None
    )


def _entry_of_file(content: Path | bytes) -> DocumentEntry:
    """What can be known of a document that is not CDA."""
    if isinstance(content, Path):
        mime_type = mimetypes.guess_type(content.name)[0]
        moment = datetime.fromtimestamp(content.stat().st_mtime, UTC)
        title: str | None = content.stem
    else:
        mime_type, moment, title = None, datetime.now(UTC), None
    return DocumentEntry(
        entry_uuid="",
        unique_id=None,
        patient_id=None,
        mime_type=mime_type or "application/octet-stream",
        format_code=FORMAT,
        title=title,
        creation_time=str(DTM.of(moment)),
    )


def _complete(entry: DocumentEntry) -> DocumentEntry:
    """Fills what every entry must have and this one lacks."""
    type_code = entry.type_code or TYPE
    return replace(
        entry,
        unique_id=entry.unique_id or oid_from_uuid(),
        type_code=type_code,
        class_code=entry.class_code or nomenclature.class_code(type_code.code) or CLASS,
        format_code=entry.format_code or FORMAT,
        healthcare_facility_type_code=entry.healthcare_facility_type_code or FACILITY,
        practice_setting_code=entry.practice_setting_code or PRACTICE_SETTING,
        confidentiality_codes=entry.confidentiality_codes or (CONFIDENTIALITY,),
        creation_time=entry.creation_time or str(DTM.of(datetime.now(UTC))),
        language_code=entry.language_code or LANGUAGE,
        source_patient_id=entry.source_patient_id or entry.patient_id,
        title=_short(entry.title),
    )


def _short(title: str | None) -> str | None:
    return title if title is None or len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…"


def _measure(document: Document) -> tuple[str, int]:
    sha1, size = hashlib.sha1(usedforsecurity=False), 0
    for piece in document.chunks():
        sha1.update(piece)
        size += len(piece)
    return sha1.hexdigest(), size
