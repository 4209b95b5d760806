import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import Database

POSTGRESQL = os.environ.get("CARNET_TEST_POSTGRESQL")


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param(
            "postgresql",
            marks=pytest.mark.skipif(not POSTGRESQL, reason="CARNET_TEST_POSTGRESQL gives no database URL"),
        ),
    ]
)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        opened = Database.open(f"sqlite:///{tmp_path}/test.db", threads=12)
    else:
        opened = Database.open(str(POSTGRESQL), threads=12)
        opened.write(lambda c: c.exec_driver_sql("DROP TABLE IF EXISTS note"))
    opened.write(lambda c: c.execute(sa.text("CREATE TABLE note (id INTEGER PRIMARY KEY, word TEXT NOT NULL)")))
    yield opened
    opened.write(lambda c: c.exec_driver_sql("DROP TABLE note"))
    opened.close()
