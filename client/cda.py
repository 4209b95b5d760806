"""The header of a CDA R2 document → DocumentEntry.

Which element becomes which attribute, and in which form, is what the French CI-SIS says (volets Structuration minimale
and Partage de documents de santé); documents of other countries have the same elements. Only the header is read: the
parser stops where the body begins, so a document of any size costs the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, Protocol

from lxml import etree

from client import french
from metadata.datatypes import HD, CXi, escape
from metadata.model import Author, Code, DocumentEntry
from metadata.vocabulary import HL7V3

_H: Final = f"{{{HL7V3}}}"
_DOCUMENT: Final = _H + "ClinicalDocument"
_STYLESHEET: Final = "{http://www.w3.org/1999/XSL/Transform}stylesheet"
_NAMESPACES: Final = {"h": HL7V3}
_ACCESSION: Final = "{urn:dicom-org:ps3-20}accessionNumber"
"""DICOM PS3.20: the extension by which imaging reports tell it."""
_TIME: Final = re.compile(r"(\d{4}(?:\d{2}){0,5})(?:\.\d+)?(?:([+-])(\d{2})(\d{2}))?")
_SEXES: Final = {"M": "M", "F": "F"}


class CdaError(ValueError):
    """The file began as a CDA document but cannot be read as one; the message says why."""


class Stream(Protocol):
    """What a document is read from."""

    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Parent:
    """A document that this one relates to (`relatedDocument`)."""

    relation: str
    """`RPLC`, `APND` or `XFRM`."""
    unique_id: str


@dataclass(frozen=True, slots=True)
class Header:
    """What a CDA header says of its document."""

    entry: DocumentEntry
    """Without hash, size and entryUUID; a code that the header lacks is `None`."""
    set_id: str | None = None
    """What all versions of the document have in common."""
    version_number: str | None = None
    parents: tuple[Parent, ...] = ()


def read_header(stream: Stream, *, with_identifier_types: bool = False) -> Header | None:
    """Read the header from the start of `stream`; `None` when it is not a CDA document, self-presenting ones included.

    `with_identifier_types` writes patient ids as the DMP wants them, with `NH` or `PI` in component 5, where IHE has
    nothing. Raises `CdaError` for a CDA document that is not well-formed, has a DOCTYPE, or has no header.
    """
    found = _parse(stream)
    if found is None:
        return None
    document, body_type = found
    return Header(
        _entry(document, body_type, with_identifier_types),
        _identifier(document.find(_H + "setId")),
        _value(document.find(_H + "versionNumber")),
        tuple(_parents(document)),
    )


# --- parsing --------------------------------------------------------------------------------------------------------


def _parse(stream: Stream) -> tuple[etree._Element, str | None] | None:
    """The ClinicalDocument with all that stands before its body, and the media type of a body that is not XML."""
    document: etree._Element | None = None
    root: etree._Element | None = None
    try:
        for _, element in etree.iterparse(
            stream,
            events=("start",),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        ):
            if root is None:
                root = element
                if element.tag not in (_DOCUMENT, _STYLESHEET):
                    return None
                if element.getroottree().docinfo.doctype:
                    raise CdaError("the document has a DOCTYPE, which no CDA document needs; remove it")
            if element.tag == _DOCUMENT:
                document = element
            if document is not None and element.tag == _H + "structuredBody":
                return document, None
            if document is not None and element.tag == _H + "text" and _is(element.getparent(), "nonXMLBody"):
                return document, element.get("mediaType")
    except etree.XMLSyntaxError as error:
        if root is None:
            return None
        raise CdaError(f"the document is not well-formed: {error.msg}") from None
    if document is None:
        return None
    raise CdaError("the document has no body: neither structuredBody nor nonXMLBody")


def _is(element: etree._Element | None, name: str) -> bool:
    return element is not None and element.tag == _H + name


def _all(element: etree._Element, path: str) -> list[etree._Element]:
    """Elements at `a/b/c`, all of HL7 v3, in document order."""
    return element.findall("/".join(_H + step for step in path.split("/")))


def _first(element: etree._Element | None, path: str) -> etree._Element | None:
    """The first element at `path` that has no nullFlavor."""
    if element is None:
        return None
    return next((found for found in _all(element, path) if found.get("nullFlavor") is None), None)


# --- the entry ------------------------------------------------------------------------------------------------------


def _entry(document: etree._Element, body_type: str | None, with_types: bool) -> DocumentEntry:
    event = _first(document, "documentationOf/serviceEvent")
    start, stop = _period(event)
    type_code = _code(document.find(_H + "code"))
    patient_id, source_patient_id = _patient_ids(document, with_types)
    confidentiality = _code(document.find(_H + "confidentialityCode"))
    return DocumentEntry(
        entry_uuid="",
        unique_id=_identifier(document.find(_H + "id")),
        patient_id=patient_id,
        mime_type="text/xml",
        class_code=french.class_code(type_code.code) if type_code else None,
        type_code=type_code,
        format_code=french.format_code((t.get("root", "") for t in _all(document, "templateId")), body_type),
        healthcare_facility_type_code=_code(
            _first(document, "componentOf/encompassingEncounter/location/healthCareFacility/code")
        ),
        practice_setting_code=_practice_setting(document),
        confidentiality_codes=(confidentiality,) if confidentiality else (),
        event_codes=_event_codes(document),
        authors=tuple(author for author in map(_author, _all(document, "author")) if author is not None),
        legal_authenticator=_assigned_person(_first(document, "legalAuthenticator/assignedEntity")),
        title=_text(document.find(_H + "title")) or None,
        creation_time=utc(_value(document.find(_H + "effectiveTime"))),
        service_start_time=start,
        service_stop_time=stop,
        language_code=_attribute(document.find(_H + "languageCode"), "code"),
        source_patient_id=source_patient_id,
        source_patient_info=tuple(_patient_info(document)),
        reference_ids=tuple(dict.fromkeys(_reference_ids(document))),
    )


def _patient_ids(document: etree._Element, with_types: bool) -> tuple[str | None, str | None]:
    """patientId: the first INS, else the first id; sourcePatientId: the first that is not an INS, else the INS."""
    ids = [
        (extension, root)
        for extension, root in (
            (_text_of(i.get("extension")), _text_of(i.get("root")))
            for i in _all(document, "recordTarget/patientRole/id")
        )
        if extension and root
    ]
    if not ids:
        return None, None
    national = [i for i in ids if i[1] in french.INS_AUTHORITIES]
    local = [i for i in ids if i[1] not in french.INS_AUTHORITIES]
    return (
        french.patient_id(*(national or ids)[0], with_types=with_types),
        french.local_patient_id(*(local or ids)[0], with_types=with_types),
    )


def _patient_info(document: etree._Element) -> Iterator[str]:
    """sourcePatientInfo: birth name, used name, birth date, sex."""
    patient = _first(document, "recordTarget/patientRole/patient")
    if patient is None:
        return
    birth = _name(patient, "BR") or _name(patient, None)
    if birth:
        yield f"PID-5|{birth}^^^^^L"
    used = _name(patient, "CL") or _name(patient, "SP")
    if used:
        yield f"PID-5|{used}^^^^^D"
    born = _value(patient.find(_H + "birthTime"))
    if born and re.fullmatch(r"\d{4,8}.*", born):
        yield f"PID-7|{born[:8]}"
    sex = _attribute(patient.find(_H + "administrativeGenderCode"), "code")
    if sex:
        yield f"PID-8|{_SEXES.get(sex, 'U')}"


def _name(patient: etree._Element, qualifier: str | None) -> str:
    """`family^given` of the names so qualified, escaped; empty when there is no such family name."""
    families, givens = (
        [_text(part) for part in _all(patient, f"name/{kind}") if part.get("qualifier") == qualifier]
        for kind in ("family", "given")
    )
    if not families or not families[0]:
        return ""
    return escape(families[0]) + ("^" + escape(givens[0]) if givens and givens[0] else "^")


def _author(author: etree._Element) -> Author | None:
    assigned = _first(author, "assignedAuthor")
    if assigned is None:
        return None
    function = author.find(_H + "functionCode")
    role = _attribute(function, "displayName") or _attribute(function, "code")
    specialty = _first(assigned, "code")
    organization = _organization(_first(assigned, "representedOrganization"))
    person = _assigned_person(assigned)
    if person is None and organization is None:
        return None
    return Author(
        person=person,
        institutions=(organization,) if organization else (),
        roles=(role,) if role else (),
        specialties=(_specialty(specialty),) if specialty is not None and specialty.get("code") else (),
    )


def _specialty(code: etree._Element) -> str:
    """authorSpecialty in the French form: code, label and code system as an HL7 CE."""
    return "^".join(escape(code.get(name, "")) for name in ("code", "displayName", "codeSystem"))


def _assigned_person(assigned: etree._Element | None) -> str | None:
    """XCN of an assignedAuthor or assignedEntity: a person, or a device."""
    if assigned is None:
        return None
    identifier = _first(assigned, "id")
    root = _attribute(identifier, "root") or ""
    extension = _attribute(identifier, "extension") or ""
    machine = _first(assigned, "assignedAuthoringDevice")
    if machine is not None:
        software, model = (_text(machine.find(_H + n)) for n in ("softwareName", "manufacturerModelName"))
        return french.device(root, extension, software, model) if root or software or model else None
    family, given = (_text(_first(assigned, f"assignedPerson/name/{kind}")) for kind in ("family", "given"))
    return french.person(root, extension, family, given) if root or family else None


def _organization(organization: etree._Element | None) -> str | None:
    if organization is None:
        return None
    name = _text(_first(organization, "name"))
    identifier = _first(organization, "id")
    root, extension = _attribute(identifier, "root") or "", _attribute(identifier, "extension") or ""
    return french.organization(name or extension or root, root, extension) if name or root else None


def _practice_setting(document: etree._Element) -> Code | None:
    """From the performer of the main act, else from whoever signed, else from the author's organization."""
    for path in (
        "documentationOf/serviceEvent/performer/assignedEntity/representedOrganization/standardIndustryClassCode",
        "legalAuthenticator/assignedEntity/representedOrganization/standardIndustryClassCode",
        "author/assignedAuthor/representedOrganization/standardIndustryClassCode",
    ):
        if (code := _code(_first(document, path))) is not None:
            return code
    return None


