"""The header of a French CDA document: the volet Structuration minimale of the CI-SIS, without its code lists.

What its Schematron checks beyond the header belongs to the model of the document.
"""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from conformance.judging.book import OwnRule, rule
from conformance.judging.place import Tree
from conformance.judging.remark import Remark
from conformance.judging.sheet import Sheet
from conformance.model import MUST, SHOULD, Level
from dmp.cda_elements import H, every, utc
from dmp.ins import AUTHORITIES

_SOURCE: Final = "CI-SIS Structuration minimale"
_TRAITS: Final = f"{_SOURCE}; ANS Référentiel INS"
_HL7_FRANCE: Final = "2.16.840.1.113883.2.8.2.1"
_CISIS: Final = "1.2.250.1.213.1.1.1.1"
_SCANNED: Final = "1.3.6.1.4.1.19376.1.2.20"
_STRUCTURES: Final = "1.2.250.1.71.4.2.2"
_PLATFORM: Final = "1.2.250.1.213.4.1"
_FLAVORS: Final = frozenset({"UNK", "NASK", "ASKU", "NAV", "MSK"})
_MEDIA: Final = frozenset({"application/pdf", "image/jpeg", "image/tiff", "text/rtf", "text/plain"})
_OFFSET: Final = re.compile(r"\d{10,14}(?:\.\d+)?[+-]\d{4}")
_COMMUNE: Final = re.compile(r"(?:\d{2}|2[AB])\d{3}")
_ONE: Final = ("title", "languageCode", "legalAuthenticator", "componentOf")
_VERSIONED: Final = ("setId", "versionNumber")
_SOME: Final = ("realmCode", "templateId", "documentationOf")


def _own(id_: str, level: Level, en: str, fr: str, section: str = _SOURCE) -> OwnRule:
    return rule(f"cda.fr.{id_}", level, section, en, fr)


