"""RegistryObjectList → RegistryObjects.

Tolerant: children in any order, unknown elements and comments passed over, a missing attribute read as empty. What is
wrong with the values is for the rules to say. Each element is visited once and each attribute fetched once: this runs
for every submission.
"""

from dataclasses import replace
from typing import Final

from lxml import etree

from metadata.ebrim.values import (
    Classification,
    EbrimError,
    ExternalIdentifier,
    Kind,
    LocalizedString,
    RegistryObject,
    Slot,
)
from metadata.vocabulary import LCM, RIM

_LIST: Final = f"{{{RIM}}}RegistryObjectList"
_SUBMIT: Final = f"{{{LCM}}}SubmitObjectsRequest"
_SLOT: Final = f"{{{RIM}}}Slot"
_VALUE: Final = f"{{{RIM}}}Value"
_NAME: Final = f"{{{RIM}}}Name"
_DESCRIPTION: Final = f"{{{RIM}}}Description"
_LOCALIZED_STRING: Final = f"{{{RIM}}}LocalizedString"
_VERSION_INFO: Final = f"{{{RIM}}}VersionInfo"
_CLASSIFICATION: Final = f"{{{RIM}}}Classification"
_EXTERNAL_IDENTIFIER: Final = f"{{{RIM}}}ExternalIdentifier"
_KINDS: Final = {f"{{{RIM}}}{kind}": kind for kind in Kind}
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"


def parse_submit_objects_request(element: etree._Element) -> tuple[RegistryObject, ...]:
    """The objects of an `lcm:SubmitObjectsRequest`, the body of ITI-42; # ITI TF-2 3.42.4.1.2

    Raises `EbrimError` if `element` is something else or holds no RegistryObjectList.
    """
    if element.tag != _SUBMIT:
        raise EbrimError(f"{element.tag!r} received where lcm:SubmitObjectsRequest should stand")
    objects = element.find(_LIST)
    if objects is None:
        raise EbrimError("lcm:SubmitObjectsRequest holds no rim:RegistryObjectList")
    return parse_objects(objects)


def parse_objects(registry_object_list: etree._Element) -> tuple[RegistryObject, ...]:
    """The ExtrinsicObjects, RegistryPackages and Associations of a `rim:RegistryObjectList`, in document order.

    A Classification that stands in the list itself is folded into the object that it classifies (the two placings mean
    the same, ITI TF-3 4.2.1.2); one that classifies nothing in the list is passed over, as are ObjectRefs.
    Raises `EbrimError` if `registry_object_list` is another element.
    """
    if registry_object_list.tag != _LIST:
        raise EbrimError(f"{registry_object_list.tag!r} received where rim:RegistryObjectList should stand")
    objects: list[RegistryObject] = []
    beside: dict[str, tuple[Classification, ...]] = {}
    count = dict.fromkeys(Kind, 0)
    for child in registry_object_list:
        tag = child.tag
        if tag in _KINDS:
            kind = _KINDS[tag]
            count[kind] += 1
            objects.append(_object(child, kind, f"/RegistryObjectList/{kind}[{count[kind]}]"))
        elif tag == _CLASSIFICATION:
            one = _classification(child)
            beside[one.classified_object] = (*beside.get(one.classified_object, ()), one)
    if beside:
        objects = [
            replace(o, classifications=o.classifications + beside.pop(o.id)) if o.id in beside else o for o in objects
        ]
    return tuple(objects)


def _object(element: etree._Element, kind: Kind, path: str) -> RegistryObject:
    slots: list[Slot] = []
    name: tuple[LocalizedString, ...] = ()
    description: tuple[LocalizedString, ...] = ()
    version_name = None
    classifications: list[Classification] = []
    external_identifiers: list[ExternalIdentifier] = []
    for child in element:
        tag = child.tag
        if tag == _SLOT:
            slots.append(_slot(child))
        elif tag == _CLASSIFICATION:
            classifications.append(_classification(child))
        elif tag == _EXTERNAL_IDENTIFIER:
            external_identifiers.append(_external_identifier(child))
        elif tag == _NAME:
            name = _international(child)
        elif tag == _DESCRIPTION:
            description = _international(child)
        elif tag == _VERSION_INFO:
            version_name = child.get("versionName")
    get = element.get
    extrinsic = kind is Kind.EXTRINSIC_OBJECT
    link = kind is Kind.ASSOCIATION
    return RegistryObject(
        kind,
        get("id", "").strip(),
        _bare(get("lid")),
        _bare(get("home")),
        _bare(get("status")),
        _constant(get("objectType")),
        _bare(get("mimeType")) if extrinsic else None,
        get("isOpaque") if extrinsic else None,
        tuple(slots),
        name,
        description,
        version_name,
        tuple(classifications),
        tuple(external_identifiers),
        _bare(get("associationType")) if link else None,
        _bare(get("sourceObject")) if link else None,
        _bare(get("targetObject")) if link else None,
        path,
    )


def _classification(element: etree._Element) -> Classification:
    slots: tuple[Slot, ...] = ()
    name: tuple[LocalizedString, ...] = ()
    description: tuple[LocalizedString, ...] = ()
    for child in element:
        tag = child.tag
        if tag == _SLOT:
            slots = (*slots, _slot(child))
        elif tag == _NAME:
            name = _international(child)
        elif tag == _DESCRIPTION:
            description = _international(child)
    get = element.get
    return Classification(
        get("id", "").strip(),
        get("classifiedObject", "").strip(),
        _constant(get("classificationScheme")),
        _constant(get("classificationNode")),
        _bare(get("nodeRepresentation")),
        slots,
        name,
        description,
    )


def _external_identifier(element: etree._Element) -> ExternalIdentifier:
    slots: tuple[Slot, ...] = ()
    name: tuple[LocalizedString, ...] = ()
    for child in element:
        tag = child.tag
        if tag == _NAME:
            name = _international(child)
        elif tag == _SLOT:
            slots = (*slots, _slot(child))
    get = element.get
    return ExternalIdentifier(
        get("id", "").strip(),
        get("registryObject", "").strip(),
        _constant(get("identificationScheme")) or "",
        get("value", "").strip(),
        name,
        slots,
    )


def _slot(element: etree._Element) -> Slot:
    values: list[str] = []
    for value_list in element:
        for value in value_list:
            if value.tag == _VALUE:
                values.append((value.text or "").strip() if not len(value) else _broken_text(value))
    return Slot(element.get("name", "").strip(), tuple(values), _bare(element.get("slotType")))


def _bare(text: str | None) -> str | None:
    """An attribute without the blanks around it: in a URN they mean nothing, nor do queries tell them in a value."""
    return text.strip() if text else text


def _constant(text: str | None) -> str | None:
    """A URN that the standard fixes; a UUID in lower case, else it would silently be one that nobody knows."""
    bare = _bare(text)
    return bare.lower() if bare and bare[:9].lower() == "urn:uuid:" else bare


def _broken_text(element: etree._Element) -> str:
    """The text around comments and instructions; lxml's own `text` would end at the first of them."""
    return str(element.xpath("string()")).strip()


def _international(element: etree._Element) -> tuple[LocalizedString, ...]:
    strings: tuple[LocalizedString, ...] = ()
    for child in element:
        if child.tag == _LOCALIZED_STRING:
            get = child.get
            strings = (*strings, LocalizedString(get("value", ""), get(_LANG), get("charset")))
    return strings