def _event_codes(document: etree._Element) -> tuple[Code, ...]:
    codes = (_code(code) for code in _all(document, "documentationOf/serviceEvent/code"))
    return tuple({str(code): code for code in codes if code is not None}.values())


def _period(event: etree._Element | None) -> tuple[str | None, str | None]:
    """Start and stop of the main act."""
    if event is None or (time := event.find(_H + "effectiveTime")) is None:
        return None, None
    point = utc(time.get("value"))
    return (
        utc(_value(time.find(_H + "low"))) or point,
        utc(_value(time.find(_H + "high"))),
    )


def _reference_ids(document: etree._Element) -> Iterator[str]:
    """referenceIdList: the orders that the document fulfils, and their accession numbers."""
    for order in _all(document, "inFulfillmentOf/order"):
        for kind, path in (("order", _H + "id"), ("accession", _ACCESSION)):
            for identifier in order.findall(path):
                root, extension = identifier.get("root"), identifier.get("extension")
                if root and extension and identifier.get("nullFlavor") is None:
                    yield str(CXi(extension, f"urn:ihe:iti:xds:2013:{kind}", HD(root)))


def _parents(document: etree._Element) -> Iterator[Parent]:
    for related in _all(document, "relatedDocument"):
        parent = _identifier(_first(related, "parentDocument/id"))
        relation = related.get("typeCode")
        if parent and relation:
            yield Parent(relation, parent)


