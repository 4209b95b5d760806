"""FindDocuments: each parameter alone, with what it must find and what it must not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from metadata.affinity import AffinityDomain
from metadata.model import Author, Code
from metadata.vocabulary import APPROVED, DEPRECATED, ON_DEMAND, RPLC, STABLE
from registry.queries import Queries, QueryPolicy

Find = Callable[..., list[str]]
ANN = "ann7^^^&2.999.31&ISO"
BOB = "bob8^^^&2.999.31&ISO"


def test_all_approved_documents_of_the_patient_are_found_and_nobody_elses(world: Any, find: Find) -> None:
    world.submit("s1", world.document("letter"), world.document("scan"))
    world.submit("s2", world.document("other", patient_id=BOB), patient=BOB)
    assert find() == ["letter", "scan"]


MORE = {
    "XDSDocumentEntryPatientId": "ann7^^^&2.999.31&ISO^NH",
    "XDSDocumentEntryStatus": [APPROVED],
}


def test_a_patient_id_that_carries_more_than_id_and_authority_is_refused(world: Any) -> None:
    world.submit("s1", world.document("letter"))
    answer = world.ask("FindDocuments", MORE)
    assert (answer.codes, answer.rules) == (["XDSRegistryError"], ["query.param.patient-id.components"])


def test_the_rest_of_a_patient_id_does_not_count_where_objects_may_have_it(world: Any, database: Any) -> None:
    world.submit("s1", world.document("letter"))
    domain = replace(AffinityDomain.open(), waived=frozenset({"de.patientId.components"}))
    world.queries = Queries(database, domain)
    assert world.ask("FindDocuments", MORE).found == ["letter"]


def test_a_patient_nobody_knows_has_no_documents(find: Find) -> None:
    assert find(PatientId="nobody^^^&2.999.31&ISO") == []


@pytest.mark.parametrize(
    ("parameter", "attribute", "value", "other"),
    [
        ("ClassCode", "class_code", "c1^^2.999.32.1", "c1^^2.999.32.2"),
        ("TypeCode", "type_code", "t1^^2.999.32.6", "T1^^2.999.32.6"),
        ("FormatCode", "format_code", "f1^^2.999.32.3", "f2^^2.999.32.3"),
        ("HealthcareFacilityTypeCode", "healthcare_facility_type_code", "h1^^2.999.32.4", "h^^2.999.32.4"),
        ("PracticeSettingCode", "practice_setting_code", "p1^^2.999.32.5", "p11^^2.999.32.5"),
    ],
)
def test_a_code_is_found_with_its_scheme_exactly(
    world: Any, find: Find, parameter: str, attribute: str, value: str, other: str
) -> None:
    code, scheme = value.split("^^")
    world.submit("s1", world.document("coded", **{attribute: Code(code, scheme, "x")}), world.document("plain"))
    assert find(**{parameter: [value]}) == ["coded"]
    assert find(**{parameter: [other, value]}) == ["coded"]
    assert find(**{parameter: [other]}) == []


@pytest.mark.parametrize(
    ("parameter", "attribute"),
    [("EventCodeList", "event_codes"), ("ConfidentialityCode", "confidentiality_codes")],
)
class TestMultiValuedCodes:
    @pytest.fixture(autouse=True)
    def _documents(self, world: Any, attribute: str) -> None:
        a, b, c = (Code(x, "2.999.32.8", x) for x in ("A_1", "B", "C"))
        world.submit(
            "s1",
            world.document("ab", **{attribute: (a, b)}),
            world.document("c", **{attribute: (c,)}),
            world.document("like-a", **{attribute: (Code("AX1", "2.999.32.8", "x"),)}),
        )

    def test_one_of_the_values_is_enough(self, find: Find, parameter: str, attribute: str) -> None:
        assert find(**{parameter: ["B^^2.999.32.8", "C^^2.999.32.8"]}) == ["ab", "c"]

    def test_repeated_slots_must_all_match(self, find: Find, parameter: str, attribute: str) -> None:
        assert find(**{parameter: [["A_1^^2.999.32.8"], ["B^^2.999.32.8"]]}) == ["ab"]
        assert find(**{parameter: [["B^^2.999.32.8"], ["C^^2.999.32.8"]]}) == []
        assert find(**{parameter: [["A_1^^2.999.32.8", "C^^2.999.32.8"], ["B^^2.999.32.8"]]}) == ["ab"]

    def test_an_underscore_in_a_code_is_no_wildcard(self, find: Find, parameter: str, attribute: str) -> None:
        assert find(**{parameter: ["A_1^^2.999.32.8"]}) == ["ab"]

    def test_part_of_a_code_another_case_or_scheme_is_not_the_code(
        self, find: Find, parameter: str, attribute: str
    ) -> None:
        for value in ("A_^^2.999.32.8", "b^^2.999.32.8", "B^^2.999.32", "B^^2.999.32.88", "%^^2.999.32.8"):
            assert find(**{parameter: [value]}) == []

    def test_more_values_than_one_statement_holds_are_still_compared(
        self, find: Find, parameter: str, attribute: str
    ) -> None:
        many = [f"x{n}^^2.999.32.8" for n in range(200)]
        assert find(**{parameter: [*many, "C^^2.999.32.8"]}) == ["c"]


def test_the_value_of_one_coded_attribute_is_not_looked_for_in_another(world: Any, find: Find) -> None:
    world.submit("s1", world.document("letter", event_codes=(Code("X", "2.999.32.8", "x"),)))
    assert find(ConfidentialityCode=["X^^2.999.32.8"]) == []
    assert find(EventCodeList=["N^^2.999.32.2"]) == []


class TestTimes:
    @pytest.fixture(autouse=True)
    def _documents(self, world: Any) -> None:
        world.submit(
            "s1",
            world.document("in-may", creation_time="20250531235959"),
            world.document("june", creation_time="202506"),
            world.document("june-2", creation_time="20250602"),
        )

    def test_from_is_included(self, find: Find) -> None:
        assert find(CreationTimeFrom="20250531235959") == ["in-may", "june", "june-2"]
        assert find(CreationTimeFrom="20250601000000") == ["june", "june-2"]

    def test_to_is_excluded(self, find: Find) -> None:
        assert find(CreationTimeTo="20250531235959") == []
        assert find(CreationTimeTo="20250601000000") == ["in-may", "june"]

    def test_of_the_same_precision_from_is_included_and_to_is_not(self, find: Find) -> None:
        assert find(CreationTimeFrom="20250602", CreationTimeTo="20250603") == ["june", "june-2"]
        assert find(CreationTimeFrom="20250601", CreationTimeTo="20250602") == ["june"]
        assert find(CreationTimeFrom="202505", CreationTimeTo="202506") == ["in-may", "june-2"]

    def test_a_partial_to_takes_in_its_period(self, find: Find) -> None:
        assert find(CreationTimeFrom="2025", CreationTimeTo="2025") == ["in-may", "june", "june-2"]
        assert find(CreationTimeTo="202505") == ["in-may"]
        assert find(CreationTimeTo="20250531") == ["in-may"]
        assert find(CreationTimeTo="2024") == []

    def test_a_partial_time_lies_in_every_range_that_its_period_meets(self, find: Find) -> None:
        assert find(CreationTimeFrom="20250615", CreationTimeTo="20250616") == ["june"]
        assert find(CreationTimeFrom="20250630235959") == ["june"]
        assert find(CreationTimeFrom="20250630235959", CreationTimeTo="20260101000000") == ["june"]
        assert find(CreationTimeFrom="20250602120000", CreationTimeTo="20250602130000") == ["june", "june-2"]
        assert find(CreationTimeFrom="20250701000000") == []

    @pytest.mark.parametrize("most", [1, 2])
    def test_what_is_not_in_the_range_does_not_count_for_the_limit(self, world: Any, database: Any, most: int) -> None:
        world.queries = Queries(database, AffinityDomain.open(), QueryPolicy(max_leaf_objects=most))
        parameters = {
            "XDSDocumentEntryPatientId": ANN,
            "XDSDocumentEntryStatus": [APPROVED],
            "XDSDocumentEntryCreationTimeTo": "202506",
        }
        answer = world.ask("FindDocuments", parameters)
        # "june" is of the same precision as To, the others are more precise
        expected = ([], ["XDSTooManyResults"]) if most == 1 else (["in-may", "june-2"], [])
        assert (answer.found, answer.codes) == expected

    def test_an_empty_range_finds_nothing(self, find: Find) -> None:
        assert find(CreationTimeFrom="20250801000000", CreationTimeTo="20250701000000") == []

    def test_references_are_held_to_the_same_range(self, world: Any) -> None:
        parameters = {
            "XDSDocumentEntryPatientId": ANN,
            "XDSDocumentEntryStatus": [APPROVED],
            "XDSDocumentEntryCreationTimeFrom": "202505",
            "XDSDocumentEntryCreationTimeTo": "202506",
        }
        assert world.ask("FindDocuments", parameters, "ObjectRef").found == ["in-may", "june-2"]


@pytest.mark.parametrize("which", ["Start", "Stop"])
def test_service_times_hold_back_only_documents_that_have_them(world: Any, find: Find, which: str) -> None:
    early, late = {"service_start_time": "2024"}, {"service_start_time": "2025"}
    if which == "Stop":
        early, late = ({"service_start_time": "2023", "service_stop_time": t} for t in ("2024", "2025"))
    world.submit("s1", world.document("early", **early), world.document("late", **late), world.document("without"))
    assert find(**{f"Service{which}TimeFrom": "2025"}) == ["late", "without"]
    assert find(**{f"Service{which}TimeTo": "2025"}) == ["early", "without"]


class TestAuthors:
    @pytest.fixture(autouse=True)
    def _documents(self, world: Any) -> None:
        both = (Author(person="1^Smith^Jane"), Author(person="2^Jones^Tom"))
        world.submit(
            "s1",
            world.document("both", authors=both),
            world.document("jones", authors=(Author(person="2^Jones^Tom"),)),
            world.document("nobody", authors=(Author(institutions=("Hôpital du Nord",)),)),
        )

    @pytest.mark.parametrize(
        ("pattern", "found"),
        [
            ("%Jones%", ["both", "jones"]),
            ("%^Smith^%", ["both"]),
            ("_^Smith^Jane", ["both"]),
            ("1^Smith^Jane", ["both"]),
            ("%", ["both", "jones"]),
            ("%Smith%Jones%", []),
            ("Smith", []),
            ("%smith%", []),
            ("%\\%", []),
        ],
    )
    def test_a_pattern_must_match_the_whole_of_one_author_person(
        self, find: Find, pattern: str, found: list[str]
    ) -> None:
        assert find(AuthorPerson=[pattern]) == found

    def test_one_of_several_patterns_is_enough(self, find: Find) -> None:
        assert find(AuthorPerson=["nobody", "%^Smith^%"]) == ["both"]

    def test_a_quote_in_a_name_is_data(self, world: Any, find: Find) -> None:
        world.submit("s2", world.document("irish", authors=(Author(person="3^O'Brien^Pat"),)))
        assert find(AuthorPerson=["%^O'Brien^%"]) == ["irish"]


class TestStatusAndType:
    @pytest.fixture(autouse=True)
    def _documents(self, world: Any) -> None:
        world.submit("s1", world.document("old"))
        world.submit("s2", world.document("new"), world.link(RPLC, "new", "old"))
        on_demand = world.document("live", object_type=ON_DEMAND, creation_time=None, hash=None, size=None)
        world.submit("s3", on_demand, transaction="ITI-61")

    def test_only_the_statuses_asked_for_are_found(self, find: Find) -> None:
        assert find(Status=[APPROVED]) == ["new"]
        assert find(Status=[DEPRECATED]) == ["old"]
        assert find(Status=[APPROVED, DEPRECATED]) == ["new", "old"]

    def test_a_status_nobody_knows_is_passed_over(self, find: Find) -> None:
        assert find(Status=["urn:x:StatusType:Hidden", APPROVED]) == ["new"]

    def test_on_demand_documents_are_found_only_when_asked_for(self, find: Find) -> None:
        assert find(Type=[ON_DEMAND]) == ["live"]
        assert find(Type=[ON_DEMAND, STABLE]) == ["live", "new"]

    def test_creation_times_do_not_hold_back_on_demand_documents(self, find: Find) -> None:
        assert find(Type=[ON_DEMAND, STABLE], CreationTimeFrom="2030") == ["live"]


def test_conditions_add_up(world: Any, find: Find) -> None:
    code = Code("c1", "2.999.32.1", "x")
    world.submit(
        "s1",
        world.document("right", class_code=code, creation_time="2025"),
        world.document("too-old", class_code=code, creation_time="2024"),
        world.document("other", creation_time="2025"),
    )
    assert find(ClassCode=["c1^^2.999.32.1"], CreationTimeFrom="2025", AuthorPerson=["%Durand%"]) == ["right"]


def test_references_name_the_same_documents_as_objects(world: Any) -> None:
    world.submit("s1", world.document("letter"), world.document("scan"))
    parameters = {"XDSDocumentEntryPatientId": ANN, "XDSDocumentEntryStatus": [APPROVED]}
    answer = world.ask("FindDocuments", parameters, "ObjectRef")
    assert answer.found == ["letter", "scan"]
    assert not answer.response.objects


def test_by_reference_id_the_whole_value_or_a_pattern_is_found(world: Any) -> None:
    accession = "acc-7^^^&2.999.31.5&ISO^urn:ihe:iti:xds:2013:accession"
    order = "ord-1^^^&2.999.31.5&ISO^urn:ihe:iti:xds:2013:order"
    world.submit("s1", world.document("both", reference_ids=(accession, order)), world.document("none"))

    def find(*groups: list[str]) -> list[str]:
        parameters = {"XDSDocumentEntryPatientId": ANN, "XDSDocumentEntryStatus": [APPROVED]}
        answer = world.ask(
            "FindDocumentsByReferenceId", {**parameters, "XDSDocumentEntryReferenceIdList": list(groups)}
        )
        assert not answer.codes
        return list(answer.found)

    assert find([accession]) == ["both"]
    assert find(["acc-7^%"]) == ["both"]
    assert find([accession], [order]) == ["both"]
    assert find([accession], ["other"]) == []
    assert find(["acc-7"]) == []