_MISSING = _own(
    "missing",
    MUST,
    "ClinicalDocument has no {got}; the French header asks for one",
    "ClinicalDocument n'a pas de {got} ; l'en-tête français en demande un",
)
_UNVERSIONED = _own(
    "version.missing",
    SHOULD,
    "ClinicalDocument has no {got}; the French header asks for one since its versions can be told apart by them",
    "ClinicalDocument n'a pas de {got} ; l'en-tête français en demande un depuis que ses versions s'y reconnaissent",
)
_REPEATED = _own(
    "repeated",
    MUST,
    "ClinicalDocument has {count} elements {got}; the French header has one",
    "ClinicalDocument a {count} éléments {got} ; l'en-tête français en a un seul",
)
_REALM = _own(
    "realm",
    MUST,
    "realmCode is {got}; that of a French document is FR",
    "realmCode vaut {got} ; celui d'un document français est FR",
)
_TEMPLATE = _own(
    "template",
    MUST,
    "no templateId is {expected}, which every French document declares",
    "aucun templateId ne vaut {expected}, que tout document français déclare",
)
_SCANNED_TEMPLATE = _own(
    "template.scanned",
    SHOULD,
    "the body is not XML and no templateId is {expected} (XDS-SD)",
    "le corps n'est pas du XML et aucun templateId ne vaut {expected} (XDS-SD)",
)
_EXTENSION = _own(
    "id.extension",
    MUST,
    "ClinicalDocument/id has an extension; the uniqueId of a document is an OID, in root, and nothing more",
    "ClinicalDocument/id a une extension ; le uniqueId d'un document est un OID, dans root, et rien de plus",
)
_LANGUAGE = _own(
    "language",
    SHOULD,
    "languageCode is {got}; that of a French document is fr-FR",
    "languageCode vaut {got} ; celui d'un document français est fr-FR",
)
_TIME = _own(
    "time-zone",
    MUST,
    "effectiveTime is {got}: an hour has its offset from UTC, 20260312174500+0100",
    "effectiveTime vaut {got} : une heure porte son décalage d'UTC, 20260312174500+0100",
)
_VERSION = _own(
    "version",
    MUST,
    "versionNumber is {got}; it is a whole number from 1 on",
    "versionNumber vaut {got} ; c'est un nombre entier à partir de 1",
)
_BIRTH_NAME = _own(
    "patient.birth-name",
    SHOULD,
    "the patient has an INS and no family name of birth (family with the qualifier BR)",
    "le patient a un INS et pas de nom de naissance (family de qualifier BR)",
    _TRAITS,
)
_FIRST_NAME = _own(
    "patient.first-name",
    SHOULD,
    "the patient has an INS and no first given name of birth (given with the qualifier BR)",
    "le patient a un INS et pas de premier prénom de naissance (given de qualifier BR)",
    _TRAITS,
)
_GIVEN_NAMES = _own(
    "patient.given-names",
    SHOULD,
    "the patient has an INS and no list of the given names of birth (given without qualifier)",
    "le patient a un INS et pas de liste des prénoms de naissance (given sans qualifier)",
    _TRAITS,
)
_SEX = _own(
    "patient.sex",
    MUST,
    "administrativeGenderCode of the patient is {got}; it is M, F or UN, or has a nullFlavor",
    "administrativeGenderCode du patient vaut {got} ; c'est M, F ou UN, ou un nullFlavor",
)
_BIRTH_TIME = _own(
    "patient.birth-time",
    MUST,
    "birthTime of the patient is {got}; it is a date, or has a nullFlavor",
    "birthTime du patient vaut {got} ; c'est une date, ou un nullFlavor",
)
_BIRTH_PLACE = _own(
    "patient.birth-place",
    SHOULD,
    "the place of birth of the patient is {got}; it is the code of the commune or country, five characters of the COG, "
    "in birthplace/place/addr/county",
    "le lieu de naissance du patient vaut {got} ; c'est le code de la commune ou du pays, cinq caractères du COG, dans "
    "birthplace/place/addr/county",
    _TRAITS,
)
_AUTHOR_ID = _own(
    "author.id",
    MUST,
    "author {number} has no assignedAuthor/id with a root",
    "author {number} n'a pas d'assignedAuthor/id avec un root",
)
_AUTHOR_TIME = _own(
    "author.time",
    MUST,
    "author {number} has no time: when that author took part",
    "author {number} n'a pas de time : quand cet auteur a participé",
)
_CUSTODIAN = _own(
    "custodian.id",
    SHOULD,
    "the custodian has an id under {got}; it is that of a structure (1.2.250.1.71.4.2.2) or of the DMP "
    "(1.2.250.1.213.4.1)",
    "le custodian a un id sous {got} ; c'est celui d'une structure (1.2.250.1.71.4.2.2) ou du DMP (1.2.250.1.213.4.1)",
)
_SIGNED = _own(
    "signature-code",
    MUST,
    "signatureCode of legalAuthenticator is {got}; it is S",
    "signatureCode de legalAuthenticator vaut {got} ; c'est S",
)
_EVENT = _own(
    "act",
    MUST,
    "documentationOf of the main act has no {got}",
    "documentationOf de l'acte principal n'a pas de {got}",
)
_PERFORMER = _own(
    "act.performer",
    SHOULD,
    "documentationOf of the main act does not say who performed it and in which setting: no {got}",
    "documentationOf de l'acte principal ne dit pas qui l'a réalisé ni dans quel cadre : pas de {got}",
)
_PLACE = _own(
    "place-of-care",
    MUST,
    "componentOf has no encompassingEncounter/location/healthCareFacility/code: the sector of the place of care",
    "componentOf n'a pas d'encompassingEncounter/location/healthCareFacility/code : le secteur du lieu de soins",
)
_RELATED = _own(
    "related",
    MUST,
    "relatedDocument has the typeCode {got}; it is RPLC or XFRM",
    "relatedDocument a pour typeCode {got} ; c'est RPLC ou XFRM",
)
_FLAVOR = _own(
    "null-flavor",
    SHOULD,
    "nullFlavor is {got}; French documents have {expected}",
    "nullFlavor vaut {got} ; les documents français ont {expected}",
)
_MEDIA_TYPE = _own(
    "media-type",
    MUST,
    "the media type of the body is {got}; it is one of {expected}",
    "le type du corps est {got} ; c'est l'un de {expected}",
)
_ENCODED = _own(
    "encoded",
    MUST,
    "the body is not XML and its representation is {got}; it is B64",
    "le corps n'est pas du XML et sa representation vaut {got} ; c'est B64",
)


