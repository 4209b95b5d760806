"""The INS of the suite against those of the project and of the official test patients."""

import pytest

from conformance.messages.dmp import ins
from dmp.ins import Flaw, Ins

OFFICIAL = ("207058575627097", "188102B17295165", "101072B99900114", "279035121518989", "255069999999934")


@pytest.mark.parametrize("number", OFFICIAL)
def test_the_key_of_each_official_test_patient_is_right(number: str) -> None:
    assert ins.key(number[:13]) == number[13:]


def test_every_new_ins_is_well_formed_of_a_commune_that_never_was_and_of_the_test_platforms() -> None:
    for _ in range(200):
        found = Ins.of(ins.patient())
        assert found is not None
        assert not found.flaws
        assert found.matricule[7:10] == "999"
        assert found.oid == "1.2.250.1.213.1.4.10"


def test_a_wrong_key_is_wrong_and_still_a_key() -> None:
    for _ in range(200):
        number = ins.matricule()
        wrong = ins.wrong_key(number)
        assert wrong[:13] == number[:13]
        assert wrong != number
        assert 1 <= int(wrong[13:]) <= 97


def test_each_variant_is_wrong_in_what_it_says() -> None:
    flaws = {"fr.patientId.structure": Flaw.STRUCTURE, "fr.patientId.key": Flaw.KEY, "fr.patientId.month": Flaw.MONTH}
    for variant in ins.variants():
        found = Ins.of(variant.cx)
        if variant.rule in flaws:
            assert found is not None
            assert found.flaws == {flaws[variant.rule]}, variant.id
        elif not variant.refused:
            assert found is not None
            assert not found.flaws, variant.id
            assert (variant.rule == "fr.patientId.type") == ("^NH" not in variant.cx), variant.id


def test_no_two_variants_have_one_id() -> None:
    ids = [variant.id for variant in ins.variants()]
    assert len(ids) == len(set(ids))
