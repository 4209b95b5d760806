import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp.ins import (
    INS_A,
    INS_C,
    MATRICULES,
    NIA,
    NIR,
    NIR_DEMO,
    NIR_TEST,
    TEST,
    Flaw,
    Ins,
    InsPolicy,
    key_of,
    same_patient,
)
from metadata.datatypes import CX

# the published test identities of the DMP
OFFICIAL = [
    "207058575627097",
    "279035121518989",
    "153078987658513",
    "188102B17295165",
    "101072B99900114",
    "255069999999934",
    "277076322082910",
    "213102288044517",
    "199033022011538",
    "116083022011613",
    "270108604926542",
    "287080883795737",
    "111068647818424",
    "107103022020113",
]
PATIENT = "207058575627097^^^&1.2.250.1.213.1.4.10&ISO"

first13 = st.from_regex(r"[1-478][0-9]{2}(?:0[1-9]|1[0-2])(?:[0-9]{2}|2[AB])[0-9]{6}", fullmatch=True)
oids = st.sampled_from(sorted(MATRICULES))


@pytest.mark.parametrize("matricule", OFFICIAL)
def test_an_official_test_identity_is_well_formed(matricule: str) -> None:
    assert Ins(matricule, NIR_TEST).flaws == frozenset()
    assert key_of(matricule[:13]) == matricule[13:]
    assert TEST.accepts(f"{matricule}^^^&{NIR_TEST}&ISO^NH")


def test_a_number_that_goes_round_in_documentation_has_a_wrong_key() -> None:
    assert Ins("253107599999923", NIR_TEST).flaws == {Flaw.KEY}


@pytest.mark.parametrize(
    ("matricule", "flaws"),
    [
        ("", {Flaw.STRUCTURE}),
        ("20705857562709", {Flaw.STRUCTURE}),
        ("2070585756270977", {Flaw.STRUCTURE}),
        ("507058575627097", {Flaw.STRUCTURE}),
        ("2070585756270 97", {Flaw.STRUCTURE}),
        ("188102C17295165", {Flaw.STRUCTURE}),
        ("188102b17295165", {Flaw.STRUCTURE}),
        ("188101B17295165", {Flaw.STRUCTURE}),
        ("２07058575627097", {Flaw.STRUCTURE}),
        ("207058575627000", {Flaw.KEY}),
        ("207058575627098", {Flaw.KEY}),
        ("207138575627097", {Flaw.KEY, Flaw.MONTH}),
    ],
)
def test_what_is_wrong_with_a_matricule_is_told(matricule: str, flaws: set[Flaw]) -> None:
    assert Ins(matricule, NIR).flaws == flaws


@pytest.mark.parametrize(("month", "known"), [(0, False), (1, True), (12, True), (13, False), (19, False), (20, True)])
def test_a_month_is_one_of_the_calendar_or_one_for_the_unknown(month: int, known: bool) -> None:
    first = f"207{month:02d}85756270"
    assert Ins(first + key_of(first), NIR).flaws == (frozenset() if known else {Flaw.MONTH})


@given(first13)
def test_the_key_is_what_makes_it_divisible_by_97(first: str) -> None:
    key = key_of(first)
    assert len(key) == 2
    assert 1 <= int(key) <= 97
    number = int(first.replace("2A", "19").replace("2B", "18") if first[5:7] in ("2A", "2B") else first)
    assert (number + int(key)) % 97 == 0


@given(first13, oids)
def test_a_number_with_its_key_has_no_flaw_and_with_another_has_one(first: str, oid: str) -> None:
    key = int(key_of(first))
    assert Ins(f"{first}{key:02d}", oid).flaws == frozenset()
    assert Ins(f"{first}{key % 97 + 1:02d}", oid).flaws == {Flaw.KEY}


@pytest.mark.parametrize(
    "text", ["", "20705857562", "2A70585756270", "20705857562700", "207052C756270", "²070585756270"]
)
def test_the_key_of_something_else_is_not_calculated(text: str) -> None:
    with pytest.raises(ValueError, match="thirteen characters"):
        key_of(text)


@given(first13, oids, st.sampled_from(["", "^NH", "^INS-NIR", "^NH^^20100907", "^NH^^20210604092415"]))
def test_an_ins_is_found_in_a_cx_whatever_is_appended(first: str, oid: str, more: str) -> None:
    matricule = first + key_of(first)
    ins = Ins.of(f"{matricule}^^^&{oid}&ISO{more}")
    assert ins == Ins(matricule, oid)
    assert str(ins) == f"{matricule}^^^&{oid}&ISO^NH"
    assert ins.canonical == CX.parse(str(ins), lenient=True).canonical


@given(st.text(max_size=60))
def test_any_text_is_an_ins_or_none(text: str) -> None:
    ins = Ins.of(text)
    assert ins is None or ins.oid.startswith("1.2.250.1.213.1.4.")
    assert Ins(text, NIR).flaws or len(text) == 15
    assert not TEST.accepts(text)


def test_other_ids_of_patients_are_no_ins() -> None:
    assert Ins.of("0456789999^^^&1.2.250.1.999.1.1.7898.2&ISO^PI") is None
    assert Ins.of("207058575627097") is None


def test_the_ins_c_is_of_former_times() -> None:
    assert Ins("1234567890123456789012", INS_C).flaws == frozenset()
    assert Ins("1234567890123456789012", INS_C).is_legacy
    assert Ins("207058575627097", INS_C).flaws == {Flaw.STRUCTURE}
    assert Ins("1", INS_A).flaws == {Flaw.AUTHORITY}
    assert Ins("207058575627097", "1.2.3").flaws == {Flaw.AUTHORITY}


def test_one_number_under_two_oids_is_one_person() -> None:
    production = PATIENT.replace(NIR_TEST, NIR)
    assert same_patient(PATIENT, production)
    assert same_patient(PATIENT + "^NH^^20100907", production)
    assert not same_patient(PATIENT, PATIENT.replace("2070", "1070"))
    assert not same_patient(PATIENT, PATIENT.replace(NIR_TEST, INS_C))


def test_other_ids_are_the_same_when_number_and_authority_are() -> None:
    assert same_patient("7^^^&1.2.3&ISO^PI", "7^^^&1.2.3&ISO")
    assert not same_patient("7^^^&1.2.3&ISO", "7^^^&1.2.4&ISO")
    assert not same_patient("7^^^&1.2.3&ISO", PATIENT)
    assert not same_patient("7", "7")


def test_each_environment_takes_its_own_oids() -> None:
    assert InsPolicy.of("production").authorities == {NIR, NIA}
    assert InsPolicy.of("test") == TEST
    assert InsPolicy.of("demo").authorities == {NIR_DEMO}
    assert InsPolicy.parse(f"test, {NIR}").authorities == {NIR_TEST, NIR}
    assert not InsPolicy.of("production").accepts(PATIENT)
    assert InsPolicy.of("production", "test").accepts(PATIENT)


def test_a_policy_takes_no_ins_with_a_flaw() -> None:
    assert TEST.accepts(PATIENT)
    assert not TEST.accepts(PATIENT.replace("097^", "098^"))


@pytest.mark.parametrize(
    ("text", "message"), [("prod", "neither an environment"), ("1.2.3", "nor an OID"), (" ,", "no")]
)
def test_a_policy_of_other_words_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        InsPolicy.parse(text)


def test_a_bare_number_is_looked_for_under_each_oid_in_order() -> None:
    found = InsPolicy.of("demo", "production").candidates("207058575627097")
    assert [ins.oid for ins in found] == [NIR, NIA, NIR_DEMO]
