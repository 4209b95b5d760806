"""What a registry or repository answers: status, errors, results. # ITI TF-3 4.2.4"""

from typing import Final

from lxml import etree

from conformance.judging.answercodes import CODES
from conformance.judging.book import rule
from conformance.judging.place import Tree
from conformance.judging.sheet import Sheet, of_finding
from conformance.judging.submission import read
from conformance.model import MUST, SHOULD
from metadata.rules import check as check_rules
from metadata.vocabulary import (
    APPROVED,
    DEPRECATED,
    FAILURE,
    PARTIAL_SUCCESS,
    RIM,
    RS,
    SEVERITY_ERROR,
    SEVERITY_WARNING,
    SUCCESS,
    XDS,
)

_SECTION: Final = "ITI TF-3 4.2.4"
_WHOLE: Final = frozenset({"ITI-41", "ITI-42", "ITI-57", "ITI-61", "ITI-62", "ITI-92"})
"""Transactions that are done or not, never in part."""
_GENERAL: Final = frozenset({"XDSRegistryError", "XDSRepositoryError"})
_OF_A_DOCUMENT: Final = "XDSDocumentUniqueIdError"
_PER_OBJECT: Final = frozenset({"de", "ss", "folder", "author", "code", "slot"})
"""First words of the rules that one object can break by itself."""

_STATUS = rule(
    "answer.status",
    MUST,
    _SECTION,
    "status is {got}; it is one of the URNs Success, Failure (ebRS) and PartialSuccess (IHE)",
    "status vaut {got} ; c'est une des URN Success, Failure (ebRS) et PartialSuccess (IHE)",
)
_PARTIAL = rule(
    "answer.partial",
    MUST,
    _SECTION,
    "{transaction} answers PartialSuccess; a submission is accepted or refused whole",
    "{transaction} répond PartialSuccess ; une soumission est acceptée ou refusée entière",
)
_NO_ERROR = rule(
    "answer.error-missing",
    MUST,
    f"{_SECTION}.2",
    "status is {got} and there is no RegistryError of severity Error that says why",
    "status vaut {got} et aucun RegistryError de gravité Error ne dit pourquoi",
)
_SUCCESS_WITH_ERROR = rule(
    "answer.error-in-success",
    MUST,
    f"{_SECTION}.2",
    "status is Success and a RegistryError has the severity Error; with Success there are warnings only",
    "status vaut Success et un RegistryError a la gravité Error ; avec Success il n'y a que des avertissements",
)
_CODE = rule(
    "answer.code.unknown",
    SHOULD,
    f"{_SECTION}.1",
    "errorCode {got} is none of the standard; a community may have its own, and clients may not know them",
    "errorCode {got} n'est pas du standard ; une communauté peut avoir les siens, que des clients ne connaissent pas",
)
_CODE_PLACE = rule(
    "answer.code.transaction",
    SHOULD,
    f"{_SECTION}.1",
    "errorCode {got} is not one of {transaction}, but of {expected}",
    "errorCode {got} n'est pas de {transaction}, mais de {expected}",
)
_CONTEXT = rule(
    "answer.context",
    SHOULD,
    f"{_SECTION}.1",
    "codeContext is empty: it tells people what was wrong",
    "codeContext est vide : il dit aux gens ce qui n'allait pas",
)
_SEVERITY = rule(
    "answer.severity",
    MUST,
    f"{_SECTION}.1",
    "severity is {got}; it is the URN of Error or that of Warning",
    "severity vaut {got} ; c'est l'URN de Error ou celle de Warning",
)
_HIGHEST = rule(
    "answer.highest-severity",
    MUST,
    _SECTION,
    "highestSeverity is {got}; the worst of the errors is {expected}",
    "highestSeverity vaut {got} ; la pire des erreurs est {expected}",
)
_DETAILS = rule(
    "answer.context.details",
    MUST,
    f"{_SECTION}.1",
    "codeContext of {got} is empty; for an error of any kind it says which",
    "codeContext de {got} est vide ; pour une erreur quelconque il dit laquelle",
)
_BODY = rule(
    "answer.error-body",
    MUST,
    f"{_SECTION}.1",
    "a RegistryError holds text or elements; what it says stands in its attributes",
    "un RegistryError contient du texte ou des éléments ; ce qu'il dit est dans ses attributs",
)
_LOCATION = rule(
    "answer.location",
    MUST,
    "ITI TF-2 3.43.5",
    "location of {got} is empty; in an answer to ITI-43 it names the document, by its uniqueId",
    "location de {got} est vide ; dans une réponse à ITI-43 il désigne le document, par son uniqueId",
)
_IN_FAILURE = rule(
    "answer.objects-in-failure",
    MUST,
    f"{_SECTION}.2",
    "status is Failure, and the answer has {count} objects; a query that failed returns nothing",
    "status vaut Failure, et la réponse a {count} objets ; une requête en échec ne renvoie rien",
)
_DOCUMENTS = rule(
    "answer.documents",
    MUST,
    f"{_SECTION}.2",
    "status is {got} with {documents} documents and {errors} errors: Success has documents and no error, Failure no "
    "document, PartialSuccess both",
    "status vaut {got} avec {documents} documents et {errors} erreurs : Success a des documents et aucune erreur, "
    "Failure aucun document, PartialSuccess les deux",
)
_OBJECT_ID = rule(
    "answer.object.id",
    MUST,
    "ITI TF-3 4.2.3.2.7",
    "the id of a returned {object} is {got}; a registry returns urn:uuid:, never a symbolic id",
    "l'id d'un {object} renvoyé est {got} ; un registre renvoie urn:uuid:, jamais un id symbolique",
)
_OBJECT_STATUS = rule(
    "answer.object.status",
    MUST,
    "ITI TF-3 4.2.3.2.2",
    "the status of a returned {object} is {got}; it is the URN of Approved or that of Deprecated",
    "le status d'un {object} renvoyé est {got} ; c'est l'URN de Approved ou celle de Deprecated",
)
_PARENT = rule(
    "answer.object.parent",
    MUST,
    "ITI TF-3 4.2.3.1.2",
    "{attribute} is {got}; it is the id of the object that holds it, {expected}",
    "{attribute} vaut {got} ; c'est l'id de l'objet qui le porte, {expected}",
)


