"""What CXF, Axis2, .NET WCF, Metro and SoapUI put on the wire is understood.

The fixtures in `stacks/` are whole HTTP requests, byte for byte, written after the habits of those stacks: boundary
and Content-ID forms, percent-encoding, chunking, inline base64, part order, prefixes, header spelling.
"""

from pathlib import Path
from typing import Any

import pytest

STACKS = Path(__file__).parent / "stacks"
CONSULTATION = "Consultation du 4 novembre.\r\nTension 12/8. État général conservé.\n".encode()
DOCUMENTS = {
    "cxf": {"2.999.40.1.1.1": CONSULTATION},
    "axis2": {
        "2.999.40.2.1.1": CONSULTATION,
        "2.999.40.2.1.2": b"second\r\n--MIMEBoundary_566EAD10 not a boundary\r\n",
    },
    "wcf": {"2.999.40.3.1.1": CONSULTATION, "2.999.40.3.1.2": b"petit document en ligne"},
    "metro": {"2.999.40.4.1.1": CONSULTATION},
    "soapui": {"2.999.40.5.1.1": CONSULTATION},
}


def fixture(name: str) -> bytes:
    return (STACKS / f"{name}.http").read_bytes()


def send(carnet: Any, name: str) -> Any:
    answer = carnet.send(fixture(name))
    assert answer.status == 200, answer.body
    return answer


@pytest.mark.parametrize("stack", DOCUMENTS)
def test_the_stack_provides_a_document_set(carnet: Any, stack: str) -> None:
    answer = send(carnet, f"{stack}-iti-41")
    assert answer.outcome == "Success", answer.body
    assert answer.content_type.startswith("multipart/related")


@pytest.mark.parametrize("stack", DOCUMENTS)
def test_what_the_stack_provided_comes_back_byte_for_byte(carnet: Any, stack: str) -> None:
    send(carnet, f"{stack}-iti-41")
    for unique_id, content in DOCUMENTS[stack].items():
        request = fixture("metro-iti-43").replace(b"2.999.40.4.1.1", unique_id.encode())
        answer = carnet.send(request)
        assert answer.outcome == "Success", answer.body
        assert answer.parts()[1].get_payload(decode=True) == content


@pytest.mark.parametrize("stack", ["cxf", "wcf", "soapui"])
def test_the_stack_finds_the_document_it_provided(carnet: Any, stack: str) -> None:
    send(carnet, f"{stack}-iti-41")
    answer = send(carnet, f"{stack}-iti-18")
    assert answer.outcome == "Success", answer.body
    found = answer.envelope().xpath("//*[local-name()='ExternalIdentifier']/@value")
    assert set(DOCUMENTS[stack]) <= set(found)


@pytest.mark.parametrize("stack", ["axis2", "metro"])
def test_the_stack_retrieves_the_documents_it_provided(carnet: Any, stack: str) -> None:
    send(carnet, f"{stack}-iti-41")
    answer = send(carnet, f"{stack}-iti-43")
    assert answer.outcome == "Success", answer.body
    contents = [part.get_payload(decode=True) for part in answer.parts()[1:]]
    assert contents == list(DOCUMENTS[stack].values())


def test_the_same_message_sent_again_is_no_error(carnet: Any) -> None:
    """A sender whose answer was lost sends again, with the same ids."""
    assert send(carnet, "cxf-iti-41").outcome == send(carnet, "cxf-iti-41").outcome == "Success"


def test_the_answer_relates_to_the_request(carnet: Any) -> None:
    answer = send(carnet, "cxf-iti-41")
    assert answer.text("//*[local-name()='RelatesTo']") == "urn:uuid:6b2f6ad4-58f0-4b56-a4b7-7d1a0ad7c401"
    assert answer.text("//*[local-name()='Action']") == ("urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse")
