import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from carnet import migrations
from carnet.migrations.running import run, scripts
from registry.tables import metadata as registry
from repository.tables import metadata as repository
from storage import Database


@pytest.fixture
def empty(any_database: Database) -> Iterator[Database]:
    yield any_database
    if not any_database.is_sqlite:
        any_database.write(lambda c: c.exec_driver_sql("DROP TABLE IF EXISTS alembic_version"))


def created(path: Path) -> Database:
    database = Database.open(f"sqlite:///{path}")
    database.write(lambda c: (registry.create_all(c), repository.create_all(c)))
    return database


def schema(database: Database) -> dict[str, str]:
    """Name → the SQL that made it, without differences of white space and quotes."""
    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
    return {name: re.sub(r"[\s\"]+", " ", sql).replace("( ", "(").replace(" )", ")") for name, sql in rows}


def test_there_is_one_head_and_it_is_the_one_that_carnet_names() -> None:
    assert scripts().get_heads() == [migrations.HEAD]


def test_the_history_is_linear() -> None:
    assert all(not script.is_branch_point and not script.is_merge_point for script in scripts().walk_revisions())


def test_an_upgraded_database_is_what_the_tables_say(empty: Database) -> None:
    migrations.upgrade(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, [registry, repository])
    assert differences == []


def test_an_upgraded_sqlite_file_equals_a_created_one(tmp_path: Path) -> None:
    upgraded, made = Database.open(f"sqlite:///{tmp_path}/u.db"), created(tmp_path / "c.db")
    migrations.upgrade(upgraded)
    left = schema(upgraded)
    del left["alembic_version"]
    assert left == schema(made)
    upgraded.close()
    made.close()


def test_fragments_are_not_compressed_twice_on_postgresql(empty: Database) -> None:
    if empty.is_sqlite:
        pytest.skip("storage of a column is PostgreSQL's")
    migrations.upgrade(empty)
    with empty.read() as connection:
        rows = connection.exec_driver_sql("SELECT attstorage::text FROM pg_attribute WHERE attname = 'obj'").scalars()
        assert set(rows) == {"e"}


def test_upgrading_says_what_it_did_and_does_it_once(empty: Database) -> None:
    assert migrations.current(empty) is None
    assert migrations.upgrade(empty) == "the database went from nothing to revision 0002"
    assert migrations.upgrade(empty) == "the database is at revision 0002"
    assert migrations.current(empty) == migrations.HEAD


def test_a_database_that_is_up_to_date_costs_one_select_and_no_alembic(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/u.db")
    migrations.upgrade(database)
    statements: list[str] = []

    @sa.event.listens_for(database.engine, "before_cursor_execute")
    def note(_c: Any, _u: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    migrations.upgrade(database)
    assert [s for s in statements if s != "BEGIN"] == ["SELECT version_num FROM alembic_version"]
    database.close()
    code = (
        "import sys; from carnet import migrations; from storage import Database; "
        f"migrations.upgrade(Database.open('sqlite:///{tmp_path}/u.db')); "
        "sys.exit('alembic' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0


def test_a_database_of_a_later_version_is_refused(empty: Database) -> None:
    migrations.upgrade(empty)
    empty.write(lambda c: c.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrations.WrongRevision, match="does not know"):
        migrations.upgrade(empty)


def test_a_server_upgrades_sqlite_and_refuses_another_database(empty: Database) -> None:
    if empty.is_sqlite:
        assert migrations.prepare(empty).endswith("0002")
        return
    with pytest.raises(migrations.WrongRevision, match="carnet migrate"):
        migrations.prepare(empty)
    migrations.upgrade(empty)
    assert migrations.prepare(empty) == "the database is at revision 0002"


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/u.db")
    database.write(lambda c: c.exec_driver_sql("CREATE TABLE submission_set (other INTEGER)"))
    with pytest.raises(sa.exc.OperationalError, match="already exists"):
        run(database, migrations.HEAD)
    assert set(schema(database)) <= {"submission_set", "alembic_version"}
    assert migrations.current(database) is None
    database.close()