# --- values ---------------------------------------------------------------------------------------------------------


def utc(time: str | None) -> str | None:
    """An HL7 v3 time (`20260312174500+0100`) as a DTM, in UTC and as precise as it was; `None` if it is not one.

    A day without an hour stays that day. An hour without an offset is taken for UTC: the document does not say.
    """
    found = _TIME.fullmatch(time or "")
    if found is None:
        return None
    digits, sign, hours, minutes = found.groups()
    try:
        moment = datetime.strptime(digits + "00000101000000"[len(digits) :], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        if sign is None or len(digits) < 10:
            return digits
        offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
        moment = moment.replace(tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment.strftime("%Y%m%d%H%M%S")[: max(len(digits), 12)]


def _code(element: etree._Element | None) -> Code | None:
    if element is None or element.get("nullFlavor") is not None:
        return None
    code, scheme = _text_of(element.get("code")), _text_of(element.get("codeSystem"))
    return Code(code, scheme, _text_of(element.get("displayName")) or code) if code and scheme else None


def _identifier(element: etree._Element | None) -> str | None:
    """`root`, or `root^extension`."""
    root, extension = _attribute(element, "root"), _attribute(element, "extension")
    return f"{root}^{extension}" if root and extension else root


def _attribute(element: etree._Element | None, name: str) -> str | None:
    if element is None or element.get("nullFlavor") is not None:
        return None
    return _text_of(element.get(name)) or None


def _value(element: etree._Element | None) -> str | None:
    return _attribute(element, "value")


def _text(element: etree._Element | None) -> str:
    if element is None or element.get("nullFlavor") is not None:
        return ""
    return _text_of("".join(element.itertext(with_tail=False)))


def _text_of(value: str | None) -> str:
    return " ".join((value or "").split())
