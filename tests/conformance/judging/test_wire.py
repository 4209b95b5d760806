"""One thing wrong in how a message is packed or addressed, and the remark it gives."""

import base64
from typing import Any

import pytest

from conformance.judging import judge

BROKEN = {
    "type": (b'type="application/xop+xml"; b', b'type="text/xml"; b', ["wire.mime.type"]),
    "start-info": (b'start-info="application/soap+xml"', b'start-info="text/xml"', ["wire.mime.start-info"]),
    "start of no part": (b'start="<root', b'start="<toor', ["wire.mime.start"]),
    "start without brackets": (b'start="<', b'start="', None),
    "boundary of the header": (b'boundary="carnet-', b'boundary="tenrac-', ["wire.mime.boundary"]),
    "no boundary": (b"boundary=", b"bounds=", ["wire.mime.boundary-missing"]),
    "root type": (
        b"Content-Type: application/xop+xml;",
        b"Content-Type: text/xml;",
        ["wire.mime.root-type"],
    ),
    "no start": (b'start="<', b'stort="<', ["wire.mime.start-missing"]),
    "unreadable Content-Type": (b"multipart/related;", b"multipart related;", ["wire.mime.content-type"]),
    "Content-ID without brackets": (b"Content-ID: <root", b"Content-ID: root", ["wire.mime.content-id-form"]),
    "a line that is no header": (
        b"Content-Transfer-Encoding: binary",
        b"Content-Transfer-Encoding binary",
        ["wire.mime.header"],
    ),
    "unknown encoding": (b"binary\r\nContent-ID: <root", b"x-y\r\nContent-ID: <root", ["wire.mime.encoding"]),
    "old addressing": (
        b"http://www.w3.org/2005/08/addressing",
        b"http://schemas.xmlsoap.org/ws/2004/08/addressing",
        None,
    ),
    "To twice": (b"<wsa:To", b"<wsa:To>urn:x</wsa:To><wsa:To", ["wire.wsa.repeated"]),
    "Include in a Slot": (
        b"<rim:RegistryObjectList",
        b'<rim:RegistryObjectList><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:1"/>'
        b"</rim:RegistryObjectList><rim:RegistryObjectList",
        None,
    ),
    "root info": (b'UTF-8; type="application/soap+xml"', b'UTF-8; type="text/xml"', ["wire.mime.root-info"]),
    "root charset": (b"charset=UTF-8", b"charset=iso-8859-1", ["wire.mime.charset"]),
    "action parameter": (b"charset=UTF-8;", b'charset=UTF-8; action="urn:x";', ["wire.mime.action"]),
    "attachment without Content-ID": (
        b"\r\nContent-ID: <",
        b"\r\nX-Content-ID: <",
        None,
    ),
    "closing boundary": (b"--\r\n", b"", None),
    "wsa:Action of another transaction": (
        b"urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b<",
        b"urn:ihe:iti:2007:RegisterDocumentSet-b<",
        ["wire.wsa.action"],
    ),
    "wsa:Action with white space": (
        b"urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b<",
        b" urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b<",
        ["wire.wsa.action"],
    ),
    "no MessageID": (b"<wsa:MessageID>urn:uuid:6b2f6ad4-58f0-4b56-a4b7-7d1a0ad7c401</wsa:MessageID>", b"", None),
    "MessageID that is no URI": (b"urn:uuid:6b2f6ad4", b"6b2f6ad4", ["wire.wsa.uri"]),
    "no To": (b">https://repository.example/xds<", b"><", []),
    "no ReplyTo": (b">http://www.w3.org/2005/08/addressing/anonymous<", b"><", ["wire.wsa.absent"]),
    "asynchronous": (b"addressing/anonymous", b"elsewhere", ["wire.wsa.reply-to"]),
    "mustUnderstand without prefix": (
        b'<wsa:Action soap12:mustUnderstand="true"',
        b'<wsa:Action mustUnderstand="true"',
        ["wire.wsa.must-understand"],
    ),
    "SOAP 1.1": (
        b"http://www.w3.org/2003/05/soap-envelope",
        b"http://schemas.xmlsoap.org/soap/envelope/",
        ["wire.soap.version"],
    ),
    "another namespace": (b'xmlns:soap12="http://www.w3.org', b'xmlns:soap12="http://w4.org', ["wire.soap.version"]),
    "href of no part": (b'href="cid:', b'href="cid:x', ["wire.xop.cid", "wire.xop.unused", "repository"]),
    "href that is no cid": (b'href="cid:', b'href="mid:', ["wire.xop.href", "wire.xop.unused", "repository"]),
    "text beside the Include": (b"<xop:Include", b"text<xop:Include", None),
    "malformed": (b"</soap12:Body>", b"</soap12:Bdy>", ["wire.xml.malformed"]),
    "latin-1": (
        b"<soap12:Envelope",
        b'<?xml version="1.0" encoding="iso-8859-1"?><soap12:Envelope',
        ["wire.xml.encoding"],
    ),
    "two bodies": (b"<soap12:Body>", b"<soap12:Body><x/>", None),
    "something beside the Body": (b"<soap12:Body>", b"<x/><soap12:Body>", ["wire.soap.structure"]),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name, (_, _, expected) in BROKEN.items() if expected])
