"""The identifiers of the Security header occur once in a message, however the message is written."""

from collections.abc import Callable

import pytest
from lxml import etree

from security.xmlsignature import Reason, SignatureRefused, assertion_of

ENVELOPE = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header><w:Security '
    b'xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">'
    b'<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a-1.b">%b</a:Assertion></w:Security>'
    b"</s:Header><s:Body>%b</s:Body></s:Envelope>"
)
ELSEWHERE = [
    b'<x ID="_a-1.b"/>',
    b"<x ID='_a-1.b'/>",
    b'<x id = "_a-1.b"/>',
    b'<x Id="&#95;a-1.b"/>',
    b'<x Id="&#x5f;a-1.b"/>',
    b'<x Id="_a-&#0000049;.b"/>',
    b'<x Id="_a-&#x31;&#46;b"/>',
    b'<x xmlns:u="urn:u" u:iD="_a-1.b"/>',
    b'<x xml:id="_a-1.b"/>',
]
HARMLESS = [
    b'<x id="_a-1.b2" ref="#_a-1.b"/>',
    b'<x ref="_a-1.b"/>',
    b"<x>_a-1.b and \"_a-1.b\" and '_a-1.b'</x>",
    b'<x id="other"/><x id="other"/>',
    b'<x id="&#233;t&#xe9;"/>',
    b'<x id="&amp;_a-1.b"/>',
    b"<x><![CDATA[<y ID='_a-1.b'/>]]></x>",
]


def both_ways(message: bytes) -> list[Callable[[], etree._Element]]:
    """By the tree alone, and with the bytes at hand."""
    root = etree.fromstring(message)
    return [lambda: assertion_of(root), lambda: assertion_of(root, message)]


@pytest.mark.parametrize("elsewhere", ELSEWHERE, ids=bytes.decode)
def test_the_identifier_of_the_assertion_on_another_element_is_refused(elsewhere: bytes) -> None:
    for look in both_ways(ENVELOPE % (b"", elsewhere)):
        with pytest.raises(SignatureRefused) as refused:
            look()
        assert refused.value.reason is Reason.DUPLICATE_ID


@pytest.mark.parametrize("elsewhere", ELSEWHERE, ids=bytes.decode)
def test_so_is_it_inside_the_assertion(elsewhere: bytes) -> None:
    for look in both_ways(ENVELOPE % (elsewhere, b"")):
        with pytest.raises(SignatureRefused) as refused:
            look()
        assert refused.value.reason is Reason.DUPLICATE_ID


@pytest.mark.parametrize("elsewhere", HARMLESS, ids=bytes.decode)
def test_what_is_no_identifier_of_the_header_may_stand(elsewhere: bytes) -> None:
    for look in both_ways(ENVELOPE % (b"", elsewhere)):
        assert look().get("ID") == "_a-1.b"


@pytest.mark.parametrize("written", [b"_&#97;", b"\xc3\xa9", b"a b", b"a:b"])
def test_an_identifier_that_is_no_plain_name_is_looked_for_in_the_tree(written: bytes) -> None:
    message = ENVELOPE.replace(b"_a-1.b", b"%b")
    assert all(look() is not None for look in both_ways(message % (written, b"", b'<x id="c"/>')))
    for look in both_ways(message % (written, b"", b'<x id="' + written + b'"/>')):
        with pytest.raises(SignatureRefused):
            look()


@pytest.mark.parametrize("extra", [b"", b'<x id="1"/>'])
def test_many_identifiers_in_the_header_are_each_looked_for(extra: bytes) -> None:
    many = b"".join(b'<x id="%d"/>' % number for number in range(2_000))
    for look in both_ways(ENVELOPE % (many, extra)):
        if extra:
            with pytest.raises(SignatureRefused):
                look()
        else:
            assert look().get("ID") == "_a-1.b"
