"""What Prometheus reads at /metrics, over all the worker processes.

Each worker counts in memory-mapped files of one directory; whoever is asked adds them up.
"""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soap.message import Exchange

DIRECTORY_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
"""Upper bounds of the duration histogram."""


def share(parent: Path) -> Path:
    """Makes the directory through which workers share their counts; to be called before the first `Metrics` is made.

    Directories of processes that were killed are removed on the way.
    """
    for left in parent.glob("metrics-*"):
        if not _alive(left.name.removeprefix("metrics-")):
            unshare(left)
    directory = parent / f"metrics-{os.getpid()}"
    directory.mkdir(parents=True, exist_ok=True)
    os.environ[DIRECTORY_VARIABLE] = str(directory)
    return directory


def unshare(directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


class Metrics:
    """The counts of this process."""

    def __init__(self, known_codes: frozenset[str] = frozenset()) -> None:
        """`known_codes`: error codes counted under their own name; others, which remote systems made up, as `other`."""
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self._known_codes = known_codes
        self._own: CollectorRegistry = CollectorRegistry()
        self.requests = Counter(
            "carnet_requests",
            "Exchanges, by how they ended.",
            ("service", "transaction", "outcome"),
            registry=self._own,
        )
        self.seconds = Histogram(
            "carnet_request_seconds",
            "Time from the first byte read to the last byte written.",
            ("transaction",),
            buckets=SECONDS,
            registry=self._own,
        )
        self.errors = Counter(
            "carnet_errors", "RegistryErrors and warnings answered.", ("transaction", "code"), registry=self._own
        )
        self.received = Counter("carnet_received_bytes", "HTTP bodies read.", ("transaction",), registry=self._own)
        self.sent = Counter("carnet_sent_bytes", "HTTP bodies written.", ("transaction",), registry=self._own)

    def observe(self, exchange: "Exchange") -> None:
        """Counts one finished exchange."""
        transaction = exchange.transaction or "none"
        self.requests.labels(exchange.service, transaction, exchange.outcome).inc()
        self.seconds.labels(transaction).observe(exchange.seconds)
        self.received.labels(transaction).inc(exchange.bytes_in)
        self.sent.labels(transaction).inc(exchange.bytes_out)
        for code in exchange.error_codes:
            self.errors.labels(transaction, code if code in self._known_codes else "other").inc()

    def text(self) -> tuple[bytes, str]:
        """The page and its content type: every worker's counts when they share a directory."""
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        registry = self._own
        if os.environ.get(DIRECTORY_VARIABLE):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry), CONTENT_TYPE_LATEST