def test_one_thing_wrong_gives_its_remark_and_no_other(submission: Any, name: str) -> None:
    old, new, expected = BROKEN[name]
    judged = submission.changed(old, new).judge()
    found = list(dict.fromkeys(r.rule for r in judged.remarks))
    wanted = [rule for rule in expected or [] if rule != "repository"]
    assert [rule for rule in found if rule.startswith("wire.")] == wanted
    assert all(rule.startswith(("wire.", "repository.")) for rule in found), found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("start without brackets", "wire.mime.start-form"),
        ("closing boundary", "wire.mime.end"),
        ("no MessageID", "wire.wsa.missing"),
        ("text beside the Include", "wire.xop.alone"),
        ("two bodies", "wire.soap.body"),
        ("old addressing", "wire.wsa.namespace"),
        ("Include in a Slot", "wire.xop.place"),
    ],
)
def test_one_thing_wrong_is_among_the_remarks(submission: Any, name: str, expected: str) -> None:
    old, new, _ = BROKEN[name]
    if name == "closing boundary":
        data = submission.data.rstrip()
        judged = judge(data[:-2], content_type=submission.content_type)
    else:
        judged = submission.changed(old, new).judge()
    assert expected in [r.rule for r in judged.remarks]


def test_a_part_without_content_id_is_told(submission: Any) -> None:
    head, at = submission.data, submission.data.rindex(b"Content-ID:")
    judged = judge(head[:at] + b"X-" + head[at:], content_type=submission.content_type)
    assert {"wire.mime.content-id-missing", "wire.xop.cid", "wire.xop.unused"} <= {r.rule for r in judged.remarks}


def test_the_same_content_id_twice_is_told(submission: Any) -> None:
    begin = submission.data.rindex(b"--carnet-", 0, submission.data.rindex(b"Content-ID:"))
    end = submission.data.rindex(b"\r\n--carnet-")
    doubled = submission.data[:end] + b"\r\n" + submission.data[begin:]
    rules = [r.rule for r in judge(doubled, content_type=submission.content_type).remarks]
    assert rules == ["wire.mime.content-id-repeated", "wire.xop.unused"] or rules == ["wire.mime.content-id-repeated"]


def test_a_content_id_that_differs_in_case_is_found_and_told(submission: Any) -> None:
    at = submission.data.index(b'href="cid:') + 10
    upper = submission.data[:at] + submission.data[at : at + 36].upper() + submission.data[at + 36 :]
    assert [r.rule for r in judge(upper, content_type=submission.content_type).remarks] == ["wire.xop.cid-form"]


def test_an_attachment_in_base64_is_decoded_and_told(submission: Any) -> None:
    begin = submission.data.rindex(b"\r\n\r\n", 0, submission.data.index(b"<ClinicalDocument")) + 4
    end = submission.data.rindex(b"\r\n--carnet-")
    content = base64.encodebytes(submission.data[begin:end])
    head = submission.data[:begin]
    at = head.rindex(b"binary")
    data = head[:at] + b"base64" + head[at + 6 :] + content + submission.data[end:]
    assert [r.rule for r in judge(data, content_type=submission.content_type).remarks] == ["wire.mime.binary"]


def test_a_simple_message_for_a_transaction_with_mtom_is_told(submission: Any) -> None:
    envelope = submission.data[submission.data.index(b"<soap12:Envelope") :]
    envelope = envelope[: envelope.index(b"</soap12:Envelope>") + 18]
    judged = judge(envelope, content_type="application/soap+xml")
    assert [r.rule for r in judged.remarks] == ["wire.mtom.missing"]
    assert judge(envelope, content_type="text/xml").remarks[0].rule == "wire.soap.type"


def test_mtom_for_a_simple_transaction_is_told(submission: Any, stored_query: Any) -> None:
    begin = submission.data.index(b"<soap12:Envelope")
    end = submission.data.index(b"\r\n--carnet-", begin)
    tail = submission.data[submission.data.rindex(b"\r\n--carnet-") :]
    data = submission.data[:begin] + stored_query.data + tail
    assert end < len(submission.data)
    assert [r.rule for r in judge(data, content_type=submission.content_type).remarks] == ["wire.mtom.unexpected"]


