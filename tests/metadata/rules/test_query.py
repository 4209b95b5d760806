"""Rules of ITI-18: one thing is spoiled in a valid AdhocQueryRequest, and one rule is broken."""

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from metadata.rules import Finding, finding
from metadata.rules.query import check
from metadata.storedqueries_message import parse_adhoc_query_request

Sample = Any  # of conftest.py
FIND_DOCUMENTS = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
GET_DOCUMENTS = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
GET_FOLDERS_FOR_DOCUMENT = "urn:uuid:10cae35a-c7f9-4cf5-b61e-fc3278ffb578"
APPROVED = "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')"
PATIENT = "'ann7^^^&amp;2.999.31&amp;ISO'"
UUID = "('urn:uuid:0c1d5a3e-3d0f-4a51-9a3e-5b6f9c2d1e01')"


def query(query_id: str, *slots: tuple[str, str], return_type: str = "LeafClass") -> list[Finding]:
    """The rules that a query of these parameters breaks."""
    written = "".join(
        f'<rim:Slot name="{name}"><rim:ValueList><rim:Value>{value}</rim:Value></rim:ValueList></rim:Slot>'
        for name, value in slots
    )
    return check(
        parse_adhoc_query_request(
            etree.fromstring(
                '<query:AdhocQueryRequest xmlns:query="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" '
                'xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">'
                f'<query:ResponseOption returnComposedObjects="true" returnType="{return_type}"/>'
                f'<rim:AdhocQuery id="{query_id}">{written}</rim:AdhocQuery></query:AdhocQueryRequest>'
            )
        ),
        waived=frozenset(),
    )


def documents(*slots: tuple[str, str], return_type: str = "LeafClass", **changed: str) -> list[Finding]:
    """A valid FindDocuments with more parameters, or with others for patient and status."""
    values = {"PatientId": PATIENT, "Status": APPROVED} | changed
    own = [(f"$XDSDocumentEntry{name}", value) for name, value in values.items() if value]
    return query(FIND_DOCUMENTS, *own, *slots, return_type=return_type)


VALID: dict[str, Callable[[], list[Finding]]] = {
    "FindDocuments": lambda: documents(
        ("$XDSDocumentEntryClassCode", "('11^^2.999.32.1')"),
        ("$XDSDocumentEntryEventCodeList", "('E1^^2.999.32.8')"),
        ("$XDSDocumentEntryEventCodeList", "('E2^^2.999.32.8')"),
        ("$XDSDocumentEntryCreationTimeFrom", "20250611"),
        ("$XDSDocumentEntryType", "('urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1')"),
        ("$MetadataLevel", "1"),
    ),
    "GetDocuments": lambda: query(GET_DOCUMENTS, ("$XDSDocumentEntryEntryUUID", UUID)),
}

BREAKS: dict[str, Callable[[Sample], list[Finding]]] = {
    "query.id.unknown": lambda _: query("urn:uuid:00000000-0000-4000-8000-000000000000"),
    "query.return-type": lambda _: documents(return_type="RegistryObject"),
    "query.param.name": lambda _: documents(("XDSDocumentEntryClassCode", "('11^^2.999.32.1')")),
    "query.param.syntax": lambda _: documents(PatientId="'ann7^^^&amp;2.999.31&amp;ISO"),
    "query.param.missing": lambda _: documents(Status=""),
    "query.param.status": lambda _: documents(Status="('Approved')"),
    "query.param.one-of": lambda _: query(GET_DOCUMENTS),
    "query.param.only-one-of": lambda _: query(
        GET_DOCUMENTS, ("$XDSDocumentEntryEntryUUID", UUID), ("$XDSDocumentEntryUniqueId", "('2.999.31.100.1')")
    ),
    "query.param.single": lambda _: query(
        GET_FOLDERS_FOR_DOCUMENT, ("$XDSDocumentEntryUniqueId", "('2.999.31.100.1','2.999.31.100.2')")
    ),
    "query.param.repeated": lambda _: documents(
        ("$XDSDocumentEntryClassCode", "('11^^2.999.32.1')"), ("$XDSDocumentEntryClassCode", "('12^^2.999.32.1')")
    ),
    "query.param.values": lambda _: query(
        GET_DOCUMENTS, ("$XDSDocumentEntryUniqueId", "(" + ",".join(f"'2.999.{n}'" for n in range(5001)) + ")")
    ),
    "query.param.patient-id": lambda _: documents(PatientId="'ann7'"),
    "query.param.patient-id.components": lambda _: documents(PatientId="'ann7^^^&amp;2.999.31&amp;ISO^NH'"),
    "query.param.code": lambda _: documents(("$XDSDocumentEntryClassCode", "('11')")),
    "query.param.time": lambda _: documents(("$XDSDocumentEntryCreationTimeFrom", "20250631")),
    "query.param.entry-uuid": lambda _: query(GET_DOCUMENTS, ("$XDSDocumentEntryEntryUUID", "('letter')")),
    "query.param.object-type": lambda _: documents(("$XDSDocumentEntryType", "('stable')")),
    "query.metadata-level": lambda _: documents(("$MetadataLevel", "3")),
    # raised by name: the registry sees the result
    "query.too-many-results": lambda _: [finding("query.too-many-results", limit=5000)],
    "query.single-patient": lambda _: [finding("query.single-patient", count=2)],
    "query.patient.unknown": lambda _: [finding("query.patient.unknown", got="ann7^^^&2.999.31&ISO")],
    "query.patient.authority": lambda _: [finding("query.patient.authority", got="x", allowed="2.999.31")],
}


@pytest.mark.parametrize("rule_id", BREAKS)
def test_one_spoiled_thing_breaks_its_rule_and_no_other(rule_id: str, sample: Sample) -> None:
    assert [f.rule.id for f in BREAKS[rule_id](sample)] == [rule_id]


@pytest.mark.parametrize("name", VALID)
def test_a_valid_query_breaks_nothing(name: str) -> None:
    assert VALID[name]() == []
