"""The contents of a message: xop:Include resolved to parts, inline base64 decoded. # XOP 1.0, RFC 2392"""

import binascii
from collections import Counter
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from lxml import etree

from conformance.judging.book import rule
from conformance.judging.markup import elements, local_name
from conformance.judging.multipart import Part
from conformance.judging.packaging import Package
from conformance.judging.place import Tree
from conformance.judging.sheet import Sheet
from conformance.model import MUST, SHOULD
from metadata.vocabulary import XDS
from soap.names import INCLUDE

_DOCUMENT: Final = f"{{{XDS}}}Document"

_CID = rule(
    "wire.xop.cid",
    MUST,
    "XOP 1.0 4.1",
    "the href {got} matches the Content-ID of no part",
    "le href {got} ne correspond au Content-ID d'aucune partie",
)
_CID_FORM = rule(
    "wire.xop.cid-form",
    SHOULD,
    "RFC 2392 2",
    "the href {got} and the Content-ID {expected} differ in case or in what is percent-encoded; some receivers do not "
    "find the part",
    "le href {got} et le Content-ID {expected} diffèrent par la casse ou par l'échappement ; des récepteurs ne "
    "trouvent pas la partie",
)
_HREF = rule(
    "wire.xop.href",
    MUST,
    "XOP 1.0 3.2",
    "the href of xop:Include is {got}; it is a cid: URL",
    "le href de xop:Include vaut {got} ; c'est une URL cid:",
)
_ALONE = rule(
    "wire.xop.alone",
    MUST,
    "XOP 1.0 3.2",
    "xop:Include has text or other elements beside it; it is the only content of its element",
    "xop:Include a du texte ou d'autres éléments à côté de lui ; il est le seul contenu de son élément",
)
_PLACE = rule(
    "wire.xop.place",
    MUST,
    "ITI TF-2 Appendix V.8.2",
    "xop:Include stands in {got}; only Document may be attached",
    "xop:Include est dans {got} ; seul Document peut être joint",
)
_UNUSED = rule(
    "wire.xop.unused",
    SHOULD,
    "XOP 1.0 4.1",
    "nothing in the envelope refers to the part",
    "rien dans l'enveloppe ne désigne la partie",
)
_BASE64 = rule(
    "wire.xop.base64",
    MUST,
    "ITI TF-2 3.41.4.1.2",
    "Document holds neither an xop:Include nor base64",
    "Document ne contient ni xop:Include ni base64",
)
_EMPTY = rule(
    "wire.xop.empty",
    SHOULD,
    "ITI TF-2 3.41.4.1.2",
    "the document has no byte",
    "le document n'a pas un octet",
)


@dataclass(frozen=True, slots=True)
class Attached:
    """One Document element and its bytes."""

    element: etree._Element
    content: bytes | None
    """None: they are not there."""
    part: Part | None = None


def resolve(tree: Tree, package: Package, sheet: Sheet) -> list[Attached]:
    """The contents of all Document elements below the root of `tree`.

    Without the MIME message around an envelope nobody knows its parts: its includes are then taken as they are.
    """
    by_id = {part.content_id: part for part in reversed(package.attachments) if part.content_id}
    found = []
    used: Counter[int] = Counter()
    for element in tree.root.iter(_DOCUMENT):
        includes = [child for child in elements(element) if child.tag == INCLUDE]
        if includes and not package.is_multipart:
            found.append(Attached(element, None))
        elif includes:
            part = _included(tree, element, includes[0], by_id, sheet)
            if part is not None:
                used[part.number] += 1
            found.append(Attached(element, None if part is None else part.content.data, part))
        else:
            found.append(Attached(element, _inline(tree, element, sheet)))
    for include in tree.root.iter(INCLUDE):
        parent = include.getparent()
        if sheet.full:
            break
        if parent is not None and parent.tag != _DOCUMENT:
            sheet.add(_PLACE(tree.at(include), got=local_name(parent)))
    sheet.note(_UNUSED(part.where, part=part.name) for part in package.attachments if not used[part.number])
    sheet.note(_EMPTY(tree.at(each.element)) for each in found if each.content == b"")
    sheet.ran("attachments")
    return found


def _included(
    tree: Tree, holder: etree._Element, include: etree._Element, by_id: dict[str, Part], sheet: Sheet
) -> Part | None:
    at = tree.at(include)
    text = (holder.text or "") + "".join(child.tail or "" for child in holder)
    if len(elements(holder)) > 1 or text.strip():
        sheet.add(_ALONE(at))
    href = include.get("href", "")
    if href[:4].lower() != "cid:":
        sheet.add(_HREF(at, got=href or "-"))
        return None
    wanted = href[4:]
    for exact in (unquote(wanted), wanted):
        if exact in by_id:
            return by_id[exact]
    folded = unquote(wanted).removeprefix("<").removesuffix(">").casefold()
    for known, part in by_id.items():
        if unquote(known).casefold() == folded:
            sheet.add(_CID_FORM(at, got=href, expected=known))
            return part
    sheet.add(_CID(at, got=href))
    return None


def _inline(tree: Tree, element: etree._Element, sheet: Sheet) -> bytes | None:
    text = "".join((element.text or "").split())
    try:
        if elements(element):
            raise ValueError("an element where base64 should stand")
        return binascii.a2b_base64(text.encode("ascii"), strict_mode=True) if text else b""
    except ValueError:
        sheet.add(_BASE64(tree.at(element)))
        return None
