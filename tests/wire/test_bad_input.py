"""Bad input gets a clear error and loses nothing: a valid sample, one thing broken, sent to a real server.

After each of these the document that was there before is still there, nothing was added, and no traceback was logged.
"""

import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

STACKS = Path(__file__).parent / "stacks"
ACTION_41 = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
BOUNDARY = "----=_Part_12_1185094392.1762247700123"
SIMPLE = "application/soap+xml; charset=UTF-8"
CODES = """<Codes>
 <AssigningAuthority id="2.999.20"/>
 <CodeType name="typeCode" classScheme="urn:uuid:f0306f51-975f-434e-a61c-c59651d33983">
  <Code code="11488-4" display="CR" codingScheme="2.16.840.1.113883.6.1"/>
 </CodeType>
</Codes>"""


def fixture(name: str) -> tuple[str, bytes]:
    """Content-Type and body of a request fixture."""
    head, body = (STACKS / f"{name}.http").read_bytes().split(b"\r\n\r\n", 1)
    content_type = re.search(rb"Content-Type: (.*)", head)
    assert content_type is not None
    return content_type[1].decode().strip(), body


MULTIPART, PROVIDE = fixture("soapui-iti-41")
PROVIDE = PROVIDE.replace(b"2.999.40.5", b"2.999.49.1")
QUERY = fixture("soapui-iti-18")[1]


