from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.datatypes import DatatypeError, Oid, Uuid, is_oid, is_oid_urn, is_uuid_urn, new_uuid_urn, oid_from_uuid


@pytest.mark.parametrize("text", ["1.2.250.1.213.1.4.10", "2.999", "0.0", "2.25." + "9" * 39, "1." + "1" * 62])
def test_an_oid_is_accepted(text: str) -> None:
    assert is_oid(text)
    assert str(Oid.parse(text)) == text
    assert is_oid_urn(Oid.parse(text).urn)


@pytest.mark.parametrize(
    "text", ["", "1", "3.1", "1.", ".1", "1..2", "1.02", "1.2 ", " 1.2", "1.2\n", "1.٣", "urn:oid:1.2", "1." + "1" * 63]
)
def test_what_is_no_oid_is_refused(text: str) -> None:
    assert not is_oid(text)
    assert not is_oid_urn("urn:oid:" + text)
    with pytest.raises(DatatypeError):
        Oid.parse(text)


@given(st.uuids())
def test_an_oid_made_of_a_uuid_is_one(uuid: UUID) -> None:
    assert is_oid(oid_from_uuid(uuid))


def test_new_oids_and_uuids_differ() -> None:
    assert oid_from_uuid() != oid_from_uuid()
    assert new_uuid_urn() != new_uuid_urn()
    assert is_uuid_urn(new_uuid_urn())


@given(st.uuids())
def test_a_uuid_is_read_in_either_case_and_written_in_lower_case(uuid: UUID) -> None:
    assert str(Uuid.parse(uuid.urn)) == uuid.urn
    assert Uuid.parse("urn:uuid:" + str(uuid).upper()) == Uuid.parse(uuid.urn)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "doc1",
        "7edca82f-054d-47f2-a032-9b2a5b5186c1",
        "urn:uuid:7edca82f054d47f2a0329b2a5b5186c1",
        "urn:uuid:{7edca82f-054d-47f2-a032-9b2a5b5186c1}",
        "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c",
        "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186cg",
        "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1 ",
    ],
)
def test_what_is_no_uuid_is_refused(text: str) -> None:
    assert not is_uuid_urn(text)
    with pytest.raises(DatatypeError, match="8-4-4-4-12"):
        Uuid.parse(text)
