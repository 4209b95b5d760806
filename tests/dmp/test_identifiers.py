import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp import identifiers
from dmp.identifiers import (
    PROFESSIONALS,
    SIREN,
    STRUCTURES,
    IdentifierError,
    Party,
    PersonRegister,
    PsIdNat,
    StructIdNat,
    StructureRegister,
)
from dmp.nomenclature import NO_PROFESSION, SPECIALTIES
from dmp.specialty import Specialty
from metadata.affinity import load
from metadata.datatypes import XCN, XON, DatatypeError
from metadata.model import Author

PERSONS = {
    "00B2800585": (PersonRegister.ADELI, "0B2800585", "", "IDNPS"),
    "1750012345/7": (PersonRegister.CABINET_ADELI, "750012345", "7", "EI"),
    "30B0037750/CPET0001": (PersonRegister.FINESS, "0B0037750", "CPET0001", "EI"),
    "4187512751/12": (PersonRegister.SIREN, "187512751", "12", "EI"),
    "539172288100052/A/3": (PersonRegister.SIRET, "39172288100052", "A/3", "EI"),
    "699900063480001/2": (PersonRegister.CABINET_RPPS, "99900063480001", "2", "EI"),
    "899900063480": (PersonRegister.RPPS, "99900063480", "", "IDNPS"),
}
STRUCTURES_OF = {
    "0750012345": (StructureRegister.CABINET_ADELI, "750012345"),
    "10B0127189": (StructureRegister.FINESS, "0B0127189"),
    "2187512751": (StructureRegister.SIREN, "187512751"),
    "339172288100052": (StructureRegister.SIRET, "39172288100052"),
    "499900063480001": (StructureRegister.CABINET_RPPS, "99900063480001"),
    "R95141": (StructureRegister.TECHNICAL, "R95141"),
}


@pytest.mark.parametrize("text", PERSONS)
def test_a_ps_id_nat_says_its_register(text: str) -> None:
    register, number, internal, type_ = PERSONS[text]
    found = PsIdNat.parse(text)
    assert (found.register, found.number, found.internal, found.type) == (register, number, internal, type_)
    assert str(found) == text
    assert identifiers.identifier_type(PROFESSIONALS, text) == type_


def test_every_register_has_an_example() -> None:
    assert {r for r, *_ in PERSONS.values()} == set(PersonRegister)
    assert {r for r, _ in STRUCTURES_OF.values()} == set(StructureRegister)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "begins with"),
        ("ANS20231122132732", "begins with"),
        ("299900063480", "begins with"),
        ("89990006348", "RPPS is 8 and 11 digits"),
        ("8999000634800", "RPPS is 8 and 11 digits"),
        ("30B0037750", "FINESS is 3 and the number of the structure, /"),
        ("30B0037750/", "FINESS"),
        ("00B28005", "ADELI is 0 and the number"),
    ],
)
def test_a_wrong_ps_id_nat_says_what_would_be_right(text: str, message: str) -> None:
    with pytest.raises(IdentifierError, match=message):
        PsIdNat.parse(text)


@pytest.mark.parametrize("number", ["899900063480", "801234567897", "899900038839"])
def test_the_rpps_numbers_of_test_cards_have_their_key(number: str) -> None:
    assert PsIdNat.parse(number).has_valid_key
    assert not PsIdNat.parse(number[:-1] + str((int(number[-1]) + 1) % 10)).has_valid_key


def test_other_numbers_have_no_key() -> None:
    assert PsIdNat.parse("00B2800585").has_valid_key


@pytest.mark.parametrize("text", STRUCTURES_OF)
def test_a_struct_id_nat_says_its_register(text: str) -> None:
    found = StructIdNat.parse(text)
    assert (found.register, found.number) == STRUCTURES_OF[text]
    assert str(found) == text


@pytest.mark.parametrize("text", ["", "1", "10B012718", "218751275", "3391722881000", "4999000634800", "9123", "r1"])
def test_a_wrong_struct_id_nat_is_refused(text: str) -> None:
    with pytest.raises(IdentifierError, match="a Struct_IdNat is"):
        StructIdNat.parse(text)


@given(st.text(max_size=30))
def test_an_identifier_is_written_as_it_was_read_or_refused(text: str) -> None:
    for kind in (PsIdNat, StructIdNat):
        with contextlib.suppress(IdentifierError):
            assert str(kind.parse(text)) == text


# --- XCN and XON ----------------------------------------------------------------------------------------------------


