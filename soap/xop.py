"""References from an envelope to its MIME parts: XOP 1.0, RFC 2392."""

from collections.abc import Collection
from urllib.parse import quote, unquote

from lxml import etree

from soap import faults
from soap.names import INCLUDE


def href_to(content_id: str) -> str:
    """The `cid:` URL of a part, percent-encoded as RFC 2392 says."""
    return "cid:" + quote(content_id, safe="@!$&'()*+,;=:-._~")


def match_href(href: str, content_ids: Collection[str]) -> str:
    """The content id (as in `content_ids`, without `<>`) that an xop:Include/@href means.

    Tried in turn: as it stands, percent-decoded once, both sides decoded, and last without regard to case, since
    senders differ in what they escape. Raises `Fault` when the href is no `cid:` URL, matches no part, or, in the
    lenient forms, matches two.
    """
    if href[:4].lower() != "cid:":
        raise faults.sender(f"xop:Include href {href[:200]!r} is not a cid: URL")
    wanted = href[4:]
    if wanted.startswith("<") and wanted.endswith(">"):
        wanted = wanted[1:-1]
    decoded = unquote(wanted)
    for exact in (wanted, decoded):
        if exact and exact in content_ids:
            return exact
    found = [known for known in content_ids if known and unquote(known) == decoded]
    if not found:
        folded = decoded.casefold()
        found = [known for known in content_ids if known and unquote(known).casefold() == folded]
    if len(found) > 1:
        raise faults.sender(f"xop:Include href {href[:200]!r} could mean {len(found)} parts of the message")
    if not found:
        raise faults.sender(f"xop:Include href {href[:200]!r} matches no part of the message (missing attachment?)")
    return found[0]


def include_href(element: etree._Element) -> str | None:
    """The href of the xop:Include in an element that may hold binary content; None when the content is inline.

    Raises `Fault` when an Include has siblings or text beside it, has content, or has no href. XOP 1.0 3.2.
    """
    children = [child for child in element if isinstance(child.tag, str)]
    if not any(child.tag == INCLUDE for child in children):
        return None
    place = etree.QName(element).localname
    include = children[0]
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    if len(children) > 1 or text.strip():
        raise faults.sender(f"xop:Include must be the only content of {place}")
    href = include.get("href")
    if not href:
        raise faults.sender(f"the xop:Include in {place} has no href")
    return href


def refuse_stray_includes(body: etree._Element, allowed: str) -> None:
    """Raise `Fault` when an xop:Include stands anywhere but directly in an element `allowed` (`{namespace}local`)."""
    for include in body.iter(INCLUDE):
        parent = include.getparent()
        if parent is None or parent.tag != allowed:
            place = "the top" if parent is None else etree.QName(parent).localname
            raise faults.sender(f"xop:Include in {place}: only {etree.QName(allowed).localname} may be attached")
