"""Canonical octets, compared with what Canonical XML says they are."""

import pytest
from lxml import etree

from security.xmlsignature.canonical import exclusive, inclusive, inclusive_document
from security.xmlsignature.refusals import Reason, SignatureRefused

# Element to take, the document it stands in, inclusive octets, exclusive octets.
ELEMENTS = {
    "a default namespace from above": (
        b'<S xmlns="urn:ds"><Info><Ref><D/></Ref></Info></S>',
        b'<Info xmlns="urn:ds"><Ref><D></D></Ref></Info>',
        b'<Info xmlns="urn:ds"><Ref><D></D></Ref></Info>',
    ),
    "a prefix from above": (
        b'<ds:S xmlns:ds="urn:ds"><ds:Info><ds:Ref/></ds:Info></ds:S>',
        b'<ds:Info xmlns:ds="urn:ds"><ds:Ref></ds:Ref></ds:Info>',
        b'<ds:Info xmlns:ds="urn:ds"><ds:Ref></ds:Ref></ds:Info>',
    ),
    "namespaces from above that nothing uses": (
        b'<S xmlns:b="urn:b" xmlns:a="urn:a"><Info x="1"/></S>',
        b'<Info xmlns:a="urn:a" xmlns:b="urn:b" x="1"></Info>',
        b'<Info x="1"></Info>',
    ),
    "a default namespace taken back": (
        b'<S xmlns="urn:ds"><Info><P xmlns=""><Q/></P></Info></S>',
        b'<Info xmlns="urn:ds"><P xmlns=""><Q></Q></P></Info>',
        b'<Info xmlns="urn:ds"><P xmlns=""><Q></Q></P></Info>',
    ),
    "text after the element": (
        b"<S><Info>a</Info>tail</S>",
        b"<Info>a</Info>",
        b"<Info>a</Info>",
    ),
    "white space in attributes and text": (
        b"<S><Info a='x\ty\r\nz&#9;&#10;&#13;'>1\r\n2\r3&#13;</Info></S>",
        b'<Info a="x y z&#x9;&#xA;&#xD;">1\n2\n3&#xD;</Info>',
        b'<Info a="x y z&#x9;&#xA;&#xD;">1\n2\n3&#xD;</Info>',
    ),
    "special characters, CDATA and the order of attributes": (
        b'<S xmlns:z="urn:a" xmlns:a="urn:z">'
        b"""<Info z:b="1" a:b='2' b="&lt;&quot;>&amp;"><![CDATA[<&>]]>\xc3\xa9&#233;</Info></S>""",
        b'<Info xmlns:a="urn:z" xmlns:z="urn:a" b="&lt;&quot;>&amp;" z:b="1" a:b="2">'
        b"&lt;&amp;&gt;\xc3\xa9\xc3\xa9</Info>",
        b'<Info xmlns:a="urn:z" xmlns:z="urn:a" b="&lt;&quot;>&amp;" z:b="1" a:b="2">'
        b"&lt;&amp;&gt;\xc3\xa9\xc3\xa9</Info>",
    ),
    "a namespace declared again below": (
        b'<S xmlns:a="urn:a"><Info><a:X xmlns:a="urn:a"/><a:Y/></Info></S>',
        b'<Info xmlns:a="urn:a"><a:X></a:X><a:Y></a:Y></Info>',
        b'<Info><a:X xmlns:a="urn:a"></a:X><a:Y xmlns:a="urn:a"></a:Y></Info>',
    ),
}


@pytest.mark.parametrize("name", ELEMENTS)
def test_an_element_inside_a_document(name: str) -> None:
    data, with_all, with_used = ELEMENTS[name]
    root = etree.fromstring(data)
    assert inclusive(root[0]) == with_all
    assert exclusive(root[0]) == with_used
    assert etree.tostring(root) == etree.tostring(etree.fromstring(data))


def test_a_prefix_list_renders_namespaces_that_nothing_uses() -> None:
    root = etree.fromstring(b'<S xmlns="urn:d" xmlns:a="urn:a" xmlns:b="urn:b"><b:Info/></S>')
    assert exclusive(root[0], ["a"]) == b'<b:Info xmlns:a="urn:a" xmlns:b="urn:b"></b:Info>'


def test_a_whole_document_keeps_what_stands_beside_its_root() -> None:
    root = etree.fromstring(b'<?xml version="1.0"?>\r\n<?p  q ?>\r\n<!-- a -->\r\n<x/>\r\n<!-- b -->\r\n<?r?>\r\n')
    assert inclusive_document(root) == b"<?p q ?>\n<!-- a -->\n<x></x>\n<!-- b -->\n<?r?>"


def test_a_comment_stays_in_one_canonical_form_and_not_in_the_other() -> None:
    """Which is why the gate lets none through where both must say the same."""
    root = etree.fromstring(b"<S><Info>a<!-- b -->c</Info></S>")
    assert inclusive(root[0]) == b"<Info>a<!-- b -->c</Info>"
    assert exclusive(root[0]) == b"<Info>ac</Info>"


@pytest.mark.parametrize("canonical", [inclusive, exclusive, inclusive_document])
def test_a_relative_namespace_has_no_canonical_form(canonical: object) -> None:
    root = etree.fromstring(b'<S xmlns:r="relative"/>')
    with pytest.raises(SignatureRefused) as refused:
        canonical(root)  # type: ignore[operator]
    assert refused.value.reason is Reason.MALFORMED
