"""What Carnet itself answers is good: a remark on it would be a false alarm, or a bug."""

import re
from pathlib import Path
from typing import Any

import pytest

from conformance.judging import judge

STACKS = Path(__file__).parents[2] / "wire" / "stacks"


def http(answer: Any) -> bytes:
    head = f"HTTP/1.1 {answer.status} X\r\nContent-Type: {answer.content_type}\r\n\r\n"
    return head.encode() + answer.body


def request(name: str) -> bytes:
    """Of a patient and documents of these tests alone."""
    return (STACKS / f"{name}.http").read_bytes().replace(b"2.999.40.", b"2.999.46.")


@pytest.mark.parametrize("stack", ["axis2", "metro", "soapui"])
def test_the_answers_to_a_submission_and_to_a_retrieval_have_no_remark(carnet: Any, stack: str) -> None:
    judged = judge(http(carnet.send(request(f"{stack}-iti-41"))))
    assert (judged.kind, judged.remarks) == ("ITI-41 response", ())
    assert {"HTTP", "MIME", "SOAP", "WS-Addressing", "XSD", "answer"} <= set(judged.checked)
    if stack != "soapui":
        judged = judge(http(carnet.send(request(f"{stack}-iti-43"))))
        assert (judged.kind, judged.remarks) == ("ITI-43 response", ())
        assert "attachments" in judged.checked


@pytest.mark.parametrize("returned", [b"LeafClass", b"ObjectRef"])
def test_the_answer_to_a_query_has_no_remark(carnet: Any, returned: bytes) -> None:
    carnet.send(request("wcf-iti-41"))
    query = request("wcf-iti-18").replace(b"LeafClass", returned)
    answer = carnet.send(query)
    judged = judge(http(answer))
    assert judged.kind == "ITI-18 response"
    assert judged.remarks == ()
    assert "returned metadata" in judged.checked
    assert b"ExtrinsicObject " in answer.body or returned == b"ObjectRef"


def test_a_refusal_and_a_fault_have_no_remark(carnet: Any) -> None:
    wrong = re.sub(rb"objectType=\"urn:uuid:7edca82f", b'objectType="urn:uuid:7edca82e', request("metro-iti-41"))
    answer = carnet.send(wrong)
    assert answer.outcome == "Failure"
    judged = judge(http(answer))
    assert (judged.kind, judged.remarks) == ("ITI-41 response", ())
    fault = carnet.post("/registry", b"<x/>", "application/soap+xml")
    judged = judge(http(fault))
    assert judged.kind == "SOAP fault"
    assert [each.rule for each in judged.remarks] == ["wire.wsa.absent"]  # nothing to relate to: there was no id
