from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import Database
from tests.postgresql import ENGINES


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        opened = Database.open(f"sqlite:///{tmp_path}/test.db", threads=12)
    else:
        opened = Database.open(request.getfixturevalue("postgresql"), threads=12)
        opened.write(lambda c: c.exec_driver_sql("DROP TABLE IF EXISTS note"))
    opened.write(lambda c: c.execute(sa.text("CREATE TABLE note (id INTEGER PRIMARY KEY, word TEXT NOT NULL)")))
    yield opened
    opened.write(lambda c: c.exec_driver_sql("DROP TABLE note"))
    opened.close()
