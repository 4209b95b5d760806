"""The schema of both actors' tables, brought from one version to the next.

One linear history covers the registry and the repository. Alembic is imported only when there is something to do: a
server whose database is up to date learns that from one SELECT.
"""

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from storage import Database

HEAD: Final = "0002"
"""The revision that this version of Carnet works with."""

PLACE: Final = Path(__file__).parent
"""Where alembic finds `env.py` and `versions/`."""

_CURRENT: Final = sa.text("SELECT version_num FROM alembic_version")


class WrongRevision(Exception):
    """The database has another schema than this version of Carnet works with; says what to do."""


def current(database: Database) -> str | None:
    """The revision of the database; None before the first one. Raises what the database raises."""
    with database.read() as connection:
        try:
            return connection.execute(_CURRENT).scalar()
        except sa.exc.DBAPIError:
            if sa.inspect(connection).has_table("alembic_version"):
                raise
            return None


def upgrade(database: Database) -> str:
    """Brings the database to `HEAD`; says what was done, in one line.

    Raises `WrongRevision` when a later version of Carnet has been there.
    """
    before = current(database)
    if before == HEAD:
        return f"the database is at revision {HEAD}"
    from carnet.migrations.running import run  # alembic takes a third of a second to import

    run(database, HEAD, known=before)
    return f"the database went from {f'revision {before}' if before else 'nothing'} to revision {HEAD}"


def prepare(database: Database) -> str:
    """What a server does at start: a SQLite file is upgraded, another database must have been.

    Raises `WrongRevision`.
    """
    if database.is_sqlite:
        return upgrade(database)
    found = current(database)
    if found != HEAD:
        raise WrongRevision(
            f"the database is at revision {found or 'none'} and this version needs {HEAD}: run `carnet migrate` with "
            "the same --database, when no server of another version uses it"
        )
    return f"the database is at revision {HEAD}"
