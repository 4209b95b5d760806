"""What the French CI-SIS decides about documents: identifiers, and codes that follow from others.

Used to fill a DocumentEntry from a CDA header, and for the defaults of documents that say nothing of themselves.
"""

from collections.abc import Iterable
from typing import Final

from metadata.datatypes import CX, XCN, XON
from metadata.model import Code

INS_AUTHORITIES: Final = frozenset(f"1.2.250.1.213.1.4.{arc}" for arc in (2, 8, 9, 10, 11))
"""INS-C, INS-NIR, INS-NIA, and the NIR of tests and demonstrations."""
PROFESSIONALS: Final = "1.2.250.1.71.4.2.1"
"""Authority of PS_IdNat."""
ORGANIZATIONS: Final = "1.2.250.1.71.4.2.2"
"""Authority of Struct_IdNat."""

CLASSES: Final = "1.2.250.1.213.1.1.4.1"
IHE_FORMATS: Final = "1.3.6.1.4.1.19376.1.2.3"
FRENCH_FORMATS: Final = "1.2.250.1.213.1.1.4.2.282"
LOINC: Final = "2.16.840.1.113883.6.1"

_CLASS_NAMES: Final = {
    "10": "Compte rendu",
    "11": "Synthèse",
    "31": "Imagerie médicale",
    "42": "Prescription",
    "43": "Dispensation",
    "44": "Plan de soins, protocole de soins",
    "45": "Traitement administré",
    "52": "Certificat, déclaration",
    "60": "Données de remboursement",
    "90": "Documents du patient / Expression du titulaire",
    "95": "Document de gestion du dossier patient",
    "99": "feuille de style",
}
_TYPES_OF_CLASS: Final = {
    "10": "11488-4 11490-0 11502-2 11505-5 11506-3 15507-7 15508-5 28653-4 29274-8 34112-3 34749-2 34794-8 34874-8 "
    "34875-5 47420-5 51969-4 59283-2 60568-3 67851-6 70004-7 75482-0 75492-9 75496-0 77436-4 78513-9 78601-2 83981-1 "
    "85208-7 93024-8 96349-6 27899-4 BIL_AUTO DOCPAT03 DOCPAT05 DOCPAT06",
    "11": "18761-7 34133-9 34842-5 56445-0 57055-6 57057-2 57075-4 60591-5 68599-0 68817-6 74207-2 78489-2 80820-4 "
    "83836-7 83901-9 88348-8 89235-6 DOCPAT01 DOCPAT08 EXPORT_DUI SYNTH",
    "31": "18748-4 52040-3 DOCPAT04 IMG-KOS",
    "42": "55115-0 57828-6 57832-8 57833-6 61357-0 75468-9 DOCPAT02 PRESC-AAT PRESC-BIO PRESC-INF PRESC-KINE "
    "PRESC-ORTHOPHO PRESC-ORTHOPTIE PRESC-PEDI",
    "43": "60593-1 DISP_AUT",
    "44": "18776-5 77604-7 80771-9 80788-3 83869-8 PROT_ALD",
    "45": "80565-5",
    "52": "11369-6 87273-9 89601-9 96173-0 96874-3 CERT_DECL DOCPAT07",
    "60": "REMB",
    "90": "74465-6 EXPPAT_1 EXPPAT_2 EXPPAT_3",
    "95": "51851-4 56446-8 59284-0 86531-1 ATTEST-ASS-COMPL ATTEST-DROITS-AM ATTEST-HEBGT ATTEST-RESID AUTORIS-SOINS "
    "DOCPAT09 FICHE-CONTACTS PIECE-IDENTITE",
    "99": "FEUILLE-DE-STYLE",
}
"""classCode → its typeCodes: the association ASS_X04, 1.2.250.1.213.1.1.4.249."""
_CLASS_OF_TYPE: Final = {type_: class_ for class_, types in _TYPES_OF_CLASS.items() for type_ in types.split()}

