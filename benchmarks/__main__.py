"""`python -m benchmarks`: every figure, a table, and bench.json. `--quick` for a look, `--only NAME` for some."""

import argparse
import itertools
import json
import os
import platform
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import messages
from benchmarks.cases import CLIENTS, SUCCESS, Case, Result, Series, Small, percentiles
from benchmarks.fill import PER_PATIENT, fill
from benchmarks.floor import Floor
from benchmarks.http import Load, Segments, post
from benchmarks.server import Running, start
from benchmarks.trust import FIGURES, measure
from metadata.translate import to_ebrim

REPOSITORY = "1.2.250.1.999.7.1"
TARGETS: dict[str, str] = {
    "iti-42": "ratio ≥ 0.6",
    "iti-18-leaf-20": "ratio ≥ 0.4",
    "iti-18-leaf-500": "ratio ≥ 0.8",
    "iti-41-10k": "ratio ≥ 0.5",
    "iti-43-200m": "≥ 500 MB/s, < 20 MB",
    "iti-41-200m": "≥ 120 MB/s, < 20 MB",
    "flat-1m": "p50 ≤ 1.5 × flat-10k",
    "start": "< 1500 ms",
    **{name: figure.target for name, figure in FIGURES.items()},
}
NAMES = ("start", "iti-42", "iti-18-leaf-20", "iti-18-ref-20", "iti-18-leaf-500", "iti-41-10k", "iti-43-10k")
LARGE = ("iti-41-200m", "iti-43-200m")
SIZES = {"flat-10k": 10_000, "flat-1m": 1_000_000}
P20 = 1_000_000 + int(time.time()) % 1_000_000 * 20
"""The first of ten patients with 20 entries; others in each run, so that a store may be used again."""
P500 = P20 + 10
"""The same with 500 entries."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter rounds, no store of a million entries")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only this figure; repeatable")
    parser.add_argument("--out", type=Path, default=Path("bench.json"))
    parser.add_argument("--work", type=Path, help="directory for the stores (kept); default: a temporary one")
    options = parser.parse_args()
    work = options.work or Path(tempfile.mkdtemp(prefix="carnet-bench-"))
    os.environ["CARNET_REPOSITORY_UNIQUE_ID"] = REPOSITORY
    wanted = set(options.only) or {*NAMES, *LARGE, *FIGURES, *SIZES}
    seconds, rounds = (0.5, 3) if options.quick else (2.0, 5)
    try:
        results = list(_measure(work, wanted, seconds, rounds, quick=options.quick))
    finally:
        if options.work is None:
            shutil.rmtree(work, ignore_errors=True)
    machine = describe_machine()
    options.out.write_text(
        json.dumps({"machine": machine, "results": [result.as_json() for result in results]}, indent=1) + "\n"
    )
    _say(table(results, machine))


def _measure(work: Path, wanted: set[str], seconds: float, rounds: int, *, quick: bool) -> Iterator[Result]:
    if "start" in wanted:
        yield _told(measure_start(work / "start", 5 if quick else 15))
    if wanted & {*NAMES[1:], *LARGE}:
        yield from _measure_services(work, wanted, seconds, rounds)
    if trusted := [name for name in FIGURES if name in wanted]:
        yield from map(_told, measure(work / "trust", trusted, seconds, 3 * rounds))
    sizes = {name: entries for name, entries in SIZES.items() if name in wanted and not (quick and entries > 10_000)}
    yield from map(_told, measure_flat(work, sizes, seconds, rounds))


def measure_start(work: Path, times: int) -> Result:
    """From the command to the ready file, on a store that exists."""
    start(work).stop()
    taken = []
    for _ in range(times):
        server = start(work)
        taken.append(server.seconds_to_ready)
        server.stop()
    p50, p95 = percentiles(taken)
    return Result("start", round(1 / statistics.median(taken), 3), "1/s", None, p50, p95)


def _measure_services(work: Path, wanted: set[str], seconds: float, rounds: int) -> Iterator[Result]:
    floor = Floor(work / "floor", REPOSITORY)
    seed(floor)
    server = start(work / "served")
    try:
        seed_over_http(server)
        case = Case(server, floor, seconds, rounds)
        small = Small(case)
        document = os.urandom(7_500).hex()[:10_240].encode()
        cases: dict[str, Callable[[], Result]] = {
            "iti-42": small.iti_42,
            "iti-18-leaf-20": lambda: small.iti_18("iti-18-leaf-20", "LeafClass", P20),
            "iti-18-ref-20": lambda: small.iti_18("iti-18-ref-20", "ObjectRef", P20),
            "iti-18-leaf-500": lambda: small.iti_18("iti-18-leaf-500", "LeafClass", P500),
            "iti-41-10k": lambda: small.iti_41(document),
            "iti-43-10k": lambda: small.iti_43(*provided(server, floor, document, 200)),
        }
        for name, run in cases.items():
            if name in wanted:
                yield _told(run())
        if wanted & set(LARGE):
            # a worker that has served nothing but a few small documents: what it grows by is the large ones' doing
            server.stop()
            server = start(work / "served")
            provided(server, floor, document, 20)
            yield from map(_told, large(Case(server, floor, seconds, rounds), wanted, max(2, rounds // 2)))
    finally:
        server.stop()
        floor.close()


def seed(floor: Floor) -> None:
    """Ten patients with 20 entries and ten with 500."""
    for first, entries in ((P20, 20), (P500, 500)):
        for number in range(first, first + 10):
            objects = [to_ebrim(o) for o in messages.many(entries, messages.patient(number), REPOSITORY)]
            response = floor.registry.register(objects)
            assert response.succeeded, response.errors


def seed_over_http(server: Running) -> None:
    load = Load(server.host, server.port, 1, SUCCESS)
    for first, entries in ((P20, 20), (P500, 500)):
        for number in range(first, first + 10):
            body = messages.register_many(entries, messages.patient(number), REPOSITORY)
            load.run(iter([post("/registry", server.authority, messages.SIMPLE, [body])]), 60)
    load.close()


def provided(server: Running, floor: Floor, document: bytes, count: int) -> tuple[list[str], list[str]]:
    """Documents submitted to the server and to the floor's store: their uniqueIds."""
    make = messages.provide()
    load = Load(server.host, server.port, CLIENTS, SUCCESS)
    call = floor.mtom("ITI-41", messages.MTOM)
    ids: tuple[list[str], list[str]] = ([], [])
    requests = []
    for _ in range(count):
        before, after = make(messages.patient(77))
        ids[0].append(messages.document_id(before))
        requests.append(post("/repository", server.authority, messages.MTOM, [before + document + after]))
        before, after = make(messages.patient(77))
        ids[1].append(messages.document_id(before))
        call([before + document + after])
    load.run(iter(requests), 60)
    load.close()
    return ids


