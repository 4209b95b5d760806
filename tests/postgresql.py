"""A PostgreSQL for the tests: the one that CARNET_TEST_POSTGRESQL names, or a cluster of their own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

GIVEN: Final = os.environ.get("CARNET_TEST_POSTGRESQL")
"""URL of a database that the tests may empty; one process of tests at a time."""
_DEBIAN: Final = map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
_PG_CTL: Final = shutil.which("pg_ctl", path=os.pathsep.join([os.environ.get("PATH", ""), *_DEBIAN]))
_CLUSTER: Final = "--username carnet --auth trust --no-sync --encoding UTF8 --no-locale"
_SERVER: Final = "-c fsync=off -c max_connections=200 -c listen_addresses=''"

ENGINES: Final = (
    "sqlite",
    pytest.param(
        "postgresql",
        marks=pytest.mark.skipif(
            not (GIVEN or _PG_CTL),
            reason="PostgreSQL is not installed (apt-get install postgresql), nor does CARNET_TEST_POSTGRESQL name one",
        ),
    ),
)
"""What a test of the store is run on."""


@contextmanager
def running() -> Iterator[str]:
    """URL of a database for this process alone. Raises CalledProcessError when the cluster does not start."""
    if GIVEN:
        yield GIVEN
        return
    with tempfile.TemporaryDirectory(prefix="carnet-postgresql-") as place:
        user = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to be run by root
        if user:
            shutil.chown(place, user)

        def pg_ctl(*words: str) -> None:
            command = [str(_PG_CTL), "--pgdata", f"{place}/data", *words]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=place, user=user)

        pg_ctl(
            "initdb", "--silent", "--options", "--username carnet --auth trust --no-sync --encoding UTF8 --no-locale"
        )
        pg_ctl("start", "--silent", "--wait", "--log", f"{place}/log", "--options", f"{_SERVER} -k {place}")
        try:
            yield f"postgresql://carnet@/postgres?host={place}"
        finally:
            pg_ctl("stop", "--silent", "--wait", "--mode", "immediate")
