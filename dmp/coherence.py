"""Whether a DocumentEntry says what its CDA document says of itself. # CI-SIS Structuration minimale

Off, warn or refuse. Off is the default: the official sample message differs from its own document in identifiers and
dates. What the header does not say is not compared, and neither are display names, people's names, or a formatCode that
the header only lets guess.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from typing import Final

from dmp.cda import CdaError, Header, read_header
from dmp.cda_elements import Stream
from dmp.identifiers import person_of, structures
from dmp.ins import Ins, same_patient
from dmp.nomenclature import is_signature, same_code
from dmp.rules import FRENCH, FRENCH_STRICT, document
from metadata.datatypes import CXi, DatatypeError
from metadata.model import Code, DocumentEntry
from metadata.rules import Finding, finding
from metadata.rules.forms import PATIENT_FIELD

XML: Final = "text/xml"


class Coherence(Enum):
    """What is done about an entry that contradicts its document."""

    OFF = "off"
    WARN = "warn"
    REFUSE = "refuse"


_BOOKS: Final = {Coherence.WARN: FRENCH, Coherence.REFUSE: FRENCH_STRICT}

Difference = tuple[str, str, str]
"""Id of the rule, what the entry has, what the document has."""


def check(
    entry: DocumentEntry, stream: Stream, mode: Coherence, *, replaces: Iterable[str] | None = None
) -> list[Finding]:
    """How `entry` differs from the header of its document, read from the start of `stream`.

    Warnings or refusals, as `mode` says. Only `text/xml` documents that are no signature are read. `replaces` are the
    uniqueIds of the documents that this one replaces; None when they are not known.
    """
    book = _BOOKS.get(mode)
    if book is None or entry.mime_type != XML or is_signature(entry):
        return []
    try:
        header = read_header(stream)
    except CdaError:
        header = None
    found = [(document.UNREADABLE, "", "")] if header is None else differences(entry, header, replaces)
    at = f"/RegistryObjectList/ExtrinsicObject[@id='{entry.entry_uuid}']"
    return [
        finding(rule_id, at=at, object_id=entry.entry_uuid, book=book, got=got, expected=expected)
        for rule_id, got, expected in found
    ]


def differences(entry: DocumentEntry, header: Header, replaces: Iterable[str] | None = None) -> list[Difference]:
    """Each attribute of `entry` that is not what `header` says."""
    told = header.entry
    found: list[Difference] = []
    for compare in _COMPARISONS:
        found += compare(entry, told)
    found += _format(entry, header)
    found += _code(document.PRACTICE_SETTING_CODE, entry.practice_setting_code, header.main_practice_setting)
    found += _replaced(replaces, header)
    return found


# --- one kind of value each -----------------------------------------------------------------------------------------


def _text(rule: str, got: str | None, told: str | None) -> Iterator[Difference]:
    if told and " ".join((got or "").split()) != told:
        yield rule, got or "", told


def _time(rule: str, got: str | None, told: str | None) -> Iterator[Difference]:
    """The same moment as far as both are precise."""
    common = min(len(got or ""), len(told or ""))
    if told and (not got or got[:common] != told[:common]):
        yield rule, got or "", told


def _code(rule: str, got: Code | None, told: Code | None) -> Iterator[Difference]:
    if told is not None and (got is None or not same_code(got, told)):
        yield rule, str(got or ""), str(told)


def _among(rule: str, got: Sequence[Code], told: Sequence[Code]) -> Iterator[Difference]:
    for code in told:
        if not any(same_code(code, other) for other in got):
            yield rule, ", ".join(map(str, got)), str(code)


def _people(rule: str, got: Sequence[str | None], told: Sequence[str | None]) -> Iterator[Difference]:
    """Persons and devices by their ids, in order; one without id in the document is not compared."""
    for n, one in enumerate(told):
        expected = person_of(one)
        if expected is None or not expected.authority:
            continue
        found = person_of(got[n]) if n < len(got) else None
        if found is None or (found.id, found.authority) != (expected.id, expected.authority):
            yield rule, found.id if found else "", expected.id


# --- the comparisons ------------------------------------------------------------------------------------------------


def _identity(entry: DocumentEntry, told: DocumentEntry) -> Iterator[Difference]:
    yield from _text(document.UNIQUE_ID, entry.unique_id, told.unique_id)
    yield from _time(document.CREATION_TIME, entry.creation_time, told.creation_time)
    yield from _text(document.TITLE, entry.title, told.title)
    yield from _text(document.LANGUAGE_CODE, entry.language_code, told.language_code)
    yield from _time(document.SERVICE_START_TIME, entry.service_start_time, told.service_start_time)
    yield from _time(document.SERVICE_STOP_TIME, entry.service_stop_time, told.service_stop_time)


def _codes(entry: DocumentEntry, told: DocumentEntry) -> Iterator[Difference]:
    yield from _code(document.TYPE_CODE, entry.type_code, told.type_code)
    yield from _code(document.FACILITY_CODE, entry.healthcare_facility_type_code, told.healthcare_facility_type_code)
    yield from _among(document.CONFIDENTIALITY_CODE, entry.confidentiality_codes, told.confidentiality_codes)
    yield from _among(document.EVENT_CODES, entry.event_codes, told.event_codes)


def _patient(entry: DocumentEntry, told: DocumentEntry) -> Iterator[Difference]:
    # A document without INS is of whom the sender says it is.
    if told.patient_id and Ins.of(told.patient_id) and not same_patient(entry.patient_id or "", told.patient_id):
        yield document.PATIENT_ID, entry.patient_id or "", told.patient_id
    local = told.source_patient_id
    if local and not same_patient(entry.source_patient_id or "", local):
        yield document.SOURCE_PATIENT_ID, entry.source_patient_id or "", local


def _traits(entry: DocumentEntry, told: DocumentEntry) -> Iterator[Difference]:
    """Which field differs, never its content."""
    got, expected = _fields(entry.source_patient_info), _fields(told.source_patient_info)
    for field in sorted(expected.keys() & got.keys()):
        if got[field] != expected[field]:
            yield document.SOURCE_PATIENT_INFO, field, ""


def _fields(info: Sequence[str]) -> dict[str, str]:
    """Birth name, used name, birth date and sex, folded; a name under `PID-5 L` and `PID-5 D`."""
    found = {}
    for match in filter(None, map(PATIENT_FIELD.fullmatch, info)):
        parts = [*match[2].split("^"), *[""] * 7]
        if match[1] == "5":
            found[f"PID-5 {parts[6]}".strip()] = _folded(" ".join(parts[:2]))
        elif match[1] in ("7", "8"):
            found[f"PID-{match[1]}"] = parts[0]
    return found


def _folded(name: str) -> str:
    """Letters and digits without case or accents: nobody agrees on more."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in plain if c.isalnum())