def test_people_are_written_as_official_messages_have_them() -> None:
    professional = identifiers.person(PROFESSIONALS, "899900063480", "MAX", "LIBRE")
    assert str(professional) == "899900063480^MAX^LIBRE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    employee = identifiers.person(PROFESSIONALS, "30B0037750/CPET0001", "HOPITAL", "CPET0001")
    assert str(employee).endswith("^D^^^EI")
    patient = identifiers.person("1.2.250.1.213.1.4.8", "124018852493334", "NOM", "PRENOM")
    assert str(patient) == "124018852493334^NOM^PRENOM^^^^^^&1.2.250.1.213.1.4.8&ISO^D^^^NH"
    device = identifiers.device("1.2.250.1.999.7", "3750100125/88", "Lecteur", "M1")
    assert str(device) == "3750100125/88^Lecteur^M1^^^^^^&1.2.250.1.999.7&ISO^U^^^RI"
    parties = [identifiers.party(x) for x in (professional, employee, patient, device)]
    assert parties == [Party.PROFESSIONAL, Party.PROFESSIONAL, Party.PATIENT, Party.DEVICE]
    assert identifiers.party(identifiers.person("1.2.3", "7", "NOM", "Prénom")) is Party.OTHER


def test_structures_are_written_as_official_messages_have_them() -> None:
    practice = identifiers.structure("CABINET DR LIBRE", STRUCTURES, "499900063480001")
    assert str(practice) == "CABINET DR LIBRE^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^499900063480001"
    publisher = identifiers.structure("EDITEUR", SIREN, "187512751")
    assert str(publisher) == "EDITEUR^^^^^&1.3.2&ISO^SIREN^^^187512751"
    assert str(identifiers.structure("HOPITAL", "1.2.3", "")) == "HOPITAL^^^^^^^^^1.2.3"


names = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=20).filter(str.strip)


@given(st.sampled_from(sorted(PERSONS)), names, names)
def test_a_person_is_read_as_written(identifier: str, family: str, given_name: str) -> None:
    written = identifiers.person(PROFESSIONALS, identifier, family, given_name)
    assert identifiers.person_of(str(written)) == written == XCN.parse(str(written))


@given(st.sampled_from(sorted(STRUCTURES_OF)), names)
def test_a_structure_is_read_as_written(identifier: str, name: str) -> None:
    written = identifiers.structure(name, STRUCTURES, identifier)
    assert identifiers.structure_of(str(written)) == written == XON.parse(str(written))


def test_what_is_no_person_or_structure_is_none() -> None:
    assert identifiers.person_of(None) is None
    assert identifiers.person_of("") is None
    assert identifiers.person_of("^^given") is None
    assert identifiers.structure_of("^^^") is None


def test_the_structures_of_authors_are_their_ids() -> None:
    authors = (
        Author(institutions=("A^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^10B0127189", "B")),
        Author(institutions=("^^",)),
        Author(institutions=("C^^^^^&1.3.2&ISO^SIREN^^^187512751",)),
    )
    assert identifiers.structures(authors) == {"10B0127189", "187512751"}


# --- specialties ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "scheme", "known"),
    [
        ("G15_10/SM26", SPECIALTIES, True),
        ("G15_60", SPECIALTIES, True),
        ("G16_10", SPECIALTIES, True),
        ("G16_60", SPECIALTIES, False),
        ("G15_99", SPECIALTIES, False),
        ("SM26", SPECIALTIES, False),
        ("SNR", NO_PROFESSION, True),
        ("DOCTEUR", NO_PROFESSION, False),
        ("71", "1.2.250.1.213.1.6.1.109", True),
        ("G15_10/SM26", "1.2.3", False),
    ],
)
def test_a_specialty_is_of_the_value_set_or_not(code: str, scheme: str, known: bool) -> None:
    specialty = Specialty.parse(f"{code}^label^{scheme}")
    assert specialty.is_known is known
    assert str(specialty) == f"{code}^label^{scheme}"


@pytest.mark.parametrize("text", ["", "Médecin", "^label^1.2", "SM26^label", "SM26^^^&1.2&ISO", "SM26^label^TRE"])
def test_another_form_is_no_specialty(text: str) -> None:
    with pytest.raises(DatatypeError, match=r"code\^label\^OID"):
        Specialty.parse(text)


def test_every_specialty_of_the_official_value_set_is_known(samples: object) -> None:
    codes = load(f"{samples}/jdv/JDV_J01_XdsAuthorSpecialty_CISIS.xml").codes["authorSpecialty"]
    assert len(codes) == 396
    assert [code for code, scheme in codes if not Specialty(code, "", scheme).is_known] == []
