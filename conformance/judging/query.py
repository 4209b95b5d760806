"""A stored query: its id, its parameters, its patient. # ITI TF-2 3.18.4.1.2"""

from typing import Final

from lxml import etree

from conformance.judging.book import rule
from conformance.judging.place import Tree
from conformance.judging.sheet import Sheet
from conformance.judging.token import check_patients
from conformance.model import MUST
from dmp.ins import Ins
from dmp.vihf import VihfCaller
from metadata.rules import query as rules
from metadata.storedqueries_catalogue import Form
from metadata.storedqueries_message import QueryMessage, parse_adhoc_query_request

TRANSACTIONS: Final = frozenset({"ITI-18", "ITI-38"})

_INS = rule(
    "query.ins",
    MUST,
    "ANS Référentiel INS",
    "{parameter} is not a well-formed INS: {reason}",
    "{parameter} n'est pas un INS bien formé : {reason}",
)


def check(tree: Tree, body: etree._Element, caller: VihfCaller | None, sheet: Sheet) -> None:
    """Everything that a registry would refuse of the query itself."""
    message = parse_adhoc_query_request(body)
    sheet.findings(rules.check(message), tree.where)
    sheet.ran("stored query")
    if sheet.circumstances.french:
        _patient(tree, message, caller, sheet)


def _patient(tree: Tree, message: QueryMessage, caller: VihfCaller | None, sheet: Sheet) -> None:
    for argument in message.arguments:
        if argument.parameter is None or argument.parameter.form is not Form.PATIENT:
            continue
        for value in argument.values:
            ins = Ins.of(value)
            flaws = ["not an INS"] if ins is None else sorted(flaw.value for flaw in ins.flaws)
            if flaws:
                sheet.add(_INS(tree.where(argument.path), parameter=argument.name, reason=", ".join(flaws)))
        sheet.ran("INS")
        check_patients(tree, argument.path, list(argument.values), caller, sheet)
