import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from metadata.datatypes import XCN, XON, XTN, DatatypeError, IntendedRecipient

TEXTS = st.text("ab^&|~\\EFSTR é9", max_size=6)
FILLED = TEXTS.filter(lambda text: bool(text.strip()))
OIDS = st.lists(st.integers(0, 10**6), min_size=1, max_size=6).map(lambda arcs: ".".join(map(str, [2, *arcs])))

PERSONS = st.builds(
    XCN, FILLED, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.just("") | OIDS, TEXTS, TEXTS
) | st.builds(XCN, family=FILLED, given=TEXTS)
ORGANISATIONS = (
    st.builds(XON, FILLED, FILLED, OIDS, TEXTS)
    | st.builds(XON, FILLED, OIDS, st.just(""), TEXTS)
    | st.builds(XON, FILLED)
)
NUMBERS = st.builds(
    XTN,
    st.sampled_from(["PH", "CP", "FX"]),
    TEXTS,
    st.just(""),
    TEXTS,
    TEXTS,
    FILLED,
    TEXTS,
    TEXTS,
)
MAILS = st.builds(XTN, st.just("Internet"), st.sampled_from(["", "NET"]), FILLED)


@given(PERSONS)
def test_a_person_is_written_and_read_back_the_same(person: XCN) -> None:
    assert XCN.parse(str(person)) == person


@given(ORGANISATIONS)
def test_an_organisation_is_written_and_read_back_the_same(organisation: XON) -> None:
    assert XON.parse(str(organisation)) == organisation


@given(NUMBERS | MAILS)
def test_a_telecommunication_is_written_and_read_back_the_same(xtn: XTN) -> None:
    assert XTN.parse(str(xtn)) == xtn


@given(st.none() | ORGANISATIONS, st.none() | PERSONS, st.none() | NUMBERS | MAILS)
def test_a_recipient_is_written_and_read_back_the_same(xon: XON | None, xcn: XCN | None, xtn: XTN | None) -> None:
    assume(xon or xcn or xtn)
    recipient = IntendedRecipient(xon, xcn, xtn)
    assert IntendedRecipient.parse(str(recipient)) == recipient


def test_the_french_forms_are_kept_whole() -> None:
    person = "899900063480^MAX^LIBRE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    organisation = "CABINET DR LIBRE^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^499900063480001"
    assert str(XCN.parse(person)) == person
    assert str(XON.parse(organisation)) == organisation


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "neither id"),
        ("^^Ann", "neither id"),
        ("D12^Smith^^^^^^^HOSP", "no universal ID"),
        ("D12^Smith^^^^^^^&2.999&DNS", "not ISO"),
    ],
)
def test_what_is_no_person_is_refused(text: str, message: str) -> None:
    with pytest.raises(DatatypeError, match=message):
        XCN.parse(text)


@pytest.mark.parametrize(
    "text", ["^Smith", "D12", "D12^Smith", "D12^Smith^^^^^^^&2.999&ISO", "^Smith^^^^^", "^Smith^^^^^^^&2.999&ISO"]
)
def test_an_id_or_a_family_name_is_enough(text: str) -> None:
    XCN.parse(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no name"),
        ("^^^^^&2.999&ISO^^^^1", "no name"),
        ("A^L", "component 2"),
        ("A^^^^^^^^^2.999.1^x", "component 11"),
        ("A^^^^^^^^^45", "no OID and has no authority"),
        ("A^^^^^&2.999&L^^^^1", "not ISO"),
    ],
)
def test_what_is_no_organisation_is_refused(text: str, message: str) -> None:
    with pytest.raises(DatatypeError, match=message):
        XON.parse(text)


def test_an_organisation_may_be_known_by_an_oid_alone() -> None:
    assert XON.parse("A^^^^^^^^^1.2.250.1.71").oid == "1.2.250.1.71"
    assert XON.parse("A^^^^^&2.999&ISO^^^^H1").oid is None
    assert XON.parse("A^^^^^&2.999&ISO") == XON("A", authority="2.999")


def test_a_lenient_organisation_drops_other_components() -> None:
    assert XON.parse("A^L^12", lenient=True) == XON("A")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "type .component 3. is missing"),
        ("0123456789", "type .component 3. is missing"),
        ("^^Internet", "no address"),
        ("^WPN^Internet^a@b", "neither empty nor NET"),
        ("^^Internet^a@b^^^12", "telephone number too"),
        ("^^PH^a@b^^^12", "its type is Internet"),
        ("^^PH^^33", "neither in component 7 nor"),
        ("0142^^PH^^^^0142", "component 1 of"),
        ("^^PH^^^^0142^^note", "component 9 of"),
        ("^^PH^^^^0142^^^^^^x", "component 13 of"),
        ("^^X.400^a@b", "its type is Internet"),
    ],
)
def test_what_is_no_telecommunication_is_refused(text: str, message: str) -> None:
    with pytest.raises(DatatypeError, match=message):
        XTN.parse(text)


@pytest.mark.parametrize("text", ["^^PH^^^^612345678", "^PRN^CP^^33^6^12345678", "^^PH^^^^^^^^^+33 6 12 34 56 78"])
def test_a_number_stands_in_component_7_or_12(text: str) -> None:
    assert str(XTN.parse(text)) == text


@pytest.mark.parametrize(("text", "message"), [("", "names no"), ("||", "names no"), ("A|^B|^^PH^^^^1|x", "4 parts")])
def test_what_is_no_recipient_is_refused(text: str, message: str) -> None:
    with pytest.raises(DatatypeError, match=message):
        IntendedRecipient.parse(text)
