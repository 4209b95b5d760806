"""What an audit record names of a request: patients, submission sets, documents, the query. Ids only, never content.

Read from the elements themselves, whatever their place, so that a request that was refused is audited too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from metadata.vocabulary import (
    ENTRY_PATIENT_ID,
    FOLDER_PATIENT_ID,
    RIM,
    SUBMISSION_SET_PATIENT_ID,
    SUBMISSION_SET_UNIQUE_ID,
    XDS,
)
from registry.feed_v3 import named

MOST_PATIENTS: Final = 20
"""Patients named in one record."""
LONGEST_QUERY: Final = 64 << 10
"""Bytes of an AdhocQueryRequest that are kept; of a longer one its size alone."""

_PATIENT_SCHEMES: Final = frozenset({ENTRY_PATIENT_ID, SUBMISSION_SET_PATIENT_ID, FOLDER_PATIENT_ID})
_EXTERNAL_IDENTIFIER: Final = f"{{{RIM}}}ExternalIdentifier"
_ADHOC_QUERY: Final = f"{{{RIM}}}AdhocQuery"
_SLOT: Final = f"{{{RIM}}}Slot"
_VALUE: Final = f"{{{RIM}}}Value"
_DOCUMENT_REQUEST: Final = f"{{{XDS}}}DocumentRequest"


@dataclass(frozen=True, slots=True)
class DocumentAsked:
    """One DocumentRequest of ITI-43."""

    unique_id: str
    repository_unique_id: str
    home: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one exchange."""

    patient_ids: tuple[str, ...] = ()
    subsumed: tuple[str, ...] = ()
    """Patients merged into those of `patient_ids`."""
    submission_sets: tuple[str, ...] = ()
    """uniqueIds."""
    query_id: str = ""
    query: bytes | None = None
    """The AdhocQueryRequest; None when there is none, or when it is too long to keep."""
    query_size: int = 0
    home: str = ""
    documents: tuple[DocumentAsked, ...] = ()
    message_id: str = ""
    """Of the identity feed: MSH-10, or root and extension of the II."""
    trigger: str = ""
    """Of the identity feed: the event or the interaction."""


def facts_of(transaction: str, body: etree._Element | None, told: Mapping[str, Any]) -> Facts:
    """From the body of the request, and from what the service told of its answer."""
    if body is None:
        return Facts(
            patient_ids=_few(told.get("patient_ids", ())),
            subsumed=_few(told.get("subsumed", ())),
            message_id=told.get("control_id", ""),
            trigger=told.get("trigger", ""),
        )
    if transaction in ("ITI-41", "ITI-42"):
        return _submission(body)
    if transaction == "ITI-18":
        return _query(body, told)
    if transaction == "ITI-43":
        return Facts(documents=tuple(_asked(each) for each in body.iter(_DOCUMENT_REQUEST)))
    if transaction == "ITI-44":
        return _feed(body)
    return Facts()


def _submission(body: etree._Element) -> Facts:
    patients: list[str] = []
    sets: list[str] = []
    for element in body.iter(_EXTERNAL_IDENTIFIER):
        scheme, value = element.get("identificationScheme"), element.get("value", "").strip()
        if scheme in _PATIENT_SCHEMES:
            patients.append(value)
        elif scheme == SUBMISSION_SET_UNIQUE_ID:
            sets.append(value)
    return Facts(patient_ids=_few(patients), submission_sets=_few(sets))


def _query(body: etree._Element, told: Mapping[str, Any]) -> Facts:
    query = body.find(_ADHOC_QUERY)
    content: bytes = etree.tostring(body, encoding="UTF-8", xml_declaration=False, with_tail=False)
    patients = list(told.get("patient_ids", ()))
    if query is None:
        return Facts(query=content, query_size=len(content))
    for slot in query.iter(_SLOT):
        if slot.get("name", "").lower().endswith("patientid"):
            patients += [(value.text or "").strip().strip("'") for value in slot.iter(_VALUE)]
    return Facts(
        patient_ids=_few(patients),
        query_id=query.get("id", "").strip(),
        query=content if len(content) <= LONGEST_QUERY else None,
        query_size=len(content),
        home=query.get("home", "").strip(),
    )


def _asked(element: etree._Element) -> DocumentAsked:
    def child(name: str) -> str:
        return (element.findtext(f"{{{XDS}}}{name}") or "").strip()

    return DocumentAsked(child("DocumentUniqueId"), child("RepositoryUniqueId"), child("HomeCommunityId"))


def _feed(body: etree._Element) -> Facts:
    patients, subsumed = named(body)
    identifier = body.find("{*}id")
    parts = [] if identifier is None else [identifier.get("root", ""), identifier.get("extension", "")]
    return Facts(
        patient_ids=_few(map(str, patients)),
        subsumed=_few(map(str, subsumed)),
        message_id="^".join(filter(None, parts)),
        trigger=etree.QName(body).localname,
    )


def _few(values: Iterable[str]) -> tuple[str, ...]:
    """Each once, none empty, not too many."""
    return tuple(dict.fromkeys(filter(None, values)))[:MOST_PATIENTS]
