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
        found = [element for element in _found(above["before"], root) if element is not root]
    lines = {printed.at[element] for element in found if element in printed.at}
    return sorted(lines)[:_MOST]


def _found(where: str, root: etree._Element) -> list[etree._Element]:
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
        # the text of an element or attribute knows whose it is
        element = item if isinstance(item, etree._Element) else getattr(item, "getparent", lambda: None)()
        if element is not None:
            found.append(element)
    return found
