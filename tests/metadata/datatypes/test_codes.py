import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.datatypes import CodedString, DatatypeError, parse_query_code
from metadata.model import Code

FILLED = st.text("ab^&|~\\EFSTR é9", min_size=1, max_size=8).filter(lambda text: bool(text.strip()))
PLAIN = st.text("ab&'é9.-", min_size=1, max_size=8)


@given(st.builds(CodedString, FILLED, st.just("2.999.8")))
def test_a_coded_string_is_written_and_read_back_the_same(coded: CodedString) -> None:
    assert CodedString.parse(str(coded)) == coded


@pytest.mark.parametrize("text", ["", "Physician", "^^^&2.999&ISO", "a^^^2.999", "a^b^^&2.999&ISO", "a^^^&2.999&ISO^x"])
def test_what_is_no_coded_string_is_refused(text: str) -> None:
    with pytest.raises(DatatypeError):
        CodedString.parse(text)


@given(st.builds(Code, PLAIN, PLAIN))
def test_a_query_code_is_written_and_read_back_the_same(code: Code) -> None:
    assert parse_query_code(str(code)) == code


@pytest.mark.parametrize("text", ["", "E1", "E1^2.999", "E1^^", "^^2.999", "E1^x^2.999", "E1^^2.999^"])
def test_a_query_code_needs_both_halves_and_no_more(text: str) -> None:
    with pytest.raises(DatatypeError, match=r"code\^\^scheme"):
        parse_query_code(text)
