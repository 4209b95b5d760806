"""From xop:Include to the part it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from soap.faults import Fault
from soap.xop import href_to, include_href, match_href, refuse_stray_includes

X = 'xmlns:x="http://www.w3.org/2004/08/xop/include"'


@pytest.mark.parametrize(
    ("href", "content_id"),
    [
        ("cid:doc1@carnet", "doc1@carnet"),
        ("CID:doc1@carnet", "doc1@carnet"),
        ("cid:<doc1@carnet>", "doc1@carnet"),
        ("cid:uuid-1@urn%3Aihe%3Aiti", "uuid-1@urn:ihe:iti"),  # RFC 2392
        ("cid:uuid-1@urn%3Aihe%3Aiti", "uuid-1@urn%3Aihe%3Aiti"),  # CXF: both escaped
        ("cid:http%3A%2F%2Ftempuri.org%2F1%2F2", "http://tempuri.org/1/2"),  # WCF
        ("cid:uuid-1@urn:ihe:iti", "uuid-1@urn%3Aihe%3Aiti"),
        ("cid:DOC1@carnet", "doc1@CARNET"),
        ("cid:a%2541", "a%41"),
    ],
)
def test_a_part_is_found_however_its_id_is_written(href: str, content_id: str) -> None:
    assert match_href(href, ["other", content_id, ""]) == content_id


def test_the_literal_id_wins_over_the_lenient_forms() -> None:
    assert match_href("cid:a%41", ["aA", "a%41", "aa"]) == "a%41"
    assert match_href("cid:AB", ["ab", "AB"]) == "AB"


@pytest.mark.parametrize(
    ("href", "content_ids", "reason"),
    [
        ("cid:missing", ["a"], "matches no part"),
        ("cid:", [""], "matches no part"),
        ("http://198.51.100.1/x", ["http://198.51.100.1/x"], "not a cid: URL"),
        ("file:///etc/passwd", [], "not a cid: URL"),
        ("cid:Ab", ["ab", "AB"], "could mean 2 parts"),
    ],
)
def test_an_href_that_means_no_part_or_two_is_refused(href: str, content_ids: list[str], reason: str) -> None:
    with pytest.raises(Fault, match=reason) as fault:
        match_href(href, content_ids)
    assert fault.value.code == "Sender"


@given(st.text(st.characters(min_codepoint=33, max_codepoint=1000), min_size=1).filter(lambda t: t[0] != "<"))
def test_an_href_of_ours_finds_its_part(content_id: str) -> None:
    assert match_href(href_to(content_id), [content_id]) == content_id
    assert href_to(content_id).isascii()


def test_an_include_alone_gives_its_href_and_inline_content_none() -> None:
    assert include_href(etree.fromstring(f'<D {X}><x:Include href="cid:a"/></D>')) == "cid:a"
    assert include_href(etree.fromstring(f'<D {X}> <x:Include href="cid:a"/>\n</D>')) == "cid:a"
    assert include_href(etree.fromstring("<D>YWJj<!-- c --></D>")) is None


@pytest.mark.parametrize(
    "content",
    [
        '<x:Include href="cid:a"/><x:Include href="cid:b"/>',
        '<x:Include href="cid:a"/>YWJj',
        'YWJj<x:Include href="cid:a"/>',
        '<other/><x:Include href="cid:a"/>',
        "<x:Include/>",
        '<x:Include href=""/>',
    ],
)
def test_an_include_with_company_or_without_href_is_refused(content: str) -> None:
    with pytest.raises(Fault, match=r"xop:Include"):
        include_href(etree.fromstring(f"<D {X}>{content}</D>"))


def test_an_include_outside_a_document_is_refused() -> None:
    good = f'<R {X}><D><x:Include href="cid:a"/></D></R>'
    refuse_stray_includes(etree.fromstring(good), "D")
    for stray in (good.replace("D>", "E>"), f'<R {X}><D><b><x:Include href="cid:a"/></b></D></R>'):
        with pytest.raises(Fault, match="only D may be attached"):
            refuse_stray_includes(etree.fromstring(stray), "D")
