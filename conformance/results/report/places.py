"""Which lines of a shown document a check points at."""

import re
from typing import Any, Final

from lxml import etree

from conformance.messages.names import PREFIXES
from conformance.results.report.xmltext import Printed

_LONGEST: Final = 2000
_MOST: Final = 20
_LAST_STEP: Final = re.compile(r"^(?P<before>/.+?)/{1,2}(?:@|[\w*-]+::)?[\w.:*-]+(?:\(\))?(?:\[[^\[\]]*\])*$")


def lines_of(where: str, root: etree._Element, printed: Printed) -> list[int]:
    """Lines of what an XPath finds; of the nearest place above when the last step finds nothing, for it is missing.

    Empty when *where* is no XPath, or leads nowhere.
    """
    found = _found(where, root)
    if not found and (above := _LAST_STEP.match(where.strip())):
        found = [place for place in _found(above["before"], root) if place[0] is not root]
    lines = {line for element, name in found for line in _lines(element, name, printed)}
    return sorted(lines)[:_MOST]


def _lines(element: etree._Element, attribute: str, printed: Printed) -> range | list[int]:
    """The lines of an opening tag, or the one that holds the attribute."""
    lines = printed.at.get(element, range(0))
    if not attribute:
        return lines
    local = attribute.rpartition("}")[2]
    return [line for line in lines if re.search(rf"[\s:]{re.escape(local)}=\"", printed.lines[line - 1])] or lines


def _found(where: str, root: etree._Element) -> list[tuple[etree._Element, str]]:
    """Elements, each with the name of the attribute that was found in it, if one was."""
    if not where or len(where) > _LONGEST:
        return []
    try:
        result: Any = etree.XPath(where, namespaces=PREFIXES, regexp=False)(root)
    except (etree.XPathError, ValueError, TypeError):
        return []
    if not isinstance(result, list):
        return []
    found = []
    for item in result[:_MOST]:
        if isinstance(item, etree._Element):
            found.append((item, ""))
        elif getattr(item, "getparent", lambda: None)() is not None:  # text and attributes know whose they are
            found.append((item.getparent(), str(getattr(item, "attrname", None) or "")))
    return found