def check(tree: Tree, body: etree._Element, transaction: str, sheet: Sheet) -> None:
    """The answer of a registry or repository; `transaction` is empty where nothing tells it."""
    told = body if body.tag != f"{{{XDS}}}RetrieveDocumentSetResponse" else body.find(f"{{{RS}}}RegistryResponse")
    if told is None:
        return  # the schema says it
    status = told.get("status", "")
    errors = list(told.iter(f"{{{RS}}}RegistryError"))
    if status not in (SUCCESS, FAILURE, PARTIAL_SUCCESS):
        sheet.add(_STATUS(tree.at(told, "/@status"), got=status or "-"))
    elif status == PARTIAL_SUCCESS and transaction in _WHOLE:
        sheet.add(_PARTIAL(tree.at(told, "/@status"), transaction=transaction))
    _errors(tree, told, errors, transaction, sheet)
    serious = [each for each in errors if each.get("severity", SEVERITY_ERROR) != SEVERITY_WARNING]
    if status == SUCCESS and serious:
        sheet.add(_SUCCESS_WITH_ERROR(tree.at(serious[0])))
    if status in (FAILURE, PARTIAL_SUCCESS) and not serious:
        sheet.add(_NO_ERROR(tree.at(told), got=status.rpartition(":")[2]))
    objects = body.find(f"{{{RIM}}}RegistryObjectList")
    if status == FAILURE and objects is not None and len(objects):
        sheet.add(_IN_FAILURE(tree.at(objects), count=len(objects)))
    if told is not body:
        _documents(tree, body, status, len(serious), sheet)
    sheet.ran("answer")


