"""The assembly: which parts a server consists of, and what each is handed."""

import socket
import threading
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import sqlalchemy as sa

import schemas
from carnet import logs, parts
from carnet.auditedregistry import AuditedRegistry
from carnet.auditor import Auditor, auditor_of, refusal
from carnet.health import Health
from carnet.identity import repository_unique_id
from carnet.metrics import Metrics
from carnet.page import PageFacts, render
from carnet.ready import Endpoints, url_of, write_ready_file
from carnet.repairing import RepairThread
from carnet.router import Environ, Router, StartResponse, Wsgi
from carnet.settings import Settings
from metadata.errors import ErrorCode
from registry.feed import PatientFeed
from registry.service import operations as registry_operations
from repository.documents import DocumentStore
from repository.service import operations as repository_operations
from security.gate import Caller, Credentials, OpenGate, Refused
from soap.host import service
from soap.message import Exchange, Operation, Request
from storage import Database

WSDL = {"/registry": "DocumentRegistry", "/repository": "DocumentRepository"}
"""Path of a service → its WSDL in `schemas`."""


@dataclass(slots=True)
class Carnet:
    """One assembled server, the same in each worker; opens nothing before it is asked."""

    settings: Settings
    database: Database
    router: Router
    endpoints: Endpoints
    master: int
    """Process id told in the ready file."""
    repairs: tuple[Callable[[], object], Callable[[], object]] | None = None
    """Reconcile and sweep."""
    serve_mllp: Callable[[], Callable[[], None]] | None = None
    """Starts the patient identity feed; returns what stops it."""
    auditor: Auditor | None = None
    _stops: list[Callable[[], None]] = field(default_factory=list)

    def wsgi(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        return self.router(environ, start_response)

    def started(self, last: bool) -> None:
        if self.auditor is not None:
            self.auditor.begin(first=last)
        if self.serve_mllp is not None:
            self._stops.append(self.serve_mllp())
        if self.repairs is not None and self.settings.repair_interval:
            lock = self.settings.data / "run" / "repair.lock"
            thread = RepairThread(lock, self.settings.repair_interval, *self.repairs)
            thread.start()
            self._stops.append(thread.stop)
        if last and self.settings.ready_file:
            write_ready_file(self.settings.ready_file, self.endpoints, self.master)

    def stopped(self) -> None:
        for stop in self._stops:
            stop()
        if self.auditor is not None:
            self.auditor.end()
        self.database.close()

    def over(self) -> None:
        """Called in the master after the last worker."""
        if self.auditor is not None:
            self.auditor.over()


def assemble(
    settings: Settings, listener: socket.socket, feed_listener: socket.socket | None, *, master: int
) -> Carnet:
    """Everything a server needs, nothing of it opened yet. Raises `ConfigurationError`."""
    metrics = Metrics(frozenset(ErrorCode))
    database = parts.database_of(settings)
    domain = parts.domain_of(settings)
    services: dict[str, Wsgi] = {}
    checks: dict[str, Callable[[], None]] = {"database": partial(check_database, database)}
    repairs = serve_mllp = registry = unique_id = None

    base = url_of(*listener.getsockname()[:2])
    auditor = auditor_of(settings, {path[1:]: base + path for path in WSDL})
    if auditor is not None and settings.audit_failure == "refuse":
        checks["audit"] = auditor.check

    def finished(exchange: Exchange) -> None:
        if auditor is not None:
            auditor.exchange(exchange)
        metrics.observe(exchange)
        logs.write_exchange(exchange)

    def serve(path: str, operations: Sequence[Operation]) -> None:
        limits = parts.limits_of(settings)
        services[path] = service(path[1:], operations, gate=partial(_admit, auditor), limits=limits, finished=finished)

    if settings.only != "repository":
        registry = parts.registry_of(settings, database, domain)
        feed = PatientFeed(registry.patients, domain)
        serve("/registry", registry_operations(registry, parts.queries_of(settings, database, domain), feed))
        if feed_listener is not None:
            serve_mllp = partial(_serve_mllp, feed_listener, feed, finished)
    if settings.only != "registry":
        unique_id = settings.repository_unique_id or repository_unique_id(settings.data)
        repository = parts.repository_of(settings, database, registry, unique_id)
        if auditor is not None and not repository.registry.atomic:
            audited = AuditedRegistry(repository.registry, settings.registry_url, auditor.here, auditor.event)
            repository = replace(repository, registry=audited)
        serve("/repository", repository_operations(repository))
        checks["documents"] = partial(check_documents, repository.documents)
        repairs = parts.repairs_of(settings, repository)

    endpoints = _endpoints(listener, feed_listener, tuple(services), unique_id)
    facts = PageFacts(tuple(services), unique_id, endpoints.mllp)
    router = Router(services, describe, lambda base: render(base, facts), metrics.text, Health(checks))
    return Carnet(settings, database, router, endpoints, master, repairs, serve_mllp, auditor)


def _serve_mllp(listener: socket.socket, feed: PatientFeed, finished: Callable[[Exchange], None]) -> Callable[[], None]:
    from registry.feed_v2 import serve_mllp  # an HL7 v2 parser, which most servers do without

    over = threading.Event()
    thread = threading.Thread(
        target=serve_mllp, args=(listener, feed, over), kwargs={"finished": finished}, name="mllp", daemon=True
    )
    thread.start()

    def stop() -> None:
        over.set()
        thread.join(timeout=5)

    return stop


def _admit(auditor: Auditor | None, request: Request) -> Caller:
    """The gate of this version lets everyone in; ITI TF-2 3.40 is for a later one."""
    if auditor is not None:
        auditor.require()
    peer = request.peer
    try:
        return _GATE.admit(Credentials(request.header, request.body, request.root, peer.address, peer.certificate))
    except Refused as refused:
        raise refusal(refused) from None


_GATE = OpenGate()


def describe(path: str, kind: str, wanted: str) -> bytes | None:
    """The WSDL of the service at `path`, or a schema it imports."""
    try:
        return schemas.wsdl(WSDL[path], wanted) if kind == "wsdl" else schemas.xsd(wanted)
    except LookupError:
        return None


def check_database(database: Database) -> None:
    """A transaction that writes is committed: what every submission needs. Raises what the database raises."""
    database.write(lambda c: c.execute(sa.text("UPDATE alembic_version SET version_num = version_num")))


def check_documents(documents: DocumentStore) -> None:
    """An object is begun, filled and dropped. Raises OSError."""
    # always in one directory: a probe every few seconds would make thousands of them otherwise
    writer = documents.open_write("00/00/" + uuid.uuid4().hex)
    try:
        writer.write(b"ready?")
    finally:
        writer.abort()


def _endpoints(
    listener: socket.socket, feed_listener: socket.socket | None, paths: tuple[str, ...], unique_id: str | None
) -> Endpoints:
    base = url_of(*listener.getsockname()[:2])
    mllp = None
    if feed_listener is not None:
        mllp = url_of(*feed_listener.getsockname()[:2]).removeprefix("http://")
    at = {path: base + path for path in paths}
    return Endpoints(base + "/", at.get("/registry"), at.get("/repository"), mllp, unique_id)
