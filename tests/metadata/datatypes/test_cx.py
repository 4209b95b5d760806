from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.datatypes import CX, HD, CXi, DatatypeError

TEXTS = st.text("ab^&|~\\EFSTR é9", max_size=8)
FILLED = TEXTS.filter(lambda text: bool(text.strip()))
OIDS = st.lists(st.integers(0, 10**6), min_size=1, max_size=6).map(lambda arcs: ".".join(map(str, [2, *arcs])))
AUTHORITIES = st.none() | st.builds(HD, oid=OIDS, namespace=TEXTS) | st.builds(HD, namespace=FILLED)

# shapes found in French systems: identifier type, date in component 7, namespace before the OID
FRENCH = [
    "207058575627097^^^&1.2.250.1.213.1.4.10&ISO^NH",
    "207058575627097^^^&1.2.250.1.213.1.4.10&ISO^NH^^20100907",
    "207058575627097^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS",
]


@given(st.builds(CX, FILLED, OIDS))
def test_a_cx_is_written_and_read_back_the_same(cx: CX) -> None:
    assert CX.parse(str(cx)) == cx
    assert str(replace(cx, id=cx.id.strip())) == cx.canonical


@given(st.builds(CX, FILLED, OIDS, TEXTS))
def test_a_cx_with_an_identifier_type_is_written_and_read_back_the_same(cx: CX) -> None:
    assert CX.parse(str(cx), lenient=True) == cx


@pytest.mark.parametrize("text", FRENCH)
def test_the_french_forms_name_the_patient_that_the_plain_form_names(text: str) -> None:
    plain = "207058575627097^^^&1.2.250.1.213.1.4.10&ISO"
    assert CX.parse(text, lenient=True).canonical == CX.parse(plain).canonical == plain


@pytest.mark.parametrize("text", FRENCH)
def test_the_french_forms_are_beyond_what_xds_allows(text: str) -> None:
    with pytest.raises(DatatypeError, match=r"component 5|namespace"):
        CX.parse(text)


@pytest.mark.parametrize("text", [" p1^^^&2.999&ISO", "p1 ^^^&2.999&ISO", "\tp1\n^^^&2.999&ISO"])
def test_blanks_around_the_id_do_not_make_another_patient(text: str) -> None:
    assert CX.parse(text).canonical == "p1^^^&2.999&ISO"


def test_trailing_delimiters_and_escapes_do_not_make_another_patient() -> None:
    assert CX.parse("p1^^^&2.999&ISO^^^").canonical == "p1^^^&2.999&ISO"
    assert CX.parse(r"a\T\b^^^&2.999&ISO").canonical == CX.parse("a&b^^^&2.999&ISO", lenient=True).canonical


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "id is empty"),
        (" ^^^&2.999&ISO", "id is empty"),
        ("p1", "no assigning authority"),
        ("p1^^^", "no assigning authority"),
        ("p1^^^HOSP", "no universal ID"),
        ("p1^^^HOSP&2.999&ISO", "has a namespace"),
        ("p1^^^&2.999", "not ISO"),
        ("p1^^^&2.999&DNS", "not ISO"),
        ("p1^^^&2.999&ISO&x", "not ISO"),
        ("p1^^^&2.0999&ISO", "not an OID"),
        ("p1^3^^&2.999&ISO", "component 2 is not empty"),
        ("p1^^^&2.999&ISO^PI", "component 5 is not empty"),
        ("a&b^^^&2.999&ISO", "bare &"),
    ],
)
def test_what_is_no_cx_is_refused(text: str, message: str) -> None:
    with pytest.raises(DatatypeError, match=message):
        CX.parse(text)


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    for lenient in (False, True):
        try:
            cx = CX.parse(text, lenient=lenient)
        except DatatypeError:
            continue
        assert CX.parse(cx.canonical).canonical == cx.canonical


@given(st.builds(CXi, FILLED, FILLED, AUTHORITIES))
def test_a_cxi_is_written_and_read_back_the_same(cxi: CXi) -> None:
    assert CXi.parse(str(cxi)) == cxi


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("^^^&2.999&ISO^urn:ihe:iti:xds:2013:order", "id is empty"),
        ("a^^^&2.999&ISO", "identifier type is missing"),
        ("a^^^&example.org^urn:ihe:iti:xds:2013:order", "neither a namespace nor"),
        ("a^^^&&DNS^urn:ihe:iti:xds:2013:order", "neither a namespace nor"),
        ("a^^^H&x&DNS&y^urn:ihe:iti:xds:2013:order", "neither a namespace nor"),
        ("a^^^&2.0999&ISO^urn:ihe:iti:xds:2013:order", "not an OID"),
        ("a^b^^&2.999&ISO^urn:ihe:iti:xds:2013:order", "component 2"),
        ("a^^^&2.999&ISO^urn:ihe:iti:xds:2013:order^x", "component 6"),
    ],
)
def test_what_is_no_cxi_is_refused(text: str, message: str) -> None:
    with pytest.raises(DatatypeError, match=message):
        CXi.parse(text)


def test_a_lenient_cxi_drops_a_sixth_component() -> None:
    text = "a^^^&2.999&ISO^urn:ihe:iti:xds:2013:order^urn:oid:2.999"
    assert CXi.parse(text, lenient=True) == CXi("a", "urn:ihe:iti:xds:2013:order", HD("2.999"))


def test_a_reference_may_have_a_universal_id_of_another_type() -> None:
    text = r"a^^^HOSP&example.org\T\x&DNS^urn:example:ward"
    assert CXi.parse(text) == CXi("a", "urn:example:ward", HD("example.org&x", "HOSP", "DNS"))
    assert str(CXi.parse(text)) == text


@pytest.mark.parametrize("text", [r"a\H\^^^&2.999&ISO", r"a\N\^^^&2.999&ISO", r"a\Z01\^^^&2.999&ISO"])
def test_escapes_of_formatting_are_refused(text: str) -> None:
    with pytest.raises(DatatypeError, match="escape of formatting"):
        CX.parse(text)


@pytest.mark.parametrize("text", [r"a\E\H\E\^^^&2.999&ISO", r"a\b^^^&2.999&ISO", r"\T\H\T\^^^&2.999&ISO"])
def test_other_backslashes_are_not_taken_for_escapes_of_formatting(text: str) -> None:
    CX.parse(text)
