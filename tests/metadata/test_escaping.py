"""No value breaks out of its element, and none makes the whole unreadable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from metadata.escaping import UnwritableText, attribute, encode, text, writable

WRITABLE = st.text("a <>&\"'\t\n\r]-!é\x85\u2028\ufffd😀", max_size=20)
ANYTHING = st.text("a\x00\x08\x0b\x1f\x7f\ud800\udfff\ufffe\uffff\t\n\r😀", max_size=20)


@given(WRITABLE, WRITABLE)
def test_text_and_attribute_are_read_back_the_same(content: str, quoted: str) -> None:
    element = etree.fromstring(encode(f'<a b="{attribute(quoted)}">{text(content)}</a>'))
    assert (element.get("b"), element.text or "") == (quoted, content)


@given(WRITABLE)
def test_an_attribute_never_ends_its_tag(quoted: str) -> None:
    assert not {">", '"', "<"} & set(attribute(quoted))


@given(ANYTHING)
def test_what_is_made_writable_can_be_read(value: str) -> None:
    etree.fromstring(encode(f"<a>{text(writable(value))}</a>"))


@given(ANYTHING)
def test_what_cannot_be_read_is_refused(value: str) -> None:
    if writable(value) == value:
        encode(value)
    else:
        with pytest.raises(UnwritableText, match="cannot stand in XML"):
            encode(value)
