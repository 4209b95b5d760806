"""`carnet serve` from its first line to its last: check, listen, prepare the data, announce, serve."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from carnet.config import Configuration, ConfigurationError
from carnet.settings import Settings
from carnet.together import check

if TYPE_CHECKING:
    from carnet.ready import Endpoints
    from storage import Database


def run(configuration: Configuration) -> None:
    """Serves until it is stopped; ends by `SystemExit`. Raises `ConfigurationError` before anything was started."""
    settings = configuration.settings
    check(settings)
    from carnet import logs, metrics
    from carnet.ready import remove_ready_file
    from carnet.server import Server, listen, listen_privately

    logs.configure(settings.log_format, settings.log_level)
    if settings.ready_file:
        remove_ready_file(settings.ready_file)
    with_feed = settings.mllp_port is not None
    listeners = [listen(settings.host, settings.port, "--port")]
    feed_listener = listen(settings.host, settings.mllp_port or 0, "--mllp-port") if with_feed else None
    prepare_data(settings.data)
    if settings.private_socket is not None:
        listeners.append(listen_privately(settings.private_socket))
    if settings.sandbox:
        from carnet.sandbox import with_test_keys

        settings = with_test_keys(settings)
    shared = metrics.share(settings.data / "run")

    from carnet import app, migrations

    assembled = app.assemble(settings, listeners[0], feed_listener, master=os.getpid())
    with_database(settings, migrations.prepare)

    def stopped() -> None:
        assembled.over()
        metrics.unshare(shared)
        if settings.ready_file:
            remove_ready_file(settings.ready_file)

    announce(settings, assembled.endpoints)
    Server(assembled, settings, listeners, stopped, tls=assembled.transport.tls).run()


def announce(settings: Settings, endpoints: "Endpoints") -> None:
    """What a person reads first."""
    from carnet.ready import banner
    from carnet.standing import standing_of
    from carnet.urls import without_password

    notes = (
        () if settings.codes or settings.profile == "dmp" else ("Any code is accepted: name your codes with --codes.",)
    )
    standing = standing_of(settings)
    if standing.warning:
        import structlog

        structlog.get_logger().warning(standing.warning)
    database = without_password(settings.database) or "SQLite"
    print(banner(endpoints, standing, data=settings.data, database=database, notes=notes), flush=True)  # noqa: T201


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
