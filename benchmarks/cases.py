"""The cases: each takes slices of floor and of load in turn, so that a slow minute of the machine meets both."""

import itertools
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks import messages
from benchmarks.floor import Floor, loop
from benchmarks.http import Load, Sample, Segments, post
from benchmarks.server import Running

CLIENTS = 8
SUCCESS = b"ResponseStatusType:Success"
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table and of bench.json."""

    name: str
    throughput: float
    unit: str
    floor: float | None
    p50_ms: float
    p95_ms: float
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        return None if not self.floor else self.throughput / self.floor

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "throughput": round(self.throughput, 1),
            "unit": self.unit,
            "floor": None if self.floor is None else round(self.floor, 1),
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "p50_ms": round(self.p50_ms, 3),
            "p95_ms": round(self.p95_ms, 3),
            **self.extra,
        }


def percentiles(latencies: list[float]) -> tuple[float, float]:
    """p50 and p95 in milliseconds."""
    ordered = sorted(latencies)
    return 1000 * ordered[len(ordered) // 2], 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


class Case:
    """Rounds of floor and load over one server."""

    def __init__(self, server: Running, floor: Floor, seconds: float, rounds: int) -> None:
        self.server, self.floor, self._seconds, self._rounds = server, floor, seconds, rounds

    def per_second(
        self, name: str, path: str, content_type: str, make: Callable[[], Segments], bare: Callable[[], None]
    ) -> Result:
        """Small messages: answers per second. `make` gives a fresh message each time, outside the clock."""
        series = Series(self.server, name, path, content_type, make, bare)
        try:
            for _ in range(self._rounds):
                series.round(self._seconds)
        finally:
            series.close()
        return series.result()

    def per_megabyte(
        self,
        name: str,
        requests: Callable[[], Iterator[Segments]],
        bare: Callable[[], None],
        megabytes: float,
        counted: Callable[[Sample], int],
    ) -> Result:
        """Large documents: MB/s, eight at a time and one at a time, and what the workers' memory grows by."""
        floors, rates, single, latencies = [], [], [], []
        idle, peak = self.server.memory("VmRSS"), dict[int, int]()
        for _ in range(self._rounds):
            floors.append(loop(bare, 0) * megabytes)
            self.server.reset_peak_memory()
            for clients, kept in ((CLIENTS, rates), (1, single)):
                load = Load(self.server.host, self.server.port, clients, SUCCESS)
                sample = load.run(itertools.islice(requests(), clients), 600)
                load.close()
                kept.append(counted(sample) / MEGABYTE / sample.seconds)
                if clients == CLIENTS:
                    latencies += sample.latencies
            for pid, high in self.server.memory("VmHWM").items():
                peak[pid] = max(peak.get(pid, 0), high)
        p50, p95 = percentiles(latencies)
        extra = {
            "one_client": round(statistics.median(single), 1),
            "extra_memory_mb": round(max(peak[pid] - idle[pid] for pid in idle) / MEGABYTE, 1),
        }
        return Result(name, statistics.median(rates), "MB/s", statistics.median(floors), p50, p95, extra)


class Series:
    """Rounds of floor and load for one kind of small message; warmed up when it is made."""

    def __init__(
        self,
        server: Running,
        name: str,
        path: str,
        content_type: str,
        make: Callable[[], Segments],
        bare: Callable[[], None],
    ) -> None:
        self._server, self._name, self._path, self._content_type = server, name, path, content_type
        self._make, self._bare = make, bare
        self._load = Load(server.host, server.port, CLIENTS, SUCCESS)
        self._floors: list[float] = []
        self._rates: list[float] = []
        self._latencies: list[float] = []
        self._load.run(self._requests(600), 1.0)
        loop(bare, 0.2)

    def round(self, seconds: float) -> None:
        self._floors.append(loop(self._bare, seconds))
        sample = self._load.run(self._requests(int(self._floors[-1] * 3 * seconds) + 400), seconds)
        self._rates.append(sample.rate)
        self._latencies += sample.latencies

    def close(self) -> None:
        self._load.close()

    def result(self) -> Result:
        p50, p95 = percentiles(self._latencies)
        return Result(self._name, statistics.median(self._rates), "1/s", statistics.median(self._floors), p50, p95)

    def _requests(self, most: int) -> Iterator[Segments]:
        ready = [post(self._path, self._server.authority, self._content_type, self._make()) for _ in range(most)]
        return iter(ready)


class Small:
    """The cases of small messages."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._patients = itertools.count()
        self._repository = case.server.repository_unique_id

    def _patient(self) -> str:
        return messages.patient(next(self._patients) % 50_000)

    def iti_42(self) -> Result:
        make, call = messages.register(self._repository), self._case.floor.simple("ITI-42")
        return self._case.per_second(
            "iti-42",
            "/registry",
            messages.SIMPLE,
            lambda: [make(self._patient())],
            lambda: call(make(self._patient())),
        )

    def iti_18(self, name: str, return_type: str, first: int) -> Result:
        """FindDocuments for each of the ten patients from `first` on in turn."""
        call = self._case.floor.simple("ITI-18")
        numbers = itertools.cycle(range(first, first + 10))
        return self._case.per_second(
            name,
            "/registry",
            messages.SIMPLE,
            lambda: [messages.find_documents(messages.patient(next(numbers)), return_type)],
            lambda: call(messages.find_documents(messages.patient(next(numbers)), return_type)),
        )

    def iti_41(self, document: bytes) -> Result:
        make, call = messages.provide(), self._case.floor.mtom("ITI-41", messages.MTOM)

        def message() -> Segments:
            before, after = make(self._patient())
            return [before + document + after]

        return self._case.per_second("iti-41-10k", "/repository", messages.MTOM, message, lambda: call(message()))

    def iti_43(self, served: list[str], held: list[str]) -> Result:
        """Documents that the server holds, and those that the floor's own store holds."""
        call = self._case.floor.mtom("ITI-43", messages.MTOM)
        there, here = itertools.cycle(served), itertools.cycle(held)
        return self._case.per_second(
            "iti-43-10k",
            "/repository",
            messages.MTOM,
            lambda: [messages.retrieve(self._repository, next(there))],
            lambda: call([messages.retrieve(self._repository, next(here))]),
        )
