"""Inline base64, decoded a piece at a time; the references of a message to its parts."""

import base64
import binascii
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from repository import intake
from repository.intake import NotBase64, Provided, decoded, provided_documents
from soap.faults import Fault

XOP = "http://www.w3.org/2004/08/xop/include"


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_BASE64", 8)


def document(text: str) -> Provided:
    return Provided("doc1", "/Document[1]", None, text)


@given(content=st.binary(max_size=60), seed=st.randoms(use_true_random=False), blanks=st.integers(0, 20))
def test_base64_may_be_broken_anywhere(content: bytes, seed: Any, blanks: int) -> None:
    text = list(base64.b64encode(content).decode())
    for _ in range(blanks):
        text.insert(seed.randrange(len(text) + 1), seed.choice(" \n\r\t"))
    assert b"".join(decoded(document("".join(text)))) == content


@given(st.text(alphabet="AB+/= \n*é", max_size=40))
def test_what_is_decoded_is_what_strict_base64_says(text: str) -> None:
    squeezed = "".join(text.split())
    try:
        expected = binascii.a2b_base64(squeezed, strict_mode=True)
    except ValueError:
        expected = None
    if expected is None or len(squeezed) % 4:  # Python before 3.13 lets a superfluous `=` pass
        with pytest.raises(NotBase64):
            list(decoded(document(text)))
    else:
        assert b"".join(decoded(document(text))) == expected


def body(content: str) -> etree._Element:
    return etree.fromstring(
        f'<x:ProvideAndRegisterDocumentSetRequest xmlns:x="urn:ihe:iti:xds-b:2007" xmlns:xop="{XOP}">'
        f'<x:Document id="doc1">{content}</x:Document></x:ProvideAndRegisterDocumentSetRequest>'
    )


def test_a_reference_is_read_from_the_include() -> None:
    (found,) = provided_documents(body('<xop:Include href="cid:a@b"/>'))
    assert found == Provided("doc1", "/ProvideAndRegisterDocumentSetRequest/Document[1]", "cid:a@b", "")


def test_blanks_around_the_id_of_a_document_mean_nothing_as_those_of_its_entry_do() -> None:
    element = body("YWJj")
    element[0].set("id", " doc1\n")
    assert [each.id for each in provided_documents(element)] == ["doc1"]


def test_a_comment_in_the_base64_is_no_content() -> None:
    (found,) = provided_documents(body("YWJj<!-- half way -->ZGVm"))
    assert b"".join(decoded(found)) == b"abcdef"


@pytest.mark.parametrize(
    "content", ['YWJj<xop:Include href="cid:a"/>', "<xop:Include/>", '<xop:Include href="cid:a"/>YWJj']
)
def test_an_include_must_stand_alone(content: str) -> None:
    with pytest.raises(Fault):
        provided_documents(body(content))
