"""The hardened parser, the envelope and its addressing headers: valid message, break one thing."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from soap import envelope
from soap.faults import Fault
from soap.message import Addressing, Limits

LIMITS = Limits()
ANONYMOUS = "http://www.w3.org/2005/08/addressing/anonymous"
GOOD = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing">'
    '<s:Header><a:Action s:mustUnderstand="1"> urn:say\n</a:Action><a:MessageID>urn:uuid:1</a:MessageID></s:Header>'
    "<s:Body><!-- kept --><Say>hello</Say></s:Body></s:Envelope>"
)


def addressing(text: str) -> Addressing:
    return envelope.addressing_of(envelope.parse(text.encode(), LIMITS).header)


def refused(content: bytes | str, limits: Limits = LIMITS) -> Fault:
    with pytest.raises(Fault) as fault:
        envelope.parse(content if isinstance(content, bytes) else content.encode(), limits)
    return fault.value


def with_header(block: str) -> str:
    return GOOD.replace("</s:Header>", f"{block}</s:Header>")


def test_a_good_envelope_gives_its_body_and_headers() -> None:
    message = envelope.parse(GOOD.encode(), LIMITS)
    assert message.body.tag == "Say"
    assert message.header is not None
    assert envelope.addressing_of(message.header) == Addressing("urn:say", "urn:uuid:1")


def test_comments_and_instructions_stay_in_the_tree() -> None:
    message = envelope.parse(GOOD.replace("hello", "<?pi x?>hello").encode(), LIMITS)
    assert message.body.getprevious().tag is etree.Comment  # type: ignore[union-attr]
    assert message.body[0].tag is etree.PI


@pytest.mark.parametrize("prolog", ["", "\ufeff", '<?xml version="1.0" encoding="utf-8"?>\n', "<?xml version='1.0'?>"])
def test_utf_8_is_read_with_and_without_mark_or_declaration(prolog: str) -> None:
    assert envelope.parse((prolog + GOOD.replace("hello", "é")).encode(), LIMITS).body.text == "é"


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode("utf-16"),
        GOOD.encode("utf-16-le"),
        GOOD.encode("utf-16-be"),
        GOOD.encode("utf-32"),
        b'<?xml version="1.0" encoding="UTF-7"?>' + GOOD.encode(),
        b"<?xml version='1.0' encoding='UTF-16'?>" + GOOD.encode(),
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + GOOD.encode(),
        b'\xef\xbb\xbf<?xml version="1.0" encoding="windows-1252"?>' + GOOD.encode(),
    ],
)
def test_other_encodings_are_refused_by_name(content: bytes) -> None:
    fault = refused(content)
    assert fault.code == "Sender"
    assert "send UTF-8" in fault.reason


@pytest.mark.parametrize(
    "content",
    [
        "",
        "junk",
        GOOD[:-5],
        GOOD.replace("</Say>", "</Said>"),
        GOOD.encode() + b"\xff",
        GOOD.replace("hello", "&undefined;"),
    ],
)
def test_what_is_not_well_formed_is_refused(content: str | bytes) -> None:
    assert "not well-formed" in refused(content).reason


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    assert "not well-formed" in refused(GOOD.encode().replace(b"hello", b"h\xe9llo")).reason


ENTITY = '<!DOCTYPE x [<!ENTITY e "boom">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "content",
    [
        ENTITY + GOOD.replace("hello", "&e;"),
        LAUGHS + GOOD.replace("hello", "&b;"),
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">' + GOOD,
        f"<!--{'-x' * 2000}-->{ENTITY}" + GOOD.replace("hello", "&e;"),
    ],
    ids=["entity", "laughs", "external", "behind a long comment"],
)
def test_a_document_type_declaration_is_refused(content: str) -> None:
    assert "DTD" in refused(content).reason


def test_ten_megabytes_of_tiny_elements_are_refused_before_they_are_parsed() -> None:
    fault = refused(b"<r>" + b"<a/>" * 2_500_000 + b"</r>")
    assert "more than 200000 elements" in fault.reason


def test_an_excess_of_attributes_or_namespaces_is_refused() -> None:
    attributes = " ".join(f'a{n}=""' for n in range(900_000))
    assert "excess of attributes" in refused(f"<r {attributes}/>").reason
    namespaces = " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(20_001))
    assert "20000 namespaces" in refused(f"<r {namespaces}/>").reason


def test_nesting_is_bounded_exactly() -> None:
    def nested(levels: int) -> str:
        inner = levels - 3  # Envelope, Body, Say
        return GOOD.replace("hello", "<x>" * inner + "</x>" * inner)

    assert envelope.parse(nested(64).encode(), LIMITS).body.tag == "Say"
    assert "more than 64 deep" in refused(nested(65)).reason
    assert refused(nested(5000)).code == "Sender"


def test_an_envelope_over_its_limit_is_refused_as_too_large() -> None:
    fault = refused(GOOD, Limits(root=len(GOOD) - 1))
    assert (fault.code, fault.status) == ("Sender", 413)


def test_soap_1_1_is_a_version_mismatch() -> None:
    fault = refused(
        GOOD.replace("http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/")
    )
    assert (fault.code, fault.status) == ("VersionMismatch", 500)
    assert "SOAP 1.1" in fault.reason


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<Say>hello</Say>", "", "is empty"),
        ("<Say>hello</Say>", "text", "is empty"),
        ("<Say>hello</Say>", "<Say/><Say/>", "holds 2 elements"),
        ("<s:Body><!-- kept --><Say>hello</Say></s:Body>", "", "no soap:Body"),
        ("</s:Body>", "</s:Body><s:Body><Say/></s:Body>", "holds {http://www.w3.org/2003/05/soap-envelope}Body"),
        ("</s:Body>", "</s:Body><Extra/>", "holds Extra"),
        ("<s:Header>", "<s:Header/><s:Header>", "Header where only one"),
        ("<s:Body>", "<Extra/><s:Body>", "holds Extra"),
    ],
)
def test_an_envelope_of_another_shape_is_refused(old: str, new: str, reason: str) -> None:
    fault = refused(GOOD.replace(old, new))
    assert fault.code == "Sender"
    assert reason in fault.reason


def test_another_document_is_refused() -> None:
    assert "not a SOAP 1.2 envelope" in refused("<html/>").reason


def test_all_addressing_headers_are_collected() -> None:
    block = (
        f"<a:To>http://x</a:To><a:ReplyTo><a:Address>{ANONYMOUS}</a:Address></a:ReplyTo><a:RelatesTo>urn:r</a:RelatesTo>"
        f"<a:FaultTo><a:Address> {ANONYMOUS} </a:Address></a:FaultTo><a:From><a:Address>urn:me</a:Address></a:From>"
    )
    assert addressing(with_header(block)) == Addressing(
        "urn:say", "urn:uuid:1", "http://x", ANONYMOUS, "urn:r", ANONYMOUS
    )


def test_an_envelope_without_header_has_no_addressing() -> None:
    start, _, rest = GOOD.partition("<s:Header>")
    assert addressing(start + rest.partition("</s:Header>")[2]) == Addressing()


@pytest.mark.parametrize("value", ["true", "1", " true "])
def test_a_header_that_must_be_understood_and_is_not_is_refused(value: str) -> None:
    with pytest.raises(Fault) as fault:
        addressing(with_header(f'<x:Session xmlns:x="urn:x" s:mustUnderstand="{value}"/>'))
    assert fault.value.code == "MustUnderstand"
    assert fault.value.not_understood == (("urn:x", "Session"),)


@pytest.mark.parametrize(
    "block",
    [
        '<x:Session xmlns:x="urn:x" s:mustUnderstand="false"/>',
        '<x:Session xmlns:x="urn:x" s:mustUnderstand="0"/>',
        '<x:Session xmlns:x="urn:x" mustUnderstand="true"/>',
        '<x:Session xmlns:x="urn:x" s:mustUnderstand="1" s:role="urn:another"/>',
        '<w:Security s:mustUnderstand="1" xmlns:w='
        '"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"/>',
        '<a:To href="#nowhere" s:mustUnderstand="1">http://x</a:To>',
    ],
)
def test_other_headers_pass(block: str) -> None:
    assert addressing(with_header(block)).action == "urn:say"


def test_a_header_for_the_next_node_is_for_us() -> None:
    role = "http://www.w3.org/2003/05/soap-envelope/role/next"
    with pytest.raises(Fault, match="must be understood"):
        addressing(with_header(f'<x:Session xmlns:x="urn:x" s:mustUnderstand="1" s:role="{role}"/>'))


@pytest.mark.parametrize(
    ("block", "subcodes"),
    [
        ("<a:Action>urn:other</a:Action>", ("wsa:InvalidAddressingHeader", "wsa:InvalidCardinality")),
        ("<a:MessageID>urn:2</a:MessageID>", ("wsa:InvalidAddressingHeader", "wsa:InvalidCardinality")),
        ("<a:To>x<b/>y</a:To>", ("wsa:InvalidAddressingHeader",)),
        ("<a:To>x<!-- -->y</a:To>", ("wsa:InvalidAddressingHeader",)),
        ("<a:ReplyTo/>", ("wsa:InvalidAddressingHeader", "wsa:MissingAddressInEPR")),
    ],
)
def test_addressing_headers_that_are_ambiguous_are_refused(block: str, subcodes: tuple[str, ...]) -> None:
    with pytest.raises(Fault) as fault:
        addressing(with_header(block))
    assert fault.value.subcodes == subcodes


@pytest.mark.parametrize("name", ["ReplyTo", "FaultTo"])
def test_an_answer_wanted_elsewhere_is_refused(name: str) -> None:
    asked = addressing(with_header(f"<a:{name}><a:Address>http://198.51.100.1/</a:Address></a:{name}>"))
    with pytest.raises(Fault, match="asynchronous") as fault:
        envelope.require_answerable(asked)
    assert fault.value.subcodes[1] == "wsa:OnlyAnonymousAddressSupported"


def test_absent_and_anonymous_reply_addresses_are_answerable() -> None:
    envelope.require_answerable(Addressing())
    envelope.require_answerable(Addressing(reply_to=ANONYMOUS, fault_to=ANONYMOUS))


def test_a_response_relates_to_its_request_and_keeps_the_body_as_it_is() -> None:
    for body in (b"<Done/>", (b"<Do", b"ne/>")):
        content = envelope.write_response("urn:sayResponse", "urn:uuid:<&>", body)
        message = envelope.parse(content, LIMITS)
        assert message.body.tag == "Done"
        answered = envelope.addressing_of(message.header)
        assert (answered.action, answered.relates_to) == ("urn:sayResponse", "urn:uuid:<&>")
        assert answered.message_id is not None
        assert answered.message_id.startswith("urn:uuid:")


def test_a_request_carries_the_header_block_of_ihe() -> None:
    content = envelope.write_request("urn:say", "urn:uuid:1", "http://x/?a&b", b"<Say/>", [b'<t xmlns="urn:t"/>'])
    message = envelope.parse(content, LIMITS)
    assert envelope.addressing_of(message.header) == Addressing("urn:say", "urn:uuid:1", "http://x/?a&b", ANONYMOUS)
    assert message.header is not None
    assert message.header.find("{urn:t}t") is not None


@given(st.binary(max_size=200), st.integers(0, len(GOOD)))
@settings(max_examples=300, deadline=None)
def test_any_damage_is_read_or_refused(damage: bytes, place: int) -> None:
    content = GOOD.encode()[:place] + damage + GOOD.encode()[place:]
    try:
        envelope.addressing_of(envelope.parse(content, LIMITS).header)
    except Fault as fault:
        etree.fromstring(fault.envelope())


def test_threads_parse_without_each_other() -> None:
    def parse(n: int) -> str | None:
        return envelope.parse(GOOD.replace("hello", str(n)).encode(), LIMITS).body.text

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(parse, range(500))) == [str(n) for n in range(500)]
