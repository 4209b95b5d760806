"""Cases against a server of the nursery."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from conformance import book
from conformance.codes import read_codes
from conformance.model import SHOULD, Case, Outcome, Verdict
from conformance.target import Target
from conformance.trial import Session, judge
from tests.conformance.mutants.nursery import Server
from tests.conformance.mutants.servers import SERVERS

TIMEOUT = 3.0
"""Seconds for an exchange: the servers are on this machine and have nothing else to do."""


def target_of(server: Server, *, timeout: float = TIMEOUT) -> Target:
    """How the suite is told of a server: as a person would, who starts it."""
    kind = SERVERS[server.kind]
    codes = server.directory / "data" / "codes.toml"
    return Target(
        registry=server.told["registry"],
        repository=server.told["repository"],
        profile=kind.profile,
        feed=server.told["mllp"] or "",
        repository_unique_id=server.told["repository_unique_id"],
        identity=server.pki / "identities" / f"{kind.identity}.p12" if kind.identity else None,
        pki=server.pki if kind.identity else None,
        codes=read_codes(codes)[0] if str(codes) in kind.command(codes.parent) else {},
        timeout=timeout,
        **kind.target,
    )


def cases_of(kind: str) -> list[Case]:
    """All cases of the profile of a kind of server."""
    return [case for case in book.load() if SERVERS[kind].profile in case.profiles]


def named(case_ids: Iterable[str]) -> list[Case]:
    """These cases. Raises KeyError for an id that there is not."""
    known = book.load()
    return [known[case_id] for case_id in case_ids]


def outcomes(server: Server, cases: Sequence[Case], *, jobs: int = 1, timeout: float = TIMEOUT) -> list[Outcome]:
    """What the cases come to, in their order."""
    session = Session(target_of(server, timeout=timeout))
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(lambda case: judge(case, session), cases))


def notices(outcome: Outcome) -> bool:
    """Whether a case saw the defect: it failed, or, where all that it asks is a SHOULD, it warned."""
    return outcome.verdict is (Verdict.WARN if outcome.case.level is SHOULD else Verdict.FAIL)