def _authors(entry: DocumentEntry, told: DocumentEntry) -> Iterator[Difference]:
    yield from _people(document.AUTHOR, [a.person for a in entry.authors], [a.person for a in told.authors])
    yield from _people(document.LEGAL_AUTHENTICATOR, [entry.legal_authenticator], [told.legal_authenticator])
    got, expected = structures(entry.authors), structures(told.authors)
    if not expected <= got:
        yield document.AUTHOR_INSTITUTION, ", ".join(sorted(got)), ", ".join(sorted(expected))


def _references(entry: DocumentEntry, told: DocumentEntry) -> Iterator[Difference]:
    got = {_reference(text) for text in entry.reference_ids}
    for text in told.reference_ids:
        if _reference(text) not in got:
            yield document.REFERENCE_IDS, ", ".join(entry.reference_ids), text


def _reference(text: str) -> str:
    try:
        return str(CXi.parse(text, lenient=True))
    except DatatypeError:
        return text


_COMPARISONS: Final[tuple[Callable[[DocumentEntry, DocumentEntry], Iterator[Difference]], ...]] = (
    _identity,
    _codes,
    _patient,
    _traits,
    _authors,
    _references,
)


def _format(entry: DocumentEntry, header: Header) -> Iterator[Difference]:
    if header.format_is_known:
        yield from _code(document.FORMAT_CODE, entry.format_code, header.entry.format_code)


def _replaced(replaces: Iterable[str] | None, header: Header) -> Iterator[Difference]:
    if replaces is None:
        return
    got, expected = set(replaces), {parent.unique_id for parent in header.parents if parent.relation == "RPLC"}
    if got != expected:
        yield document.REPLACED, ", ".join(sorted(got)) or "-", ", ".join(sorted(expected)) or "-"
