"""A stored query: its id, its parameters, its patient. # ITI TF-2 3.18.4.1.2"""

from typing import Final

from lxml import etree

from conformance.judging.book import Both, rule
from conformance.judging.place import Tree
from conformance.judging.sheet import Sheet
from conformance.judging.token import check_patients
from conformance.model import MUST
from dmp.ins import Flaw, Ins
from dmp.vihf import VihfCaller
from metadata.rules import query as rules
from metadata.storedqueries_catalogue import Form
from metadata.storedqueries_message import QueryMessage, parse_adhoc_query_request

TRANSACTIONS: Final = frozenset({"ITI-18", "ITI-38"})

_INS = rule(
    "query.ins",
    MUST,
    "ANS Référentiel INS",
    "{parameter} is not a well-formed INS: wrong is {reason}",
    "{parameter} n'est pas un INS bien formé : est faux {reason}",
)


_FLAWS: Final = {
    Flaw.STRUCTURE: Both("the form", "la forme"),
    Flaw.AUTHORITY: Both("the OID", "l'OID"),
    Flaw.MONTH: Both("the month of birth", "le mois de naissance"),
    Flaw.KEY: Both("the key", "la clé"),
}


def check(tree: Tree, body: etree._Element, caller: VihfCaller | None, sheet: Sheet) -> None:
    """Everything that a registry would refuse of the query itself."""
    message = parse_adhoc_query_request(body)
    waived = rules.LENIENT if sheet.circumstances.french else sheet.circumstances.domain.waived
    sheet.findings(rules.check(message, waived), tree.where)
    sheet.ran("stored query")
    if sheet.circumstances.french:
        _patient(tree, message, caller, sheet)


def _patient(tree: Tree, message: QueryMessage, caller: VihfCaller | None, sheet: Sheet) -> None:
    for argument in message.arguments:
        if argument.parameter is None or argument.parameter.form is not Form.PATIENT:
            continue
        for value in argument.values:
            ins = Ins.of(value)
            flaws = {Flaw.AUTHORITY} if ins is None else ins.flaws
            if flaws:
                words = [_FLAWS[flaw] for flaw in sorted(flaws, key=lambda each: each.value)]
                reason = Both(", ".join(each.en for each in words), ", ".join(each.fr for each in words))
                sheet.add(_INS(tree.where(argument.path), parameter=argument.name, reason=reason))
        sheet.ran("INS")
        check_patients(tree, argument.path, list(argument.values), caller, sheet)
