"""Alembic, set up without a configuration file."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from carnet.migrations import PLACE, WrongRevision
from storage import Database


def configuration() -> Config:
    """What alembic's own commands need."""
    config = Config()
    config.set_main_option("script_location", str(PLACE).replace("%", "%%"))
    return config


def scripts() -> ScriptDirectory:
    """The history."""
    return ScriptDirectory.from_config(configuration())


def run(database: Database, revision: str, *, known: str | None = None) -> None:
    """Brings the database to `revision`. Raises `WrongRevision` if `known`, where it stands, is not of the history."""
    history = {script.revision for script in scripts().walk_revisions()}
    if known is not None and known not in history:
        raise WrongRevision(
            f"the database is at revision {known}, which this version of Carnet does not know: it was upgraded by a "
            "later one, and only that one can use it"
        )
    config = configuration()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
