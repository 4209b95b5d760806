"""The codes of the DMP: OIDs, the literals that rules name, the value sets, and which code follows from which.

The value sets are files beside this one, `codes/*.toml`, in Carnet's own form of an affinity domain. They move every
quarter (nomenclature des objets de santé, NOS): a newer one is given with `--codes` and adds to them.
"""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from metadata.affinity import CodeSet
from metadata.model import Code, DocumentEntry

# --- coding schemes -------------------------------------------------------------------------------------------------
LOINC: Final = "2.16.840.1.113883.6.1"
CONFIDENTIALITY: Final = "2.16.840.1.113883.5.25"
"""HL7: N, R, V."""
VISIBILITY: Final = "1.2.250.1.213.1.1.4.13"
"""Who else must not see the document."""
CLASSES: Final = "1.2.250.1.213.1.1.4.1"
TYPES: Final = "1.2.250.1.213.1.1.4.12"
"""TRE_A05: types of documents that LOINC lacks."""
IHE_FORMATS: Final = "1.3.6.1.4.1.19376.1.2.3"
FRENCH_FORMATS: Final = "1.2.250.1.213.1.1.4.2.282"
"""TRE_A06."""
DICOM_FORMATS: Final = "1.2.840.10008.2.6.1"
FACILITIES: Final = "1.2.250.1.71.4.2.4"
"""Secteurs d'activité."""
PRACTICE_SETTINGS: Final = "1.2.250.1.213.1.1.4.9"
CONTENT_TYPES: Final = "1.2.250.1.213.2.2"
"""Modes de prise en charge."""
SPECIALTIES: Final = "1.2.250.1.213.1.1.4.5"
"""Profession and savoir-faire of an author in one code: G15_10/SM26."""
NO_PROFESSION: Final = "1.2.250.1.213.1.1.4.6"
"""Authors who are no health professionals, and what comes from them."""
URN: Final = "URN"
"""Not an OID, but what the official messages have."""
ASTM: Final = "ASTM"

# --- confidentialityCode --------------------------------------------------------------------------------------------
NORMAL: Final = Code("N", CONFIDENTIALITY, "Normal")
MASQUE_PS: Final = Code("MASQUE_PS", VISIBILITY, "Masqué aux professionnels de santé")
INVISIBLE_PATIENT: Final = Code("INVISIBLE_PATIENT", VISIBILITY, "Non visible par le patient")
INVISIBLE_REPRESENTANTS_LEGAUX: Final = Code(
    "INVISIBLE_REPRESENTANTS_LEGAUX", VISIBILITY, "Non visible par les représentants légaux du patient"
)

# --- the signature of a submission set                                                                 # DMP TD2.1
SIGNATURE_CLASS: Final = Code("urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1", URN, "Digital Signature")
SIGNATURE_TYPE: Final = Code("E1762", ASTM, "Full Document")
SIGNATURE_FORMAT: Final = Code("http://www.w3.org/2000/09/xmldsig#", URN, "Default Signature Style")
DETACHED_SIGNATURE_FORMAT: Final = Code("urn:ihe:iti:dsg:detached:2014", IHE_FORMATS, "Signature détachée")
"""What newer nomenclature has instead."""
SIGNATURE_FORMATS: Final = (SIGNATURE_FORMAT, DETACHED_SIGNATURE_FORMAT)
SIGNATURE_EVENT: Final = Code("1.2.840.10065.1.12.1.14", "1.2.840.10065.1.12", "Source")
"""The purpose of the signature: whoever submits."""
SIGNATURE_CONFIDENTIALITY: Final = (NORMAL, MASQUE_PS, INVISIBLE_PATIENT)
SIGNATURE_LANGUAGE: Final = "art"
"""Artificial: nobody reads it."""
SIGNATURE_TITLE: Final = "Source"

PATIENT_EXPRESSION: Final = Code("EXP_PATIENT", NO_PROFESSION, "Expression personnelle du patient")
OTHER_CDA: Final = Code("urn:asipSante:modelesHorsProfils:2011", FRENCH_FORMATS, "Document CDA sans modèle déclaré")
"""formatCode of a CDA whose template is not in `_FORMAT_OF_TEMPLATE`: a guess."""

REFERENCE_ID_TYPES: Final = frozenset(
    {"urn:ihe:iti:xds:2013:accession", "urn:ihe:iti:xds:2013:order", "urn:ihe:iti:xds:2016:studyInstanceUID"}
)
"""Identifier types that the DMP takes in referenceIdList. # NOS JDV_J231"""

MIME_TYPES: Final = frozenset({"text/xml", "application/dicom", "application/xslt+xml"})
"""CDA and signatures; references to images (KOS); style sheets."""