def check_header(tree: Tree, document: etree._Element, sheet: Sheet) -> None:
    """What every French document says of itself, of the patient, of who made it and of what was done."""
    for check in (_of_itself, _patient, _people, _acts, _body, _flavors):
        sheet.note(check(tree, document))
    sheet.ran("French header")


def _of_itself(tree: Tree, document: etree._Element) -> Iterator[Remark]:
    for name in (*_ONE, *_SOME):
        found = document.findall(H + name)
        if not found:
            yield _MISSING(tree.at(document), got=name)
        elif len(found) > 1 and name in _ONE:
            yield _REPEATED(tree.at(found[1]), got=name, count=len(found))
    for name in _VERSIONED:
        if document.find(H + name) is None:
            yield _UNVERSIONED(tree.at(document), got=name)
    for realm in document.findall(H + "realmCode"):
        if realm.get("code") != "FR":
            yield _REALM(tree.at(realm), got=realm.get("code", "-"))
    templates = {each.get("root", "") for each in document.findall(H + "templateId")}
    for expected in (_HL7_FRANCE, _CISIS):
        if templates and expected not in templates:
            yield _TEMPLATE(tree.at(document), expected=expected)
    identifier, language, time, version = (
        document.find(H + name) for name in ("id", "languageCode", "effectiveTime", "versionNumber")
    )
    if identifier is not None and identifier.get("extension"):
        yield _EXTENSION(tree.at(identifier))
    if language is not None and _said(language, "code") not in ("fr-FR", None):
        yield _LANGUAGE(tree.at(language), got=language.get("code", "-"))
    if time is not None and utc(time.get("value")) is not None and not _has_offset(time.get("value", "")):
        yield _TIME(tree.at(time), got=time.get("value", "-"))
    if version is not None and not re.fullmatch(r"[1-9]\d{0,8}", _said(version, "value") or ""):
        yield _VERSION(tree.at(version), got=version.get("value", "-"))
    for related in document.findall(H + "relatedDocument"):
        if related.get("typeCode") not in ("RPLC", "XFRM"):
            yield _RELATED(tree.at(related), got=related.get("typeCode", "-"))


def _has_offset(value: str) -> bool:
    """A day needs none."""
    return len(value) < 10 or _OFFSET.fullmatch(value) is not None


def _patient(tree: Tree, document: etree._Element) -> Iterator[Remark]:
    for role in every(document, "recordTarget/patientRole"):
        patient = role.find(H + "patient")
        if patient is None:
            continue
        national = any(each.get("root") in AUTHORITIES for each in role.findall(H + "id"))
        if national:
            yield from _traits(tree, patient)
        sex, born = patient.find(H + "administrativeGenderCode"), patient.find(H + "birthTime")
        if sex is not None and _said(sex, "code") not in ("M", "F", "UN", None):
            yield _SEX(tree.at(sex), got=sex.get("code", "-"))
        if born is None or (_said(born, "value") is not None and utc(_said(born, "value")) is None):
            yield _BIRTH_TIME(
                tree.at(patient if born is None else born), got="-" if born is None else born.get("value")
            )


