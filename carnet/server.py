"""The HTTP server: gunicorn with threads, a stop that lets requests finish, and clients that cannot hold a thread."""

import contextlib
import errno
import logging
import os
import select
import signal
import socket
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import _DEFER as LATER
from gunicorn.workers.gthread import TConn, ThreadWorker

from carnet.config import ConfigurationError
from carnet.connection import Closed, Connection, TlsConnection
from carnet.settings import Settings
from security.tls import HandshakeRefused, ServerTls

BACKLOG = 512
LINGER = 0.02
"""Seconds for which a thread stays with a connection that it has answered."""
FIRST_BYTE: Final = 5.0
"""Seconds that a new connection may keep a thread before it has sent a byte; then it waits without one."""


class Service(Protocol):
    """What a server runs: assembled once, before the workers are forked."""

    def wsgi(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any: ...

    def started(self, last: bool) -> None:
        """Called in each worker when it is about to serve; `last` in the one that completes their number."""
        ...

    def stopped(self) -> None:
        """Called in each worker after its last request."""
        ...


def listen(host: str, port: int, option: str) -> socket.socket:
    """A listening TCP socket; raises `ConfigurationError` naming `option` when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ConfigurationError(
            f"cannot listen on {host} port {port}: {error.strerror}; choose another with {option} (0: any free one)"
        ) from None
    return listener


def listen_privately(path: Path) -> socket.socket:
    """A listening unix socket for a proxy on this machine; raises `ConfigurationError`.

    Whoever may write to it can say who a client is: it is open to its owner and its group alone.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_stale(path)
        before = os.umask(0o117)
        try:
            listener.bind(str(path))
        finally:
            os.umask(before)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ConfigurationError(f"--private-socket {path}: cannot listen there ({error.strerror or error})") from None
    return listener


def _remove_stale(path: Path) -> None:
    """Takes away the socket of a server that was killed; raises OSError when somebody still listens."""
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise OSError(errno.EEXIST, "there is a file of that name that is no socket")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise OSError(errno.EADDRINUSE, "another server listens there")


class Worker(ThreadWorker):
    """Serves requests in threads; a stalled client loses its connection, Ctrl-C reaches the master alone."""

    def init_signals(self) -> None:
        super().init_signals()
        # A terminal sends Ctrl-C to every process: the master decides how its workers stop.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._in_hand: set[TConn] = set()

    def handle(self, conn: TConn) -> Any:
        self._in_hand.add(conn)
        try:
            if not isinstance(conn.sock, Connection | TlsConnection):
                refusal = self._receive(conn)
                if refusal is not None:
                    return refusal
            answered = super().handle(conn)
            while answered is True and (_holds_more(conn) or (self.alive and self._spare() and _speaks_again(conn))):
                answered = super().handle(conn)
            return answered
        finally:
            self._in_hand.discard(conn)

    def _receive(self, conn: TConn) -> Any:
        """Makes a new connection one of ours; returns what the server is to be told when that cannot be now."""
        tls: ServerTls | None = self.app.tls
        if tls is None or conn.sock.family == socket.AF_UNIX:
            conn.sock = Connection.adopt(conn.sock, self.app.settings.stall_timeout)
            return None
        if not conn.wait_for_data(FIRST_BYTE):
            return LATER
        try:
            conn.sock = tls.wrap(conn.sock, conn.client[0])
        except HandshakeRefused:  # told to the hook of `tls`
            # gunicorn counts a connection twice as gone when closing it fails
            conn.sock = Closed()
            return False
        conn.sock.begin(self.app.settings.stall_timeout)
        # a handshake is no request yet: its client may wait without a thread
        conn.data_ready = _holds_more(conn)
        return None

    def _spare(self) -> bool:
        """Half of the threads are free for connections that have not been served yet."""
        return len(self._in_hand) * 2 <= self.app.settings.threads  # type: ignore[no-any-return]

    def handle_exit(self, sig: int, frame: Any) -> None:
        super().handle_exit(sig, frame)
        for conn in tuple(self._in_hand):
            # browsers open connections in advance: nobody is served by waiting for their first byte
            if not conn.initialized and not conn.data_ready:
                with contextlib.suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)


def _holds_more(conn: TConn) -> bool:
    """Bytes of the next request were decrypted with those of the last one: no poll would show them."""
    return isinstance(conn.sock, TlsConnection) and conn.sock.pending() > 0


def _speaks_again(conn: TConn) -> bool:
    """Waits a moment for the next request: handing the connection to the main thread and back costs more than it."""
    if conn.parser.unreader.buf.getvalue():
        return True
    poll = select.poll()
    poll.register(conn.sock, select.POLLIN)
    return bool(poll.poll(LINGER * 1000))


class Master(Arbiter):
    """Stops gracefully on Ctrl-C; at once on the second one."""

    def handle_int(self) -> None:
        self.handle_term()


class Log(Logger):
    """gunicorn's own messages go where ours go; its access log is off, each exchange has its line already."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        pass

    def reopen_files(self) -> None:
        pass

    def close_on_exec(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class _Hooks:
    """gunicorn's hooks in one place; gunicorn checks how many arguments each takes."""

    service: Service
    on_stop: Callable[[], None]

    def as_settings(self) -> Mapping[str, Any]:
        def post_worker_init(worker: Any) -> None:
            self.service.started(worker.age == worker.cfg.workers)

        def worker_exit(_server: Any, worker: Any) -> None:
            if worker.pid and worker.booted:
                self.service.stopped()

        def on_exit(_server: Any) -> None:
            self.on_stop()

        return {"post_worker_init": post_worker_init, "worker_exit": worker_exit, "on_exit": on_exit}


class Server(BaseApplication):
    """gunicorn around one `Service` on sockets that already listen."""

    def __init__(
        self,
        service: Service,
        settings: Settings,
        listeners: Sequence[socket.socket],
        on_stop: Callable[[], None],
        *,
        tls: ServerTls | None = None,
    ) -> None:
        """`tls` shakes the connections of every listener that is no unix socket."""
        self.settings, self.tls = settings, tls
        self._service, self._listeners, self._on_stop = service, listeners, on_stop
        super().__init__()

    def load_config(self) -> None:
        settings = self.settings
        chosen: dict[str, Any] = {
            "bind": [f"fd://{listener.detach()}" for listener in self._listeners],
            "worker_class": Worker,
            "workers": settings.workers,
            "threads": settings.threads,
            "preload_app": True,
            "keepalive": settings.keep_alive,
            # The worker's main loop reports every second whatever its threads do: only a dead one is silent so long.
            "timeout": 60,
            "graceful_timeout": settings.stop_timeout,
            "control_socket_disable": True,
            "logger_class": Log,
            "worker_tmp_dir": None,
            "proc_name": "carnet",
            **_Hooks(self._service, self._on_stop).as_settings(),
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        return self._service.wsgi

    def run(self) -> None:
        """Serves until stopped; ends by `SystemExit`, 0 after a clean stop."""
        Master(self).run()