COMPLETE: Final = (
    "classCode",
    "confidentialityCode",
    "contentTypeCode",
    "healthcareFacilityTypeCode",
    "practiceSettingCode",
    "typeCode",
)
"""The attributes of which `codes/` has every code; of the others it has some."""


_SIGNATURE_CLASSES, _SIGNATURE_TYPES, _SIGNATURE_FORMATS = (
    frozenset((code.code, code.scheme) for code in codes)
    for codes in ((SIGNATURE_CLASS,), (SIGNATURE_TYPE,), SIGNATURE_FORMATS)
)


def is_signature(entry: DocumentEntry) -> bool:
    """Whether the entry is that of a signature of a submission set: by its class, its type or its format."""
    return (
        _among(entry.class_code, _SIGNATURE_CLASSES)
        or _among(entry.type_code, _SIGNATURE_TYPES)
        or _among(entry.format_code, _SIGNATURE_FORMATS)
    )


def _among(code: Code | None, known: frozenset[tuple[str, str]]) -> bool:
    return code is not None and (code.code, code.scheme) in known


def same_code(code: Code, other: Code) -> bool:
    """Equal but for the display name, which means nothing."""
    return code.code == other.code and code.scheme == other.scheme


# --- value sets -----------------------------------------------------------------------------------------------------


@cache
def names(attribute: str) -> Mapping[tuple[str, str], str]:
    """(code, coding scheme) → display name, empty where it is not known, of the value set of an attribute."""
    schemes: Mapping[str, Mapping[str, str]] = _file(attribute)["codes"][attribute]
    return {(code, scheme): name for scheme, codes in schemes.items() for code, name in codes.items()}


def value_set(attribute: str) -> CodeSet:
    """The value set of an attribute, as an AffinityDomain has it."""
    return frozenset(names(attribute))


def code(attribute: str, value: str, scheme: str) -> Code | None:
    """The code with its display name; None if it is not in the value set."""
    name = names(attribute).get((value, scheme))
    return None if name is None else Code(value, scheme, name or value)


@cache
def _class_of_type() -> Mapping[str, str]:
    return {type_code: class_ for class_, types in _file("associations").items() for type_code in types}


def class_code(type_code: str) -> Code | None:
    """The classCode that goes with a typeCode; None for a type of which the association is not known. # NOS ASS_X04"""
    class_ = _class_of_type().get(type_code)
    return None if class_ is None else code("classCode", class_, CLASSES)


def _file(name: str) -> dict[str, Any]:
    return tomllib.loads((files("dmp") / "codes" / f"{name}.toml").read_text(encoding="utf-8"))


# --- formatCode -----------------------------------------------------------------------------------------------------

_FORMAT_OF_TEMPLATE: Final = {
    "1.2.250.1.213.1.1.1.13": ("urn:asip:ci-sis:vsm:2012", FRENCH_FORMATS),
    "1.2.250.1.213.1.1.1.29": ("urn:asip:ci-sis:ldl-ses:2017", FRENCH_FORMATS),
    "1.2.250.1.213.1.1.1.46": ("urn:asip:ci-sis:vac-note:2021", FRENCH_FORMATS),
    "1.3.6.1.4.1.19376.1.3.3": ("urn:ihe:lab:xd-lab:2008", IHE_FORMATS),
    "1.3.6.1.4.1.19376.1.9.1.1.1": ("urn:ihe:pharm:pre:2010", IHE_FORMATS),
    "1.3.6.1.4.1.19376.1.9.1.1.3": ("urn:ihe:pharm:dis:2010", IHE_FORMATS),
}
"""From the association ASS_A11: templateId → formatCode."""
_FORMAT_OF_BODY: Final = {
    "application/pdf": ("urn:ihe:iti:xds-sd:pdf:2008", IHE_FORMATS),
    "text/plain": ("urn:ihe:iti:xds-sd:text:2008", IHE_FORMATS),
    "image/jpeg": ("urn:ihe:iti-fr:xds-sd:jpeg:2010", FRENCH_FORMATS),
    "image/tiff": ("urn:ihe:iti-fr:xds-sd:tiff:2010", FRENCH_FORMATS),
    "text/rtf": ("urn:ihe:iti-fr:xds-sd:rtf:2010", FRENCH_FORMATS),
    "application/rtf": ("urn:ihe:iti-fr:xds-sd:rtf:2010", FRENCH_FORMATS),
}
"""The association ASS_A12: media type of a nonXMLBody → formatCode."""


def format_code(templates: Iterable[str], body_type: str | None) -> Code | None:
    """The formatCode of a CDA: from what its body wraps, if it wraps something, else from its templates.

    None when neither says.
    """
    found = _FORMAT_OF_BODY.get(body_type or "")
    if found is None:
        found = next((_FORMAT_OF_TEMPLATE[t] for t in templates if t in _FORMAT_OF_TEMPLATE), None)
    return None if found is None else code("formatCode", *found)
