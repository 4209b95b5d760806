"""`carnet serve` from its first line to its last: check, listen, prepare the data, announce, serve."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from carnet.config import Configuration, ConfigurationError
from carnet.settings import Settings

if TYPE_CHECKING:
    from storage import Database


def run(configuration: Configuration) -> None:
    """Serves until it is stopped; ends by `SystemExit`. Raises `ConfigurationError` before anything was started."""
    settings = configuration.settings
    check(settings)
    from carnet import logs, metrics
    from carnet.ready import banner, remove_ready_file
    from carnet.server import Server, listen

    logs.configure(settings.log_format, settings.log_level)
    if settings.ready_file:
        remove_ready_file(settings.ready_file)
    with_feed = settings.mllp_port is not None
    listener = listen(settings.host, settings.port, "--port")
    feed_listener = listen(settings.host, settings.mllp_port or 0, "--mllp-port") if with_feed else None
    prepare_data(settings.data)
    shared = metrics.share(settings.data / "run")

    from carnet import app, migrations

    assembled = app.assemble(settings, listener, feed_listener, master=os.getpid())
    with_database(settings, migrations.prepare)

    def stopped() -> None:
        assembled.over()
        metrics.unshare(shared)
        if settings.ready_file:
            remove_ready_file(settings.ready_file)

    notes = () if settings.codes else ("Any code is accepted: name your codes with --codes.",)
    told = banner(assembled.endpoints, data=settings.data, database=settings.database or "SQLite", notes=notes)
    print(told, flush=True)  # noqa: T201
    Server(assembled, settings, listener, stopped).run()


def check(settings: Settings) -> None:
    """Settings that cannot be used together. Raises `ConfigurationError`."""
    if settings.profile != "ihe":
        raise ConfigurationError(f"--profile {settings.profile} is not part of this version: it has ihe only")
    if settings.only == "repository" and not settings.registry_url:
        raise ConfigurationError(
            "--only repository has no registry to register its documents in: name it with --registry-url URL"
        )
    if settings.registry_url and settings.only == "registry":
        raise ConfigurationError("--registry-url is for a repository: --only registry starts none")
    if settings.only == "repository" and settings.mllp_port is not None:
        raise ConfigurationError(
            "--mllp-port is the registry's patient identity feed: there is none with --only repository"
        )
    if settings.ready_file and settings.ready_file.is_dir():
        raise ConfigurationError(f"--ready-file {settings.ready_file} is a directory: name a file")


def prepare_data(data: Path) -> None:
    """Makes the data directory, readable by its owner alone. Raises `ConfigurationError`."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        (data / "run").mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigurationError(f"--data {data}: cannot be used ({error.strerror})") from None
    if not os.access(data, os.W_OK | os.X_OK):
        raise ConfigurationError(f"--data {data}: cannot be written by this user")


def migrate_only(configuration: Configuration) -> str:
    """`carnet migrate`: what was done, in one line. Raises `ConfigurationError`."""
    settings = configuration.settings
    if not settings.database:
        prepare_data(settings.data)
    from carnet.migrations import upgrade

    return with_database(settings, upgrade)


def with_database(settings: Settings, work: "Callable[[Database], str]") -> str:
    """Opens the database for `work` alone. Raises `ConfigurationError`."""
    from sqlalchemy.exc import DBAPIError

    from carnet.migrations import WrongRevision
    from carnet.parts import database_of

    database = database_of(settings)
    try:
        return work(database)
    except WrongRevision as error:
        raise ConfigurationError(str(error)) from None
    except ImportError as error:
        raise ConfigurationError(f"PostgreSQL needs {error.name}: install carnet[postgresql]") from None
    except DBAPIError as error:
        raise ConfigurationError(f"the database {database.url!r} cannot be used: {error.orig}") from None
    finally:
        database.close()
