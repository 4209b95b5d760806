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
from carnet.auditor import Auditor, auditor_of
from carnet.gates import admitting, guarded
from carnet.health import Health
from carnet.identity import repository_unique_id
from carnet.metrics import Metrics
from carnet.page import PageFacts, render
from carnet.peers import peer_of, scheme_of
from carnet.profiles import Profile, profile_of
from carnet.ready import Endpoints, host_of, write_ready_file
from carnet.repairing import RepairThread
from carnet.router import Environ, Router, StartResponse, Wsgi
from carnet.settings import Settings
from carnet.standing import standing_of
from carnet.transport import Transport, transport_of
from metadata.errors import ErrorCode
from registry.feed import PatientFeed
from registry.owners import owners
from registry.service import operations as registry_operations
from repository.documents import DocumentStore
from repository.service import operations as repository_operations
from soap.host import service
from soap.message import Exchange, Operation
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
    transport: Transport
    master: int
    """Process id told in the ready file."""
    repairs: tuple[Callable[[], object], Callable[[], object]] | None = None
    """Reconcile and sweep."""
    serve_mllp: Callable[[], Callable[[], None]] | None = None
    """Starts the patient identity feed; returns what stops it."""
    auditor: Auditor | None = None
    _stops: list[Callable[[], None]] = field(default_factory=list)

    def wsgi(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if self.transport.tls is not None:
            environ["wsgi.url_scheme"] = scheme_of(environ)
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
        self.transport.close()
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
    paths = tuple(path for path in WSDL if settings.only in ("", path[1:]))
    unique_id = None
    if "/repository" in paths:
        unique_id = settings.repository_unique_id or repository_unique_id(settings.data)
    endpoints = _endpoints(settings, listener, feed_listener, paths, unique_id)
    urls = {path[1:]: endpoints.page.removesuffix("/") + path for path in WSDL}
    auditor = auditor_of(settings, urls)
    transport = transport_of(settings, None if auditor is None else auditor.handshake)
    replays = partial(parts.replays_of, settings, database)
    profile = profile_of(settings, parts.domain_of(settings), transport, tuple(urls.values()), replays)
    services: dict[str, Wsgi] = {}
    checks: dict[str, Callable[[], None]] = {"database": partial(check_database, database)}
    repairs = serve_mllp = registry = None
    if auditor is not None and settings.audit_failure == "refuse":
        checks["audit"] = auditor.check

    def finished(exchange: Exchange) -> None:
        if auditor is not None:
            auditor.exchange(exchange)
        metrics.observe(exchange)
        logs.write_exchange(exchange)

    def serve(path: str, operations: Sequence[Operation]) -> None:
        services[path] = service(
            path[1:],
            offered(operations, profile),
            gate=admitting(profile.gate, auditor, explain=profile.explain),
            limits=parts.limits_of(settings),
            finished=finished,
            peer=peer_of,
        )

    if "/registry" in paths:
        registry = parts.registry_of(settings, database, profile.domain)
        feed = PatientFeed(registry.patients, profile.domain, parts.namespaces_of(settings, profile.domain))
        queries = parts.queries_of(settings, database, profile.domain)
        serve("/registry", registry_operations(registry, queries, feed, permit=profile.permit))
        if feed_listener is not None:
            serve_mllp = partial(_serve_mllp, feed_listener, feed, finished)
    if unique_id is not None:
        repository = parts.repository_of(settings, database, registry, unique_id, transport.trust)
        permit = profile.permit_documents
        repository = replace(
            repository,
            verifier=profile.verifier,
            permit=None if permit is None else permit(partial(owners, database)),
            ids_in_any_case=profile.ids_in_any_case,
        )
        if auditor is not None and not repository.registry.atomic:
            audited = AuditedRegistry(repository.registry, settings.registry_url, auditor.here, auditor.event)
            repository = replace(repository, registry=audited)
        serve("/repository", repository_operations(repository))
        checks["documents"] = partial(check_documents, repository.documents)
        repairs = parts.repairs_of(settings, repository)

    facts = PageFacts(paths, unique_id, endpoints.mllp, standing_of(settings))
    router = Router(services, describe, lambda base: render(base, facts), metrics.text, Health(checks))
    return Carnet(settings, database, router, endpoints, transport, master, repairs, serve_mllp, auditor)


def offered(operations: Sequence[Operation], profile: Profile) -> list[Operation]:
    """The operations that the profile has, each with what its service may still refuse."""
    taken = profile.transactions
    return [guarded(each, explain=profile.explain) for each in operations if taken is None or each.transaction in taken]


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
    settings: Settings,
    listener: socket.socket,
    feed_listener: socket.socket | None,
    paths: tuple[str, ...],
    unique_id: str | None,
) -> Endpoints:
    scheme = "http" if settings.tls_cert is None else "https"
    base = settings.public_url.rstrip("/") or f"{scheme}://{host_of(*listener.getsockname()[:2])}"
    mllp = None if feed_listener is None else host_of(*feed_listener.getsockname()[:2])
    at = {path: base + path for path in paths}
    return Endpoints(base + "/", at.get("/registry"), at.get("/repository"), mllp, unique_id)
