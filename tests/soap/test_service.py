"""One endpoint through WSGI: dispatch, packaging, limits, and that nothing but an answer ever comes out."""

import base64
import gzip
import io
import logging
import os
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from soap.entity import Entity
from soap.faults import Fault
from soap.message import Limits, Packaging, Peer

Build = Callable[..., tuple[bytes, str]]
RootPart = Callable[..., tuple[str, bytes]]
REQUIRED = "Sender/wsa:MessageAddressingHeaderRequired"
ELSEWHERE = "Sender/wsa:InvalidAddressingHeader/wsa:OnlyAnonymousAddressSupported"
MESSAGE_ID = "urn:uuid:11111111-2222-4333-8444-555555555555"
DOCUMENT = ("Content-Type: text/plain\nContent-ID: <d1@toy>", b"one\r\ntwo\n")


@pytest.fixture(params=[True, False], ids=["spyne", "plain"])
def toy(request: pytest.FixtureRequest, toy: Any) -> Any:
    """Every test here holds with the operations hosted by spyne, and without it."""
    toy.hosted = request.param
    return toy


@pytest.fixture
def keep(toy: Any, multipart: Build, root_part: RootPart) -> tuple[bytes, str]:
    """A good MTOM message with one document."""
    return multipart(root_part(), DOCUMENT)


# --- what works


def test_a_simple_message_is_answered_in_kind(toy: Any, say: bytes) -> None:
    answer = toy.post(say)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/soap+xml; charset=UTF-8")
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.text("//wsa:Action") == "urn:sayResponse"
    assert answer.text("//wsa:RelatesTo") == MESSAGE_ID
    assert answer.text("//s:Body/t:Kept") == "0"


def test_the_handler_sees_the_message_as_it_came(toy: Any, say: bytes) -> None:
    toy.gate = lambda request: "the caller"
    toy.post(say)
    (request,) = toy.seen
    assert request.body.text == "hello"
    assert request.root == say
    assert request.packaging is Packaging.SIMPLE
    assert request.addressing.message_id == MESSAGE_ID
    assert request.peer == Peer("192.0.2.7")
    assert request.caller == "the caller"


def test_an_mtom_message_is_answered_as_mtom_even_without_parts(toy: Any, keep: tuple[bytes, str]) -> None:
    answer = toy.post(*keep)
    assert answer.status == 200
    assert answer.multipart
    assert 'start-info="application/soap+xml"' in answer.headers["content-type"]
    assert answer.headers["mime-version"] == "1.0"
    assert toy.received == {"d1@toy": b"one\r\ntwo\n"}
    assert answer.text("//t:Kept") == "9"
    assert len(answer.parts) == 1


@pytest.mark.parametrize("known", [b"", b' length="1"'])
@pytest.mark.parametrize(("count", "size"), [(0, 0), (1, 0), (3, 10), (2, 300_000)])
def test_parts_come_back_byte_for_byte(toy: Any, count: int, size: int, known: bytes) -> None:
    body = b'<Fetch xmlns="urn:toy" count="%d" size="%d"%b/>' % (count, size, known)
    answer = toy.post(toy.message(body, "urn:fetch"))
    _, *parts = answer.parts
    assert parts == [(f"d{n}@toy", b"x" * size) for n in range(count)]
    if known or count * size < 200_000:
        assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.exchange.bytes_out == len(answer.content)


def test_an_exchange_is_reported_once(toy: Any, say: bytes, keep: tuple[bytes, str]) -> None:
    exchange = toy.post(say).exchange
    assert (exchange.service, exchange.transaction, exchange.outcome) == ("toy", "T-1", "Success")
    assert (exchange.message_id, exchange.status, exchange.fault) == (MESSAGE_ID, 200, "")
    assert exchange.bytes_in == len(say)
    assert toy.post(*keep).exchange.transaction == "T-2"


def test_chunked_bodies_are_read_to_their_end(toy: Any, say: bytes, keep: tuple[bytes, str]) -> None:
    chunked: dict[str, Any] = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    assert toy.post(say, **chunked).status == 200
    assert toy.post(*keep, **chunked).status == 200
    assert toy.post(b"", **chunked).code == "Sender"


