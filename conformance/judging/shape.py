"""The XML schema of a body."""

from copy import deepcopy
from typing import Final

from lxml import etree

from conformance.judging.book import clean, told
from conformance.judging.place import Tree
from conformance.judging.remark import Remark
from conformance.judging.sheet import Sheet
from conformance.model import MUST
from metadata.rules import BOOK
from metadata.vocabulary import FAILURE, LCM, QUERY, RIM
from schemas import schema

_MOST: Final = 50
_SUBMIT: Final = f"{{{LCM}}}SubmitObjectsRequest"
_LIST: Final = f"{{{RIM}}}RegistryObjectList"
_RULE: Final = BOOK["xml.schema"]


def _is_forgiven(body: etree._Element, message: str) -> bool:
    """The framework's own Failure has no RegistryObjectList, which the schema asks for. # ITI TF-3 4.2.4.1"""
    return (
        body.tag == f"{{{QUERY}}}AdhocQueryResponse"
        and body.get("status") == FAILURE
        and message.endswith("lacks rim:RegistryObjectList")
    )


def check(tree: Tree, body: etree._Element, transaction: str, sheet: Sheet) -> None:
    """What the XSD does not allow in `body`; says nothing of an element that no schema here declares."""
    judged = body
    if body.tag == _LIST:  # no body by itself: looked at in the request that would carry it
        judged = etree.Element(_SUBMIT)
        judged.append(deepcopy(body))
    try:
        found = schema(str(judged.tag)).violations(judged)
    except LookupError:
        return
    code = str(_RULE.codes.get(transaction, ""))
    for each in found[:_MOST]:
        if _is_forgiven(body, each.message):
            continue
        line = tree.piece.line_of(each.line)
        reason = told(each.message)
        en = clean(_RULE.en.format(line=line or "-", reason=reason.en))
        fr = clean(_RULE.fr.format(line=line or "-", reason=reason.fr))
        where = clean(f"{each.path} (line {line})" if line else each.path)
        sheet.add(Remark(_RULE.id, MUST, _RULE.spec, where, en, fr, code=code))
    sheet.ran("XSD")