def large(case: Case, wanted: set[str], rounds: int) -> Iterator[Result]:
    """200 MB up and down, eight at a time and one at a time."""
    size = 200_000_000
    document = memoryview(os.urandom(1 << 20) * (size // (1 << 20) + 1))[:size]
    make, repository = messages.provide(), case.server.repository_unique_id
    patient = messages.patient(78)
    sent: list[str] = []

    def uploads() -> Iterator[Segments]:
        while True:
            before, after = make(patient)
            sent.append(messages.document_id(before))
            yield post("/repository", case.server.authority, messages.MTOM, [before, document, after])

    held: list[str] = []
    provide = case.floor.mtom("ITI-41", messages.MTOM)
    retrieve = case.floor.mtom("ITI-43", messages.MTOM)

    def keep() -> None:
        before, after = make(patient)
        held.append(messages.document_id(before))
        provide([before, document, after])

    few = Case(case.server, case.floor, 0, rounds)
    up = few.per_megabyte("iti-41-200m", uploads, keep, size / 1e6, lambda sample: sample.bytes_out)
    if "iti-41-200m" in wanted:
        yield up

    def downloads() -> Iterator[Segments]:
        for unique_id in itertools.cycle(sent[:CLIENTS]):
            body = messages.retrieve(repository, unique_id)
            yield post("/repository", case.server.authority, messages.MTOM, [body])

    if "iti-43-200m" in wanted:
        yield few.per_megabyte(
            "iti-43-200m",
            downloads,
            lambda: retrieve([messages.retrieve(repository, held[0])]),
            size / 1e6,
            lambda sample: sample.bytes_in,
        )


def measure_flat(work: Path, sizes: dict[str, int], seconds: float, rounds: int) -> list[Result]:
    """FindDocuments of 20-document patients in stores of different sizes, in turns.

    500 patients at each size, spread over the store: what differs is the size alone.
    """
    opened: list[tuple[Running, Floor, Series]] = []
    try:
        for name, entries in sizes.items():
            floor = filled(work / name, name, entries)
            server = start(work / name)
            call = floor.simple("ITI-18")
            numbers = itertools.cycle(range(0, entries // PER_PATIENT, max(1, entries // PER_PATIENT // 500)))

            def message(numbers: Iterator[int] = numbers) -> bytes:
                return messages.find_documents(messages.patient(next(numbers)), "LeafClass")

            def bare(call: Callable[[bytes], None] = call, message: Callable[[], bytes] = message) -> None:
                call(message())

            series = Series(server, name, "/registry", messages.SIMPLE, lambda message=message: [message()], bare)
            opened.append((server, floor, series))
        for _ in range(rounds):
            for _server, _floor, series in opened:
                series.round(seconds)
    finally:
        for server, floor, series in opened:
            series.close()
            server.stop()
            floor.close()
    results = []
    for name, (_server, _floor, series) in zip(sizes, opened, strict=True):
        result = series.result()
        size = sum(path.stat().st_size for path in (work / name / "store").glob("carnet.sqlite*"))
        result.extra.update(entries=sizes[name], bytes_per_entry=round(size / sizes[name]))
        results.append(result)
    for result in results[1:]:
        result.extra["p50_vs_" + results[0].name] = round(result.p50_ms / results[0].p50_ms, 2)
    return results


def filled(work: Path, name: str, entries: int) -> Floor:
    """A store of `entries` entries; made once per directory."""
    floor = Floor(work / "store", REPOSITORY)
    if (work / "filled").exists():
        return floor
    _say(f"{name}: filling a store with {entries:,} entries")
    told = time.monotonic()

    def progress(line: str) -> None:
        nonlocal told
        if time.monotonic() - told > 20:
            told = time.monotonic()
            _say(line)

    fill(floor.registry, entries, REPOSITORY, 0, progress)
    (work / "filled").touch()
    return floor


def describe_machine() -> dict[str, object]:
    """What the figures were measured on."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "fsync_ms": measure_fsync(),
        "clients": CLIENTS,
    }


def measure_fsync() -> float:
    """The median time of a 4 KB write and fsync in the temporary directory, ms."""
    with tempfile.TemporaryFile() as file:
        taken = []
        for _ in range(200):
            begun = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - begun)
    return round(1000 * statistics.median(taken), 3)


def table(results: list[Result], machine: dict[str, object]) -> str:
    """The results as people read them."""
    lines = ["", "  ".join(f"{key} {value}" for key, value in machine.items()), ""]
    lines.append(f"{'':22} {'measured':>12} {'floor':>10} {'ratio':>6} {'p50 ms':>9} {'p95 ms':>9}   target")
    for r in results:
        floor = "" if r.floor is None else f"{r.floor:,.0f}"
        ratio = "" if r.ratio is None else f"{r.ratio:.2f}"
        extra = ", ".join(f"{key} {value}" for key, value in r.extra.items())
        lines.append(
            f"{r.name:22} {r.throughput:>7,.0f} {r.unit:4} {floor:>10} {ratio:>6} {r.p50_ms:>9.2f} {r.p95_ms:>9.2f}"
            f"   {TARGETS.get(r.name, '')}{'   ' if extra else ''}{extra}"
        )
    return "\n".join(lines)


def _told(result: Result) -> Result:
    _say(f"{result.name}: {result.throughput:,.0f} {result.unit}" + (f", {result.ratio:.2f}" if result.ratio else ""))
    return result


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