def test_a_gzipped_simple_message_is_read(toy: Any, say: bytes) -> None:
    assert toy.post(gzip.compress(say), HTTP_CONTENT_ENCODING="gzip").status == 200


@pytest.mark.parametrize("action", ["", '; action=""', '; action="urn:something:else"'])
def test_the_action_of_the_content_type_is_not_looked_at(toy: Any, say: bytes, action: str) -> None:
    assert toy.post(say, f"application/soap+xml; charset=utf-8{action}", HTTP_SOAPACTION='"urn:x"').status == 200


# --- leniencies, each listed in docs/wire.md


def test_a_simple_message_to_an_mtom_operation_is_answered_as_mtom(toy: Any) -> None:
    answer = toy.post(toy.message(b'<Keep xmlns="urn:toy">aW5saW5l</Keep>', "urn:keep"))
    assert answer.multipart
    assert toy.seen[0].packaging is Packaging.SIMPLE


def test_a_multipart_message_to_a_simple_operation_is_answered_simply(toy: Any, say: bytes, multipart: Build) -> None:
    answer = toy.post(*multipart(("Content-ID: <root@toy>", say), DOCUMENT))
    assert (answer.status, answer.multipart) == (200, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"start": None},
        {"start": "root@toy"},
        {"start": "<ROOT@toy>"},
        {"start": "<root%40toy>"},
        {"info": None},
        {"info": 'application/soap+xml; action=\\"urn:keep\\"'},
        {"info": "text/xml"},
        {"kind": "Application/XOP+xml"},
        {"line": b"\n"},
    ],
    ids=str,
)
def test_multipart_habits_of_others_are_read(
    toy: Any, multipart: Build, root_part: RootPart, changes: dict[str, Any]
) -> None:
    answer = toy.post(*multipart(root_part(), ("Content-ID: <d1@toy>", b"x"), **changes))
    assert answer.status == 200
    assert toy.received == {"d1@toy": b"x"}


def test_the_root_may_come_after_its_attachments(toy: Any, multipart: Build, root_part: RootPart) -> None:
    parts = [(f"Content-ID: <d{n}@toy>", os.urandom(n * 50_000)) for n in range(5)]
    answer = toy.post(*multipart(*parts[:3], root_part(), *parts[3:]))
    assert answer.status == 200
    assert toy.received == {f"d{n}@toy": content for n, (_, content) in enumerate(parts)}


def test_an_xml_declaration_and_a_mark_in_the_root_part_are_read(
    toy: Any, multipart: Build, root_part: RootPart
) -> None:
    headers, content = root_part()
    root = (headers, b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\r\n' + content)
    assert toy.post(*multipart(root)).status == 200


def test_an_encoded_root_and_attachment_are_decoded(toy: Any, multipart: Build, root_part: RootPart) -> None:
    root = ("Content-ID: <root@toy>\nContent-Transfer-Encoding: BASE64", base64.encodebytes(root_part()[1]))
    document = ("Content-ID: <d@toy>\nContent-Transfer-Encoding: quoted-printable", b"caf=C3=A9")
    assert toy.post(*multipart(root, document)).status == 200
    assert toy.received == {"d@toy": "café".encode()}


# --- dispatch and addressing


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b">urn:say<", b">urn:nothing<", "Sender/wsa:ActionNotSupported"),
        (b">urn:say<", b">urn:strict<", "Sender"),
        (b">urn:say<", b"><", REQUIRED),
        (b"<Say ", b"<Unknown ", "Sender"),
        (b'<Say xmlns="urn:toy">hello</Say>', b'<Say xmlns="urn:other"/>', "Sender"),
        (b"<wsa:MessageID>" + MESSAGE_ID.encode() + b"</wsa:MessageID>", b"", REQUIRED),
        (b"addressing/anonymous", b"addressing/none", ELSEWHERE),
        (b"</soap12:Header>", b'<x xmlns="urn:x" soap12:mustUnderstand="1"/></soap12:Header>', "MustUnderstand"),
    ],
)
def test_a_message_that_goes_nowhere_is_a_fault(toy: Any, say: bytes, old: bytes, new: bytes, code: str) -> None:
    broken = say.replace(old, new)
    assert broken != say
    answer = toy.post(broken)
    assert answer.code == code
    assert answer.status == (500 if code == "MustUnderstand" else 400)
    assert answer.exchange.outcome == "Fault"
    assert answer.exchange.fault == answer.text("//s:Text")
    assert toy.seen == []