def _errors(tree: Tree, told: etree._Element, errors: list[etree._Element], transaction: str, sheet: Sheet) -> None:
    for error in errors:
        if sheet.full:
            break
        code, severity = error.get("errorCode", "").rpartition(":")[2], error.get("severity", "")
        if code not in CODES:
            sheet.add(_CODE(tree.at(error, "/@errorCode"), got=code or "-"))
        elif transaction and transaction not in CODES[code]:
            expected = ", ".join(sorted(CODES[code]))
            sheet.add(_CODE_PLACE(tree.at(error, "/@errorCode"), got=code, transaction=transaction, expected=expected))
        if not error.get("codeContext", "").strip():
            sheet.add(_DETAILS(tree.at(error), got=code) if code in _GENERAL else _CONTEXT(tree.at(error)))
        if severity not in (SEVERITY_ERROR, SEVERITY_WARNING):
            sheet.add(_SEVERITY(tree.at(error, "/@severity"), got=severity or "-"))
        if len(error) or (error.text or "").strip():
            sheet.add(_BODY(tree.at(error)))
        if transaction == "ITI-43" and code == _OF_A_DOCUMENT and not error.get("location", "").strip():
            sheet.add(_LOCATION(tree.at(error), got=code))
    listed = told.find(f"{{{RS}}}RegistryErrorList")
    highest = None if listed is None else listed.get("highestSeverity")
    if listed is None or highest is None:
        return
    severities = {each.get("severity") for each in errors}
    worst = SEVERITY_ERROR if SEVERITY_ERROR in severities else SEVERITY_WARNING
    if errors and highest != worst:
        sheet.add(_HIGHEST(tree.at(listed, "/@highestSeverity"), got=highest, expected=worst))


def _documents(tree: Tree, body: etree._Element, status: str, errors: int, sheet: Sheet) -> None:
    documents = sum(1 for _ in body.iterchildren(f"{{{XDS}}}DocumentResponse"))
    fits = {
        SUCCESS: documents > 0 and not errors,
        FAILURE: not documents,
        PARTIAL_SUCCESS: documents > 0 and errors > 0,
    }
    if not fits.get(status, True):
        got = status.rpartition(":")[2]
        sheet.add(_DOCUMENTS(tree.at(body), got=got, documents=documents, errors=errors))


def check_objects(tree: Tree, body: etree._Element, sheet: Sheet) -> None:
    """The objects of a query's answer: their ids, statuses, and what the rule book says of each by itself."""
    objects = body.find(f"{{{RIM}}}RegistryObjectList")
    if objects is None or not len(objects):
        return
    for element in objects.iterchildren(etree.Element):
        if sheet.full:
            break
        name = etree.QName(element).localname
        if not element.get("id", "").startswith("urn:uuid:"):
            sheet.add(_OBJECT_ID(tree.at(element, "/@id"), object=name, got=element.get("id", "-")))
        if name in ("ExtrinsicObject", "RegistryPackage", "Association"):
            _object(tree, element, name, sheet)
    submission = read(tree, objects, sheet)
    if submission is None:
        return
    found = check_rules(submission, sheet.circumstances.domain, transaction="ITI-42")
    own = [each for each in found if each.rule.id.partition(".")[0] in _PER_OBJECT]
    sheet.note(of_finding(each, tree.where) for each in own)
    sheet.ran("returned metadata")


def _object(tree: Tree, element: etree._Element, name: str, sheet: Sheet) -> None:
    status, own = element.get("status", ""), element.get("id", "")
    if status not in (APPROVED, DEPRECATED):
        sheet.add(_OBJECT_STATUS(tree.at(element, "/@status"), object=name, got=status or "-"))
    for tag, attribute in (("Classification", "classifiedObject"), ("ExternalIdentifier", "registryObject")):
        for part in element.iterchildren(f"{{{RIM}}}{tag}"):
            if part.get(attribute) != own:
                at = tree.at(part, f"/@{attribute}")
                sheet.add(_PARENT(at, attribute=attribute, got=part.get(attribute, "-"), expected=own))
