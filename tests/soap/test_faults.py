"""The fault envelope."""

import pytest
from lxml import etree

from soap import faults
from soap.faults import Fault

S = "{http://www.w3.org/2003/05/soap-envelope}"
NAMES = {"s": S[1:-1], "wsa": "http://www.w3.org/2005/08/addressing"}


def written(fault: Fault, relates_to: str | None = None) -> etree._Element:
    return etree.fromstring(fault.envelope(relates_to))


def resolved(value: etree._Element) -> str:
    prefix, _, local = (value.text or "").partition(":")
    return f"{{{value.nsmap[prefix]}}}{local}"


def test_code_and_subcodes_are_names_whose_prefixes_are_declared() -> None:
    fault = Fault("Sender", "no", subcode=("wsa:InvalidAddressingHeader", "wsa:InvalidCardinality"))
    outer, inner, innermost = written(fault).iter(f"{S}Value")
    assert resolved(outer) == f"{S}Sender"
    assert resolved(inner) == "{http://www.w3.org/2005/08/addressing}InvalidAddressingHeader"
    assert resolved(innermost) == "{http://www.w3.org/2005/08/addressing}InvalidCardinality"
    assert innermost.getparent().getparent() is inner.getparent()  # type: ignore[union-attr]


def test_a_security_subcode_is_declared_too() -> None:
    values = list(written(Fault("Sender", "no", subcode="wsse:InvalidSecurity")).iter(f"{S}Value"))
    assert resolved(values[1]).endswith("wss-wssecurity-secext-1.0.xsd}InvalidSecurity")


@pytest.mark.parametrize("subcode", ["InvalidSecurity", "other:Name", "wsse:"])
def test_a_subcode_without_a_known_prefix_cannot_be_made(subcode: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        Fault("Sender", "no", subcode=subcode)


def test_the_action_says_whether_ws_addressing_defines_the_fault() -> None:
    assert faults.missing_header("Action").action == "http://www.w3.org/2005/08/addressing/fault"
    assert faults.sender("no").action == "http://www.w3.org/2005/08/addressing/soap/fault"
    action = written(faults.sender("no")).findtext(f"{S}Header/wsa:Action", namespaces=NAMES)
    assert action == "http://www.w3.org/2005/08/addressing/soap/fault"


def test_status_follows_the_code_unless_said_otherwise() -> None:
    codes = ("Sender", "Receiver", "MustUnderstand", "VersionMismatch")
    assert [Fault(code, "").status for code in codes] == [400, 500, 500, 500]
    assert faults.unsupported_media("no").status == 415
    assert faults.too_large("no").status == 413


def test_the_reason_has_a_language_and_any_text_survives() -> None:
    reason = 'a <b> & "c" é \x00\x1b \ud800 \U0001f600'
    text = written(faults.sender(reason)).find(f".//{S}Text")
    assert text is not None
    assert text.text == 'a <b> & "c" é \ufffd\ufffd \ufffd \U0001f600'
    assert text.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


def test_the_answer_relates_to_the_request_when_it_had_an_id() -> None:
    assert written(faults.sender("no"), "urn:uuid:<1>").findtext(".//wsa:RelatesTo", namespaces=NAMES) == "urn:uuid:<1>"
    assert written(faults.sender("no")).find(".//wsa:RelatesTo", namespaces=NAMES) is None


def test_a_version_mismatch_names_the_envelope_that_is_supported() -> None:
    supported = written(Fault("VersionMismatch", "no")).find(f"{S}Header/{S}Upgrade/{S}SupportedEnvelope")
    assert supported is not None
    assert supported.get("qname") == "soap12:Envelope"
    assert supported.nsmap["soap12"] == S[1:-1]


def test_headers_that_were_not_understood_are_named() -> None:
    fault = Fault("MustUnderstand", "no", not_understood=(("urn:a&b", "First"), ("", "Second")))
    first, second = written(fault).iter(f"{S}NotUnderstood")
    assert (first.get("qname"), first.nsmap["ns"]) == ("ns:First", "urn:a&b")
    assert second.get("qname") == "Second"


def test_an_unknown_action_comes_back_as_problem_action() -> None:
    fault = faults.action_not_supported("urn:<x>", ("urn:a",))
    assert written(fault).findtext(f".//{S}Detail/wsa:ProblemAction/wsa:Action", namespaces=NAMES) == "urn:<x>"
    assert "urn:a" in fault.reason