def _traits(tree: Tree, patient: etree._Element) -> Iterator[Remark]:
    names = {kind: every(patient, f"name/{kind}") for kind in ("family", "given")}
    marked = {kind: {(each.get("qualifier") or "") for each in found} for kind, found in names.items()}
    if "BR" not in marked["family"]:
        yield _BIRTH_NAME(tree.at(patient))
    if "BR" not in marked["given"]:
        yield _FIRST_NAME(tree.at(patient))
    if "" not in marked["given"]:
        yield _GIVEN_NAMES(tree.at(patient))
    county = next(iter(every(patient, "birthplace/place/addr/county")), None)
    text = "" if county is None else (county.text or "").strip()
    if not _COMMUNE.fullmatch(text) and (county is None or county.get("nullFlavor") is None):
        yield _BIRTH_PLACE(tree.at(patient if county is None else county), got=text or "-")


def _people(tree: Tree, document: etree._Element) -> Iterator[Remark]:
    for number, author in enumerate(document.findall(H + "author"), 1):
        if not any(each.get("root") or each.get("nullFlavor") for each in every(author, "assignedAuthor/id")):
            yield _AUTHOR_ID(tree.at(author), number=number)
        if author.find(H + "time") is None:
            yield _AUTHOR_TIME(tree.at(author), number=number)
    for identifier in every(document, "custodian/assignedCustodian/representedCustodianOrganization/id"):
        if _said(identifier, "root") not in (_STRUCTURES, _PLATFORM, None):
            yield _CUSTODIAN(tree.at(identifier), got=identifier.get("root", "-"))
    for signer in document.findall(H + "legalAuthenticator"):
        code = signer.find(H + "signatureCode")
        if code is None or code.get("code") != "S":
            yield _SIGNED(tree.at(signer if code is None else code), got="-" if code is None else code.get("code", "-"))


def _acts(tree: Tree, document: etree._Element) -> Iterator[Remark]:
    main = document.find(H + "documentationOf")
    if main is not None:
        lacking = next((p for p in ("serviceEvent", "serviceEvent/effectiveTime") if not every(main, p)), None)
        if lacking is not None:
            yield _EVENT(tree.at(main), got=lacking)
        elif not every(main, "serviceEvent/effectiveTime/low") and not _point(main):
            yield _EVENT(tree.at(main), got="serviceEvent/effectiveTime/low")
        for path in ("performer", "performer/assignedEntity/representedOrganization/standardIndustryClassCode"):
            if not every(main, f"serviceEvent/{path}"):
                yield _PERFORMER(tree.at(main), got=path)
                break
    encounter = document.find(H + "componentOf")
    if encounter is not None and not every(encounter, "encompassingEncounter/location/healthCareFacility/code"):
        yield _PLACE(tree.at(encounter))


def _point(main: etree._Element) -> bool:
    """A moment in place of a period."""
    return any(each.get("value") for each in every(main, "serviceEvent/effectiveTime"))


def _body(tree: Tree, document: etree._Element) -> Iterator[Remark]:
    for text in every(document, "component/nonXMLBody/text"):
        if text.get("mediaType", "text/plain") not in _MEDIA:
            yield _MEDIA_TYPE(tree.at(text), got=text.get("mediaType"), expected=", ".join(sorted(_MEDIA)))
        if text.get("representation") != "B64":
            yield _ENCODED(tree.at(text), got=text.get("representation", "-"))
        if not any(each.get("root") == _SCANNED for each in document.findall(H + "templateId")):
            yield _SCANNED_TEMPLATE(tree.at(document), expected=_SCANNED)


def _flavors(tree: Tree, document: etree._Element) -> Iterator[Remark]:
    """Of the header; bodies have models of their own."""
    body = document.find(H + "component")
    for child in document:
        if child is body or not isinstance(child.tag, str):
            continue
        for element in child.iter(f"{H}*"):
            got = element.get("nullFlavor")
            of_time = got == "NA" and element.tag == f"{H}time"  # so write official documents
            if got is not None and got not in _FLAVORS and not of_time:
                yield _FLAVOR(tree.at(element), got=got, expected=", ".join(sorted(_FLAVORS)))


def _said(element: etree._Element, name: str) -> str | None:
    """The attribute; None where the element says that it is not known."""
    return None if element.get("nullFlavor") is not None else element.get(name, "")
