"""The audit trail of a server, as the assembly plugs it in: made from the settings, told of what happens."""

import logging
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

from carnet.auditing import Here, application_started, application_stopped, events_of, node_refused
from carnet.config import ConfigurationError
from carnet.settings import Settings
from security.audit.journal import Journal
from security.audit.message import AuditEvent, AuditSource
from security.audit.syslog import Collector, Origin, collector_context
from security.audit.trail import AuditTrail, AuditUnavailable
from security.tls import HandshakeRefused
from soap.faults import Fault
from soap.message import Exchange

_log = logging.getLogger("carnet.audit")

SYNC = 0.1
"""Seconds after which a record is on the disk, where the settings do not ask for at once."""


class Auditor:
    """Puts what happens into the trail. Never raises, except from `require`."""

    def __init__(self, trail: AuditTrail, here: Here, *, required: bool) -> None:
        """`required`: nothing is done while nothing can be recorded."""
        self.here = here
        self._trail = trail
        self._required = required

    def exchange(self, exchange: Exchange) -> None:
        """A request was answered, or an MLLP message."""
        self._record(lambda: events_of(exchange, self.here))

    def handshake(self, refused: HandshakeRefused) -> None:
        """A TLS client did not get in."""
        reason = f"{refused.reason}: {refused.detail}"
        self._record(lambda: [node_refused(refused.address, reason, refused.certificate, self.here)])

    def event(self, event: AuditEvent) -> None:
        self._record(lambda: [event])

    def require(self) -> None:
        """Raises `Fault` when nothing can be recorded and the settings want everything recorded."""
        if not self._required:
            return
        try:
            self._trail.check()
        except AuditUnavailable as unavailable:
            raise Fault(
                "Receiver", "the audit trail cannot be written at the moment; nothing was done, send this again later"
            ) from unavailable

    def check(self) -> None:
        """For health. Raises `AuditUnavailable`."""
        self._trail.check()

    def begin(self, *, first: bool) -> None:
        """In each worker before it serves; `first` in one of them."""
        if first:
            self._record(lambda: [application_started(self.here)])
        self._trail.start()

    def end(self) -> None:
        """In each worker after its last request."""
        self._trail.close()

    def over(self) -> None:
        """In the master, after the last worker."""
        self._trail.start()
        self._record(lambda: [application_stopped(self.here)])
        self._trail.close()

    def _record(self, events: Callable[[], list[AuditEvent]]) -> None:
        try:
            self._trail.record(*events())
        except Exception:  # noqa: BLE001 - the answer is on its way: what is left is to say so, loudly
            _log.exception("an event could not be audited")


def directory_of(settings: Settings) -> Path:
    """Where the journal lies."""
    return settings.audit_directory or settings.data / "audit"


def auditor_of(settings: Settings, endpoints: dict[str, str]) -> Auditor | None:
    """None with `--audit false`. `endpoints`: service → its URL. Raises `ConfigurationError`."""
    if not settings.audit:
        return None
    host = _own_name()
    directory = directory_of(settings).resolve()
    trail = AuditTrail(
        directory,
        AuditSource(settings.audit_source_id or f"carnet@{host}"),
        collector=_collector(settings),
        origin=Origin(host, "carnet"),
        journal=Journal(directory, sync=0 if settings.audit_sync else SYNC),
    )
    return Auditor(trail, Here(endpoints, host), required=settings.audit_failure == "refuse")


def _own_name() -> str:
    name = socket.getfqdn()
    return socket.gethostname() if name.startswith("localhost") else name


def _collector(settings: Settings) -> Collector | None:
    url, ca = settings.audit_collector, settings.audit_ca
    if not url:
        return None
    if bool(settings.audit_cert) != bool(settings.audit_key):
        raise ConfigurationError("--audit-cert and --audit-key go together: give both, or neither")
    if url.startswith("tls:") and ca is None:
        raise ConfigurationError("--audit-collector tls:// needs --audit-ca FILE: the certificates that vouch for it")
    try:
        if ca is None:
            return Collector.parse(url)
        context = partial(collector_context, ca, settings.audit_cert, settings.audit_key)
        context()
        return Collector.parse(url, context)
    except ValueError as error:
        raise ConfigurationError(f"--audit-collector: {error}") from None
    except OSError as error:
        files = ", ".join(str(path) for path in (ca, settings.audit_cert, settings.audit_key) if path)
        raise ConfigurationError(f"the TLS files for --audit-collector cannot be used ({files}): {error}") from None
