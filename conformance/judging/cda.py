"""A CDA document: the header that every CDA has, and what the DMP would say of the entry made from it.

Its content is for the Schematron of its template; here is what its DocumentEntry hangs on.
"""

from dataclasses import replace
from io import BytesIO
from typing import Final

from lxml import etree

from conformance.judging import cda_france
from conformance.judging.book import clean, rule, told
from conformance.judging.place import Tree
from conformance.judging.remark import Remark
from conformance.judging.sheet import Sheet
from conformance.model import MUST, SHOULD
from dmp.cda import CdaError, Header, read_header
from dmp.cda_elements import utc
from dmp.ins import AUTHORITIES, LEGACY, Flaw, Ins
from metadata.datatypes import is_oid
from metadata.rules import Finding, check
from metadata.translate import Submission, to_ebrim
from metadata.vocabulary import HL7V3

H: Final = f"{{{HL7V3}}}"
DOCUMENT: Final = H + "ClinicalDocument"
STYLESHEETS: Final = frozenset(
    {"{http://www.w3.org/1999/XSL/Transform}stylesheet", "{http://www.w3.org/1999/XSL/Transform}transform"}
)
_R2: Final = "HL7 CDA R2 4.2"
_REQUIRED: Final = (
    "typeId",
    "id",
    "code",
    "effectiveTime",
    "confidentialityCode",
    "recordTarget",
    "author",
    "custodian",
    "component",
)
_OF_HEADER: Final = {
    "patient": "recordTarget/patientRole/id",
    "sourcePatientInfo": "recordTarget/patientRole/patient",
    "typeCode": "code",
    "confidentialityCode": "confidentialityCode",
    "languageCode": "languageCode",
    "creationTime": "effectiveTime",
    "uniqueId": "id",
    "title": "title",
    "practiceSettingCode": "documentationOf/serviceEvent",
    "healthcareFacilityTypeCode": "componentOf/encompassingEncounter",
    "formatCode": "templateId",
    "eventCodeList": "documentationOf/serviceEvent/code",
    "person": "author/assignedAuthor",
    "institution": "author/assignedAuthor/representedOrganization",
    "legalAuthenticator": "legalAuthenticator",
    "serviceStartTime": "documentationOf/serviceEvent/effectiveTime",
    "serviceStopTime": "documentationOf/serviceEvent/effectiveTime",
}
"""A word in the id of a rule → where the header says it."""

_UNREADABLE = rule(
    "cda.unreadable",
    MUST,
    _R2,
    "the document cannot be read as CDA: {reason}",
    "le document ne peut être lu comme un CDA : {reason}",
)
_MISSING = rule(
    "cda.missing",
    MUST,
    _R2,
    "ClinicalDocument has no {got}; every CDA document has one",
    "ClinicalDocument n'a pas de {got} ; tout document CDA en a un",
)
_ID = rule(
    "cda.id",
    MUST,
    _R2,
    "ClinicalDocument/id has the root {got}; it is an OID",
    "ClinicalDocument/id a pour root {got} ; c'est un OID",
)
_TYPE_ID = rule(
    "cda.type-id",
    MUST,
    _R2,
    "typeId is {got}; that of CDA R2 is 2.16.840.1.113883.1.3, POCD_HD000040",
    "typeId vaut {got} ; celui de CDA R2 est 2.16.840.1.113883.1.3, POCD_HD000040",
)
_TIME = rule(
    "cda.time",
    MUST,
    _R2,
    "effectiveTime is {got}; it is written 20260312174500+0100",
    "effectiveTime vaut {got} ; il s'écrit 20260312174500+0100",
)
_INS = rule(
    "cda.ins",
    MUST,
    "ANS Référentiel INS",
    "the patient has under {root} the id {got}, which is not an INS: fifteen characters under an OID of the INS, a key "
    "of two digits among them (an INS-C has 22 digits)",
    "le patient a sous {root} l'identifiant {got}, qui n'est pas un INS : quinze caractères sous un OID de l'INS, dont "
    "une clé de deux chiffres (un INS-C a 22 chiffres)",
)
_INS_KEY = rule(
    "cda.ins.key",
    SHOULD,
    "ANS Référentiel INS",
    "the key of the INS {got} of the patient is wrong",
    "la clé de l'INS {got} du patient est fausse",
)
_INS_MONTH = rule(
    "cda.ins.month",
    SHOULD,
    "ANS Référentiel INS",
    "the INS {got} of the patient has no such month of birth in its characters 4 and 5",
    "l'INS {got} du patient n'a pas un mois de naissance possible en ses caractères 4 et 5",
)
_NO_INS = rule(
    "cda.ins.missing",
    SHOULD,
    "ANS Référentiel INS",
    "no id of the patient is an INS: the DMP takes no other patient",
    "aucun identifiant du patient n'est un INS : le DMP ne connaît pas d'autre patient",
)


