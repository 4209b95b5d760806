"""What a query is refused for, with which code; and what the policy of the registry decides."""

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from metadata.affinity import AffinityDomain
from metadata.storedqueries import adhoc_query_request
from metadata.vocabulary import APPROVED
from registry.queries import Queries, QueryPolicy

ANN = "ann7^^^&2.999.31&ISO"
FIND = {"XDSDocumentEntryPatientId": ANN, "XDSDocumentEntryStatus": [APPROVED]}
RIM = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"


def spoiled(
    spoil: Callable[[etree._Element, etree._Element], object], query: str = "FindDocuments", **more: Any
) -> bytes:
    """A good request after `spoil` was given its ResponseOption and its AdhocQuery."""
    parameters = FIND if query == "FindDocuments" else {}
    request = etree.fromstring(adhoc_query_request(query, {**parameters, **more}))
    spoil(request[0], request[1])
    return etree.tostring(request)


def add(name: str, *values: str) -> Callable[[etree._Element, etree._Element], None]:
    def spoil(_option: etree._Element, query: etree._Element) -> None:
        slot = etree.SubElement(query, RIM + "Slot", name=name)
        holder = etree.SubElement(slot, RIM + "ValueList")
        for value in values:
            etree.SubElement(holder, RIM + "Value").text = value

    return spoil


def drop(name: str) -> Callable[[etree._Element, etree._Element], None]:
    return lambda _option, query: query.remove(query.find(f"{RIM}Slot[@name='{name}']"))  # type: ignore[arg-type]


def replaced(name: str, *values: str) -> Callable[[etree._Element, etree._Element], None]:
    def spoil(option: etree._Element, query: etree._Element) -> None:
        drop(name)(option, query)
        add(name, *values)(option, query)

    return spoil


UNKNOWN, ERROR = "XDSUnknownStoredQuery", "XDSRegistryError"
MISSING, NUMBER = "XDSStoredQueryMissingParam", "XDSStoredQueryParamNumber"
NOTHING = "urn:uuid:00000000-0000-4000-8000-000000000000"
FOR_MANY_PATIENTS = "urn:uuid:3d1bdb10-39a2-11de-89c2-2f44d94eaa9f"
BOTH_IDS = {"XDSDocumentEntryEntryUUID": [NOTHING], "XDSDocumentEntryUniqueId": ["2.999.1"]}


@pytest.mark.parametrize(
    ("request_bytes", "code", "rule"),
    [
        (spoiled(lambda _, q: q.set("id", NOTHING)), UNKNOWN, "query.id.unknown"),
        (spoiled(lambda _, q: q.set("id", FOR_MANY_PATIENTS)), UNKNOWN, "query.id.unknown"),
        (spoiled(lambda o, _: o.set("returnType", "RegistryObject")), ERROR, "query.return-type"),
        (spoiled(lambda o, _: o.attrib.pop("returnType")), ERROR, "query.return-type"),
        (spoiled(lambda o, _: o.set("returnType", "LeafClassWithRepositoryItem")), ERROR, "query.return-type"),
        (spoiled(drop("$XDSDocumentEntryPatientId")), MISSING, "query.param.missing"),
        (spoiled(drop("$XDSDocumentEntryStatus")), MISSING, "query.param.missing"),
        (spoiled(replaced("$XDSDocumentEntryStatus", "()")), MISSING, "query.param.missing"),
        (spoiled(replaced("$XDSDocumentEntryPatientId", "''")), MISSING, "query.param.missing"),
        (spoiled(replaced("$XDSDocumentEntryStatus", "('urn:x')")), MISSING, "query.param.status"),
        (spoiled(replaced("$XDSDocumentEntryPatientId", f"('{ANN}','b^^^&2.999&ISO')")), NUMBER, "query.param.single"),
        (spoiled(add("$XDSDocumentEntryCreationTimeFrom", "2024", "2025")), NUMBER, "query.param.single"),
        (spoiled(add("$XDSDocumentEntryStatus", f"('{APPROVED}')")), NUMBER, "query.param.repeated"),
        (spoiled(replaced("$XDSDocumentEntryPatientId", f"'{ANN}")), ERROR, "query.param.syntax"),
        (spoiled(add("$XDSDocumentEntryClassCode", "('a^^b'")), ERROR, "query.param.syntax"),
        (spoiled(add("$XDSDocumentEntryClassCode", "'a^^b','c^^d'")), ERROR, "query.param.syntax"),
        (spoiled(add("$XDSDocumentEntryClassCode", "('a')")), ERROR, "query.param.code"),
        (spoiled(add("$XDSDocumentEntryClassCode", "('a^^')")), ERROR, "query.param.code"),
        (spoiled(add("$XDSDocumentEntryClassCode", "('a^name^b')")), ERROR, "query.param.code"),
        (spoiled(add("$XDSDocumentEntryCreationTimeFrom", "20241301")), ERROR, "query.param.time"),
        (spoiled(add("$XDSDocumentEntryCreationTimeFrom", "'2024-01-01'")), ERROR, "query.param.time"),
        (spoiled(replaced("$XDSDocumentEntryPatientId", "'ann7'")), ERROR, "query.param.patient-id"),
        (spoiled(add("$XDSDocumentEntryType", f"('{NOTHING}')")), ERROR, "query.param.object-type"),
        (spoiled(add("$MetadataLevel", "3")), ERROR, "query.metadata-level"),
        (spoiled(add("XDSDocumentEntryClassCode", "('a^^b')")), ERROR, "query.param.name"),
        (spoiled(add("$XDSDocumentEntryClassCode", *["('a^^b')"] * 5_001)), "XDSTooManyResults", "query.param.values"),
        (adhoc_query_request("GetDocuments", {}), MISSING, "query.param.one-of"),
        (adhoc_query_request("GetAssociations", {"uuid": ["letter"]}), ERROR, "query.param.entry-uuid"),
        (adhoc_query_request("GetDocuments", BOTH_IDS), NUMBER, "query.param.only-one-of"),
        (adhoc_query_request("GetAssociations", {}), MISSING, "query.param.missing"),
    ],
)  # fmt: skip
def test_a_query_is_refused_with_the_code_and_the_rule(world: Any, request_bytes: bytes, code: str, rule: str) -> None:
    answer = world.send(request_bytes)
    assert (answer.codes, answer.rules) == ([code], [rule])
    assert answer.reply.outcome == "Failure"
    assert answer.reply.error_codes == (code,)
    assert not answer.found