def test_a_message_without_header_lacks_its_action(toy: Any, say: bytes) -> None:
    broken = re.sub(rb"<soap12:Header>.*</soap12:Header>", b"", say)
    assert toy.post(broken).code == "Sender/wsa:MessageAddressingHeaderRequired"


def test_a_fault_relates_to_its_request(toy: Any, say: bytes) -> None:
    answer = toy.post(say.replace(b">urn:say<", b">urn:nothing<"))
    assert answer.text("//wsa:RelatesTo") == MESSAGE_ID
    assert answer.text("//wsa:Action[1]") == "http://www.w3.org/2005/08/addressing/fault"


def test_soap_1_1_is_told_so_in_its_own_words_under_either_media_type(toy: Any, say: bytes) -> None:
    older = "{http://schemas.xmlsoap.org/soap/envelope/}"
    old = say.replace(b"http://www.w3.org/2003/05/soap-envelope", older[1:-1].encode())
    for content_type in ("application/soap+xml", "text/xml; charset=utf-8"):
        answer = toy.post(old, content_type)
        assert (answer.status, answer.headers["content-type"]) == (500, "text/xml; charset=UTF-8")
        assert answer.envelope.findtext(f"{older}Body/{older}Fault/faultcode") == "soap11:VersionMismatch"
        assert "send SOAP 1.2" in (answer.envelope.findtext(f"{older}Body/{older}Fault/faultstring") or "")
        upgrade = answer.envelope.find(f"{older}Header/{{http://www.w3.org/2003/05/soap-envelope}}Upgrade")
        assert upgrade is not None
        assert upgrade[0].get("qname") == "soap12:Envelope"


def test_a_soap_that_does_not_exist_is_told_so_in_soap_1_2(toy: Any, say: bytes) -> None:
    answer = toy.post(
        say.replace(b"http://www.w3.org/2003/05/soap-envelope", b"http://www.w3.org/2099/12/soap-envelope")
    )
    assert (answer.status, answer.code) == (500, "VersionMismatch")


# --- media types


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "text/xml",
        "application/xml",
        "text/html; charset=utf-8",
        "application/xop+xml",
        "multipart/form-data; boundary=b-1",
        "nonsense",
        "application/soap+xml; charset=utf-16",
        "application/soap+xml; charset=iso-8859-1",
    ],
)
def test_another_content_type_is_unsupported(toy: Any, say: bytes, content_type: str | None) -> None:
    answer = toy.post(say, content_type)
    assert (answer.status, answer.code) == (415, "Sender")


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "text/xml"},
        {"kind": ""},
        {"kind": "application/soap+xml"},
        {"info": "text/plain"},
        {"info": "image/png"},
    ],
    ids=str,
)
def test_a_multipart_message_that_is_not_mtom_is_unsupported(
    toy: Any, multipart: Build, root_part: RootPart, changes: dict[str, Any]
) -> None:
    assert toy.post(*multipart(root_part(), **changes)).status == 415


def test_other_content_encodings_are_unsupported(toy: Any, say: bytes, keep: tuple[bytes, str]) -> None:
    answer = toy.post(say, HTTP_CONTENT_ENCODING="br")
    assert (answer.status, answer.headers["accept-encoding"]) == (415, "gzip")
    assert toy.post(*keep, HTTP_CONTENT_ENCODING="gzip").status == 415


def test_only_post_is_answered(toy: Any) -> None:
    answer = toy.post(b"", method="GET")
    assert (answer.status, answer.headers["allow"], answer.code) == (405, "POST", "Sender")


