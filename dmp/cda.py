"""The header of a CDA R2 document → DocumentEntry.

Which element becomes which attribute, and in which form, is what the French CI-SIS says (volets Structuration minimale
and Partage de documents de santé); documents of other countries have the same elements. Only the header is read: the
parser stops where the body begins, so a document of any size costs the same; a header is bounded too, and nothing that
a document names is loaded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from dmp import nomenclature
from dmp.cda_elements import (
    CdaError,
    H,
    Stream,
    attribute_of,
    code_of,
    every,
    first,
    identifier_of,
    parse,
    text_of,
    trimmed,
    utc,
    value_of,
)
from dmp.identifiers import device, person, structure
from dmp.ins import AUTHORITIES, IDENTIFIER_TYPE
from metadata.datatypes import CX, HD, CXi, escape
from metadata.model import Author, Code, DocumentEntry

_ACCESSION: Final = "{urn:dicom-org:ps3-20}accessionNumber"
"""DICOM PS3.20: the extension by which imaging reports tell it."""
_MAIN_PRACTICE_SETTING: Final = (
    "documentationOf/serviceEvent/performer/assignedEntity/representedOrganization/standardIndustryClassCode"
)
__all__ = ["CdaError", "Header", "Parent", "read_header"]

_SEXES: Final = {"M": "M", "F": "F"}


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
    format_is_known: bool = True
    """False when neither the templates nor the body say the formatCode, so that the entry's is a guess."""
    main_practice_setting: Code | None = None
    """That of whoever performed the main act; the entry's may be from the signer or the author."""


def read_header(stream: Stream, *, with_identifier_types: bool = False) -> Header | None:
    """Read the header from the start of `stream`; `None` when it is not a CDA document, self-presenting ones included.

    `with_identifier_types` writes patient ids as the DMP wants them, with `NH` or `PI` in component 5, where IHE has
    nothing. Raises `CdaError` for a CDA document that is not well-formed, has a DOCTYPE, or has no header.
    """
    found = parse(stream)
    if found is None:
        return None
    document, body_type = found
    format_code = nomenclature.format_code((t.get("root", "") for t in every(document, "templateId")), body_type)
    return Header(
        _entry(document, format_code or nomenclature.OTHER_CDA, with_identifier_types),
        identifier_of(document.find(H + "setId")),
        value_of(document.find(H + "versionNumber")),
        tuple(_parents(document)),
        format_is_known=format_code is not None,
        main_practice_setting=code_of(first(document, _MAIN_PRACTICE_SETTING)),
    )


# --- the entry ------------------------------------------------------------------------------------------------------


def _entry(document: etree._Element, format_code: Code, with_types: bool) -> DocumentEntry:
    event = first(document, "documentationOf/serviceEvent")
    start, stop = _period(event)
    type_code = code_of(document.find(H + "code"))
    patient_id, source_patient_id = _patient_ids(document, with_types)
    confidentiality = code_of(document.find(H + "confidentialityCode"))
    return DocumentEntry(
        entry_uuid="",
        unique_id=identifier_of(document.find(H + "id")),
        patient_id=patient_id,
        mime_type="text/xml",
        class_code=nomenclature.class_code(type_code.code) if type_code else None,
        type_code=type_code,
        format_code=format_code,
        healthcare_facility_type_code=code_of(
            first(document, "componentOf/encompassingEncounter/location/healthCareFacility/code")
        ),
        practice_setting_code=_practice_setting(document),
        confidentiality_codes=(confidentiality,) if confidentiality else (),
        event_codes=_event_codes(document),
        authors=tuple(author for author in map(_author, every(document, "author")) if author is not None),
        legal_authenticator=_assigned_person(first(document, "legalAuthenticator/assignedEntity")),
        title=text_of(document.find(H + "title")) or None,
        creation_time=utc(value_of(document.find(H + "effectiveTime"))),
        service_start_time=start,
        service_stop_time=stop,
        language_code=attribute_of(document.find(H + "languageCode"), "code"),
        source_patient_id=source_patient_id,
        source_patient_info=tuple(_patient_info(document)),
        reference_ids=tuple(dict.fromkeys(_reference_ids(document))),
    )


def _patient_ids(document: etree._Element, with_types: bool) -> tuple[str | None, str | None]:
    """patientId: the first INS, else the first id; sourcePatientId: the first that is not an INS, else the INS."""
    ids = [
        (extension, root)
        for extension, root in (
            (trimmed(i.get("extension")), trimmed(i.get("root")))
            for i in every(document, "recordTarget/patientRole/id")
        )
        if extension and root
    ]
    if not ids:
        return None, None
    national = [i for i in ids if i[1] in AUTHORITIES]
    local = [i for i in ids if i[1] not in AUTHORITIES]
    return _cx((national or ids)[0], "", with_types), _cx((local or ids)[0], "PI", with_types)


