"""libxml2's validation messages in words that a sender can use: usual prefixes, no `{urn:…}`."""

import re
from typing import Final

from lxml import etree

PREFIXES: Final = {
    "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0": "rim",
    "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0": "rs",
    "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0": "lcm",
    "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0": "query",
    "urn:ihe:iti:xds-b:2007": "xds",
    "urn:hl7-org:v3": "hl7",
    "http://www.w3.org/2004/08/xop/include": "xop",
    "http://www.w3.org/XML/1998/namespace": "xml",
}
_LONGEST = 300
_NAME = re.compile(r"\{([^{}\s']+)\}([\w.-]+)")
_STEP = re.compile(r"(?:(?P<prefix>[^:/\[\]]+):)?(?P<name>[^:/\[\]@]+)(?:\[(?P<place>\d+)\])?")

_ELEMENT = r"^Element '(.+?)'"
_ATTRIBUTE = _ELEMENT + r", attribute '(.+?)'"
_UNEXPECTED = _ELEMENT + r": This element is not expected\."
_MISSING = _ELEMENT + r": Missing child element\(s\)\."

_WORDINGS: Final = [
    (re.compile(pattern), wording)
    for pattern, wording in (
        (_ELEMENT + r": The attribute '(.+?)' is required but missing\.$", r"\1 must have the attribute \2"),
        (_ATTRIBUTE + r": The attribute '.+?' is not allowed\.$", r"\1 has no attribute \2"),
        (_UNEXPECTED + r" Expected is one of \( (.+?) \)\.$", r"\1 may not stand here; one of \2 may"),
        (_UNEXPECTED + r" Expected is \( (.+?) \)\.$", r"\1 may not stand here, but \2 may"),
        (_UNEXPECTED + r"$", r"\1 may not stand here"),
        (_MISSING + r" Expected is one of \( (.+?) \)\.$", r"\1 lacks one of \2"),
        (_MISSING + r" Expected is \( (.+?) \)\.$", r"\1 lacks \2"),
        (_ELEMENT + r": Character content .*", r"\1 may hold elements only, but there is text in it"),
        (_ELEMENT + r": Element content is not allowed.*", r"\1 may hold text only, but there is an element in it"),
        (
            _ATTRIBUTE + r": \[facet 'enumeration'\] The value '(.*?)' is not an element of the set \{(.*?)\}\.$",
            r"\1/@\2 is '\3'; it must be one of \4",
        ),
        (
            _ATTRIBUTE + r": '(.*)' is not a valid value of the atomic type 'xs:(.+?)'\.$",
            r"\1/@\2 is '\3', which is not of type \4",
        ),
        (_ELEMENT + r": No matching global declaration .*", r"\1 is not a body element that this schema knows"),
    )
]


def readable(message: str) -> str:
    """One message of libxml2, reworded where it is a usual one, shortened where it quotes a lot."""
    text = _NAME.sub(lambda m: _qualified(m[1], m[2]), message)
    for pattern, wording in _WORDINGS:
        if pattern.match(text):
            text = pattern.sub(wording, text)
            break
    text = text.replace("\n", " ")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def prefixed_path(body: etree._Element, path: str) -> str:
    """`path`, an XPath of libxml2 from `body`, with the usual prefixes whatever the message binds them to.

    libxml2 writes the prefixes of the message, and `*[3]` where there is a default namespace.
    """
    node, written = body, "/" + _name_of(body)
    for step in path.strip("/").split("/")[1:]:
        if step.startswith("@") or (found := _STEP.fullmatch(step)) is None:
            return f"{written}/{step}"
        same = [child for child in node.iterchildren(etree.Element) if _matches(child, found["prefix"], found["name"])]
        place = int(found["place"] or 1)
        if place > len(same):
            return f"{written}/{step}"
        node = same[place - 1]
        written += "/" + _name_of(node) + _place_of(node)
    return written


def _matches(child: etree._Element, prefix: str | None, name: str) -> bool:
    return name == "*" or (child.prefix == prefix and etree.QName(child).localname == name)


def _name_of(element: etree._Element) -> str:
    name = etree.QName(element)
    return _qualified(name.namespace or "", name.localname)


def _place_of(element: etree._Element) -> str:
    """`[2]` when it has siblings of its name."""
    before = len(list(element.itersiblings(str(element.tag), preceding=True)))
    alone = before == 0 and next(element.itersiblings(str(element.tag)), None) is None
    return "" if alone else f"[{before + 1}]"


def _qualified(namespace: str, local: str) -> str:
    prefix = PREFIXES.get(namespace)
    return f"{prefix}:{local}" if prefix else local
