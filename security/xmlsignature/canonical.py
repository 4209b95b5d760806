"""Canonical XML: the octets that are digested and signed.

lxml canonicalises the tree it is given; given an element inside a tree in inclusive mode it writes `xmlns=""` where
none is, so that mode works on the element alone, parsed again from a serialisation that carries the inherited
namespaces. What that way cannot do, hand down `xml:lang` and its like, the gate refuses before.
"""

from collections.abc import Collection

from lxml import etree

from security.xmlsignature.parsing import parse_own
from security.xmlsignature.refusals import Reason, SignatureRefused


def exclusive(element: etree._Element, prefixes: Collection[str] = ()) -> bytes:
    """Exclusive XML Canonicalization 1.0 without comments, of an element anywhere in a tree.

    `prefixes` is the PrefixList; `#default` in it is not honoured by libxml2, and where that matters the digest does
    not match. Raises `SignatureRefused` for a relative namespace URI.
    """
    try:
        return etree.tostring(
            element, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=list(prefixes) or None
        )
    except etree.C14NError as error:
        raise _void(error) from None


def inclusive(element: etree._Element) -> bytes:
    """Canonical XML 1.0 with comments of an element anywhere in a tree that is within its caps.

    The element and those around it must bear no `xml:*` attribute. Raises `SignatureRefused` for a relative namespace
    URI.
    """
    return inclusive_document(parse_own(etree.tostring(element, with_tail=False)))


def inclusive_document(root: etree._Element) -> bytes:
    """Canonical XML 1.0 with comments of the whole document of `root`, with what stands before and after the root."""
    try:
        # Given the root element, lxml would drop the processing instructions and comments beside it.
        return etree.tostring(root.getroottree(), method="c14n", with_comments=True)
    except etree.C14NError as error:
        raise _void(error) from None


def _void(error: etree.C14NError) -> SignatureRefused:
    return SignatureRefused(Reason.MALFORMED, f"has no canonical form: {error}")