_FORMAT_OF_TEMPLATE: Final = {
    "1.2.250.1.213.1.1.1.13": ("urn:asip:ci-sis:vsm:2012", FRENCH_FORMATS, "Synthèse médicale"),
    "1.2.250.1.213.1.1.1.29": (
        "urn:asip:ci-sis:ldl-ses:2017",
        FRENCH_FORMATS,
        "Lettre de liaison à la sortie d'un établissement de soins",
    ),
    "1.2.250.1.213.1.1.1.46": ("urn:asip:ci-sis:vac-note:2021", FRENCH_FORMATS, "Note de vaccination"),
    "1.3.6.1.4.1.19376.1.3.3": ("urn:ihe:lab:xd-lab:2008", IHE_FORMATS, "Compte rendu d'examens biologiques"),
    "1.3.6.1.4.1.19376.1.9.1.1.1": ("urn:ihe:pharm:pre:2010", IHE_FORMATS, "Prescription"),
    "1.3.6.1.4.1.19376.1.9.1.1.3": ("urn:ihe:pharm:dis:2010", IHE_FORMATS, "Dispensation"),
}
"""From the association ASS_A11."""
_FORMAT_OF_BODY: Final = {
    "application/pdf": ("urn:ihe:iti:xds-sd:pdf:2008", IHE_FORMATS, "Document PDF dans un CDA"),
    "text/plain": ("urn:ihe:iti:xds-sd:text:2008", IHE_FORMATS, "Texte dans un CDA"),
    "image/jpeg": ("urn:ihe:iti-fr:xds-sd:jpeg:2010", FRENCH_FORMATS, "Image JPEG dans un CDA"),
    "image/tiff": ("urn:ihe:iti-fr:xds-sd:tiff:2010", FRENCH_FORMATS, "Image TIFF dans un CDA"),
    "text/rtf": ("urn:ihe:iti-fr:xds-sd:rtf:2010", FRENCH_FORMATS, "Texte RTF dans un CDA"),
    "application/rtf": ("urn:ihe:iti-fr:xds-sd:rtf:2010", FRENCH_FORMATS, "Texte RTF dans un CDA"),
}
"""The association ASS_A12."""
_OTHER_CDA: Final = ("urn:asipSante:modelesHorsProfils:2011", FRENCH_FORMATS, "Document CDA sans modèle déclaré")


def patient_id(extension: str, root: str, *, with_types: bool) -> str:
    """CX of a patient; `with_types` says that an INS is one (`NH`), as the DMP wants it."""
    return str(CX(extension, root, "NH" if with_types and root in INS_AUTHORITIES else ""))


def local_patient_id(extension: str, root: str, *, with_types: bool) -> str:
    """CX of a patient in the records of the source; `with_types` as `PI`, unless it is an INS."""
    if not with_types:
        return str(CX(extension, root))
    return str(CX(extension, root, "NH" if root in INS_AUTHORITIES else "PI"))


def person(root: str, extension: str, family: str, given: str) -> str:
    """XCN of a professional or a patient."""
    kind = _person_kind(root, extension)
    return str(
        XCN(extension or root, family, given, authority=root if extension else "", name_type="D", identifier_type=kind)
    )


def device(root: str, extension: str, software: str, model: str) -> str:
    """XCN of a device or a program."""
    return str(
        XCN(
            extension or root, software, model, authority=root if extension else "", name_type="U", identifier_type="RI"
        )
    )


def organization(name: str, root: str, extension: str) -> str:
    """XON of a care structure."""
    if not extension:
        return str(XON(name, root))
    return str(XON(name, extension, root, "IDNST" if root == ORGANIZATIONS else ""))


def _person_kind(root: str, extension: str) -> str:
    if root in INS_AUTHORITIES:
        return "NH"
    if root != PROFESSIONALS:
        return "EI"
    return "EI" if "/" in extension else "IDNPS"


def class_code(type_code: str) -> Code | None:
    """The classCode that goes with a typeCode; `None` for a type that the association does not know."""
    class_ = _CLASS_OF_TYPE.get(type_code)
    return None if class_ is None else Code(class_, CLASSES, _CLASS_NAMES[class_])


def format_code(templates: Iterable[str], body_type: str | None) -> Code:
    """The formatCode of a CDA: from what its body wraps, if it wraps something, else from its templates."""
    if body_type in _FORMAT_OF_BODY:
        return Code(*_FORMAT_OF_BODY[body_type])
    for template in templates:
        if template in _FORMAT_OF_TEMPLATE:
            return Code(*_FORMAT_OF_TEMPLATE[template])
    return Code(*_OTHER_CDA)
