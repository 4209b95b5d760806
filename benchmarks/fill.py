"""Fills a registry with the entries of many patients: the registry's own code, many submissions a transaction."""

import time
from collections.abc import Callable, Iterator
from itertools import islice

import sqlalchemy as sa

from benchmarks.messages import many, patient
from metadata.translate import Submission, to_ebrim
from registry.prepared import Prepared, prepare
from registry.registry import Registry
from registry.submission import Terms, register

PER_PATIENT = 20
"""Entries of one patient, in two submissions that lie far apart in the store."""
_BATCH = 200
_NOW = 20261120101500


def fill(registry: Registry, entries: int, repository: str, first: int, told: Callable[[str], None]) -> None:
    """Registers `entries` entries for patients numbered from `first`."""
    terms = Terms(registry.domain, "any", retries=True)
    begun, done = time.perf_counter(), 0
    submissions = _submissions(registry, entries // PER_PATIENT, repository, first)
    while batch := list(islice(submissions, _BATCH)):

        def work(connection: sa.Connection, batch: list[Prepared] = batch) -> None:
            for prepared in batch:
                outcome = register(connection, prepared, terms, transaction="ITI-42", now=_NOW)
                assert outcome.written, outcome.findings

        registry.database.write(work)
        done += len(batch) * PER_PATIENT // 2
        told(f"  {done:>9,} entries, {done / (time.perf_counter() - begun):,.0f}/s")


def _submissions(registry: Registry, patients: int, repository: str, first: int) -> Iterator[Prepared]:
    for _half in range(2):
        for number in range(first, first + patients):
            objects = [to_ebrim(o) for o in many(PER_PATIENT // 2, patient(number), repository)]
            yield prepare(Submission.of(objects), registry.domain, _NOW)
