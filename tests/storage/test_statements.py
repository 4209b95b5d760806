from collections.abc import Iterator
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage import Database, Key, Statement

TABLE = sa.Table(
    "keyed",
    sa.MetaData(),
    sa.Column("k", Key, primary_key=True),
    sa.Column("n", sa.BigInteger),
    sa.Column("b", sa.LargeBinary),
)
INSERT = Statement(sa.insert(TABLE))
GENTLE = Statement(
    {
        "sqlite": sqlite.insert(TABLE).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(TABLE).on_conflict_do_nothing(),
    }
)
ABOVE = Statement(
    sa.select(TABLE.c.n, TABLE.c.b).where(TABLE.c.k == sa.bindparam("key", type_=Key), TABLE.c.n > 1).limit(5)
)


@pytest.fixture
def keyed(database: Database) -> Iterator[Database]:
    database.write(lambda c: TABLE.create(c))
    yield database
    database.write(lambda c: TABLE.drop(c))


def test_it_does_what_core_would_do(keyed: Database) -> None:
    one, two = uuid4(), uuid4()
    new = [{"k": one, "n": 1, "b": b"x"}, {"k": two, "n": 2, "b": None}]
    assert keyed.write(lambda c: INSERT.change(c, new)) == 2
    with keyed.read() as connection:
        assert set(connection.execute(sa.select(TABLE)).all()) == {(one, 1, b"x"), (two, 2, None)}
        assert [tuple(row) for row in ABOVE.rows(connection, {"key": two})] == [(2, None)]
        assert list(ABOVE.rows(connection, {"key": one})) == []


def test_rows_that_were_not_inserted_are_not_counted(keyed: Database) -> None:
    one, two = uuid4(), uuid4()
    keyed.write(lambda c: INSERT.change(c, [{"k": one, "n": 1, "b": None}]))
    both = [{"k": one, "n": 7, "b": None}, {"k": two, "n": 8, "b": None}]
    assert keyed.write(lambda c: GENTLE.change(c, both)) == 1
    assert keyed.write(lambda c: GENTLE.change(c, [])) == 0


def test_errors_are_those_of_sqlalchemy(keyed: Database) -> None:
    row = {"k": uuid4(), "n": 1, "b": None}
    keyed.write(lambda c: INSERT.change(c, [row]))
    with pytest.raises(sa.exc.IntegrityError):
        keyed.write(lambda c: INSERT.change(c, [row]))