@pytest.mark.parametrize(
    "request_bytes",
    [
        spoiled(add("$XDSDocumentEntrySomethingElse", "('a')")),
        spoiled(add("$XDSDocumentEntryClassCode", "()")),
        spoiled(add("$MetadataLevel", "2")),
        spoiled(replaced("$XDSDocumentEntryPatientId", f"('{ANN}')")),
        spoiled(replaced("$XDSDocumentEntryStatus", f"'{APPROVED}'")),
        spoiled(replaced("$XDSDocumentEntryStatus", f'("{APPROVED}")')),
        spoiled(add("$XDSDocumentEntryCreationTimeFrom", "'2024'")),
        spoiled(lambda _, q: q.set("id", q.get("id", "").upper().replace("URN:UUID:", "urn:uuid:"))),
        spoiled(lambda _, q: q.set("home", "urn:oid:2.999.1")),
    ],
)
def test_what_other_systems_write_is_taken(world: Any, request_bytes: bytes) -> None:
    world.submit("s1", world.document("letter"))
    assert world.send(request_bytes).found == ["letter"]


def test_every_mistake_is_told_at_once_with_its_place(world: Any) -> None:
    def spoil(option: etree._Element, query: etree._Element) -> None:
        option.set("returnType", "RegistryObject")
        drop("$XDSDocumentEntryStatus")(option, query)
        add("$XDSDocumentEntryClassCode", "('a')")(option, query)

    answer = world.send(spoiled(spoil))
    assert answer.rules == ["query.return-type", "query.param.missing", "query.param.code"]
    assert answer.response.errors[2].location == "/AdhocQueryRequest/AdhocQuery/Slot[2]"
    assert "$XDSDocumentEntryClassCode" in answer.response.errors[2].context


@pytest.mark.parametrize("return_type", ["LeafClass", "ObjectRef"])
def test_more_results_than_the_registry_returns_at_once_are_refused(world_with: Any, return_type: str) -> None:
    world = world_with(QueryPolicy(max_leaf_objects=2, max_references=2))
    world.submit("s1", world.document("a"), world.document("b"))
    assert world.ask("FindDocuments", FIND, return_type).found == ["a", "b"]
    world.submit("s2", world.document("c"))
    answer = world.ask("FindDocuments", FIND, return_type)
    assert (answer.codes, answer.found) == (["XDSTooManyResults"], [])
    by_author = {**FIND, "XDSDocumentEntryAuthorPerson": ["%Durand%"]}
    assert world.ask("FindDocuments", by_author, return_type).codes == ["XDSTooManyResults"]


def test_an_unknown_patient_is_an_error_where_the_policy_says_so(world_with: Any) -> None:
    world = world_with(QueryPolicy(unknown_patient="error"))
    assert world.ask("FindDocuments", FIND).codes == ["XDSUnknownPatientId"]
    world.registry.patients.announce(ANN)
    assert world.ask("FindDocuments", FIND).codes == []


def test_a_patient_of_another_authority_is_told_so_where_the_policy_says_so(database: Any, world: Any) -> None:
    domain = AffinityDomain(patient_authorities=frozenset({"2.999.5"}))
    world.queries = Queries(database, domain, QueryPolicy(unknown_patient="error"))
    assert world.ask("FindDocuments", FIND).rules == ["query.patient.authority"]


def test_messages_are_in_the_language_of_the_policy(world_with: Any) -> None:
    answer = world_with(QueryPolicy(language="fr")).send(spoiled(drop("$XDSDocumentEntryStatus")))
    assert "FindDocuments exige $XDSDocumentEntryStatus" in answer.response.errors[0].context