_FLAWS: Final = {Flaw.KEY: _INS_KEY, Flaw.MONTH: _INS_MONTH}


def document_of(tree: Tree) -> etree._Element | None:
    """The ClinicalDocument, alone or inside the style sheet that presents it."""
    if tree.root.tag == DOCUMENT:
        return tree.root
    return next(tree.root.iter(DOCUMENT), None) if tree.root.tag in STYLESHEETS else None


def check_document(tree: Tree, document: etree._Element, sheet: Sheet) -> None:
    """The header of a CDA file."""
    for name in _REQUIRED:
        if document.find(H + name) is None:
            sheet.add(_MISSING(tree.at(document), got=name))
    _values(tree, document, sheet)
    header: Header | None = None
    try:
        header = read_header(BytesIO(tree.piece.data), with_identifier_types=True)
    except CdaError as error:
        sheet.add(_UNREADABLE(tree.at(document), reason=told(error)))
    sheet.ran("CDA header")
    if sheet.circumstances.french:
        cda_france.check_header(tree, document, sheet)
        _ins(tree, document, sheet)
        sheet.ran("INS")
        if header is not None:
            _as_entry(tree, document, header, sheet)


def _values(tree: Tree, document: etree._Element, sheet: Sheet) -> None:
    identifier, kind, time = (document.find(H + name) for name in ("id", "typeId", "effectiveTime"))
    if identifier is not None and not is_oid(identifier.get("root", "")):
        sheet.add(_ID(tree.at(identifier), got=identifier.get("root", "-")))
    if kind is not None:
        got = f"{kind.get('root', '')}, {kind.get('extension', '')}"
        if got != "2.16.840.1.113883.1.3, POCD_HD000040":
            sheet.add(_TYPE_ID(tree.at(kind), got=got))
    if time is not None and utc(time.get("value")) is None:
        sheet.add(_TIME(tree.at(time), got=time.get("value", "-")))


def _ins(tree: Tree, document: etree._Element, sheet: Sheet) -> None:
    found = False
    for identifier in document.iterfind(f"{H}recordTarget/{H}patientRole/{H}id"):
        if identifier.get("root") not in AUTHORITIES | LEGACY:
            continue
        found = True
        got, root = identifier.get("extension", ""), identifier.get("root", "")
        for flaw in sorted(Ins(got, root).flaws, key=lambda each: each.value):
            sheet.add(_FLAWS.get(flaw, _INS)(tree.at(identifier), got=got or "-", root=root))
    if not found:
        sheet.add(_NO_INS(tree.where("/ClinicalDocument/recordTarget/patientRole")))


def _as_entry(tree: Tree, document: etree._Element, header: Header, sheet: Sheet) -> None:
    """What the rule books say of the attributes that the header gives; the others are the sender's to add."""
    entry = replace(header.entry, entry_uuid="document")
    submission = Submission.of([to_ebrim(entry)])
    for found in check(submission, sheet.circumstances.domain, transaction="ITI-41"):
        path = _path(found)
        if path is not None and document.find("/".join(H + step for step in path.split("/"))) is not None:
            sheet.add(_remark(tree, found, path))
    sheet.ran("codes and persons of the header")


def _path(found: Finding) -> str | None:
    """Where the header says what a rule is about; None for what it does not say."""
    rule_id = found.rule.id
    if rule_id.endswith((".missing", ".single")) or not rule_id.startswith(("fr.", "de.", "domain.")):
        return None
    if rule_id.startswith(("fr.patientId.", "fr.uniqueId.", "de.uniqueId.", "de.patientId.")):
        return None  # the ids were looked at in the header itself
    return next((path for word, path in _OF_HEADER.items() if word in rule_id.split(".")), None)


def _remark(tree: Tree, found: Finding, path: str) -> Remark:
    where = tree.where(f"/ClinicalDocument/{path}")
    en, fr = clean(found.message("en")), clean(found.message("fr"))
    return Remark(found.rule.id, SHOULD, found.rule.spec, where, en, fr, code=str(found.code))
