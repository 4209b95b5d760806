"""Cases against a server of the nursery."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from conformance import book
from conformance.model import Case, Outcome
from conformance.target import Target
from conformance.trial import Session, judge
from tests.conformance.mutants.nursery import Server

TIMEOUT = 3.0
"""Seconds for an exchange: the servers are on this machine and have nothing else to do."""


def target_of(server: Server, *, timeout: float = TIMEOUT) -> Target:
    """How the suite is told of a server: as a person would, who starts it."""
    https = server.told["registry"].startswith("https:")
    return Target(
        registry=server.told["registry"],
        repository=server.told["repository"],
        profile="dmp" if https else "ihe",
        feed=server.told["mllp"] or "",
        repository_unique_id=server.told["repository_unique_id"],
        identity=server.pki / "identities" / "doctor.p12" if https else None,
        pki=server.pki if https else None,
        timeout=timeout,
    )


def cases_of(profile: str) -> list[Case]:
    """All cases of a profile."""
    return [case for case in book.load() if profile in case.profiles]


def named(case_ids: Iterable[str]) -> list[Case]:
    """These cases. Raises KeyError for an id that there is not."""
    known = book.load()
    return [known[case_id] for case_id in case_ids]


def outcomes(server: Server, cases: Sequence[Case], *, jobs: int = 1, timeout: float = TIMEOUT) -> list[Outcome]:
    """What the cases come to, in their order."""
    session = Session(target_of(server, timeout=timeout))
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(lambda case: judge(case, session), cases))