# --- broken packaging


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda c, t: (c, t.replace("<root@toy>", "<other@toy>")), "matches the Content-ID of no part"),
        (lambda c, t: (c, t.replace('boundary="b-1"; ', "")), "no usable boundary"),
        (lambda c, t: (c, t.replace('"b-1"', '"b-2"')), "is not found in the body"),
        (lambda c, t: (c[:-3], t), "ends before its closing boundary"),
        (lambda c, t: (c[:400], t), "ends before its closing boundary"),
        (lambda c, t: (c[: c.index(b"two")], t), "ends before its closing boundary"),
        (lambda c, t: (c.replace(b"<d1@toy>", b"<root@toy>"), t), "two parts of the message have Content-ID"),
        (lambda c, t: (c.replace(b"Content-ID: <d1@toy>", b"X: " + b"y" * 17_000), t), "longer than 16384 bytes"),
        (lambda c, t: (c.replace(b"charset=UTF-8", b"charset=UTF-16"), t), "charset"),
        (lambda c, t: (b"", t), "is not found in the body"),
    ],
)
def test_a_broken_multipart_message_is_refused(
    toy: Any, keep: tuple[bytes, str], change: Callable[[bytes, str], tuple[bytes, str]], reason: str
) -> None:
    answer = toy.post(*change(*keep))
    assert answer.code == "Sender"
    assert reason in answer.text("//s:Text")
    assert answer.exchange.outcome == "Fault"


def test_a_preamble_and_an_epilogue_are_ignored(toy: Any, keep: tuple[bytes, str]) -> None:
    content, content_type = keep
    assert toy.post(b"preamble\r\n" + content + b"epilogue", content_type).status == 200


def test_ten_thousand_parts_are_too_many(toy: Any, multipart: Build, root_part: RootPart) -> None:
    answer = toy.post(*multipart(root_part(), *[("X: y", b"")] * 10_000))
    assert "more than 1000 MIME parts" in answer.text("//s:Text")


# --- limits


