"""Retrieve requests, CDA documents, feeds."""

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from client import sample
from conformance.judging import judge
from conformance.model import MUST
from metadata.responses import DocumentRequest, write_retrieve_request
from soap.envelope import write_request


def rules(data: bytes, **options: Any) -> list[str]:
    return [each.rule for each in judge(data, **options).remarks]


# --- ITI-43 ---------------------------------------------------------------------------------------------------------


def test_a_good_retrieve_request_has_no_remark() -> None:
    judged = judge(write_retrieve_request([DocumentRequest("1.2.3", "1.2.4", "urn:oid:1.2.5")]))
    assert (judged.kind, judged.remarks, judged.checked) == ("ITI-43 body", (), ("XSD", "retrieve request"))


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ([DocumentRequest("urn:oid:1.2.3", "1.2.4")], "retrieve.repository.form"),
        ([DocumentRequest("1.2.3", "1" * 257)], "retrieve.document.form"),
        ([DocumentRequest("1.2.3", " 1.2.4")], "retrieve.document.form"),
        ([DocumentRequest("1.2.3", "1.2.4", "1.2.5")], "retrieve.home.form"),
    ],
)
def test_one_thing_wrong_in_a_retrieve_request_is_told(asked: list[DocumentRequest], rule: str) -> None:
    assert rule in rules(write_retrieve_request(asked))


# --- ITI-18 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"urn:uuid:14d4debf", b"urn:uuid:04d4debf", "query.id.unknown"),
        (b'returnType="LeafClass"', b'returnType="Leaf"', "query.return-type"),
        (b"$XDSDocumentEntryStatus", b"$XDSDocumentEntryState", "query.param.missing"),
        (b"('urn:oasis", b"(urn:oasis", "query.param.syntax"),
        (b"StatusType:Approved", b"StatusType:Good", "query.param.status"),
    ],
)
def test_one_thing_wrong_in_a_query_is_told_with_its_code_and_line(
    stored_query: Any, old: bytes, new: bytes, rule: str
) -> None:
    judged = stored_query.changed(old, new).judge()
    found = [each for each in judged.remarks if each.rule == rule]
    assert found
    assert found[0].code
    assert "(line 1)" in found[0].where


# --- CDA ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def letter() -> bytes:
    return sample.fresh().letter


def test_a_good_document_has_no_remark(letter: bytes) -> None:
    judged = judge(letter, profile="dmp")
    assert (judged.kind, [each.rule for each in judged.remarks if each.level is MUST]) == ("CDA", [])
    assert judge(letter).remarks == ()
    assert judged.checked == ("CDA header", "French header", "INS", "codes and persons of the header")


def test_a_document_that_presents_itself_is_recognised(letter: bytes) -> None:
    begin = letter.index(b"<ClinicalDocument")
    sheet = b'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0">%b</xsl:stylesheet>'
    assert judge(sheet % letter[begin:]).kind == "CDA"
    assert judge(sheet % b"").kind == ""


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"POCD_HD000040", b"POCD_HD000041", "cda.type-id"),
        (b"<custodian>", b"<custodia>", "wire.xml.malformed"),
        (b'extension="277076322082910"', b'extension="277076322082911"', "cda.ins.key"),
        (b'<effectiveTime value="2', b'<effectiveTime value="x', "cda.time"),
        (b'<id root="', b'<id root="x', "cda.id"),
        (b"<title>", b"<titre/><title>", ""),
        (b"<structuredBody>", b"<structured/><structuredBody>", ""),
    ],
)
def test_one_thing_wrong_in_a_document_is_told(letter: bytes, old: bytes, new: bytes, rule: str) -> None:
    assert old in letter or not rule, old
    found = rules(letter.replace(old, new, 1), profile="dmp")
    good = rules(letter, profile="dmp")
    assert [each for each in found if each not in good] == ([rule] if rule else [])


def test_what_a_header_lacks_is_told(letter: bytes) -> None:
    for name in ("custodian", "recordTarget", "typeId", "code"):
        root = etree.fromstring(letter)
        for child in root.findall(f"{{urn:hl7-org:v3}}{name}"):
            root.remove(child)
        assert "cda.missing" in rules(etree.tostring(root)), name
    root = etree.fromstring(letter)
    for child in root.findall("{urn:hl7-org:v3}legalAuthenticator"):
        root.remove(child)
    assert "cda.fr.missing" in rules(etree.tostring(root), profile="dmp")
    assert "cda.fr.missing" not in rules(etree.tostring(root))


def test_a_document_for_nobody_the_dmp_knows_is_told(letter: bytes) -> None:
    other = letter.replace(b"1.2.250.1.213.1.4.10", b"1.2.250.1.999.4.10")
    assert "cda.ins.missing" in rules(other, profile="dmp")


def test_a_document_without_body_is_told(letter: bytes) -> None:
    begin, end = letter.rindex(b"<component>", 0, letter.index(b"Body")), letter.index(b"</ClinicalDocument>")
    assert "cda.unreadable" in rules(letter[:begin] + letter[end:])


