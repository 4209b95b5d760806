import uuid
from pathlib import Path

import sqlalchemy as sa

from storage import Database, Key, key_of, pat_of

PATIENT = "1^^^&1.2.3&ISO"


def test_pat_is_a_positive_63_bit_number_that_must_never_change() -> None:
    assert pat_of(PATIENT) == 6631476949658213927
    assert pat_of(PATIENT) == pat_of(PATIENT, 0) < 2**63


def test_a_salt_moves_the_patient_elsewhere() -> None:
    assert len({pat_of(PATIENT, salt) for salt in range(4)}) == 4


def test_unique_ids_have_a_key_space_of_their_own() -> None:
    assert key_of("1.2.3") != key_of("1.2.4")
    assert isinstance(key_of("1.2.3"), uuid.UUID)


def test_a_key_is_stored_as_sixteen_bytes_on_sqlite(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/k.db")
    table = sa.Table("t", sa.MetaData(), sa.Column("k", Key, primary_key=True), sa.Column("n", Key))
    key = uuid.uuid4()

    def work(connection: sa.Connection) -> None:
        table.create(connection)
        connection.execute(sa.insert(table), {"k": key, "n": None})

    database.write(work)
    with database.read() as connection:
        assert connection.execute(sa.select(table).where(table.c.k == key)).one() == (key, None)
        assert connection.execute(sa.text("SELECT length(k), typeof(k) FROM t")).one() == (16, "blob")
    database.close()