def test_an_envelope_over_its_limit_is_refused_without_reading_it(toy: Any, say: bytes) -> None:
    toy.limits = Limits(root=len(say) - 1)
    answer = toy.post(say)
    assert (answer.status, answer.code) == (413, "Sender")
    assert toy.post(say, **{"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}).status == 413


def test_a_root_part_over_its_limit_is_refused(toy: Any, multipart: Build, root_part: RootPart) -> None:
    toy.limits = Limits(root=500)
    assert toy.post(*multipart(root_part())).status == 413


def test_a_message_over_its_limit_is_refused_before_or_while_it_is_read(toy: Any, keep: tuple[bytes, str]) -> None:
    toy.limits = Limits(total=len(keep[0]) - 1)
    assert toy.post(*keep).status == 413
    assert toy.post(*keep, **{"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}).status == 413


def test_parts_before_the_root_are_spooled_up_to_a_limit(toy: Any, multipart: Build, root_part: RootPart) -> None:
    toy.limits = Limits(spool=1000)
    answer = toy.post(*multipart(("X: y", b"z" * 1001), root_part()))
    assert answer.status == 413
    assert "send the root first" in answer.text("//s:Text")


def test_the_spool_leaves_nothing_on_disk(
    toy: Any, multipart: Build, root_part: RootPart, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = len(os.listdir("/proc/self/fd"))
    content, content_type = multipart(("X: y", b"z" * 100_000), root_part())
    assert toy.post(content, content_type).status == 200
    assert toy.post(content[:90_000], content_type, length=len(content)).code == "Sender"
    assert list(tmp_path.iterdir()) == []
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_gzip_bomb_is_refused_at_the_limit_of_the_envelope(toy: Any) -> None:
    bomb = gzip.compress(bytes(50 << 20))
    toy.limits = Limits(root=1 << 20)
    assert toy.post(bomb, HTTP_CONTENT_ENCODING="gzip").status == 413


@pytest.mark.parametrize("spoil", [lambda z: z[:-9], lambda z: b"no gzip", lambda z: z + b"more"])
def test_broken_gzip_is_refused(toy: Any, say: bytes, spoil: Callable[[bytes], bytes]) -> None:
    answer = toy.post(spoil(gzip.compress(say)), HTTP_CONTENT_ENCODING="gzip")
    assert (answer.status, answer.code) == (400, "Sender")


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "١"])
def test_a_content_length_that_is_no_number_is_refused(say: bytes, length: str) -> None:
    with pytest.raises(Fault, match="not a number"):
        Entity({"wsgi.input": io.BytesIO(say), "CONTENT_LENGTH": length}, Limits())


# --- clients that go away


@pytest.mark.parametrize("packed", [False, True])
def test_a_client_that_leaves_in_the_middle_is_a_fault_and_reported(
    toy: Any, say: bytes, keep: tuple[bytes, str], packed: bool
) -> None:
    content, content_type = keep if packed else (say, "application/soap+xml")
    answer = toy.post(content[:-20], content_type, length=len(content))
    assert answer.code == "Sender"
    assert "before its Content-Length" in answer.text("//s:Text")
    assert answer.exchange.outcome == "Fault"


@pytest.mark.parametrize(
    ("error", "status"), [(TimeoutError(), 408), (ConnectionResetError(), 400), (ValueError(), 400)]
)
def test_a_client_that_stalls_or_breaks_is_a_fault(
    toy: Any, keep: tuple[bytes, str], error: Exception, status: int
) -> None:
    incoming = io.BytesIO(keep[0])
    # the envelope comes, then nothing
    steps = iter([600])

    def read(size: int) -> bytes:
        if (step := next(steps, 0)) == 0:
            raise error
        return incoming.read(step)

    answer = toy.post(*keep, read=read)
    assert (answer.status, answer.code) == (status, "Sender")


# --- the gate, the schema and the handler


def test_the_gate_may_refuse_before_an_attachment_is_read(toy: Any, multipart: Build, root_part: RootPart) -> None:
    def refuse(request: Any) -> None:
        raise Fault("Sender", "who are you", subcode="wsse:FailedAuthentication")

    toy.gate = refuse
    content, content_type = multipart(root_part(), ("X: y", b"z" * (2 << 20)))
    incoming = io.BytesIO(content)
    answer = toy.post(content, content_type, read=incoming.read)
    assert answer.code == "Sender/wsse:FailedAuthentication"
    assert (answer.exchange.transaction, toy.seen) == ("T-2", [])


def test_what_a_refused_sender_still_sends_is_read_up_to_a_bound(toy: Any, keep: tuple[bytes, str]) -> None:
    toy.limits = Limits(drain=1 << 20)
    content = keep[0].replace(b">urn:keep<", b">urn:nothing<").replace(b"two", b"x" * (3 << 20))
    incoming = io.BytesIO(content)
    assert toy.post(content, keep[1], read=incoming.read).code == "Sender/wsa:ActionNotSupported"
    assert 1 << 20 < incoming.tell() <= 2 << 20


def test_attachments_that_nobody_reads_are_read_over(toy: Any, multipart: Build, root_part: RootPart) -> None:
    root = (root_part()[0], toy.message(b'<Ignore xmlns="urn:toy"/>', "urn:ignore"))
    content, content_type = multipart(root, ("X: y", b"z" * 600_000))
    incoming = io.BytesIO(content)
    answer = toy.post(content, content_type, read=incoming.read)
    assert answer.text("//t:Ignored") == ""
    assert (answer.status, incoming.tell()) == (200, len(content))


def test_a_body_that_breaks_its_schema_is_a_fault_that_says_where(toy: Any) -> None:
    good = toy.message(b'<Strict xmlns="urn:toy" n="1"/>', "urn:strict")
    assert toy.post(good).status == 200
    answer = toy.post(good.replace(b'n="1"', b'n="one"'))
    assert (answer.status, answer.code) == (400, "Sender")
    assert "breaks its schema" in answer.text("//s:Text")
    assert "'one' is not a valid value" in answer.text("//s:Text")


def test_an_include_outside_a_document_is_a_fault(toy: Any, multipart: Build, root_part: RootPart) -> None:
    include = b'<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:d1@toy"/>'
    good = b'<Keep xmlns="urn:toy"><Document>%b</Document></Keep>' % include
    assert toy.post(*multipart(root_part(good), DOCUMENT)).status == 200
    answer = toy.post(*multipart(root_part(good.replace(b"Document", b"Comment")), DOCUMENT))
    assert (answer.code, answer.text("//s:Text")) == ("Sender", "xop:Include in Comment: only Document may be attached")


def test_an_operation_may_answer_a_broken_schema_itself(toy: Any) -> None:
    told: list[Any] = []

    def invalid(request: Any, errors: list[Any]) -> Any:
        told.extend(errors)
        return toy.ignore(request)

    operations = toy.operations()
    toy.operations = lambda: [*operations[:-1], replace(operations[-1], invalid=invalid)]
    answer = toy.post(toy.message(b'<Strict xmlns="urn:toy"><x/></Strict>', "urn:strict"))
    assert answer.status == 200
    assert told
    assert toy.seen == []


def test_an_error_of_ours_is_a_receiver_fault_that_tells_nothing(toy: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "carnet.soap"):
        answer = toy.post(toy.message(b'<Fail xmlns="urn:toy"/>', "urn:fail"))
    assert (answer.status, answer.code) == (500, "Receiver")
    assert b"secret" not in answer.content
    reference = answer.text("//s:Text").rpartition(" ")[2]
    (record,) = caplog.records
    assert reference in record.getMessage()
    assert record.exc_info is not None
    assert answer.exchange.outcome == "Fault"


def test_trouble_in_reading_a_short_answer_is_still_a_fault(toy: Any) -> None:
    answer = toy.post(toy.message(b'<Fetch xmlns="urn:toy" size="10" break="1"/>', "urn:fetch"))
    assert (answer.status, answer.code) == (500, "Receiver")


def test_trouble_in_a_long_answer_breaks_the_connection_and_is_reported(toy: Any) -> None:
    with pytest.raises(ConnectionResetError):
        toy.post(toy.message(b'<Fetch xmlns="urn:toy" size="900000" break="1"/>', "urn:fetch"))
    (exchange,) = toy.exchanges
    assert (exchange.outcome, exchange.fault) == ("Fault", "the answer broke off while it was sent")


def test_a_client_that_leaves_while_it_is_answered_is_reported_once(toy: Any) -> None:
    message = toy.message(b'<Fetch xmlns="urn:toy" size="900000"/>', "urn:fetch")
    environ = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/soap+xml", "CONTENT_LENGTH": str(len(message))}
    answer = toy.app()({**environ, "wsgi.input": io.BytesIO(message)}, lambda status, headers: None)
    next(iter(answer))
    answer.close()
    answer.close()
    (exchange,) = toy.exchanges
    assert (exchange.outcome, exchange.fault) == ("Fault", "the connection was lost while answering")


def test_a_report_that_fails_does_not_spoil_the_answer(toy: Any, say: bytes) -> None:
    class Broken(list[Any]):
        def append(self, exchange: Any) -> None:
            raise RuntimeError("disk full")

    toy.exchanges = Broken()
    assert toy.post(say).status == 200


def test_two_operations_with_one_action_cannot_be_served(toy: Any) -> None:
    operations = toy.operations()
    toy.operations = lambda: [operations[0], replace(operations[1], action=operations[0].action)]
    with pytest.raises(ValueError, match="same wsa:Action"):
        toy.app()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 2000), damage=st.binary(min_size=1, max_size=40), cut=st.integers(0, 40))
def test_whatever_is_sent_is_answered_in_soap(
    toy: Any, keep: tuple[bytes, str], place: int, damage: bytes, cut: int
) -> None:
    content, content_type = keep
    answer = toy.post(content[:place] + damage + content[place + cut :], content_type)
    assert answer.status in (200, 400, 413, 415, 500)
    assert answer.envelope.tag == "{http://www.w3.org/2003/05/soap-envelope}Envelope"
    assert answer.code in ("", "Sender", "VersionMismatch", "MustUnderstand") or answer.code.startswith("Sender/wsa:")
    etree.tostring(answer.envelope)
