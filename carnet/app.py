"""The assembly: which parts a server consists of, and what each is handed."""

import contextlib
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import schemas
from carnet import logs
from carnet.health import Health
from carnet.identity import repository_unique_id
from carnet.metrics import Metrics
from carnet.page import PageFacts, render
from carnet.ready import Endpoints, write_ready_file
from carnet.repairing import RepairThread
from carnet.router import Environ, Router, StartResponse, Wsgi
from carnet.settings import Settings
from metadata.affinity import AffinityDomain
from metadata.errors import ErrorCode
from registry.queries import Queries
from registry.registry import Registry
from registry.service import operations as registry_operations
from repository.documents import DocumentStore, new_key, open_store
from repository.forwarding import CoHosted, RegistryLink, SoapRegistry
from repository.provide import Repository
from repository.repair import reconcile, sweep
from repository.service import operations as repository_operations
from security.gate import OpenGate
from soap.client import SoapClient
from soap.host import service
from soap.message import Exchange, Limits
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
    _stops: list[Callable[[], None]] = field(default_factory=list)

    def wsgi(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        return self.router(environ, start_response)

    def started(self, first: bool) -> None:
        if self.serve_mllp is not None:
            self._stops.append(self.serve_mllp())
        if self.repairs is not None and self.settings.repair_interval:
            lock = self.settings.data / "run" / "repair.lock"
            thread = RepairThread(lock, self.settings.repair_interval, *self.repairs)
            thread.start()
            self._stops.append(thread.stop)
        if first and self.settings.ready_file:
            write_ready_file(self.settings.ready_file, self.endpoints, self.master)

    def stopped(self) -> None:
        for stop in self._stops:
            stop()
        self.database.close()


def limits_of(settings: Settings) -> Limits:
    """What one message may cost."""
    return Limits(
        root=settings.max_envelope,
        total=settings.max_message,
        parts=settings.max_parts,
        spool=settings.max_spool,
        elements=settings.max_elements,
        depth=settings.max_depth,
        stall=settings.stall_timeout,
    )


def database_url(settings: Settings) -> str:
    """The URL given, or the SQLite file in the data directory."""
    return settings.database or f"sqlite:///{(settings.data / 'carnet.sqlite').resolve()}"


def documents_url(settings: Settings) -> str:
    return settings.documents or str((settings.data / "documents").resolve())