HTTP = {
    "method": (b"POST /", b"PUT /", ["wire.http.method"]),
    "length": (b"Content-Length: ", b"Content-Length: 1", ["wire.http.length"]),
    "coding": (b"Host:", b"Content-Encoding: br\r\nHost:", []),
    "unreadable coding": (b"Content-Type: ", b"X: ", ["wire.http.type-missing"]),
}


@pytest.mark.parametrize("name", HTTP)
def test_one_thing_wrong_in_http_is_told(submission: Any, name: str) -> None:
    old, new, expected = HTTP[name]
    data = submission.as_http().replace(old, new, 1)
    assert [r.rule for r in judge(data).remarks] == expected


def test_a_body_that_is_not_its_coding_is_told(stored_query: Any) -> None:
    head = b"POST / HTTP/1.1\r\nContent-Type: application/soap+xml\r\nContent-Encoding: gzip\r\n\r\n"
    assert "wire.http.coding" in [r.rule for r in judge(head + b"\x1f\x8bnonsense").remarks]


def test_broken_chunks_are_told(stored_query: Any) -> None:
    head = b"POST / HTTP/1.1\r\nContent-Type: application/soap+xml\r\nTransfer-Encoding: chunked\r\n\r\n"
    data = stored_query.data
    body = b"%x\r\n%b\r\n" % (len(data), data)
    assert [r.rule for r in judge(head + body).remarks] == ["wire.http.chunked"]
    assert judge(head + body + b"0\r\n\r\n").remarks == ()


def test_lines_are_right_across_chunks(stored_query: Any) -> None:
    head = b"POST / HTTP/1.1\r\nContent-Type: application/soap+xml\r\nTransfer-Encoding: chunked\r\n\r\n"
    data = stored_query.data.replace(b"FindDocuments", b"").replace(b"><", b">\n<").replace(b"LeafClass", b"Leaf")
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(data[n : n + 97]), data[n : n + 97]) for n in range(0, len(data), 97))
    whole = head + chunks + b"0\r\n\r\n"
    remark = next(r for r in judge(whole).remarks if r.rule == "query.return-type")
    joined = stored_query.data.replace(b"><", b">\n<").replace(b"LeafClass", b"Leaf")
    own = joined[: joined.index(b"<query:ResponseOption")].count(b"\n")
    offset = joined.index(b"<query:ResponseOption")
    line = head.count(b"\n") + own + 2 * (offset // 97) + 2
    assert remark.where.endswith(f"(line {line})")


def test_a_boundary_that_is_too_long_is_told(submission: Any) -> None:
    boundary = submission.content_type.split('boundary="')[1].split('"')[0]
    longer = boundary + "x" * 60
    data = submission.data.replace(boundary.encode(), longer.encode())
    kind = submission.content_type.replace(boundary, longer)
    assert [r.rule for r in judge(data, content_type=kind).remarks] == ["wire.mime.boundary-form"]


def test_a_body_without_parts_is_told() -> None:
    judged = judge(b"nothing", content_type='multipart/related; boundary="b"')
    assert [r.rule for r in judged.remarks] == ["wire.mime.boundary", "wire.mime.parts"]


def test_parts_beyond_the_limit_are_not_read() -> None:
    data = b"--b\r\nContent-ID: <a>\r\n\r\nx\r\n" + b"--b\r\n\r\n\r\n" * 2_000 + b"--b--\r\n"
    judged = judge(data, content_type='multipart/related; boundary="b"; start="<a>"')
    assert "wire.mime.limit" in [r.rule for r in judged.remarks]


def test_a_root_part_that_is_no_xml_is_told(submission: Any) -> None:
    begin, end = submission.data.index(b"<soap12:Envelope"), submission.data.index(b"</soap12:Envelope>") + 18
    data = submission.data[:begin] + b"nothing" + submission.data[end:]
    assert [r.rule for r in judge(data, content_type=submission.content_type).remarks] == ["wire.xml.none"]


def test_an_envelope_without_body_is_told() -> None:
    envelope = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/></s:Envelope>'
    assert "wire.soap.body-missing" in [r.rule for r in judge(envelope).remarks]


def test_a_request_without_metadata_is_told() -> None:
    body = b'<SubmitObjectsRequest xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"/>'
    assert [r.rule for r in judge(body).remarks] == ["xml.schema", "ebrim.list-missing"]


def test_a_file_beyond_the_limit_is_not_read() -> None:
    assert [r.rule for r in judge(bytes((256 << 20) + 1)).remarks] == ["judging.limit"]


def test_a_first_boundary_behind_a_bare_lf_is_found(submission: Any) -> None:
    judged = judge(b"a preamble\n" + submission.data, content_type=submission.content_type)
    assert judged.remarks == ()
    assert "IHE rules" in judged.checked
