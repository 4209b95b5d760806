"""Rows of the tables, made of submitted objects before any transaction begins; `pat` is added inside it."""

from collections.abc import Iterable
from typing import Any, Final
from unicodedata import normalize
from uuid import UUID

from metadata import vocabulary as v
from metadata.ebrim import RegistryObject, Slot
from metadata.model import Association, Author, Code, DocumentEntry, Folder, SubmissionSet
from metadata.rules.forms import dtm_start
from registry.fragments import SUBMISSION_SET_STATUS, entry_content, folder_content, pack
from registry.tables import APPROVED, ASSOCIATION_TYPE_NUMBER, EntryKind

Row = dict[str, Any]

_ORIGINAL: Final = {"Original": True, "Reference": False}


def entry_row(entry: DocumentEntry, o: RegistryObject, id_: UUID, now: int) -> Row:
    """The row of `entry`; `o` is it as registered."""
    return {
        "id": id_,
        "lid": id_,
        "ver": 1,
        "status": APPROVED,
        "kind": EntryKind.ON_DEMAND if entry.object_type == v.ON_DEMAND else EntryKind.STABLE,
        "home": o.home,
        "uid": entry.unique_id,
        "repo": entry.repository_unique_id,
        "hash": entry.hash.lower() if entry.hash else None,
        "size": number(entry.size),
        "class_code": _code(entry.class_code),
        "type_code": _code(entry.type_code),
        "format_code": _code(entry.format_code),
        "facility_code": _code(entry.healthcare_facility_type_code),
        "practice_code": _code(entry.practice_setting_code),
        "created": _time(entry.creation_time),
        "svc_start": _time(entry.service_start_time),
        "svc_stop": _time(entry.service_stop_time),
        "tokens": tokens(C=entry.confidentiality_codes, E=entry.event_codes, R=entry.reference_ids),
        "authors": persons(entry.authors),
        "registered": now,
        "obj": pack(entry_content(o)),
    }


def submission_set_row(the_set: SubmissionSet, o: RegistryObject, id_: UUID, now: int, digest: bytes) -> Row:
    """The row of the SubmissionSet."""
    return {
        "id": id_,
        "status": APPROVED,
        "home": o.home,
        "uid": the_set.unique_id,
        "source": the_set.source_id,
        "submitted": _time(the_set.submission_time),
        "content_type": _code(the_set.content_type_code),
        "authors": persons(the_set.authors),
        "registered": now,
        "digest": digest,
        "obj": pack(entry_content(o)),
    }


def folder_row(folder: Folder, o: RegistryObject, id_: UUID, now: int) -> Row:
    """The row of a new Folder; its lastUpdateTime is the moment of registration, whatever was submitted."""
    return {
        "id": id_,
        "lid": id_,
        "ver": 1,
        "status": APPROVED,
        "home": o.home,
        "uid": folder.unique_id,
        "updated": now,
        "tokens": tokens(F=folder.codes),
        "registered": now,
        "obj": pack(folder_content(o)),
    }


def association_row(association: Association, o: RegistryObject, id_: UUID, source: UUID, target: UUID) -> Row:
    """The row of a submitted Association."""
    status = association.submission_set_status
    return {
        "id": id_,
        "type": ASSOCIATION_TYPE_NUMBER[association.type],
        "src": source,
        "tgt": target,
        "status": APPROVED,
        "original": None if status is None else _ORIGINAL.get(status),
        "home": o.home,
        "obj": None if _is_plain(o) else pack(entry_content(o)),
    }


def member_row(id_: UUID, source: UUID, target: UUID) -> Row:
    """The row of a HasMember that the registry adds of its own accord."""
    return {
        "id": id_,
        "type": ASSOCIATION_TYPE_NUMBER[v.HAS_MEMBER],
        "src": source,
        "tgt": target,
        "status": APPROVED,
        "original": None,
        "home": None,
        "obj": None,
    }


def tokens(**values: Iterable[Code] | Iterable[str]) -> str:
    r"""Multi-valued codes in one searchable text: `\nC:code^^scheme\nE:…\n`, empty when there are none."""
    lines = [f"{letter}:{_line(str(value))}" for letter, some in values.items() for value in some]
    return "\n" + "\n".join(lines) + "\n" if lines else ""


def persons(authors: Iterable[Author]) -> str:
    r"""Every authorPerson, each between two `\n`, so that a pattern cannot span two of them."""
    lines = [_line(a.person) for a in authors if a.person]
    return "\n" + "\n".join(lines) + "\n" if lines else ""


def number(text: str | None) -> int | None:
    """A size; None if it is absent or no 64-bit number of bytes."""
    if not text or not text.isdecimal():
        return None
    value = int(text)
    return value if value < 2**63 else None


def _line(value: str) -> str:
    return _compared(value).replace("\n", " ").replace("\r", " ")  # a line end in a value would forge a token


def _code(code: Code | None) -> str | None:
    return None if code is None else _compared(f"{code.code}^^{code.scheme}")


def _compared(value: str) -> str:
    """As queries compare it: in Unicode normal form C. # ITI TF-2 Appendix F"""
    return normalize("NFC", value)


def _time(text: str | None) -> int | None:
    return None if text is None else dtm_start(text)


_PLAIN_SLOTS: Final = ((), *((Slot(SUBMISSION_SET_STATUS, (status,)),) for status in _ORIGINAL))


def _is_plain(o: RegistryObject) -> bool:
    """Whether the columns say all there is to say of an Association."""
    return o.slots in _PLAIN_SLOTS and not (
        o.name or o.description or o.classifications or o.external_identifiers or o.mime_type or o.is_opaque
    )
