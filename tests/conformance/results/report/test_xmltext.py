"""XML for reading: nothing lost, secrets masked, places found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.results.redaction import MASK, Secrets
from conformance.results.report.places import lines_of
from conformance.results.report.xmltext import parse, printed

BIG = 1_000_000
ENVELOPE = b"""<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><rs:RegistryResponse
 xmlns:rs="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"
 status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"
 requestId="urn:uuid:00000000-0000-4000-8000-000000000001"><rs:RegistryErrorList><rs:RegistryError
 errorCode="XDSRegistryError">one</rs:RegistryError><rs:RegistryError errorCode="XDSRepositoryError"/>
 </rs:RegistryErrorList></rs:RegistryResponse></s:Body></s:Envelope>"""


def text(data: bytes, limit: int = BIG) -> str:
    return printed(parse(data), Secrets(), limit).text


def test_elements_are_indented_and_long_tags_broken() -> None:
    assert text(ENVELOPE) == (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">\n'
        "  <s:Body>\n"
        '    <rs:RegistryResponse xmlns:rs="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"\n'
        '        status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"\n'
        '        requestId="urn:uuid:00000000-0000-4000-8000-000000000001">\n'
        "      <rs:RegistryErrorList>\n"
        '        <rs:RegistryError errorCode="XDSRegistryError">one</rs:RegistryError>\n'
        '        <rs:RegistryError errorCode="XDSRepositoryError"/>\n'
        "      </rs:RegistryErrorList>\n"
        "    </rs:RegistryResponse>\n"
        "  </s:Body>\n"
        "</s:Envelope>"
    )


@pytest.mark.parametrize(
    "data",
    [
        b'<a xmlns="urn:a"><b xmlns="urn:b" c="1"/><b/></a>',
        b'<a xmlns:x="urn:x" x:b="1" xml:lang="fr"><x:c xmlns:x="urn:y"/></a>',
        b"<a>&lt;script&gt; &amp; &quot;<b> mixed </b> tail</a>",
        b'<a b="&quot;&lt;&amp;&#10;&#9;"/>',
        b"<a><!-- a comment --><?target data?><![CDATA[<x>]]></a>",
        "<a é='ü'>\U0001f600</a>".encode(),
        b'<a xmlns:unused="urn:u"/>',
    ],
)
def test_what_is_shown_says_the_same_as_what_came(data: bytes) -> None:
    def canonical(source: bytes) -> bytes:
        parser = etree.XMLParser(remove_blank_text=True)
        root = etree.fromstring(source, parser)
        for element in root.iter():
            element.text = (element.text or "").strip() or None
            element.tail = (element.tail or "").strip() or None
        return etree.tostring(root, method="c14n")

    assert canonical(text(data).encode()) == canonical(data)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=60))
def test_any_text_and_attribute_survives(value: str) -> None:
    root = etree.Element("a", b=value)
    root.text = value
    back = etree.fromstring(printed(root, Secrets(), BIG).text.encode())
    assert (back.text or "", back.get("b")) == (value, value)


@pytest.mark.parametrize(
    ("data", "secret"),
    [
        (b'<w:Password xmlns:w="urn:w" Type="t">hunter22</w:Password>', "hunter22"),
        (b'<Attribute Name="lps_id_homologation_dmp"><AttributeValue>CNDA7</AttributeValue></Attribute>', "CNDA7"),
        (b"<Assertion><Signature><SignatureValue>AAAA</SignatureValue></Signature></Assertion>", "AAAA"),
        (b'<a b="http://me:hunter22@host/"/>', "hunter22"),
        (b"<!-- x --><a><!--Authorization: Basic abcdefgh--></a>", "abcdefgh"),
    ],
)
def test_secrets_are_masked_by_their_place(data: bytes, secret: str) -> None:
    assert secret not in text(data)
    assert MASK in text(data)


def test_the_value_of_a_signature_on_documents_is_no_secret() -> None:
    assert "AAAA" in text(b"<Signature><SignatureValue>AAAA</SignatureValue></Signature>")


def test_base64_and_endless_texts_are_shown_by_their_beginning() -> None:
    assert text(b"<a>" + b"QUJD" * 100 + b"</a>") == "<a>" + "QUJD" * 24 + "… [400 characters]</a>"
    assert text(b"<a>" + b"word " * 10_000 + b"</a>").endswith("… [50,000 characters]</a>")
    assert text(b"<a>" + b"QUJD" * 20 + b"</a>") == "<a>" + "QUJD" * 20 + "</a>"


def test_an_element_with_thousands_of_attributes_is_shown_in_part() -> None:
    shown = text(b"<a " + b" ".join(b'a%d="%d"' % (n, n) for n in range(20_000)) + b"/>")
    assert 'a199="199"' in shown
    assert "… [19,800 more attributes]" in shown


def test_a_limit_ends_the_document() -> None:
    out = printed(parse(b"<a>" + b"<b>0123456789</b>" * 10_000 + b"</a>"), Secrets(), 2_000)
    assert out.cut
    assert 2_000 < len(out.text) < 2_200
    assert not printed(parse(ENVELOPE), Secrets(), 2_000).cut


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        ("//rs:RegistryError/@errorCode", ["XDSRegistryError", "XDSRepositoryError"]),
        ("//rs:RegistryError[2]", ["XDSRepositoryError"]),
        ("//rs:RegistryError/text()", ["XDSRegistryError"]),
        ("/soap:Envelope/soap:Body/rs:RegistryResponse/@status", ["        status="]),
        ("//rs:RegistryErrorList/rs:RegistryError[3]", ["<rs:RegistryErrorList>"]),
        ("//rs:RegistryError[1]/@codeContext", ["XDSRegistryError"]),
        ("//rim:ExtrinsicObject", []),
        ("count(//*)", []),
        ("header Content-Type", []),
        ("///", []),
        ("//nobody:Knows", []),
        ("", []),
    ],
)
def test_an_xpath_leads_to_its_lines_or_to_the_nearest_above(where: str, shown: list[str]) -> None:
    root = parse(ENVELOPE)
    out = printed(root, Secrets(), BIG)
    lines = [out.lines[line - 1] for line in lines_of(where, root, out)]
    assert len(lines) == len(shown)
    assert all(word in line for word, line in zip(shown, lines, strict=True))


def test_a_place_beyond_what_is_shown_is_not_marked() -> None:
    root = parse(b"<a>" + b"<b/>" * 5_000 + b"<c/></a>")
    assert lines_of("//c", root, printed(root, Secrets(), 500)) == []