def test_the_official_documents_are_recognised_and_break_no_must(samples: Path) -> None:
    for path in sorted((samples / "cda").glob("*.xml")):
        judged = judge(path.read_bytes(), profile="auto")
        assert judged.kind == "CDA"
        assert [each.rule for each in judged.remarks if each.level is MUST] == [], path.name


def test_value_sets_are_none_of_it(samples: Path) -> None:
    for path in sorted((samples / "jdv").glob("*.xml")):
        assert judge(path.read_bytes(), profile="auto").checked == ()


# --- feeds ----------------------------------------------------------------------------------------------------------

ADMIT = (
    b"MSH|^~\\&|A|B|C|D|20260301120000||ADT^A04^ADT_A01|4711|P|2.3.1\rEVN||20260301\r"
    b"PID|||1^^^&2.999.20&ISO^PI||DUPONT^JEAN\rPV1||O\r"
)
MERGE = ADMIT.replace(b"A04^ADT_A01", b"A40^ADT_A39").replace(b"PV1||O", b"MRG|2^^^&2.999.20&ISO")
ACK = b"MSH|^~\\&|C|D|A|B|20260301120000||ACK^A04|1|P|2.3.1\rMSA|AA|4711\r"


@pytest.mark.parametrize(("data", "kind"), [(ADMIT, "message"), (MERGE, "message"), (ACK, "acknowledgement")])
@pytest.mark.parametrize("frame", [False, True])
def test_a_good_feed_message_has_no_remark(data: bytes, kind: str, frame: bool) -> None:
    judged = judge(b"\x0b" + data + b"\x1c\r" if frame else data)
    assert (judged.kind, judged.remarks, judged.checked) == (f"ITI-8 {kind}", (), ("HL7 v2",))


@pytest.mark.parametrize(
    ("data", "old", "new", "rule"),
    [
        (ADMIT, b"ADT^A04^ADT_A01", b"ORU^R01", "hl7v2.type"),
        (ADMIT, b"EVN|", b"EVM|", "hl7v2.segment"),
        (ADMIT, b"&2.999.20&ISO^PI", b"", "hl7v2.patient"),
        (ADMIT, b"|P|2.3.1", b"|X|2.3.1", "hl7v2.header"),
        (ADMIT, b"|4711|", b"||", "hl7v2.header"),
        (MERGE, b"MRG|", b"MRX|", "hl7v2.segment"),
        (MERGE, b"MRG|2^^^&2.999.20&ISO", b"MRG|2", "hl7v2.patient"),
        (ACK, b"MSA|AA", b"MSA|OK", "hl7v2.ack"),
        (ACK, b"MSA|AA", b"MSA|CA", "hl7v2.ack"),
        (ACK, b"|C|D|A|B|", b"|C|D|A||", "hl7v2.header"),
        (ACK, b"MSA|", b"MSB|", "hl7v2.segment"),
        (ADMIT, b"\r", b"\n", "hl7v2.lf"),
    ],
)
def test_one_thing_wrong_in_a_feed_message_is_told(data: bytes, old: bytes, new: bytes, rule: str) -> None:
    assert old in data
    judged = judge(data.replace(old, new) if old == b"\r" else data.replace(old, new, 1))
    assert [each.rule for each in judged.remarks] == [rule]
    assert "DUPONT" not in "".join(each.en + each.fr for each in judged.remarks)


DEVICE = '<device classCode="DEV" determinerCode="INSTANCE"><id root="1.2.3"/></device>'
ADDED = (
    '<PRPA_IN201301UV02 xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0"><id root="1.2.250.1.999.8" extension="77"/>'
    '<creationTime value="20260305"/><interactionId root="2.16.840.1.113883.1.6" extension="PRPA_IN201301UV02"/>'
    '<processingCode code="P"/><processingModeCode code="T"/><acceptAckCode code="AL"/>'
    f'<receiver typeCode="RCV">{DEVICE}</receiver><sender typeCode="SND">{DEVICE}</sender>'
    '<controlActProcess classCode="CACT" moodCode="EVN"><subject typeCode="SUBJ">'
    '<registrationEvent classCode="REG" moodCode="EVN"><statusCode code="active"/><subject1 typeCode="SBJ">'
    '<patient classCode="PAT"><id root="2.999.20" extension="1"/><statusCode code="active"/></patient></subject1>'
    "</registrationEvent></subject></controlActProcess></PRPA_IN201301UV02>"
)


def test_a_good_hl7_v3_message_has_no_remark() -> None:
    judged = judge(ADDED.encode())
    assert (judged.kind, judged.remarks, judged.checked) == ("ITI-44 body", (), ("XSD", "HL7 v3"))
    envelope = write_request("urn:hl7-org:v3:PRPA_IN201301UV02", "urn:uuid:1", "http://x", ADDED.encode())
    judged = judge(envelope)
    assert (judged.kind, judged.remarks) == ("ITI-44 request", ())


def test_a_patient_without_id_in_hl7_v3_is_told() -> None:
    body = b'<PRPA_IN201301UV02 xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0"><patient/></PRPA_IN201301UV02>'
    judged = judge(body)
    assert judged.kind == "ITI-44 body"
    assert "hl7v3.patient" in [each.rule for each in judged.remarks]
    assert {"XSD", "HL7 v3"} <= set(judged.checked)
