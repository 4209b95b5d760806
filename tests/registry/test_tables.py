import sqlalchemy as sa

from metadata import vocabulary as v
from registry import tables
from repository import tables as repository
from storage import NAMING, Database


def test_the_patient_leads_every_key_of_patient_data() -> None:
    for table in tables.TABLES_WITH_FRAGMENTS:
        assert [c.name for c in table.primary_key] == ["pat", "id"]


def test_patient_data_has_no_index_beside_its_key_but_the_two_ends_of_an_association() -> None:
    indexes = {index.name for table in tables.metadata.tables.values() for index in table.indexes}
    assert indexes == {"ix_association_src", "ix_association_tgt"}


def test_every_constraint_has_a_name_that_migrations_can_speak_of() -> None:
    assert tables.metadata.naming_convention == repository.metadata.naming_convention == NAMING
    for table in tables.metadata.tables.values():
        assert table.primary_key.name == f"pk_{table.name}"


def test_no_table_stands_in_both_rooms() -> None:
    assert not set(tables.metadata.tables) & set(repository.metadata.tables)


def test_the_numbers_in_databases_have_not_moved() -> None:
    assert {n: urn.rpartition(":")[2] for n, urn in tables.STATUS.items()} == {
        1: "Approved",
        2: "Deprecated",
        3: "Archived",
        4: "Deleted",
    }
    assert [tables.ASSOCIATION_TYPE[n] for n in (1, 2, 3, 4, 5, 6, 7)] == [
        v.HAS_MEMBER,
        v.RPLC,
        v.XFRM,
        v.APND,
        v.XFRM_RPLC,
        v.SIGNS,
        v.IS_SNAPSHOT_OF,
    ]
    assert {s.name: s.value for s in tables.PatientState} == {
        "ACTIVE": 1,
        "MERGED": 2,
        "CLOSED": 3,
        "SEEN": 4,
        "ERASED": 9,
    }
    assert [k.value for k in tables.Located] == [1, 2, 3, 4, 5, 6, 7, 9]


def test_the_tables_can_be_made(database: Database) -> None:
    with database.read() as connection:
        names = set(sa.inspect(connection).get_table_names())
    assert names >= set(tables.metadata.tables)