def _cx(identifier: tuple[str, str], kind: str, with_types: bool) -> str:
    """`kind` is the identifier type of an id that is not an INS."""
    extension, root = identifier
    return str(CX(extension, root, (IDENTIFIER_TYPE if root in AUTHORITIES else kind) if with_types else ""))


def _patient_info(document: etree._Element) -> Iterator[str]:
    """sourcePatientInfo: birth name, used name, birth date, sex."""
    patient = first(document, "recordTarget/patientRole/patient")
    if patient is None:
        return
    birth = _name(patient, "BR") or _name(patient, None)
    if birth:
        yield f"PID-5|{birth}^^^^^L"
    used = _name(patient, "CL") or _name(patient, "SP")
    if used:
        yield f"PID-5|{used}^^^^^D"
    born = value_of(patient.find(H + "birthTime"))
    if born and re.fullmatch(r"\d{4,8}.*", born):
        yield f"PID-7|{born[:8]}"
    sex = attribute_of(patient.find(H + "administrativeGenderCode"), "code")
    if sex:
        yield f"PID-8|{_SEXES.get(sex, 'U')}"


def _name(patient: etree._Element, qualifier: str | None) -> str:
    """`family^given` of the names so qualified, escaped; empty when there is no such family name."""
    families, givens = (
        [text_of(part) for part in every(patient, f"name/{kind}") if part.get("qualifier") == qualifier]
        for kind in ("family", "given")
    )
    if not families or not families[0]:
        return ""
    return escape(families[0]) + ("^" + escape(givens[0]) if givens and givens[0] else "^")


def _author(author: etree._Element) -> Author | None:
    assigned = first(author, "assignedAuthor")
    if assigned is None:
        return None
    function = author.find(H + "functionCode")
    role = attribute_of(function, "displayName") or attribute_of(function, "code")
    specialty = first(assigned, "code")
    organization = _organization(first(assigned, "representedOrganization"))
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
    identifier = first(assigned, "id")
    root = attribute_of(identifier, "root") or ""
    extension = attribute_of(identifier, "extension") or ""
    machine = first(assigned, "assignedAuthoringDevice")
    if machine is not None:
        software, model = (text_of(machine.find(H + n)) for n in ("softwareName", "manufacturerModelName"))
        return str(device(root, extension, software, model)) if root or software or model else None
    family, given = (text_of(first(assigned, f"assignedPerson/name/{kind}")) for kind in ("family", "given"))
    return str(person(root, extension, family, given)) if root or family else None


def _organization(organization: etree._Element | None) -> str | None:
    if organization is None:
        return None
    name = text_of(first(organization, "name"))
    identifier = first(organization, "id")
    root, extension = attribute_of(identifier, "root") or "", attribute_of(identifier, "extension") or ""
    return str(structure(name or extension or root, root, extension)) if name or root else None


def _practice_setting(document: etree._Element) -> Code | None:
    """From the performer of the main act, else from whoever signed, else from the author's organization."""
    for path in (
        _MAIN_PRACTICE_SETTING,
        "legalAuthenticator/assignedEntity/representedOrganization/standardIndustryClassCode",
        "author/assignedAuthor/representedOrganization/standardIndustryClassCode",
    ):
        if (code := code_of(first(document, path))) is not None:
            return code
    return None


def _event_codes(document: etree._Element) -> tuple[Code, ...]:
    codes = (code_of(code) for code in every(document, "documentationOf/serviceEvent/code"))
    return tuple({str(code): code for code in codes if code is not None}.values())


def _period(event: etree._Element | None) -> tuple[str | None, str | None]:
    """Start and stop of the main act."""
    if event is None or (time := event.find(H + "effectiveTime")) is None:
        return None, None
    point = utc(time.get("value"))
    return (
        utc(value_of(time.find(H + "low"))) or point,
        utc(value_of(time.find(H + "high"))),
    )


def _reference_ids(document: etree._Element) -> Iterator[str]:
    """referenceIdList: the orders that the document fulfils, and their accession numbers."""
    for order in every(document, "inFulfillmentOf/order"):
        for kind, path in (("order", H + "id"), ("accession", _ACCESSION)):
            for identifier in order.findall(path):
                root, extension = identifier.get("root"), identifier.get("extension")
                if root and extension and identifier.get("nullFlavor") is None:
                    yield str(CXi(extension, f"urn:ihe:iti:xds:2013:{kind}", HD(root)))


def _parents(document: etree._Element) -> Iterator[Parent]:
    for related in every(document, "relatedDocument"):
        parent = identifier_of(first(related, "parentDocument/id"))
        relation = related.get("typeCode")
        if parent and relation:
            yield Parent(relation, parent)
