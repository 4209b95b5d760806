"""XML written for reading: indented, one attribute a line where they are many, secrets masked, line of each element."""

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final
from xml.sax.saxutils import escape

from lxml import etree

from conformance.results.redaction import MASK, SECRET_ATTRIBUTES, SECRET_ELEMENTS, Secrets

WIDTH: Final = 116
"""Columns after which the attributes of an element go on lines of their own."""
_INDENT: Final = "  "
_BASE64: Final = re.compile(r"[A-Za-z0-9+/=\s]+")
_LONG: Final = 240
_SHOWN: Final = 96
_LONGEST: Final = 16_384
_MOST_ATTRIBUTES: Final = 200
_SECRET_ATTRIBUTES: Final = frozenset(name.lower() for name in SECRET_ATTRIBUTES)
_XML: Final = "http://www.w3.org/XML/1998/namespace"


def parse(data: bytes) -> etree._Element:
    """The root of a hostile document: no entities, no network, nothing huge. Raises etree.XMLSyntaxError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(data, parser)


@dataclass(slots=True)
class Printed:
    """A document as it is shown."""

    lines: list[str] = field(default_factory=list)
    at: dict[etree._Element, range] = field(default_factory=dict)
    """Lines of each element's opening tag, from 1."""
    declared: dict[etree._Element, list[tuple[str, str]]] = field(default_factory=dict)
    """Namespaces that elements declare: prefix, URI."""
    size: int = 0
    """Characters so far."""
    cut: bool = False
    """There is more than was asked for."""

    def add(self, *lines: str) -> None:
        """More lines."""
        self.lines += lines
        self.size += sum(len(line) + 1 for line in lines)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def printed(root: etree._Element, secrets: Secrets, limit: int) -> Printed:
    """The document of *root*, with what precedes and follows it left out; about *limit* characters of it."""
    out = Printed(declared=_declared(root, limit))
    _print(root, "", out, secrets, limit)
    return out


def _declared(root: etree._Element, most: int) -> dict[etree._Element, list[tuple[str, str]]]:
    """The namespaces that each element declares itself, among the first *most* elements."""
    found: dict[etree._Element, list[tuple[str, str]]] = {}
    waiting: list[tuple[str, str]] = []
    walk: Any = etree.iterwalk(root, events=("start-ns", "start"))
    for number, (event, value) in enumerate(walk):
        if event == "start-ns":
            waiting.append(value)
        elif waiting:
            found[value], waiting = waiting, []
        if number > most:
            break
    return found


def _print(node: Any, indent: str, out: Printed, secrets: Secrets, limit: int) -> None:
    if out.size > limit:
        out.cut = True
        return
    if not isinstance(node.tag, str):
        out.add(indent + secrets.mask(_short(_aside(node))))
        return
    opening = _opening(node, out.declared.get(node, []), indent, secrets)
    begin = len(out.lines) + 1
    out.at[node] = range(begin, begin + len(opening))
    name = _name(node)
    text = node.text or ""
    if len(node) == 0:
        body = _leaf(node, text, secrets)
        end = f">{body}</{name}>" if body else "/>"
        out.add(*opening[:-1], opening[-1] + end)
        return
    out.add(*opening[:-1], opening[-1] + ">")
    inner = indent + _INDENT
    _loose(text, inner, out, secrets)
    for child in node:
        _print(child, inner, out, secrets, limit)
        if out.cut:
            return
        _loose(child.tail or "", inner, out, secrets)
    out.add(f"{indent}</{name}>")


def _loose(text: str, indent: str, out: Printed, secrets: Secrets) -> None:
    if text.strip():
        out.add(indent + escape(secrets.mask(_short(text.strip()))))


def _leaf(node: etree._Element, text: str, secrets: Secrets) -> str:
    if not text:
        return ""
    if is_secret(node):
        return MASK
    return escape(secrets.mask(_short(text)))


def is_secret(node: etree._Element) -> bool:
    """Whether the text of an element is not for showing."""
    name = etree.QName(node).localname
    if name in SECRET_ELEMENTS:
        return True
    parent = node.getparent()
    if name == "AttributeValue":
        return parent is not None and (parent.get("Name") or "").lower() in _SECRET_ATTRIBUTES
    # without its proof a token that someone finds on a shared page opens nothing
    return name == "SignatureValue" and any(etree.QName(a).localname == "Assertion" for a in node.iterancestors())


def _opening(node: etree._Element, declared: list[tuple[str, str]], indent: str, secrets: Secrets) -> list[str]:
    given = [(f"xmlns:{prefix}" if prefix else "xmlns", uri) for prefix, uri in declared]
    # by name, one at a time: all the items of an element with twenty thousand attributes take seconds
    names = [str(name) for name in islice(node.attrib.iterkeys(), _MOST_ATTRIBUTES)]
    given += [(_attribute_name(node, name), secrets.mask(node.get(name) or "")) for name in names]
    more = len(node.attrib) - _MOST_ATTRIBUTES
    written = [f'{name}="{_attribute(value)}"' for name, value in given]
    if more > 0:
        written.append(f"… [{more:,} more attributes]")
    start = f"{indent}<{_name(node)}"
    line = " ".join([start, *written])
    if len(line) <= WIDTH or len(written) < 2:
        return [line]
    return [f"{start} {written[0]}", *(f"{indent}{_INDENT * 2}{one}" for one in written[1:])]


def _name(node: etree._Element) -> str:
    local = etree.QName(node).localname
    return f"{node.prefix}:{local}" if node.prefix else local


def _attribute_name(node: etree._Element, name: str) -> str:
    qname = etree.QName(name)
    if not qname.namespace:
        return qname.localname
    if qname.namespace == _XML:
        return f"xml:{qname.localname}"
    prefix = next((p for p, uri in node.nsmap.items() if uri == qname.namespace and p), "?")
    return f"{prefix}:{qname.localname}"


def _attribute(value: str) -> str:
    return escape(_short(value), {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _aside(node: Any) -> str:
    if node.tag is etree.Comment:
        return f"<!--{node.text or ''}-->"
    if node.tag is etree.ProcessingInstruction:
        return f"<?{node.target} {node.text or ''}?>"
    return str(node.text or "")  # an entity that was not resolved, as `&name;`


def _short(text: str) -> str:
    """Base64 of which only the beginning says something to a reader, and texts of which nobody reads the end."""
    if len(text) <= _LONG:
        return text
    if _BASE64.fullmatch(text) and " " not in text.strip():
        packed = "".join(text.split())
        return f"{packed[:_SHOWN]}… [{len(packed):,} characters]"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… [{len(text):,} characters]"
