"""The audit trail of one server: events in, journal and collector behind it."""

import logging
from collections.abc import Callable
from pathlib import Path

from security.audit.journal import Journal
from security.audit.message import ActiveParticipant, AuditEvent, AuditSource, Code, Outcome, write
from security.audit.shipping import Shipper
from security.audit.syslog import Collector, Origin

_log = logging.getLogger(__name__)

_SECURITY_ALERT = Code("110113", "DCM", "Security Alert")
_RECORDING_STOPPED = Code("110133", "DCM", "Audit Recording Stopped")


class AuditUnavailable(Exception):
    """Nothing can be recorded at the moment."""


class AuditTrail:
    """Records events. May be shared by threads, and made before a fork; opens nothing before it is used."""

    def __init__(
        self,
        directory: Path,
        source: AuditSource,
        *,
        collector: Collector | None = None,
        origin: Origin | None = None,
        journal: Journal | None = None,
        shipper: Callable[[Path, Collector, Origin], Shipper] = Shipper,
    ) -> None:
        self._source = source
        self._journal = journal or Journal(directory)
        self._directory, self._collector = directory, collector
        self._origin = origin or Origin("-", "carnet")
        self._make_shipper = shipper
        self._shipper: Shipper | None = None

    def start(self) -> None:
        """Begins to deliver, where there is a collector. Call it in each process, after the fork."""
        if self._collector is not None and self._shipper is None:
            self._shipper = self._make_shipper(self._directory, self._collector, self._origin)
            self._shipper.start()

    def record(self, *events: AuditEvent) -> None:
        """Never raises for trouble with the journal: that is told by `check`, and written once it is over."""
        for event in events:
            self._journal.append(write(event, self._source))
        if not self._journal.trouble and (lost := self._journal.take_lost()):
            _log.error("audit: %d records were lost while the journal could not be written", lost)
            self._journal.append(write(self._gap(lost), self._source))

    def check(self) -> None:
        """Raises `AuditUnavailable` when nothing can be recorded: for the gate, and for health."""
        if not self._journal.ready():
            raise AuditUnavailable(f"the audit journal cannot be written: {self._journal.trouble}")

    def close(self) -> None:
        """Everything recorded is on the disk afterwards, and sent if the collector listens."""
        self._journal.close()
        if self._shipper is not None:
            self._shipper.stop()
            self._shipper = None

    def _gap(self, lost: int) -> AuditEvent:
        return AuditEvent(
            id=_SECURITY_ALERT,
            action="E",
            types=(_RECORDING_STOPPED,),
            participants=(ActiveParticipant(self._source.id, requestor=False),),
            outcome=Outcome.SERIOUS_FAILURE,
            outcome_description=f"{lost} audit records could not be written and are lost",
        )