def code_of(answer: Any) -> str:
    """What a client can tell the error by: the RegistryError codes, or the fault."""
    return ",".join(dict.fromkeys(answer.error_codes())) or answer.outcome


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A server with low limits and an affinity domain, and one document in it."""
    directory = tmp_path_factory.mktemp("guarded")
    (directory / "codes.xml").write_text(CODES)
    (directory / "carnet.toml").write_text(
        "max-message = 3_000_000\nmax-envelope = 1_000_000\nmax-elements = 20_000\nmax-parts = 5\n"
        "max-spool = 100_000\nstall-timeout = 2\n"
    )
    start = request.getfixturevalue("start_carnet")
    serving = start(directory, "--codes", str(directory / "codes.xml"), "--config", str(directory / "carnet.toml"))
    kept = serving.post("/repository", PROVIDE.replace(b"2.999.49.1", b"2.999.48.1"), MULTIPART)
    assert kept.outcome == "Success", kept.body
    yield serving
    assert serving.stop() == 0
    assert "Traceback" not in serving.log.read_text()


def documents_on_disk(serving: Any) -> int:
    root = serving.log.parent / "data"
    return sum(1 for path in root.rglob("*") if path.is_file() and re.fullmatch(r"[0-9a-f]{32}.*", path.name))


@pytest.fixture
def unharmed(guarded: Any) -> Iterator[Any]:
    """The server; afterwards nothing was lost and nothing added."""
    before = documents_on_disk(guarded)
    assert before
    yield guarded
    content_type, body = fixture("metro-iti-43")
    answer = guarded.post("/repository", body.replace(b"2.999.40.4.1.1", b"2.999.48.1.1.1"), content_type)
    assert answer.outcome == "Success", answer.body
    assert documents_on_disk(guarded) == before
    found = guarded.post("/registry", QUERY, SIMPLE)
    assert found.outcome == "Success"
    assert b"2.999.49.1" not in found.body


def swap(old: str, new: str) -> Callable[[bytes], bytes]:
    def apply(body: bytes) -> bytes:
        assert old.encode() in body, old
        return body.replace(old.encode(), new.encode())

    return apply


def part(content_id: str, data: bytes) -> bytes:
    head = f"\r\n--{BOUNDARY}\r\nContent-Type: text/plain\r\nContent-ID: <{content_id}>\r\n\r\n"
    return head.encode() + data


def before_the_end(extra: bytes) -> Callable[[bytes], bytes]:
    end = f"\r\n--{BOUNDARY}--".encode()
    return lambda body: body.replace(end, extra + end)


MULTIPART_FAULTS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut in the middle of the document": (lambda body: body[:-80], "Sender"),
    "cut in the middle of the envelope": (lambda body: body[:3000], "Sender"),
    "without the document's part": (
        lambda body: (
            body[: body.index(f"--{BOUNDARY}\r\nContent-Type: text/plain".encode())] + f"--{BOUNDARY}--\r\n".encode()
        ),
        "Sender",
    ),
    "with two parts of one Content-ID": (before_the_end(part("847395013245", b"autre")), "Sender"),
    "with a boundary that never comes": (lambda body: body.replace(BOUNDARY.encode(), b"other"), "Sender"),
    "with too many parts": (before_the_end(b"".join(part(f"x{n}", b"x") for n in range(10))), "Sender"),
    "with a document over the limit": (before_the_end(part("big", b"x" * 4_000_000)), "Sender"),
    "with a huge part header": (
        before_the_end(f"\r\n--{BOUNDARY}\r\nX: {'x' * 20000}\r\n\r\n".encode()),
        "Sender",
    ),
    "with a href that matches no part": (swap("cid:847395013245", "cid:elsewhere"), "Sender"),
    "with a href that is not cid": (swap("cid:847395013245", "http://127.0.0.1/secret"), "Sender"),
    "with a document that has no entry": (
        swap('<urn:Document id="Document1">', '<urn:Document id="Nobody">'),
        "XDSMissingDocument,XDSMissingDocumentMetadata",
    ),
    "with no document at all": (
        lambda body: re.sub(rb"<urn:Document .*</urn:Document>", b"", body),
        "XDSMissingDocument",
    ),
}


@pytest.mark.parametrize("name", MULTIPART_FAULTS)
def test_a_spoiled_multipart_message(unharmed: Any, name: str) -> None:
    spoil, expected = MULTIPART_FAULTS[name]
    body = spoil(PROVIDE)
    assert body != PROVIDE
    answer = unharmed.post("/repository", body, MULTIPART)
    assert code_of(answer) == expected, answer.body
    assert answer.status in ((400, 413) if expected == "Sender" else (200,))


def test_an_upload_that_ends_early_is_forgotten(unharmed: Any) -> None:
    head = (
        f"POST /repository HTTP/1.1\r\nHost: x\r\nContent-Type: {MULTIPART}\r\nContent-Length: {len(PROVIDE)}\r\n\r\n"
    )
    with socket.create_connection(unharmed.address, 10) as sock:
        sock.sendall(head.encode() + PROVIDE[:-200])
    time.sleep(0.3)


@pytest.mark.timeout(30)
def test_a_client_that_stalls_is_let_go_and_others_are_served(unharmed: Any) -> None:
    head = (
        f"POST /repository HTTP/1.1\r\nHost: x\r\nContent-Type: {MULTIPART}\r\nContent-Length: {len(PROVIDE)}\r\n\r\n"
    )
    stalled = [socket.create_connection(unharmed.address, 20) for _ in range(8)]
    try:
        for sock in stalled:
            sock.sendall(head.encode() + PROVIDE[:-200])
        assert unharmed.post("/registry", QUERY, SIMPLE).outcome == "Success"
        for sock in stalled:
            sock.settimeout(15)
            while sock.recv(65536):
                pass  # an answer or not: the server hangs up by itself
    finally:
        for sock in stalled:
            sock.close()


CONTENT_TYPES = {
    "text/plain": "text/plain",
    "none at all": "",
    "SOAP 1.1": "text/xml; charset=utf-8",
    "form data": "multipart/form-data; boundary=x",
    "multipart without a boundary": 'multipart/related; type="application/xop+xml"',
    "multipart of another type": f'multipart/related; type="text/html"; boundary="{BOUNDARY}"',
}


@pytest.mark.parametrize("name", CONTENT_TYPES)
def test_a_wrong_content_type(unharmed: Any, name: str) -> None:
    answer = unharmed.post("/repository", PROVIDE, CONTENT_TYPES[name])
    assert answer.status in (400, 415)
    assert code_of(answer) == "Sender", answer.body


def envelope(body: bytes, header: str = "", soap: str = "http://www.w3.org/2003/05/soap-envelope") -> bytes:
    return (
        (
            f'<s:Envelope xmlns:s="{soap}" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>{header}</s:Header>'
        ).encode()
        + b"<s:Body>"
        + body
        + b"</s:Body></s:Envelope>"
    )


ACTION = "<a:Action>urn:ihe:iti:2007:RegistryStoredQuery</a:Action><a:MessageID>urn:uuid:1</a:MessageID>"
INNER = re.search(rb"<urn:AdhocQueryRequest.*</urn:AdhocQueryRequest>", QUERY, re.S)
assert INNER is not None
ASK = INNER[0].replace(
    b"<urn:AdhocQueryRequest",
    b'<urn:AdhocQueryRequest xmlns:urn="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" '
    b'xmlns:urn1="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"',
)
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'

ENVELOPES: dict[str, tuple[bytes, str, int]] = {
    "not XML": (b"bonjour", "Sender", 400),
    "nothing": (b"", "Sender", 400),
    "cut": (envelope(ASK, ACTION)[:-30], "Sender", 400),
    "with a DTD": (BOMB + envelope(ASK, ACTION), "Sender", 400),
    "with an external entity": (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + envelope(ASK, ACTION).replace(b"LeafClass", b"&e;"),
        "Sender",
        400,
    ),
    "of 10 MB of tiny elements": (envelope(b"<x>" + b"<y/>" * 2_500_000 + b"</x>", ACTION), "Sender", 413),
    "over the limit in elements": (envelope(b"<x>" + b"<y/>" * 30_000 + b"</x>", ACTION), "Sender", 400),
    "over the limit in bytes": (envelope(b"<x>" + b"y" * 2_000_000 + b"</x>", ACTION), "Sender", 413),
    "nested without end": (envelope(b"<y>" * 5_000 + b"</y>" * 5_000, ACTION), "Sender", 400),
    "in UTF-16": (envelope(ASK, ACTION).decode().encode("utf-16"), "Sender", 400),
    "in UTF-7": (b'<?xml version="1.0" encoding="UTF-7"?>' + envelope(ASK, ACTION), "Sender", 400),
    "of SOAP 1.1": (
        envelope(ASK, ACTION, "http://schemas.xmlsoap.org/soap/envelope/"),
        "VersionMismatch",
        500,
    ),
    "with an empty body": (envelope(b"", ACTION), "Sender", 400),
    "with two bodies": (envelope(ASK + ASK, ACTION), "Sender", 400),
    "without Action": (
        envelope(ASK, "<a:MessageID>urn:uuid:1</a:MessageID>"),
        "Sender/wsa:MessageAddressingHeaderRequired",
        400,
    ),
    "with an unknown Action": (
        envelope(ASK, ACTION.replace("RegistryStoredQuery", "Nothing")),
        "Sender/wsa:ActionNotSupported",
        400,
    ),
    "with a header that must be understood": (
        envelope(ASK, ACTION + '<t:Transaction xmlns:t="urn:t" s:mustUnderstand="true"/>'),
        "MustUnderstand",
        500,
    ),
}


@pytest.mark.parametrize("name", ENVELOPES)
def test_a_spoiled_envelope(unharmed: Any, name: str) -> None:
    body, expected, status = ENVELOPES[name]
    answer = unharmed.post("/registry", body, SIMPLE)
    assert (code_of(answer), answer.status) == (expected, status), answer.body


def test_the_envelope_that_is_spoiled_above_is_itself_right(guarded: Any) -> None:
    assert guarded.post("/registry", envelope(ASK, ACTION), SIMPLE).outcome == "Success"


VALUES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "an OID with letters": (swap("2.999.20.9", "2.999.x.9"), "XDSRegistryMetadataError"),
    "a month 13": (swap("20261104091500", "20261304091500"), "XDSRegistryMetadataError"),
    "a time zone": (swap("20261104091500", "20261104091500+0100"), "XDSRegistryMetadataError"),
    "a UUID that is none": (swap('id="Document1"', 'id="urn:uuid:12"'), "XDSRegistryMetadataError"),
    "a patient id without its authority": (
        swap("SOAPUI-1^^^&amp;2.999.20&amp;ISO", "SOAPUI-1"),
        "XDSRegistryMetadataError",
    ),
    "a patient of another authority": (swap("&amp;2.999.20&amp;", "&amp;2.999.21&amp;"), "XDSUnknownPatientId"),
    "a code the domain does not know": (swap("11488-4", "11488-5"), "XDSRegistryMetadataError"),
    "an association to nothing": (swap('targetObject="Document1"', 'targetObject="Document9"'), "*"),
    "an association of no known type": (swap("AssociationType:HasMember", "AssociationType:Friend"), "*"),
    "an entry without a title code": (
        lambda body: body.replace(b"f0306f51-975f-434e-a61c-c59651d33983", b"f0306f51-975f-434e-a61c-000000000000"),
        "XDSRegistryMetadataError",
    ),
    "a replacement of itself": (
        swap(
            "</urn3:RegistryObjectList>",
            '<urn3:Association id="R" sourceObject="Document1" targetObject="Document1" '
            'associationType="urn:ihe:iti:2007:AssociationType:RPLC"/></urn3:RegistryObjectList>',
        ),
        "*",
    ),
    "a replacement of what nobody holds": (
        swap(
            "</urn3:RegistryObjectList>",
            '<urn3:Association id="R" sourceObject="Document1" '
            'targetObject="urn:uuid:7f0d6a55-2d0c-4f47-93c4-9f9a6d3f6b01" '
            'associationType="urn:ihe:iti:2007:AssociationType:RPLC"/></urn3:RegistryObjectList>',
        ),
        "UnresolvedReferenceException",
    ),
    "a body that breaks the schema": (swap("<urn3:RegistryObjectList>", "<urn3:Objects>"), "*"),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_wrong_value(unharmed: Any, name: str) -> None:
    spoil, expected = VALUES[name]
    answer = unharmed.post("/repository", spoil(PROVIDE), MULTIPART)
    if expected == "*":  # one of several codes is right; it must be an error that says where
        assert answer.outcome in ("Failure", "Sender"), answer.body
    else:
        assert expected in answer.error_codes(), answer.body
        assert re.search(rb"codeContext=.[^\"]{20,}", answer.body)
    assert b"Traceback" not in answer.body


QUERIES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "unbalanced quotes": (swap("&amp;ISO'", "&amp;ISO"), "XDSRegistryError"),
    "no patient": (
        lambda body: re.sub(rb'<urn1:Slot name="\$XDSDocumentEntryPatientId">.*?</urn1:Slot>', b"", body),
        "XDSStoredQueryMissingParam",
    ),
    "an unknown query": (swap("14d4debf", "14d4dead"), "XDSUnknownStoredQuery"),
    "an unknown returnType": (swap('returnType="LeafClass"', 'returnType="Everything"'), "XDSRegistryError"),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_wrong_query(unharmed: Any, name: str) -> None:
    spoil, expected = QUERIES[name]
    answer = unharmed.post("/registry", spoil(QUERY), SIMPLE)
    assert (answer.outcome, code_of(answer)) == ("Failure", expected), answer.body


def test_a_replacement_chain_cannot_close_on_itself(guarded: Any) -> None:
    """A is replaced by B; then A, which is deprecated, cannot be the replacement of B."""
    replaced = PROVIDE.replace(b"2.999.49.1", b"2.999.47.1").replace(b"SOAPUI-1", b"CYCLE-1")
    assert guarded.post("/repository", replaced, MULTIPART).outcome == "Success"
    found = guarded.post("/registry", QUERY.replace(b"SOAPUI-1", b"CYCLE-1"), SIMPLE)
    first = found.envelope().xpath("string(//*[local-name()='ExtrinsicObject']/@id)")

    def replacement(uid: bytes, target: str) -> bytes:
        link = (
            f'<urn3:Association id="R" sourceObject="Document1" targetObject="{target}" '
            'associationType="urn:ihe:iti:2007:AssociationType:RPLC"/></urn3:RegistryObjectList>'
        )
        fresh = PROVIDE.replace(b"2.999.49.1", uid).replace(b"SOAPUI-1", b"CYCLE-1")
        return fresh.replace(b"</urn3:RegistryObjectList>", link.encode())

    assert guarded.post("/repository", replacement(b"2.999.47.2", first), MULTIPART).outcome == "Success"
    again = guarded.post("/repository", replacement(b"2.999.47.3", first), MULTIPART)
    assert code_of(again) == "XDSRegistryDeprecatedDocumentError", again.body
