"""How one thing is broken in a good message: small functions on the tree, made from an XPath.

    remove("//rim:ExtrinsicObject/rim:Slot[@name='creationTime']")

Each raises `NothingToEdit` where the XPath finds nothing: a case that breaks nothing would prove nothing.
"""

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from lxml import etree

from conformance.messages.names import PREFIXES

Edit = Callable[[etree._Element], None]
"""Changes the tree below the body element that it is given."""


class NothingToEdit(LookupError):
    """The XPath of an edit finds nothing in the message."""


def edited(xml: bytes, edits: Iterable[Edit]) -> bytes:
    """`xml`, one element, after all edits; untouched when there are none."""
    wanted = list(edits)
    if not wanted:
        return xml
    root = etree.fromstring(xml)
    for edit in wanted:
        edit(root)
    return etree.tostring(root, encoding="UTF-8")


def remove(xpath: str) -> Edit:
    """Takes out every element that is found, or every attribute (`…/@name`)."""

    def edit(root: etree._Element) -> None:
        for found in _find(root, xpath):
            if isinstance(found, etree._Element):
                _parent(found).remove(found)
            else:
                del found.getparent().attrib[found.attrname]

    return edit


def write(xpath: str, value: str) -> Edit:
    """Gives every element that is found the text `value`, or every attribute (`…/@name`) that value."""

    def edit(root: etree._Element) -> None:
        for found in _find(root, xpath):
            if isinstance(found, etree._Element):
                found.text = value
            else:
                found.getparent().attrib[found.attrname] = value

    return edit


def attribute(xpath: str, name: str, value: str) -> Edit:
    """Sets attribute `name` of every element that is found, there or not."""

    def edit(root: etree._Element) -> None:
        for found in _find(root, xpath):
            found.set(name, value)

    return edit


def repeat(xpath: str, *, times: int = 1) -> Edit:
    """Puts copies of the first element that is found right behind it."""

    def edit(root: etree._Element) -> None:
        found = _find(root, xpath)[0]
        for _ in range(times):
            found.addnext(deepcopy(found))

    return edit


def insert(xpath: str, xml: str, *, at: int | None = None) -> Edit:
    """Puts `xml`, with the prefixes of the suite, into every element that is found: last, or as child number `at`."""

    def edit(root: etree._Element) -> None:
        for found in _find(root, xpath):
            new = element(xml)
            if at is None:
                found.append(new)
            else:
                found.insert(at, new)

    return edit


def replace(xpath: str, xml: str) -> Edit:
    """Puts `xml` in place of every element that is found."""

    def edit(root: etree._Element) -> None:
        for found in _find(root, xpath):
            _parent(found).replace(found, element(xml))

    return edit


def slot(of: str, name: str, *values: str) -> Edit:
    """Gives every object that XPath `of` finds a Slot `name` with `values`, in place of the one it has."""

    def edit(root: etree._Element) -> None:
        for found in _find(root, of):
            for old in found.findall(f"{{{PREFIXES['rim']}}}Slot[@name='{name}']"):
                found.remove(old)
            new = etree.SubElement(found, f"{{{PREFIXES['rim']}}}Slot", name=name)
            held = etree.SubElement(new, f"{{{PREFIXES['rim']}}}ValueList")
            for value in values:
                etree.SubElement(held, f"{{{PREFIXES['rim']}}}Value").text = value
            found.insert(0, new)

    return edit


def element(xml: str) -> etree._Element:
    """An element from text that uses the prefixes of the suite without declaring them."""
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in PREFIXES.items())
    return etree.fromstring(f"<x {declared}>{xml}</x>")[0]


def _parent(found: etree._Element) -> etree._Element:
    parent = found.getparent()
    if parent is None:
        raise NothingToEdit(f"{etree.QName(found).localname} is the body itself: it has no place to be taken out of")
    return parent


def _find(root: etree._Element, xpath: str) -> list[Any]:
    found: Any = root.xpath(xpath, namespaces=PREFIXES)
    if not found:
        raise NothingToEdit(f"{xpath} finds nothing in {etree.QName(root).localname}")
    return list(found)
